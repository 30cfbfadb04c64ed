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
  /// The moment after so many instructions and so many edits in all.
  case place(tick: Int, edits: Int)
}

/// A journey in progress.
struct Travel: Sendable {
  private(set) var reexecution: Reexecution
  private let destination: Destination
  private let start: Int
  private let expected: Int

  /// Chooses the keyframe to begin at. The destination must lie between the beginning and the branch's end.
  init(to destination: Destination, branch number: Int, in timeline: Timeline) {
    let branch = timeline.allBranches[number - 1]
    var destination = destination
    var keyframe: Keyframe?
    // A keyframe in the very step that is wanted knows the tick at which that step began.
    switch destination {
    case .tick, .place: break
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
    switch destination {
    case .tick(let tick):
      keyframe = timeline.nearest(onPathOf: number, upTo: TimelinePlace(tick: tick, edits: .max))
      expected = tick
    case .place(let tick, let edits):
      keyframe = timeline.nearest(onPathOf: number, upTo: TimelinePlace(tick: tick, edits: edits))
      expected = tick
    case .step, .epoch: expected = branch.end.tick
    }
    self.destination = destination
    // The beginning is kept always.
    reexecution = Reexecution(of: branch, from: keyframe ?? timeline.keyframes.lists[0][0])
    start = reexecution.experiment.tick
  }

  /// How far it is: the part that is done, where that is known, and the step.
  var progress: Progress {
    let experiment = reexecution.experiment
    let text = "executing again: step \(NumberText.grouped(experiment.moment.step))"
    guard expected > start, !isOpen else { return Progress(fraction: nil, text: text) }
    return Progress(fraction: Double(experiment.tick - start) / Double(expected - start), text: text)
  }

  private var isOpen: Bool {
    switch destination {
    case .tick, .place: false
    case .step, .epoch: true
    }
  }

  private var isThere: Bool {
    let experiment = reexecution.experiment
    return switch destination {
    case .tick(let tick), .place(let tick, _): experiment.tick >= tick
    case .step(let step): experiment.moment.step >= step
    case .epoch(let epoch): experiment.moment.epochs >= epoch
    }
  }

  /// Goes on until it has arrived, or until `isDue`, which is asked again and again. Returns whether it has
  /// arrived.
  mutating func advance(_ surroundings: Surroundings, isDue: () -> Bool) throws(StrataError) -> Bool {
    var (editLimit, tickLimit) = (Int.max, Int.max)
    switch destination {
    case .tick(let tick): tickLimit = tick
    case .place(let tick, let edits): (tickLimit, editLimit) = (tick, edits)
    case .step, .epoch: break
    }
    while true {
      try reexecution.makeEdits(limit: editLimit, surroundings)
      if isThere { return true }
      try reexecution.advance(upTo: tickLimit)
      if isDue() { return false }
    }
  }
}
