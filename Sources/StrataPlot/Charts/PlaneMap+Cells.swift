/// A plane in cells: the field in half blocks, contour lines and paths in braille, points and arrows as characters.

extension PlaneMap {
  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard !isEmpty else { return drawMessage(nothingYet, on: &canvas, style: style) }
    let hasLegend = (!legend.isEmpty || !pathLegend.isEmpty) && canvas.size.rows >= 8
    if hasLegend { drawLegend(on: &canvas, style: style) }
    let top = hasLegend ? 1 : 0
    let below = Rectangle(column: 0, row: top, columns: canvas.size.columns, rows: canvas.size.rows - top)
    canvas.draw(in: below) { drawPlane(on: &$0, style: style) }
  }

  private func drawLegend(on canvas: inout Canvas, style: DrawingStyle) {
    var column = 0
    for (name, category) in legend {
      let text = style.text(name)
      let width = TextLayout.width(text) + 4
      guard column + width - 2 <= canvas.size.columns else { break }
      let color = pointColor(category, style: style)
      canvas.put(PointShape.category(category).character(style.charset), column: column, row: 0, foreground: color)
      canvas.write(text, column: column + 2, row: 0)
      column += width
    }
    for (path, index) in pathLegend {
      let name = style.text(path.name)
      let mark = PlaneMap.mark(index)
      let sample =
        style.charset == .ascii ? "\(mark)\(mark)" : Legend.sample(path.pattern, index: index, charset: .unicode)
      let width = TextLayout.width(name) + 5
      guard column + width - 2 <= canvas.size.columns else { break }
      canvas.write(sample, column: column, row: 0, foreground: .role(path.role), style: .bold)
      canvas.write(name, column: column + 3, row: 0, foreground: .role(path.role))
      column += width
    }
  }

  private func drawPlane(on canvas: inout Canvas, style: DrawingStyle) {
    let axes = axes
    let inner = axes.draw(on: &canvas, style: style)
    guard !inner.isEmpty else { return }
    if style.hasColor, style.charset == .unicode {
      drawField(on: &canvas, inner: inner)
    } else {
      drawFieldCharacters(on: &canvas, inner: inner)
    }
    var grid = DotGrid(columns: inner.columns, rows: inner.rows, charset: style.charset)
    var contours = Pen(color: .rgb(RGB(hex: 0xE0E0E0)), mark: "'")
    for (from, to) in contourSegments() {
      guard let a = axes.dot(from, on: grid), let b = axes.dot(to, on: grid) else { continue }
      grid.line(from: a, to: b, &contours)
    }
    grid.draw(on: &canvas, column: inner.column, row: inner.row)
    drawArrows(on: &canvas, axes: axes, inner: inner, style: style)
    drawPaths(on: &canvas, axes: axes, inner: inner, style: style)
    drawUnknown(on: &canvas, axes: axes, inner: inner, style: style)
    for isMarked in [false, true] {
      for sample in samples where sample.isMarked == isMarked && sample.category >= 0 {
        guard let column = axes.column(of: sample.at.x, in: inner), let row = axes.row(of: sample.at.y, in: inner)
        else {
          continue
        }
        canvas.put(
          PointShape.category(sample.category).character(style.charset), column: column, row: row,
          foreground: isMarked ? .rgb(RGB(255, 255, 255)) : pointColor(sample.category, style: style),
          style: isMarked ? [.bold, .underline] : .bold)
      }
    }
  }

  /// Samples without a class: small dots behind the others.
  private func drawUnknown(on canvas: inout Canvas, axes: Axes, inner: Rectangle, style: DrawingStyle) {
    for sample in samples where sample.category < 0 {
      guard let column = axes.column(of: sample.at.x, in: inner), let row = axes.row(of: sample.at.y, in: inner) else {
        continue
      }
      canvas.put(style.pick("·", "."), column: column, row: row, foreground: .rgb(RGB(0xC0, 0xC0, 0xC0)))
    }
  }

  private func pointColor(_ category: Int, style: DrawingStyle) -> Color {
    style.hasColor ? .rgb(Palette.category(category).mixed(with: RGB(255, 255, 255), share: 0.25)) : .plain
  }

  private func drawField(on canvas: inout Canvas, inner: Rectangle) {
    let pixels = raster(width: inner.columns, height: inner.rows * 2, ground: RGB(hex: 0x101014))
    canvas.drawPixels(pixels, column: inner.column, row: inner.row)
  }

  /// Without colour each class has its texture, and a scalar field its weight unless contour lines show it.
  private func drawFieldCharacters(on canvas: inout Canvas, inner: Rectangle) {
    let textures: [Unicode.Scalar] = [" ", ".", ":", "-", "'", "~", "=", "\""]
    let character: (_ across: Double, _ down: Double) -> Unicode.Scalar?
    switch field {
    case .none: return
    case .classes(let grid, _):
      character = { across, down in
        guard let value = grid.nearest(across, down) else { return nil }
        return value >= 0 && value < 1e6 ? textures[Int(value.rounded()) % textures.count] : "?"
      }
    case .scalar(let grid, let shading, let contours):
      guard contours.isEmpty else { return }
      let range = shading.range(covering: grid.finiteRange)
      character = { across, down in grid.interpolated(across, down).map { shading.character($0, in: range) } }
    }
    for row in 0..<inner.rows {
      for column in 0..<inner.columns {
        let place = ((Double(column) + 0.5) / Double(inner.columns), (Double(row) + 0.5) / Double(inner.rows))
        guard let character = character(place.0, place.1), character != " " else { continue }
        canvas.put(character, column: inner.column + column, row: inner.row + row, foreground: .role(.quiet))
      }
    }
  }

  private func drawArrows(on canvas: inout Canvas, axes: Axes, inner: Rectangle, style: DrawingStyle) {
    let unicode: [Unicode.Scalar] = ["→", "↗", "↑", "↖", "←", "↙", "↓", "↘"]
    let ascii: [Unicode.Scalar] = [">", "/", "^", "\\", "<", "/", "v", "\\"]
    // Directions are those on the screen, where the axes have their own units and a cell is twice as high as wide.
    let across = Double(inner.columns) / (axes.x.upper - axes.x.lower)
    let up = 2 * Double(inner.rows) / (axes.y.upper - axes.y.lower)
    for arrow in arrows {
      guard let column = axes.column(of: arrow.at.x, in: inner), let row = axes.row(of: arrow.at.y, in: inner) else {
        continue
      }
      let direction = octant(dx: arrow.dx * across, dy: arrow.dy * up)
      let character = direction.map { style.charset == .ascii ? ascii[$0] : unicode[$0] } ?? style.pick("·", ".")
      canvas.put(character, column: column, row: row, foreground: .rgb(RGB(255, 255, 255)))
    }
  }

  /// The character of a path in ASCII.
  static func mark(_ index: Int) -> Unicode.Scalar { asciiMark(index) ?? "*" }

  private func drawPaths(on canvas: inout Canvas, axes: Axes, inner: Rectangle, style: DrawingStyle) {
    for (index, path) in paths.enumerated() {
      var grid = DotGrid(columns: inner.columns, rows: inner.rows, charset: style.charset)
      var pen = Pen(
        color: .role(path.role), style: .bold, pattern: path.pattern, mark: PlaneMap.mark(index))
      var last: Place?
      for point in path.points {
        let place = axes.dot(point, on: grid)
        if let place { grid.line(from: last ?? place, to: place, &pen) }
        last = place
      }
      grid.draw(on: &canvas, column: inner.column, row: inner.row)
      let ends = [(path.points.first, PointShape.ring), (path.points.count > 1 ? path.points.last : nil, .circle)]
      for case (let point?, let shape) in ends {
        guard let column = axes.column(of: point.x, in: inner), let row = axes.row(of: point.y, in: inner) else {
          continue
        }
        canvas.put(
          shape.character(style.charset), column: column, row: row, foreground: .role(path.role), style: .bold)
      }
    }
  }
}
