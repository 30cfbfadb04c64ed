// Questions to up-down learning: how well the two directions agree, how good the network is, where a number comes from.

extension UpDownLearner {
  public var measurements: Measurements {
    guard !loss.isNaN else { return Measurements() }
    let layers = generation.dropFirst().map(\.meanSquaredError)
    var entries = [Measurements.Entry("loss", loss)]
    entries.append(.init("wake error", loss + layers.reduce(0, +)))
    entries.append(.init("sleep error", recognition.map(\.meanSquaredError).reduce(0, +)))
    entries.append(.init("agreement", agreement))
    return Measurements(entries + [.init("rate", rate * schedule.factor(epoch: clock.epoch))])
  }

  /// The mean over the levels of the cosine between recognition weights and transposed generative ones: 1 where both
  /// directions say the same.
  public var agreement: Double {
    let cosines = (0..<directed).map { network.levels[$0].weight.cosine(withTransposed: network.generative[$0]) }
    return cosines.reduce(0, +) / Double(max(directed, 1))
  }

  public func evaluate(_ samples: Samples) -> Measurements {
    guard samples.count > 0 else { return Measurements() }
    var error = 0.0
    var x = Tensor.empty
    for start in stride(from: 0, to: samples.count, by: 500) {
      let rows = Int32(start)..<Int32(min(start + 500, samples.count))
      samples.inputs.gather(rows, as: [network.levels[0].visibleCount], into: &x)
      var (hidden, back, difference) = (Tensor.empty, Tensor.empty, Tensor.empty)
      network.levels[0].hiddenProbabilities(x, into: &hidden)
      network.generate(0, from: hidden, into: &back)
      difference.setDifference(x, back)
      error += difference.sumOfSquares
    }
    var entries = [Measurements.Entry("loss", error / Double(samples.count))]
    if hasLabels, case .classes = samples.targets {
      entries.append(.init("accuracy", network.accuracy(on: samples) { network.classProbabilities($0) }))
    }
    return Measurements(entries)
  }

  public func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation {
    try explained(name, at: position) { explanation(of: $0, at: $1) }
  }

  private func explanation(of named: NamedTensor, at position: [Int]) -> [String]? {
    for i in 0..<directed {
      let (below, above) = (network.unitSign(i), network.unitSign(i + 1))
      switch named.name {
      case "wake.\(above).probability":
        return Terms.probability(
          named, position, from: wake[i], sign: i == 0 ? "data" : "wake\(below)states",
          weight: network.levels[i].weight, weightSign: "\(below)\(above)", bias: network.levels[i].hiddenBias)
      case "pwake.\(below)":
        return Terms.probability(
          named, position, from: wake[i + 1], sign: "wake\(above)states", weight: network.generative[i],
          weightSign: "\(above)\(below)", bias: network.levels[i].visibleBias)
      case "psleep.\(above)":
        return Terms.probability(
          named, position, from: sleep[i], sign: i == 0 ? "sleepvisprobs" : "sleep\(below)states",
          weight: network.levels[i].weight, weightSign: "\(below)\(above)", bias: network.levels[i].hiddenBias)
      default: continue
      }
    }
    return nil
  }
}

extension Terms {
  /// The lines that explain p = σ(Σ_k from·W + b) of one unit for one sample; nil where the states are gone.
  static func probability(
    _ named: NamedTensor, _ position: [Int], from states: Tensor, sign: String, weight: Tensor, weightSign: String,
    bias: Tensor
  ) -> [String]? {
    let (row, unit) = (position[0], position[1])
    let (rows, columns) = states.matrixExtents
    guard row < rows else { return nil }
    let products = (0..<columns).map { (states[flat: row * columns + $0], weight[$0, unit]) }
    let lines = sum(
      name: "x", formula: "Σ_k \(sign)[\(row),k]·\(weightSign)[k,\(unit)] + bias[\(unit)]", products: products,
      constant: bias[unit])
    let now = Activation.sigmoid.value(total(products, constant: bias[unit]))
    return lines + result(named, position, "σ(x)", now: now)
  }
}

extension UpDownLearner: Predictor {
  public func predict(_ input: Tensor) -> Prediction {
    let (rows, columns) = input.matrixExtents
    let flat = input.reshaped(to: Shape(rows: rows, columns: columns))
    return hasLabels
      ? Prediction(probabilities: network.classProbabilities(flat))
      : Prediction(reconstruction: network.reconstruction(of: flat))
  }

  public func losses(on samples: Samples) -> Measurements {
    guard hasLabels, case .classes = samples.targets else { return Measurements() }
    // Many drawn passes of very many samples would take too long to wait for: the first ones stand for all.
    let shown = samples.count > 10_000 ? samples.selecting((0..<10_000).map { $0 }) : samples
    var random = RandomStream(seed: seed, name: "evaluation")
    let drawn = network.accuracy(on: shown) { network.classProbabilities($0, drawnUpPasses: 20, random: &random) }
    return Measurements([
      .init("zero-one", 1 - network.accuracy(on: samples) { network.classProbabilities($0) }),
      .init("zero-one by 20 drawn up-passes", 1 - drawn),
      .init("zero-one by up-pass", 1 - network.accuracy(on: samples) { network.upPassProbabilities($0) }),
    ])
  }
}
