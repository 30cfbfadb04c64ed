/// A rectangle of character cells: what every view draws and every front end shows.
///
/// A wide character (display width 2) stands in its left cell; the right one holds `Cell.continuation`.

/// One character cell.
public struct Cell: Hashable, Sendable {
  public var character: Unicode.Scalar
  public var foreground: Color
  public var background: Color
  public var style: TextStyle

  public init(
    _ character: Unicode.Scalar, foreground: Color = .plain, background: Color = .plain, style: TextStyle = []
  ) {
    self.character = character
    self.foreground = foreground
    self.background = background
    self.style = style
  }

  public static let blank = Cell(" ")
  /// Stands to the right of a wide character.
  public static let continuation = Cell("\u{0}")
}

/// A size in cells.
public struct Size: Hashable, Sendable {
  public var columns: Int
  public var rows: Int
  public init(columns: Int, rows: Int) {
    self.columns = max(columns, 0)
    self.rows = max(rows, 0)
  }
}

/// A place and a size in cells; row 0 is the top.
public struct Rectangle: Hashable, Sendable {
  public var column: Int
  public var row: Int
  public var size: Size
  public init(column: Int, row: Int, columns: Int, rows: Int) {
    self.column = column
    self.row = row
    size = Size(columns: columns, rows: rows)
  }
}

/// Cells in rows.
public struct Canvas: Hashable, Sendable {
  public private(set) var size: Size
  public private(set) var cells: [Cell]

  public init(_ size: Size) {
    self.size = size
    cells = [Cell](repeating: .blank, count: size.columns * size.rows)
  }

  /// The cell at a place; `.blank` and no effect outside.
  public subscript(column: Int, row: Int) -> Cell {
    get {
      guard column >= 0, column < size.columns, row >= 0, row < size.rows else { return .blank }
      return cells[row * size.columns + column]
    }
    set {
      guard column >= 0, column < size.columns, row >= 0, row < size.rows else { return }
      cells[row * size.columns + column] = newValue
    }
  }

  /// The characters, one string a row, trailing blanks removed: what tests compare and a plain terminal prints.
  public var lines: [String] {
    (0..<size.rows).map { row in
      var line = String.UnicodeScalarView()
      for column in 0..<size.columns {
        let cell = cells[row * size.columns + column]
        if cell != .continuation { line.append(cell.character) }
      }
      var text = String(line)
      while text.last == " " { text.removeLast() }
      return text
    }
  }
}
