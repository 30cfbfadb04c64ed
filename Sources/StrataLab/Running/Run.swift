// A run in progress, and why it stopped.
import StrataEngine

/// A run in progress.
struct Run: Sendable {
  /// Until when.
  enum Goal: Sendable {
    case tick(Int)
    case step(Int)
    case epoch(Int)
    case seconds(Double)
    /// A condition: the run's `until`.
    case until
    /// The end of this phase of the listing, or of the pass.
    case phase(String)
    case forever
  }

  /// How much is told at the end.
  enum Report: Sendable {
    case instructions, steps, run
  }

  let goal: Goal
  let report: Report
  /// The condition of a run that has one. Beside the goal, so that it is changed in place.
  var until: ConditionWatch?
  /// The command, as the journal keeps it unless the run is broken off.
  var line: String
  var start: Moment
  /// Instructions up to this tick stand in the journal already.
  var recordedTick: Int
  /// Where what is not in the journal yet began.
  var recordedFrom: Position
  /// Whether something was changed on the way, so that the command alone no longer says what happened.
  var isSplit = false
  /// Seconds spent executing.
  var seconds = 0.0
  /// Whether it goes instruction by instruction, looking at each.
  var isFine = false
  /// Keep every instruction, or every step: the last stretch when stepping by hand.
  var keepsInstructions = false
  var keepsSteps = false
  /// When the last keyframe was kept, on the run's own clock, and how long to wait for the next.
  var keptAt = 0.0
  var keepSpacing = Run.leastSpacing
  /// Units of execution between two looks at the clock.
  var unitsPerCheck = 1
  var schedule: EvaluationSchedule
  /// Every so many steps all measurements are noted; a power of two less one.
  var measureMask: Int
  /// The lines of the listing that were executed, as indices, the newest few.
  var executedLines: [Int] = []
  var hasBegun = false

  /// Re-execution between two keyframes should take no longer than this.
  static let leastSpacing = 0.2
  /// Bytes a second at which copying costs one per cent of the time: a hundredth of what copying reaches.
  static let copyBytesPerSecond = 1e7
  /// Mini-batches that take longer than this are executed instruction by instruction, to stop soon when asked.
  static let slowUnit = 0.002

  init(_ goal: Goal, report: Report, line: String, until: Condition? = nil, in timeline: Timeline) {
    let experiment = timeline.present
    self.goal = goal
    self.until = until.map { ConditionWatch($0) }
    self.report = report
    self.line = line
    start = experiment.moment
    recordedTick = start.tick
    recordedFrom = timeline.position
    schedule = EvaluationSchedule(experiment)
    // What a learner measures costs about as much as a step of a tiny network.
    measureMask = experiment.model.parameterCount > 20_000 ? 7 : 63
  }

  /// The part that is done, where it is known.
  func fraction(_ moment: Moment) -> Double? {
    switch goal {
    case .tick(let tick): share(moment.tick, from: start.tick, to: tick)
    case .step(let step): share(moment.step, from: start.step, to: step)
    case .epoch(let epoch):
      max(0, min(1, (moment.epoch - start.epoch) / max(Double(epoch) - start.epoch, 1e-9)))
    case .seconds(let wanted): min(1, seconds / max(wanted, 1e-9))
    case .until, .phase, .forever: nil
    }
  }

  private func share(_ now: Int, from start: Int, to end: Int) -> Double {
    end > start ? max(0, min(1, Double(now - start) / Double(end - start))) : 1
  }
}

/// Why a run stopped.
enum StopReason: Sendable {
  case done
  case condition([(Condition.Term, Double)])
  case breakpoint(Int, String)
  case fault(NumericFault)
  case interrupted
  case cannotGoOn(StrataError)
}

/// How far a run or a journey is, for a progress bar.
public struct Progress: Sendable, Hashable {
  /// The part that is done, 0 ... 1; nil where it is not known.
  public var fraction: Double?
  /// `epoch 11 · loss 0.071 · test accuracy 0.972 · 410 k samples/s`.
  public var text: String
}

/// What a slice of execution came to.
public enum Advance: Sendable {
  case running(Progress)
  case finished(Outcome)
}
