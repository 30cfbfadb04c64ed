// The listing of a Boltzmann machine's learner, in the notation of Hinton 2002 and 2010, and the tensors that it names.

extension BoltzmannLearner {
  /// `W`, or `W2` in a stack.
  private var number: String { network.levels.count == 1 ? "" : "\(level + 1)" }
  var levelName: String { "level\(level + 1)" }
  private var up: String { network.levels[level].hiddenUnits == .binary ? "σ" : "ln(1 + exp)" }

  public var title: String {
    let place = network.levels.count == 1 ? network.kind : "\(network.kind), level \(level + 1)"
    switch Method.source {
    case .data: return "\(place) · contrastive divergence, k = \(chosen.steps)"
    case .particles: return "\(place) · persistent contrastive divergence, k = \(chosen.steps)"
    case .enumeration: return "\(place) · exact gradient"
    }
  }

  func makeListing() -> [ListingLine] { program.map(listingLine) }

  private func listingLine(_ instruction: Instruction) -> ListingLine {
    let n = number
    let weight = "\(levelName).weight"
    let (b, c) = ("\(levelName).visible.bias", "\(levelName).hidden.bias")
    let labelled = hasLabels
    let down = network.levels[level].visibleUnits == .binary ? "σ" : ""
    let labelWeights = labelled ? ["\(levelName).label.weight"] : []
    let labelBias = "\(levelName).label.bias"
    switch instruction {
    case .batch:
      let target = level == 0 ? "v0" : "input"
      let sign = level == 0 ? "v⁰" : "x"
      return ListingLine(
        labelled ? "\(sign), y⁰ ← next mini-batch" : "\(sign) ← next mini-batch",
        writes: [target] + (labelled ? ["labels0"] : []), phase: "wake", layer: 1)
    case .passUp(let index):
      let source = index == 0 ? "x" : "p\(index)"
      let target = index == level - 1 ? "v⁰" : "p\(index + 1)"
      return ListingLine(
        "\(target) = σ(\(source)·W\(index + 1) + c\(index + 1))",
        reads: [index == 0 ? "input" : "level\(index).passed", "level\(index + 1).weight"],
        writes: [index == level - 1 ? "v0" : "level\(index + 1).passed"], phase: "wake", layer: index + 1)
    case .positive:
      let isBinary = network.levels[level].hiddenUnits == .binary
      return ListingLine(
        isBinary
          ? "h⁰ ~ σ(v⁰·W\(n) + \(labelled ? "y⁰·U + " : "")c\(n))"
          : "x = v⁰·W\(n) + \(labelled ? "y⁰·U + " : "")c\(n);  h⁰ ~ max(0, x + N(0, σ(x)))",
        reads: ["v0", weight, c] + (labelled ? ["labels0"] + labelWeights : []), writes: ["h0", "h0.sample"],
        phase: "wake", layer: level + 1)
    case .loop:
      return ListingLine(
        Method.source == .particles ? "for i = 1…\(chosen.steps):" : "for i = 1…\(chosen.steps), from h⁰:",
        writes: ["turn"],
        phase: "sleep", layer: level + 1)
    case .visible: return visibleLine(n, down, labelled, weight, b)
    case .hidden: return hiddenLine(n, labelled, weight, c)
    case .reconstruct:
      return ListingLine(
        "v¹ = \(down)(h⁰·W\(n)ᵀ + b\(n))     to look at only", reads: ["h0.sample", weight, b], writes: ["v1"],
        phase: "wake", layer: level + 1)
    case .enumerate:
      return ListingLine(
        "⟨v h⟩ ← Σ over all 2ⁿ states, e^−E / Z", reads: [weight, b, c] + labelWeights + (labelled ? [labelBias] : []),
        writes: ["expected.products", "expected.visible", "expected.hidden"]
          + (labelled ? ["expected.label.products", "expected.labels"] : []), phase: "sleep", layer: level + 1)
    case .increments: return incrementLine(n, labelled)
    case .update:
      return ListingLine(
        labelled
          ? "W\(n), b\(n), c\(n), U, d ← + ΔW, Δb, Δc, ΔU, Δd" : "W\(n), b\(n), c\(n) ← + ΔW, Δb, Δc",
        reads: incrementNames, writes: parameterNames, phase: "update", layer: level + 1)
    }
  }

  private func visibleLine(_ n: String, _ down: String, _ labelled: Bool, _ weight: String, _ b: String) -> ListingLine
  {
    let isLoop = chosen.steps > 1
    let indent = isLoop ? "  " : ""
    let parameters = [weight, b] + (labelled ? ["\(levelName).label.weight", "\(levelName).label.bias"] : [])
    if Method.source == .particles {
      return ListingLine(
        "\(indent)v* ~ \(down)(h*·W\(n)ᵀ + b\(n))\(labelled ? ";  y* ~ softmax(h*·Uᵀ + d)" : "")",
        reads: ["particles.hidden.sample"] + parameters,
        writes: ["particles.visible", "particles.visible.sample"]
          + (labelled ? ["particles.labels", "particles.labels.sample"] : []), phase: "sleep", layer: level + 1)
    }
    let source = isLoop ? "hⁱ⁻¹" : "h⁰"
    let (v, y) = isLoop ? ("vⁱ", "yⁱ") : ("v¹", "y¹")
    return ListingLine(
      "\(indent)\(v) \(chosen.drawsVisible ? "~" : "=") \(down)(\(source)·W\(n)ᵀ + b\(n))"
        + (labelled ? ";  \(y) = softmax(\(source)·Uᵀ + d)" : ""),
      reads: ["h0.sample"] + (isLoop ? ["h1.sample"] : []) + parameters,
      writes: ["v1"] + (chosen.drawsVisible ? ["v1.sample"] : []) + (labelled ? ["labels1"] : []),
      phase: "sleep", layer: level + 1)
  }

  private func hiddenLine(_ n: String, _ labelled: Bool, _ weight: String, _ c: String) -> ListingLine {
    let isLoop = chosen.steps > 1
    let indent = isLoop ? "  " : ""
    let parameters = [weight, c] + (labelled ? ["\(levelName).label.weight"] : [])
    if Method.source == .particles {
      return ListingLine(
        "\(indent)h* ~ σ(v*·W\(n) + \(labelled ? "y*·U + " : "")c\(n))",
        reads: ["particles.visible.sample"] + (labelled ? ["particles.labels.sample"] : []) + parameters,
        writes: ["particles.hidden", "particles.hidden.sample"], phase: "sleep", layer: level + 1)
    }
    let (v, y, h) = isLoop ? ("vⁱ", "yⁱ", "hⁱ") : ("v¹", "y¹", "h¹")
    return ListingLine(
      "\(indent)\(h) \(isLoop ? "~" : "=") \(up)(\(v)·W\(n) + \(labelled ? "\(y)·U + " : "")c\(n))",
      reads: [chosen.drawsVisible ? "v1.sample" : "v1"] + (labelled ? ["labels1"] : []) + parameters,
      writes: ["h1"] + (isLoop ? ["h1.sample"] : []),
      phase: "sleep", layer: level + 1)
  }

  private func incrementLine(_ n: String, _ labelled: Bool) -> ListingLine {
    let negative: String
    let reads: [String]
    switch Method.source {
    case .data:
      negative = chosen.steps > 1 ? "⟨vᵏhᵏ⟩" : "⟨v¹h¹⟩"
      reads = ["v0", "h0", chosen.drawsVisible ? "v1.sample" : "v1", "h1"]
    case .particles:
      negative = "⟨v*h*⟩"
      reads = ["v0", "h0", "particles.visible.sample", "particles.hidden"]
    case .enumeration:
      negative = "⟨vh⟩"
      reads = ["v0", "h0", "expected.products"]
    }
    var text = "ΔW ← μΔW + ε(⟨v⁰h⁰⟩ − \(negative)\(chosen.decay > 0 ? " − λW\(n)" : ""))"
    text += ";  Δb, Δc\(labelled ? ", ΔU, Δd" : "") likewise"
    if let sparsity = chosen.sparsity { text += ";  Δc ← + ε κ(\(SettingText.number(sparsity)) − ⟨h⁰⟩)" }
    return ListingLine(
      text, reads: reads, writes: incrementNames + ["activity", "difference"], phase: "update", layer: level + 1)
  }

  private var incrementNames: [String] {
    ["weight", "visible.bias", "hidden.bias"].map { "\(levelName).\($0).increment" }
      + (hasLabels ? ["\(levelName).label.weight.increment", "\(levelName).label.bias.increment"] : [])
  }

  private var parameterNames: [String] {
    ["weight", "visible.bias", "hidden.bias"].map { "\(levelName).\($0)" }
      + (hasLabels ? ["\(levelName).label.weight", "\(levelName).label.bias"] : [])
  }

  public var tensors: [NamedTensor] {
    let machine = network.levels[level]
    let (visible, hidden) = (["batch", "visible"], ["batch", "hidden"])
    let units: TensorRole = machine.visibleUnits == .binary ? .probability : .activation
    let up: TensorRole = machine.hiddenUnits == .binary ? .probability : .activation
    let labelled = hasLabels
    var all: [NamedTensor] = []
    func add(_ name: String, _ symbol: String, _ role: TensorRole, _ axes: [String], _ tensor: Tensor) {
      all.append(NamedTensor(name, symbol: symbol, role: role, axes: axes, tensor))
    }
    if level > 0 { add("input", "x", .activation, ["batch", "in"], input) }
    for (index, tensor) in passed.enumerated() {
      add("level\(index + 1).passed", "p\(index + 1)", .probability, hidden, tensor)
    }
    add("v0", "v⁰", level == 0 ? .activation : units, visible, v0)
    if labelled { add("labels0", "y⁰", .target, ["batch", "class"], y0) }
    add("h0", "h⁰", up, hidden, h0)
    add("h0.sample", "h⁰~", .sample, hidden, h0State)
    let k = Method.source == .data && chosen.steps > 1 ? "ᵏ" : "¹"
    add("v1", "v\(k)", units, visible, v1)
    switch Method.source {
    case .data:
      if chosen.drawsVisible { add("v1.sample", "v\(k)~", .sample, visible, v1State) }
      if labelled { add("labels1", "y\(k)", .probability, ["batch", "class"], y1) }
      add("h1", "h\(k)", up, hidden, h1)
      if chosen.steps > 1 { add("h1.sample", "h\(k)~", .sample, hidden, h1State) }
    case .particles:
      let (v, h) = (["particle", "visible"], ["particle", "hidden"])
      add("particles.visible", "v*", units, v, particles.visible)
      add("particles.visible.sample", "v*~", .sample, v, particles.visibleState)
      if labelled {
        add("particles.labels", "y*", .probability, ["particle", "class"], particles.labels)
        add("particles.labels.sample", "y*~", .sample, ["particle", "class"], particles.labelState)
      }
      add("particles.hidden", "h*", .probability, h, particles.hidden)
      add("particles.hidden.sample", "h*~", .sample, h, particles.hiddenState)
    case .enumeration:
      add("expected.products", "⟨vh⟩", .statistic, ["visible", "hidden"], expectations.products)
      add("expected.visible", "⟨v⟩", .probability, ["visible"], expectations.visible)
      add("expected.hidden", "⟨h⟩", .probability, ["hidden"], expectations.hidden)
      if labelled {
        add("expected.label.products", "⟨yh⟩", .statistic, ["class", "hidden"], expectations.labelProducts)
        add("expected.labels", "⟨y⟩", .probability, ["class"], expectations.labels)
      }
    }
    if program.contains(.loop) {
      add("turn", "i", .statistic, [], Tensor([], elements: [Scalar(turns)]))
    }
    add("difference", "v⁰−v\(k)", .statistic, visible, difference)
    add("activity", "⟨h⁰⟩", .probability, ["hidden"], activity)
    add("\(levelName).weight.increment", "ΔW", .moment, ["visible", "hidden"], increments.weight)
    add("\(levelName).visible.bias.increment", "Δb", .moment, ["visible"], increments.visibleBias)
    add("\(levelName).hidden.bias.increment", "Δc", .moment, ["hidden"], increments.hiddenBias)
    if labelled {
      add("\(levelName).label.weight.increment", "ΔU", .moment, ["class", "hidden"], increments.labelWeight)
      add("\(levelName).label.bias.increment", "Δd", .moment, ["class"], increments.labelBias)
    }
    return all + network.parameters
  }

  /// Looks at what the instruction wrote; the first number that is not finite is named.
  func fault(after instruction: Instruction, line: Int) -> NumericFault? {
    switch instruction {
    case .batch: return level == 0 ? report(v0, "v0", line) : report(input, "input", line)
    case .passUp(let index):
      return index == level - 1 ? report(v0, "v0", line) : report(passed[index], "level\(index + 1).passed", line)
    case .positive: return report(h0, "h0", line)
    case .visible:
      return Method.source == .particles
        ? report(particles.visible, "particles.visible", line) ?? report(particles.labels, "particles.labels", line)
        : report(v1, "v1", line) ?? report(y1, "labels1", line)
    case .hidden:
      return Method.source == .particles ? report(particles.hidden, "particles.hidden", line) : report(h1, "h1", line)
    case .reconstruct: return report(v1, "v1", line)
    case .enumerate: return report(expectations.products, "expected.products", line)
    case .loop, .increments: return nil
    case .update:
      return report(network.levels[level].weight, "\(levelName).weight", line)
        ?? report(network.levels[level].visibleBias, "\(levelName).visible.bias", line)
        ?? report(network.levels[level].hiddenBias, "\(levelName).hidden.bias", line)
        ?? report(network.levels[level].labelWeight, "\(levelName).label.weight", line)
        ?? report(network.levels[level].labelBias, "\(levelName).label.bias", line)
    }
  }

  private func report(_ tensor: Tensor, _ name: String, _ line: Int) -> NumericFault? {
    tensor.firstNonFinite.map {
      NumericFault(
        line: line + 1, layer: level + 1, tensor: name, position: tensor.position(of: $0), value: tensor[flat: $0])
    }
  }
}
