/// From a canvas to the cells that the terminal must be told: what changed, in the terminal's colours, and nothing in it that
/// could be anything but a glyph.
import CCurses
import StrataPlot

struct CellPainter {
  private let palette: TerminalPalette
  private let unicode: UnicodeLevel
  private var run: [ccurses_cell] = []

  init(capabilities: TerminalCapabilities, hasBrightColors: Bool) {
    palette = TerminalPalette(depth: capabilities.color, hasBrightColors: hasBrightColors)
    unicode = capabilities.unicode
  }

  /// Paints what differs from `shown` (nil: all). False when the colours ran out: paint all again.
  mutating func paint(_ canvas: Canvas, over shown: Canvas?) -> Bool {
    let columns = canvas.size.columns
    let old = shown.flatMap { $0.size == canvas.size ? $0.cells : nil }
    let new = canvas.cells
    for row in 0..<canvas.size.rows {
      let line = row * columns..<(row + 1) * columns
      var index = line.lowerBound
      while index < line.upperBound {
        if let old, old[index] == new[index] {
          index += 1
          continue
        }
        var end = index + 1
        if let old {
          while end < line.upperBound, old[end] != new[end] { end += 1 }
        } else {
          end = line.upperBound
        }
        // A wide character is painted with both its halves, and anew when it lost one.
        if index > line.lowerBound, old.map({ $0[index].isContinuation }) ?? false { index -= 1 }
        while index > line.lowerBound, new[index].isContinuation { index -= 1 }
        if end < line.upperBound, new[end].isContinuation { end += 1 }
        guard paint(new, index..<end, in: line, row: row) else { return false }
        index = end
      }
    }
    return true
  }

  /// Whether rows of the old canvas stand elsewhere in the new one, as after a change of layout.
  static func movesRows(_ canvas: Canvas, over shown: Canvas) -> Bool {
    guard canvas.size == shown.size else { return false }
    let (columns, rows) = (canvas.size.columns, canvas.size.rows)
    let (new, old) = (canvas.cells, shown.cells)
    func equal(_ row: Int, _ other: Int) -> Bool {
      for column in 0..<columns where new[row * columns + column] != old[other * columns + column] { return false }
      return true
    }
    for row in 0..<rows where !equal(row, row) {
      for other in max(0, row - 16)..<min(rows, row + 17) where other != row && equal(row, other) { return true }
    }
    return false
  }

  private mutating func paint(_ cells: [Cell], _ range: Range<Int>, in line: Range<Int>, row: Int) -> Bool {
    run.removeAll(keepingCapacity: true)
    var isBehindWide = false
    for index in range {
      let cell = cells[index]
      var glyph: UInt32
      if cell.isContinuation {
        glyph = isBehindWide ? 0 : 0x20
        isBehindWide = false
      } else {
        let shown = Self.shown(cell.character, unicode)
        let hasRoom = index + 1 < line.upperBound && cells[index + 1].isContinuation
        isBehindWide = shown.width == 2 && hasRoom
        glyph = shown.width == 1 || isBehindWide ? shown.character.value : 0x3F
      }
      let foreground = palette.foreground(cell.foreground)
      run.append(
        ccurses_cell(
          character: glyph, foreground: foreground.number, background: palette.background(cell.background),
          style: UInt32(cell.style.rawValue) | foreground.style))
    }
    return ccurses_paint(
      Int32(row), Int32(range.lowerBound - line.lowerBound), run, Int32(run.count))
  }

  /// What stands for a character on this terminal, and its columns there: 0 or less where it must not reach it.
  private static func shown(
    _ character: Unicode.Scalar, _ unicode: UnicodeLevel
  ) -> (character: Unicode.Scalar, width: Int32) {
    switch character.value {
    case 0x20..<0x7F: return (character, 1)
    case 0..<0xA0: return (character, -1)
    case 0x2500...0x259F, 0x2800...0x28FF:
      // Box drawing, blocks, shapes; braille.
      if unicode == .full { return (character, 1) }
    default:
      if unicode != .none { return (character, ccurses_width(character.value)) }
    }
    if unicode == .blocks, isInConsoleFont(character.value) { return (character, 1) }
    // Views draw for the level of the terminal; what slips through gets its likeness.
    return (asciiText(String(Character(character))).unicodeScalars.first ?? "?", 1)
  }

  /// Of boxes and blocks, what the Linux console's fonts have: no eighths but the half and the whole, no braille.
  private static func isInConsoleFont(_ value: UInt32) -> Bool {
    (0x2500...0x257F).contains(value) || (0x2590...0x2593).contains(value)
      || [0x2580, 0x2584, 0x2588, 0x258C].contains(value)
  }
}
