// How the gradient fares on its way down: its norm at each layer, and how far an update moves the weights relative to
// their size. Bars that shrink from layer to layer are the vanishing gradient.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let gradients = View(
    "gradients", title: "gradient flow", summary: "the gradient's norm at each layer, on a logarithmic scale",
    reasonMissing: { lab in
      if let reason = noLearner(lab) { return reason }
      if lab.experiment.model is HelmholtzMachine { return "wake-sleep has no gradient to look at: show directions" }
      return gradientBars(lab).isEmpty ? "no gradient yet: press n for a mini-batch" : nil
    },
    note: { lab, _ in
      lab.experiment.learner?.measurements["gradient norm"].map { "‖∇‖ \(formatNumber($0, significant: 3))" } ?? ""
    }
  ) { lab, _, size in
    let bars = gradientBars(lab)
    let isMachine = MiniBatch(lab)?.level != nil
    let perLayer = Part(
      .bars(Bars(bars, scale: .logarithmic)), title: isMachine ? "what an update adds" : "‖∇W‖ by layer",
      note: "log scale")
    let ratios = updateRatios(lab)
    guard size.rows >= 2 * bars.count + 4, !ratios.isEmpty else { return .rows([perLayer]) }
    return .rows([
      perLayer,
      Part(
        .bars(Bars(ratios, scale: .logarithmic)), title: isMachine ? "‖ΔW‖ / ‖W‖" : "ε‖∇W‖ / ‖W‖",
        note: "about 10⁻³ is healthy"),
    ])
  }
}

private func gradientBars(_ lab: Lab) -> [Bars.Bar] {
  let tensors = allTensors(lab)
  return tensors.filter { $0.role == .gradient || $0.name.hasSuffix(".increment") }
    .filter { !$0.axes.contains("batch") && $0.tensor.sumOfSquares > 0 }
    .filter { $0.axes.count > 1 || !$0.name.hasPrefix("layer") }
    .map { Bars.Bar($0.symbol, $0.tensor.sumOfSquares.squareRoot(), role: .series2) }
}

private func updateRatios(_ lab: Lab) -> [Bars.Bar] {
  guard let rate = lab.experiment.learner?.measurements["rate"] else { return [] }
  let tensors = allTensors(lab)
  return tensors.filter { $0.role == .parameter && $0.axes.count > 1 }.compactMap { weight in
    let size = weight.tensor.sumOfSquares.squareRoot()
    guard size > 0 else { return nil }
    if let gradient = tensors.first(where: { $0.name == weight.name + ".gradient" }), gradient.tensor.count > 0 {
      return Bars.Bar(weight.symbol, rate * gradient.tensor.sumOfSquares.squareRoot() / size)
    }
    // An increment is what is added; the rate is in it.
    guard let increment = tensors.first(where: { $0.name == weight.name + ".increment" }) else { return nil }
    let added = increment.tensor.sumOfSquares.squareRoot()
    return added > 0 ? Bars.Bar(weight.symbol, added / size) : nil
  }
}
