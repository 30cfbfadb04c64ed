// Symbols as text, and back: how strings of a grammar and stretches of a text are shown and typed.

/// The names of invisible characters, as symbols have them.
private let visible: [Character: String] = [" ": "␣", "\n": "↵", "\t": "⇥"]

/// How a character is named where it would not be seen; others are their own names.
public func symbolName(_ character: Character) -> String { visible[character] ?? String(character) }

/// Symbols in a row as one reads them: the sign for a blank is a blank again, a line's end is a line's end if `hasLines`.
public func symbolText(_ symbols: some Sequence<Int>, names: [String], hasLines: Bool = false) -> String {
  symbols.map { symbol in
    switch names[symbol] {
    case "␣": " "
    case "↵" where hasLines: "\n"
    default: names[symbol]
    }
  }.joined()
}

/// The symbols that a text stands for, character by character. Throws for one that is none of them.
public func symbols(of text: String, names: [String]) throws(StrataError) -> [Int] {
  var symbols: [Int] = []
  for character in text {
    guard let symbol = names.firstIndex(of: symbolName(character)) else {
      let shown = names.prefix(40).joined(separator: " ") + (names.count > 40 ? " …" : "")
      throw StrataError("\"\(character)\" is none of the symbols: \(shown)")
    }
    symbols.append(symbol)
  }
  return symbols
}

extension Tensor {
  /// The symbol of each time step, of a tensor whose last axis holds one number a symbol: the place of the largest number
  /// in each row; nil where all are 0, after the end of a shorter sequence.
  public func symbols(in rows: Range<Int>) -> [Int?] {
    let size = shape.rank > 0 ? shape[shape.rank - 1] : 0
    guard size > 0 else { return [] }
    return withUnsafeElements { x in
      rows.map { row in
        let step = x[row * size..<(row + 1) * size]
        guard let largest = step.indices.max(by: { step[$0] < step[$1] }), step.contains(where: { $0 != 0 }) else {
          return nil
        }
        return largest - row * size
      }
    }
  }
}
