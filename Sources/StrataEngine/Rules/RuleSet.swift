// Rules that somebody wrote, instead of weights that were learned: if, then, else, and a trace of what led to the answer.
//
//   if petal_length < 2.5 then setosa
//   if petal_width > 1.7 or petal_length > 5 then large
//   if large and not setosa then virginica
//   else versicolor
//
// Forward chaining: the rules are tried from the top; the first that holds and has not fired yet fires, its conclusion
// becomes a fact, and the search begins at the top again. The first conclusion that is a class is the answer; where none
// is reached, `else` is. `not` holds for what is no fact at that moment: what is concluded should stand above what asks
// for its absence. Source: Newell, Simon 1972 (production systems).

/// One rule.
public struct Rule: Sendable, Hashable {
  /// What a condition is made of.
  indirect enum Condition: Sendable, Hashable {
    case comparison(Operand, Comparison, Operand)
    case fact(String)
    case not(Condition)
    case and(Condition, Condition)
    case or(Condition, Condition)
  }

  /// A number, or a number of the sample.
  enum Operand: Sendable, Hashable {
    case number(Double)
    case feature(Int, name: String)
  }

  enum Comparison: String, Sendable, CaseIterable {
    case less = "<"
    case atMost = "<="
    case greater = ">"
    case atLeast = ">="
    case equal = "=="
    case different = "!="

    func holds(_ a: Double, _ b: Double) -> Bool {
      switch self {
      case .less: a < b
      case .atMost: a <= b
      case .greater: a > b
      case .atLeast: a >= b
      case .equal: a == b
      case .different: a != b
      }
    }
  }

  /// nil for `else`.
  let condition: Condition?
  public let conclusion: String
  /// As typed.
  public let text: String
}

/// One firing of a rule.
public struct Firing: Sendable, Hashable {
  /// The rule's number, counted from 1.
  public var rule: Int
  public var conclusion: String
  /// The comparisons and facts that made it hold, with the sample's numbers: `petal_length = 1.4 < 2.5`.
  public var reasons: [String]
}

/// Rules in their order, for data with given features and classes.
public struct RuleSet: Sendable, Hashable {
  public private(set) var rules: [Rule] = []
  /// The words for a sample's numbers and for its classes.
  public let features: [String]
  public let classes: [String]

  /// No rules yet. Features go by their names with underscores, and by x0, x1, … where they have none.
  public init(for data: DataSet) {
    features = data.featureNames.map(RuleSet.word)
    classes = data.classNames.map(RuleSet.word)
  }

  /// A name as one word: letters, digits and underscores, in lower case.
  static func word(_ name: String) -> String {
    var word = ""
    for character in name.lowercased() {
      if character.isLetter || character.isNumber { word.append(character) } else if word.last != "_" { word += "_" }
    }
    while word.last == "_" { word.removeLast() }
    while word.first == "_" { word.removeFirst() }
    return word
  }

  /// Adds a rule. Throws where it cannot be read, saying what was expected and found; `size` is how many numbers a sample
  /// has.
  public mutating func add(_ text: String, size: Int) throws(StrataError) {
    guard !rules.contains(where: { $0.condition == nil }) else {
      throw StrataError("`else` is the last rule there can be", try: "rules remove \(rules.count)")
    }
    var parser = RuleParser(
      text: text, features: features, size: size, facts: rules.map(\.conclusion), classes: classes)
    rules.append(try parser.rule())
  }

  /// Takes out rule `number`, counted from 1. Throws where there is none.
  public mutating func remove(_ number: Int) throws(StrataError) {
    guard rules.indices.contains(number - 1) else {
      throw StrataError("there are \(rules.count) rules, numbered from 1; there is no rule \(number)", try: "rules")
    }
    rules.remove(at: number - 1)
  }

  /// The class of one sample, or nil where no rule leads to one, and what fired on the way.
  public func answer(_ sample: ArraySlice<Scalar>) -> (class: Int?, firings: [Firing]) {
    var facts: Set<String> = []
    var fired = [Bool](repeating: false, count: rules.count)
    var firings: [Firing] = []
    search: while true {
      for (index, rule) in rules.enumerated() where !fired[index] && !facts.contains(rule.conclusion) {
        guard let condition = rule.condition else { continue }
        var reasons: [String] = []
        guard holds(condition, sample, facts, &reasons) else { continue }
        fired[index] = true
        facts.insert(rule.conclusion)
        firings.append(Firing(rule: index + 1, conclusion: rule.conclusion, reasons: reasons))
        if let found = classes.firstIndex(of: rule.conclusion) { return (found, firings) }
        continue search
      }
      break
    }
    if let last = rules.indices.last, rules[last].condition == nil {
      firings.append(
        Firing(rule: last + 1, conclusion: rules[last].conclusion, reasons: ["no rule before led to a class"]))
      return (classes.firstIndex(of: rules[last].conclusion), firings)
    }
    return (nil, firings)
  }

  private func holds(
    _ condition: Rule.Condition, _ sample: ArraySlice<Scalar>, _ facts: Set<String>, _ reasons: inout [String]
  ) -> Bool {
    switch condition {
    case .comparison(let a, let comparison, let b):
      let holds = comparison.holds(value(a, sample), value(b, sample))
      if holds { reasons.append("\(text(a, sample)) \(comparison.rawValue) \(text(b, sample))") }
      return holds
    case .fact(let name):
      if facts.contains(name) { reasons.append(name) }
      return facts.contains(name)
    case .not(let inner):
      var unused: [String] = []
      let holds = !holds(inner, sample, facts, &unused)
      if holds { reasons.append("not so: \(words(inner))") }
      return holds
    case .and(let a, let b): return holds(a, sample, facts, &reasons) && holds(b, sample, facts, &reasons)
    case .or(let a, let b):
      var first = reasons
      if holds(a, sample, facts, &first) {
        reasons = first
        return true
      }
      return holds(b, sample, facts, &reasons)
    }
  }

  private func value(_ operand: Rule.Operand, _ sample: ArraySlice<Scalar>) -> Double {
    switch operand {
    case .number(let number): number
    case .feature(let index, _): Double(sample[sample.startIndex + index])
    }
  }

  private func text(_ operand: Rule.Operand, _ sample: ArraySlice<Scalar>) -> String {
    switch operand {
    case .number(let value): number(value)
    case .feature(_, let name): "\(name) = \(number(value(operand, sample)))"
    }
  }

  private func words(_ condition: Rule.Condition) -> String {
    func words(_ operand: Rule.Operand) -> String {
      switch operand {
      case .number(let value): number(value)
      case .feature(_, let name): name
      }
    }
    return switch condition {
    case .comparison(let a, let comparison, let b): "\(words(a)) \(comparison.rawValue) \(words(b))"
    case .fact(let name): name
    case .not(let inner): "not \(self.words(inner))"
    case .and(let a, let b): "\(self.words(a)) and \(self.words(b))"
    case .or(let a, let b): "\(self.words(a)) or \(self.words(b))"
    }
  }

  /// How many samples the rules name rightly, and which class they take for which; samples without an answer are wrong.
  public func evaluate(_ samples: Samples) -> (accuracy: Double, unanswered: Int, confusion: ConfusionMatrix)? {
    guard case .classes(let labels, let names) = samples.targets else { return nil }
    var confusion = ConfusionMatrix(names: names)
    var (right, total, unanswered) = (0, 0, 0)
    for (row, label) in labels.enumerated() where label >= 0 {
      total += 1
      let sample = samples.inputs.tensor([Int32(row)]).elements
      guard let named = answer(sample[...]).class else {
        unanswered += 1
        continue
      }
      confusion.count(expected: Int(label), named: named)
      if named == Int(label) { right += 1 }
    }
    return (total > 0 ? Double(right) / Double(total) : .nan, unanswered, confusion)
  }
}

/// Reads one rule: recursive descent, `or` weakest, then `and`, then `not`.
private struct RuleParser {
  let text: String
  let features: [String]
  let size: Int
  let facts: [String]
  let classes: [String]
  private var tokens: [String] = []
  private var place = 0

  private static let reserved: Set<String> = ["if", "then", "else", "and", "or", "not"]

  init(text: String, features: [String], size: Int, facts: [String], classes: [String]) {
    self.text = text
    self.features = features
    self.size = size
    self.facts = facts
    self.classes = classes
    tokens = RuleParser.tokens(text)
  }

  /// Words, numbers, comparisons and parentheses.
  private static func tokens(_ text: String) -> [String] {
    var tokens: [String] = []
    var word = ""
    func isSign(_ character: Character) -> Bool { "<>=!".contains(character) }
    for character in text {
      let continuesSign = word.last.map(isSign) ?? false
      if character.isWhitespace || "()".contains(character) || isSign(character) != continuesSign {
        if !word.isEmpty { tokens.append(word) }
        word = ""
      }
      if "()".contains(character) {
        tokens.append(String(character))
      } else if !character.isWhitespace {
        word.append(character)
      }
    }
    if !word.isEmpty { tokens.append(word) }
    return tokens
  }

  private func problem(_ expected: String) -> StrataError {
    let found = place < tokens.count ? "'\(tokens[place])'" : "the end"
    return StrataError("\(expected) was expected, got \(found) in '\(text)'", try: "rule if x0 < 0.5 then yes")
  }

  private mutating func take(_ word: String) -> Bool {
    guard place < tokens.count, tokens[place].lowercased() == word else { return false }
    place += 1
    return true
  }

  mutating func rule() throws(StrataError) -> Rule {
    var condition: Rule.Condition?
    if !take("else") {
      guard take("if") else { throw problem("if or else") }
      condition = try disjunction(depth: 0)
      guard take("then") else { throw problem("and, or, or then") }
    }
    guard place < tokens.count, case let name = RuleSet.word(tokens[place]), !name.isEmpty,
      !RuleParser.reserved.contains(name), feature(name) == nil
    else {
      throw problem("a class or a name for a fact")
    }
    guard condition != nil || classes.contains(name) else {
      throw StrataError(
        "`else` names a class; there are \(classes.joined(separator: ", ")), and '\(name)' is none",
        try: "rule else \(classes.first ?? "0")")
    }
    place += 1
    guard place == tokens.count else { throw problem("the end of the rule") }
    return Rule(condition: condition, conclusion: name, text: text)
  }

  private mutating func disjunction(depth: Int) throws(StrataError) -> Rule.Condition {
    var left = try conjunction(depth: depth)
    while take("or") { left = .or(left, try conjunction(depth: depth)) }
    return left
  }

  private mutating func conjunction(depth: Int) throws(StrataError) -> Rule.Condition {
    var left = try single(depth: depth)
    while take("and") { left = .and(left, try single(depth: depth)) }
    return left
  }

  private mutating func single(depth: Int) throws(StrataError) -> Rule.Condition {
    // Deeper than anybody writes, and before the stack ends.
    guard depth < 100 else { throw StrataError("more than 100 conditions inside one another", try: "several rules") }
    if take("not") { return .not(try single(depth: depth + 1)) }
    if take("(") {
      let inner = try disjunction(depth: depth + 1)
      guard take(")") else { throw problem("a closing parenthesis") }
      return inner
    }
    guard place < tokens.count, !RuleParser.reserved.contains(tokens[place].lowercased()) else {
      throw problem("a comparison or a fact")
    }
    guard let left = operand(tokens[place]) else {
      let name = RuleSet.word(tokens[place])
      guard facts.contains(name) else {
        let known = features.isEmpty ? "x0 to x\(size - 1)" : features.joined(separator: ", ")
        throw StrataError(
          "'\(tokens[place])' is no feature, and no rule above concludes it; features are \(known)",
          try: "rule if \(features.first ?? "x0") < 0.5 then \(name.isEmpty ? "yes" : name)")
      }
      place += 1
      return .fact(name)
    }
    place += 1
    let sign = place < tokens.count ? (tokens[place] == "=" ? "==" : tokens[place]) : ""
    guard let comparison = Rule.Comparison(rawValue: sign) else { throw problem("a comparison: < <= > >= == !=") }
    place += 1
    guard place < tokens.count, let right = operand(tokens[place]) else { throw problem("a number or a feature") }
    place += 1
    return .comparison(left, comparison, right)
  }

  private func operand(_ token: String) -> Rule.Operand? {
    if let number = Double(token), number.isFinite { return .number(number) }
    return feature(RuleSet.word(token)).map { .feature($0, name: RuleSet.word(token)) }
  }

  private func feature(_ name: String) -> Int? {
    if let index = features.firstIndex(of: name) { return index }
    guard features.isEmpty, name.first == "x", let index = Int(name.dropFirst()), (0..<size).contains(index) else {
      return nil
    }
    return index
  }
}
