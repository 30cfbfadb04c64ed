/// Rows and columns of text, aligned by display width.
///
/// Where the columns do not fit, the widest ones give way first and their texts end in an ellipsis; where the rows do
/// not fit, the part with the selected row is shown and the last line says how many there are.

public struct Table: Hashable, Sendable, Drawable {
  public struct Column: Hashable, Sendable {
    public var title: String
    public var alignment: TextAlignment
    public init(_ title: String, _ alignment: TextAlignment = .left) {
      self.title = title
      self.alignment = alignment
    }
  }

  public var columns: [Column]
  /// Missing cells are blank, surplus ones are ignored.
  public var rows: [[TextLine]]
  public var selected: Int?
  /// What to say when there is no row.
  public var emptyMessage: String

  public init(
    columns: [Column], rows: [[TextLine]], selected: Int? = nil, emptyMessage: String = "nothing to show yet"
  ) {
    self.columns = columns
    self.rows = rows
    self.selected = selected
    self.emptyMessage = emptyMessage
  }

  /// The same with plain texts.
  public init(columns: [Column], texts: [[String]], selected: Int? = nil) {
    self.init(columns: columns, rows: texts.map { $0.map { TextLine($0) } }, selected: selected)
  }

  private func width(_ line: TextLine, _ style: DrawingStyle) -> Int {
    line.runs.reduce(0) { $0 + TextLayout.width(style.text($1.text)) }
  }

  /// Widths that fit in so many columns of the screen, two apart.
  private func widths(in total: Int, style: DrawingStyle) -> [Int] {
    var widths = columns.enumerated().map { index, column in
      rows.reduce(TextLayout.width(style.text(column.title))) { widest, row in
        max(widest, row.indices.contains(index) ? width(row[index], style) : 0)
      }
    }
    var excess = widths.reduce(0, +) + 2 * max(columns.count - 1, 0) - total
    while excess > 0, let widest = widths.max(), widest > 3, let index = widths.firstIndex(of: widest) {
      widths[index] -= 1
      excess -= 1
    }
    return widths
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard !columns.isEmpty else { return drawMessage(emptyMessage, on: &canvas, style: style) }
    let size = canvas.size
    // Two columns at the left are the pointer's.
    let left = selected == nil ? 0 : 2
    let widths = widths(in: size.columns - left, style: style)
    let hasHeader = columns.contains { !$0.title.isEmpty } && size.rows >= 2
    var place = left
    for (column, width) in zip(columns, widths) where hasHeader {
      let text = TextLayout.fitted(style.text(column.title), to: width, column.alignment, ellipsis: style.ellipsis)
      canvas.write(text, column: place, row: 0, foreground: .role(.title), style: [.bold, .underline])
      place += width + 2
    }
    let top = hasHeader ? 1 : 0
    guard !rows.isEmpty else {
      let below = Rectangle(column: 0, row: top, columns: size.columns, rows: size.rows - top)
      return canvas.draw(in: below) { drawMessage(emptyMessage, on: &$0, style: style) }
    }
    let room = size.rows - top
    let allFit = rows.count <= room
    let shown = max(min(rows.count, allFit ? room : room - 1), 0)
    guard shown > 0 else { return }
    let wanted = min(max(selected ?? 0, 0), rows.count - 1)
    let first = min(max(wanted - shown / 2, 0), rows.count - shown)
    for (offset, index) in (first..<(first + shown)).enumerated() {
      drawRow(index, on: &canvas, row: top + offset, left: left, widths: widths, style: style)
    }
    if !allFit {
      canvas.write(
        "\(first + 1)–\(first + shown) of \(rows.count)", endingBefore: size.columns, row: size.rows - 1,
        foreground: .role(.quiet), charset: style.charset)
    }
  }

  private func drawRow(
    _ index: Int, on canvas: inout Canvas, row: Int, left: Int, widths: [Int], style: DrawingStyle
  ) {
    let isSelected = index == selected
    if isSelected {
      canvas.highlight(
        Rectangle(column: 0, row: row, columns: canvas.size.columns, rows: 1), background: .role(.bar))
      canvas.put(style.pick("▸", ">"), column: 0, row: row, foreground: .role(.accent), style: .bold)
    }
    var place = left
    for (cell, (column, width)) in zip(rows[index], zip(columns, widths)) {
      let room = width - self.width(cell, style)
      let offset: Int
      switch column.alignment {
      case .left: offset = 0
      case .center: offset = max(room / 2, 0)
      case .right: offset = max(room, 0)
      }
      canvas.write(
        cell, column: place + offset, row: row, style: isSelected ? .bold : [], limit: width, charset: style.charset)
      place += width + 2
    }
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    guard !columns.isEmpty else { return drawMessage(emptyMessage, on: &svg, in: frame) }
    let widths = widths(in: Int(frame.width / SVG.characterWidth), style: .standard)
    var x = frame.x + 8
    for (index, (column, width)) in zip(columns, widths).enumerated() {
      let pixels = Double(width) * SVG.characterWidth
      let anchor: SVGAnchor
      let place: Double
      switch column.alignment {
      case .left: (anchor, place) = (.start, x)
      case .center: (anchor, place) = (.middle, x + pixels / 2)
      case .right: (anchor, place) = (.end, x + pixels)
      }
      svg.text(column.title, x: place, y: frame.y + 14, anchor: anchor, color: .role(.title), bold: true)
      for (row, cells) in rows.enumerated() where cells.indices.contains(index) {
        let y = frame.y + 14 + Double(row + 1) * SVG.lineHeight
        guard y <= frame.bottom else { break }
        let text = TextLayout.truncated(cells[index].text, to: width)
        let color = cells[index].runs.first?.foreground ?? .plain
        svg.text(text, x: place, y: y, anchor: anchor, color: color, bold: row == selected)
      }
      x += pixels + 2 * SVG.characterWidth
    }
    svg.line(frame.x + 8, frame.y + 19, min(x, frame.right), frame.y + 19, color: .role(.quiet))
  }
}
