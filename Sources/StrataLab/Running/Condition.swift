// Conditions: `test accuracy > 0.97 and epoch > 5`, `loss is nan`, `loss rises 3 times`, `test loss stalls 5 epochs`.
//
//   condition   := all ("or" all)*
//   all         := term ("and" term)*
//   term        := quantity comparison number | quantity "is" ["not"] "nan"
//                | quantity "rises" N ["times"] | quantity "stalls" N ["epochs"]
import StrataEngine

/// How a quantity is compared with a number.
public enum Comparison: String, CaseIterable, Sendable {
  case less = "<"
  case atMost = "<="
  case more = ">"
  case atLeast = ">="
  case equal = "=="
  case different = "!="

  func holds(_ value: Double, _ number: Double) -> Bool {
    switch self {
    case .less: value < number
    case .atMost: value <= number
    case .more: value > number
    case .atLeast: value >= number
    // Weights have single precision: 0.1 typed is the weight 0.1.
    case .equal: value == number || Float(value) == Float(number)
    case .different: !(value == number || Float(value) == Float(number))
    }
  }
}

/// Something that is true or not at a moment.
public struct Condition: Hashable, Sendable {
  /// One comparison, with the quantity it is about.
  public struct Term: Hashable, Sendable {
    public enum Test: Hashable, Sendable {
      case compare(Comparison, Double)
      case isNaN(Bool)
      case rises(times: Int)
      case stalls(epochs: Int)
    }
    public var quantity: Quantity
    public var test: Test

    /// As it would be typed.
    public var text: String {
      switch test {
      case .compare(let comparison, let number):
        "\(quantity.name) \(comparison.rawValue) \(NumberText.exact(number))"
      case .isNaN(let yes): "\(quantity.name) is \(yes ? "" : "not ")nan"
      case .rises(let times): "\(quantity.name) rises \(times) times"
      case .stalls(let epochs): "\(quantity.name) stalls \(epochs) epochs"
      }
    }
  }

  /// True when all terms of one of these are true.
  public let alternatives: [[Term]]

  /// As it would be typed.
  public var text: String {
    alternatives.map { $0.map(\.text).joined(separator: " and ") }.joined(separator: " or ")
  }

  /// Whether a set of samples must be evaluated for some of it, and for all of it.
  let needsEvaluation: Bool
  let isAllEvaluation: Bool

  /// Understands what was typed. Throws at the word that is wrong.
  public init(_ text: String, in experiment: Experiment) throws(StrataError) {
    var scanner = ConditionScanner(text)
    var alternatives: [[Term]] = [[]]
    while true {
      alternatives[alternatives.count - 1].append(try scanner.term(in: experiment))
      switch scanner.word() {
      case nil:
        self.alternatives = alternatives
        let quantities = alternatives.flatMap { $0.map(\.quantity) }
        needsEvaluation = quantities.contains(where: \.needsEvaluation)
        isAllEvaluation = quantities.allSatisfy(\.needsEvaluation)
        return
      case "and"?: break
      case "or"?: alternatives.append([])
      case let word?:
        throw StrataError(
          "\(word.quoted) after \(alternatives.last?.last?.text ?? "") was not expected; and, or, or the end was",
          try: "loss < 0.1 or epoch > 50")
      }
    }
  }
}

/// Cuts a condition into words and comparisons.
private struct ConditionScanner {
  private var words: [String]
  private static let verbs = Comparison.allCases.map(\.rawValue) + ["is", "rises", "stalls", "and", "or"]

  init(_ text: String) {
    words = []
    var word = ""
    var symbol = ""
    func isSymbol(_ character: Character) -> Bool { "<>=!".contains(character) }
    for character in text + " " {
      if isSymbol(character) {
        if !word.isEmpty { words.append(word) }
        word = ""
        symbol.append(character)
        continue
      }
      if !symbol.isEmpty { words.append(symbol) }
      symbol = ""
      if character.isWhitespace {
        if !word.isEmpty { words.append(word) }
        word = ""
      } else {
        word.append(character)
      }
    }
    words.reverse()
  }

  mutating func word() -> String? { words.popLast() }

  mutating func term(in experiment: Experiment) throws(StrataError) -> Condition.Term {
    var name: [String] = []
    while let word = words.last, !ConditionScanner.verbs.contains(word), !"<>=!".contains(word.first ?? " ") {
      name.append(word)
      words.removeLast()
    }
    let quantity = try Quantity(name, in: experiment)
    guard let verb = words.popLast(), verb != "and", verb != "or" else {
      throw StrataError(
        "after \(quantity.name.quoted) comes a comparison: < <= > >= == !=, is nan, rises N times, or stalls N epochs",
        try: "\(quantity.name) < 0.1")
    }
    switch verb {
    case "is":
      var next = words.popLast()
      let isNot = next == "not"
      if isNot { next = words.popLast() }
      guard next == "nan" else {
        throw StrataError(
          "after 'is' comes nan, or not nan; got \((next ?? "nothing").quoted)", try: "\(quantity.name) is nan")
      }
      return Condition.Term(quantity: quantity, test: .isNaN(!isNot))
    case "rises": return Condition.Term(quantity: quantity, test: .rises(times: try count("rises", unit: "times")))
    case "stalls": return Condition.Term(quantity: quantity, test: .stalls(epochs: try count("stalls", unit: "epochs")))
    default:
      guard let comparison = Comparison(rawValue: verb) else {
        let known = Comparison.allCases.map(\.rawValue).joined(separator: " ")
        throw StrataError("\(verb.quoted) is no comparison; there are \(known)", try: "\(quantity.name) < 0.1")
      }
      guard let word = words.popLast(), let number = Double(word), !number.isNaN else {
        throw StrataError("a number was expected after \(quantity.name) \(verb)", try: "\(quantity.name) \(verb) 0.1")
      }
      return Condition.Term(quantity: quantity, test: .compare(comparison, number))
    }
  }

  private mutating func count(_ verb: String, unit: String) throws(StrataError) -> Int {
    // `rises` alone means once.
    if verb == "rises", words.last == nil || words.last == "and" || words.last == "or" { return 1 }
    guard let word = words.popLast(), let count = Int(word), (1...1_000_000).contains(count) else {
      throw StrataError("a whole number was expected after \(verb)", try: "loss \(verb) 3 \(unit)")
    }
    if words.last == unit || words.last.map({ $0 + "s" }) == unit { words.removeLast() }
    return count
  }
}

/// What must be remembered to judge a condition over time.
struct ConditionWatch: Sendable {
  let condition: Condition
  private var memories: [Memory]
  /// The term, where there is only one.
  private let only: Condition.Term?
  /// Whether it was true when it was last judged.
  private(set) var wasTrue = false

  private struct Memory: Sendable {
    var last = Double.nan
    var rises = 0
    var best = Double.nan
    var bestEpoch = 0.0
  }

  init(_ condition: Condition) {
    self.condition = condition
    let terms = condition.alternatives.flatMap { $0 }
    only = terms.count == 1 ? terms.first : nil
    memories = [Memory](repeating: Memory(), count: condition.alternatives.reduce(0) { $0 + $1.count })
  }

  /// Judges it now; tells what made it true only where it was not true before.
  mutating func judgeChange(epoch: Double, _ value: (Quantity) -> Double?) -> [(Condition.Term, Double)]? {
    let before = wasTrue
    let held = judge(epoch: epoch, value)
    return before ? nil : held
  }

  /// Judges it now. `value` gives a quantity, or nil where it is not newly known; then its comparison is false.
  /// Returns the terms that made it true, with their values; nil when it is false.
  mutating func judge(epoch: Double, _ value: (Quantity) -> Double?) -> [(Condition.Term, Double)]? {
    if let only {
      // The usual case, judged after every mini-batch: one comparison, nothing allocated.
      var holds = false
      let value = value(only.quantity)
      if let value {
        switch only.test {
        case .compare(let comparison, let number): holds = comparison.holds(value, number)
        default: holds = judge(only, value, epoch: epoch, memory: &memories[0])
        }
      }
      wasTrue = holds
      return holds ? [(only, value ?? .nan)] : nil
    }
    var index = 0
    var result: [(Condition.Term, Double)]?
    for all in condition.alternatives {
      var held: [(Condition.Term, Double)] = []
      for term in all {
        if let value = value(term.quantity), judge(term, value, epoch: epoch, memory: &memories[index]) {
          held.append((term, value))
        }
        index += 1
      }
      if held.count == all.count, result == nil { result = held }
    }
    wasTrue = result != nil
    return result
  }

  private func judge(_ term: Condition.Term, _ value: Double, epoch: Double, memory: inout Memory) -> Bool {
    switch term.test {
    case .compare(let comparison, let number): return comparison.holds(value, number)
    case .isNaN(let yes): return value.isNaN == yes
    case .rises(let times):
      if value != memory.last { memory.rises = value > memory.last ? memory.rises + 1 : 0 }
      memory.last = value
      return memory.rises >= times
    case .stalls(let epochs):
      let isBetter = term.quantity.growsWhenBetter ? value > memory.best : value < memory.best
      if isBetter || memory.best.isNaN {
        memory.best = value
        memory.bestEpoch = epoch
      }
      return epoch - memory.bestEpoch >= Double(epochs)
    }
  }
}
