/// Boxes with a title in their border.

extension Canvas {
  /// Draws a box with a title at the left and a note at the right of its upper border, and returns the place inside.
  ///
  /// The focused panel has a heavier border as well as another colour, so it can be told without colours too. Where a
  /// border would leave no room, nothing but the title line is drawn.
  @discardableResult
  public mutating func panel(
    in area: Rectangle, title: String = "", note: String = "", focused: Bool = false,
    style: DrawingStyle = .standard
  ) -> Rectangle {
    guard !area.isEmpty else { return area }
    let border = Border(style.charset, focused: focused)
    let color = Color.role(focused ? .accent : .quiet)
    guard area.columns >= 2, area.rows >= 3 else {
      guard area.rows >= 2 else { return area }
      write(
        title, column: area.column, row: area.row, foreground: .role(.title), style: .bold, limit: area.columns,
        charset: style.charset)
      return Rectangle(column: area.column, row: area.row + 1, columns: area.columns, rows: area.rows - 1)
    }
    let right = area.column + area.columns - 1
    let bottom = area.row + area.rows - 1
    for column in area.column...right {
      put(border.horizontal, column: column, row: area.row, foreground: color)
      put(border.horizontal, column: column, row: bottom, foreground: color)
    }
    for row in area.row...bottom {
      put(border.vertical, column: area.column, row: row, foreground: color)
      put(border.vertical, column: right, row: row, foreground: color)
    }
    put(border.topLeft, column: area.column, row: area.row, foreground: color)
    put(border.topRight, column: right, row: area.row, foreground: color)
    put(border.bottomLeft, column: area.column, row: bottom, foreground: color)
    put(border.bottomRight, column: right, row: bottom, foreground: color)
    writeBorderTexts(area, title: title, note: note, focused: focused, style: style)
    return area.inset(columns: 1, rows: 1)
  }

  private mutating func writeBorderTexts(
    _ area: Rectangle, title: String, note: String, focused: Bool, style: DrawingStyle
  ) {
    let room = area.columns - 4
    var used = 0
    if !title.isEmpty, room > 0 {
      let text = TextLayout.truncated(style.text(title), to: room, ellipsis: style.ellipsis)
      used = write(
        " \(text) ", column: area.column + 1, row: area.row,
        foreground: .role(focused ? .accent : .title), style: .bold)
    }
    let width = TextLayout.width(style.text(note))
    // A note that does not fit beside the title is left out: half a note misleads.
    if !note.isEmpty, used + width + 4 <= area.columns - 2 {
      write(
        " \(style.text(note)) ", endingBefore: area.column + area.columns - 2, row: area.row,
        foreground: .role(.quiet))
    }
  }
}

private struct Border {
  var horizontal, vertical, topLeft, topRight, bottomLeft, bottomRight: Unicode.Scalar

  init(_ charset: Charset, focused: Bool) {
    let characters: String
    switch (charset, focused) {
    case (.unicode, false): characters = "─│┌┐└┘"
    case (.unicode, true): characters = "━┃┏┓┗┛"
    case (.ascii, false): characters = "-|++++"
    case (.ascii, true): characters = "=#####"
    }
    let all = Array(characters.unicodeScalars)
    (horizontal, vertical, topLeft, topRight, bottomLeft, bottomRight) = (
      all[0], all[1], all[2], all[3], all[4], all[5]
    )
  }
}
