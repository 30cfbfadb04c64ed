// Descent on a function: the curve with its tangent, or the plane with contour lines, the gradient as arrows and the
// path so far.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let surface = View(
    "surface", title: "the function", summary: "a function of one or two variables and the descent on it",
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
  ) { lab, _, size in
    guard let learner = lab.experiment.learner as? DescentLearner else { return .empty }
    return learner.function.derivatives.count > 1 ? plane(learner, size: size) : curve(learner, columns: size.columns)
  }
}

private func curve(_ learner: DescentLearner, columns: Int) -> Figure {
  let model = learner.function
  let range = model.ranges.first ?? -3...3
  let count = max(columns * 2, 32)
  let points = (0..<count).map { index in
    let x = range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(count - 1)
    return Point(x, model.function.evaluate(x: x))
  }
  let (x, _) = model.point
  let height = model.function.evaluate(x: x)
  let tangent =
    height.isFinite ? CurveMap.Tangent(at: Point(x, height), slope: model.derivatives[0].evaluate(x: x)) : nil
  let been = learner.path.suffix(60).map { Point($0.x, model.function.evaluate(x: $0.x)) }
  return .curve(
    CurveMap(
      data: [LineChart.PointSet("path", role: .series2, shape: .dot, points: been)],
      curves: [LineChart.Series("f", role: .series1, points: points)], tangent: tangent, xLabel: "x", yLabel: "f",
      xRange: range))
}

private func plane(_ learner: DescentLearner, size: Size) -> Figure {
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
  return .plane(
    PlaneMap(
      x: xs, y: ys, field: .scalar(values, shading: .sequential, contours: spacedContours(values)), arrows: arrows,
      paths: [.init(learner.optimizer.rule.rawValue, points: learner.path.map { Point($0.x, $0.y) })], xLabel: "x",
      yLabel: "y"))
}

/// Contour heights at equal shares of the area, so that a deep valley beside a high wall still shows its lines.
private func spacedContours(_ grid: Grid, count: Int = 9) -> [Double] {
  let sorted = grid.values.filter(\.isFinite).sorted()
  guard sorted.count > count else { return [] }
  return (1...count).map { Double(sorted[sorted.count * $0 / (count + 1)]) }
}
