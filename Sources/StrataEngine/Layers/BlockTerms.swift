// The softmax of a block written out for a reader: each unit's e to the power of its input, "off" as e⁰, and the quotient.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Terms {
  /// The lines that explain the probability of one unit of a block, or of the block being on.
  ///
  /// `corner` is the block's first row and column in its map, `value` gives the unit's input at a row and a column. `asked`
  /// is the unit that is wanted; nil for the whole block. `result` is what the number is called.
  static func block(
    _ window: PoolingWindow, corner: (row: Int, column: Int), map: Int, sign: String, value: (Int, Int) -> Scalar,
    asked: (row: Int, column: Int)?, result: String
  ) -> [String] {
    let places = (0..<window.count).map { (corner.row + $0 / window.columns, corner.column + $0 % window.columns) }
    let inputs = places.map { Double(value($0.0, $0.1)) }
    // Powers that are too large to be written are all taken by so much less.
    let largest = inputs.max() ?? 0
    let shift = largest > 50 ? largest.rounded() : 0
    let powers = inputs.map { exp($0 - shift) }
    let total = exp(-shift) + powers.reduce(0, +)
    let less = shift > 0 ? " − \(number(shift))" : ""
    let off = shift > 0 ? "−\(number(shift))" : "0"
    var lines = [
      "rows \(corner.row)…\(corner.row + window.rows - 1), columns \(corner.column)…"
        + "\(corner.column + window.columns - 1) of map \(map): e^(\(sign)\(less)), and for none e^\(off)"
    ]
    var own = 0.0
    for i in 0..<window.rows {
      let row = (0..<window.columns).map { j -> String in
        let index = i * window.columns + j
        let isAsked = asked.map { $0 == places[index] } ?? false
        if isAsked { own = powers[index] }
        let text = "e^\(fixed(Scalar(inputs[index] - shift))) = \(number(powers[index]))"
        return isAsked ? "[\(text)]" : " \(text) "
      }
      lines.append("  " + row.joined(separator: "  "))
    }
    let above = asked == nil ? powers.reduce(0, +) : own
    lines.append("\(result) = \(number(above)) / (\(number(exp(-shift))) + \(number(powers.reduce(0, +))))")
    lines.append("= \(number(above / total))")
    return lines
  }
}
