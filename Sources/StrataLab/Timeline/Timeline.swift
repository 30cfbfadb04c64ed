// Time: where the experiment stands, how it came there, and every other way that it went.
//
// Time is instructions executed. A *position* is a branch, a tick, and how many of the branch's edits have been
// applied. Going back restores the newest keyframe at or before the wanted tick and executes again, edits included;
// since everything random is in the experiment, that gives the same bits. Going back never changes the branch.
// Executing forward from the past goes on live: it stays on the branch as long as it does what the branch did; where
// it passes an edit without making it, or makes another, it is on another branch, a new one if need be. The old future
// stays. The idea of keyframes and re-execution is rr's (O'Callahan et al. 2017).
import StrataEngine

/// The experiment in time.
public struct Timeline: Sendable {
  /// The experiment as it stands now.
  public internal(set) var present: Experiment
  /// The number of the branch that we are on.
  public private(set) var branchNumber = 1
  /// How many of the branch's edits have been applied.
  public private(set) var appliedEdits = 0
  /// All branches, deleted ones too, since others may come out of them; number n is at index n − 1.
  private(set) var allBranches: [Branch]
  /// Moments that have a name, in the order of the names.
  public internal(set) var marks: [Mark] = []
  var keyframes: KeyframeStore
  /// The tick of the branch's next edit that has not been applied: passing it means leaving the branch.
  private var nextEditTick = Int.max

  /// A timeline at its beginning.
  init(_ experiment: Experiment, bound: Int) {
    present = experiment
    allBranches = [Branch(number: 1, fork: nil, edits: [], end: experiment.moment)]
    keyframes = KeyframeStore(bound: bound)
    keyframes.insert(
      Keyframe(experiment, place: TimelinePlace(tick: 0, edits: 0), isPinned: true), on: 1, now: 0)
  }

  // Looking.

  /// Now.
  public var moment: Moment { present.moment }
  /// The branch that we are on.
  public var branch: Branch { allBranches[branchNumber - 1] }
  /// All branches that can be gone to, in the order of their numbers.
  public var branches: [Branch] { allBranches.filter { !$0.isDeleted } }
  /// Now, as a position.
  var position: Position {
    Position(
      branch: branchNumber, place: TimelinePlace(tick: present.tick, edits: appliedEdits), step: present.moment.step)
  }
  /// Whether anything recorded lies ahead on this branch.
  public var hasFuture: Bool { present.tick < branch.end.tick || appliedEdits < branch.edits.count }
  /// Keyframes kept, the bytes that they hold, and the bound.
  public var memory: (keyframes: Int, bytes: Int, bound: Int) { (keyframes.count, keyframes.bytes, keyframes.bound) }

  /// The ticks of the keyframes on the path to the end of this branch, in order: how far back is cheap.
  public var keyframeTicks: [Int] {
    var ticks: [Int] = []
    walk(branchNumber, upTo: TimelinePlace(tick: .max, edits: .max)) { number, limit in
      ticks += keyframes.lists[number - 1].filter { $0.place <= limit }.map(\.place.tick).reversed()
      return false
    }
    return ticks.reversed()
  }

  /// The steps of the keyframes on the path to the end of this branch, in order.
  public var keyframeSteps: [Int] {
    keyframes(onPathOf: branchNumber, upTo: TimelinePlace(tick: .max, edits: .max)).map(\.step)
  }

  /// The experiment at kept moments before now on this branch, oldest first; evenly chosen where there are more.
  public func keptMoments(atMost limit: Int) -> [Experiment] {
    var kept: [Keyframe] = []
    walk(branchNumber, upTo: TimelinePlace(tick: present.tick, edits: .max)) { number, place in
      kept += keyframes.lists[number - 1].filter { $0.place <= place && $0.place.tick < present.tick }.reversed()
      return false
    }
    // Edits leave several keyframes at one tick; the newest of them is what the run began from.
    var moments: [Keyframe] = []
    for keyframe in kept where moments.last?.place.tick != keyframe.place.tick { moments.append(keyframe) }
    moments.reverse()
    guard moments.count > limit, limit > 0 else { return moments.map(\.experiment) }
    return (0..<limit).map { moments[$0 * moments.count / limit].experiment }
  }

  /// The names of everything measured on any branch, in the order in which it came.
  public var measuredNames: [String] {
    var names: [String] = []
    for branch in branches {
      for series in branch.history.all where !names.contains(series.name) { names.append(series.name) }
    }
    return names
  }

  /// A quantity along the path to a branch's end, the way before its forks included, up to a step.
  public func points(of name: String, branch number: Int, upTo step: Int = .max) -> [HistoryPoint] {
    var parts: [[HistoryPoint]] = []
    var limit = step
    var branch = allBranches[number - 1]
    while true {
      parts.append(branch.history[name]?.points(upTo: limit) ?? [])
      guard let fork = branch.fork else { break }
      limit = min(limit, fork.step)
      branch = allBranches[fork.branch - 1]
    }
    return parts.reversed().flatMap { $0 }
  }

  /// The newest value of a quantity at or before now on this branch, with its step.
  public func latest(_ name: String) -> (value: Double, step: Int)? {
    latest(name, branch: branchNumber, upTo: present.moment.step)
  }

  /// The newest value of a quantity at or before a step of a branch.
  public func latest(_ name: String, branch number: Int, upTo step: Int = .max) -> (value: Double, step: Int)? {
    var limit = step
    var branch = allBranches[number - 1]
    while true {
      if let point = branch.history[name]?.last(upTo: limit) { return (point.last, min(point.lastStep, limit)) }
      guard let fork = branch.fork else { return nil }
      limit = min(limit, fork.step)
      branch = allBranches[fork.branch - 1]
    }
  }

  /// The commands that lead straight here: every edit at its tick, with `step N` between.
  public var straightCommands: [String] {
    var lines: [String] = []
    var tick = 0
    for edit in branch.edits.prefix(appliedEdits) {
      if edit.tick > tick { lines.append("step \(edit.tick - tick)") }
      tick = edit.tick
      lines.append(edit.line)
    }
    if present.tick > tick { lines.append("step \(present.tick - tick)") }
    return lines
  }

  // Going on.

  /// Executes one instruction, live. Traps when the experiment is not ready.
  mutating func step() -> NumericFault? {
    let fault = present.step()
    if present.tick > nextEditTick { passEdit() }
    return fault
  }

  /// Executes to the end of the present mini-batch, live. Traps when the experiment is not ready.
  mutating func next() -> NumericFault? {
    let fault = present.next()
    if present.tick > nextEditTick { passEdit() }
    return fault
  }

  /// Notes how far the branch goes and the loss of the step just finished.
  @inline(__always)
  mutating func note(_ moment: Moment, loss: Double?) {
    if moment.tick > allBranches[branchNumber - 1].end.tick { allBranches[branchNumber - 1].end = moment }
    if let loss { allBranches[branchNumber - 1].history.loss.append(step: moment.step, value: loss) }
  }

  /// Notes other measurements at a step.
  mutating func note(_ measurements: Measurements, prefix: String = "", step: Int) {
    for entry in measurements.entries where !(prefix.isEmpty && entry.name == "loss") {
      allBranches[branchNumber - 1].history.append(prefix + entry.name, step: step, value: entry.value)
    }
  }

  /// Remembers that a movement begins here: `back` comes back to it.
  /// A movement makes those that began further on, before we came back, no longer the newest.
  mutating func addWaypoint(isMovement: Bool = false) {
    let tick = present.tick
    var owner = branchNumber - 1
    if isMovement { allBranches[owner].waypoints.removeAll { $0 > tick } }
    while let fork = allBranches[owner].fork, tick < fork.tick {
      owner = fork.branch - 1
      if isMovement { allBranches[owner].waypoints.removeAll { $0 > tick } }
    }
    let after = allBranches[owner].waypoints.lastIndex { $0 <= tick }
    if let after, allBranches[owner].waypoints[after] == tick { return }
    allBranches[owner].waypoints.insert(tick, at: after.map { $0 + 1 } ?? 0)
  }

  /// Where the newest movement before now on this path began; nil at the beginning.
  var lastWaypoint: Int? {
    var limit = present.tick
    var branch = branch
    while true {
      if let tick = branch.waypoints.last(where: { $0 < limit }) { return tick }
      guard let fork = branch.fork else { return nil }
      limit = min(limit, fork.tick)
      branch = allBranches[fork.branch - 1]
    }
  }

  /// Changes what is told of a branch.
  mutating func setBranch(_ number: Int, _ change: (inout Branch) -> Void) { change(&allBranches[number - 1]) }

  // Keeping.

  var memoryBound: Int {
    get { keyframes.bound }
    set {
      keyframes.bound = newValue
      keyframes.thin(now: present.tick)
    }
  }

  /// Keeps the present moment. Returns the bytes that its tensors hold.
  @discardableResult
  mutating func keep(pinned: Bool = false) -> Int {
    let place = TimelinePlace(tick: present.tick, edits: appliedEdits)
    return insert(Keyframe(present, place: place, isPinned: pinned), onPathOf: branchNumber)
  }

  /// Keeps a moment that re-execution comes through.
  @discardableResult
  mutating func keep(_ experiment: Experiment, edits: Int, onPathOf number: Int) -> Int {
    insert(
      Keyframe(experiment, place: TimelinePlace(tick: experiment.tick, edits: edits), isPinned: false),
      onPathOf: number)
  }

  private mutating func insert(_ keyframe: Keyframe, onPathOf number: Int) -> Int {
    var owner = number
    while let fork = allBranches[owner - 1].fork, keyframe.place <= TimelinePlace(tick: fork.tick, edits: fork.edits) {
      owner = fork.branch
    }
    keyframes.insert(keyframe, on: owner, now: present.tick)
    return keyframe.blocks.reduce(0) { $0 + $1.bytes }
  }

  // Changing.

  /// The experiment as it was behind the next recorded edit, if this very edit stands there and must not be made again.
  func recorded(_ line: String) -> Experiment? {
    let edit = Edit(tick: present.tick, line: line, readsFiles: true)
    guard let number = branchContinuing(with: edit) else { return nil }
    let place = TimelinePlace(tick: edit.tick, edits: appliedEdits + 1)
    guard let keyframe = nearest(onPathOf: number, upTo: place), keyframe.place == place else { return nil }
    return keyframe.experiment
  }

  /// Makes an edit here: `changed` is the experiment behind it. Stays on the branch when it stands recorded there or
  /// when nothing lies ahead; else goes to the branch on which it was made before, or forks. Returns whether it forked.
  @discardableResult
  mutating func make(_ line: String, readsFiles: Bool, changed: Experiment) -> Bool {
    let edit = Edit(tick: present.tick, line: line, readsFiles: readsFiles)
    var forked = false
    if let number = branchContinuing(with: edit) {
      branchNumber = number
    } else if hasFuture {
      fork(tick: edit.tick, step: present.moment.step, edits: Array(branch.edits.prefix(appliedEdits)) + [edit])
      forked = true
    } else {
      allBranches[branchNumber - 1].edits.append(edit)
    }
    appliedEdits += 1
    present = changed
    updateNextEdit()
    // Edits drop the present mini-batch, so the branch's end may have changed without a tick.
    if present.tick == branch.end.tick { allBranches[branchNumber - 1].end = present.moment }
    keep(pinned: readsFiles)
    return forked
  }

  /// The branch on which exactly this edit comes next; this one first.
  private func branchContinuing(with edit: Edit) -> Int? {
    let edits = branch.edits
    let numbers = [branchNumber] + branches.map(\.number).filter { $0 != branchNumber }
    return numbers.first { number in
      let other = allBranches[number - 1].edits
      return other.count > appliedEdits && other[appliedEdits] == edit
        && other[..<appliedEdits] == edits[..<appliedEdits]
    }
  }

  /// Live execution has passed an edit without making it.
  private mutating func passEdit() {
    let edits = branch.edits
    let tick = present.tick
    let place = nextEditTick
    // A step that ended behind the edit was not yet counted there.
    let step = present.moment.step - (present.stepTick > place ? 1 : 0)
    let agreeing = branches.filter { $0.agrees(with: edits, first: appliedEdits, at: tick) }
    func nextTick(_ branch: Branch) -> Int {
      branch.edits.count > appliedEdits ? branch.edits[appliedEdits].tick : Int.max
    }
    // Where several agree, the one that goes on longest without an edit.
    if let other = agreeing.max(by: {
      nextTick($0) < nextTick($1) || (nextTick($0) == nextTick($1) && $0.number > $1.number)
    }) {
      branchNumber = other.number
    } else {
      fork(tick: place, step: step, edits: Array(edits.prefix(appliedEdits)))
    }
    updateNextEdit()
  }

  private mutating func fork(tick: Int, step: Int, edits: [Edit]) {
    // What is left is the branch that this place belongs to, not one that itself left it later.
    var parent = branchNumber
    let place = TimelinePlace(tick: tick, edits: appliedEdits)
    while let fork = allBranches[parent - 1].fork, place <= TimelinePlace(tick: fork.tick, edits: fork.edits) {
      parent = fork.branch
    }
    let fork = Fork(branch: parent, tick: tick, step: step, edits: appliedEdits)
    allBranches.append(Branch(number: allBranches.count + 1, fork: fork, edits: edits, end: present.moment))
    keyframes.addBranch()
    branchNumber = allBranches.count
    updateNextEdit()
  }

  private mutating func updateNextEdit() {
    let edits = allBranches[branchNumber - 1].edits
    nextEditTick = edits.count > appliedEdits ? edits[appliedEdits].tick : Int.max
  }

  // Travelling.

  /// Calls `body` with each branch on the path to a branch's end, newest first, and the last place on it that belongs
  /// to the path; ends when it returns true.
  func walk(_ number: Int, upTo place: TimelinePlace, _ body: (Int, TimelinePlace) -> Bool) {
    var (number, limit) = (number, place)
    while true {
      if body(number, limit) { return }
      guard let fork = allBranches[number - 1].fork else { return }
      limit = min(limit, TimelinePlace(tick: fork.tick, edits: fork.edits))
      number = fork.branch
    }
  }

  /// The newest keyframe at or before a place on the path to a branch's end.
  func nearest(onPathOf number: Int, upTo place: TimelinePlace) -> Keyframe? {
    var found: Keyframe?
    walk(number, upTo: place) { branch, limit in
      found = keyframes.last(on: branch, upTo: limit)
      return found != nil
    }
    return found
  }

  /// The newest keyframe on the path to a branch's end that satisfies a condition which, once true going back in time,
  /// stays true.
  func nearest(onPathOf number: Int, where condition: (Keyframe) -> Bool) -> Keyframe? {
    var found: Keyframe?
    walk(number, upTo: TimelinePlace(tick: .max, edits: .max)) { branch, limit in
      found = keyframes.last(on: branch, upTo: limit, where: condition)
      return found != nil
    }
    return found
  }

  /// Stands at another position from now on.
  mutating func arrive(_ experiment: Experiment, branch number: Int, edits: Int) {
    present = experiment
    branchNumber = number
    appliedEdits = edits
    updateNextEdit()
  }
}
