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
          // A wide character is painted with both its halves, and what stands beside a torn one anew.
          if index > line.lowerBound { index -= 1 }
          if end < line.upperBound { end += 1 }
        } else {
          end = line.upperBound
        }
        if index > line.lowerBound, new[index] == .continuation { index -= 1 }
        if end < line.upperBound, new[end] == .continuation { end += 1 }
        guard paint(new, index..<end, in: line, row: row) else { return false }
        index = end
      }
    }
    return true
  }

  private mutating func paint(_ cells: [Cell], _ range: Range<Int>, in line: Range<Int>, row: Int) -> Bool {
    run.removeAll(keepingCapacity: true)
    var isBehindWide = false
    for index in range {
      let cell = cells[index]
      let hasRoom = index + 1 < line.upperBound && cells[index + 1] == .continuation
      var glyph: UInt32
      if cell.character.value == 0 {
        glyph = isBehindWide ? 0 : 0x20
        isBehindWide = false
      } else {
        let width = Self.width(cell.character, unicode)
        isBehindWide = width == 2 && hasRoom
        glyph = width == 1 || isBehindWide ? cell.character.value : 0x3F
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

  /// Columns of a character on this terminal; 0 or less where it must not reach it.
  private static func width(_ character: Unicode.Scalar, _ unicode: UnicodeLevel) -> Int32 {
    switch character.value {
    case 0x20..<0x7F: 1
    case 0..<0xA0: -1
    case _ where unicode == .none: -1
    // Box drawing, blocks, shapes; braille.
    case 0x2500...0x259F, 0x2800...0x28FF: 1
    default: ccurses_width(character.value)
    }
  }
}
