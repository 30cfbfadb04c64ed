/// Lines of text as a figure.

public struct TextBlock: Hashable, Sendable, Drawable {
  public var lines: [TextLine]
  /// Whether long lines go on in the next row; otherwise they end in an ellipsis.
  public var wraps: Bool
  /// The first line that is shown.
  public var firstLine: Int

  public init(_ lines: [TextLine], wraps: Bool = false, firstLine: Int = 0) {
    self.lines = lines
    self.wraps = wraps
    self.firstLine = firstLine
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    let rows = canvas.size.rows
    guard rows > 0, canvas.size.columns > 0 else { return }
    let first = min(max(firstLine, 0), lines.count)
    let shown =
      wraps
      ? lines[first...].flatMap { $0.wrapped(to: canvas.size.columns, style: style) } : Array(lines[first...])
    for (row, line) in shown.prefix(rows).enumerated() {
      canvas.write(line, column: 0, row: row, charset: style.charset)
    }
    if shown.count > rows {
      let hidden = shown.count - rows + 1
      let note = canvas.size.columns < 12 ? "+\(hidden)" : "… \(hidden) more"
      canvas.fill(Rectangle(column: 0, row: rows - 1, columns: canvas.size.columns, rows: 1))
      canvas.write(note, column: 0, row: rows - 1, foreground: .role(.quiet), charset: style.charset)
    }
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    for (index, line) in lines[min(max(firstLine, 0), lines.count)...].enumerated() {
      let y = frame.y + 15 + Double(index) * SVG.lineHeight
      guard y <= frame.bottom else { return }
      var x = frame.x + 8
      for run in line.runs {
        svg.text(run.text, x: x, y: y, color: run.foreground, bold: run.style.contains(.bold))
        x += Double(TextLayout.width(run.text)) * SVG.characterWidth
      }
    }
  }
}

extension TextLine {
  /// The line in several ones of at most so many columns, each run keeping its style.
  public func wrapped(to columns: Int, style: DrawingStyle = .standard) -> [TextLine] {
    let shown = TextLine(runs.map { TextRun(style.text($0.text), color: $0.foreground, style: $0.style) })
    guard columns > 0, shown.width > columns else { return [shown] }
    // Where the text breaks, the runs break too: count the characters of each line off the runs.
    var rest = shown.runs.flatMap { run in glyphs(of: run.text).map { ($0, run) } }[...]
    var result: [TextLine] = []
    for text in TextLayout.wrapped(shown.text, to: columns) {
      while let first = rest.first, first.0.scalar == " ", !text.hasPrefix(" ") { rest = rest.dropFirst() }
      let part = rest.prefix(glyphs(of: text).count)
      rest = rest.dropFirst(part.count)
      var runs: [TextRun] = []
      for (glyph, run) in part {
        let character = String(Character(glyph.scalar))
        if let last = runs.last, last.foreground == run.foreground, last.style == run.style {
          runs[runs.count - 1].text += character
        } else {
          runs.append(TextRun(character, color: run.foreground, style: run.style))
        }
      }
      result.append(TextLine(runs))
    }
    return result
  }
}
