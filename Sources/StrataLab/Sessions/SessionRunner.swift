// Plays a session: a line after the other, for real, and fails with the line at the first error or unmet expectation.
import StrataEngine

/// A line of a session that failed.
public struct SessionFailure: Error, Hashable, Sendable, CustomStringConvertible {
  public var line: SessionLine
  public var error: StrataError

  public init(line: SessionLine, error: StrataError) {
    self.line = line
    self.error = error
  }

  public var description: String { "line \(line.number), \(line.text.quoted): \(error)" }
}

/// A session being played.
public struct SessionRunner: Sendable {
  public let session: SessionFile
  /// The laboratory as the session has made it so far. The owner may take it over at any time.
  public private(set) var lab: Lab
  /// The index of the line that is done next.
  public private(set) var position = 0
  private var hasQuit = false

  /// At the beginning of a session. What files it may touch is in the configuration; a stranger's may touch none.
  public init(_ session: SessionFile, _ configuration: LabConfiguration) {
    self.session = session
    lab = Lab(configuration, seed: session.seed)
  }

  /// Goes to the newest checkpoint that can be entered, and behind the line that took it. Returns what to tell: where
  /// it went, or why not; nil where the session takes none.
  public mutating func resume() -> String? {
    var reasons: [String] = []
    guard let entry = session.entry(into: lab, &reasons) else {
      return reasons.first.map { "begins at the beginning: \($0)" }
    }
    lab = entry.lab
    position = entry.place
    return entry.text
  }

  /// The line that is done next, or that is being done; nil at the end.
  public var line: SessionLine? {
    hasQuit || !session.lines.indices.contains(position) ? nil : session.lines[position]
  }

  /// Whether a run of the present line is in progress.
  public var isRunning: Bool { lab.isRunning }

  /// Begins the next line: where it starts a run, `isRunning` is true, and `advance` goes on with it. Nil at the end.
  public mutating func begin() throws(SessionFailure) -> Outcome? {
    guard let line else { return nil }
    do throws(StrataError) {
      lab.sessionDigest = Checkpoint.digest(of: session.lines[..<position].map(\.text))
      let outcome = try lab.begin(line.text)
      if lab.runsWithoutEnd {
        _ = lab.interrupt()
        throw StrataError("nothing would end this run in a session", try: "run 10 epochs")
      }
      if !lab.isRunning { finishLine(outcome) }
      return outcome
    } catch {
      throw SessionFailure(line: line, error: error)
    }
  }

  /// Goes on with the line in progress for about so many seconds.
  public mutating func advance(for seconds: Double) throws(SessionFailure) -> Advance {
    guard let line else { return .finished(Outcome()) }
    do throws(StrataError) {
      let advance = try lab.advance(for: seconds)
      if case .finished(let outcome) = advance { finishLine(outcome) }
      return advance
    } catch {
      throw SessionFailure(line: line, error: error)
    }
  }

  /// Does the next line to its end. Nil at the end of the session.
  public mutating func next() throws(SessionFailure) -> (line: SessionLine, outcome: Outcome)? {
    guard let line, var outcome = try begin() else { return nil }
    while lab.isRunning {
      if case .finished(let final) = try advance(for: 1) { outcome = final }
    }
    return (line, outcome)
  }

  /// Breaks the line in progress off and goes on behind it. Its outcome says how far it came.
  public mutating func interrupt() -> Outcome {
    guard lab.isRunning else { return Outcome() }
    let outcome = lab.interrupt()
    finishLine(outcome)
    return outcome
  }

  private mutating func finishLine(_ outcome: Outcome) {
    position += 1
    if outcome.request == .quit { hasQuit = true }
  }
}

extension Lab {
  /// Whether a run is in progress that no goal will end.
  public var runsWithoutEnd: Bool {
    if case .run(let run) = activity, case .forever = run.goal { true } else { false }
  }
}
