// Pictures as layers see them. One axis order everywhere: [row, column, map], samples first; a sample of two axes is a
// picture with one map. Chosen by measurement (CKernels/Convolution.c): with the maps innermost a convolution is one product of
// the windows as they are written out, and its result is the output as it is stored.

/// The extents of a picture with several maps (channels).
public struct MapShape: Hashable, Sendable {
  public var rows: Int
  public var columns: Int
  public var maps: Int

  public init(rows: Int, columns: Int, maps: Int) {
    self.rows = rows
    self.columns = columns
    self.maps = maps
  }

  /// Nil where a sample of this shape is no picture: it has neither two axes nor three.
  public init?(_ shape: Shape) {
    guard (2...3).contains(shape.rank), shape.elementCount > 0 else { return nil }
    self.init(rows: shape[0], columns: shape[1], maps: shape.rank == 3 ? shape[2] : 1)
  }

  /// The same, for a layer that takes nothing else.
  init(_ shape: Shape, for keyword: String) throws(StrataError) {
    guard let picture = MapShape(shape) else {
      throw StrataError(
        "\(keyword) expects pictures, rows×columns or rows×columns×maps; a sample here is \(shape)",
        try: "data digits   (layers that keep pictures: conv, maxpool, l2pool, avgpool)")
    }
    self = picture
  }

  public var shape: Shape { [rows, columns, maps] }

  /// What the axes of a batch of samples mean.
  static func axes(_ sample: Shape) -> [String] {
    switch sample.rank {
    case 3: ["batch", "row", "column", "map"]
    case 2: ["batch", "row", "column"]
    default: ["batch", "out"]
    }
  }
}

/// Rows and columns of a window, as typed: `5x5`.
struct WindowSize: Hashable, Sendable {
  var rows: Int
  var columns: Int

  static let form = "rows x columns, as 5x5"

  init(rows: Int, columns: Int) { (self.rows, self.columns) = (rows, columns) }

  init(_ text: String, keyword: String) throws(StrataError) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let rows = parts[0], let columns = parts[1], (1...1000).contains(rows),
      (1...1000).contains(columns)
    else {
      throw StrataError(
        "\(keyword) KxK: a window's rows and columns were expected, 1x1 to 1000x1000; got '\(text)'",
        try: ["conv": "conv 8 5x5 relu", "crbm": "crbm 16 5x5"][keyword] ?? "\(keyword) 2x2")
    }
    self.rows = rows
    self.columns = columns
  }

  var text: String { "\(rows)x\(columns)" }
}
