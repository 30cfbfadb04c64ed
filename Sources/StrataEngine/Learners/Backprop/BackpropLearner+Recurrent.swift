// The lines of a recurrent layer in the listing, and the tensors that they name.
//
// Time steps are counted from 0, as the positions of tensors are: `t 3` beside a line and `layer1.state[0,3,5]` mean the
// same moment. ∇h and ∇c stand for all of the gradient that arrives at a state, ∂h and ∂y for what comes from above.

extension BackpropLearner {
  /// The four lines of a recurrent layer.
  func recurrentLine(_ instruction: Instruction, _ index: Int) -> ListingLine {
    guard let layer = network.layers[index] as? any RecurrentLayer else { return ListingLine("", phase: "") }
    let name = "layer\(index + 1)"
    let signs = network.signs(index)
    let n = signs.number
    let below = index == 0 ? "input" : "layer\(index).output"
    let last = (network.inputShape(of: index + 1).map { $0[0] } ?? 1) - 1
    let sums = layer.kept[0]
    func names(backward: Bool) -> [String] {
      layer.kept.filter { $0.isBackward == backward }.map { "\(name).\($0.part.rawValue)" }
    }
    let parameters = layer.parameters.map { "\(name).\($0.name)" }
    switch instruction {
    case .project:
      return ListingLine(
        "\(sums.symbol)\(n) = \(signs.input)·W\(n)   (all t at once)", reads: [below, "\(name).weight"],
        writes: ["\(name).\(sums.part.rawValue)", "\(name).time"], phase: "forward", layer: index + 1)
    case .advance:
      let output =
        layer.form.putsOutEachStep
        ? (signs.output == "h\(n)" ? "" : ";  \(signs.output)ₜ = h\(n)ₜ") : ";  \(signs.output) = h\(n)ₜ at t = \(last)"
      let forward = names(backward: false)
      return ListingLine(
        "t = 0…\(last):  " + layer.advanceText(n) + output, reads: forward + parameters.dropFirst(),
        writes: ["\(name).state"] + forward.filter { $0 != "\(name).state" } + ["\(name).output", "\(name).time"],
        phase: "forward", layer: index + 1, counter: "\(name).time")
    case .retreat:
      let isTop = index == network.layers.count - 1
      let arriving =
        layer.form.putsOutEachStep
        ? "∇h\(n)ₜ = ∂\(signs.output)ₜ + δ\(n)ₜ₊₁·U\(n)ᵀ"
        : "∇h\(n)ₜ = δ\(n)ₜ₊₁·U\(n)ᵀ, at t = \(last): ∂\(signs.output)"
      let cut = layer.form.truncation.map { cutText(every: $0, last: last) } ?? ""
      let backward = names(backward: true)
      return ListingLine(
        "t = \(last)…0:  \(arriving)\(cut);  " + layer.retreatText(n),
        reads: [isTop ? outputGradientName : "\(name).output.gradient"] + names(backward: false)
          + ["\(name).recurrent"] + backward,
        writes: backward + ["\(name).time"], phase: "backward", layer: index + 1, counter: "\(name).time")
    default:
      let wantsInput = index > lowest
      return ListingLine(
        "∇W\(n) = Σₜ \(signs.input)ₜᵀ·δ\(n)ₜ;  " + layer.gatherText(n)
          + (wantsInput ? ";  ∂\(signs.input) = δ\(n)·W\(n)ᵀ" : ""),
        reads: [below, "\(name).state", "\(name).weight"]
          + layer.kept.filter { $0.part == .delta || $0.part == .recalledDelta }.map { "\(name).\($0.part.rawValue)" },
        writes: parameters.map { "\($0).gradient" } + (wantsInput ? ["\(below).gradient"] : []), phase: "backward",
        layer: index + 1)
    }
  }

  /// `   (cut before t = 3, 6)`: where the gradient through the state goes no further.
  private func cutText(every steps: Int, last: Int) -> String {
    let cuts = stride(from: steps, through: last, by: steps).map(String.init)
    guard !cuts.isEmpty else { return "" }
    return "   (cut before t = \(cuts.prefix(3).joined(separator: ", "))\(cuts.count > 3 ? ", …" : ""))"
  }

  /// What a recurrent layer keeps of every time step, and which comes next.
  func sequenceTensors(_ layer: any RecurrentLayer, _ index: Int) -> [NamedTensor] {
    let (name, n) = ("layer\(index + 1)", "\(index + 1)")
    let sequence = traces[index].sequence
    return layer.kept.map { kept in
      NamedTensor(
        "\(name).\(kept.part.rawValue)", symbol: "\(kept.symbol)\(n)ₜ", role: kept.role,
        axes: ["batch", "time", kept.axis], sequence[kept.part])
    } + [
      NamedTensor(
        "\(name).time", symbol: "t", role: .statistic, axes: [], Tensor([], elements: [Scalar(time[index])]))
    ]
  }
}
