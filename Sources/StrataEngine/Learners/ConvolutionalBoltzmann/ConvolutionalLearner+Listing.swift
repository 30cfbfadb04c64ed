// The listing of a convolutional machine's learner, and the tensors that it names. ∗ is a convolution, ∗ᵀ the way back.

extension ConvolutionalLearner {
  /// `W`, or `W2` in a stack.
  private var number: String { network.levels.count == 1 ? "" : "\(level + 1)" }
  var levelName: String { "level\(level + 1)" }
  /// A block of hidden units, as the listing writes what is made of their inputs.
  private var blocks: String {
    let block = network.levels[level].block
    return block.count == 1 ? "σ" : "block\(block.rows)×\(block.columns)"
  }

  public var title: String {
    let place = network.levels.count == 1 ? network.kind : "\(network.kind), level \(level + 1)"
    let method = Method.source == .particles ? "persistent contrastive divergence" : "contrastive divergence"
    return "\(place) · \(method), k = \(chosen.steps)"
  }

  func makeListing() -> [ListingLine] { program.map(listingLine) }

  private func listingLine(_ instruction: Instruction) -> ListingLine {
    let n = number
    let (weight, b, c) = ("\(levelName).weight", "\(levelName).visible.bias", "\(levelName).hidden.bias")
    let down = network.levels[level].visibleUnits == .binary ? "σ" : ""
    let isParticles = Method.source == .particles
    switch instruction {
    case .batch:
      return ListingLine(
        "\(level == 0 ? "v⁰" : "x") ← next mini-batch", writes: [level == 0 ? "v0" : "input"], phase: "wake", layer: 1)
    case .passUp(let index):
      let isLast = index == level - 1
      return ListingLine(
        "\(isLast ? "v⁰" : "p\(index + 1)") = P(p = 1 | \(index == 0 ? "x" : "p\(index)"))     "
          + "Σe^x/(1 + Σe^x) over each block",
        reads: [
          index == 0 ? "input" : "level\(index).passed", "level\(index + 1).weight", "level\(index + 1).hidden.bias",
        ], writes: [isLast ? "v0" : "level\(index + 1).passed"], phase: "wake", layer: index + 1)
    case .positive:
      return ListingLine(
        "h⁰, p⁰ ~ \(blocks)(v⁰ ∗ W\(n) + c\(n))", reads: ["v0", weight, c], writes: ["h0", "h0.sample", "p0"],
        phase: "wake", layer: level + 1)
    case .loop:
      return ListingLine(
        isParticles ? "for i = 1…\(chosen.steps):" : "for i = 1…\(chosen.steps), from h⁰:", writes: ["turn"],
        phase: "sleep", layer: level + 1)
    case .visible:
      let indent = chosen.steps > 1 ? "  " : ""
      if isParticles {
        return ListingLine(
          "\(indent)v* ~ \(down)(h* ∗ᵀ W\(n) + b\(n))", reads: ["particles.hidden.sample", weight, b],
          writes: ["particles.visible", "particles.visible.sample"], phase: "sleep", layer: level + 1)
      }
      let (v, h) = chosen.steps > 1 ? ("vⁱ", "hⁱ⁻¹") : ("v¹", "h⁰")
      return ListingLine(
        "\(indent)\(v) \(chosen.drawsVisible ? "~" : "=") \(down)(\(h) ∗ᵀ W\(n) + b\(n))",
        reads: ["h0.sample"] + (chosen.steps > 1 ? ["h1.sample"] : []) + [weight, b],
        writes: ["v1"] + (chosen.drawsVisible ? ["v1.sample"] : []), phase: "sleep", layer: level + 1)
    case .hidden:
      let indent = chosen.steps > 1 ? "  " : ""
      if isParticles {
        return ListingLine(
          "\(indent)h* ~ \(blocks)(v* ∗ W\(n) + c\(n))", reads: ["particles.visible.sample", weight, c],
          writes: ["particles.hidden", "particles.hidden.sample"], phase: "sleep", layer: level + 1)
      }
      let (v, h) = chosen.steps > 1 ? ("vⁱ", "hⁱ") : ("v¹", "h¹")
      return ListingLine(
        "\(indent)\(h) \(chosen.steps > 1 ? "~" : "=") \(blocks)(\(v) ∗ W\(n) + c\(n))",
        reads: [chosen.drawsVisible ? "v1.sample" : "v1", weight, c],
        writes: ["h1"] + (chosen.steps > 1 ? ["h1.sample"] : []), phase: "sleep", layer: level + 1)
    case .reconstruct:
      return ListingLine(
        "v¹ = \(down)(h⁰ ∗ᵀ W\(n) + b\(n))     to look at only", reads: ["h0.sample", weight, b], writes: ["v1"],
        phase: "wake", layer: level + 1)
    case .increments: return incrementLine(n)
    case .update:
      return ListingLine(
        "W\(n), b\(n), c\(n) ← + ΔW, Δb, Δc", reads: incrementNames, writes: [weight, b, c], phase: "update",
        layer: level + 1)
    }
  }

  private func incrementLine(_ n: String) -> ListingLine {
    let isParticles = Method.source == .particles
    let half = isParticles ? "⟨v*∗h*⟩" : chosen.steps > 1 ? "⟨vᵏ∗hᵏ⟩" : "⟨v¹∗h¹⟩"
    var text = "ΔW ← μΔW + ε(⟨v⁰∗h⁰⟩ − \(half)\(chosen.decay > 0 ? " − λW\(n)" : ""));  Δb, Δc likewise"
    if let sparsity = chosen.sparsity { text += ";  Δc ← + ε κ(\(SettingText.number(sparsity)) − ⟨h⁰⟩)" }
    return ListingLine(
      text,
      reads: ["v0", "h0"]
        + (isParticles
          ? ["particles.visible.sample", "particles.hidden"] : [chosen.drawsVisible ? "v1.sample" : "v1", "h1"]),
      writes: incrementNames + ["activity", "difference"], phase: "update", layer: level + 1)
  }

  private var incrementNames: [String] {
    ["weight", "visible.bias", "hidden.bias"].map { "\(levelName).\($0).increment" }
  }

  public var tensors: [NamedTensor] {
    let machine = network.levels[level]
    let (visible, hidden) = (["batch", "row", "column", "in"], ["batch", "row", "column", "map"])
    let units: TensorRole = machine.visibleUnits == .binary ? .probability : .activation
    var all: [NamedTensor] = []
    func add(_ name: String, _ symbol: String, _ role: TensorRole, _ axes: [String], _ tensor: Tensor) {
      all.append(NamedTensor(name, symbol: symbol, role: role, axes: axes, tensor))
    }
    if level > 0 { add("input", "x", .activation, visible, input) }
    for (index, tensor) in passed.enumerated() {
      add("level\(index + 1).passed", "p\(index + 1)", .probability, hidden, tensor)
    }
    add("v0", "v⁰", level == 0 ? .activation : units, visible, v0)
    add("h0", "h⁰", .probability, hidden, h0)
    add("h0.sample", "h⁰~", .sample, hidden, h0State)
    add("p0", "p⁰", .probability, hidden, p0)
    let k = Method.source == .data && chosen.steps > 1 ? "ᵏ" : "¹"
    add("v1", "v\(k)", units, visible, v1)
    if Method.source == .particles {
      let (v, h) = (["particle", "row", "column", "in"], ["particle", "row", "column", "map"])
      add("particles.visible", "v*", units, v, particles.visible)
      add("particles.visible.sample", "v*~", .sample, v, particles.visibleState)
      add("particles.hidden", "h*", .probability, h, particles.hidden)
      add("particles.hidden.sample", "h*~", .sample, h, particles.hiddenState)
    } else {
      if chosen.drawsVisible { add("v1.sample", "v\(k)~", .sample, visible, v1State) }
      add("h1", "h\(k)", .probability, hidden, h1)
      if chosen.steps > 1 { add("h1.sample", "h\(k)~", .sample, hidden, h1State) }
    }
    if program.contains(.loop) { add("turn", "i", .statistic, [], Tensor([], elements: [Scalar(turns)])) }
    add("difference", "v⁰−v\(k)", .statistic, visible, difference)
    add("activity", "⟨h⁰⟩", .probability, ["map"], activity)
    add(
      "\(levelName).weight.increment", "ΔW", .moment, ["row", "column", "in", "out"], increments.weight)
    add("\(levelName).visible.bias.increment", "Δb", .moment, ["in"], increments.visibleBias)
    add("\(levelName).hidden.bias.increment", "Δc", .moment, ["out"], increments.hiddenBias)
    return all + network.parameters
  }

  /// Looks at what the instruction wrote; the first number that is not finite is named.
  func fault(after instruction: Instruction, line: Int) -> NumericFault? {
    let isParticles = Method.source == .particles
    switch instruction {
    case .batch: return level == 0 ? report(v0, "v0", line) : report(input, "input", line)
    case .passUp(let index):
      return index == level - 1 ? report(v0, "v0", line) : report(passed[index], "level\(index + 1).passed", line)
    case .positive: return report(h0, "h0", line)
    case .visible: return isParticles ? report(particles.visible, "particles.visible", line) : report(v1, "v1", line)
    case .hidden: return isParticles ? report(particles.hidden, "particles.hidden", line) : report(h1, "h1", line)
    case .reconstruct: return report(v1, "v1", line)
    case .loop, .increments: return nil
    case .update:
      return report(network.levels[level].weight, "\(levelName).weight", line)
        ?? report(network.levels[level].visibleBias, "\(levelName).visible.bias", line)
        ?? report(network.levels[level].hiddenBias, "\(levelName).hidden.bias", line)
    }
  }

  private func report(_ tensor: Tensor, _ name: String, _ line: Int) -> NumericFault? {
    tensor.firstNonFinite.map {
      NumericFault(
        line: line + 1, layer: level + 1, tensor: name, position: tensor.position(of: $0), value: tensor[flat: $0])
    }
  }
}
