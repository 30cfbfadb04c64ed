/// The frame of a chart: ticks and labels at the left and below, what is left for the data inside.

/// Two scales and their names.
struct Axes {
  var x: Scale
  var y: Scale
  var xLabel = ""
  var yLabel = ""

  /// Draws the frame and returns the place for the data. Small canvases lose the names first, then the ticks below,
  /// then those at the left.
  func draw(on canvas: inout Canvas, style: DrawingStyle) -> Rectangle {
    let size = canvas.size
    let hasBottom = size.rows >= 5
    let top = yLabel.isEmpty || size.rows < 8 ? 0 : 1
    let rows = max(size.rows - (hasBottom ? 2 : 0) - top, 0)
    let yTicks = y.ticks(atMost: max(min(rows / 3 + 1, 9), 2)).map {
      Tick(value: $0.value, label: style.text($0.label))
    }
    let widest = yTicks.map { TextLayout.width($0.label) }.max() ?? 0
    let hasLeft = size.columns >= widest + 10 && rows > 1
    let left = hasLeft ? widest + 1 : 0
    let inner = Rectangle(
      column: left + (hasLeft ? 1 : 0), row: top, columns: size.columns - left - (hasLeft ? 1 : 0), rows: rows)
    guard !inner.isEmpty else { return inner }
    let quiet = Color.role(.quiet)
    if hasLeft {
      for row in inner.row..<(inner.row + rows) {
        canvas.put(style.pick("│", "|"), column: left, row: row, foreground: quiet)
      }
      for tick in yTicks {
        guard let row = self.row(of: tick.value, in: inner) else { continue }
        canvas.write(tick.label, endingBefore: left, row: row, foreground: quiet)
        canvas.put(style.pick("┤", "+"), column: left, row: row, foreground: quiet)
      }
    }
    if hasBottom { drawBottom(on: &canvas, inner: inner, left: left, hasLeft: hasLeft, style: style) }
    if top == 1 { canvas.write(yLabel, column: 0, row: 0, foreground: .role(.title), charset: style.charset) }
    return inner
  }

  private func drawBottom(
    on canvas: inout Canvas, inner: Rectangle, left: Int, hasLeft: Bool, style: DrawingStyle
  ) {
    let quiet = Color.role(.quiet)
    let row = inner.row + inner.rows
    for column in inner.column..<(inner.column + inner.columns) {
      canvas.put(style.pick("─", "-"), column: column, row: row, foreground: quiet)
    }
    if hasLeft { canvas.put(style.pick("└", "+"), column: left, row: row, foreground: quiet) }
    let name = style.text(xLabel)
    let nameWidth = TextLayout.width(name)
    let hasName = !name.isEmpty && nameWidth + 12 <= inner.columns
    let end = inner.column + inner.columns
    if hasName { canvas.write(name, endingBefore: end, row: row + 1, foreground: .role(.title)) }
    let limit = hasName ? end - nameWidth - 2 : end
    var free = 0
    for tick in x.ticks(atMost: max(inner.columns / 9, inner.columns < 16 ? 2 : 3)) {
      guard let column = self.column(of: tick.value, in: inner) else { continue }
      let label = style.text(tick.label)
      let width = TextLayout.width(label)
      let start = max(min(column - width / 2, canvas.size.columns - width), 0)
      canvas.put(style.pick("┬", "+"), column: column, row: row, foreground: quiet)
      if start < free || start + width > limit { continue }
      canvas.write(label, column: start, row: row + 1, foreground: quiet)
      free = start + width + 2
    }
  }

  /// The cell of a value, nil outside.
  func column(of value: Double, in inner: Rectangle) -> Int? {
    guard let fraction = x.fraction(of: value), fraction > -1e-6, fraction < 1 + 1e-6 else { return nil }
    return inner.column + Int((fraction.clamped(0, 1) * Double(inner.columns * 2 - 1)).rounded()) / 2
  }

  func row(of value: Double, in inner: Rectangle) -> Int? {
    guard let fraction = y.fraction(of: value), fraction > -1e-6, fraction < 1 + 1e-6 else { return nil }
    return inner.row + Int(((1 - fraction.clamped(0, 1)) * Double(inner.rows * 4 - 1)).rounded()) / 4
  }

  /// The place of a point in the dots of a grid that fills the inside; nil where the scales cannot show it.
  func dot(_ point: Point, on grid: DotGrid) -> (x: Double, y: Double)? {
    guard let across = x.fraction(of: point.x), let down = y.fraction(of: point.y) else { return nil }
    return (
      across.clamped(-1e6, 1e6) * Double(grid.dotsAcross - 1), (1 - down.clamped(-1e6, 1e6)) * Double(grid.dotsDown - 1)
    )
  }

  // The same frame as vectors.

  func draw(on svg: inout SVG, in frame: Frame) -> Frame {
    let yTicks = y.ticks(atMost: max(Int(frame.height / 40), 2))
    let widest = Double(yTicks.map { TextLayout.width($0.label) }.max() ?? 0)
    let inner = frame.inset(
      left: widest * SVG.characterWidth + 14 + (yLabel.isEmpty ? 0 : SVG.lineHeight), top: 10, right: 14,
      bottom: 24 + (xLabel.isEmpty ? 0 : SVG.lineHeight))
    for tick in yTicks {
      let place = self.place(Point(x.lower, tick.value), in: inner).y
      svg.line(inner.x, place, inner.right, place, color: .rgb(RGB(hex: 0xE4E4E4)))
      svg.text(tick.label, x: inner.x - 7, y: place + 4, anchor: .end, color: .role(.quiet))
    }
    for tick in x.ticks(atMost: max(Int(frame.width / 80), 2)) {
      let place = self.place(Point(tick.value, y.lower), in: inner).x
      svg.line(place, inner.bottom, place, inner.bottom + 4, color: .role(.quiet))
      svg.text(tick.label, x: place, y: inner.bottom + 17, anchor: .middle, color: .role(.quiet))
    }
    svg.polyline(
      [(inner.x, inner.y), (inner.x, inner.bottom), (inner.right, inner.bottom)], color: .role(.quiet), width: 1)
    svg.text(xLabel, x: inner.middle, y: inner.bottom + 17 + SVG.lineHeight, anchor: .middle, color: .role(.title))
    svg.text(
      yLabel, x: frame.x + 14, y: inner.y + inner.height / 2, anchor: .middle, color: .role(.title), turned: true)
    return inner
  }

  /// A point in pixels; not a number where the scales cannot show it.
  func place(_ point: Point, in frame: Frame) -> (x: Double, y: Double) {
    let across = x.fraction(of: point.x) ?? .nan
    let down = y.fraction(of: point.y) ?? .nan
    return (frame.x + across * frame.width, frame.y + (1 - down) * frame.height)
  }
}

extension Double {
  func clamped(_ low: Double, _ high: Double) -> Double { Swift.max(low, Swift.min(self, high)) }
}

/// A point of a chart.
public struct Point: Hashable, Sendable {
  public var x: Double
  public var y: Double
  public init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}
