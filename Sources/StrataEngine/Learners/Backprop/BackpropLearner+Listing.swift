// The listing of backpropagation, written by the layers themselves, and the tensors that it names.

extension BackpropLearner {
  public var title: String { "backprop · \(optimizer.rule.rawValue)" }

  /// The name of what the loss's derivative is taken by: the top layer's sum where the loss is joined, else its output.
  var outputGradientName: String {
    "layer\(network.layers.count)." + (form.isJoined ? "delta" : "output.gradient")
  }

  func makeListing() -> [ListingLine] {
    let top = network.layers.count
    return program.map { instruction in
      switch instruction {
      case .batch: return ListingLine("x, t ← next mini-batch", writes: ["input", "target"], phase: "data")
      case .forward(let index): return forwardLine(index)
      case .project(let index), .advance(let index), .retreat(let index), .gather(let index):
        return recurrentLine(instruction, index)
      case .loss:
        return ListingLine(
          "C = \(lossFunction.formula(output: "y"))", reads: ["layer\(top).output", "target"], phase: "loss")
      case .lossGradient:
        return ListingLine(
          lossFunction.gradientFormula(output: "y", number: "\(top)", form: form),
          reads: ["layer\(top).output", "target"], writes: [outputGradientName], phase: "backward")
      case .backward(let index): return backwardLine(index)
      case .clip:
        return ListingLine(
          "∇ ← ∇ · min(1, \(number(clip ?? 0))/‖∇‖)", reads: gradientNames, writes: gradientNames, phase: "backward")
      case .update:
        return ListingLine(
          optimizer.rule.formula + penaltyNote, reads: gradientNames, writes: parameterNames,
          phase: "update")
      }
    }
  }

  private var penaltyNote: String {
    var parts: [String] = []
    if optimizer.l2 > 0 { parts.append("+ \(number(optimizer.l2))·W") }
    if optimizer.l1 > 0 { parts.append("+ \(number(optimizer.l1))·sign W") }
    return parts.isEmpty ? "" : "   (∇W \(parts.joined(separator: " ")))"
  }

  private var gradientNames: [String] {
    network.layers.enumerated().dropFirst(lowest).flatMap { index, layer in
      layer.parameters.map { "layer\(index + 1).\($0.name).gradient" }
    }
  }

  /// What an update changes; statistics that layers gather besides are not among them.
  private var parameterNames: [String] {
    lowest == 0
      ? network.parameters.map(\.name)
      : network.layers.enumerated().dropFirst(lowest).flatMap { index, layer in
        layer.parameters.map { "layer\(index + 1).\($0.name)" }
      }
  }

  private func forwardLine(_ index: Int) -> ListingLine {
    let layer = network.layers[index]
    let name = "layer\(index + 1)"
    return ListingLine(
      layer.forwardText(network.signs(index)),
      reads: [index == 0 ? "input" : "layer\(index).output"] + layer.parameters.map { "\(name).\($0.name)" },
      writes: ["\(name).output"] + (layer.activation != nil ? ["\(name).preactivation"] : [])
        + layer.extras.map { "\(name).\($0.name)" },
      phase: "forward", layer: index + 1)
  }

  private func backwardLine(_ index: Int) -> ListingLine {
    let layer = network.layers[index]
    let name = "layer\(index + 1)"
    let isTop = index == network.layers.count - 1
    let joined = isTop && form.isJoined
    var writes = layer.parameters.map { "\(name).\($0.name).gradient" }
    if index > lowest { writes.append("layer\(index).output.gradient") }
    if layer.activation != nil, layer.activation != .identity, !joined { writes.append("\(name).delta") }
    return ListingLine(
      layer.backwardText(network.signs(index), joined: joined, wantsInputGradient: index > lowest),
      reads: [
        isTop ? outputGradientName : "\(name).output.gradient", index == 0 ? "input" : "layer\(index).output",
      ] + layer.parameters.filter(\.isPenalized).map { "\(name).\($0.name)" },
      writes: writes, phase: "backward", layer: index + 1)
  }

  public var tensors: [NamedTensor] {
    let inputAxes = ["batch"] + data.inputShape.dimensions.indices.map { "in\($0 + 1)" }
    var all = [
      NamedTensor("input", symbol: "x", role: .activation, axes: inputAxes, input),
      NamedTensor("target", symbol: "t", role: .target, axes: ["batch", "out"], target),
    ]
    for index in network.layers.indices { all += tensors(ofLayer: index) }
    return all
  }

  private func tensors(ofLayer index: Int) -> [NamedTensor] {
    let layer = network.layers[index]
    let trace = traces[index]
    let (name, n) = ("layer\(index + 1)", "\(index + 1)")
    let signs = network.signs(index)
    let isTop = index == network.layers.count - 1
    let rows = network.outputAxes(index)
    var all: [NamedTensor] = []
    for (p, parameter) in layer.parameters.enumerated() {
      let sign = "\(parameter.symbol)\(n)"
      all.append(
        NamedTensor("\(name).\(parameter.name)", symbol: sign, role: .parameter, axes: parameter.axes, parameter.value))
      let gradient = p < trace.parameterGradients.count ? trace.parameterGradients[p] : .empty
      all.append(
        NamedTensor(
          "\(name).\(parameter.name).gradient", symbol: "∇\(sign)", role: .gradient, axes: parameter.axes, gradient))
      for (memory, suffix, letter) in [(optimizer.first, "moment", "V"), (optimizer.second, "square", "S")]
      where index < memory.count && p < memory[index].count && memory[index][p].count > 0 {
        all.append(
          NamedTensor(
            "\(name).\(parameter.name).\(suffix)", symbol: "\(letter)(\(sign))", role: .moment, axes: parameter.axes,
            memory[index][p]))
      }
    }
    for buffer in layer.buffers {
      all.append(
        NamedTensor(
          "\(name).\(buffer.name)", symbol: "\(buffer.symbol)\(n)", role: .statistic, axes: buffer.axes, buffer.value))
    }
    if layer.activation != nil {
      all.append(
        NamedTensor("\(name).preactivation", symbol: "z\(n)", role: .activation, axes: rows, trace.preactivation))
    }
    if let recurrent = layer as? any RecurrentLayer { all += sequenceTensors(recurrent, index) }
    let outputRole: TensorRole =
      layer.activation == .softmax || (isTop && layer.activation == .sigmoid)
      ? .probability : .activation
    all.append(NamedTensor("\(name).output", symbol: signs.output, role: outputRole, axes: rows, trace.output))
    for (e, extra) in layer.extras.enumerated() {
      let tensor = e < trace.extras.count ? trace.extras[e] : .empty
      let axes = extra.axes == ["batch", "out"] ? rows : extra.axes
      all.append(NamedTensor("\(name).\(extra.name)", role: .statistic, axes: axes, tensor))
    }
    let incoming = isTop ? outputGradient : traces[index + 1].inputGradient
    if isTop && form.isJoined {
      all.append(NamedTensor("\(name).delta", symbol: "δ\(n)", role: .gradient, axes: rows, incoming))
    } else {
      all.append(
        NamedTensor("\(name).output.gradient", symbol: "∂\(signs.output)", role: .gradient, axes: rows, incoming))
      if layer.activation != nil, layer.activation != .identity {
        all.append(NamedTensor("\(name).delta", symbol: "δ\(n)", role: .gradient, axes: rows, trace.delta))
      }
    }
    return all
  }
}
