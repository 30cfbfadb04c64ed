/// How many columns a text takes on a terminal, and which characters of it can be drawn at all.
///
/// A cell holds one scalar, so a text is first turned into glyphs: a letter and its accents become the one
/// precomposed scalar where Unicode has one, an emoji sequence becomes its first picture, a flag its two letters, and
/// whatever could steer a terminal (control characters, direction overrides) disappears. Widths follow Unicode's
/// East_Asian_Width (UAX #11): wide and fullwidth take two columns, marks and format characters none.

/// One drawn character and the columns that it takes: 1 or 2.
struct Glyph: Hashable {
  var scalar: Unicode.Scalar
  var width: Int
}

/// The glyphs of a text, in order.
func glyphs(of text: String) -> [Glyph] {
  var result: [Glyph] = []
  result.reserveCapacity(text.utf8.count)
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
    for byte in text.utf8 { result.append(Glyph(scalar: Unicode.Scalar(byte), width: 1)) }
    return result
  }
  for character in text { appendGlyphs(of: character, to: &result) }
  return result
}

private func appendGlyphs(of character: Character, to result: inout [Glyph]) {
  let scalars = character.unicodeScalars
  var afterJoiner = false
  var isFirst = true
  if scalars.count > 1, let whole = Composition.composed(character) {
    result.append(Glyph(scalar: whole, width: columns(of: whole)))
    return
  }
  for scalar in scalars {
    if let letter = flagLetter(scalar) {
      result.append(Glyph(scalar: letter, width: 1))
      continue
    }
    let isModifier = (0x1F3FB...0x1F3FF).contains(scalar.value) && !isFirst
    if scalar.value == 0x200D { afterJoiner = true }
    let visible = drawn(scalar)
    let width = visible.map(columns(of:)) ?? 0
    if let visible, width > 0, !afterJoiner, !isModifier { result.append(Glyph(scalar: visible, width: width)) }
    isFirst = false
    if character == "\r\n" { return }
  }
}

/// The scalar that stands for this one on the screen; nil where nothing may.
private func drawn(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
  switch scalar.value {
  case 0x09, 0x0A, 0x0D, 0x85, 0xA0, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F: return " "
  case 0..<0x20, 0x7F..<0xA0: return nil
  case 0x300...:
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: return nil
    case .unassigned, .surrogate: return "\u{FFFD}"
    default: return scalar
    }
  case 0xAD: return nil
  default: return scalar
  }
}

/// A regional indicator as the letter that it means.
private func flagLetter(_ scalar: Unicode.Scalar) -> Unicode.Scalar? {
  guard (0x1F1E6...0x1F1FF).contains(scalar.value) else { return nil }
  return Unicode.Scalar(scalar.value - 0x1F1E6 + 0x41)
}

/// The columns that a scalar takes by itself: 0 for marks and controls, 2 for East Asian wide ones, else 1.
func columns(of scalar: Unicode.Scalar) -> Int {
  let value = scalar.value
  if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) || value == 0xAD ? 0 : 1 }
  if (0x2010...0x22FF).contains(value) && !(0x2028...0x202E).contains(value) && !(0x2060...0x20FF).contains(value) {
    return 1
  }
  if (0x2500...0x25FC).contains(value) || (0x2800...0x28FF).contains(value) { return 1 }
  // Hangul vowels and final consonants combine with the wide syllable before them.
  if (0x1160...0x11FF).contains(value) || (0xD7B0...0xD7FB).contains(value) { return 0 }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .enclosingMark, .format, .control, .lineSeparator, .paragraphSeparator: return 0
  default: return isWide(value) ? 2 : 1
  }
}

private func isWide(_ value: UInt32) -> Bool {
  guard value >= 0x1100 else { return false }
  var low = 0
  var high = wideRanges.count
  while low < high {
    let middle = (low + high) / 2
    if wideRanges[middle].1 < value { low = middle + 1 } else { high = middle }
  }
  return low < wideRanges.count && wideRanges[low].0 <= value
}

/// Scalars with East_Asian_Width W or F in Unicode 14; gaps of unassigned code points inside a block are filled.
private let wideRanges: [(UInt32, UInt32)] = [
  (0x1100, 0x115F), (0x231A, 0x231B), (0x2329, 0x232A), (0x23E9, 0x23EC), (0x23F0, 0x23F0), (0x23F3, 0x23F3),
  (0x25FD, 0x25FE), (0x2614, 0x2615), (0x2648, 0x2653), (0x267F, 0x267F), (0x2693, 0x2693), (0x26A1, 0x26A1),
  (0x26AA, 0x26AB), (0x26BD, 0x26BE), (0x26C4, 0x26C5), (0x26CE, 0x26CE), (0x26D4, 0x26D4), (0x26EA, 0x26EA),
  (0x26F2, 0x26F3), (0x26F5, 0x26F5), (0x26FA, 0x26FA), (0x26FD, 0x26FD), (0x2705, 0x2705), (0x270A, 0x270B),
  (0x2728, 0x2728), (0x274C, 0x274C), (0x274E, 0x274E), (0x2753, 0x2755), (0x2757, 0x2757), (0x2795, 0x2797),
  (0x27B0, 0x27B0), (0x27BF, 0x27BF), (0x2B1B, 0x2B1C), (0x2B50, 0x2B50), (0x2B55, 0x2B55), (0x2E80, 0x303E),
  (0x3041, 0x3247), (0x3250, 0xA4C6), (0xA960, 0xA97C), (0xAC00, 0xD7A3), (0xF900, 0xFAFF), (0xFE10, 0xFE19),
  (0xFE30, 0xFE6B), (0xFF01, 0xFF60), (0xFFE0, 0xFFE6), (0x16FE0, 0x18D08), (0x1AFF0, 0x1B2FB), (0x1F004, 0x1F004),
  (0x1F0CF, 0x1F0CF), (0x1F18E, 0x1F18E), (0x1F191, 0x1F19A), (0x1F200, 0x1F320), (0x1F32D, 0x1F335),
  (0x1F337, 0x1F37C), (0x1F37E, 0x1F393), (0x1F3A0, 0x1F3CA), (0x1F3CF, 0x1F3D3), (0x1F3E0, 0x1F3F0),
  (0x1F3F4, 0x1F3F4), (0x1F3F8, 0x1F43E), (0x1F440, 0x1F440), (0x1F442, 0x1F4FC), (0x1F4FF, 0x1F53D),
  (0x1F54B, 0x1F54E), (0x1F550, 0x1F567), (0x1F57A, 0x1F57A), (0x1F595, 0x1F596), (0x1F5A4, 0x1F5A4),
  (0x1F5FB, 0x1F64F), (0x1F680, 0x1F6C5), (0x1F6CC, 0x1F6CC), (0x1F6D0, 0x1F6D2), (0x1F6D5, 0x1F6DF),
  (0x1F6EB, 0x1F6EC), (0x1F6F4, 0x1F6FC), (0x1F7E0, 0x1F7F0), (0x1F90C, 0x1F93A), (0x1F93C, 0x1F945),
  (0x1F947, 0x1F9FF), (0x1FA70, 0x1FAF6), (0x20000, 0x3FFFD),
]
