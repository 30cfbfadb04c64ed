// From the words of `ask` to a question with its answer.
//
// There is exactly one way to know the answer: it is written down, or it is a quantity's value, sign or change. With
// `--after` the quantity is looked up in a copy of the laboratory in which the command was done: the laboratory is a
// value, so one can predict what has not happened yet.
import StrataEngine

/// What `ask` was told.
struct QuestionMaker: Sendable {
  let text: String
  private let given: String?
  private let choices: [String]?
  private let tolerance: Double?
  /// A tolerance that is a share of the value.
  private let share: Double?
  private let source: Source
  let after: String?

  private enum Source: Sendable {
    case written
    case value(String)
    case sign(String)
    case change(String)
  }

  /// Checks what can be checked without a laboratory. Throws with what does not go together.
  init(_ arguments: Arguments) throws(StrataError) {
    text = arguments.text("QUESTION") ?? ""
    given = arguments.option("answer")
    after = arguments.option("after")
    let ways = ["answer", "value", "sign", "change"].filter { arguments.option($0) != nil }
    guard ways.count == 1 else {
      let found = ways.isEmpty ? "none" : ways.map { "--\($0)" }.joined(separator: " and ")
      throw StrataError(
        "a question needs exactly one way to know its answer, --answer, --value, --sign or --change; got \(found)",
        try: "ask What is 1 + 1? --answer 2")
    }
    switch ways[0] {
    case "value": source = .value(arguments.option("value") ?? "")
    case "sign": source = .sign(arguments.option("sign") ?? "")
    case "change": source = .change(arguments.option("change") ?? "")
    default: source = .written
    }
    choices = try arguments.option("choices").map { (text) throws(StrataError) in try QuestionMaker.choices(text) }
    (tolerance, share) = try QuestionMaker.tolerance(arguments.option("tolerance"))
    try checkTogether(way: ways[0], hasTolerance: arguments.option("tolerance") != nil)
  }

  private func checkTogether(way: String, hasTolerance: Bool) throws(StrataError) {
    if choices != nil, way != "answer" {
      throw StrataError(
        "--choices go with --answer; --\(way) has choices of its own or none",
        try: "ask Which is larger? --choices \"ε | μ\" --answer ε")
    }
    if hasTolerance, choices != nil || way == "sign" {
      throw StrataError("--tolerance is for numbers and changes", try: "leave it out")
    }
    if after != nil, way == "answer" {
      throw StrataError(
        "--after is for answers that the laboratory works out", try: "ask Does it fall? --change loss --after next")
    }
    if way == "change", after == nil {
      throw StrataError(
        "--change needs --after: over which command?", try: "ask Does it fall? --change loss --after next")
    }
  }

  private static func choices(_ text: String) throws(StrataError) -> [String] {
    let all = text.split(separator: "|", omittingEmptySubsequences: false).map { part in
      var part = part.drop(while: \.isWhitespace)
      while part.last?.isWhitespace == true { part.removeLast() }
      return String(part)
    }
    guard (2...9).contains(all.count), !all.contains(""),
      Set(all.map { Markup.plain($0).lowercased() }).count == all.count
    else {
      throw StrataError(
        "2 to 9 different choices with | between them were expected, got \(text.quoted)",
        try: "--choices \"rises | falls\"")
    }
    for (index, choice) in all.enumerated() {
      if let number = Int(choice), all.indices.contains(number - 1), number != index + 1 {
        throw StrataError(
          "choice \(index + 1) is called \(number), so it could not be told what \(number) means",
          try: "say it in words, or put it at place \(number)")
      }
    }
    return all
  }

  private static func tolerance(_ text: String?) throws(StrataError) -> (absolute: Double?, share: Double?) {
    guard let text else { return (nil, nil) }
    let isShare = text.hasSuffix("%")
    guard let number = Double(isShare ? String(text.dropLast()) : text), number.isFinite, number >= 0 else {
      throw StrataError("--tolerance is a number from 0 on or a percentage, got \(text.quoted)", try: "--tolerance 5%")
    }
    return isShare ? (nil, number / 100) : (number, nil)
  }

  // Making it.

  /// The question, from the laboratory as it is now, and as it is after the command where there is one.
  func question(in lab: Lab, later: Lab?) throws(StrataError) -> Question {
    switch source {
    case .written: return try written()
    case .value(let name):
      let value = try QuestionMaker.value(name, later ?? lab)
      return number(value, shown: NumberText.short(value), decimals: 0, subject: "\(name) is ")
    case .sign(let name): return sign(name, try QuestionMaker.value(name, later ?? lab))
    case .change(let name):
      return change(name, try QuestionMaker.value(name, lab), try QuestionMaker.value(name, later ?? lab))
    }
  }

  private static func value(_ name: String, _ lab: Lab) throws(StrataError) -> Double {
    let quantity = try Quantity(name.split(whereSeparator: \.isWhitespace).map(String.init), in: lab.experiment)
    if case .element(let reference) = quantity { _ = try reference.element(in: lab.experiment) }
    var cache = QuantityCache(lab.experiment, isEvaluated: true)
    guard let value = lab.experiment.value(of: quantity, &cache) else {
      throw StrataError("\(name) is not known here, so it cannot be asked", try: "ask it after a step: next")
    }
    guard value.isFinite else {
      throw StrataError(
        "\(name) is \(NumberText.short(value)) here, so it cannot be asked",
        try: "ask it where it is a number: after next"
      )
    }
    return value
  }

  private func written() throws(StrataError) -> Question {
    let given = given ?? ""
    if let choices {
      let all = choices.map { Question.Choice(text: $0) }
      var question = Question(text: text, kind: .choice, answer: .choice(-1), choices: all, fact: "")
      guard
        let right = all.indices.first(where: { index in
          question.answer = .choice(index)
          return (try? question.judge(given)) == .right
        })
      else {
        throw StrataError(
          "the answer is one of \(Misfit.alternatives(choices)), got \(given.quoted)", try: "--answer \"\(choices[0])\""
        )
      }
      question.answer = .choice(right)
      question.fact = choices[right]
      return question
    }
    guard let value = Double(given.replacing("−", with: "-")), value.isFinite else {
      throw StrataError(
        "--answer is a number, or one of --choices; got \(given.quoted)",
        try: "ask … --answer \(TypedLine.quoted(given)) --choices \"\(given.safe) | …\"")
    }
    let decimals = given.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first?.prefix {
      $0.isNumber
    }
    return number(value, shown: given.safe, decimals: decimals?.count ?? 0, subject: "")
  }

  private func number(_ value: Double, shown: String, decimals: Int, subject: String) -> Question {
    let used = tolerance(of: value, decimals: decimals)
    let room =
      used == 0 ? "exactly" : "right from \(NumberText.short(value - used)) to \(NumberText.short(value + used))"
    return Question(
      text: text, kind: .number, answer: .number(value, tolerance: used), choices: [],
      fact: "\(subject)\(shown) (\(room))")
  }

  /// What was said, or 5 % of the value, or half a unit in the last decimal that is shown, whichever is more. Nothing is
  /// 5 % of zero: there it is half a hundredth.
  private func tolerance(of value: Double, decimals: Int) -> Double {
    if let tolerance { return tolerance }
    if let share { return abs(value) * share }
    var unit = value == 0 ? 0.01 : 0
    if decimals > 0 { unit = (0..<min(decimals, 300)).reduce(1.0) { unit, _ in unit / 10 } }
    return max(abs(value) * 0.05, unit / 2)
  }

  private func sign(_ name: String, _ value: Double) -> Question {
    let choices = [
      Question.Choice(text: "positive", aliases: ["+", "plus"]),
      Question.Choice(text: "negative", aliases: ["-", "−", "minus"]),
      Question.Choice(text: "zero", aliases: ["0", "none"]),
    ]
    let right = value > 0 ? 0 : value < 0 ? 1 : 2
    return Question(
      text: text, kind: .sign, answer: .choice(right), choices: choices,
      fact: "\(choices[right].text): \(name) is \(NumberText.short(value))")
  }

  private func change(_ name: String, _ before: Double, _ after: Double) -> Question {
    let choices = [
      Question.Choice(text: "rises", aliases: ["rise", "up", "+"]),
      Question.Choice(text: "falls", aliases: ["fall", "down", "-", "−"]),
      Question.Choice(text: "stays", aliases: ["stay", "same", "0", "="]),
    ]
    let (from, to) = (NumberText.short(before), NumberText.short(after))
    // What reads the same has stayed, unless it was said how much counts.
    let room = tolerance ?? share.map { $0 * abs(before) }
    let stays = room.map { abs(after - before) <= $0 } ?? (from == to)
    let right = stays ? 2 : after > before ? 0 : 1
    return Question(
      text: text, kind: .change, answer: .choice(right), choices: choices,
      fact: "\(name) \(choices[right].text): \(from) → \(to)")
  }
}

/// Working the answer out: the command of `--after`, done on a copy.
struct PredictionCalculation: Calculation {
  let maker: QuestionMaker
  /// The laboratory as it was when it was asked.
  let before: Lab
  private var copy: Lab
  private var question: Question?
  private(set) var failure: StrataError?

  /// Begins the command on a copy. Throws when it cannot be done there, and when nothing would end it.
  init(_ maker: QuestionMaker, command: String, in lab: Lab) throws(StrataError) {
    self.maker = maker
    before = lab
    copy = lab
    copy.configuration.wait = nil
    guard let parsed = try CommandTable.parse(command) else {
      throw StrataError("--after needs a command", try: "--after next")
    }
    switch try parsed.form.action(parsed.arguments) {
    case .move, .edit: break
    case .look, .arrange:
      throw StrataError(
        "--after takes a command that moves or changes something, got \(command.quoted)", try: "--after next")
    }
    _ = try copy.begin(command)
    if copy.runsWithoutEnd {
      throw StrataError("nothing would end --after \(command.quoted)", try: "--after \"run 10 epochs\"")
    }
  }

  var pace: Double? { nil }
  var isFinished: Bool { question != nil || failure != nil }
  var progress: Progress { Progress(fraction: copy.progress?.fraction, text: "working the answer out") }

  mutating func advance() {
    do throws(StrataError) {
      if copy.isRunning, case .running = try copy.advance(for: 0.004) { return }
      question = try maker.question(in: before, later: copy)
    } catch {
      failure = error
    }
  }

  func publish(to lab: inout Lab) { if let question { lab.question = question } }

  func outcome(isComplete: Bool) -> Outcome {
    guard isComplete, let question else { return Outcome("the question was taken back") }
    return Outcome.asking(question)
  }
}
