// A branch: one way that things went.
//
// What happens is determined by the edits and the ticks at which they were made, and by nothing else. So a branch is
// its list of edits (its parent's up to the fork, then its own) and how far it has been executed. Two branches always
// differ by an edit: going on from the past exactly as another branch went is being on that branch.
import StrataEngine

/// Something that was changed, and when.
public struct Edit: Hashable, Sendable {
  public var tick: Int
  /// The command, in its usual spelling.
  public var line: String
  /// Whether it read files: then it is never applied again, a keyframe behind it is kept instead.
  public var readsFiles: Bool
}

/// Where a branch left another.
public struct Fork: Hashable, Sendable {
  public var branch: Int
  public var tick: Int
  /// The step at that tick.
  public var step: Int
  /// How many edits the two have in common.
  public var edits: Int
}

/// One way that things went.
public struct Branch: Sendable {
  /// Counted from 1.
  public let number: Int
  /// Where it left its parent; nil for the first branch.
  public let fork: Fork?
  /// All edits from the beginning on, the parent's up to the fork included.
  public internal(set) var edits: [Edit]
  /// How far it has been executed.
  public internal(set) var end: Moment
  /// What it is called, where somebody gave it a name.
  public internal(set) var name: String?
  /// Whether it was deleted: kept only for the branches that come out of it.
  var isDeleted = false
  /// What was measured on it since the fork.
  public internal(set) var history: History
  /// Ticks at which movements began, in order: `back` returns to them.
  var waypoints: [Int] = []

  init(number: Int, fork: Fork?, edits: [Edit], end: Moment) {
    self.number = number
    self.fork = fork
    self.edits = edits
    self.end = end
    history = History(after: fork?.step ?? -1)
  }

  /// Its number, with its name where it has one.
  public var label: String { name.map { "\(number) \($0)" } ?? "\(number)" }

  /// Drops the curves.
  mutating func forgetMeasurements() { history = History(after: fork?.step ?? -1) }

  /// Whether an experiment that has had the first `count` of `others` by `tick`, and no more, is on this branch.
  func agrees(with others: [Edit], first count: Int, at tick: Int) -> Bool {
    guard edits.count >= count else { return false }
    if edits.count > count, edits[count].tick < tick { return false }
    return edits[..<count] == others[..<count]
  }
}

/// A place on a branch.
struct Position: Hashable, Sendable {
  var branch: Int
  var place: TimelinePlace
  /// Mini-batches finished there.
  var step: Int
}

/// A moment with a name.
public struct Mark: Hashable, Sendable {
  public var name: String
  public var branch: Int { position.branch }
  public var tick: Int { position.place.tick }
  public var step: Int { position.step }
  var position: Position
}
