// The journal: every accepted command, in order. From it come saved sessions, and what is offered back after a crash.
import StrataEngine

/// One accepted command.
public struct JournalEntry: Hashable, Sendable {
  /// In its usual spelling. A run that was broken off, or that ended by the clock, stands as `step N`.
  public var line: String
  /// When it was done, and on which branch.
  public var moment: Moment
  public var branch: Int
  /// Whether it belongs into a saved session.
  public var isTranscribed: Bool
  /// Whether the commands up to this one lead to its moment; false for a look in the middle of a run, whose command
  /// comes behind it.
  public var isSettled = true
}

/// Every accepted command, in order.
public struct Journal: Hashable, Sendable {
  public private(set) var entries: [JournalEntry] = []

  mutating func append(_ entry: JournalEntry) { entries.append(entry) }

  /// The lines that make a session.
  public var transcript: [String] { entries.filter(\.isTranscribed).map(\.line) }
}

extension Lab {
  /// The movement that is going on, and the tick that it has come to where no command says so yet; nil when none is.
  var unfinishedMovement: (line: String, tick: Int?)? {
    switch activity {
    case .none: nil
    case .run(let run): (run.line, moment.tick > run.recordedTick ? moment.tick : nil)
    case .travel(_, let line, _), .calculation(_, let line): (line, nil)
    }
  }
}
