/// Numbers on a rectangular grid: a matrix, an image, a function sampled over a plane.

public struct Grid: Hashable, Sendable {
  public let rows: Int
  public let columns: Int
  /// Row by row, the first row on top.
  public let values: [Float]

  /// Missing values are filled up with NaN, surplus ones are ignored.
  public init(rows: Int, columns: Int, values: [Float]) {
    let rows = max(rows, 0)
    let columns = max(columns, 0)
    let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
    guard !overflow, count <= 1 << 28 else {
      (self.rows, self.columns, self.values) = (0, 0, [])
      return
    }
    self.rows = rows
    self.columns = columns
    if values.count == count {
      self.values = values
    } else {
      self.values = Array(values.prefix(count)) + [Float](repeating: .nan, count: max(count - values.count, 0))
    }
  }

  /// Samples a function of (row, column).
  public init(rows: Int, columns: Int, _ value: (Int, Int) -> Float) {
    var values: [Float] = []
    for row in 0..<max(rows, 0) {
      for column in 0..<max(columns, 0) { values.append(value(row, column)) }
    }
    self.init(rows: rows, columns: columns, values: values)
  }

  public var isEmpty: Bool { values.isEmpty }

  /// The value at a place; NaN outside.
  public subscript(row: Int, column: Int) -> Float {
    row >= 0 && row < rows && column >= 0 && column < columns ? values[row * columns + column] : .nan
  }

  /// The smallest and the largest finite value; nil if there is none.
  public var finiteRange: ClosedRange<Float>? {
    var low = Float.infinity
    var high = -Float.infinity
    for value in values where value.isFinite {
      low = min(low, value)
      high = max(high, value)
    }
    return low <= high ? low...high : nil
  }

  /// The grid with at most so many rows and columns, each value the mean of those that it stands for.
  ///
  /// A block with a number that is not finite stays not finite: one NaN among a million weights must be seen.
  public func reduced(rows newRows: Int, columns newColumns: Int) -> Grid {
    let newRows = min(max(newRows, 0), rows)
    let newColumns = min(max(newColumns, 0), columns)
    if newRows == rows, newColumns == columns { return self }
    var result: [Float] = []
    result.reserveCapacity(newRows * newColumns)
    values.withUnsafeBufferPointer { values in
      for row in 0..<newRows {
        let fromRow = row * rows / newRows
        let toRow = max((row + 1) * rows / newRows, fromRow + 1)
        for column in 0..<newColumns {
          let fromColumn = column * columns / newColumns
          let toColumn = max((column + 1) * columns / newColumns, fromColumn + 1)
          var sum = 0.0
          for y in fromRow..<toRow {
            for x in fromColumn..<toColumn { sum += Double(values[y * columns + x]) }
          }
          result.append(Float(sum / Double((toRow - fromRow) * (toColumn - fromColumn))))
        }
      }
    }
    return Grid(rows: newRows, columns: newColumns, values: result)
  }
}
