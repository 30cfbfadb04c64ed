/// A letter with its accents as one scalar, where Unicode has one: a cell holds a single scalar.
///
/// Swift compares characters by canonical equivalence, so a table keyed by the precomposed character also answers for
/// the decomposed one. The table is made once, when the first combining mark is met.
enum Composition {
  /// The precomposed scalar of a character that is written with combining marks, nil if there is none.
  static func composed(_ character: Character) -> Unicode.Scalar? {
    hangulSyllable(character) ?? precomposed[character]
  }

  /// The ASCII letter below the accents, nil if the scalar is no accented Latin letter.
  static func baseLetter(of scalar: Unicode.Scalar) -> Unicode.Scalar? { bases[scalar] }

  private static let precomposed: [Character: Unicode.Scalar] = {
    var table: [Character: Unicode.Scalar] = [:]
    let blocks: [ClosedRange<UInt32>] = [0xC0...0x24F, 0x370...0x3FF, 0x400...0x4FF, 0x1E00...0x1FFF, 0x3040...0x30FF]
    for block in blocks {
      for value in block {
        guard let scalar = Unicode.Scalar(value) else { continue }
        table[Character(scalar)] = scalar
      }
    }
    return table
  }()

  private static let bases: [Unicode.Scalar: Unicode.Scalar] = {
    let marks: [Unicode.Scalar] = [
      "\u{300}", "\u{301}", "\u{302}", "\u{303}", "\u{304}", "\u{306}", "\u{307}", "\u{308}", "\u{30A}", "\u{30B}",
      "\u{30C}", "\u{327}", "\u{328}", "\u{323}",
    ]
    var table: [Unicode.Scalar: Unicode.Scalar] = [:]
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".unicodeScalars {
      for mark in marks {
        var view = String.UnicodeScalarView()
        view.append(letter)
        view.append(mark)
        if let whole = precomposed[Character(String(view))] { table[whole] = letter }
      }
    }
    return table
  }()

  /// Hangul syllables are composed by arithmetic (The Unicode Standard, section 3.12).
  private static func hangulSyllable(_ character: Character) -> Unicode.Scalar? {
    let values = character.unicodeScalars.map(\.value)
    guard values.count == 2 || values.count == 3, (0x1100...0x1112).contains(values[0]),
      (0x1161...0x1175).contains(values[1])
    else { return nil }
    var syllable = 0xAC00 + ((values[0] - 0x1100) * 21 + values[1] - 0x1161) * 28
    if values.count == 3 {
      guard (0x11A8...0x11C2).contains(values[2]) else { return nil }
      syllable += values[2] - 0x11A7
    }
    return Unicode.Scalar(syllable)
  }
}
