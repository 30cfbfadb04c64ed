// Descent on a function: the curve with its tangent and its derivative below, or the plane with contour lines, the gradient
// as arrows and the path so far. Descents on other branches lie beside it, each by its optimiser.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let surface = View(
    "surface", title: "the function", summary: "a function of one or two variables and the descents on it",
    usage: "[--branches A,B]",
    reasonMissing: { lab in
      lab.experiment.learner is DescentLearner ? nil : "no function is being minimised: minimize x^2 --start 2"
    },
    note: { lab, _ in
      guard let learner = lab.experiment.learner as? DescentLearner else { return "" }
      let point = learner.function.point
      return learner.function.derivatives.count > 1
        ? "x \(formatNumber(point.x, significant: 3))  y \(formatNumber(point.y, significant: 3))"
        : "x \(formatNumber(point.x, significant: 3))"
    }
  ) { lab, options, size in
    guard let learner = lab.experiment.learner as? DescentLearner else { return .empty }
    let others = otherDescents(lab, options, than: learner)
    guard learner.function.derivatives.count == 1 else { return plane(lab, learner, others, size: size) }
    let curve = Part(curve(lab, learner, others, columns: size.columns), length: .share(2))
    // Where there is room: the slope at every place, and not only here.
    return size.rows >= 28 ? .rows([curve, Part(derivative(learner, columns: size.columns))]) : .rows([curve])
  }
}

/// A descent on another branch.
private struct Descent {
  var name: String
  var learner: DescentLearner
}

/// Roles of other descents, the newest branch first.
private let otherRoles: [ColorRole] = [.series2, .series3, .series4, .series5]

/// The descents on the same function that other branches hold, the newest first, at most four.
private func otherDescents(_ lab: Lab, _ options: ViewOptions, than present: DescentLearner) -> [Descent] {
  let timeline = lab.timeline
  var found: [Descent] = []
  for branch in timeline.branches.reversed()
  where branch.number != timeline.branchNumber && options.branches?.contains(branch.number) != false {
    guard found.count < otherRoles.count,
      let learner = timeline.newestKept(ofBranch: branch.number)?.learner as? DescentLearner,
      "\(learner.function.function)" == "\(present.function.function)", learner.path.count > 1
    else { continue }
    found.append(Descent(name: name(learner, branch.label), learner: learner))
  }
  return found
}

/// `2 adam ε 0.1`
private func name(_ learner: DescentLearner, _ branch: String) -> String {
  "\(branch) \(learner.optimizer.rule.rawValue) ε \(learner.value(of: "rate") ?? "")"
}

private func presentName(_ lab: Lab, _ learner: DescentLearner) -> String {
  name(learner, lab.timeline.branch.label)
}

private func samples(of model: FunctionModel, columns: Int, _ value: (Double) -> Double) -> [Point] {
  let range = model.ranges.first ?? -3...3
  let count = max(columns * 2, 32)
  return (0..<count).map { index in
    let x = range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(count - 1)
    return Point(x, value(x))
  }
}

private func curve(_ lab: Lab, _ learner: DescentLearner, _ others: [Descent], columns: Int) -> Figure {
  let model = learner.function
  let range = model.ranges.first ?? -3...3
  let (x, _) = model.point
  let height = model.function.evaluate(x: x)
  let tangent =
    height.isFinite ? CurveMap.Tangent(at: Point(x, height), slope: model.derivatives[0].evaluate(x: x)) : nil
  func been(_ learner: DescentLearner) -> [Point] {
    learner.path.suffix(60).map { Point($0.x, model.function.evaluate(x: $0.x)) }
  }
  let shapes: [PointShape] = [.triangle, .square, .diamond, .star]
  var data = zip(others, zip(otherRoles, shapes)).map { other, look in
    LineChart.PointSet(other.name, role: look.0, shape: look.1, points: been(other.learner))
  }
  let isAlone = others.isEmpty
  data.append(
    LineChart.PointSet(
      isAlone ? "path" : presentName(lab, learner), role: isAlone ? .series2 : .accent, shape: .dot,
      points: been(learner)))
  return .curve(
    CurveMap(
      data: data,
      curves: [
        LineChart.Series(
          "f", role: .series1, points: samples(of: model, columns: columns) { model.function.evaluate(x: $0) })
      ], tangent: tangent, xLabel: "x", yLabel: "f", xRange: range))
}

/// f′ over x: positive where f rises, 0 where f is flat.
private func derivative(_ learner: DescentLearner, columns: Int) -> Figure {
  let model = learner.function
  let range = model.ranges.first ?? -3...3
  let ends = [range.lowerBound, range.upperBound]
  return .line(
    LineChart(
      series: [
        LineChart.Series(
          "f′", role: .series3, points: samples(of: model, columns: columns) { model.derivatives[0].evaluate(x: $0) }),
        LineChart.Series("", role: .quiet, pattern: .dotted, points: ends.map { Point($0, 0) }),
      ],
      markers: [
        LineChart.Marker(x: model.point.x, label: "here", role: .accent)
      ], xLabel: "x", yLabel: "f′", xRange: range))
}

private func plane(_ lab: Lab, _ learner: DescentLearner, _ others: [Descent], size: Size) -> Figure {
  let model = learner.function
  let (xs, ys) = (model.ranges[0], model.ranges[1])
  let (columns, rows) = (min(max(size.columns, 4), 100), min(max(size.rows * 2, 4), 70))
  let values = PlaneMap.sampled(x: xs, y: ys, rows: rows, columns: columns) { model.function.evaluate(x: $0, y: $1) }
  var arrows: [PlaneMap.Arrow] = []
  let (across, down) = (max(size.columns / 9, 3), max(size.rows / 4, 3))
  for i in 0..<across {
    for j in 0..<down {
      let x = xs.lowerBound + (xs.upperBound - xs.lowerBound) * (Double(i) + 0.5) / Double(across)
      let y = ys.lowerBound + (ys.upperBound - ys.lowerBound) * (Double(j) + 0.5) / Double(down)
      // Downhill: the way a plain step would go.
      let (dx, dy) = (-model.derivatives[0].evaluate(x: x, y: y), -model.derivatives[1].evaluate(x: x, y: y))
      if dx.isFinite, dy.isFinite, dx != 0 || dy != 0 { arrows.append(.init(at: Point(x, y), dx: dx, dy: dy)) }
    }
  }
  var paths = zip(others, otherRoles).enumerated().map { index, other in
    PlaneMap.Path(
      other.0.name, role: other.1, pattern: index % 2 == 0 ? .dotted : .dashed,
      points: other.0.learner.path.map { Point($0.x, $0.y) })
  }
  // The present one is drawn last, over the others.
  paths.append(.init(presentName(lab, learner), points: learner.path.map { Point($0.x, $0.y) }))
  return .plane(
    PlaneMap(
      x: xs, y: ys, field: .scalar(values, shading: .sequential, contours: spacedContours(values)), arrows: arrows,
      paths: paths, xLabel: "x", yLabel: "y"))
}

/// Contour heights at equal shares of the area, so that a deep valley beside a high wall still shows its lines.
func spacedContours(_ grid: Grid, count: Int = 9) -> [Double] {
  let sorted = grid.values.filter(\.isFinite).sorted()
  guard sorted.count > count else { return [] }
  return (1...count).map { Double(sorted[sorted.count * $0 / (count + 1)]) }
}
