// Going to another moment: restore a keyframe, execute again. Done in slices, so that a long way can be watched and
// broken off; until it has arrived, nothing has changed.
import StrataEngine

/// Where to go on the path to a branch's end.
public enum Destination: Hashable, Sendable {
  /// The moment after so many instructions, with all edits made there.
  case tick(Int)
  /// The moment at which so many mini-batches had just been finished.
  case step(Int)
  /// The moment at which so many epochs had just been finished.
  case epoch(Int)
}

/// A journey in progress.
struct Travel: Sendable {
  let branch: Int
  let edits: [Edit]
  private(set) var experiment: Experiment
  private(set) var appliedEdits: Int
  private let destination: Destination
  private let start: Int
  private let expected: Int

  /// Chooses the keyframe to begin at. The destination must lie between the beginning and the branch's end.
  init(to destination: Destination, branch number: Int, in timeline: Timeline) {
    branch = number
    edits = timeline.branches[number - 1].edits
    let end = timeline.branches[number - 1].end
    var destination = destination
    var keyframe: Keyframe?
    // A keyframe in the very step that is wanted knows the tick at which that step began.
    switch destination {
    case .tick: break
    case .step(let step):
      keyframe = timeline.nearest(onPathOf: number) { $0.step <= step }
      if let found = keyframe, found.step == step {
        destination = .tick(found.stepTick)
      } else {
        keyframe = timeline.nearest(onPathOf: number) { $0.step < step }
      }
    case .epoch(let epoch):
      keyframe = timeline.nearest(onPathOf: number) { $0.epochs <= epoch }
      if let found = keyframe, found.epochs == epoch {
        destination = .tick(found.epochTick)
      } else {
        keyframe = timeline.nearest(onPathOf: number) { $0.epochs < epoch }
      }
    }
    if case .tick(let tick) = destination {
      keyframe = timeline.nearest(onPathOf: number, upTo: TimelinePlace(tick: tick, edits: .max))
    }
    self.destination = destination
    experiment = keyframe?.experiment ?? timeline.present
    appliedEdits = keyframe?.place.edits ?? 0
    start = experiment.tick
    if case .tick(let tick) = destination { expected = tick } else { expected = end.tick }
  }

  /// The part of the way that is done, where it is known.
  var progress: Double? {
    guard case .tick = destination, expected > start else { return nil }
    return Double(experiment.tick - start) / Double(expected - start)
  }

  private var isThere: Bool {
    switch destination {
    case .tick(let tick): experiment.tick >= tick
    case .step(let step): experiment.moment.step >= step
    case .epoch(let epoch): experiment.moment.epochs >= epoch
    }
  }

  /// Goes on until it has arrived, or until `isDue`, which is asked every few instructions. Returns whether it has
  /// arrived. Throws when an edit cannot be made again, which would be a fault of the laboratory.
  mutating func advance(_ surroundings: Surroundings, isDue: () -> Bool) throws(StrataError) -> Bool {
    var count = 0
    while true {
      while appliedEdits < edits.count, edits[appliedEdits].tick == experiment.tick {
        try apply(edits[appliedEdits], surroundings)
        appliedEdits += 1
      }
      if isThere { return true }
      guard experiment.isReady else {
        throw StrataError("the way to that moment is not recorded: nothing could run at tick \(experiment.tick)")
      }
      _ = experiment.step()
      count += 1
      if count & 15 == 0, isDue() { return false }
    }
  }

  private mutating func apply(_ edit: Edit, _ surroundings: Surroundings) throws(StrataError) {
    guard !edit.readsFiles, let parsed = try CommandTable.parse(edit.line),
      case .edit(_, let change) = try parsed.form.action(parsed.arguments)
    else {
      throw StrataError("'\(edit.line)' cannot be made again without reading its files")
    }
    _ = try change(&experiment, surroundings)
  }
}
