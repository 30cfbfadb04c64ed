// How a row of numbers becomes a picture.
import StrataEngine
import StrataPlot

/// The rows and columns in which numbers are arranged.
struct PictureShape: Hashable {
  var rows: Int
  var columns: Int
  /// Numbers at each place; their mean is shown.
  var channels = 1

  /// As the input is, where it is an image; else the most square picture.
  init(_ shape: Shape) {
    guard shape.rank >= 2, shape[0] > 0, shape[1] > 0 else {
      (rows, columns) = squarest(shape.elementCount)
      return
    }
    (rows, columns, channels) = (shape[0], shape[1], max(shape.elementCount / (shape[0] * shape[1]), 1))
  }

  /// The most square picture of so many units.
  init(units: Int) { (rows, columns) = squarest(units) }

  /// One row of a matrix as a picture; places without a number are `ground`.
  func grid(_ tensor: Tensor, row: Int, ground: Float = 0) -> Grid {
    let count = tensor.matrixExtents.columns
    let start = row * count
    guard row >= 0, start + count <= tensor.count else { return Grid(rows: rows, columns: columns) { _, _ in ground } }
    return tensor.withUnsafeElements { x in
      Grid(rows: rows, columns: columns) { r, c in
        let place = (r * columns + c) * channels
        guard place + channels <= count else { return ground }
        if channels == 1 { return x[start + place] }
        return (0..<channels).reduce(Float(0)) { $0 + x[start + place + $1] } / Float(channels)
      }
    }
  }
}

/// Many pictures of one shape in a place: how many of them, and in what size.
struct Crowd {
  /// How many have room: no others need be made.
  var count: Int
  private let shape: PictureShape

  /// Whether the pictures have room in the size that was found, and need not be reduced until nothing is seen.
  private(set) var isLegible: Bool

  /// Where few have room in their own size, large pictures are reduced, as far as they can still be read.
  init(_ count: Int, _ shape: PictureShape, hasCaptions: Bool, in size: Size) {
    func fitting(_ shape: PictureShape) -> Int {
      ImageTiles.fitting(count, rows: shape.rows, columns: shape.columns, hasCaptions: hasCaptions, in: size)
    }
    var (shown, best) = (shape, fitting(shape))
    while best < min(count, 8), min(shown.rows, shown.columns) > 11 {
      shown.rows = max(shown.rows * 6 / 7, 11)
      shown.columns = max(shown.columns * 6 / 7, 11)
      best = fitting(shown)
    }
    isLegible = size.rows * 2 >= shown.rows + (hasCaptions ? 5 : 2) && size.columns > shown.columns + 1
    (self.count, self.shape) = (best, shown)
  }

  /// A picture in that size.
  func fitted(_ grid: Grid) -> Grid { grid.reduced(rows: shape.rows, columns: shape.columns) }
}

extension Grid {
  /// The grid in the middle of a larger one, or reduced where it is larger itself.
  func fitted(rows newRows: Int, columns newColumns: Int, ground: Float = 0) -> Grid {
    if newRows == rows, newColumns == columns { return self }
    let inner = reduced(rows: min(rows, newRows), columns: min(columns, newColumns))
    let (top, left) = ((newRows - inner.rows) / 2, (newColumns - inner.columns) / 2)
    return Grid(rows: newRows, columns: newColumns) { row, column in
      let (y, x) = (row - top, column - left)
      return y >= 0 && y < inner.rows && x >= 0 && x < inner.columns ? inner[y, x] : ground
    }
  }
}

/// Rows and columns of the most square rectangle for so many numbers: exact where a factor is near the root.
func squarest(_ count: Int) -> (rows: Int, columns: Int) {
  guard count > 3 else { return (1, max(count, 1)) }
  var rows = Int(Double(count).squareRoot())
  while rows > 1, count % rows != 0 { rows -= 1 }
  if rows * rows * 4 < count {
    rows = Int(Double(count).squareRoot())
    return (rows, (count + rows - 1) / rows)
  }
  return (rows, count / rows)
}

/// A tensor's numbers, or an even selection of them where there are many: what a histogram needs.
func sampled(_ tensor: Tensor, atMost limit: Int = 20_000) -> [Float] {
  guard tensor.count > limit else { return tensor.elements }
  let step = tensor.count / limit
  return stride(from: 0, to: tensor.count, by: step).map { tensor[flat: $0] }
}
