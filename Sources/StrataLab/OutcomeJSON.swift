// Outcomes for programs: one JSON object a command, numbers in full precision.
import StrataEngine

/// Texts and numbers as JSON (RFC 8259).
public enum JSONText {
  /// A quoted string.
  public static func string(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where scalar.steersTerminal:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  /// The shortest text that reads back as the same number; JSON has no nan and no infinities, so these are strings.
  public static func number(_ value: Double) -> String {
    if value.isNaN { return "\"nan\"" }
    if value.isInfinite { return value < 0 ? "\"-inf\"" : "\"inf\"" }
    return value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : "\(value)"
  }

  static func array(_ items: [String]) -> String { "[" + items.joined(separator: ",") + "]" }

  static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { "\(string($0.0)):\($0.1)" }.joined(separator: ",") + "}"
  }
}

extension Outcome {
  /// The outcome of a command on one line. What a clock measured stands apart, under `measured`.
  public func json(command: String) -> String {
    func numbers(measured: Bool) -> String {
      JSONText.object(
        self.numbers.filter { $0.isMeasured == measured }.map { ($0.name, JSONText.number($0.value)) })
    }
    var members = [("command", JSONText.string(command)), ("level", JSONText.string(level.rawValue))]
    members.append(("text", JSONText.string(text)))
    if self.numbers.contains(where: { !$0.isMeasured }) { members.append(("numbers", numbers(measured: false))) }
    if self.numbers.contains(where: \.isMeasured) { members.append(("measured", numbers(measured: true))) }
    let tables = blocks.compactMap { block -> String? in
      guard case .table(let table) = block else { return nil }
      return JSONText.object([
        ("columns", JSONText.array(table.columns.map(JSONText.string))),
        ("rows", JSONText.array(table.rows.map { JSONText.array($0.map(JSONText.string)) })),
      ])
    }
    if !tables.isEmpty { members.append(("tables", JSONText.array(tables))) }
    if !notes.isEmpty { members.append(("notes", JSONText.array(notes.map(JSONText.string)))) }
    switch request {
    case .view(let name, let arguments)?:
      members.append(("view", JSONText.array(([name] + arguments).map(JSONText.string))))
    case .saveView(let name, let arguments, let path)?:
      members.append(("view", JSONText.array(([name] + arguments).map(JSONText.string))))
      members.append(("file", JSONText.string(path)))
    case .say(let text)?: members.append(("say", JSONText.string(text)))
    case .ask(let question)?: members.append(("question", question.json))
    case .pause?: members.append(("request", "\"pause\""))
    case .restore?: members.append(("request", "\"restore\""))
    case .quit?: members.append(("request", "\"quit\""))
    case nil: break
    }
    return JSONText.object(members)
  }

  /// An error of a command on one line, in the same form.
  public static func json(command: String, error: StrataError) -> String {
    var members = [
      ("command", JSONText.string(command)), ("level", "\"error\""), ("text", JSONText.string(error.problem)),
    ]
    if let suggestion = error.suggestion { members.append(("try", JSONText.string(suggestion))) }
    return JSONText.object(members)
  }
}

extension Question {
  /// The question with its answer.
  var json: String {
    var members = [
      ("text", JSONText.string(Markup.plain(text))), ("kind", JSONText.string(kind.rawValue)),
      ("fact", JSONText.string(Markup.plain(fact))),
    ]
    switch answer {
    case .number(let value, let tolerance):
      members += [("answer", JSONText.number(value)), ("tolerance", JSONText.number(tolerance))]
    case .choice(let index):
      members.append(("answer", JSONText.string(Markup.plain(choices[index].text))))
      members.append(("choices", JSONText.array(choices.map { JSONText.string(Markup.plain($0.text)) })))
    }
    return JSONText.object(members)
  }
}
