// Recognition beside generation: what each unit looks for, and what it makes. Which of the two learns now, from whose
// states, and how far they agree.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let directions = View(
    "directions", title: "directions", summary: "recognition and generative weights in pairs, phase by phase",
    usage: "[LAYER] [--sorted | --unsorted]",
    reasonMissing: { lab in
      if let reason = noLearner(lab) { return reason }
      return MiniBatch(lab)?.hasDirections ?? false
        ? nil : "recognition and generation share their weights here: learn updown, or helmholtz 8 1"
    },
    note: { lab, _ in
      guard let batch = MiniBatch(lab) else { return "" }
      let learner = batch.learner
      return lab.isRunning
        ? "step \(learner.clock.steps)"
        : "\(learner.listing[learner.line].phase) · line \(learner.line + 1) of \(learner.listing.count)"
    }
  ) { lab, options, size in
    guard let batch = MiniBatch(lab) else { return .empty }
    return Directions(lab, batch, options).figure(size)
  }
}

private struct Directions {
  let lab: Lab
  let batch: MiniBatch
  let options: ViewOptions
  let number: Int

  init(_ lab: Lab, _ batch: MiniBatch, _ options: ViewOptions) {
    self.lab = lab
    self.batch = batch
    self.options = options
    // The memory at the top of a stack has one set of weights only.
    let count = batch.stack.map { $0.levels.count - 1 } ?? batch.model.parts.count
    number = min(max(options.layer ?? 1, 1), max(count, 1))
  }

  func figure(_ size: Size) -> Figure {
    let above = size.rows >= 5 ? 1 : 0
    var rest = size.rows - above
    var below: [Part] = []
    if size.rows >= 26 {
      let rows = max(size.rows / 4, 7)
      below.append(Part(curves, length: .cells(rows)))
      rest -= rows
    }
    let states = states
    // Heading, picture, caption.
    let tallest = states.map(\.rows).max() ?? 0
    let needed = min(tallest / 2 + 5, rest / 2)
    if needed >= 7, (needed - 5) * 2 >= min(tallest, 11) {
      let figure = Figure.tiles(ImageTiles(states.map(\.tile), shading: .grey, range: .fixed(0...1)))
      below.insert(Part(figure, title: "\(phase) states of a sample", length: .cells(needed)), at: 0)
      rest -= needed
    }
    let place = Size(columns: size.columns, rows: rest)
    let pairs = pairs(in: place)?.figure(place) ?? .message("no weights")
    return .rows(
      (above > 0 ? [Part(.lines([learning(columns: size.columns)]), length: .cells(1))] : []) + [Part(pairs)] + below)
  }

  // Which weights learn.

  private var phase: String {
    let learner = batch.learner
    // Between mini-batches the states are those of the last line.
    return learner.listing[learner.line == 0 ? learner.listing.count - 1 : learner.line - 1].phase
  }

  /// The signs of the parameters that a line writes.
  private func learned(by line: ListingLine) -> [String] {
    let names = Set(batch.model.parameters.map(\.name))
    return line.writes.filter { names.contains($0) }.map { batch.symbol($0) }
  }

  private func learning(columns: Int) -> TextLine {
    let learner = batch.learner
    var runs: [TextRun] = []
    if let agreement {
      runs += [TextRun("agreement ", .quiet), TextRun(formatDecimal(agreement, decimals: 3), .accent, style: .bold)]
    }
    let (next, last) = (learner.listing[learner.line], learner.line > 0 ? learner.listing[learner.line - 1] : nil)
    func add(_ lead: String, _ signs: [String], _ role: ColorRole) {
      let room = columns - TextLine(runs).width - TextLayout.width(lead) - 3
      runs.append(TextRun((runs.isEmpty ? "" : "   ") + lead, .quiet))
      runs.append(TextRun(TextLayout.truncated(signs.joined(separator: ", "), to: max(room, 1)), role))
    }
    if lab.isRunning {
      add("", ["each direction learns from the other's states"], .quiet)
    } else if !learned(by: next).isEmpty {
      add("learns next: ", learned(by: next), .good)
    } else if let last, !learned(by: last).isEmpty {
      add("learned just now: ", learned(by: last), .good)
    } else if let line = learner.listing.indices.first(where: {
      $0 > learner.line && !learned(by: learner.listing[$0]).isEmpty
    }) {
      add("line \(line + 1) will teach ", learned(by: learner.listing[line]), .plain)
    }
    return TextLine(runs)
  }

  /// The cosine between the shown recognition weights and the transposed generative ones.
  private var agreement: Double? {
    guard let part = batch.model.parts.first(where: { $0.index == number }) else { return nil }
    let weights = PartWeights(part, among: batch.model.parameters)
    guard let up = weights.up?.tensor, let down = weights.down?.tensor, up.count == down.count else { return nil }
    let cosine = cosineWithTransposed(up, down)
    return cosine.isNaN ? nil : cosine
  }

  // Pairs of filters.

  private func pairs(in place: Size) -> TileSheet? {
    var options = options
    options.layer = number
    options.tensor = nil
    guard let up = Filters(lab, options, generative: false), let down = Filters(lab, options, generative: true) else {
      return nil
    }
    // By the generative weights: they say what a unit stands for.
    // No more are made than a place of this size could hold of either.
    let most = place.columns * place.rows / max(down.size.rows * down.size.columns, 1) + 2
    let units = Array(down.order.prefix(min(most, 200)))
    let (above, below) = (up.grids(units), down.grids(units))
    let cosines = zip(above, below).map { cosine($0.values, $1.values) }
    let lines = [
      TileSheet.Line(sign: up.named.symbol, word: "looks for", shading: .signed, range: common(above)) { place, _ in
        ImageTile(above[place], caption: "\(units[place])")
      },
      TileSheet.Line(sign: down.named.symbol, word: "makes", shading: .signed, range: common(below)) { place, _ in
        ImageTile(below[place], caption: formatDecimal(cosines[place], decimals: 2))
      },
    ]
    return TileSheet(
      lines: lines, rows: down.size.rows, columns: down.size.columns, count: units.count, hasCaptions: true)
  }

  /// The same shades for all units of a direction, whether they are shown or not.
  private func common(_ grids: [Grid]) -> ImageTiles.Range {
    let most = grids.compactMap(\.finiteRange).map { max(abs($0.lowerBound), abs($0.upperBound)) }.max() ?? 1
    return .fixed(-Double(max(most, 1e-6))...Double(max(most, 1e-6)))
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    var (dot, aa, bb) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      dot += Double(x * y)
      aa += Double(x * x)
      bb += Double(y * y)
    }
    return aa * bb > 0 ? dot / (aa * bb).squareRoot() : 0
  }

  // States.

  /// The states of all layers in the phase that goes on, of the first sample, from the input up.
  private var states: [(tile: ImageTile, rows: Int)] {
    let count = batch.model.parts.count
    return (0...count).compactMap { layer in
      let sign = batch.unitSign(layer)
      let names = layer == 0 ? ["\(phase).vis.probability", "\(phase).vis"] : ["\(phase).\(sign)", "neg.\(sign)"]
      guard let states = names.lazy.compactMap({ batch.fresh($0) }).first else { return nil }
      let columns = states.matrixExtents.columns
      let shape = layer == 0 ? PictureShape(batch.learner.data.inputShape) : PictureShape(units: columns)
      let grid = shape.grid(states, row: min(options.sample, states.matrixExtents.rows - 1))
      return (ImageTile(grid, caption: sign), grid.rows)
    }
  }

  // Curves.

  private var curves: Figure {
    let timeline = lab.timeline
    let (branch, step) = (timeline.branchNumber, lab.moment.step)
    func series(_ name: String, _ role: ColorRole, _ pattern: LinePattern) -> LineChart.Series? {
      let points = timeline.points(of: name, branch: branch, upTo: step).map { Point(Double($0.lastStep), $0.last) }
      return points.isEmpty ? nil : LineChart.Series(name, role: role, pattern: pattern, points: points)
    }
    let agreements = [series("agreement", .series4, .solid)].compactMap { $0 }
    let errors = [
      series("wake error", .series1, .solid), series("sleep error", .series2, .dashed),
      series("sleep cost", .series2, .dashed),
    ].compactMap { $0 }
    let charts = [(agreements, "agreement"), (errors, "error")].filter { !$0.0.isEmpty }.map { lines, name in
      Part(.line(LineChart(series: lines, xLabel: "step", yLabel: name)))
    }
    return charts.isEmpty ? .message("agreement and errors over time: press n") : .columns(charts, gap: 2)
  }
}
