/// Curves over a common axis: the loss, a gradient's norm, anything that has a history.
///
/// Curves differ by colour and by their pattern. NaN is a gap: nothing was measured. Infinite values, and on a logarithmic
/// axis those that are not positive, cannot be shown, and the chart says how many there are.

public struct LineChart: Hashable, Sendable, Drawable {
  /// One curve.
  public struct Series: Hashable, Sendable {
    public var name: String
    public var role: ColorRole
    public var pattern: LinePattern
    /// In the order of drawing; usually x grows.
    public var points: [Point]
    /// What a thinned-out history leaves of the values between its points.
    public var band: [Band]

    public init(
      _ name: String, role: ColorRole = .series1, pattern: LinePattern = .solid, points: [Point], band: [Band] = []
    ) {
      self.name = name
      self.role = role
      self.pattern = pattern
      self.points = points
      self.band = band
    }

    /// The value of the last finite point at or before x: a number that was measured, nothing interpolated.
    public func value(at x: Double) -> Double? {
      var found: Point?
      for point in points where point.x <= x && point.y.isFinite && point.x >= (found?.x ?? -.infinity) {
        found = point
      }
      return found?.y
    }
  }

  /// The smallest and the largest value at a place.
  public struct Band: Hashable, Sendable {
    public var x, low, high: Double
    public init(x: Double, low: Double, high: Double) {
      self.x = x
      self.low = low
      self.high = high
    }
  }

  /// A vertical line with a name: now, a branch, a break.
  public struct Marker: Hashable, Sendable {
    public var x: Double
    public var label: String
    public var role: ColorRole
    /// Whether the legend shows each curve's value here; the first marker that does counts.
    public var showsValues: Bool
    public init(x: Double, label: String, role: ColorRole = .accent, showsValues: Bool = true) {
      self.x = x
      self.label = label
      self.role = role
      self.showsValues = showsValues
    }
  }

  /// Single points.
  public struct PointSet: Hashable, Sendable {
    public var name: String
    public var role: ColorRole
    public var shape: PointShape
    public var points: [Point]
    public init(_ name: String, role: ColorRole = .series2, shape: PointShape = .dot, points: [Point]) {
      self.name = name
      self.role = role
      self.shape = shape
      self.points = points
    }
  }

  public var series: [Series]
  /// Drawn above the curves.
  public var pointSets: [PointSet]
  public var markers: [Marker]
  public var xLabel: String
  public var yLabel: String
  /// What to show of the horizontal axis; nil: everything.
  public var xRange: ClosedRange<Double>?
  /// What to show of the vertical axis; nil: what the visible values need.
  public var yRange: ClosedRange<Double>?
  public var yScale: Scale.Kind
  /// Names and values of the curves.
  public var hasLegend: Bool

  public init(
    series: [Series], pointSets: [PointSet] = [], markers: [Marker] = [], xLabel: String = "", yLabel: String = "",
    xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil, yScale: Scale.Kind = .linear,
    hasLegend: Bool = true
  ) {
    self.series = series
    self.pointSets = pointSets
    self.markers = markers
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xRange = xRange
    self.yRange = yRange
    self.yScale = yScale
    self.hasLegend = hasLegend
  }

  /// The frame that the data need; nil where there is nothing that could be shown.
  var axes: Axes? {
    var x = Extent()
    var y = Extent()
    func visit(_ place: Double, _ value: Double) {
      guard place.isFinite, value.isFinite, yScale == .linear || value > 0, xRange?.contains(place) ?? true else {
        return
      }
      x.include(place)
      y.include(value)
    }
    for curve in series {
      for point in curve.points { visit(point.x, point.y) }
      for band in curve.band {
        visit(band.x, band.low)
        visit(band.x, band.high)
      }
    }
    for set in pointSets {
      for point in set.points { visit(point.x, point.y) }
    }
    return axes(x, y)
  }

  private func axes(_ xs: Extent, _ ys: Extent) -> Axes? {
    let across = xRange.map { Scale(from: $0.lowerBound, to: $0.upperBound) }
    guard let x = across ?? Scale(covering: xs.ends) else { return nil }
    if let yRange {
      return Axes(
        x: x, y: Scale(yScale, from: yRange.lowerBound, to: yRange.upperBound), xLabel: xLabel, yLabel: yLabel)
    }
    guard let y = Scale(yScale, covering: ys.ends, margin: 0.05) else { return nil }
    // A margin below zero would suggest values that cannot be, as of a loss.
    let startsAtZero = yScale == .linear && y.lower < 0 && ys.low >= 0 && ys.high > 0
    return Axes(
      x: x, y: startsAtZero ? Scale(from: 0, to: y.upper) : y, xLabel: xLabel, yLabel: yLabel)
  }

  /// What the reader must know about missing values.
  var note: String {
    var infinite = 0
    var notPositive = 0
    for curve in series {
      for point in curve.points {
        if point.y.isInfinite { infinite += 1 } else if yScale == .logarithmic, point.y <= 0 { notPositive += 1 }
      }
    }
    var parts: [String] = []
    if notPositive > 0 {
      parts.append("log scale: \(formatCount(notPositive)) \(notPositive == 1 ? "value" : "values") ≤ 0 left out")
    }
    if infinite > 0 { parts.append("\(formatCount(infinite)) infinite") }
    return parts.joined(separator: " · ")
  }

  /// Where the legend reads its values.
  var readingPlace: Double? { markers.first { $0.showsValues && $0.x.isFinite }?.x }

  /// What to say where there is nothing to draw.
  var emptyMessage: String {
    let hasPoints = series.contains { !$0.points.isEmpty } || pointSets.contains { !$0.points.isEmpty }
    if !hasPoints { return nothingYet }
    if xRange != nil { return "nothing in this range" }
    return yScale == .logarithmic ? "no value above zero: nothing to show on a log scale" : "no finite value to show"
  }
}

/// The smallest and the largest of some numbers.
private struct Extent {
  var low = Double.infinity
  var high = -Double.infinity

  mutating func include(_ value: Double) {
    low = min(low, value)
    high = max(high, value)
  }

  var ends: [Double] { low <= high ? [low, high] : [] }
}
