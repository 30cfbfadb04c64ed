/// Contour lines by marching squares (Lorensen and Cline's marching cubes, 1987, in two dimensions).
///
/// Each square of four neighbouring values is crossed by the line where its corners lie on different sides of the
/// level; a square crossed twice is decided by the mean of its corners.

/// The line at a level as segments between places (column, row) of the grid. Squares with a value that is not finite
/// have no line.
func contour(of grid: Grid, at level: Double) -> [(Place, Place)] {
  var segments: [(Place, Place)] = []
  for row in 0..<max(grid.rows - 1, 0) {
    for column in 0..<max(grid.columns - 1, 0) {
      let square = Square(grid, row, column, level)
      // Most squares are on one side of the line.
      let high = square.pattern
      guard high != 0, high != 15, square.isFinite else { continue }
      for (from, to) in square.crossings { segments.append((square.place(from), square.place(to))) }
    }
  }
  return segments
}

/// Four neighbouring values, from the top left clockwise, less the level.
private struct Square {
  let row: Int
  let column: Int
  let corners: (Double, Double, Double, Double)

  init(_ grid: Grid, _ row: Int, _ column: Int, _ level: Double) {
    self.row = row
    self.column = column
    corners = (
      Double(grid[row, column]) - level, Double(grid[row, column + 1]) - level,
      Double(grid[row + 1, column + 1]) - level, Double(grid[row + 1, column]) - level
    )
  }

  var isFinite: Bool {
    corners.0.isFinite && corners.1.isFinite && corners.2.isFinite && corners.3.isFinite
  }

  /// A bit for each corner that is not below the level.
  var pattern: Int {
    (corners.0 >= 0 ? 1 : 0) + (corners.1 >= 0 ? 2 : 0) + (corners.2 >= 0 ? 4 : 0) + (corners.3 >= 0 ? 8 : 0)
  }

  /// Pairs of edges (0 top, 1 right, 2 bottom, 3 left) that are joined by a line.
  var crossings: [(Int, Int)] {
    switch pattern {
    case 1, 14: return [(3, 0)]
    case 2, 13: return [(0, 1)]
    case 4, 11: return [(1, 2)]
    case 8, 7: return [(2, 3)]
    case 3, 12: return [(3, 1)]
    case 6, 9: return [(0, 2)]
    case 5, 10:
      // The corner at the top left is parted from the middle, or joined with it.
      let isHigh = corners.0 + corners.1 + corners.2 + corners.3 >= 0
      return isHigh == (corners.0 >= 0) ? [(0, 1), (2, 3)] : [(3, 0), (1, 2)]
    default: return []
    }
  }

  /// Where the level lies on an edge.
  func place(_ edge: Int) -> Place {
    func share(_ a: Double, _ b: Double) -> Double { a / (a - b) }
    switch edge {
    case 0: return (Double(column) + share(corners.0, corners.1), Double(row))
    case 1: return (Double(column + 1), Double(row) + share(corners.1, corners.2))
    case 2: return (Double(column) + share(corners.3, corners.2), Double(row + 1))
    default: return (Double(column), Double(row) + share(corners.0, corners.3))
    }
  }
}
