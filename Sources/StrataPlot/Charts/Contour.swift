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
      let corners = [
        grid[row, column], grid[row, column + 1], grid[row + 1, column + 1], grid[row + 1, column],
      ].map { Double($0) - level }
      guard corners.allSatisfy(\.isFinite) else { continue }
      segments += crossings(corners).map { ends in
        (place(ends.0, corners, column, row), place(ends.1, corners, column, row))
      }
    }
  }
  return segments
}

/// Pairs of edges (0 top, 1 right, 2 bottom, 3 left) that are joined by a line.
private func crossings(_ corners: [Double]) -> [(Int, Int)] {
  var edges: [Int] = []
  for edge in 0..<4 where (corners[edge] >= 0) != (corners[(edge + 1) % 4] >= 0) { edges.append(edge) }
  if edges.count == 2 { return [(edges[0], edges[1])] }
  guard edges.count == 4 else { return [] }
  let isHigh = corners.reduce(0, +) >= 0
  return isHigh == (corners[0] >= 0) ? [(0, 1), (2, 3)] : [(3, 0), (1, 2)]
}

/// Where the level lies on an edge.
private func place(_ edge: Int, _ corners: [Double], _ column: Int, _ row: Int) -> Place {
  let share = corners[edge] / (corners[edge] - corners[(edge + 1) % 4])
  switch edge {
  case 0: return (Double(column) + share, Double(row))
  case 1: return (Double(column + 1), Double(row) + share)
  case 2: return (Double(column + 1) - share, Double(row + 1))
  default: return (Double(column), Double(row + 1) - share)
  }
}
