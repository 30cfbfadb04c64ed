// The network as a stack of layers: shapes, activations, parameters, and how each layer feels just now.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let network = View(
    "network", title: "network", summary: "the stack of layers with shapes, activations and parameter counts",
    note: { lab, _ in
      let count = lab.experiment.model.parameterCount
      guard count > 0 else { return "" }
      return "\(formatGrouped(count)) parameters"
    }
  ) { lab, options, size in
    .text(TextBlock(networkLines(lab, options, columns: size.columns), firstLine: options.scroll))
  }
}

private func networkLines(_ lab: Lab, _ options: ViewOptions, columns: Int) -> [TextLine] {
  var lines: [TextLine] = []
  if let data = lab.experiment.data {
    lines.append(
      row("", [TextRun("input", .accent), TextRun("  \(data.name)", .quiet)], right: "\(data.inputShape)", columns))
  } else {
    lines.append(TextLine("no data yet: data digits", .quiet))
  }
  let parts = lab.experiment.model.parts
  for part in parts {
    let isSelected = options.layer == part.index
    let words = part.words.split(separator: " ", maxSplits: 1).map(String.init)
    var runs = [TextRun(words[0], isSelected ? .accent : .plain, style: isSelected ? .bold : [])]
    if words.count > 1 { runs.append(TextRun(" " + words[1])) }
    lines.append(
      row(
        (isSelected ? "▸" : " ") + "\(part.index) ", runs,
        right: part.parameterCount > 0 ? formatGrouped(part.parameterCount) : "–", columns))
    if let feeling = feeling(of: part, lab: lab, columns: columns) { lines.append(feeling) }
  }
  if parts.isEmpty, lab.experiment.data != nil { lines.append(TextLine("  no layers yet: add dense 16 relu", .quiet)) }
  if let loss = lab.experiment.learner?.value(of: "loss") {
    lines.append(row("", [TextRun("loss ", .accent), TextRun(loss)], right: "", columns))
  }
  if let missing = lab.experiment.missing { lines += TextLine(missing.hint, .warning).wrapped(to: max(columns, 1)) }
  return lines
}

/// The weights' distribution and what the last mini-batch did to the layer.
private func feeling(of part: ModelPart, lab: Lab, columns: Int) -> TextLine? {
  guard let learner = lab.experiment.learner else { return nil }
  var runs: [TextRun] = []
  if let weight = learner.tensor(named: "\(part.name).weight") {
    let counts = Bins(of: sampled(weight.tensor), count: 9).counts
    runs.append(TextRun("   " + sparkline(counts, columns: 9), .series1))
  }
  if let state = LayerState(part: part, learner: learner), let remark = state.remark {
    runs.append(TextRun((runs.isEmpty ? "   " : "  ") + remark.text, remark.role))
  }
  if let gradient = learner.tensor(named: "\(part.name).weight.gradient"), gradient.tensor.count > 0 {
    let norm = gradient.tensor.sumOfSquares.squareRoot()
    let remark = TextRun("  ‖∇‖ \(formatNumber(norm, significant: 2))", .quiet)
    if TextLine(runs + [remark]).width <= columns { runs.append(remark) }
  }
  return runs.isEmpty ? nil : TextLine(runs)
}

/// A left part and a right-aligned number on one line.
func row(_ lead: String, _ runs: [TextRun], right: String, _ columns: Int) -> TextLine {
  let left = TextLine([TextRun(lead, .quiet)] + runs)
  let space = columns - left.width - TextLayout.width(right)
  guard space >= 1 else { return left }
  return left + TextLine([TextRun(String(repeating: " ", count: space)), TextRun(right, .quiet)])
}

/// A tensor's numbers, or an even selection of them where there are many: what a histogram needs.
func sampled(_ tensor: Tensor, atMost limit: Int = 20_000) -> [Float] {
  guard tensor.count > limit else { return tensor.elements }
  let step = tensor.count / limit
  return stride(from: 0, to: tensor.count, by: step).map { tensor[flat: $0] }
}
