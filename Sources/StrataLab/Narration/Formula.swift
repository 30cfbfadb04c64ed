// Formulas as they are typed in TeX, in Unicode: `\nabla W_{ij} = x_i \delta_j` becomes ∇Wᵢⱼ = xᵢδⱼ.
//
// Powers and indices become superscripts and subscripts where Unicode has all of their characters; else they stay
// readable: q^(Q), w_out. What is not known stays as it is.

/// Formulas in one line of text.
public enum Formula {
  /// The formula in Unicode.
  public static func unicode(_ text: String) -> String {
    var reader = FormulaReader(characters: Array(text))
    return reader.read(until: nil)
  }

  /// A sign, and whether the space behind its command goes: `\nabla W` is ∇W, `a \le b` is a ≤ b.
  struct Sign: Sendable {
    var text: String
    var isLetter: Bool
  }

  /// Every command that is known.
  public static var commands: [String] { signs.keys.sorted() }

  static let signs: [String: Sign] = {
    var table: [String: Sign] = [:]
    func add(_ pairs: String, isLetter: Bool) {
      let words = pairs.split(separator: " ").map(String.init)
      for index in stride(from: 0, to: words.count - 1, by: 2) {
        table[words[index]] = Sign(text: words[index + 1], isLetter: isLetter)
      }
    }
    add(
      """
      alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta θ iota ι kappa κ lambda λ mu μ \
      nu ν xi ξ omicron ο pi π rho ρ sigma σ tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω Gamma Γ Delta Δ Theta Θ \
      Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω nabla ∇ partial ∂ sum Σ prod Π int ∫ infty ∞ ell ℓ \
      langle ⟨ neg ¬ forall ∀ exists ∃
      """, isLetter: true)
    add(
      """
      cdot · times × div ÷ pm ± odot ⊙ otimes ⊗ oplus ⊕ circ ∘ ast ∗ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ approx ≈ equiv ≡ \
      sim ~ propto ∝ ll ≪ gg ≫ in ∈ notin ∉ to → rightarrow → leftarrow ← gets ← mapsto ↦ Rightarrow ⇒ Leftarrow ⇐ \
      leftrightarrow ↔ uparrow ↑ downarrow ↓ rangle ⟩ land ∧ wedge ∧ lor ∨ vee ∨ mid | vert | Vert ‖ ldots … dots … \
      cdots ⋯ prime ′ top T log log ln ln exp exp max max min min sin sin cos cos tanh tanh softmax softmax
      """, isLetter: false)
    return table
  }()

  /// Commands whose braces hold text that stays as it is.
  static let texts: Set<String> = ["text", "mathrm", "mathbf", "mathit", "operatorname", "left", "right"]

  private static let raisedPairs =
    "⁰0¹1²2³3⁴4⁵5⁶6⁷7⁸8⁹9ⁿnⁱiᵃaᵇbᶜcᵈdᵉeᶠfᵍgʰhʲjᵏkˡlᵐmᵒoᵖpʳrˢsᵗtᵘuᵛvʷwˣxʸyᶻzᴬAᴮBᴰDᴱEᴳGᴴHᴵIᴶJᴷKᴸLᴹMᴺNᴼOᴾPᴿRᵀTᵁUⱽVᵂW"
    + "⁺+⁻-⁻−⁼=⁽(⁾)′′"
  private static let loweredPairs = "₀0₁1₂2₃3₄4₅5₆6₇7₈8₉9ₐaₑeₕhᵢiⱼjₖkₗlₘmₙnₒoₚpᵣrₛsₜtᵤuᵥvₓx₊+₋-₋−₌=₍(₎)"

  static let raised = pairs(raisedPairs)
  static let lowered = pairs(loweredPairs)

  private static func pairs(_ text: String) -> [Character: Character] {
    let all = Array(text)
    var table: [Character: Character] = [:]
    for index in stride(from: 0, to: all.count - 1, by: 2) { table[all[index + 1]] = all[index] }
    return table
  }
}

/// Walks along a formula once.
private struct FormulaReader {
  let characters: [Character]
  private var place = 0
  private var depth = 0
  /// Braces deeper than this are left as they are: nobody writes them, and a file may come from a stranger.
  private static let deepest = 20

  init(characters: [Character]) { self.characters = characters }

  private var next: Character? { place < characters.count ? characters[place] : nil }

  /// The formula up to a closing brace, or to its end.
  mutating func read(until end: Character?) -> String {
    var result = ""
    while let character = next, character != end {
      result += element()
    }
    if next == end, end != nil { place += 1 }
    return result
  }

  /// One character, command, group, power or index.
  private mutating func element() -> String {
    guard let character = next else { return "" }
    place += 1
    switch character {
    case "\\": return command()
    case "{" where depth < FormulaReader.deepest: return group()
    case "^": return script("^", Formula.raised)
    case "_": return script("_", Formula.lowered)
    case "-": return "−"
    case "'": return "′"
    default: return String(character)
    }
  }

  private mutating func group() -> String {
    depth += 1
    defer { depth -= 1 }
    return read(until: "}")
  }

  /// What a power, an index or a root is of: a group, or one element.
  private mutating func argument() -> String {
    while next == " " { place += 1 }
    guard let character = next else { return "" }
    depth += 1
    defer { depth -= 1 }
    if character == "{", depth < FormulaReader.deepest {
      place += 1
      return group()
    }
    guard character == "\\", depth < FormulaReader.deepest else {
      place += 1
      return character == "-" ? "−" : String(character)
    }
    place += 1
    return command()
  }

  private mutating func script(_ mark: String, _ table: [Character: Character]) -> String {
    guard next != nil, next != " " else { return mark }
    let inside = argument()
    let mapped = inside.compactMap { table[$0] }
    if !inside.isEmpty, mapped.count == inside.count { return String(mapped) }
    if inside.count == 1 || inside.allSatisfy({ $0.isLetter || $0.isNumber }) && mark == "_" { return mark + inside }
    return "\(mark)(\(inside))"
  }

  private mutating func command() -> String {
    guard let first = next else { return "\\" }
    guard first.isASCII, first.isLetter else {
      place += 1
      // Spaces of all widths are one; `\{` is a brace.
      return ",;:! ".contains(first) ? (first == "!" ? "" : " ") : first == "|" ? "‖" : String(first)
    }
    var name = ""
    while let letter = next, letter.isASCII, letter.isLetter {
      name.append(letter)
      place += 1
    }
    switch name {
    case "sqrt":
      let inside = argument()
      return inside.count > 1 ? "√(\(inside))" : "√" + inside
    case "frac":
      let (above, below) = (argument(), argument())
      return parted(above) + "/" + parted(below)
    case "quad", "qquad": return "  "
    case _ where Formula.texts.contains(name):
      guard next == "{" else { return "" }
      place += 1
      return text()
    default: break
    }
    guard let sign = Formula.signs[name] else { return "\\" + name }
    if sign.isLetter { skipSpace() }
    return sign.text
  }

  /// The space behind a Greek letter only ended its name, unless a sign or another command for one follows.
  private mutating func skipSpace() {
    guard next == " ", place + 1 < characters.count else { return }
    let after = characters[place + 1]
    if after.isLetter || after.isNumber || after == "(" {
      place += 1
    } else if after == "\\" {
      let name = String(characters[(place + 2)...].prefix { $0.isASCII && $0.isLetter })
      if Formula.signs[name]?.isLetter == true { place += 1 }
    }
  }

  private mutating func text() -> String {
    var result = ""
    while let character = next, character != "}" {
      result.append(character)
      place += 1
    }
    place = min(place + 1, characters.count)
    return result
  }

  /// Above or below a stroke, a sum needs its brackets.
  private func parted(_ text: String) -> String {
    text.count > 1 && text.contains { "+−-·/ ".contains($0) } ? "(\(text))" : text
  }
}
