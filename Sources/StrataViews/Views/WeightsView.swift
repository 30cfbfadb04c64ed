// How the weights are distributed, layer by layer; of one layer also the biases and their gradients.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let weights = View(
    "weights", title: "weights", summary: "histograms of the weights of each layer, or of all tensors of one",
    usage: "[LAYER]",
    reasonMissing: { noParameters($0) },
    note: { lab, options in options.layer.map { "layer \($0)" } ?? "all layers" }
  ) { lab, options, size in
    let tensors = shownTensors(lab, options)
    guard !tensors.isEmpty else { return .message("layer \(options.layer ?? 0) has no weights") }
    return gridOfHistograms(tensors, size: size)
  }
}

/// Why there are no weights to look at.
func noParameters(_ lab: Lab) -> String? {
  let model = lab.experiment.model
  guard !model.parts.isEmpty else { return "no network yet: add dense 16 relu" }
  return model.parameterCount == 0 ? "no weights yet: \(lab.experiment.missing?.hint ?? "data digits")" : nil
}

/// Everything that is held where there is a learner, else the bare model's parameters.
func allTensors(_ lab: Lab) -> [NamedTensor] {
  lab.experiment.tensors
}

private func shownTensors(_ lab: Lab, _ options: ViewOptions) -> [NamedTensor] {
  let all = allTensors(lab).filter { $0.tensor.count > 1 }
  guard let layer = options.layer else {
    return all.filter { $0.role == .parameter && $0.tensor.shape.rank > 1 }
  }
  guard let part = lab.experiment.model.parts.first(where: { $0.index == layer }) else { return [] }
  // Of a machine what the next update adds stands in place of a gradient.
  return all.filter {
    $0.name.hasPrefix(part.name + ".") && [.parameter, .gradient, .moment].contains($0.role)
      && !$0.axes.contains("batch")
      && ($0.role != .moment || $0.name.hasSuffix(".increment"))
  }
}

/// Histograms in as many columns as give each a readable width, with spread in the headings.
private func gridOfHistograms(_ tensors: [NamedTensor], size: Size) -> Figure {
  let columns = min(max(size.columns / 34, 1), tensors.count)
  let fitting = max(size.rows / 4, 1) * columns
  let shown = Array(tensors.prefix(fitting))
  var rows: [Part] = []
  for start in stride(from: 0, to: shown.count, by: columns) {
    let parts = shown[start..<min(start + columns, shown.count)].map(histogramPart)
    rows.append(parts.count == 1 ? parts[0] : Part(.columns(parts, gap: 2)))
  }
  if tensors.count > shown.count {
    rows.append(Part(.lines([TextLine("\(shown.count) of \(tensors.count) shown", .quiet)]), length: .cells(1)))
  }
  return .rows(rows)
}

private func histogramPart(_ named: NamedTensor) -> Part {
  let values = sampled(named.tensor)
  let count = Double(named.tensor.count)
  let mean = named.tensor.sum / count
  let deviation = max(named.tensor.sumOfSquares / count - mean * mean, 0).squareRoot()
  let role: ColorRole = named.role == .parameter ? .series1 : .series2
  return Part(
    .histogram(Histogram(Bins(of: values, count: 60), role: role)), title: named.symbol,
    note: "\(named.tensor.shape)  σ \(formatNumber(deviation, significant: 2))")
}
