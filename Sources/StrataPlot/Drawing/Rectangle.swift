/// Places on a canvas, and how a place is divided among several things.

/// A place and a size in cells; row 0 is the top.
public struct Rectangle: Hashable, Sendable {
  public var column: Int
  public var row: Int
  public var size: Size
  public init(column: Int, row: Int, columns: Int, rows: Int) {
    self.column = column
    self.row = row
    size = Size(columns: columns, rows: rows)
  }

  public var columns: Int { size.columns }
  public var rows: Int { size.rows }
  public var isEmpty: Bool { size.columns == 0 || size.rows == 0 }

  /// The same place, smaller by so many cells on each side.
  public func inset(columns: Int, rows: Int) -> Rectangle {
    Rectangle(
      column: column + min(columns, size.columns), row: row + min(rows, size.rows),
      columns: size.columns - 2 * columns, rows: size.rows - 2 * rows)
  }

  public func contains(column: Int, row: Int) -> Bool {
    column >= self.column && column - self.column < columns && row >= self.row && row - self.row < rows
  }

  /// Side by side (`.horizontal`) or one below the other, with a gap of so many cells between neighbours.
  ///
  /// Fixed lengths are served first, in order; what remains is shared by weight. What finds no room is empty.
  public func divided(_ axis: Axis, into lengths: [Length], gap: Int = 0) -> [Rectangle] {
    let total = axis == .horizontal ? columns : rows
    let sizes = Length.resolve(lengths, in: max(total - max(gap, 0) * max(lengths.count - 1, 0), 0))
    var offset = 0
    return sizes.map { size in
      let start = min(offset, total)
      let length = min(size, total - start)
      offset = start + length + (length > 0 ? max(gap, 0) : 0)
      return axis == .horizontal
        ? Rectangle(column: column + start, row: row, columns: length, rows: rows)
        : Rectangle(column: column, row: row + start, columns: columns, rows: length)
    }
  }
}

/// The direction in which things follow each other.
public enum Axis: Hashable, Sendable { case horizontal, vertical }

/// How much room a part asks for.
public enum Length: Hashable, Sendable {
  /// So many cells, or what is left of them.
  case cells(Int)
  /// A part of what the fixed lengths leave, by weight; not negative.
  case share(Double)

  static func resolve(_ lengths: [Length], in total: Int) -> [Int] {
    var left = total
    var weights = 0.0
    var result = lengths.map { length -> Int in
      switch length {
      case .cells(let count):
        let granted = min(max(count, 0), left)
        left -= granted
        return granted
      case .share(let weight):
        if weight.isFinite, weight > 0 { weights += weight }
        return 0
      }
    }
    var handedOut = 0
    var before = 0.0
    for (index, length) in lengths.enumerated() {
      guard case .share(let weight) = length, weight.isFinite, weight > 0, weights > 0 else { continue }
      before += weight
      // Rounding the running total, not each part, hands out every cell.
      let upTo = Int((Double(left) * min(before / weights, 1)).rounded())
      result[index] = upTo - handedOut
      handedOut = upTo
    }
    return result
  }
}
