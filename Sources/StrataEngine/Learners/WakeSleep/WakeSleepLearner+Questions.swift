// The listing of wake-sleep, the tensors that it names, and questions to it.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension WakeSleepLearner {
  public var title: String { "helmholtz machine · wake-sleep" }

  private func sign(_ layer: Int) -> String { machine.unitSign(layer) }

  func makeListing() -> [ListingLine] { program.map(line) }

  private func line(_ instruction: Instruction) -> ListingLine {
    switch instruction {
    case .batch: return ListingLine("vis ← next sample", writes: ["wake.vis"], phase: "wake", layer: 1)
    case .wake(let i):
      let (from, to) = (sign(i), sign(i + 1))
      return ListingLine(
        "\(to) ~ σ(\(from)·\(from)\(to) + \(to)recbiases)",
        reads: ["wake.\(from)", "level\(i + 1).recognition.weight", "level\(i + 1).recognition.bias"],
        writes: ["wake.\(to)", "wake.\(to).probability"], phase: "wake", layer: i + 1)
    case .predictGenerative(let i):
      if i == depth {
        return ListingLine(
          "ptop = σ(topgenbiases)", reads: ["top.bias"], writes: ["pwake.top"], phase: "wake", layer: depth)
      }
      let (from, to) = (sign(i + 1), sign(i))
      return ListingLine(
        "p\(to) = σ(\(from)·\(from)\(to) + \(to)genbiases)",
        reads: ["wake.\(from)", "level\(i + 1).generative.weight", "level\(i + 1).generative.bias"],
        writes: ["pwake.\(to)"], phase: "wake", layer: i + 1)
    case .learnGenerative:
      let updates = (0..<depth).map { "\(sign($0 + 1))\(sign($0)) ← + ε \(sign($0 + 1))ᵀ·(\(sign($0)) − p\(sign($0)))" }
      return ListingLine(
        updates.joined(separator: ";  ") + ";  genbiases likewise",
        reads: (0...depth).flatMap { ["wake.\(sign($0))", "pwake.\(sign($0))"] },
        writes: generativeNames + (0...depth).map { "wake.\(sign($0)).error" }, phase: "wake")
    case .dreamTop:
      return ListingLine(
        "top ~ σ(topgenbiases)", reads: ["top.bias"], writes: ["sleep.top", "sleep.top.probability"], phase: "sleep",
        layer: depth)
    case .sleep(let i):
      let (from, to) = (sign(i + 1), sign(i))
      return ListingLine(
        "\(to) ~ σ(\(from)·\(from)\(to) + \(to)genbiases)",
        reads: ["sleep.\(from)", "level\(i + 1).generative.weight", "level\(i + 1).generative.bias"],
        writes: ["sleep.\(to)", "sleep.\(to).probability"], phase: "sleep", layer: i + 1)
    case .predictRecognition(let i):
      let (from, to) = (sign(i), sign(i + 1))
      return ListingLine(
        "q\(to) = σ(\(from)·\(from)\(to) + \(to)recbiases)",
        reads: ["sleep.\(from)", "level\(i + 1).recognition.weight", "level\(i + 1).recognition.bias"],
        writes: ["psleep.\(to)"], phase: "sleep", layer: i + 1)
    case .learnRecognition:
      let updates = (0..<depth).map {
        "\(sign($0))\(sign($0 + 1)) ← + ε \(sign($0))ᵀ·(\(sign($0 + 1)) − q\(sign($0 + 1)))"
      }
      return ListingLine(
        updates.joined(separator: ";  ") + ";  recbiases likewise",
        reads: (0...depth).map { "sleep.\(sign($0))" } + (1...depth).map { "psleep.\(sign($0))" },
        writes: (1...depth).flatMap {
          ["level\($0).recognition.weight", "level\($0).recognition.bias", "sleep.\(sign($0)).error"]
        }, phase: "sleep")
    }
  }

  private var generativeNames: [String] {
    (1...depth).flatMap { ["level\($0).generative.weight", "level\($0).generative.bias"] } + ["top.bias"]
  }

  public var tensors: [NamedTensor] {
    var all: [NamedTensor] = []
    func add(_ name: String, _ symbol: String, _ role: TensorRole, _ layer: Int, _ tensor: Tensor) {
      all.append(
        NamedTensor(name, symbol: symbol, role: role, axes: ["batch", layer == 0 ? "visible" : "hidden"], tensor))
    }
    for layer in 0...depth {
      if layer > 0 {
        add(
          "wake.\(sign(layer)).probability", "wake.\(sign(layer))probs", .probability, layer, wakeProbabilities[layer])
      }
      add("wake.\(sign(layer))", "wake.\(sign(layer))", layer == 0 ? .activation : .sample, layer, wake[layer])
    }
    for layer in 0...depth {
      add("pwake.\(sign(layer))", "p\(sign(layer))", .probability, layer, generation[layer].prediction)
      add("wake.\(sign(layer)).error", "wake.\(sign(layer))−p", .statistic, layer, generation[layer].error)
    }
    for layer in (0...depth).reversed() {
      add(
        "sleep.\(sign(layer)).probability", "sleep.\(sign(layer))probs", .probability, layer, sleepProbabilities[layer])
      add("sleep.\(sign(layer))", "sleep.\(sign(layer))", .sample, layer, sleep[layer])
    }
    for i in 0..<depth {
      add("psleep.\(sign(i + 1))", "q\(sign(i + 1))", .probability, i + 1, recognition[i].prediction)
      add("sleep.\(sign(i + 1)).error", "sleep.\(sign(i + 1))−q", .statistic, i + 1, recognition[i].error)
    }
    return all + machine.parameters
  }

  func fault(after instruction: Instruction, line: Int) -> NumericFault? {
    func report(_ tensor: Tensor, _ name: String, _ level: Int) -> NumericFault? {
      tensor.firstNonFinite.map {
        NumericFault(
          line: line + 1, layer: level, tensor: name, position: tensor.position(of: $0), value: tensor[flat: $0])
      }
    }
    switch instruction {
    case .batch: return report(wake[0], "wake.vis", 1)
    case .wake(let i): return report(wakeProbabilities[i + 1], "wake.\(sign(i + 1)).probability", i + 1)
    case .sleep(let i): return report(sleepProbabilities[i], "sleep.\(sign(i)).probability", i + 1)
    case .dreamTop: return report(sleepProbabilities[depth], "sleep.top.probability", depth)
    case .predictGenerative(let i): return report(generation[i].prediction, "pwake.\(sign(i))", min(i + 1, depth))
    case .predictRecognition(let i): return report(recognition[i].prediction, "psleep.\(sign(i + 1))", i + 1)
    case .learnGenerative:
      for (i, level) in machine.levels.enumerated() {
        if let fault = report(level.generativeWeight, "level\(i + 1).generative.weight", i + 1)
          ?? report(level.generativeBias, "level\(i + 1).generative.bias", i + 1)
        {
          return fault
        }
      }
      return report(machine.topBias, "top.bias", depth)
    case .learnRecognition:
      for (i, level) in machine.levels.enumerated() {
        if let fault = report(level.recognitionWeight, "level\(i + 1).recognition.weight", i + 1)
          ?? report(level.recognitionBias, "level\(i + 1).recognition.bias", i + 1)
        {
          return fault
        }
      }
      return nil
    }
  }

  public var measurements: Measurements {
    guard !loss.isNaN else { return Measurements() }
    var entries = [Measurements.Entry("loss", loss), .init("sleep cost", sleepCost), .init("agreement", agreement)]
    if machine.isQuicklyEnumerated, let known = data.distribution {
      entries.append(.init("kl", machine.divergence(from: known)))
    }
    return Measurements(entries + [.init("rate", rate * schedule.factor(epoch: clock.epoch))])
  }

  /// The mean over the levels of the cosine between recognition weights and transposed generative ones.
  public var agreement: Double {
    machine.levels.reduce(0) { $0 + $1.recognitionWeight.cosine(withTransposed: $1.generativeWeight) }
      / Double(max(depth, 1))
  }

  /// The description length, with states drawn from a stream that begins anew for each question; where all states can be
  /// counted also the likelihood, what recognition wastes, and the divergence from a known distribution in bits.
  public func evaluate(_ samples: Samples) -> Measurements {
    guard samples.count > 0 else { return Measurements() }
    var random = RandomStream(seed: seed, name: "evaluation")
    var (length, likelihood) = (0.0, 0.0)
    var x = Tensor.empty
    for start in stride(from: 0, to: samples.count, by: 500) {
      let rows = Int32(start)..<Int32(min(start + 500, samples.count))
      samples.inputs.gather(rows, as: [machine.levels[0].generativeBias.count], into: &x)
      length += Double(rows.count) * descriptionLength(of: x, random: &random)
      if machine.isQuicklyEnumerated { likelihood += machine.logLikelihoods(x).reduce(0, +) }
    }
    let count = Double(samples.count)
    var entries = [Measurements.Entry("loss", length / count)]
    if machine.isQuicklyEnumerated {
      entries.append(.init("log-likelihood", likelihood / count))
      entries.append(.init("recognition gap", (length + likelihood) / count))
      if let known = data.distribution { entries.append(.init("kl", machine.divergence(from: known))) }
    }
    return Measurements(entries)
  }

  private func descriptionLength(of input: Tensor, random: inout RandomStream) -> Double {
    let (probabilities, states) = machine.recognize(input, random: &random)
    var total = 0.0
    for (p, s) in zip(probabilities, states) { total -= Cost.bernoulli(s, p) }
    var rule = DeltaRule()
    for i in 0..<depth {
      rule.predict(
        from: states[i], weight: machine.levels[i].generativeWeight, bias: machine.levels[i].generativeBias)
      total += Cost.bernoulli(i == 0 ? input : states[i - 1], rule.prediction)
    }
    rule.predict(count: input.matrixExtents.rows, bias: machine.topBias)
    return total + Cost.bernoulli(states[depth - 1], rule.prediction)
  }

  public func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation {
    try explained(name, at: position) { explanation(of: $0, at: $1) }
  }

  private func explanation(of named: NamedTensor, at position: [Int]) -> [String]? {
    for i in 0..<depth {
      let level = machine.levels[i]
      let (below, above) = (sign(i), sign(i + 1))
      switch named.name {
      case "wake.\(above).probability":
        return Terms.probability(
          named, position, from: wake[i], sign: below, weight: level.recognitionWeight,
          weightSign: "\(below)\(above)", bias: level.recognitionBias)
      case "psleep.\(above)":
        return Terms.probability(
          named, position, from: sleep[i], sign: below, weight: level.recognitionWeight,
          weightSign: "\(below)\(above)", bias: level.recognitionBias)
      case "pwake.\(below)":
        return Terms.probability(
          named, position, from: wake[i + 1], sign: above, weight: level.generativeWeight,
          weightSign: "\(above)\(below)", bias: level.generativeBias)
      case "sleep.\(below).probability":
        return Terms.probability(
          named, position, from: sleep[i + 1], sign: above, weight: level.generativeWeight,
          weightSign: "\(above)\(below)", bias: level.generativeBias)
      default: continue
      }
    }
    return nil
  }
}

extension WakeSleepLearner: Predictor {
  /// The input given back: recognition up, generation down, probabilities all the way.
  public func predict(_ input: Tensor) -> Prediction {
    let (rows, columns) = input.matrixExtents
    var states = input.reshaped(to: Shape(rows: rows, columns: columns))
    var rule = DeltaRule()
    for level in machine.levels {
      rule.predict(from: states, weight: level.recognitionWeight, bias: level.recognitionBias)
      states = rule.prediction
    }
    for level in machine.levels.reversed() {
      rule.predict(from: states, weight: level.generativeWeight, bias: level.generativeBias)
      states = rule.prediction
    }
    return Prediction(reconstruction: states)
  }

  public func losses(on samples: Samples) -> Measurements { Measurements() }
}
