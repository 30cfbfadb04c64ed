/// A canvas as text with escape sequences (ECMA-48 SGR), for terminals that are written to line by line.

extension Canvas {
  /// The canvas as lines, each ending with all attributes off; without colours at depth `.none`.
  ///
  /// Only colour and style sequences are written, and no character of the canvas can be one: control characters do not
  /// get into cells by `write`, and one that was put there becomes a blank.
  public func ansi(depth: ColorDepth) -> String {
    guard depth != .none else { return lines.joined(separator: "\n") }
    var text = ""
    for row in 0..<size.rows {
      if row > 0 { text += "\n" }
      text += ansi(row: row, depth: depth)
    }
    return text
  }

  /// One row, without the blanks at its end, all attributes off behind it.
  public func ansi(row: Int, depth: ColorDepth) -> String {
    var end = size.columns
    while end > 0, isInvisible(self[end - 1, row]) { end -= 1 }
    var text = ""
    var current = ""
    for column in 0..<end {
      let cell = self[column, row]
      if cell.isContinuation { continue }
      let attributes = sequence(cell, depth: depth)
      if attributes != current {
        text += "\u{1B}[0\(attributes)m"
        current = attributes
      }
      let value = cell.character.value
      text.unicodeScalars.append(value < 0x20 || (0x7F..<0xA0).contains(value) ? " " : cell.character)
    }
    return current.isEmpty ? text : text + "\u{1B}[0m"
  }

  private func isInvisible(_ cell: Cell) -> Bool {
    cell.character == " " && cell.background == .plain && cell.style.isDisjoint(with: [.reverse, .underline])
  }

  private func sequence(_ cell: Cell, depth: ColorDepth) -> String {
    var text = ""
    if cell.style.contains(.bold) { text += ";1" }
    if cell.style.contains(.dim) { text += ";2" }
    if cell.style.contains(.underline) { text += ";4" }
    if cell.style.contains(.reverse) { text += ";7" }
    text += colorSequence(cell.foreground.terminal(depth), depth: depth, ground: 30)
    text += colorSequence(cell.background.terminal(depth), depth: depth, ground: 40)
    return text
  }

  private func colorSequence(_ color: TerminalColor, depth: ColorDepth, ground: Int) -> String {
    switch color {
    case .standard: return ""
    case .index(let index) where depth == .ansi16:
      return ";\(index < 8 ? ground + Int(index) : ground + 52 + Int(index))"
    case .index(let index): return ";\(ground + 8);5;\(index)"
    case .direct(let rgb): return ";\(ground + 8);2;\(rgb.red);\(rgb.green);\(rgb.blue)"
    }
  }
}
