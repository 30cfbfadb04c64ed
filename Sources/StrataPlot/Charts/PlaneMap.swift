/// A plane: what a function is everywhere in it, and the points, arrows and paths on top.
///
/// The decision map of a classifier is class regions with the data over them; the picture of gradient descent is a
/// scalar field with contour lines, its gradient as arrows, and the path of the descent.

#if canImport(Glibc)
  import Glibc
#endif

public struct PlaneMap: Hashable, Sendable, Drawable {
  /// What is known at every place. Row 0 of a grid is the top, at the largest y.
  public enum Field: Hashable, Sendable {
    case none
    /// The index of the class of each place, and how sure the answer is, in [0, 1]; without: everywhere equally.
    case classes(Grid, certainty: Grid?)
    /// A number at each place, and the heights at which contour lines run.
    case scalar(Grid, shading: Shading, contours: [Double])
  }

  /// A point of the data.
  public struct Sample: Hashable, Sendable {
    public var at: Point
    /// The index of its class; negative where that is not known.
    public var category: Int
    /// Stands out: the selected one, or one that is answered wrongly.
    public var isMarked: Bool
    public init(_ at: Point, category: Int = 0, isMarked: Bool = false) {
      self.at = at
      self.category = category
      self.isMarked = isMarked
    }
  }

  /// A vector at a place; shown by its direction.
  public struct Arrow: Hashable, Sendable {
    public var at: Point
    public var dx: Double
    public var dy: Double
    public init(at: Point, dx: Double, dy: Double) {
      self.at = at
      self.dx = dx
      self.dy = dy
    }
  }

  /// A way through the plane, from a ring to a disc.
  public struct Path: Hashable, Sendable {
    public var name: String
    public var role: ColorRole
    public var pattern: LinePattern
    public var points: [Point]
    public init(_ name: String, role: ColorRole = .accent, pattern: LinePattern = .solid, points: [Point]) {
      self.name = name
      self.role = role
      self.pattern = pattern
      self.points = points
    }
  }

  public var x: ClosedRange<Double>
  public var y: ClosedRange<Double>
  public var field: Field
  public var samples: [Sample]
  public var arrows: [Arrow]
  public var paths: [Path]
  /// The names of the classes, for the legend.
  public var classNames: [String]
  public var xLabel: String
  public var yLabel: String

  public init(
    x: ClosedRange<Double>, y: ClosedRange<Double>, field: Field = .none, samples: [Sample] = [], arrows: [Arrow] = [],
    paths: [Path] = [], classNames: [String] = [], xLabel: String = "", yLabel: String = ""
  ) {
    self.x = x
    self.y = y
    self.field = field
    self.samples = samples
    self.arrows = arrows
    self.paths = paths
    self.classNames = classNames
    self.xLabel = xLabel
    self.yLabel = yLabel
  }

  /// A function of (x, y) on a grid as `field` wants it: each value at the middle of its rectangle.
  public static func sampled(
    x: ClosedRange<Double>, y: ClosedRange<Double>, rows: Int, columns: Int, _ value: (Double, Double) -> Double
  ) -> Grid {
    let across = (x.upperBound - x.lowerBound) / Double(max(columns, 1))
    let down = (y.upperBound - y.lowerBound) / Double(max(rows, 1))
    return Grid(rows: rows, columns: columns) { row, column in
      Float(value(x.lowerBound + (Double(column) + 0.5) * across, y.upperBound - (Double(row) + 0.5) * down))
    }
  }

  var axes: Axes {
    Axes(
      x: Scale(from: x.lowerBound, to: x.upperBound), y: Scale(from: y.lowerBound, to: y.upperBound), xLabel: xLabel,
      yLabel: yLabel)
  }

  var isEmpty: Bool {
    let hasField: Bool
    switch field {
    case .none: hasField = false
    case .classes(let grid, _), .scalar(let grid, _, _): hasField = !grid.isEmpty
    }
    return !hasField && samples.isEmpty && arrows.isEmpty && paths.allSatisfy { $0.points.isEmpty }
  }

  /// The field as a picture; empty without a field. An unsure answer fades to the ground: the screen, or paper.
  func raster(width: Int, height: Int, ground: RGB) -> Raster {
    var raster = Raster(width: width, height: height)
    func paint(_ color: (_ across: Double, _ down: Double) -> RGB?) {
      for y in 0..<raster.height {
        for x in 0..<raster.width {
          raster[x, y] = color(
            (Double(x) + 0.5) / Double(raster.width), (Double(y) + 0.5) / Double(raster.height))
        }
      }
    }
    switch field {
    case .none: break
    case .classes(let grid, let certainty):
      paint { across, down in
        guard let value = grid.nearest(across, down) else { return nil }
        guard value.isFinite, abs(value) < 1e6 else { return Palette.notFinite }
        let sure = certainty?.interpolated(across, down).map(Double.init) ?? 1
        let share = sure.isNaN ? 0 : sure.clamped(0, 1)
        return ground.mixed(with: Palette.category(Int(value.rounded())), share: 0.15 + 0.35 * share)
      }
    case .scalar(let grid, let shading, _):
      let shades = ground.lightness > 0.5 ? shading.onPaper : shading
      let range = shades.range(covering: grid.finiteRange)
      paint { across, down in grid.interpolated(across, down).map { shades.color($0, in: range) } }
    }
    return raster
  }

  /// The contour lines as segments between points of the plane.
  func contourSegments() -> [(Point, Point)] {
    guard case .scalar(let grid, _, let levels) = field else { return [] }
    let across = (x.upperBound - x.lowerBound) / Double(max(grid.columns, 1))
    let down = (y.upperBound - y.lowerBound) / Double(max(grid.rows, 1))
    func point(_ place: Place) -> Point {
      Point(x.lowerBound + (place.x + 0.5) * across, y.upperBound - (place.y + 0.5) * down)
    }
    return levels.flatMap { contour(of: grid, at: $0) }.map { (point($0.0), point($0.1)) }
  }

  /// Classes that occur among the samples or have a name, for the legend.
  var legend: [(name: String, category: Int)] {
    classNames.enumerated().map { ($0.element, $0.offset) }
  }

  /// Names of paths, where there are several to tell apart, each with its index.
  var pathLegend: [(path: Path, index: Int)] {
    paths.count > 1 ? paths.enumerated().map { ($0.element, $0.offset) }.filter { !$0.path.name.isEmpty } : []
  }
}

/// Which of eight directions an arrow has, counted from east against the clock; nil for one without length.
func octant(dx: Double, dy: Double) -> Int? {
  guard dx.isFinite, dy.isFinite, dx != 0 || dy != 0 else { return nil }
  let turns = atan2(dy, dx) / (2 * Double.pi)
  return ((Int((turns * 8).rounded()) % 8) + 8) % 8
}

extension Grid {
  /// The value of the rectangle at fractions of the width and height.
  func nearest(_ across: Double, _ down: Double) -> Float? {
    guard !isEmpty else { return nil }
    let column = Int((across * Double(columns)).clamped(0, Double(columns - 1)))
    let row = Int((down * Double(rows)).clamped(0, Double(rows - 1)))
    return self[row, column]
  }

  /// Between the middles of four rectangles, linearly in both directions.
  func interpolated(_ across: Double, _ down: Double) -> Float? {
    guard !isEmpty else { return nil }
    let x = (across * Double(columns) - 0.5).clamped(0, Double(columns - 1))
    let y = (down * Double(rows) - 0.5).clamped(0, Double(rows - 1))
    let (left, top) = (Int(x), Int(y))
    let (right, bottom) = (min(left + 1, columns - 1), min(top + 1, rows - 1))
    let (u, v) = (Float(x - Double(left)), Float(y - Double(top)))
    // A weight of zero must not let a neighbour that is no number in.
    func mix(_ a: Float, _ b: Float, _ share: Float) -> Float { share == 0 ? a : a + (b - a) * share }
    return mix(
      mix(self[top, left], self[top, right], u), mix(self[bottom, left], self[bottom, right], u), v)
  }
}
