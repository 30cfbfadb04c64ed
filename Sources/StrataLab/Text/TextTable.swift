// Tables and columns of text, laid out by display width so that names in Chinese stand straight too.

/// How many terminal cells a text takes.
public enum DisplayWidth {
  /// Two cells for wide characters (Unicode's East Asian Wide and emoji blocks), none for combining marks, else one.
  public static func of(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
  }

  private static func width(of scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x20...0x7e: 1
    case 0x300...0x36f, 0x200b...0x200f, 0x20d0...0x20f0, 0xfe00...0xfe0f: 0
    case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
      0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1faff, 0x20000...0x3fffd:
      2
    default: 1
    }
  }

  /// Fills with spaces to a width, on the right or on the left.
  public static func padded(_ text: String, to width: Int, leading: Bool = false) -> String {
    let spaces = String(repeating: " ", count: max(0, width - of(text)))
    return leading ? spaces + text : text + spaces
  }
}

/// Rows under headings.
public struct TextTable: Hashable, Sendable {
  /// One heading a column; may be empty texts.
  public var columns: [String]
  /// Each row has as many cells as there are columns.
  public var rows: [[String]]

  public init(columns: [String], rows: [[String]] = []) {
    self.columns = columns
    self.rows = rows
  }

  /// A column of numbers is set flush right.
  private func isNumeric(_ column: Int) -> Bool {
    let cells = rows.map { $0[column] }.filter { !$0.isEmpty }
    return !cells.isEmpty
      && cells.allSatisfy { cell in
        let digits = cell.filter { $0 != " " && $0 != "%" }
        return Double(digits) != nil
      }
  }

  /// One line a row, columns two spaces apart; no trailing spaces.
  public var lines: [String] {
    let numeric = columns.indices.map(isNumeric)
    let widths = columns.indices.map { column in
      (rows.map { $0[column] } + [columns[column]]).map(DisplayWidth.of).max() ?? 0
    }
    let all = (columns.contains { !$0.isEmpty } ? [columns] : []) + rows
    return all.map { row in
      var line = ""
      for column in columns.indices {
        if column > 0 { line += "  " }
        line += DisplayWidth.padded(row[column], to: widths[column], leading: numeric[column])
      }
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
