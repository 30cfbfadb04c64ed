/// Figures beside or below each other.

/// A figure in a stack, with a heading of its own if it has a title.
public struct Part: Hashable, Sendable {
  public var figure: Figure
  public var title: String
  /// At the right end of the heading.
  public var note: String
  public var length: Length

  public init(_ figure: Figure, title: String = "", note: String = "", length: Length = .share(1)) {
    self.figure = figure
    self.title = title
    self.note = note
    self.length = length
  }
}

public struct Stack: Hashable, Sendable, Drawable {
  public var axis: Axis
  public var parts: [Part]
  /// Empty cells between neighbours.
  public var gap: Int

  public init(_ axis: Axis, _ parts: [Part], gap: Int = 0) {
    self.axis = axis
    self.parts = parts
    self.gap = gap
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    let places = canvas.bounds.divided(axis, into: parts.map(\.length), gap: gap)
    for (part, place) in zip(parts, places) where !place.isEmpty {
      canvas.draw(in: place) { part.draw(on: &$0, style: style) }
    }
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    // A cell is ten pixels wide and a text line high.
    let unit = axis == .horizontal ? 10.0 : SVG.lineHeight
    let total = axis == .horizontal ? frame.width : frame.height
    let cells = Rectangle(
      column: 0, row: 0, columns: axis == .horizontal ? Int(total / unit) : 1,
      rows: axis == .vertical ? Int(total / unit) : 1)
    for (part, place) in zip(parts, cells.divided(axis, into: parts.map(\.length), gap: gap)) where !place.isEmpty {
      let inner =
        axis == .horizontal
        ? Frame(
          x: frame.x + Double(place.column) * unit, y: frame.y, width: Double(place.columns) * unit,
          height: frame.height)
        : Frame(
          x: frame.x, y: frame.y + Double(place.row) * unit, width: frame.width, height: Double(place.rows) * unit)
      part.draw(on: &svg, in: inner)
    }
  }
}

extension Part {
  func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard !title.isEmpty || !note.isEmpty, canvas.size.rows >= 2 else { return figure.draw(on: &canvas, style: style) }
    let used = canvas.write(
      title, column: 0, row: 0, foreground: .role(.title), style: .bold, charset: style.charset)
    if TextLayout.width(style.text(note)) + used + 2 <= canvas.size.columns {
      canvas.write(
        note, endingBefore: canvas.size.columns, row: 0, foreground: .role(.quiet), charset: style.charset)
    }
    let below = Rectangle(column: 0, row: 1, columns: canvas.size.columns, rows: canvas.size.rows - 1)
    canvas.draw(in: below) { figure.draw(on: &$0, style: style) }
  }

  func draw(on svg: inout SVG, in frame: Frame) {
    guard !title.isEmpty || !note.isEmpty else { return figure.draw(on: &svg, in: frame) }
    svg.text(title, x: frame.x + 8, y: frame.y + 14, color: .role(.title), bold: true)
    svg.text(note, x: frame.right - 8, y: frame.y + 14, anchor: .end, color: .role(.quiet))
    figure.draw(on: &svg, in: frame.inset(top: SVG.lineHeight))
  }
}

/// A figure in a box with a title.
public struct Panel: Hashable, Sendable, Drawable {
  public var title: String
  public var note: String
  public var isFocused: Bool
  public var figure: Figure

  public init(_ title: String, note: String = "", isFocused: Bool = false, _ figure: Figure) {
    self.title = title
    self.note = note
    self.isFocused = isFocused
    self.figure = figure
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    let inner = canvas.panel(in: canvas.bounds, title: title, note: note, focused: isFocused, style: style)
    canvas.draw(in: inner) { figure.draw(on: &$0, style: style) }
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    let box = frame.inset(left: 3, top: 3, right: 3, bottom: 3)
    svg.rectangle(box, fill: nil, stroke: .role(isFocused ? .accent : .quiet), strokeWidth: isFocused ? 2 : 1)
    svg.text(title, x: box.x + 8, y: box.y + 16, color: .role(.title), bold: true)
    svg.text(note, x: box.right - 8, y: box.y + 16, anchor: .end, color: .role(.quiet))
    figure.draw(on: &svg, in: box.inset(left: 4, top: 22, right: 4, bottom: 4))
  }
}
