/// Writing, filling and copying: the primitives that every view uses. Whatever lies outside is cut off.

extension Canvas {
  /// Writes a text from a place to the right and returns the columns that it took.
  ///
  /// Control characters are left out and wide characters take two cells. A text that would pass the edge or the limit
  /// ends in an ellipsis, so that no number is cut off unnoticed. Without a background the cells keep theirs.
  @discardableResult
  public mutating func write(
    _ text: String, column: Int, row: Int, foreground: Color = .plain, background: Color? = nil,
    style: TextStyle = [], limit: Int? = nil, charset: Charset = .unicode
  ) -> Int {
    guard row >= 0, row < size.rows, column < size.columns, column > -Canvas.largest.columns else { return 0 }
    let room = min(max(limit ?? .max, 0), size.columns - column)
    let shown = charset == .ascii ? asciiText(text) : text
    let dots = charset == .ascii ? "..." : "…"
    var place = column
    for glyph in cut(glyphs(of: shown), to: room, ellipsis: glyphs(of: dots)) {
      put(glyph, column: place, row: row, foreground: foreground, background: background, style: style)
      place += glyph.width
    }
    return place - column
  }

  /// Writes a line of several colours and returns the columns that it took.
  @discardableResult
  public mutating func write(
    _ line: TextLine, column: Int, row: Int, background: Color? = nil, style: TextStyle = [], limit: Int? = nil,
    charset: Charset = .unicode
  ) -> Int {
    var place = column
    let end = min(max(limit ?? .max, 0), max(size.columns - column, 0)) + column
    for (index, run) in line.runs.enumerated() {
      let rest = line.runs[(index + 1)...].contains { !$0.text.isEmpty }
      let width = TextLayout.width(charset == .ascii ? asciiText(run.text) : run.text)
      // The last run that fits exactly must give its last column to the ellipsis if more follows.
      let text = rest && place + width == end ? run.text + "  " : run.text
      place += write(
        text, column: place, row: row, foreground: run.foreground, background: background,
        style: style.union(run.style), limit: end - place, charset: charset)
      if place >= end { break }
    }
    return place - column
  }

  /// Writes a text that ends before a column.
  @discardableResult
  public mutating func write(
    _ text: String, endingBefore column: Int, row: Int, foreground: Color = .plain, background: Color? = nil,
    style: TextStyle = [], limit: Int? = nil, charset: Charset = .unicode
  ) -> Int {
    let shown = charset == .ascii ? asciiText(text) : text
    let width = min(TextLayout.width(shown), max(limit ?? .max, 0))
    return write(
      shown, column: column - width, row: row, foreground: foreground, background: background, style: style,
      limit: width, charset: charset)
  }

  /// One glyph; half of a wide character that it covers is blanked.
  mutating func put(
    _ glyph: Glyph, column: Int, row: Int, foreground: Color = .plain, background: Color? = nil, style: TextStyle = []
  ) {
    guard column > -2, column < size.columns else { return }
    let visible = column >= 0 && column + glyph.width <= size.columns
    for offset in 0..<glyph.width {
      let place = column + offset
      guard place >= 0, place < size.columns else { continue }
      detach(column: place, row: row)
      let ground = background ?? self[place, row].background
      // A wide character that is only half inside leaves a blank.
      let character = visible ? (offset == 0 ? glyph.scalar : Cell.continuation.character) : " "
      self[place, row] = Cell(character, foreground: foreground, background: ground, style: style)
    }
  }

  /// One narrow character, keeping the background unless one is given.
  mutating func put(
    _ character: Unicode.Scalar, column: Int, row: Int, foreground: Color = .plain, background: Color? = nil,
    style: TextStyle = []
  ) {
    guard row >= 0, row < size.rows else { return }
    put(
      Glyph(scalar: character, width: 1), column: column, row: row, foreground: foreground, background: background,
      style: style)
  }

  /// Blanks the other half of a wide character before one half is overwritten.
  private mutating func detach(column: Int, row: Int) {
    if self[column, row].isContinuation, column > 0 { self[column - 1, row].character = " " }
    if column + 1 < size.columns, self[column + 1, row].isContinuation, !self[column, row].isContinuation {
      self[column + 1, row].character = " "
    }
  }

  /// Fills a place with one cell.
  public mutating func fill(_ area: Rectangle, with cell: Cell = .blank) {
    let columns = visible(area.column, area.columns, size.columns)
    for row in visible(area.row, area.rows, size.rows) where !columns.isEmpty {
      detach(column: columns.lowerBound, row: row)
      detach(column: columns.upperBound - 1, row: row)
      for column in columns { self[column, row] = cell }
    }
  }

  /// Gives a place a background and a style, and keeps its characters and their colours.
  public mutating func highlight(_ area: Rectangle, background: Color? = nil, style: TextStyle = []) {
    for row in visible(area.row, area.rows, size.rows) {
      for column in visible(area.column, area.columns, size.columns) {
        if let background { self[column, row].background = background }
        self[column, row].style.formUnion(style)
      }
    }
  }

  /// Copies another canvas to a place.
  public mutating func blit(_ other: Canvas, column: Int, row: Int) {
    let columns = visible(column, other.size.columns, size.columns)
    for target in visible(row, other.size.rows, size.rows) where !columns.isEmpty {
      detach(column: columns.lowerBound, row: target)
      detach(column: columns.upperBound - 1, row: target)
      let source = (columns.lowerBound - column)..<(columns.upperBound - column)
      copy(source, ofRow: target - row, of: other, toColumn: columns.lowerBound, row: target)
      // A wide character cut by the edge would stand in one cell.
      if self[columns.lowerBound, target].isContinuation { self[columns.lowerBound, target].character = " " }
      let last = columns.upperBound - 1
      if last + 1 - column < other.size.columns, other[last + 1 - column, target - row].isContinuation {
        self[last, target].character = " "
      }
    }
  }

  /// Draws in a part of the canvas as if it were a canvas of its own, with what is there already.
  public mutating func draw(in area: Rectangle, _ body: (inout Canvas) -> Void) {
    guard !area.isEmpty else { return }
    if area == bounds { return body(&self) }
    var inner = Canvas(area.size)
    let columns = visible(area.column, inner.size.columns, size.columns)
    for row in visible(area.row, inner.size.rows, size.rows) where !columns.isEmpty {
      inner.copy(columns, ofRow: row, of: self, toColumn: columns.lowerBound - area.column, row: row - area.row)
    }
    body(&inner)
    blit(inner, column: area.column, row: area.row)
  }

  /// The canvas with nothing but ASCII in it: the last line of defence of a screen without Unicode.
  public func restricted(to charset: Charset) -> Canvas {
    guard charset == .ascii else { return self }
    var result = self
    for row in 0..<size.rows {
      for column in 0..<size.columns where self[column, row].character.value >= 0x7F || self[column, row].isContinuation
      {
        let cell = self[column, row]
        result[column, row].character = cell.isContinuation ? " " : asciiCharacter(cell.character)
      }
    }
    return result
  }

  /// The part of `start ..< start + length` that lies in `0 ..< limit`, without overflow.
  private func visible(_ start: Int, _ length: Int, _ limit: Int) -> Range<Int> {
    let lower = min(max(start, 0), limit)
    let (end, overflow) = start.addingReportingOverflow(length)
    return lower..<max(min(overflow ? limit : end, limit), lower)
  }
}
