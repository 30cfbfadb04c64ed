// The loss over a plane of the weights: shades, lines of equal loss, the way the weights went, and where they stand now.
//
// The weights may have moved since it was measured: then the present place is the point of the plane that is nearest to
// them, and the note says how far off the plane they are.
import StrataEngine
import StrataLab
import StrataPlot

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension View {
  static let landscape = View(
    "landscape", title: "loss landscape",
    summary: "the loss over a plane through the weights: landscape, landscape path",
    usage: "[--log]",
    reasonMissing: { lab in
      guard let landscape = lab.landscape else { return "nothing has been measured: landscape, landscape path" }
      return landscape.count == 0 ? "the first points are being measured" : nil
    },
    note: { lab, options in
      guard let landscape = lab.landscape else { return "" }
      var note = "\(landscape.kind.rawValue) · step \(formatGrouped(landscape.step))"
      if options.isLogarithmic || isSteep(landscape) { note += " · log shades" }
      if !landscape.isComplete { note += " · \(landscape.count * 100 / (landscape.side * landscape.side)) %" }
      if let now = present(lab, landscape), now.distance > 0 {
        note += " · now \(formatNumber(now.distance, significant: 2)) off the plane"
      }
      return note
    }
  ) { lab, options, size in
    guard let landscape = lab.landscape else { return .empty }
    let isLogarithmic = options.isLogarithmic || isSteep(landscape)
    let map = Part(.plane(plane(lab, landscape, isLogarithmic: isLogarithmic)))
    guard size.rows >= 10 else { return .rows([map]) }
    return .rows([map, Part(.lines([caption(landscape)]), length: .cells(1))])
  }
}

/// Where the weights stand now, if they are those of the same network and have moved since.
private func present(_ lab: Lab, _ landscape: Landscape) -> (a: Double, b: Double, distance: Double)? {
  guard lab.moment.step != landscape.step, let learner = lab.experiment.learner else { return nil }
  return landscape.plane.coordinates(of: learner.model.parameters)
}

/// Losses that span several powers of ten are told apart by their logarithms.
private func isSteep(_ landscape: Landscape) -> Bool {
  guard let ends = landscape.ends, ends.least.loss > 0 else { return false }
  return ends.most.loss > 30 * ends.least.loss
}

private func plane(_ lab: Lab, _ landscape: Landscape, isLogarithmic: Bool) -> PlaneMap {
  let field = Grid(rows: landscape.side, columns: landscape.side) { row, column in
    let loss = landscape.loss(row: row, column: column)
    return Float(isLogarithmic ? (loss > 0 ? log10(loss) : .nan) : loss)
  }
  var paths: [PlaneMap.Path] = []
  var points = landscape.path.map { Point($0.a, $0.b) }
  if points.isEmpty { points = [Point(0, 0)] }
  paths.append(PlaneMap.Path("path", points: points))
  if let now = present(lab, landscape) {
    paths.append(PlaneMap.Path("now", role: .warning, points: [Point(now.a, now.b)]))
  }
  let (x, y) =
    switch landscape.kind {
    case .random: ("d₁", "d₂")
    case .gradient: ("downhill", "d₂")
    case .path: ("1st direction", "2nd")
    }
  return PlaneMap(
    x: landscape.a, y: landscape.b,
    field: .scalar(field, shading: .sequential, contours: spacedContours(field)), paths: paths, xLabel: x, yLabel: y)
}

private func caption(_ landscape: Landscape) -> TextLine {
  func text(_ value: Double) -> String { formatNumber(value, significant: 3) }
  var runs = [
    TextRun(landscape.path.isEmpty ? "○ " : "● ", .accent), TextRun("loss \(text(landscape.here))"),
  ]
  if let ends = landscape.ends {
    runs.append(TextRun("   least \(text(ends.least.loss))   most \(text(ends.most.loss))", .quiet))
  }
  if let share = landscape.plane.share {
    runs.append(TextRun("   \(formatNumber(share * 100, significant: 3)) % of the path", .quiet))
  }
  runs.append(TextRun("   \(formatGrouped(landscape.sampleCount)) samples", .quiet))
  return TextLine(runs)
}
