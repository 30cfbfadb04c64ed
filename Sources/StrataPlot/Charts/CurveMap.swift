/// A function of one variable: the data, what the network makes of them, and the slope at a point.

public struct CurveMap: Hashable, Sendable, Drawable {
  /// The tangent at a point: the derivative as a slope.
  public struct Tangent: Hashable, Sendable {
    public var at: Point
    public var slope: Double
    public init(at: Point, slope: Double) {
      self.at = at
      self.slope = slope
    }
  }

  /// What was measured, by kind: training and test data.
  public var data: [LineChart.PointSet]
  /// The fitted curve, and others beside it: the true function, an earlier fit.
  public var curves: [LineChart.Series]
  public var tangent: Tangent?
  public var xLabel: String
  public var yLabel: String
  public var xRange: ClosedRange<Double>?
  public var yRange: ClosedRange<Double>?

  public init(
    data: [LineChart.PointSet], curves: [LineChart.Series], tangent: Tangent? = nil, xLabel: String = "x",
    yLabel: String = "y", xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil
  ) {
    self.data = data
    self.curves = curves
    self.tangent = tangent
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xRange = xRange
    self.yRange = yRange
  }

  /// The same as a line chart.
  public var chart: LineChart {
    var chart = LineChart(
      series: curves, pointSets: data, xLabel: xLabel, yLabel: yLabel, xRange: xRange, yRange: yRange)
    guard let tangent, tangent.at.x.isFinite, tangent.at.y.isFinite, let axes = chart.axes else { return chart }
    // The frame is that of the data: a steep tangent must not flatten the curve.
    chart.xRange = axes.x.lower...axes.x.upper
    chart.yRange = axes.y.lower...axes.y.upper
    let touch = LineChart.PointSet("", role: .accent, shape: .circle, points: [tangent.at])
    chart.pointSets.append(touch)
    guard tangent.slope.isFinite else { return chart }
    let reach = (axes.x.upper - axes.x.lower) / 5
    let ends = [-reach, reach].map { Point(tangent.at.x + $0, tangent.at.y + $0 * tangent.slope) }
    let line = LineChart.Series(
      "slope \(formatNumber(tangent.slope, significant: 3))", role: .accent, pattern: .dashed, points: ends)
    chart.series.insert(line, at: 0)
    return chart
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) { chart.draw(on: &canvas, style: style) }
  public func draw(on svg: inout SVG, in frame: Frame) { chart.draw(on: &svg, in: frame) }
}
