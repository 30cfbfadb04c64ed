// How a layer is written in a command: `dense 64 relu --init he`. From this come parsing, help, completion and saving.

/// A place in a layer's words.
public struct LayerWord: Hashable, Sendable {
  /// What stands there, for help: `N`, `ACTIVATION`, `P`.
  public var name: String
  public var kind: SettingKind
  /// The value when the word is left out; nil where it must be given.
  public var defaultValue: String?
  /// One sentence for help.
  public var help: String

  public init(_ name: String, _ kind: SettingKind, default defaultValue: String? = nil, _ help: String) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.help = help
  }
}

/// The words of one kind of layer.
public struct LayerGrammar: Hashable, Sendable {
  /// `dense`
  public var keyword: String
  /// One sentence for help, with the formula: `y = f(x·W + b)`.
  public var summary: String
  /// Words in their order.
  public var positional: [LayerWord]
  /// `--name value`, in any order.
  public var options: [LayerWord]
  /// Complete examples, each of which must work: they are help and conformance tests at once.
  public var examples: [String]
  /// The shape of a sample that the examples can take.
  public var exampleInput: Shape

  public init(
    keyword: String, summary: String, positional: [LayerWord], options: [LayerWord] = [], examples: [String],
    exampleInput: Shape = [5]
  ) {
    self.keyword = keyword
    self.summary = summary
    self.positional = positional
    self.options = options
    self.examples = examples
    self.exampleInput = exampleInput
  }

  /// `dense N [ACTIVATION] [--init NAME]`
  public var usage: String {
    let places = positional.map { $0.defaultValue == nil ? $0.name : "[\($0.name)]" }
    return ([keyword] + places + options.map { "[--\($0.name) …]" }).joined(separator: " ")
  }
}

/// A layer's words, checked against its grammar: every place has a value of the right kind.
public struct LayerArguments: Hashable, Sendable {
  private var values: [String: String]

  /// Sorts words into the grammar's places. Throws with what was expected where.
  public init(_ words: [String], grammar: LayerGrammar) throws(StrataError) {
    var given: [String: String] = [:]
    var rest = words[...]
    var places = grammar.positional[...]
    while let word = rest.popFirst() {
      if word.hasPrefix("--") {
        let name = String(word.dropFirst(2))
        guard let option = grammar.options.first(where: { $0.name == name }) else {
          let known = grammar.options.map { "--\($0.name)" }.joined(separator: ", ")
          throw StrataError(
            "\(grammar.keyword) has no option \(word)" + (known.isEmpty ? "" : "; it has \(known)"),
            try: grammar.usage)
        }
        guard let value = rest.popFirst() else {
          throw StrataError("\(word) wants a value: \(option.help)", try: grammar.examples.first)
        }
        given[name] = try option.checked(value, of: grammar)
      } else if let place = places.popFirst() {
        given[place.name] = try place.checked(word, of: grammar)
      } else {
        throw StrataError("\(grammar.keyword) has no place for '\(word)'", try: grammar.usage)
      }
    }
    for word in grammar.positional + grammar.options where given[word.name] == nil {
      guard let value = word.defaultValue else {
        throw StrataError("\(grammar.keyword) wants \(word.name): \(word.help)", try: grammar.examples.first)
      }
      given[word.name] = value
    }
    values = given
  }

  /// The value at a place, as typed or its default.
  public func text(_ name: String) -> String { values[name] ?? "" }
  /// A whole number; the grammar has checked it.
  public func integer(_ name: String) -> Int { Int(text(name)) ?? 0 }
  /// A number; the grammar has checked it.
  public func number(_ name: String) -> Scalar { Scalar(text(name)) ?? 0 }
}

extension LayerWord {
  fileprivate func checked(_ text: String, of grammar: LayerGrammar) throws(StrataError) -> String {
    do {
      return try kind.checked(text)
    } catch {
      throw StrataError("\(grammar.keyword) \(name): \(error.problem)", try: error.suggestion ?? grammar.examples.first)
    }
  }
}

extension SettingKind {
  /// Checks what was typed; returns it in its usual spelling. Throws with what was expected.
  public func checked(_ text: String) throws(StrataError) -> String {
    switch self {
    case .number(let range):
      guard let value = Double(text), !value.isNaN else {
        throw StrataError("a number was expected, got '\(text)'")
      }
      guard range.contains(value) else {
        throw StrataError("a number from \(spelled(range.lowerBound)) to \(spelled(range.upperBound)), got \(text)")
      }
      return text
    case .integer(let range):
      guard let value = Int(text) else { throw StrataError("a whole number was expected, got '\(text)'") }
      guard range.contains(value) else {
        throw StrataError("a whole number from \(range.lowerBound) to \(range.upperBound), got \(text)")
      }
      return String(value)
    case .choice(let words):
      guard words.contains(text) else {
        throw StrataError("one of \(words.joined(separator: ", ")) was expected, got '\(text)'")
      }
      return text
    case .text(let form):
      guard !text.isEmpty else { throw StrataError("expected \(form)") }
      return text
    }
  }

  private func spelled(_ bound: Double) -> String {
    bound == bound.rounded(.towardZero) && abs(bound) < 1e15 ? String(Int(bound)) : "\(bound)"
  }
}
