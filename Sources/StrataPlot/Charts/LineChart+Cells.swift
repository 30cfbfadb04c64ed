/// A line chart in cells: braille curves, vertical markers, and a legend where it hides least.

extension LineChart {
  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard var axes else { return drawMessage(emptyMessage, on: &canvas, style: style) }
    let legend = hasLegend ? Legend(self, style: style) : Legend(entries: [])
    // The curves decide where the legend goes, and a legend above takes a row from them: draw once without it, look,
    // and only then decide.
    let area = canvas.bounds
    let before = canvas
    let inner = axes.draw(on: &canvas, style: style)
    let grid = dots(axes, in: inner, style: style)
    let corner = legend.corner(in: inner, avoiding: grid)
    guard corner == nil, !legend.entries.isEmpty, area.rows >= 6 else {
      drawData(grid, on: &canvas, axes: axes, inner: inner, style: style)
      if let corner { legend.draw(on: &canvas, in: corner) }
      return
    }
    canvas = before
    // The axis keeps its name only where the whole legend fits beside it.
    let name = style.text(axes.yLabel)
    axes.yLabel = ""
    let used = name.isEmpty ? 0 : TextLayout.width(name) + 2
    let hasName = legend.lineWidth <= area.columns - used
    if hasName { canvas.write(name, column: 0, row: 0, foreground: .role(.title)) }
    legend.drawLine(on: &canvas, row: 0, after: hasName ? used : 0)
    let below = Rectangle(column: 0, row: 1, columns: area.columns, rows: area.rows - 1)
    canvas.draw(in: below) { canvas in
      let inner = axes.draw(on: &canvas, style: style)
      drawData(dots(axes, in: inner, style: style), on: &canvas, axes: axes, inner: inner, style: style)
    }
  }

  private func drawData(_ grid: DotGrid, on canvas: inout Canvas, axes: Axes, inner: Rectangle, style: DrawingStyle) {
    guard !inner.isEmpty else { return }
    drawMarkers(on: &canvas, axes: axes, inner: inner, style: style)
    grid.draw(on: &canvas, column: inner.column, row: inner.row)
    for set in pointSets {
      let character = set.shape.character(style.charset)
      for point in set.points {
        guard let column = axes.column(of: point.x, in: inner), let row = axes.row(of: point.y, in: inner) else {
          continue
        }
        canvas.put(character, column: column, row: row, foreground: .role(set.role))
      }
    }
    if !note.isEmpty {
      canvas.write(
        note, column: inner.column, row: inner.row + inner.rows - 1, foreground: .role(.warning),
        limit: inner.columns, charset: style.charset)
    }
  }

  private func drawMarkers(on canvas: inout Canvas, axes: Axes, inner: Rectangle, style: DrawingStyle) {
    var free: [Int] = []
    for marker in markers.sorted(by: { $0.x < $1.x }) {
      guard let column = axes.column(of: marker.x, in: inner) else { continue }
      let color = Color.role(marker.role)
      for row in inner.row..<(inner.row + inner.rows) {
        canvas.put(style.pick("┊", ":"), column: column, row: row, foreground: color)
      }
      let label = style.text(marker.label)
      let width = TextLayout.width(label)
      guard width > 0, width < inner.columns else { continue }
      let right = column + 1 + width <= inner.column + inner.columns
      let start = right ? column + 1 : column - width
      // Labels that would overlap go to the next row down.
      let level = free.firstIndex { $0 <= start } ?? free.count
      guard level < max(inner.rows / 3, 1) else { continue }
      canvas.write(label, column: start, row: inner.row + level, foreground: color)
      if level == free.count { free.append(0) }
      free[level] = start + width + 1
    }
  }

  /// All curves as dots, the first one on top.
  func dots(_ axes: Axes, in inner: Rectangle, style: DrawingStyle) -> DotGrid {
    var grid = DotGrid(columns: inner.columns, rows: inner.rows, charset: style.charset)
    for (index, curve) in series.enumerated().reversed() {
      let pen = Pen(
        color: .role(curve.role), pattern: curve.pattern, mark: style.charset == .ascii ? asciiMark(index) : nil)
      // In ASCII a band would be as heavy as its curve.
      if style.charset == .unicode { drawBand(curve, on: &grid, axes: axes, isSparse: !style.hasColor) }
      drawCurve(curve, on: &grid, axes: axes, pen)
    }
    return grid
  }

  private func drawCurve(_ curve: Series, on grid: inout DotGrid, axes: Axes, _ pen: Pen) {
    var pen = pen
    var last: Place?
    for point in curve.points {
      guard let place = axes.dot(point, on: grid) else {
        last = nil
        continue
      }
      // A point after a gap is a dot by itself, or a single value between two gaps would not be seen.
      grid.line(from: last ?? place, to: place, &pen)
      last = place
    }
  }

  private func drawBand(_ curve: Series, on grid: inout DotGrid, axes: Axes, isSparse: Bool) {
    let faint = Pen(color: .rgb(curve.role.darkTheme.mixed(with: RGB(0, 0, 0), share: 0.5)))
    for band in curve.band {
      guard let low = axes.dot(Point(band.x, band.low), on: grid),
        let high = axes.dot(Point(band.x, band.high), on: grid)
      else { continue }
      let x = low.x.rounded().clamped(-1, Double(grid.dotsAcross))
      let from = Int(min(low.y, high.y).rounded().clamped(0, Double(grid.dotsDown)))
      let to = Int(max(low.y, high.y).rounded().clamped(-1, Double(grid.dotsDown - 1)))
      // Every other dot, as a chessboard: a tone, not a wall. Without colour every fourth, beside a full line.
      for y in from...max(from, to) where y <= to {
        if isSparse ? y % 2 == 0 && Int(x) % 2 == 0 : (y + Int(x)) % 2 == 0 { grid.set(Int(x), y, faint) }
      }
    }
  }
}

/// The character of a curve in ASCII; the first one uses `.`, `'` and `:` for its height in the cell.
func asciiMark(_ index: Int) -> Unicode.Scalar? {
  let marks: [Unicode.Scalar?] = [nil, "o", "*", "+", "x", "#"]
  return marks[index % marks.count]
}
