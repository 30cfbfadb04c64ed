// A question of a lesson: predict, then see. It has no part in the experiment and changes no bit of it.
import StrataEngine

/// A question that waits for its answer.
public struct Question: Hashable, Sendable {
  /// One of the answers that may be given.
  public struct Choice: Hashable, Sendable {
    public var text: String
    /// Other ways of saying it: `+` for positive.
    var aliases: [String] = []
  }

  public enum Answer: Hashable, Sendable {
    case number(Double, tolerance: Double)
    /// The index of the right one.
    case choice(Int)
  }

  /// Where the answer comes from, which decides by which keys it is given.
  public enum Kind: String, Hashable, Sendable {
    case number, choice, sign, change
  }

  /// As it was written, with its marks.
  public var text: String
  public var kind: Kind
  public var answer: Answer
  /// The answers to choose from; empty where a number is asked.
  public var choices: [Choice]
  /// The answer with the exact numbers, told when it was found or is shown.
  public var fact: String
  public internal(set) var hints: [String] = []
  /// How many of the hints have been shown.
  public internal(set) var shownHints = 0
  /// Wrong answers so far.
  public internal(set) var tries = 0

  /// The numbers with which to choose, and the choices: `1 rises   2 falls   3 stays`; nil where a number is asked.
  public var choicesText: String? {
    switch kind {
    case .number: nil
    case .sign: choices.map { "\($0.aliases.first ?? "") \(Markup.plain($0.text))" }.joined(separator: "   ")
    case .choice, .change:
      choices.enumerated().map { "\($0 + 1) \(Markup.plain($1.text))" }.joined(separator: "   ")
    }
  }

  /// What was made of an answer.
  public enum Verdict: Hashable, Sendable {
    case right
    /// Wrong, and in which way, without giving it away; empty where there is nothing to say.
    case wrong(String)
  }

  /// Judges an answer. Throws when it is none: what was expected.
  public func judge(_ given: String) throws(StrataError) -> Verdict {
    switch answer {
    case .number(let value, let tolerance):
      guard let number = Double(given.replacing("−", with: "-")), number.isFinite else {
        throw StrataError("a number was expected, got \(given.quoted)", try: "answer 0.5")
      }
      if abs(number - value) <= tolerance { return .right }
      return .wrong(Question.direction(from: number, to: value))
    case .choice(let right):
      return try chosen(given) == right ? .right : .wrong("")
    }
  }

  /// The choice that is meant: by its text, another word for it, or its number.
  private func chosen(_ given: String) throws(StrataError) -> Int {
    let word = Markup.plain(given).lowercased()
    if let index = choices.firstIndex(where: { choice in
      ([Markup.plain(choice.text)] + choice.aliases).contains { $0.lowercased() == word }
    }) {
      return index
    }
    if kind != .sign, let number = Int(word), choices.indices.contains(number - 1) { return number - 1 }
    let all = choices.map { Markup.plain($0.text) }
    let question = Nearest.question(word, among: all)
    throw StrataError(
      "one of \(Misfit.alternatives(all)) was expected, got \(given.quoted)\(question)", try: "answer \(all[0])")
  }

  /// Too large or too small, by the order of magnitude.
  private static func direction(from given: Double, to value: Double) -> String {
    if given != 0, value != 0, (given < 0) != (value < 0) { return "its sign is another" }
    let isTooLarge = given > value
    // Of negative numbers, the larger is nearer to zero.
    let word = isTooLarge ? "too large" : "too small"
    guard given != 0, value != 0 else { return word }
    let orders = Int((NumberText.logarithm(abs(given / value))).magnitude.rounded())
    return orders == 0 ? word : "\(word), by about \(orders) order\(orders == 1 ? "" : "s") of magnitude"
  }
}

extension Lab {
  /// Puts the question away, answered or not: a lesson goes on.
  public mutating func closeQuestion() { question = nil }
}
