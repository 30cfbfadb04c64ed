// From text to tree: a scanner for the words and signs, and recursive descent with one function a level of binding.
//
//     sum      = product { ("+" | "-") product }
//     product  = signed { ("*" | "/" | nothing) signed }
//     signed   = ("-" | "+") signed | power
//     power    = atom [ "^" signed ]                      to the right: 2^3^2 = 2^9; closer than the sign: -x^2 = -(x^2)
//     atom     = number | variable | constant | function "(" sum { "," sum } ")" | "(" sum ")"

struct ExpressionParser {
  private enum Token: Equatable {
    case number(Double)
    case name(String)
    case sign(Character)
    case end
  }

  private let tokens: [(token: Token, text: String, column: Int)]
  private var place = 0
  private var depth = 0

  init(_ text: String) throws(StrataError) {
    guard text.count <= Expression.maximumLength else {
      throw StrataError("an expression has at most \(Expression.maximumLength) characters, this has \(text.count)")
    }
    tokens = try ExpressionParser.scan(Array(text))
  }

  mutating func parse() throws(StrataError) -> ExpressionTree {
    let tree = try sum()
    guard tokens[place].token == .end else { throw unexpected("an operator or the end") }
    return tree
  }

  private mutating func sum() throws(StrataError) -> ExpressionTree {
    var terms = [try product()]
    while true {
      if take("+") {
        terms.append(try product())
      } else if take("-") {
        terms.append(.negating(try product()))
      } else {
        return terms.count == 1 ? terms[0] : .adding(terms)
      }
    }
  }

  private mutating func product() throws(StrataError) -> ExpressionTree {
    var factors = [try signed()]
    while true {
      if take("*") {
        factors.append(try signed())
      } else if take("/") {
        factors.append(.dividing(.one, by: try signed()))
      } else if multipliesSilently {
        factors.append(try power())
      } else {
        return factors.count == 1 ? factors[0] : .multiplying(factors)
      }
    }
  }

  /// Whether a factor follows without a sign: a name or a parenthesis after a number, a parenthesis or a variable.
  private var multipliesSilently: Bool {
    switch tokens[place].token {
    case .name: return true
    case .sign("("): return true
    default: return false
    }
  }

  private mutating func signed() throws(StrataError) -> ExpressionTree {
    var isNegative = false
    while true {
      if take("-") {
        isNegative.toggle()
      } else if !take("+") {
        break
      }
    }
    let tree = try power()
    return isNegative ? .negating(tree) : tree
  }

  private mutating func power() throws(StrataError) -> ExpressionTree {
    let base = try atom()
    guard take("^") else { return base }
    try descend()
    defer { depth -= 1 }
    return .raising(base, to: try signed())
  }

  private mutating func atom() throws(StrataError) -> ExpressionTree {
    switch tokens[place].token {
    case .number(let value):
      place += 1
      return .number(value)
    case .sign("("):
      let opening = tokens[place].column
      place += 1
      try descend()
      defer { depth -= 1 }
      let tree = try sum()
      try close(opening)
      return tree
    case .name(let name): return try named(name)
    default: throw unexpected("a number, x, y, a function or (")
    }
  }

  private mutating func named(_ name: String) throws(StrataError) -> ExpressionTree {
    switch name {
    case "x", "x1":
      place += 1
      return .variable(.x)
    case "y", "x2":
      place += 1
      return .variable(.y)
    default: break
    }
    if let constant = ExpressionTree.Constant(rawValue: name) {
      place += 1
      return .constant(constant)
    }
    let function = ExpressionTree.Function(rawValue: name)
    let choice = ExpressionTree.Choice(rawValue: name)
    guard function != nil || choice != nil else {
      throw StrataError(
        "column \(tokens[place].column): there is no variable or function called \"\(name)\"",
        try: "x, y, pi, e, " + Expression.functionNames.joined(separator: ", "))
    }
    place += 1
    let opening = tokens[place].column
    guard take("(") else { throw unexpected("( after \(name)") }
    try descend()
    defer { depth -= 1 }
    let first = try sum()
    if let function {
      try close(opening)
      return .calling(function, first)
    }
    var tree = first
    guard tokens[place].token == .sign(",") else { throw unexpected("a comma: \(name) takes at least two arguments") }
    while take(",") { tree = .choosing(choice ?? .min, tree, try sum()) }
    try close(opening)
    return tree
  }

  private mutating func take(_ sign: Character) -> Bool {
    guard tokens[place].token == .sign(sign) else { return false }
    place += 1
    return true
  }

  private mutating func close(_ opening: Int) throws(StrataError) {
    if !take(")") { throw unexpected("an operator or the ) for the ( in column \(opening)") }
  }

  private mutating func descend() throws(StrataError) {
    depth += 1
    if depth > Expression.maximumDepth {
      throw StrataError("column \(tokens[place].column): more than \(Expression.maximumDepth) levels within each other")
    }
  }

  private func unexpected(_ expected: String) -> StrataError {
    let found = tokens[place].token == .end ? "the end" : "\"\(tokens[place].text)\""
    return StrataError("column \(tokens[place].column): expected \(expected), found \(found)")
  }
}

extension ExpressionParser {
  /// Splits the text into numbers, names and signs. Columns count characters from 1.
  private static func scan(_ text: [Character]) throws(StrataError) -> [(token: Token, text: String, column: Int)] {
    var tokens: [(token: Token, text: String, column: Int)] = []
    var index = 0
    func digits(from start: Int) -> Int {
      var end = start
      while end < text.count, text[end].isASCII, text[end].isWholeNumber { end += 1 }
      return end
    }
    while index < text.count {
      let start = index
      let character = text[index]
      let token: Token
      if character == " " || character == "\t" {
        index += 1
        continue
      } else if character.isASCII, character.isWholeNumber || character == "." {
        index = digits(from: index)
        if index < text.count, text[index] == "." { index = digits(from: index + 1) }
        // An e belongs to the number only where an exponent follows: 2e3, and 2e is twice Euler's number.
        if index < text.count, text[index] == "e" || text[index] == "E" {
          let isSigned = index + 1 < text.count && (text[index + 1] == "-" || text[index + 1] == "+")
          let first = index + (isSigned ? 2 : 1)
          if digits(from: first) > first { index = digits(from: first) }
        }
        guard let value = Double(String(text[start..<index])), value.isFinite else {
          throw StrataError("column \(start + 1): \"\(String(text[start..<index]))\" is no number that can be held")
        }
        token = .number(value)
      } else if character.isASCII, character.isLetter {
        while index < text.count, text[index].isASCII, text[index].isLetter || text[index].isWholeNumber { index += 1 }
        token = .name(String(text[start..<index]))
      } else {
        index += 1
        switch character {
        case "+", "-", "*", "/", "^", "(", ")", ",": token = .sign(character)
        case "−": token = .sign("-")
        case "·", "×": token = .sign("*")
        case "π": token = .name("pi")
        default:
          throw StrataError("column \(start + 1): \"\(printable(character))\" has no meaning in an expression")
        }
      }
      tokens.append((token, String(text[start..<index]), start + 1))
    }
    tokens.append((.end, "", text.count + 1))
    return tokens
  }

  /// A character that may be shown: control characters from a file or a paste are named, not printed.
  private static func printable(_ character: Character) -> String {
    let isSafe = character.unicodeScalars.allSatisfy { $0.value >= 32 && !(127...159).contains($0.value) }
    return isSafe
      ? String(character) : character.unicodeScalars.map { "U+" + String($0.value, radix: 16) }.joined(separator: " ")
  }
}
