// The laboratory as a value.
//
// A line of text is the only way in. `begin` understands and does it; where it starts a run or a journey through time,
// `isRunning` is true and the owner calls `advance` again and again, a slice at a time, until it gives the outcome;
// `execute` does all of that at once. A command that throws leaves the laboratory exactly as it was: it is a value, and
// the old one is put back. Timing never changes a result: slices end between instructions.
import StrataEngine

/// The laboratory.
public struct Lab: Sendable {
  public internal(set) var configuration: LabConfiguration
  /// The experiment in time.
  public internal(set) var timeline: Timeline
  /// Where runs stop, in the order of their numbers.
  public internal(set) var breakpoints: [Breakpoint] = []
  var nextBreakpoint = 1
  /// Every accepted command.
  public internal(set) var journal = Journal()
  /// What tells the commands of the session that is being played, up to now, from others; nil where none is.
  var sessionDigest: String?
  /// The seed that the laboratory began with.
  public let initialSeed: UInt64
  /// Samples a second in the newest run; nil before the first. Measured, for display only.
  public internal(set) var throughput: Double?
  /// The newest instruction that made a number which is not finite, while it is the newest thing that happened.
  public internal(set) var fault: NumericFault?
  /// The newest dream; nil before the first. Shown by `show dream`.
  public internal(set) var dream: Dream?
  /// What a network wrote last; nil before the first time. Shown by `show generated`.
  public internal(set) var generation: Generation?
  /// The newest sweep, as far as it has come, and what it is one of.
  var sweep: (identity: SweepCalculation.Identity, report: SweepReport)?
  /// The newest sweep, as far as it has come; nil before the first. Shown by `show sweep`.
  public var sweepReport: SweepReport? { sweep?.report }
  /// The newest landscape, as far as it has been measured; nil before the first. Shown by `show landscape`.
  public internal(set) var landscape: Landscape?
  /// The question that waits for its answer; nil where none does. It changes no bit of the experiment.
  public internal(set) var question: Question?
  /// How fast a player plays: what a person watches, such as a dream, waits as much less.
  public var playbackSpeed = 1.0
  /// Commands that follow when the present run has reached its goal: the stages of `run each`.
  var queue: [String] = []
  var activity = Activity.none

  /// What goes on between `begin` and its outcome.
  enum Activity: Sendable {
    case none
    case run(Run)
    case travel(Travel, line: String, Outcome)
    case search(Search, line: String)
    case calculation(any Calculation, line: String)
  }

  /// An empty laboratory: no data, no layers.
  public init(_ configuration: LabConfiguration = LabConfiguration(), seed: UInt64 = 1) {
    self.configuration = configuration
    initialSeed = seed
    timeline = Timeline(Experiment(seed: seed), bound: configuration.memoryBound)
  }

  /// The experiment as it stands now.
  public var experiment: Experiment { timeline.present }
  /// Now.
  public var moment: Moment { timeline.moment }

  /// Whether a run or a journey is in progress: then `advance` goes on with it.
  public var isRunning: Bool {
    if case .none = activity { false } else { true }
  }

  /// Whether what is in progress is a journey through time rather than a run.
  public var isTravelling: Bool {
    switch activity {
    case .travel, .search: true
    case .none, .run, .calculation: false
    }
  }

  /// The view on which what is in progress can be watched; nil where nothing is, or any view does.
  public var viewInProgress: String? {
    if case .calculation(let calculation, _) = activity { calculation.view } else { nil }
  }

  /// Does a line, to its end. Throws with what was expected, and then nothing has changed.
  public mutating func execute(_ line: String) throws(StrataError) -> Outcome {
    let wasRunning = isRunning
    let outcome = try begin(line)
    guard isRunning, !wasRunning else { return outcome }
    while true {
      if case .finished(let outcome) = try advance(for: 1) { return outcome }
    }
  }

  /// Does a line, or begins it: where it starts a run, the outcome is empty and `isRunning` is true. Changes and
  /// questions are allowed while a run goes on; movements are not. Throws with what was expected, and then nothing has
  /// changed.
  public mutating func begin(_ line: String) throws(StrataError) -> Outcome {
    guard let parsed = try CommandTable.parse(line) else { return Outcome() }
    if let reason = parsed.command.disabledReason(self) { throw reason }
    let action = try parsed.form.action(parsed.arguments)
    let before = self
    do {
      return try perform(action, parsed)
    } catch {
      self = before
      throw error
    }
  }

  private mutating func perform(_ action: Action, _ parsed: ParsedLine) throws(StrataError) -> Outcome {
    let line = parsed.arguments.line
    let start = timeline.position
    if isTravelling {
      guard case .look = action else {
        throw StrataError("on the way to another moment; break that off first, then \(parsed.command.word)")
      }
    }
    switch action {
    case .look(let look):
      let outcome = try look(self)
      record(line, .look, from: start, transcribed: parsed.isTranscribed, settled: !isRunning)
      return outcome
    case .arrange(let arrange):
      splitRun()
      let outcome = try arrange(&self)
      record(line, .arrangement, from: start, transcribed: parsed.isTranscribed)
      return outcome
    case .edit(let readsFiles, let change):
      splitRun()
      let outcome = try edit(line, readsFiles: readsFiles, change)
      record(line, .change, from: start, transcribed: parsed.isTranscribed)
      return outcome
    case .move(let move):
      guard !isRunning else {
        throw StrataError("a run is going on; stop it first, then \(parsed.command.word)")
      }
      let outcome = try move(&self)
      if !isRunning { record(line, .movement, from: start, transcribed: parsed.isTranscribed) }
      return outcome
    }
  }

  mutating func record(
    _ line: String, _ kind: JournalEntry.Kind, from start: Position, transcribed: Bool = true, settled: Bool = true
  ) {
    journal.append(
      JournalEntry(
        line: line, kind: kind, moment: moment, branch: timeline.branchNumber, isTranscribed: transcribed,
        isSettled: settled, start: start))
  }

  /// Changes the experiment, here on the timeline.
  private mutating func edit(
    _ line: String, readsFiles: Bool,
    _ change: (inout Experiment, Surroundings) throws(StrataError) -> Outcome
  ) throws(StrataError) -> Outcome {
    let before = timeline.present
    var changed = before
    var outcome: Outcome
    if readsFiles, let recorded = timeline.recorded(line) {
      // Made before at this very place: its files may have changed since, but what was is what is meant.
      changed = recorded
      outcome = Outcome("as recorded")
    } else {
      outcome = try change(&changed, configuration.surroundings)
    }
    timeline.addWaypoint()
    if timeline.make(line, readsFiles: readsFiles, changed: changed) {
      outcome.notes.append(
        "branch \(timeline.branchNumber) begins here; branch \(timeline.branch.fork?.branch ?? 1) is kept")
    }
    fault = nil
    // A dream is its model's, and so are a landscape and what it wrote.
    if before.model.parts.map(\.words) != changed.model.parts.map(\.words) || before.data?.name != changed.data?.name {
      dream = nil
      landscape = nil
      generation = nil
    }
    if let learner = changed.learner {
      let keyword = type(of: learner).keyword
      // Told when it is another way of learning, and when settings that were chosen have gone with the old model.
      let isOther = before.learner.map { type(of: $0).keyword } != keyword
      if isOther || (!before.chosen.isEmpty && changed.chosen.isEmpty), let text = changed.learnerText {
        outcome.notes.append("learns by \(text)")
      }
    } else if !changed.model.parts.isEmpty, changed.data != nil, let missing = changed.missing {
      if before.isReady { outcome.level = .warning }
      outcome.notes.append("cannot learn yet: \(missing.problem)" + (missing.suggestion.map { "; try: \($0)" } ?? ""))
    }
    if case .run(var run) = activity {
      run.schedule = EvaluationSchedule(changed)
      activity = .run(run)
    }
    return outcome
  }

  /// Something is changed in the middle of a run: the journal tells how far it was by then.
  private mutating func splitRun() {
    guard case .run(var run) = activity else { return }
    let tick = timeline.present.tick
    if tick > run.recordedTick {
      record("step \(tick - run.recordedTick)", .movement, from: run.recordedFrom)
    }
    run.recordedTick = tick
    run.recordedFrom = timeline.position
    run.isSplit = true
    activity = .run(run)
  }

  /// Goes on with what is in progress, for about so many seconds. Gives the outcome when it has come to its end.
  /// Throws when a journey cannot be made; the laboratory then stands where it stood.
  public mutating func advance(for seconds: Double) throws(StrataError) -> Advance {
    switch activity {
    case .none: return .finished(Outcome())
    case .run:
      guard let reason = advanceRun(for: seconds) else { return .running(runProgress) }
      let outcome = finishRun(reason)
      if case .done = reason, !queue.isEmpty { return try beginNextStage(after: outcome) }
      queue = []
      return .finished(outcome)
    case .calculation: return try advanceCalculation(for: seconds)
    case .travel: return try advanceTravel(for: seconds)
    case .search: return try advanceSearch(for: seconds)
    }
  }

  /// Stops what is in progress, between two instructions. A run's outcome says how far it came, and the journal keeps
  /// what really happened; a broken-off journey leaves the laboratory where it stood. Empty when nothing was going on.
  public mutating func interrupt() -> Outcome {
    switch activity {
    case .none: return Outcome()
    case .run:
      queue = []
      return finishRun(.interrupted)
    case .calculation(let calculation, _): return interruptCalculation(calculation)
    case .travel, .search:
      activity = .none
      return Outcome("stayed at step \(moment.step)")
    }
  }

  /// How far what is in progress is; nil when nothing is.
  public var progress: Progress? {
    switch activity {
    case .none: nil
    case .run: runProgress
    case .calculation(let calculation, _): calculation.progress
    case .travel(let travel, _, _): travel.progress
    case .search(let search, _): search.progress
    }
  }
}
