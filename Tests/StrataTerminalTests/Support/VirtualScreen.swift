/// A terminal without glass: understands what curses and readline send to xterm, the Linux console and a VT100, and keeps the
/// cells, so that tests can read the screen. Sequences that it does not know are collected in `unknown`.
import Testing

/// One cell as the terminal would show it. Colours are palette numbers, or 0x1RRGGBB for direct ones.
struct VirtualCell: Equatable {
  var character: Unicode.Scalar = " "
  var foreground: Int?
  var background: Int?
  var isBold = false
  var isDim = false
  var isUnderlined = false
  var isReversed = false
}

struct VirtualScreen {
  private(set) var columns: Int
  private(set) var rows: Int
  private(set) var cells: [VirtualCell]
  private(set) var column = 0
  private(set) var row = 0
  /// Private modes that are set: 1049 alternate screen, 25 cursor, 1000/1002/1006 mouse, 2004 paste, 1 cursor keys.
  private(set) var modes: Set<Int> = [25]
  private(set) var unknown: [String] = []
  private(set) var bells = 0

  private var mainCells: [VirtualCell] = []
  private var mainCursor = (column: 0, row: 0)
  private var pen = VirtualCell()
  private var wrapIsPending = false
  private var isInserting = false
  private var isDrawingLines = false
  private var last: Unicode.Scalar = " "
  private var pending: [UInt8] = []

  init(columns: Int, rows: Int) {
    self.columns = columns
    self.rows = rows
    cells = Array(repeating: VirtualCell(), count: columns * rows)
  }

  var isAlternate: Bool { modes.contains(1049) }
  var mouseIsOn: Bool { !modes.isDisjoint(with: [1000, 1002, 1003, 1006]) }
  var cursorIsVisible: Bool { modes.contains(25) }
  func cell(_ column: Int, _ row: Int) -> VirtualCell { cells[row * columns + column] }

  /// The rows as text, trailing blanks removed.
  var lines: [String] {
    (0..<rows).map { row in
      var text = String.UnicodeScalarView()
      for cell in cells[row * columns..<(row + 1) * columns] where cell.character.value != 0 {
        text.append(cell.character)
      }
      var line = String(text)
      while line.last == " " { line.removeLast() }
      return line
    }
  }
  var text: String { lines.joined(separator: "\n") }
  func contains(_ part: String) -> Bool { text.contains(part) }

  mutating func resize(columns: Int, rows: Int) {
    self = {
      var other = VirtualScreen(columns: columns, rows: rows)
      other.modes = modes
      other.mainCells = Array(repeating: VirtualCell(), count: columns * rows)
      for row in 0..<min(rows, self.rows) {
        for column in 0..<min(columns, self.columns) { other.cells[row * columns + column] = cell(column, row) }
      }
      (other.column, other.row) = (min(column, columns - 1), min(row, rows - 1))
      return other
    }()
  }

  mutating func feed(_ bytes: some Sequence<UInt8>) {
    pending += bytes
    var index = 0
    while index < pending.count {
      let used = step(pending[index...])
      if used == 0 { break }
      index += used
    }
    pending.removeFirst(index)
  }

  /// Takes one character or sequence; returns its length, 0 when it is not complete.
  private mutating func step(_ bytes: ArraySlice<UInt8>) -> Int {
    let start = bytes.startIndex
    let first = bytes[start]
    switch first {
    case 0x1B: return escape(bytes)
    case 0x07: bells += 1
    case 0x08: move(column - 1, row)
    case 0x09: move((column / 8 + 1) * 8, row)
    case 0x0A, 0x0B: lineFeed()
    case 0x0D: move(0, row)
    case 0x0E: isDrawingLines = true
    case 0x0F: isDrawingLines = false
    case 0..<0x20, 0x7F: break
    case 0x20..<0x7F: put(isDrawingLines && first >= 0x60 ? "+" : Unicode.Scalar(first))
    default:
      let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
      guard bytes.count >= length else { return 0 }
      for scalar in String(decoding: bytes.prefix(length), as: UTF8.self).unicodeScalars { put(scalar) }
      return length
    }
    return 1
  }

  private mutating func escape(_ bytes: ArraySlice<UInt8>) -> Int {
    let start = bytes.startIndex
    guard bytes.count > 1 else { return 0 }
    switch bytes[start + 1] {
    case UInt8(ascii: "["):
      guard let end = bytes.dropFirst(2).firstIndex(where: { (0x40...0x7E).contains($0) }) else { return 0 }
      control(bytes[(start + 2)..<end], Character(Unicode.Scalar(bytes[end])))
      return end - start + 1
    case UInt8(ascii: "]"):
      guard let end = bytes.firstIndex(where: { $0 == 0x07 }) else { return 0 }
      return end - start + 1
    case UInt8(ascii: "("), UInt8(ascii: ")"):
      guard bytes.count > 2 else { return 0 }
      if bytes[start + 1] == UInt8(ascii: "(") { isDrawingLines = bytes[start + 2] == UInt8(ascii: "0") }
      return 3
    case UInt8(ascii: "M"): move(column, row - 1)
    case UInt8(ascii: "D"): lineFeed()
    case UInt8(ascii: "7"): mainCursor = (column, row)
    case UInt8(ascii: "8"): move(mainCursor.column, mainCursor.row)
    case UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "H"): break
    case UInt8(ascii: "c"): cells = cells.map { _ in VirtualCell() }
    default: unknown.append("ESC \(Character(Unicode.Scalar(bytes[start + 1])))")
    }
    return 2
  }

  /// The numbers between semicolons; the empty field of the form with colons (a colour space) is left out.
  private static func numbers(_ body: ArraySlice<UInt8>) -> [Int] {
    var result: [Int] = []
    var number = 0
    var previous: UInt8 = 0
    for byte in body {
      if (0x30...0x39).contains(byte) {
        number = number * 10 + Int(byte - 0x30)
      } else if byte == UInt8(ascii: ";") || (byte == UInt8(ascii: ":") && previous != byte) {
        result.append(number)
        number = 0
      }
      previous = byte
    }
    return result + [number]
  }

  private mutating func control(_ body: ArraySlice<UInt8>, _ final: Character) {
    let numbers = Self.numbers(body)
    if body.first == UInt8(ascii: "?") {
      // The console's shape of the cursor.
      if final == "c" { return }
      guard final == "h" || final == "l" else { return note(body, final) }
      for mode in numbers { set(mode, final == "h") }
      return
    }
    let first = numbers.first ?? 0
    let count = max(first, 1)
    switch final {
    case "H", "f": move((numbers.count > 1 ? max(numbers[1], 1) : 1) - 1, count - 1)
    case "A": move(column, row - count)
    case "B": move(column, row + count)
    case "C": move(column + count, row)
    case "D": move(column - count, row)
    case "G": move(count - 1, row)
    case "d": move(column, count - 1)
    case "J": erase(first == 0 ? here..<cells.count : first == 1 ? 0..<here + 1 : 0..<cells.count)
    case "K":
      let line = row * columns..<(row + 1) * columns
      erase(first == 0 ? here..<line.upperBound : first == 1 ? line.lowerBound..<here + 1 : line)
    case "X": erase(here..<min(here + count, (row + 1) * columns))
    case "b": for _ in 0..<count { put(last) }
    case "@": shiftRight(count)
    case "P":
      let end = (row + 1) * columns
      for index in here..<end { cells[index] = index + count < end ? cells[index + count] : blank }
    case "m": style(numbers)
    case "h", "l": if first == 4 { isInserting = final == "h" } else { note(body, final) }
    case "r", "t", "c": break
    default: note(body, final)
    }
  }

  private mutating func note(_ body: ArraySlice<UInt8>, _ final: Character) {
    unknown.append("CSI \(String(decoding: body, as: UTF8.self)) \(final)")
  }

  private mutating func set(_ mode: Int, _ on: Bool) {
    if mode == 1049, on != isAlternate {
      if on {
        mainCells = cells
        mainCursor = (column, row)
        cells = cells.map { _ in VirtualCell() }
      } else {
        cells = mainCells.count == cells.count ? mainCells : cells.map { _ in VirtualCell() }
        move(mainCursor.column, mainCursor.row)
      }
    }
    if on { modes.insert(mode) } else { modes.remove(mode) }
  }

  private var here: Int { row * columns + column }
  private var blank: VirtualCell {
    var cell = VirtualCell()
    cell.background = pen.background
    return cell
  }

  private mutating func move(_ column: Int, _ row: Int) {
    self.column = min(max(column, 0), columns - 1)
    self.row = min(max(row, 0), rows - 1)
    wrapIsPending = false
  }

  private mutating func lineFeed() {
    wrapIsPending = false
    if row < rows - 1 {
      row += 1
    } else {
      cells.removeFirst(columns)
      cells += Array(repeating: blank, count: columns)
    }
  }

  private mutating func erase(_ range: Range<Int>) { for index in range { cells[index] = blank } }

  private mutating func shiftRight(_ count: Int) {
    let end = (row + 1) * columns
    for index in stride(from: end - 1, through: here, by: -1) {
      cells[index] = index - count >= here ? cells[index - count] : blank
    }
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = Self.width(scalar)
    if width == 0 { return }
    if wrapIsPending || column + width > columns {
      column = 0
      lineFeed()
    }
    if isInserting { shiftRight(width) }
    // Writing over half of a wide character blanks the other half.
    if cells[here].character.value == 0, column > 0 { cells[here - 1].character = " " }
    let behind = column + width
    if behind < columns, cells[here + width].character.value == 0 { cells[here + width].character = " " }
    pen.character = scalar
    cells[here] = pen
    if width == 2 {
      cells[here + 1] = pen
      cells[here + 1].character = "\u{0}"
    }
    last = scalar
    if column + width >= columns { wrapIsPending = true } else { column += width }
  }

  static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: 0
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0x1F300...0x1FAFF:
      2
    default: 1
    }
  }

  private mutating func style(_ numbers: [Int]) {
    var rest = numbers[...]
    while let number = rest.popFirst() {
      switch number {
      case 0: pen = VirtualCell()
      case 1: pen.isBold = true
      case 2: pen.isDim = true
      case 4: pen.isUnderlined = true
      case 7: pen.isReversed = true
      case 22: (pen.isBold, pen.isDim) = (false, false)
      case 24: pen.isUnderlined = false
      case 27: pen.isReversed = false
      case 30...37: pen.foreground = number - 30
      case 40...47: pen.background = number - 40
      case 90...97: pen.foreground = number - 82
      case 100...107: pen.background = number - 92
      case 39: pen.foreground = nil
      case 49: pen.background = nil
      case 38: pen.foreground = Self.extended(&rest)
      case 48: pen.background = Self.extended(&rest)
      default: break
      }
    }
  }

  private static func extended(_ rest: inout ArraySlice<Int>) -> Int? {
    switch rest.popFirst() {
    case 5: return rest.popFirst()
    case 2:
      let parts = rest.prefix(3)
      rest = rest.dropFirst(3)
      return parts.reduce(1) { $0 << 8 | $1 }
    default: return nil
    }
  }
}

extension VirtualScreen: CustomTestStringConvertible {
  var testDescription: String { "\(columns)x\(rows)\n\(text)" }
}
