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

  /// Whether the character to the left reaches over this cell, whatever its background.
  public var isContinuation: Bool { character.value == 0 }
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

/// Cells in rows.
public struct Canvas: Hashable, Sendable {
  public private(set) var size: Size
  public private(set) var cells: [Cell]

  /// No canvas is larger: a wrong number may not take all memory.
  public static let largest = Size(columns: 4096, rows: 4096)

  /// A blank canvas; a size beyond `largest` is cut to it.
  public init(_ size: Size) {
    self.size = Size(
      columns: min(size.columns, Canvas.largest.columns), rows: min(size.rows, Canvas.largest.rows))
    cells = [Cell](repeating: .blank, count: self.size.columns * self.size.rows)
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

  /// Copies a piece of a row of another canvas; both pieces lie inside their canvases.
  mutating func copy(_ columns: Range<Int>, ofRow row: Int, of other: Canvas, toColumn column: Int, row target: Int) {
    let source = row * other.size.columns
    let start = target * size.columns + column
    cells.replaceSubrange(
      start..<(start + columns.count),
      with: other.cells[(source + columns.lowerBound)..<(source + columns.upperBound)])
  }

  /// The whole canvas as a place.
  public var bounds: Rectangle { Rectangle(column: 0, row: 0, columns: size.columns, rows: size.rows) }

  /// The characters, one string a row, trailing blanks removed: what tests compare and a plain terminal prints.
  public var lines: [String] {
    (0..<size.rows).map { row in
      var line = String.UnicodeScalarView()
      for column in 0..<size.columns {
        let cell = cells[row * size.columns + column]
        if !cell.isContinuation { line.append(cell.character) }
      }
      var text = String(line)
      while text.last == " " { text.removeLast() }
      return text
    }
  }
}
