// Looking for the moment at which a condition came true: `back until C`, `goto first C`.
//
// A condition is judged where `run until` judges it: at the beginning, then at the end of each mini-batch, and, where it
// takes a set of samples to be evaluated, at the end of each epoch. It *comes true* where it holds and did not hold when
// it was judged before. Backwards that is found stretch by stretch: from the newest keyframe to now, then from the
// keyframe before it to that one, and so on. A condition that remembers (`rises`, `stalls`) has to be followed from the
// beginning. What is executed for it is executed on a copy; the laboratory stands still until the moment is found.
import StrataEngine

/// A search in progress.
struct Search: Sendable {
  enum Wanted: Sendable {
    /// The newest moment before now at which it came true.
    case newest
    /// The first moment on the branch at which it held.
    case first
  }

  /// A moment, and what held there.
  struct Found: Sendable {
    var place: TimelinePlace
    var held: [(Condition.Term, Double)]
  }

  enum Result: Sendable {
    case goesOn
    case found(Found)
    /// Nowhere on this way.
    case nowhere
  }

  let condition: Condition
  let wanted: Wanted
  let branch: Branch
  /// Moments at or after this one are none.
  private let end: TimelinePlace
  private let total: Int
  /// The keyframes at which stretches begin, oldest first.
  private var starts: [Keyframe]
  private var reexecution: Reexecution?
  private var watch: ConditionWatch
  /// What was judged on the stretch at hand.
  private var stretch = Stretch()
  /// A moment on a newer stretch at which the condition held when it was first judged there: it came true at that
  /// moment if it did not hold when it was last judged before.
  private var pending: Found?

  private struct Stretch: Sendable {
    var first: (holds: Bool, found: Found)?
    var last: Bool?
    var cameTrue: Found?
  }

  init(_ condition: Condition, _ wanted: Wanted, in timeline: Timeline) {
    self.condition = condition
    self.wanted = wanted
    branch = timeline.branch
    watch = ConditionWatch(condition)
    let now = timeline.position
    let last = TimelinePlace(tick: branch.end.tick + 1, edits: .max)
    end = wanted == .first ? last : now.place
    let all = timeline.keyframes(onPathOf: now.branch, upTo: end)
    starts =
      wanted == .first || condition.remembers ? Array(all.prefix(1)) : all.filter { $0.place.tick < now.place.tick }
    total = max(min(end.tick, branch.end.tick), 1)
  }

  /// The step that is being looked at, and the part of the way that has been looked through.
  var progress: Progress {
    let tick = reexecution?.experiment.tick ?? end.tick
    let step = reexecution?.experiment.moment.step ?? 0
    let done = starts.count == 1 && starts[0].place.tick == 0 && pending == nil ? tick : end.tick - tick
    return Progress(
      fraction: min(max(Double(done) / Double(total), 0), 1),
      text: "looking for \(condition.text): step \(NumberText.grouped(step))")
  }

  /// Goes on until something is known, or until `isDue`, which is asked again and again.
  mutating func advance(_ surroundings: Surroundings, isDue: () -> Bool) throws(StrataError) -> Result {
    while let start = starts.last {
      var way = reexecution ?? Reexecution(of: branch, from: start)
      let isNew = reexecution == nil
      // Held in one place only, so that what is executed is not copied.
      reexecution = nil
      if isNew { stretch = Stretch() }
      let last = min(stretchEnd, branch.end.tick)
      if isNew, starts.count == 1 {
        // The very beginning, with the changes that were made there before anything ran.
        try way.makeEdits(limit: way.experiment.tick == end.tick ? end.edits : .max, surroundings)
        if let found = judge(way, isEvaluated: true) { return .found(found) }
      }
      while way.experiment.tick < last {
        try way.makeEdits(surroundings)
        let before = way.experiment.moment
        try way.advance(upTo: last)
        let moment = way.experiment.moment
        if moment.step != before.step {
          let isEvaluated = moment.epochs != before.epochs
          let isJudged = isEvaluated || !condition.needsEvaluation
          if isJudged, way.place < end, let found = judge(way, isEvaluated: isEvaluated) {
            reexecution = way
            return .found(found)
          }
        }
        if isDue() {
          reexecution = way
          return .goesOn
        }
      }
      reexecution = nil
      if let found = finishStretch() { return .found(found) }
      starts.removeLast()
      newerStart = start.place.tick
    }
    return pending.map { .found($0) } ?? .nowhere
  }

  /// Where the stretch at hand ends: where the one that was looked through before it began.
  private var stretchEnd: Int { newerStart ?? end.tick }
  private var newerStart: Int?

  /// Judges the condition here. Returns the moment where the first one is wanted and this is it.
  private mutating func judge(_ way: Reexecution, isEvaluated: Bool) -> Found? {
    let experiment = way.experiment
    var cache = QuantityCache(experiment, isEvaluated: isEvaluated)
    let held = watch.judge(epoch: experiment.moment.epoch) { experiment.value(of: $0, &cache) }
    let found = Found(place: way.place, held: held ?? [])
    let holds = held != nil
    if wanted == .first { return holds ? found : nil }
    if stretch.first == nil { stretch.first = (holds, found) }
    let isFirstOfAll = stretch.last == nil && starts.count == 1
    if holds, stretch.last == false || isFirstOfAll { stretch.cameTrue = found }
    stretch.last = holds
    return nil
  }

  /// What the stretch that was just looked through tells.
  private mutating func finishStretch() -> Found? {
    guard let last = stretch.last else { return nil }
    if let pending {
      if !last { return pending }
      self.pending = nil
    }
    if let found = stretch.cameTrue { return found }
    if let first = stretch.first, first.holds { pending = first.found }
    return nil
  }
}

extension Condition {
  /// Whether judging it takes what was before.
  var remembers: Bool {
    alternatives.joined().contains { term in
      switch term.test {
      case .rises, .stalls: true
      case .compare, .isNaN: false
      }
    }
  }
}
