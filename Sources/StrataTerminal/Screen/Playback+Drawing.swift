// The panel of a session: its words, and in its lower border the session's own line of time: where parts begin, where
// questions and marks are, and where we stand. A click on it goes there.
import StrataEngine
import StrataLab
import StrataPlot

extension Playback {
  /// All rows of text, wrapped.
  private func rows(columns: Int, style: DrawingStyle) -> [TextLine] {
    (introduction + narration + feedback + complaint).flatMap { $0.wrapped(to: max(columns, 1), style: style) }
  }

  /// What a session from a stranger wants, before anything of it is done.
  private var introduction: [TextLine] {
    guard place == 0, !needs.isEmpty else { return [] }
    let error = SessionFile.error(for: needs)
    return [
      TextLine("This session wants files that were not named on the command line:", .warning)
    ] + needs.prefix(4).map { TextLine("  " + $0.text) }
      + (needs.count > 4 ? [TextLine("  and \(needs.count - 4) more")] : [])
      + [
        TextLine("It gets none of them and stops where it wants one. To allow them:", .quiet),
        TextLine("  " + (error.suggestion ?? ""), .quiet),
      ]
  }

  private var complaint: [TextLine] {
    guard let failure, hand == nil else { return [] }
    let line = failure.line
    return [TextLine([TextRun("✗ line \(line.number): ", .bad, style: .bold), TextRun(line.text)])]
      + [TextLine("  " + failure.error.problem, .bad)]
      + (failure.error.suggestion.map { [TextLine("  try: \($0)", .quiet)] } ?? [])
  }

  /// Rows that the panel wants: its text and its borders.
  func height(columns: Int) -> Int {
    min(max(rows(columns: max(columns - 4, 10), style: .standard).count, 1) + 2, 10)
  }

  func draw(on canvas: inout Canvas, question: Question?, style: DrawingStyle) {
    let inner = canvas.panel(
      in: canvas.bounds, title: session.field("title") ?? "lesson", note: note(question), focused: true, style: style)
    canvas.draw(in: inner) { place in
      // The newest words matter most where not all fit.
      let lines = rows(columns: place.size.columns - 2, style: style).suffix(place.size.rows)
      for (row, line) in lines.enumerated() { place.write(line, column: 1, row: row, charset: style.charset) }
    }
    guard canvas.size.rows >= 3 else { return }
    drawBar(on: &canvas, row: canvas.size.rows - 1, style: style)
  }

  /// What the key does that goes on.
  private func note(_ question: Question?) -> String {
    if hand != nil { return "by hand · page down returns to the lesson" }
    if failure != nil { return "stopped · page down or > passes the line over" }
    if isTravelling { return "on the way · esc stays" }
    if isHeld { return "held · page down goes on" }
    if goal != nil { return "space holds" }
    if let question {
      let hints = question.shownHints < question.hints.count ? "h hints · " : ""
      return hints + "page down shows the answer"
    }
    if auto.isOn { return "playing · p stops" }
    return isOver ? "the end · page up goes back" : "page down goes on"
  }

  // The line of time.

  /// What stands to the left and to the right of the bar.
  private var bar: (left: String, right: String) {
    var left = "part \(outline.part(at: place)) of \(max(outline.parts.count, 1))"
    if let mark = outline.mark(at: place) { left += " · " + TextLayout.truncated(mark.name, to: 16) }
    var right = ""
    if auto.isOn || auto.speed != 1 { right = auto.speedText }
    if auto.isOn { right += " · " + auto.times(outline, at: place) }
    return (left, right)
  }

  /// The columns of the bar itself; nil where there is no room.
  private func barColumns(_ columns: Int) -> Range<Int>? {
    let (left, right) = bar
    let first = TextLayout.width(left) + 5
    let last = columns - 3 - (right.isEmpty ? 0 : TextLayout.width(right) + 2)
    return last - first >= 8 ? first..<last : nil
  }

  /// The column of a place.
  private func column(of place: SessionPlace, in columns: Range<Int>) -> Int {
    columns.lowerBound + min(place, outline.end) * (columns.count - 1) / max(outline.end, 1)
  }

  private func drawBar(on canvas: inout Canvas, row: Int, style: DrawingStyle) {
    guard let columns = barColumns(canvas.size.columns) else { return }
    let isASCII = style.charset == .ascii
    let (left, right) = bar
    canvas.write(" \(left) ", column: 2, row: row, foreground: .role(.quiet), charset: style.charset)
    if !right.isEmpty {
      canvas.write(
        " \(right) ", column: columns.upperBound + 1, row: row, foreground: .role(.quiet), charset: style.charset)
    }
    func put(_ text: String, at place: SessionPlace, _ role: ColorRole, style look: TextStyle = []) {
      canvas.write(text, column: column(of: place, in: columns), row: row, foreground: .role(role), style: look)
    }
    let now = column(of: place, in: columns)
    for column in columns {
      canvas.write(isASCII ? "-" : "─", column: column, row: row, foreground: .role(column < now ? .accent : .quiet))
    }
    // In the order of what matters: what comes later stands over what came before.
    // More than there are columns would be a solid row.
    let parts = outline.parts.count <= columns.count ? outline.parts.dropFirst() : []
    for part in parts { put(isASCII ? "+" : "┬", at: part.lines.lowerBound, .quiet) }
    for question in outline.questions.prefix(columns.count) { put("?", at: question, .title, style: .bold) }
    for mark in outline.marks.prefix(columns.count) { put(isASCII ? "*" : "◆", at: mark.place, .title) }
    if failure != nil {
      put(isASCII ? "X" : "✗", at: place, .bad, style: .bold)
    } else {
      put(isASCII ? "O" : "●", at: place, .accent, style: .bold)
    }
  }

  /// The stop that a click on the bar means: a question's or a mark's where one stands there, else the one whose
  /// column is nearest; nil outside of the bar.
  func stop(atColumn column: Int, columns: Int) -> SessionPlace? {
    guard let range = barColumns(columns), range.contains(column) else { return nil }
    let drawn = outline.marks.prefix(range.count).map(\.place) + outline.questions.prefix(range.count)
    if let place = drawn.first(where: { self.column(of: $0, in: range) == column }) {
      return outline.stop(after: place)
    }
    return outline.stops.min {
      abs(self.column(of: $0, in: range) - column) < abs(self.column(of: $1, in: range) - column)
    }
  }
}
