// The rows and cells of a CSV file (RFC 4180): cells between delimiters, quotes around cells that hold delimiters, quotes
// or line breaks, a doubled quote for a quote.
//
// The bytes are walked front to back, a row at a time, and cells are ranges of the file's bytes: nothing is copied until a
// cell's text is wanted.
import StrataEngine

/// A cell: a range of the file's bytes, without its quotes.
struct CSVCell {
  var start: Int
  var end: Int
  /// Whether doubled quotes within stand for single ones.
  var hasEscapes = false
}

struct CSVScanner {
  let path: String
  let bytes: [UInt8]
  let delimiter: UInt8
  /// The line, counted from 1, on which the row read last begins.
  private(set) var line = 0
  private var position: Int
  private var nextLine = 1

  private static let quote = UInt8(ascii: "\"")
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  init(path: String, bytes: [UInt8], delimiter: UInt8) {
    self.path = path
    self.bytes = bytes
    self.delimiter = delimiter
    // A byte order mark is no part of the first name.
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// Reads the next row that is not empty into `cells`. Returns false at the end. Throws on a broken quotation.
  mutating func next(into cells: inout [CSVCell]) throws(StrataError) -> Bool {
    cells.removeAll(keepingCapacity: true)
    while position < bytes.count, bytes[position] == CSVScanner.newline || bytes[position] == CSVScanner.carriageReturn
    {
      passLineBreak()
    }
    guard position < bytes.count else { return false }
    line = nextLine
    while true {
      cells.append(try cell())
      guard position < bytes.count else { return true }
      if bytes[position] == delimiter {
        position += 1
      } else {
        passLineBreak()
        return true
      }
    }
  }

  /// Reads one cell up to the delimiter, line break or end after it.
  private mutating func cell() throws(StrataError) -> CSVCell {
    guard position < bytes.count, bytes[position] == CSVScanner.quote else {
      let start = position
      while position < bytes.count {
        let byte = bytes[position]
        if byte == delimiter || byte == CSVScanner.newline || byte == CSVScanner.carriageReturn { break }
        position += 1
      }
      return trimmed(CSVCell(start: start, end: position))
    }
    let opened = nextLine
    position += 1
    var cell = CSVCell(start: position, end: position)
    while true {
      guard position < bytes.count else {
        throw StrataError("\(path), line \(opened): a quotation that begins here is never closed")
      }
      let byte = bytes[position]
      if byte == CSVScanner.quote {
        cell.end = position
        position += 1
        guard position < bytes.count, bytes[position] == CSVScanner.quote else { break }
        cell.hasEscapes = true
      } else if byte == CSVScanner.newline {
        nextLine += 1
      }
      position += 1
    }
    while position < bytes.count, bytes[position] == UInt8(ascii: " ") { position += 1 }
    guard
      position == bytes.count || bytes[position] == delimiter || bytes[position] == CSVScanner.newline
        || bytes[position] == CSVScanner.carriageReturn
    else { throw StrataError("\(path), line \(nextLine): there is text after a closing quotation mark") }
    return cell
  }

  private func trimmed(_ cell: CSVCell) -> CSVCell {
    var cell = cell
    while cell.start < cell.end, bytes[cell.start] == UInt8(ascii: " ") { cell.start += 1 }
    while cell.end > cell.start, bytes[cell.end - 1] == UInt8(ascii: " ") { cell.end -= 1 }
    return cell
  }

  private mutating func passLineBreak() {
    if bytes[position] == CSVScanner.carriageReturn, position + 1 < bytes.count,
      bytes[position + 1] == CSVScanner.newline
    {
      position += 1
    }
    position += 1
    nextLine += 1
  }

  /// The text of a cell.
  func text(_ cell: CSVCell) -> String {
    let text = String(decoding: bytes[cell.start..<cell.end], as: UTF8.self)
    return cell.hasEscapes ? text.replacing("\"\"", with: "\"") : text
  }

  /// Whether a cell says that its value is not known: empty, NA, N/A, ? or nan.
  func isMissing(_ cell: CSVCell) -> Bool {
    let count = cell.end - cell.start
    if count == 0 { return true }
    // Almost every cell is told by its length or its first byte.
    if count > 3 || (bytes[cell.start] >= 48 && bytes[cell.start] <= 57) { return false }
    switch text(cell).lowercased() {
    case "na", "n/a", "?", "nan": return true
    default: return false
    }
  }

  /// What a cell is called as a category or a class: numbers by their value, so that `1` and `1.0` are one.
  func key(_ cell: CSVCell) -> String { number(cell).map { TargetRule.name(of: $0) } ?? text(cell) }

  /// The number that a cell holds; nil when it holds something else.
  func number(_ cell: CSVCell) -> Double? {
    // Plain decimals of up to 15 digits are exact as a whole number divided by a power of ten (Clinger 1990).
    var digits = 0.0
    var count = 0
    var decimals = -1
    var index = cell.start
    let isNegative = index < cell.end && bytes[index] == UInt8(ascii: "-")
    if isNegative { index += 1 }
    while index < cell.end {
      let byte = bytes[index]
      if byte >= 48, byte <= 57, count < 15 {
        digits = 10 * digits + Double(byte - 48)
        count += 1
        if decimals >= 0 { decimals += 1 }
      } else if byte == UInt8(ascii: "."), decimals < 0 {
        decimals = 0
      } else {
        return longNumber(cell)
      }
      index += 1
    }
    guard count > 0 else { return nil }
    let value = decimals > 0 ? digits / CSVScanner.powersOfTen[decimals] : digits
    return isNegative ? -value : value
  }

  private static let powersOfTen: [Double] = (0...15).reduce(into: []) { powers, _ in
    powers.append((powers.last ?? 0.1) * 10)
  }

  private func longNumber(_ cell: CSVCell) -> Double? {
    guard cell.end - cell.start <= 64, !cell.hasEscapes else { return nil }
    let text = text(cell)
    // Swift would also read hexadecimal numbers, infinities and words.
    guard text.utf8.allSatisfy({ ($0 >= 48 && $0 <= 57) || "+-.eE".utf8.contains($0) }), let value = Double(text),
      value.isFinite
    else { return nil }
    return value
  }
}

extension CSVScanner {
  /// Finds what stands between the cells: of comma, semicolon and tab the one that splits the first rows into equally many
  /// cells, and into most; a comma where none splits them.
  static func detectDelimiter(_ bytes: [UInt8]) -> UInt8 {
    var best = (delimiter: UInt8(ascii: ","), isEven: false, cells: 1)
    for delimiter in [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")] {
      var scanner = CSVScanner(path: "", bytes: Array(bytes.prefix(1 << 16)), delimiter: delimiter)
      var cells: [CSVCell] = []
      var counts: [Int] = []
      while counts.count < 20, let isRow = try? scanner.next(into: &cells), isRow { counts.append(cells.count) }
      // The piece looked at may end within a row.
      if bytes.count > 1 << 16, counts.count > 1, counts.count < 20 { counts.removeLast() }
      guard let first = counts.first, first > 1 else { continue }
      let isEven = counts.allSatisfy { $0 == first }
      if (isEven && !best.isEven) || (isEven == best.isEven && first > best.cells) {
        best = (delimiter, isEven, first)
      }
    }
    return best.delimiter
  }
}
