// What a command answers: a value that the screen, the line REPL and the headless run each show in their own way.
import StrataEngine

/// The answer to a command.
public struct Outcome: Sendable, Hashable {
  public enum Level: String, Sendable, Hashable {
    case information, warning
  }

  /// Something that is shown, in order.
  public enum Block: Sendable, Hashable {
    /// One line of text.
    case line(String)
    case table(TextTable)
  }

  /// One number of the outcome in full precision, for `--json` and for tests.
  public struct Number: Sendable, Hashable {
    public var name: String
    public var value: Double
    /// Whether it was measured by a clock and so differs from one time to the next.
    public var isMeasured: Bool
    public init(_ name: String, _ value: Double, measured isMeasured: Bool = false) {
      self.name = name
      self.value = value
      self.isMeasured = isMeasured
    }
  }

  /// Something that the laboratory asks of whoever shows it.
  public enum Request: Sendable, Hashable {
    /// Show a view. The words after its name belong to the view.
    case view(name: String, arguments: [String])
    /// Draw a view and write it to a file whose ending tells the kind; the file may be written.
    case saveView(name: String, arguments: [String], path: String)
    /// Narration, with the emphasis and formulas that it was written with.
    case say(String)
    /// A question that waits for an answer.
    case ask(Question)
    /// Wait for a key.
    case pause
    /// Bring back a laboratory from its journal, list the journals, or delete one.
    case restore(RestoreRequest)
    /// Leave.
    case quit
  }

  public var level: Level
  public var blocks: [Block]
  public var numbers: [Number]
  /// What happened besides: `layer 2 was made afresh`.
  public var notes: [String]
  public var request: Request?

  public init(
    _ lines: String..., table: TextTable? = nil, numbers: [Number] = [], notes: [String] = [],
    request: Request? = nil, level: Level = .information
  ) {
    blocks = lines.map(Block.line) + (table.map { [.table($0)] } ?? [])
    self.numbers = numbers
    self.notes = notes
    self.request = request
    self.level = level
  }

  /// Several lines.
  public init(lines: [String], numbers: [Number] = [], notes: [String] = [], level: Level = .information) {
    self.init(numbers: numbers, notes: notes, level: level)
    blocks = lines.map(Block.line)
  }

  public mutating func append(_ line: String) { blocks.append(.line(line)) }
  public mutating func append(_ table: TextTable) { blocks.append(.table(table)) }

  /// The number with this name.
  public subscript(name: String) -> Double? { numbers.first { $0.name == name }?.value }

  /// What is shown, line by line, without the marks of narration, notes last; no line holds a control character.
  public var lines: [String] {
    var lines: [String] = []
    for block in blocks {
      switch block {
      case .line(let line): lines += line.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      case .table(let table): lines += table.lines
      }
    }
    if case .say(let text)? = request { lines.append(Markup.plain(text)) }
    if case .ask(let question)? = request {
      lines.append("? " + Markup.plain(question.text))
      if let choices = question.choicesText { lines.append("  " + choices) }
    }
    return (lines + notes.map { "· \($0)" }).map(\.safe)
  }

  /// What is shown, as one text; empty where there is nothing to say.
  public var text: String { lines.joined(separator: "\n") }
}
