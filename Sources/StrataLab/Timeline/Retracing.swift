// The way that the weights went: a branch executed again up to now, with the parameters taken down at evenly spaced steps.
//
// Which moments are kept depends on clocks, and what is drawn must not: keyframes only make the way shorter, the steps
// looked at are the same with any of them.
import StrataEngine

/// Going along the present branch again and taking parameters down.
struct Retracing: Sendable {
  /// What was found at a step.
  struct Place: Sendable {
    var step: Int
    var parameters: [NamedTensor]
  }

  private let timeline: Timeline
  private let names: [String]
  private let shapes: [Shape]
  private let targets: [Int]
  private var way: Reexecution?
  /// The places of the present model so far, the oldest first.
  private(set) var places: [Place] = []
  private var next = 0

  /// From the beginning of the present model to now, at most so many steps, now itself not among them. `parameters` are
  /// those to take down: steps at which they had other shapes are passed over.
  init(_ timeline: Timeline, _ parameters: [NamedTensor], atMost limit: Int) {
    self.timeline = timeline
    names = parameters.map(\.name)
    shapes = parameters.map(\.tensor.shape)
    let (first, last) = (timeline.present.firstStep, timeline.moment.step)
    let count = min(max(limit, 1), max(last - first, 0))
    targets = (0..<count).map { first + $0 * (last - first) / count }
  }

  var isFinished: Bool { next == targets.count }
  var fraction: Double { targets.isEmpty ? 1 : Double(next) / Double(targets.count) }
  /// The step that it has come to.
  var step: Int { way?.experiment.moment.step ?? 0 }

  /// Goes on for about so many mini-batches, or to the next step that is looked at.
  mutating func advance(_ surroundings: Surroundings, units: Int = 64) throws(StrataError) {
    guard !isFinished else { return }
    let target = targets[next]
    let end = timeline.present.tick
    // Held in one place only, so that what is executed is not copied.
    var current = way ?? Travel(to: .step(target), branch: timeline.branchNumber, in: timeline).reexecution
    way = nil
    if next > 0, let keyframe = timeline.nearest(onPathOf: timeline.branchNumber, where: { $0.step < target }),
      keyframe.place.tick > current.experiment.tick
    {
      current = Reexecution(of: timeline.branch, from: keyframe)
    }
    for _ in 0..<units where !isThere(current, target) {
      try makeEdits(&current, limit: .max, surroundings)
      if !isThere(current, target) { try current.advance(upTo: end) }
    }
    if isThere(current, target) {
      // Commands that stand at the very beginning are part of it: weights drawn afresh, or set by hand.
      if next == 0 {
        let limit = current.experiment.tick == end ? timeline.appliedEdits : .max
        try makeEdits(&current, limit: limit, surroundings)
      }
      take(current.experiment)
      next += 1
    }
    way = current
  }

  /// Makes the edits that stand here. What read files is not read again: a moment behind it is always kept.
  private func makeEdits(_ way: inout Reexecution, limit: Int, _ surroundings: Surroundings) throws(StrataError) {
    let edits = timeline.branch.edits
    while true {
      let tick = way.experiment.tick
      let here = edits.indices.dropFirst(way.appliedEdits).prefix { edits[$0].tick == tick && $0 < limit }
      let file = here.first { edits[$0].readsFiles }
      try way.makeEdits(limit: min(limit, file ?? .max), surroundings)
      guard let file else { return }
      let place = TimelinePlace(tick: tick, edits: file + 1)
      guard let keyframe = timeline.nearest(onPathOf: timeline.branchNumber, upTo: place), keyframe.place == place
      else {
        throw StrataError("what \(edits[file].line.quoted) read is not kept, so the way cannot be gone again")
      }
      way = Reexecution(of: timeline.branch, from: keyframe)
    }
  }

  private func isThere(_ way: Reexecution, _ target: Int) -> Bool {
    let experiment = way.experiment
    return experiment.tick >= timeline.present.tick
      || (experiment.moment.step >= target && experiment.firstStep == timeline.present.firstStep)
  }

  private mutating func take(_ experiment: Experiment) {
    let parameters = experiment.model.parameters.filter { names.contains($0.name) }
    guard parameters.map(\.name) == names, parameters.map(\.tensor.shape) == shapes else { return }
    places.append(Place(step: experiment.moment.step, parameters: parameters))
  }
}
