// Keyframes: copies of the experiment from which any moment is reached by executing again.
//
// A copy shares all storage with the experiment until something is written, so a keyframe costs what has changed since
// its neighbours. Costs are counted exactly: every tensor's storage once, however many keyframes share it. Over the
// bound, the keyframe is dropped whose loss matters least: the gap that it leaves, divided by the root of its age, is
// smallest. That keeps them dense near now and ever sparser in the past: with n keyframes over a run of T seconds the
// widest gap is about 2T/n. The beginning is kept always, and so is what stands behind an edit that read files.
import StrataEngine

/// A position on a path through the branches: after so many edits, at a tick.
struct TimelinePlace: Hashable, Sendable, Comparable {
  var tick: Int
  var edits: Int

  static func < (a: TimelinePlace, b: TimelinePlace) -> Bool { a.tick != b.tick ? a.tick < b.tick : a.edits < b.edits }
}

/// One kept copy.
struct Keyframe: Sendable {
  /// Boxed, so that a list of keyframes is cheap to copy.
  private indirect enum Box: Sendable {
    case experiment(Experiment)
  }

  let place: TimelinePlace
  let step: Int
  let epochs: Int
  let stepTick: Int
  let epochTick: Int
  /// Never dropped.
  let isPinned: Bool
  /// The storages that it holds: where, and how many bytes.
  let blocks: [Block]
  private let box: Box

  struct Block: Hashable, Sendable {
    let address: UInt
    let bytes: Int
  }

  init(_ experiment: Experiment, place: TimelinePlace, isPinned: Bool) {
    let moment = experiment.moment
    self.place = place
    self.isPinned = isPinned
    step = moment.step
    epochs = moment.epochs
    stepTick = experiment.stepTick
    epochTick = experiment.epochTick
    blocks = experiment.tensors.compactMap { named in
      named.tensor.withUnsafeElements { elements in
        elements.isEmpty
          ? nil
          : Block(
            address: UInt(bitPattern: elements.baseAddress), bytes: elements.count * MemoryLayout<Scalar>.stride + 32)
      }
    }
    box = .experiment(experiment)
  }

  var experiment: Experiment {
    switch box {
    case .experiment(let experiment): experiment
    }
  }
}

/// All keyframes of all branches, within a bound.
struct KeyframeStore: Sendable {
  /// By branch (index = number − 1), each list in order of place.
  private(set) var lists: [[Keyframe]] = [[]]
  private(set) var bytes = 0
  private(set) var count = 0
  var bound: Int
  private var holders: [UInt: Int] = [:]

  /// Besides its tensors a keyframe holds small things: names, the listing, the order of an epoch.
  private static let overhead = 4_000
  /// More would make the lists themselves slow, and are never needed.
  static let maximumCount = 4_096

  init(bound: Int) { self.bound = bound }

  mutating func addBranch() { lists.append([]) }

  /// The newest keyframe of a branch's own list at or before a place.
  func last(on branch: Int, upTo place: TimelinePlace) -> Keyframe? {
    let list = lists[branch - 1]
    let index = KeyframeStore.firstIndex(in: list) { $0.place > place }
    return index > 0 ? list[index - 1] : nil
  }

  /// The newest keyframe of a branch's own list, at or before a place, that satisfies a condition which, once true
  /// going back in time, stays true.
  func last(on branch: Int, upTo place: TimelinePlace, where condition: (Keyframe) -> Bool) -> Keyframe? {
    let list = lists[branch - 1]
    let index = KeyframeStore.firstIndex(in: list) { $0.place > place || !condition($0) }
    return index > 0 ? list[index - 1] : nil
  }

  func contains(_ place: TimelinePlace, on branch: Int) -> Bool {
    last(on: branch, upTo: place)?.place == place
  }

  /// Keeps one more, unless there is one at its place, and drops others when that goes over the bound.
  mutating func insert(_ keyframe: Keyframe, on branch: Int, now: Int) {
    let index = KeyframeStore.firstIndex(in: lists[branch - 1]) { $0.place >= keyframe.place }
    if index < lists[branch - 1].count, lists[branch - 1][index].place == keyframe.place { return }
    lists[branch - 1].insert(keyframe, at: index)
    count += 1
    bytes += KeyframeStore.overhead
    for block in keyframe.blocks {
      let old = holders[block.address, default: 0]
      if old == 0 { bytes += block.bytes }
      holders[block.address] = old + 1
    }
    thin(now: now)
  }

  /// Drops keyframes until the bound holds, or none is left that may be dropped.
  mutating func thin(now: Int) {
    while bytes > bound || count > KeyframeStore.maximumCount {
      guard let (branch, index) = leastMissed(now: now) else { return }
      remove(at: index, branch: branch)
    }
  }

  /// Drops all keyframes of a branch's own list behind a place; all of them without one.
  mutating func drop(on branch: Int, after place: TimelinePlace?) {
    for index in lists[branch - 1].indices.reversed() {
      if let place, lists[branch - 1][index].place <= place { return }
      // The beginning of everything is kept always.
      if branch == 1, index == 0 { return }
      remove(at: index, branch: branch - 1)
    }
  }

  private func leastMissed(now: Int) -> (branch: Int, index: Int)? {
    var best: (branch: Int, index: Int)?
    var least = Double.infinity
    for branch in lists.indices {
      let list = lists[branch]
      for index in list.indices where !list[index].isPinned {
        let tick = list[index].place.tick
        let before = index > 0 ? list[index - 1].place.tick : tick
        let after = index + 1 < list.count ? list[index + 1].place.tick : max(tick, now)
        let cost = Double(after - before + 1) / Double(abs(now - tick) + 1).squareRoot()
        if cost < least { (least, best) = (cost, (branch, index)) }
      }
    }
    return best
  }

  private mutating func remove(at index: Int, branch: Int) {
    let keyframe = lists[branch].remove(at: index)
    count -= 1
    bytes -= KeyframeStore.overhead
    for block in keyframe.blocks {
      let left = (holders[block.address] ?? 1) - 1
      if left == 0 {
        holders[block.address] = nil
        bytes -= block.bytes
      } else {
        holders[block.address] = left
      }
    }
  }

  /// The first index whose keyframe satisfies a condition that stays true from there on; the count when none does.
  private static func firstIndex(in list: [Keyframe], where condition: (Keyframe) -> Bool) -> Int {
    var (low, high) = (0, list.count)
    while low < high {
      let middle = (low + high) / 2
      if condition(list[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
