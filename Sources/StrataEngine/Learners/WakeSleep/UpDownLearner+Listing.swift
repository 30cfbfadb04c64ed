// The up-down listing: appendix B of Hinton, Osindero, Teh 2006, line by line with its names. vis, hid, pen and top are
// the layers of a network with three levels; with more, hid1, hid2, ….

extension UpDownLearner {
  public var title: String { "dbn · up-down" }

  private func sign(_ layer: Int) -> String { network.unitSign(layer) }

  func makeListing() -> [ListingLine] { program.map(line) }

  private func line(_ instruction: Instruction) -> ListingLine {
    let top = directed
    let pen = sign(top)
    let level = "level\(top + 1)"
    switch instruction {
    case .batch:
      return ListingLine(
        hasLabels ? "data, targets ← next mini-batch" : "data ← next mini-batch",
        writes: ["wake.vis"] + (hasLabels ? ["targets"] : []), phase: "wake", layer: 1)
    case .wake(let i):
      let (from, to) = (sign(i), sign(i + 1))
      let source = i == 0 ? "data" : "wake\(from)states"
      return ListingLine(
        "wake\(to)states ~ wake\(to)probs = σ(\(source)·\(from)\(to) + \(to)recbiases)",
        reads: ["wake.\(from)", "level\(i + 1).recognition.weight", "level\(i + 1).recognition.bias"],
        writes: ["wake.\(to)", "wake.\(to).probability"], phase: "wake", layer: i + 1)
    case .wakeTop:
      return ListingLine(
        "waketopstates ~ waketopprobs = σ(wake\(pen)states·\(pen)top + \(hasLabels ? "targets·labtop + " : "")topbiases)",
        reads: ["wake.\(pen)", "\(level).weight", "\(level).hidden.bias"]
          + labels(["targets", "\(level).label.weight"]),
        writes: ["wake.top", "wake.top.probability", "neg.top"], phase: "wake", layer: top + 1)
    case .positiveStatistics:
      return ListingLine(
        "pos\(pen)topstatistics = wake\(pen)statesᵀ·waketopstates"
          + (hasLabels ? ";  poslabtopstatistics = targetsᵀ·waketopstates" : ""),
        reads: ["wake.\(pen)", "wake.top"] + labels(["targets"]),
        writes: ["memory.statistics"] + labels(["label.statistics"]), phase: "wake", layer: top + 1)
    case .loop:
      return ListingLine("for iter = 1:\(iterations)", writes: ["iter"], phase: "sleep", layer: top + 1)
    case .gibbsDown:
      return ListingLine(
        "  neg\(pen)states ~ σ(negtopstates·\(pen)topᵀ + \(pen)genbiases)"
          + (hasLabels ? ";  neglabprobs = softmax(negtopstates·labtopᵀ + labgenbiases)" : ""),
        reads: ["neg.top", "\(level).weight", "\(level).visible.bias"]
          + labels(["\(level).label.weight", "\(level).label.bias"]),
        writes: ["neg.\(pen)", "neg.\(pen).probability"] + labels(["neg.labels"]), phase: "sleep", layer: top + 1)
    case .gibbsUp:
      return ListingLine(
        "  negtopstates ~ σ(neg\(pen)states·\(pen)top + \(hasLabels ? "neglabprobs·labtop + " : "")topbiases)",
        reads: ["neg.\(pen)", "\(level).weight", "\(level).hidden.bias"]
          + labels(["neg.labels", "\(level).label.weight"]),
        writes: ["neg.top", "neg.top.probability"], phase: "sleep", layer: top + 1)
    case .negativeStatistics:
      return ListingLine(
        "neg\(pen)topstatistics = neg\(pen)statesᵀ·negtopstates"
          + (hasLabels ? ";  neglabtopstatistics = neglabprobsᵀ·negtopstates" : ""),
        reads: ["neg.\(pen)", "neg.top"] + labels(["neg.labels"]),
        writes: ["memory.statistics"] + labels(["label.statistics"]), phase: "sleep", layer: top + 1)
    case .sleep(let i): return sleepLine(i)
    case .predictRecognition(let i):
      let (from, to) = (sign(i), sign(i + 1))
      let source = i == 0 ? "sleepvisprobs" : "sleep\(from)states"
      return ListingLine(
        "psleep\(to)states = σ(\(source)·\(from)\(to) + \(to)recbiases)",
        reads: ["sleep.\(from)", "level\(i + 1).recognition.weight", "level\(i + 1).recognition.bias"],
        writes: ["psleep.\(to)"], phase: "sleep", layer: i + 1)
    case .predictGenerative(let i):
      let (from, to) = (sign(i + 1), sign(i))
      return ListingLine(
        "p\(to)probs = σ(wake\(from)states·\(from)\(to) + \(to)genbiases)",
        reads: ["wake.\(from)", "level\(i + 1).generative.weight", "level\(i + 1).generative.bias"],
        writes: ["pwake.\(to)"], phase: "sleep", layer: i + 1)
    case .learnGenerative(let i):
      let (from, to) = (sign(i + 1), sign(i))
      let states = i == 0 ? "data" : "wake\(to)states"
      return ListingLine(
        "\(from)\(to) ← + r·wake\(from)statesᵀ·(\(states) − p\(to)probs);  \(to)genbiases likewise",
        reads: ["wake.\(from)", "wake.\(to)", "pwake.\(to)"],
        writes: ["level\(i + 1).generative.weight", "level\(i + 1).generative.bias", "wake.\(to).error"],
        phase: "sleep", layer: i + 1)
    case .learnMemory:
      return ListingLine(
        "\(pen)top ← + r(pos\(pen)topstatistics − neg\(pen)topstatistics);  \(pen)genbiases, topbiases"
          + (hasLabels ? ", labtop, labgenbiases" : "") + " likewise",
        reads: ["memory.statistics", "wake.\(pen)", "neg.\(pen)", "wake.top", "neg.top"]
          + labels(["label.statistics", "targets", "neg.labels"]),
        writes: ["\(level).weight", "\(level).visible.bias", "\(level).hidden.bias"]
          + labels(["\(level).label.weight", "\(level).label.bias"]), phase: "sleep", layer: top + 1)
    case .learnRecognition(let i):
      let (from, to) = (sign(i), sign(i + 1))
      let source = i == 0 ? "sleepvisprobs" : "sleep\(from)states"
      return ListingLine(
        "\(from)\(to) ← + r·\(source)ᵀ·(sleep\(to)states − psleep\(to)states);  \(to)recbiases likewise",
        reads: ["sleep.\(from)", "sleep.\(to)", "psleep.\(to)"],
        writes: ["level\(i + 1).recognition.weight", "level\(i + 1).recognition.bias", "sleep.\(to).error"],
        phase: "sleep", layer: i + 1)
    }
  }

  private func labels(_ names: [String]) -> [String] { hasLabels ? names : [] }

  private func sleepLine(_ i: Int) -> ListingLine {
    let (from, to) = (sign(i + 1), sign(i))
    let begins = i == directed - 1
    let lead = begins ? "sleep\(from)states = neg\(from)states;  " : ""
    let formula = "σ(sleep\(from)states·\(from)\(to) + \(to)genbiases)"
    return ListingLine(
      i == 0
        ? "\(lead)sleepvisprobs = \(formula)" : "\(lead)sleep\(to)states ~ sleep\(to)probs = \(formula)",
      reads: [
        begins ? "neg.\(from)" : "sleep.\(from)", "level\(i + 1).generative.weight", "level\(i + 1).generative.bias",
      ],
      writes: ["sleep.\(to)"] + (i > 0 ? ["sleep.\(to).probability"] : []) + (begins ? ["sleep.\(from)"] : []),
      phase: "sleep", layer: i + 1)
  }

  public var tensors: [NamedTensor] {
    var all: [NamedTensor] = []
    func add(_ name: String, _ symbol: String, _ role: TensorRole, _ unit: String, _ tensor: Tensor) {
      all.append(NamedTensor(name, symbol: symbol, role: role, axes: ["batch", unit], tensor))
    }
    let pen = sign(directed)
    add("wake.vis", "data", .activation, "vis", wake[0])
    if hasLabels { add("targets", "targets", .target, "class", targets) }
    for layer in 1...directed {
      add(
        "wake.\(sign(layer)).probability", "wake\(sign(layer))probs", .probability, "hidden", wakeProbabilities[layer])
      add("wake.\(sign(layer))", "wake\(sign(layer))states", .sample, "hidden", wake[layer])
    }
    add("wake.top.probability", "waketopprobs", .probability, "hidden", wakeTopProbabilities)
    add("wake.top", "waketopstates", .sample, "hidden", wakeTop)
    all.append(NamedTensor("iter", role: .statistic, axes: [], Tensor([], elements: [Scalar(turns)])))
    add("neg.\(pen).probability", "neg\(pen)probs", .probability, "hidden", memoryProbabilities)
    add("neg.\(pen)", "neg\(pen)states", .sample, "hidden", memory)
    if hasLabels { add("neg.labels", "neglabprobs", .probability, "class", labelProbabilities) }
    add("neg.top.probability", "negtopprobs", .probability, "hidden", negativeTopProbabilities)
    add("neg.top", "negtopstates", .sample, "hidden", negativeTop)
    all.append(
      NamedTensor(
        "memory.statistics", symbol: "\(pen)topstatistics", role: .gradient, axes: ["visible", "hidden"], statistics))
    if hasLabels {
      all.append(
        NamedTensor(
          "label.statistics", symbol: "labtopstatistics", role: .gradient, axes: ["class", "hidden"], labelStatistics))
    }
    for layer in (0...directed).reversed() {
      if layer > 0, layer < directed {
        add(
          "sleep.\(sign(layer)).probability", "sleep\(sign(layer))probs", .probability, "hidden",
          sleepProbabilities[layer])
      }
      let symbol = layer == 0 ? "sleepvisprobs" : "sleep\(sign(layer))states"
      add(
        "sleep.\(sign(layer))", symbol, layer == 0 ? .probability : .sample, layer == 0 ? "vis" : "hidden", sleep[layer]
      )
    }
    for i in 0..<directed {
      add("psleep.\(sign(i + 1))", "psleep\(sign(i + 1))states", .probability, "hidden", recognition[i].prediction)
      add("sleep.\(sign(i + 1)).error", "sleep\(sign(i + 1))error", .statistic, "hidden", recognition[i].error)
      add("pwake.\(sign(i))", "p\(sign(i))probs", .probability, i == 0 ? "vis" : "hidden", generation[i].prediction)
      add("wake.\(sign(i)).error", "wake\(sign(i))error", .statistic, i == 0 ? "vis" : "hidden", generation[i].error)
    }
    return all + network.parameters
  }

  /// Looks at what the instruction wrote; the first number that is not finite is named.
  func fault(after instruction: Instruction, line: Int) -> NumericFault? {
    func report(_ tensor: Tensor, _ name: String, _ level: Int) -> NumericFault? {
      tensor.firstNonFinite.map {
        NumericFault(
          line: line + 1, layer: level + 1, tensor: name, position: tensor.position(of: $0), value: tensor[flat: $0])
      }
    }
    switch instruction {
    case .batch: return report(wake[0], "wake.vis", 0)
    case .wake(let i): return report(wakeProbabilities[i + 1], "wake.\(sign(i + 1)).probability", i)
    case .wakeTop: return report(wakeTopProbabilities, "wake.top.probability", directed)
    case .gibbsDown:
      return report(memoryProbabilities, "neg.\(sign(directed)).probability", directed)
        ?? report(labelProbabilities, "neg.labels", directed)
    case .gibbsUp: return report(negativeTopProbabilities, "neg.top.probability", directed)
    case .sleep(let i): return report(sleep[i], "sleep.\(sign(i))", i)
    case .learnGenerative(let i):
      return report(network.generative[i], "level\(i + 1).generative.weight", i)
        ?? report(network.levels[i].visibleBias, "level\(i + 1).generative.bias", i)
    case .learnMemory:
      let (memory, name) = (network.levels[directed], "level\(directed + 1)")
      return report(memory.weight, "\(name).weight", directed)
        ?? report(memory.visibleBias, "\(name).visible.bias", directed)
        ?? report(memory.hiddenBias, "\(name).hidden.bias", directed)
        ?? report(memory.labelWeight, "\(name).label.weight", directed)
        ?? report(memory.labelBias, "\(name).label.bias", directed)
    case .learnRecognition(let i):
      return report(network.levels[i].weight, "level\(i + 1).recognition.weight", i)
        ?? report(network.levels[i].hiddenBias, "level\(i + 1).recognition.bias", i)
    case .predictRecognition(let i): return report(recognition[i].prediction, "psleep.\(sign(i + 1))", i)
    case .predictGenerative(let i): return report(generation[i].prediction, "pwake.\(sign(i))", i)
    case .positiveStatistics, .loop, .negativeStatistics: return nil
    }
  }
}
