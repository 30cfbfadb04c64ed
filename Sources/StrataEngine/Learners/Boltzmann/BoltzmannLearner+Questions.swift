// Questions to a Boltzmann machine's learner: how good it is, what it answers, where a number comes from.

extension BoltzmannLearner {
  public var measurements: Measurements {
    guard !loss.isNaN else { return Measurements() }
    var entries = [Measurements.Entry("loss", loss)]
    entries.append(.init("hidden activity", activity.sum / Double(max(activity.count, 1))))
    if let likelihood { entries.append(.init(hasLabels ? "joint log-likelihood" : "log-likelihood", likelihood)) }
    return Measurements(
      entries + [
        .init("weight norm", network.levels[level].weight.sumOfSquares.squareRoot()), .init("rate", presentRate),
      ]
    )
  }

  /// So many training samples stand for all of them where free energies are compared.
  private static var comparedSamples: Int { 1_000 }

  public func evaluate(_ samples: Samples) -> Measurements {
    guard samples.count > 0 else { return Measurements() }
    let machine = network.levels[level]
    var totals = Totals()
    let logPartition = level == 0 ? machine.quickLogPartition : nil
    forEachChunk(of: samples) { rows, visible, raw in
      totals.error += machine.reconstructionError(visible)
      let energies = machine.freeEnergies(visible)
      totals.energy += energies.reduce(0, +)
      if machine.visibleUnits == .binary {
        totals.pseudo += machine.pseudoLogLikelihoods(visible, first: Int(rows.lowerBound)).reduce(0, +)
      }
      if let logPartition { totals.likelihood -= energies.reduce(0) { $0 + $1 + logPartition } }
    }
    let count = Double(samples.count)
    let energy = totals.energy / count
    var entries = [Measurements.Entry("loss", totals.error / count)]
    if network.classCount > 0, level == network.levels.count - 1, case .classes = samples.targets {
      entries.append(.init("accuracy", accuracy(on: samples) { network.classProbabilities($0) }))
    }
    entries.append(.init("free energy", energy))
    entries.append(.init("free energy gap", energy - meanTrainingEnergy()))
    if machine.visibleUnits == .binary { entries.append(.init("pseudo-likelihood", totals.pseudo / count)) }
    if let logPartition {
      entries.append(.init("log-likelihood", totals.likelihood / count))
      if let known = data.distribution, machine.visibleUnits == .binary {
        entries.append(.init("kl", machine.divergence(from: known, logPartition: logPartition)))
      }
    }
    return Measurements(entries)
  }

  private struct Totals {
    var error = 0.0
    var energy = 0.0
    var pseudo = 0.0
    var likelihood = 0.0
  }

  /// Mean free energy of the first training samples.
  private func meanTrainingEnergy() -> Double {
    let count = min(data.train.count, Self.comparedSamples)
    guard count > 0 else { return .nan }
    var total = 0.0
    forEachChunk(of: data.train, upTo: count) { _, visible, _ in
      total += network.levels[level].freeEnergies(visible).reduce(0, +)
    }
    return total / Double(count)
  }

  /// Calls `body` with a few hundred samples at a time: what the level sees of them, and they themselves.
  private func forEachChunk(
    of samples: Samples, upTo limit: Int = .max,
    _ body: (_ rows: Range<Int32>, _ visible: Tensor, _ raw: Tensor) -> Void
  ) {
    var x = Tensor.empty
    let count = min(samples.count, limit)
    for start in stride(from: 0, to: count, by: 500) {
      let rows = Int32(start)..<Int32(min(start + 500, count))
      samples.inputs.gather(rows, as: [network.levels[0].visibleCount], into: &x)
      body(rows, level == 0 ? x : network.passUp(x, through: level), x)
    }
  }

  private func accuracy(on samples: Samples, _ answer: (Tensor) -> Tensor) -> Double {
    network.accuracy(on: samples, answer)
  }

  public func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation {
    try explained(name, at: position) { explanation(of: $0, at: $1) }
  }

  private func explanation(of named: NamedTensor, at position: [Int]) -> [String]? {
    let machine = network.levels[level]
    switch named.name {
    case "h0": return explainUp(named, position, from: v0, y0, signs: ("v⁰", "y⁰"), machine)
    case "h1":
      return explainUp(named, position, from: chosen.drawsVisible ? v1State : v1, y1, signs: ("v", "y"), machine)
    case "v1": return drivingStates.flatMap { explainDown(named, position, from: $0, machine) }
    case "h0.sample", "h1.sample":
      let p = named.name == "h0.sample" ? h0 : h1
      guard p.count == named.tensor.count else { return nil }
      let offset = named.tensor.offset(of: position)
      return [
        "drawn: 1 with probability \(number(p[flat: offset])), else 0", "= \(number(named.tensor[flat: offset]))",
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

  private func explainUp(
    _ named: NamedTensor, _ position: [Int], from visible: Tensor, _ labels: Tensor,
    signs: (visible: String, label: String), _ machine: BoltzmannMachine
  ) -> [String]? {
    let (row, unit) = (position[0], position[1])
    guard visible.matrixExtents.rows > row, !hasLabels || labels.matrixExtents.rows > row else { return nil }
    let columns = machine.visibleCount
    var products = (0..<columns).map { (visible[flat: row * columns + $0], machine.weight[$0, unit]) }
    var formula = "Σ_i \(signs.visible)[\(row),i]·W[i,\(unit)]"
    if hasLabels {
      products += (0..<machine.classCount).map { (labels[row, $0], machine.labelWeight[$0, unit]) }
      formula += " + Σ_k \(signs.label)[\(row),k]·U[k,\(unit)]"
    }
    var lines = Terms.sum(
      name: "x", formula: formula + " + c[\(unit)]", products: products, constant: machine.hiddenBias[unit])
    let activation: Activation = machine.hiddenUnits == .binary ? .sigmoid : .softplus
    lines += Terms.result(
      named, position, machine.hiddenUnits == .binary ? "σ(x)" : "ln(1 + eˣ)",
      now: activation.value(Terms.total(products, constant: machine.hiddenBias[unit])))
    return lines
  }

  private func explainDown(
    _ named: NamedTensor, _ position: [Int], from hidden: Tensor, _ machine: BoltzmannMachine
  ) -> [String]? {
    let (row, unit) = (position[0], position[1])
    guard hidden.matrixExtents.rows > row else { return nil }
    let products = (0..<machine.hiddenCount).map { (hidden[row, $0], machine.weight[unit, $0]) }
    var lines = Terms.sum(
      name: "x", formula: "Σ_j h[\(row),j]·W[\(unit),j] + b[\(unit)]", products: products,
      constant: machine.visibleBias[unit])
    let activation: Activation = machine.visibleUnits == .binary ? .sigmoid : .identity
    lines += Terms.result(
      named, position, machine.visibleUnits == .binary ? "σ(x)" : "x",
      now: activation.value(Terms.total(products, constant: machine.visibleBias[unit])))
    return lines
  }

  private func explainIncrement(_ position: [Int]) -> [String]? {
    let (i, j) = (position[0], position[1])
    let rows = v0.matrixExtents.rows
    let negative = chosen.drawsVisible ? v1State : v1
    func mean(_ v: Tensor, _ h: Tensor) -> Double {
      (0..<rows).reduce(0) { $0 + Double(v[$1, i]) * Double(h[$1, j]) } / Double(rows)
    }
    let (positive, own) = (mean(v0, h0), mean(negative, h1))
    let penalty = chosen.decay * Double(network.levels[level].weight[i, j])
    return [
      "⟨v⁰[\(i)] h⁰[\(j)]⟩ = \(number(positive)) over \(rows) samples: how often both are on with the data",
      "⟨v[\(i)] h[\(j)]⟩ = \(number(own)): how often in the machine's own reconstruction",
      "ε(\(number(positive)) − \(number(own)) − \(number(penalty))) = \(number(presentRate * (positive - own - penalty)))"
        + ", added to μ = \(number(presentMomentum)) times the last ΔW",
      "ΔW[\(i),\(j)] = \(number(increments.weight[i, j]))",
    ]
  }
}

extension BeliefNetwork {
  /// The share of labelled samples that an answer names rightly.
  func accuracy(on samples: Samples, _ answer: (Tensor) -> Tensor) -> Double {
    guard case .classes(let labels, _) = samples.targets else { return .nan }
    var (right, total) = (0, 0)
    var x = Tensor.empty
    for start in stride(from: 0, to: samples.count, by: 500) {
      let rows = Int32(start)..<Int32(min(start + 500, samples.count))
      samples.inputs.gather(rows, as: [levels[0].visibleCount], into: &x)
      for (row, named) in zip(rows, answer(x).largestInRows) where labels[Int(row)] >= 0 {
        total += 1
        if labels[Int(row)] == named { right += 1 }
      }
    }
    return Double(right) / Double(total)
  }
}

extension BoltzmannLearner: Predictor {
  /// The label units' probabilities where the stack has them; else the mean-field reconstruction through all levels.
  public func predict(_ input: Tensor) -> Prediction {
    let (rows, columns) = input.matrixExtents
    let flat = input.reshaped(to: Shape(rows: rows, columns: columns))
    if network.classCount > 0 { return Prediction(probabilities: network.classProbabilities(flat)) }
    return Prediction(reconstruction: network.reconstruction(of: flat))
  }

  public func losses(on samples: Samples) -> Measurements {
    guard network.classCount > 0, case .classes = samples.targets else { return Measurements() }
    return Measurements([
      .init("zero-one", 1 - network.accuracy(on: samples) { network.classProbabilities($0) }),
      .init("zero-one by up-pass", 1 - network.accuracy(on: samples) { network.upPassProbabilities($0) }),
    ])
  }
}

extension BeliefNetwork {
  /// Up through all levels and down again, probabilities all the way: `[batch, visible]`.
  public func reconstruction(of input: Tensor) -> Tensor {
    var p = passUp(input, through: levels.count)
    var below = Tensor.empty
    top.visibleProbabilities(p, into: &below)
    p = below
    for index in stride(from: levels.count - 2, through: 0, by: -1) {
      generate(index, from: p, into: &below)
      p = below
    }
    return p
  }
}

extension BoltzmannLearner: GradientCheckable where Method == ExactGradient {}

extension BoltzmannLearner {
  /// What an update would add beside the central differences of the mini-batch's mean log-likelihood, with given labels
  /// where there are label units. The exact gradient agrees; of the other methods it shows how far they are from one.
  /// Throws where not all states can be counted.
  public func checkGradients(layer: Int?) throws(StrataError) -> [GradientCheck] {
    if let layer, layer != level + 1 {
      throw StrataError(
        "level \(level + 1) is the one that learns; there is no gradient of level \(layer)", try: "check")
    }
    var probe = self
    probe.chosen.rate = 1
    probe.chosen.schedule = .constant
    probe.chosen.momentum = try MomentumSchedule("0")
    probe.chosen.decay = 0
    probe.chosen.sparsity = nil
    // The present mini-batch once more from its positive phase on, stopped before the update: increments are then the
    // gradient.
    let start = probe.program.firstIndex(of: .positive) ?? 0
    if probe.v0.count > 0, probe.line == 0 || probe.line > start {
      probe.line = start
      probe.turns = 0
    }
    while probe.program[probe.line] != .update { probe.step() }
    var results: [GradientCheck] = []
    for parameter in probe.checkedParameters {
      results.append(try probe.check(parameter.name, probe.increments[keyPath: parameter.increment], parameter.path))
    }
    return results
  }

  private struct CheckedParameter {
    var name: String
    var increment: KeyPath<Increments, Tensor>
    var path: WritableKeyPath<BoltzmannMachine, Tensor>
  }

  private var checkedParameters: [CheckedParameter] {
    let all = [
      CheckedParameter(name: "weight", increment: \.weight, path: \.weight),
      CheckedParameter(name: "visible.bias", increment: \.visibleBias, path: \.visibleBias),
      CheckedParameter(name: "hidden.bias", increment: \.hiddenBias, path: \.hiddenBias),
      CheckedParameter(name: "label.weight", increment: \.labelWeight, path: \.labelWeight),
      CheckedParameter(name: "label.bias", increment: \.labelBias, path: \.labelBias),
    ]
    return hasLabels ? all : Array(all.prefix(3))
  }

  private func check(
    _ name: String, _ gradient: Tensor, _ path: WritableKeyPath<BoltzmannMachine, Tensor>
  ) throws(StrataError) -> GradientCheck {
    let tried = min(gradient.count, 20)
    // Single precision leaves about 1e-3 of a difference over 2·10⁻².
    let h = MemoryLayout<Scalar>.size == 4 ? 1e-2 : 1e-5
    var (difference, numericSquares, analyticSquares) = (0.0, 0.0, 0.0)
    var worst = (offset: 0, analytic: 0.0, numeric: 0.0, difference: -1.0)
    for index in 0..<tried {
      let offset = index * gradient.count / tried
      let analytic = Double(gradient[flat: offset])
      let numeric = try (meanLogLikelihood(path, offset, h) - meanLogLikelihood(path, offset, -h)) / (2 * h)
      let d = abs(numeric - analytic)
      difference += d * d
      numericSquares += numeric * numeric
      analyticSquares += analytic * analytic
      if d > worst.difference { worst = (offset, analytic, numeric, d) }
    }
    let size = numericSquares.squareRoot() + analyticSquares.squareRoot()
    return GradientCheck(
      name: "\(levelName).\(name)", tried: tried, count: gradient.count,
      relativeError: size > 0 ? difference.squareRoot() / size : 0, worstPosition: gradient.position(of: worst.offset),
      worstAnalytic: worst.analytic, worstNumeric: worst.numeric)
  }

  /// Mean log p of the mini-batch with one parameter moved.
  private func meanLogLikelihood(
    _ path: WritableKeyPath<BoltzmannMachine, Tensor>, _ offset: Int, _ change: Double
  ) throws(StrataError) -> Double {
    var machine = network.levels[level]
    machine[keyPath: path][flat: offset] += Scalar(change)
    let energies = machine.freeEnergies(v0, labels: y0)
    return -energies.reduce(0, +) / Double(energies.count) - (try machine.logPartition())
  }
}
