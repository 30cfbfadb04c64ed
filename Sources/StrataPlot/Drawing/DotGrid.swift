/// Lines and points finer than a cell: eight braille dots in each cell, or two halves where there is only ASCII.
///
/// Dots are counted from the top left. A cell shows the colour of the last pen that touched it, so draw what matters
/// most last. Braille patterns number their dots down the left column, then down the right one, with the fourth row
/// added later (The Unicode Standard, section 21.1): hence the table of bits.

/// How a line differs from another one without colour.
public enum LinePattern: Hashable, Sendable, CaseIterable { case solid, dashed, dotted }

/// What a line is drawn with; remembers how far into its pattern it is.
struct Pen {
  var color: Color
  var style: TextStyle = []
  var pattern: LinePattern = .solid
  /// The character of this line in ASCII; nil draws `.`, `'` and `:`.
  var mark: Unicode.Scalar?
  private var travelled = -1
  private var x = Int.min
  private var y = Int.min

  init(color: Color, style: TextStyle = [], pattern: LinePattern = .solid, mark: Unicode.Scalar? = nil) {
    self.color = color
    self.style = style
    self.pattern = pattern
    self.mark = mark
  }

  /// Moves to a dot; whether it is drawn. Staying in the same dot does not use up the pattern.
  mutating func advance(to x: Int, _ y: Int) -> Bool {
    if (x, y) != (self.x, self.y) { travelled += 1 }
    (self.x, self.y) = (x, y)
    switch pattern {
    case .solid: return true
    case .dashed: return travelled % 6 < 4
    case .dotted: return travelled % 3 == 0
    }
  }
}

struct DotGrid {
  let columns: Int
  let rows: Int
  let charset: Charset
  private var bits: [UInt8]
  private var colors: [Color]
  private var styles: [TextStyle]
  private var marks: [Unicode.Scalar?]

  init(columns: Int, rows: Int, charset: Charset) {
    self.columns = max(columns, 0)
    self.rows = max(rows, 0)
    self.charset = charset
    let count = self.columns * self.rows
    bits = [UInt8](repeating: 0, count: count)
    colors = [Color](repeating: .plain, count: count)
    styles = [TextStyle](repeating: [], count: count)
    marks = [Unicode.Scalar?](repeating: nil, count: count)
  }

  var dotsAcross: Int { charset == .ascii ? columns : columns * 2 }
  var dotsDown: Int { charset == .ascii ? rows * 2 : rows * 4 }

  func isEmpty(column: Int, row: Int) -> Bool {
    guard column >= 0, column < columns, row >= 0, row < rows else { return true }
    return bits[row * columns + column] == 0
  }

  mutating func set(_ x: Int, _ y: Int, _ pen: Pen) {
    guard x >= 0, x < dotsAcross, y >= 0, y < dotsDown else { return }
    let index: Int
    let bit: UInt8
    if charset == .ascii {
      index = y / 2 * columns + x
      bit = y % 2 == 0 ? 1 : 2
    } else {
      index = y / 4 * columns + x / 2
      bit = brailleBits[y % 4 * 2 + x % 2]
    }
    bits[index] |= bit
    colors[index] = pen.color
    styles[index] = pen.style
    marks[index] = pen.mark
  }

  mutating func clear(_ x: Int, _ y: Int) {
    guard x >= 0, x < dotsAcross, y >= 0, y < dotsDown else { return }
    if charset == .ascii {
      bits[y / 2 * columns + x] &= ~(y % 2 == 0 ? 1 : 2)
    } else {
      bits[y / 4 * columns + x / 2] &= ~brailleBits[y % 4 * 2 + x % 2]
    }
  }

  /// A straight line between two places in dots, cut at the edges, drawn by equal steps.
  mutating func line(from start: Place, to end: Place, _ pen: inout Pen) {
    guard dotsAcross > 0, dotsDown > 0 else { return }
    let box = (x: -0.5...(Double(dotsAcross) - 0.5001), y: -0.5...(Double(dotsDown) - 0.5001))
    guard let (a, b) = clipped(from: start, to: end, in: box) else { return }
    let steps = max(abs(Int(b.x.rounded()) - Int(a.x.rounded())), abs(Int(b.y.rounded()) - Int(a.y.rounded())))
    for step in 0...steps {
      let share = steps == 0 ? 0 : Double(step) / Double(steps)
      let x = Int((a.x + (b.x - a.x) * share).rounded())
      let y = Int((a.y + (b.y - a.y) * share).rounded())
      if pen.advance(to: x, y) { set(x, y, pen) }
    }
  }

  /// The dots onto a canvas; cells without dots and all backgrounds stay.
  func draw(on canvas: inout Canvas, column: Int, row: Int) {
    for y in 0..<rows {
      for x in 0..<columns where bits[y * columns + x] != 0 {
        let index = y * columns + x
        canvas.put(character(index), column: column + x, row: row + y, foreground: colors[index], style: styles[index])
      }
    }
  }

  private func character(_ index: Int) -> Unicode.Scalar {
    if charset == .unicode { return Unicode.Scalar(0x2800 + UInt32(bits[index])) ?? " " }
    if let mark = marks[index] { return mark }
    return bits[index] == 1 ? "'" : bits[index] == 2 ? "." : ":"
  }
}

private let brailleBits: [UInt8] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
