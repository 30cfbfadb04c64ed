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
  let batch = MiniBatch(lab)
  for part in parts {
    let isSelected = options.layer == part.index
    let words = part.words.split(separator: " ", maxSplits: 1).map(String.init)
    var runs = [TextRun(words[0], isSelected ? .accent : .plain, style: isSelected ? .bold : [])]
    if words.count > 1 { runs.append(TextRun(" " + words[1])) }
    lines.append(
      row(
        (isSelected ? "▸" : " ") + "\(part.index) ", runs,
        right: part.parameterCount > 0 ? formatGrouped(part.parameterCount) : "–", columns))
    if let feeling = batch.flatMap({ feeling(of: part, in: $0, columns: columns) }) { lines.append(feeling) }
  }
  if parts.isEmpty, lab.experiment.data != nil { lines.append(TextLine("  no layers yet: add dense 16 relu", .quiet)) }
  if let loss = lab.experiment.learner?.value(of: "loss") {
    lines.append(row("", [TextRun("loss ", .accent), TextRun(loss)], right: "", columns))
  } else if let learner = lab.experiment.learner, !learner.loss.isNaN {
    // What it drives down has a name of its own.
    lines.append(
      row(
        "", [TextRun(type(of: learner).lossName, .accent)], right: formatNumber(learner.loss, significant: 4), columns))
  }
  if let missing = lab.experiment.missing { lines += TextLine(missing.hint, .warning).wrapped(to: max(columns, 1)) }
  return lines
}

/// The weights' distribution and what the last mini-batch did to the layer.
private func feeling(of part: ModelPart, in batch: MiniBatch, columns: Int) -> TextLine? {
  var runs: [TextRun] = []
  func add(_ text: String, _ role: ColorRole, lead: String = "  ") {
    let run = TextRun((runs.isEmpty ? "   " : lead) + text, role)
    if runs.isEmpty || TextLine(runs + [run]).width <= columns { runs.append(run) }
  }
  let weights = PartWeights(part, among: batch.model.parameters)
  let width = weights.down == nil ? 9 : 7
  for (weight, role) in [(weights.up, ColorRole.series1), (weights.down, .series2)] {
    guard let weight else { continue }
    add(
      sparkline(Bins(of: sampled(weight.tensor, atMost: 4_000), count: width).counts, columns: width), role, lead: " ")
  }
  if let up = weights.up?.tensor, let down = weights.down?.tensor {
    let cosine = cosineWithTransposed(up, down)
    if !cosine.isNaN { add("cos \(formatDecimal(cosine, decimals: 2))", .quiet) }
  }
  if let state = LayerState(part: part, in: batch) {
    if !(batch.model is Network) {
      add("⟨h⟩ \(formatNumber(state.mean, significant: 2))", state.mean < 0.005 ? .warning : .quiet)
    } else if let remark = state.remark {
      add(remark.text, remark.role)
    }
  }
  if let gradient = batch.kept("\(part.name).weight.gradient") {
    add("‖∇‖ \(formatNumber(gradient.sumOfSquares.squareRoot(), significant: 2))", .quiet)
  }
  return runs.isEmpty ? nil : TextLine(runs)
}

/// The cosine between recognition weights and the transpose of generative ones: 1 where both say the same.
func cosineWithTransposed(_ up: Tensor, _ down: Tensor) -> Double {
  guard up.count == down.count else { return .nan }
  let (rows, columns) = up.matrixExtents
  let dot = up.withUnsafeElements { a in
    down.withUnsafeElements { b in
      var dot = 0.0
      for row in 0..<rows {
        for column in 0..<columns { dot += Double(a[row * columns + column] * b[column * rows + row]) }
      }
      return dot
    }
  }
  let norm = (up.sumOfSquares * down.sumOfSquares).squareRoot()
  return norm > 0 ? dot / norm : .nan
}

/// A left part and a right-aligned number on one line.
func row(_ lead: String, _ runs: [TextRun], right: String, _ columns: Int) -> TextLine {
  let left = TextLine([TextRun(lead, .quiet)] + runs)
  let space = columns - left.width - TextLayout.width(right)
  guard space >= 1 else { return left }
  return left + TextLine([TextRun(String(repeating: " ", count: space)), TextRun(right, .quiet)])
}
