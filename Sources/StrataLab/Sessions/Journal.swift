// The journal: every accepted command, in order. From it come saved sessions, and what is offered back after a crash.
import StrataEngine

/// One accepted command.
public struct JournalEntry: Hashable, Sendable {
  /// What it did.
  public enum Kind: String, Hashable, Sendable {
    /// Changed what is learned, from what, or how.
    case change
    /// Moved through the program or through time.
    case movement
    case arrangement
    case look
  }

  /// In its usual spelling. A run that was broken off, or that ended by the clock, stands as `step N`.
  public var line: String
  public var kind: Kind
  /// When it had been done, and on which branch.
  public var moment: Moment
  public var branch: Int
  /// Whether it belongs into a saved session.
  public var isTranscribed: Bool
  /// Whether the commands up to this one lead to its moment; false for a look in the middle of a run, whose command
  /// comes behind it.
  public var isSettled = true
  /// Where it began.
  var start: Position
  /// The step at which it began.
  public var startStep: Int { start.step }
}

/// Every accepted command, in order.
public struct Journal: Hashable, Sendable {
  public private(set) var entries: [JournalEntry] = []

  mutating func append(_ entry: JournalEntry) { entries.append(entry) }

  /// Changes and movements: what one can go back to, in the order of their numbers.
  public var steps: [JournalEntry] { entries.filter { $0.kind == .change || $0.kind == .movement } }

  /// The lines that make a session.
  public var transcript: [String] { entries.filter(\.isTranscribed).map(\.line) }
}

extension Lab {
  /// The movement that is going on, and the tick that it has come to where no command says so yet; nil when none is.
  var unfinishedMovement: (line: String, tick: Int?)? {
    switch activity {
    case .none: nil
    case .run(let run): (run.line, moment.tick > run.recordedTick ? moment.tick : nil)
    case .travel(_, let line, _), .search(_, let line), .calculation(_, let line): (line, nil)
    }
  }
}
