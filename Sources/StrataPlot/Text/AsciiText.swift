/// Formulas and frames for terminals that have nothing but ASCII.
///
/// Greek letters become their names, set apart by a blank where they would run into another word; signs become the
/// digraph that programmers write. Superscripts become powers, `x^2`; only behind v, h and y they are what listings mean
/// by them, the number of a state, `v0`. Subscripts become plain digits. What has no likeness becomes a question mark.

/// The text in printable ASCII: `h⁰ ~ σ(v⁰W + c)` becomes `h0 ~ sigma(v0W + c)`.
public func asciiText(_ text: String) -> String {
  if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
  var result = ""
  var lastWasName = false
  let all = glyphs(of: text)
  var index = 0
  while index < all.count {
    let glyph = all[index]
    index += 1
    if raised.contains(glyph.scalar) {
      var power = asciiPiece(glyph.scalar)
      while index < all.count, raised.contains(all[index].scalar) {
        power += asciiPiece(all[index].scalar)
        index += 1
      }
      result += asciiPower(power, after: result.unicodeScalars.last)
      lastWasName = false
      continue
    }
    let piece = asciiPiece(glyph.scalar)
    // A letter like ß is part of its word; a Greek letter or a sign is a word of its own.
    let isName = glyph.scalar.value >= 0x370 && piece.utf8.count > 1 && piece.utf8.allSatisfy(isLetter)
    let touches = (result.utf8.last.map(isLetter) ?? false) && (piece.utf8.first.map(isLetter) ?? false)
    if touches, isName || lastWasName { result += " " }
    result += piece
    lastWasName = isName
  }
  return result
}

/// A power as it is typed: `^2`, `^-1`, `^(n+1)`; the number alone where it counts states: `v0`.
private func asciiPower(_ power: String, after base: Unicode.Scalar?) -> String {
  if power.utf8.count == 1, let base, "vhy".unicodeScalars.contains(base) { return power }
  let isOne = power.dropFirst(power.hasPrefix("-") ? 1 : 0).allSatisfy { $0.isLetter || $0.isNumber }
  return isOne ? "^" + power : power.first == "(" && power.last == ")" ? "^" + power : "^(" + power + ")"
}

/// One ASCII character in the place of a cell's scalar.
func asciiCharacter(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
  if scalar.value >= 0x20, scalar.value < 0x7F { return scalar }
  return asciiPiece(scalar).unicodeScalars.first ?? "?"
}

private func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

private func asciiPiece(_ scalar: Unicode.Scalar) -> String {
  let value = scalar.value
  if value < 0x7F { return String(Character(scalar)) }
  if let known = transliterations[scalar] { return known }
  switch value {
  case 0x2500...0x257F: return boxPiece(value)
  case 0x2581...0x2588: return [".", ":", "-", "=", "+", "*", "#", "@"][Int(value - 0x2581)]
  case 0x2589...0x259F: return "#"
  case 0x2800: return " "
  case 0x2801...0x28FF: return (value & 0xFF).nonzeroBitCount > 4 ? "*" : (value & 0xFF).nonzeroBitCount > 1 ? ":" : "."
  case 0xFF01...0xFF5E: return Unicode.Scalar(value - 0xFEE0).map { String(Character($0)) } ?? "?"
  default: return Composition.baseLetter(of: scalar).map { String(Character($0)) } ?? "?"
  }
}

/// Horizontal, vertical, or a corner.
private func boxPiece(_ value: UInt32) -> String {
  switch value {
  case 0x2500, 0x2501, 0x2504, 0x2505, 0x2508, 0x2509, 0x254C, 0x254D, 0x2550, 0x2574, 0x2576, 0x2578, 0x257A,
    0x257C, 0x257E:
    return "-"
  case 0x2502, 0x2503, 0x2506, 0x2507, 0x250A, 0x250B, 0x254E, 0x254F, 0x2551, 0x2575, 0x2577, 0x2579, 0x257B,
    0x257D, 0x257F:
    return "|"
  case 0x2571: return "/"
  case 0x2572: return "\\"
  case 0x2573: return "x"
  default: return "+"
  }
}

private let transliterations: [Unicode.Scalar: String] = {
  var table: [Unicode.Scalar: String] = [
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "d", "ε": "eps", "ϵ": "eps", "ζ": "zeta", "η": "eta", "θ": "theta",
    "ι": "iota", "κ": "kappa", "λ": "lambda", "μ": "mu", "µ": "mu", "ν": "nu", "ξ": "xi", "ο": "o", "π": "pi",
    "ρ": "rho", "σ": "sigma", "ς": "sigma", "τ": "tau", "υ": "upsilon", "φ": "phi", "ϕ": "phi", "χ": "chi",
    "ψ": "psi", "ω": "omega", "Γ": "Gamma", "Δ": "D", "Θ": "Theta", "Λ": "Lambda", "Ξ": "Xi", "Π": "prod",
    "Σ": "sum", "Φ": "Phi", "Ψ": "Psi", "Ω": "Omega",
    "∇": "grad", "∂": "d", "∑": "sum", "∏": "prod", "√": "sqrt", "∞": "inf", "∫": "int", "∈": "in", "∼": "~",
    "·": "*", "⋅": "*", "∙": "*", "•": "*", "×": "x", "÷": "/", "⊙": ".*", "⊗": "(x)", "⊕": "(+)", "∘": "o", "∗": "*",
    "−": "-", "±": "+-", "≥": ">=", "≤": "<=", "≠": "!=", "≈": "~=", "≡": "==", "∝": "~", "≪": "<<", "≫": ">>",
    "⟨": "<", "⟩": ">", "‖": "||", "∣": "|", "′": "'", "″": "''", "°": "deg", "∀": "all ", "∃": "exists ",
    "∉": "not in", "⊂": "(", "∪": "u", "∩": "n", "∅": "{}", "≅": "~=", "≻": ">", "≺": "<", "⌊": "[", "⌋": "]", "⌈": "[",
    "⌉": "]", "⟹": "=>", "⟺": "<=>", "†": "+", "Υ": "Upsilon",
    "←": "<-", "→": "->", "↑": "^", "↓": "v", "↔": "<->", "⇐": "<=", "⇒": "=>", "↦": "->", "↗": "/", "↘": "\\",
    "↙": "/", "↖": "\\", "⏎": "<enter>", "↵": "<enter>", "⏸": "||", "⏵": ">", "␣": "space",
    "▶": ">", "▸": ">", "►": ">", "◀": "<", "◂": "<", "◄": "<", "▼": "v", "▾": "v", "▲": "^", "▴": "^", "△": "^",
    "▽": "v", "●": "o", "○": "o", "◉": "@", "◎": "o", "■": "#", "□": "o", "▪": "#", "▫": "o", "◆": "+", "◇": "+",
    "★": "*", "☆": "*", "✚": "+", "✖": "x", "✓": "ok", "✔": "ok", "✗": "x", "✘": "x", "⚠": "!",
    "…": "...", "‥": "..", "⋯": "...", "⋮": ":", "–": "-", "—": "--", "‐": "-", "‑": "-", "‒": "-", "―": "--",
    "“": "\"", "”": "\"", "„": "\"", "«": "<<", "»": ">>", "‘": "'", "’": "'", "‚": "'",
    "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "ı": "i",
    "©": "(c)", "®": "(R)", "€": "EUR", "£": "GBP", "§": "par.", "½": "1/2", "¼": "1/4", "¾": "3/4", "¬": "not",
    "∧": "and", "∨": "or", "ℓ": "l", "ℝ": "R",
  ]
  for pairs in [raisedPairs, loweredPairs] {
    let scalars = Array(pairs.unicodeScalars)
    for index in stride(from: 0, to: scalars.count - 1, by: 2) {
      table[scalars[index]] = String(Character(scalars[index + 1]))
    }
  }
  return table
}()

/// Superscripts and subscripts, each before the character that it stands for.
private let raisedPairs =
  "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9ⁿnⁱiᵃaᵇbᶜcᵈdᵉeᶠfᵍgʰhʲjᵏkˡlᵐmᵒoᵖpʳrˢsᵗtᵘuᵛvʷwˣxʸyᶻzᴬAᴮBᴰDᴱEᴳGᴴHᴵIᴶJᴷKᴸLᴹMᴺNᴼOᴾPᴿRᵀTᵁUⱽVᵂW"
  + "⁺+⁻-⁼=⁽(⁾)"
private let loweredPairs = "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9ₐaₑeₕhᵢiⱼjₖkₗlₘmₙnₒoₚpᵣrₛsₜtᵤuᵥvₓx₊+₋-₌=₍(₎)"

/// Every superscript.
private let raised: Set<Unicode.Scalar> = Set(
  raisedPairs.unicodeScalars.enumerated().filter { $0.offset % 2 == 0 }.map(\.element))
