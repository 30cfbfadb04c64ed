// A laboratory on its way back from its journal: its commands are executed again, for real, in slices that can be watched
// and broken off. Since everything that happens follows from the commands, it comes to the same bits.
import StrataEngine

/// A journal being executed again.
public struct Restoration: Sendable {
  /// What a slice came to.
  public enum Step: Sendable {
    case running(Progress)
    /// It has come to its end, or could not go on. Complete: all that was recorded is back.
    case finished(Outcome, isComplete: Bool)
  }

  public let header: JournalHeader
  public let commands: [RecordedCommand]
  /// The index of the command that is done next.
  public private(set) var position = 0
  private let unfinished: (line: String, tick: Int?)?
  private let flaw: String?
  private let wait: (@Sendable (Double) -> Void)?
  private let folder: String?
  private let threads: Int
  private var hasBegunRest = false
  /// The first command that led to another moment than it had led to before.
  private var difference: String?
  /// The view that was looked at last.
  private var view: Outcome.Request?

  /// At the beginning. `folder` is where the present process works, `threads` on how many it computes.
  public init(_ file: JournalFile, _ configuration: LabConfiguration, threads: Int, folder: String? = nil) {
    header = file.header
    commands = file.commands
    unfinished = file.unfinished
    flaw = file.flaw
    wait = configuration.wait
    self.folder = folder
    self.threads = threads
  }

  /// The laboratory to begin with: empty, with the journal's seed. Nobody waits for a dream to be watched again.
  public func laboratory(_ configuration: LabConfiguration) -> Lab {
    var configuration = configuration
    configuration.wait = nil
    return Lab(configuration, seed: header.seed)
  }

  /// Where it is: `command 3 of 12`.
  public var place: String { "command \(min(position + 1, commands.count)) of \(commands.count)" }

  /// Goes on for about so many seconds.
  public mutating func advance(_ lab: inout Lab, for seconds: Double) -> Step {
    let now = lab.configuration.now
    let deadline = now() + seconds
    while true {
      do throws(StrataError) {
        if lab.isRunning {
          if case .finished(let outcome) = try lab.advance(for: max(deadline - now(), 0)) {
            look(at: outcome, lab)
          } else {
            stopWhereItStopped(&lab)
          }
        } else if commands.indices.contains(position) {
          try begin(commands[position].line, &lab)
        } else if let tick = unfinished?.tick, tick > lab.moment.tick, !hasBegunRest {
          hasBegunRest = true
          _ = try lab.begin("step \(tick - lab.moment.tick)")
        } else {
          return .finished(finish(&lab), isComplete: true)
        }
      } catch {
        return .finished(failure(error, &lab), isComplete: false)
      }
      if now() >= deadline { break }
    }
    let share = Double(position) / Double(max(commands.count, 1))
    let text = lab.progress.map { " · \($0.text)" } ?? ""
    return .running(Progress(fraction: share, text: "bringing back \(place)\(text)"))
  }

  /// Breaks it off: what was reached stays.
  public mutating func interrupt(_ lab: inout Lab) -> Outcome {
    _ = lab.interrupt()
    lab.configuration.wait = wait
    return Outcome(
      "broken off before \(place)", lab.statusText(), "the journal stays: restore begins again", level: .warning)
  }

  private mutating func begin(_ line: String, _ lab: inout Lab) throws(StrataError) {
    // A journal may have been written by anybody; what belongs into none could write files.
    guard let parsed = try CommandTable.parse(line), parsed.command.isTranscribed else {
      throw StrataError("that belongs into no journal")
    }
    let outcome = try lab.begin(line)
    if !lab.isRunning { look(at: outcome, lab) }
  }

  /// A command is done: is this where it led before?
  private mutating func look(at outcome: Outcome, _ lab: Lab) {
    if case .view? = outcome.request { view = outcome.request }
    guard !hasBegunRest, commands.indices.contains(position) else { return }
    let command = commands[position]
    if let tick = command.tick, tick != lab.moment.tick, difference == nil {
      difference =
        "command \(position + 1), \(command.line.quoted), led to instruction \(lab.moment.tick); before it was \(tick). "
        + "Another machine, another number of threads, or a file that has changed"
    }
    position += 1
  }

  /// A run that something stopped, a breakpoint perhaps, is not stopped by that where numbers differ: it ends there all
  /// the same.
  private mutating func stopWhereItStopped(_ lab: inout Lab) {
    guard lab.runsWithoutEnd, commands.indices.contains(position), let tick = commands[position].tick,
      lab.moment.tick > tick
    else { return }
    look(at: lab.interrupt(), lab)
  }

  private func finish(_ lab: inout Lab) -> Outcome {
    lab.configuration.wait = wait
    var outcome = Outcome(
      "brought back: \(commands.count) command\(commands.count == 1 ? "" : "s") · at \(lab.statusText())")
    outcome.request = view
    if let unfinished {
      outcome.notes.append(
        unfinished.tick != nil
          ? "\(unfinished.line) was going on; it is back as far as it had been noted"
          : "\(unfinished.line) had begun and changed nothing yet")
    }
    if let flaw { outcome.notes.append(flaw) }
    if let difference { outcome.notes.append(difference) }
    if let threadsNote { outcome.notes.append(threadsNote) }
    if flaw != nil || difference != nil || threadsNote != nil { outcome.level = .warning }
    return outcome
  }

  private var threadsNote: String? {
    guard header.threads != threads else { return nil }
    return "it ran on \(header.threads) threads, this one runs on \(threads): the last digits may differ "
      + "(strata --threads \(header.threads))"
  }

  private func failure(_ error: StrataError, _ lab: inout Lab) -> Outcome {
    _ = lab.interrupt()
    lab.configuration.wait = wait
    let line = commands.indices.contains(position) ? commands[position].line : unfinished?.line ?? ""
    var outcome = Outcome(
      "\(place), \(line.quoted), was refused: \(error.problem)", "what came before it is back, at \(lab.statusText())",
      level: .warning)
    if let elsewhere = header.folder, elsewhere != folder {
      outcome.notes.append("paths count from \(elsewhere): start strata there, then restore")
    }
    return outcome
  }
}
