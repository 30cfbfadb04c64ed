// Questions to a convolutional machine's learner: how good it is, what it answers, where a number comes from.

extension ConvolutionalLearner {
  public var measurements: Measurements {
    guard !loss.isNaN else { return Measurements() }
    return Measurements([
      .init("loss", loss), .init("hidden activity", activity.sum / Double(max(activity.count, 1))),
      .init("weight norm", network.levels[level].weight.sumOfSquares.squareRoot()), .init("rate", presentRate),
    ])
  }

  /// So many training samples stand for all of them where free energies are compared.
  private static var comparedSamples: Int { 1_000 }

  public func evaluate(_ samples: Samples) -> Measurements {
    guard samples.count > 0 else { return Measurements() }
    let machine = network.levels[level]
    var (error, energy, pseudo) = (0.0, 0.0, 0.0)
    forEachChunk(of: samples) { first, visible in
      error += machine.reconstructionError(visible)
      energy += machine.freeEnergies(visible).reduce(0, +)
      if machine.visibleUnits == .binary { pseudo += machine.pseudoLogLikelihoods(visible, first: first).reduce(0, +) }
    }
    let count = Double(samples.count)
    let compared = min(data.train.count, Self.comparedSamples)
    var training = 0.0
    forEachChunk(of: data.train, upTo: compared) { _, visible in
      training += machine.freeEnergies(visible).reduce(0, +)
    }
    var entries: [Measurements.Entry] = [
      .init("loss", error / count), .init("free energy", energy / count),
      .init("free energy gap", energy / count - training / Double(compared)),
    ]
    if machine.visibleUnits == .binary { entries.append(.init("pseudo-likelihood", pseudo / count)) }
    return Measurements(entries)
  }

  /// Calls `body` with a few hundred samples at a time, as the level sees them.
  private func forEachChunk(
    of samples: Samples, upTo limit: Int = .max, _ body: (_ first: Int, _ visible: Tensor) -> Void
  ) {
    var x = Tensor.empty
    let count = min(samples.count, limit)
    // So many that the hidden units of all of them stay within some tens of megabytes.
    let largest = network.levels.map(\.hidden.shape.elementCount).max() ?? 1
    let chunk = max(1, min(250, 10_000_000 / largest))
    for start in stride(from: 0, to: count, by: chunk) {
      samples.inputs.gather(
        Int32(start)..<Int32(min(start + chunk, count)), as: network.levels[0].visible.shape, into: &x)
      body(start, network.passUp(x, through: level))
    }
  }

  public func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation {
    try explained(name, at: position) { explanation(of: $0, at: $1) }
  }

  private func explanation(of named: NamedTensor, at position: [Int]) -> [String]? {
    let machine = network.levels[level]
    let seen = chosen.drawsVisible ? v1State : v1
    switch named.name {
    case "h0": return explainUp(named, position, from: v0, sign: "v⁰", machine)
    case "h1": return explainUp(named, position, from: seen, sign: "v", machine)
    case "p0": return explainUp(named, position, from: v0, sign: "v⁰", machine, isPooled: true)
    case "v1": return drivingStates.flatMap { explainDown(named, position, from: $0, machine) }
    case "h0.sample", "h1.sample":
      let p = named.name == "h0.sample" ? h0 : h1
      guard p.count == named.tensor.count else { return nil }
      let offset = named.tensor.offset(of: position)
      return [
        "drawn with its block, of which at most one unit is on: this one with probability \(number(p[flat: offset]))",
        "= \(number(named.tensor[flat: offset]))",
      ]
    case "\(levelName).weight.increment"
    where Method.source == .data && h1.count > 0 && (line == 0 || program[line] == .update):
      return explainIncrement(position)
    default: return nil
    }
  }

  /// The hidden states that the newest v¹ was made from; nil where the chain has already replaced them.
  private var drivingStates: Tensor? {
    guard Method.source == .data, chosen.steps > 1 else { return h0State }
    // The turn that made it; 0 when the chain is over. The first turn begins at h⁰, the last draws no states.
    let turn = program[line] == .visible ? turns - 1 : turns
    if turn == 1 { return h0State }
    return turn == 0 || turn == chosen.steps || program[line] == .hidden ? h1State : nil
  }

  /// A unit's window with its kernel, then its block. Of a pooling unit the block alone.
  private func explainUp(
    _ named: NamedTensor, _ position: [Int], from visible: Tensor, sign: String, _ machine: ConvolutionalMachine,
    isPooled: Bool = false
  ) -> [String]? {
    let (sample, map) = (position[0], position[3])
    guard visible.shape.rank == 4, visible.shape[0] > sample else { return nil }
    let block = machine.block
    let unit = isPooled ? nil : (row: position[1], column: position[2])
    let corner =
      isPooled
      ? (row: position[1] * block.rows, column: position[2] * block.columns)
      : (row: position[1] / block.rows * block.rows, column: position[2] / block.columns * block.columns)
    func products(_ row: Int, _ column: Int) -> [(Scalar, Scalar)] {
      machine.window(row: row, column: column, map: map, of: visible, sample: sample)
    }
    func input(_ row: Int, _ column: Int) -> Scalar {
      Scalar(Terms.total(products(row, column), constant: machine.hiddenBias[map]))
    }
    var lines: [String] = []
    if let unit {
      let place = "\(unit.row),\(unit.column),\(map)"
      lines = Terms.sum(
        name: "x[\(place)]",
        formula: "Σ_i,j,m \(sign)[\(sample), \(unit.row)+i, \(unit.column)+j, m]·W[i,j,m,\(map)] + c[\(map)]",
        products: products(unit.row, unit.column), constant: machine.hiddenBias[map])
    }
    let result = "\(named.symbol)[\(position.map(String.init).joined(separator: ","))]"
    lines += Terms.block(block, corner: corner, map: map, sign: "x", value: input, asked: unit, result: result)
    let value = Double(named.tensor[flat: named.tensor.offset(of: position)])
    let now = machine.probability(block: corner, unit: unit, input: input)
    if abs(now - value) > 1e-4 {
      lines.append("but it is \(number(value)), from what stood there before")
    }
    return lines
  }

  private func explainDown(
    _ named: NamedTensor, _ position: [Int], from hidden: Tensor, _ machine: ConvolutionalMachine
  ) -> [String]? {
    guard hidden.shape.rank == 4, hidden.shape[0] > position[0] else { return nil }
    let (row, column, channel) = (position[1], position[2], position[3])
    let products = machine.covering(row: row, column: column, channel: channel, of: hidden, sample: position[0])
    var lines = Terms.sum(
      name: "x", formula: "Σ h[\(position[0]),\(row)−i,\(column)−j,n]·W[i,j,\(channel),n] + b[\(channel)]",
      products: products, constant: machine.visibleBias[channel])
    let activation: Activation = machine.visibleUnits == .binary ? .sigmoid : .identity
    lines += Terms.result(
      named, position, machine.visibleUnits == .binary ? "σ(x)" : "x",
      now: activation.value(Terms.total(products, constant: machine.visibleBias[channel])))
    return lines
  }

  private func explainIncrement(_ position: [Int]) -> [String]? {
    let machine = network.levels[level]
    let (i, j, m, n) = (position[0], position[1], position[2], position[3])
    func mean(_ v: Tensor, _ h: Tensor) -> Double {
      var sum = 0.0
      for sample in 0..<h.shape[0] {
        for row in 0..<machine.hidden.rows {
          for column in 0..<machine.hidden.columns {
            sum += Double(v[sample, row + i, column + j, m]) * Double(h[sample, row, column, n])
          }
        }
      }
      return sum / Double(h.count / machine.maps)
    }
    let (v, h) = negative
    let (positive, own) = (mean(v0, h0), mean(v, h))
    let penalty = chosen.decay * Double(machine.weight[i, j, m, n])
    return [
      "⟨v⁰[r+\(i),c+\(j),\(m)] h⁰[r,c,\(n)]⟩ = \(number(positive)) over \(h0.shape[0]) samples and "
        + "\(machine.hidden.rows)×\(machine.hidden.columns) places: with the data",
      "⟨v[r+\(i),c+\(j),\(m)] h[r,c,\(n)]⟩ = \(number(own)): in the machine's own reconstruction",
      "ε(\(number(positive)) − \(number(own)) − \(number(penalty))) = \(number(presentRate * (positive - own - penalty)))"
        + ", added to μ = \(number(presentMomentum)) times the last ΔW",
      "ΔW[\(i),\(j),\(m),\(n)] = \(number(increments.weight[i, j, m, n]))",
    ]
  }
}

extension ConvolutionalLearner: Predictor {
  /// The mean-field reconstruction through all levels, in the input's shape.
  public func predict(_ input: Tensor) -> Prediction {
    let back = network.reconstruction(of: input)
    return Prediction(reconstruction: back.reshaped(to: data.inputShape.batched(back.shape[0])))
  }

  public func losses(on samples: Samples) -> Measurements { Measurements() }
}
