// What a network wrote when it went on by itself: strings with the symbol at which one left the grammar, a text, or curves
// beside what really follows.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let generated = View(
    "generated", title: "generated", summary: "what the network wrote by itself: strings, a text, or curves",
    reasonMissing: { lab in
      if lab.generation != nil { return nil }
      guard let learner = lab.experiment.learner else { return noLearner(lab) }
      do throws(StrataError) { try Generation.check(learner) } catch { return error.hint }
      return "nothing has been generated yet: generate 50"
    },
    note: { lab, _ in
      guard let generation = lab.generation else { return "" }
      var parts: [String] = []
      if let legal = generation.legalCount { parts.append("\(legal) of \(generation.finished.count) strings legal") }
      if let error = generation.squaredError { parts.append("squared error \(formatNumber(error, significant: 3))") }
      if generation.temperature != 1 { parts.append("temperature \(formatNumber(generation.temperature))") }
      return parts.joined(separator: " · ")
    }
  ) { lab, options, size in
    guard let generation = lab.generation else { return .empty }
    guard generation.symbolNames.isEmpty else { return strings(generation, options, size) }
    return curves(generation, lab.experiment.data?.featureNames ?? [])
  }
}

/// The newest lines, as many as there is room for.
private func strings(_ generation: Generation, _ options: ViewOptions, _ size: Size) -> Figure {
  let names = generation.symbolNames
  let given = generation.startCount
  func text(_ symbols: some Sequence<Int>) -> String { symbolText(symbols, names: names) }
  var lines = generation.finished.map { string in
    let written = string.symbols.dropFirst(given)
    return TextLine(
      [TextRun(text(string.symbols.prefix(given)), .accent), TextRun(text(written.dropLast()))]
        + [TextRun(text(written.suffix(1)), string.isLegal ? .plain : .bad, style: string.isLegal ? [] : .underline)]
        + [TextRun(string.isLegal ? "  ✓" : "  ✗", string.isLegal ? .good : .bad)])
  }
  // The present string, in lines where it is a text.
  var isStart = true
  let present = symbolText(generation.symbols, names: names, hasLines: true)
  for line in present.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
    let start = isStart ? text(generation.symbols.prefix(given)) : ""
    isStart = false
    let rest = line.hasPrefix(start) ? String(line.dropFirst(start.count)) : line
    lines.append(TextLine([TextRun(line.hasPrefix(start) ? start : "", .accent), TextRun(rest)]))
  }
  let shown = lines.flatMap { $0.wrapped(to: max(size.columns, 1)) }
  let last = max(shown.count - size.rows, 0)
  return .text(TextBlock(Array(shown.dropFirst(max(last - options.scroll, 0)).prefix(size.rows))))
}

/// Each feature as a curve: what was given, how it goes on, what follows in the data.
private func curves(_ generation: Generation, _ names: [String]) -> Figure {
  let features = generation.features
  let given = generation.startCount
  let parts = (0..<features).map { feature in
    func points(_ values: some Collection<Scalar>, from first: Int) -> [Point] {
      values.enumerated().filter { $0.offset % features == feature }.map {
        Point(Double(first + $0.offset / features), Double($0.element))
      }
    }
    let written = points(generation.values, from: 0)
    let series = [
      LineChart.Series("in the data", role: .past, pattern: .dotted, points: points(generation.truth, from: given)),
      LineChart.Series("given", role: .series1, points: Array(written.prefix(given))),
      LineChart.Series(
        "generated", role: .series2, pattern: .dashed, points: Array(written.dropFirst(max(given - 1, 0)))),
    ].filter { !$0.points.isEmpty }
    return Part(
      .line(
        LineChart(
          series: series, markers: [.init(x: Double(given - 1), label: "", showsValues: false)], xLabel: "time step",
          yLabel: names.indices.contains(feature) ? names[feature] : "x\(feature + 1)")))
  }
  return .rows(parts)
}
