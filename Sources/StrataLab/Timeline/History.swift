// What was measured, against the step: exact for the newest few thousand steps, then in buckets of 2, 4, 8, … steps
// that keep the least, the greatest and the last value, so that a spike is never lost and memory hardly grows.

/// One point of a curve: a step, or a bucket of steps.
public struct HistoryPoint: Hashable, Sendable {
  public var firstStep: Int
  public var lastStep: Int
  /// The least and the greatest of the finite values; nan when there were none.
  public var minimum: Double
  public var maximum: Double
  /// The value at `lastStep`.
  public var last: Double

  init(step: Int, value: Double) {
    firstStep = step
    lastStep = step
    minimum = value
    maximum = value
    last = value
  }

  mutating func absorb(_ later: HistoryPoint) {
    lastStep = later.lastStep
    // Comparisons with nan are false: a nan on the left is replaced, one on the right is left out.
    if !(minimum <= later.minimum), !later.minimum.isNaN { minimum = later.minimum }
    if !(maximum >= later.maximum), !later.maximum.isNaN { maximum = later.maximum }
    last = later.last
  }
}

/// One measured quantity over the steps.
public struct Series: Sendable {
  public let name: String
  /// The newest step that has a value; the step before the series began when there is none.
  public private(set) var lastStep: Int
  /// `levels[k]` holds buckets of 2ᵏ steps, aligned to multiples of 2ᵏ; higher levels are older.
  private var levels: [[HistoryPoint]] = [[]]

  /// How many points a level holds before the older half goes up.
  private static let capacity = 4_096

  init(_ name: String, after step: Int) {
    self.name = name
    lastStep = step
  }

  /// Adds a value, unless that step has one already: what is executed again is known.
  @inline(__always)
  mutating func append(step: Int, value: Double) {
    guard step > lastStep else { return }
    lastStep = step
    levels[0].append(HistoryPoint(step: step, value: value))
    if levels[0].count >= Series.capacity { fold() }
  }

  private mutating func fold() {
    var level = 0
    while level < levels.count, levels[level].count >= Series.capacity {
      if level + 1 == levels.count { levels.append([]) }
      for point in levels[level].prefix(Series.capacity / 2) {
        if let newest = levels[level + 1].last, newest.firstStep >> (level + 1) == point.firstStep >> (level + 1) {
          levels[level + 1][levels[level + 1].count - 1].absorb(point)
        } else {
          levels[level + 1].append(point)
        }
      }
      levels[level].removeFirst(Series.capacity / 2)
      level += 1
    }
  }

  /// All points up to a step, oldest first.
  public func points(upTo step: Int = .max) -> [HistoryPoint] {
    var points: [HistoryPoint] = []
    for level in levels.reversed() {
      for var point in level where point.firstStep <= step {
        point.lastStep = min(point.lastStep, step)
        points.append(point)
      }
    }
    return points
  }

  /// The newest point that begins at or before a step.
  public func last(upTo step: Int = .max) -> HistoryPoint? {
    for level in levels {
      if let point = level.last(where: { $0.firstStep <= step }) { return point }
    }
    return nil
  }

  public var isEmpty: Bool { levels.allSatisfy(\.isEmpty) }
}

/// Everything that was measured on one branch since its fork.
public struct History: Sendable {
  /// The loss of every step.
  public internal(set) var loss: Series
  /// Other measurements, at chosen steps, in the order in which they first came.
  public internal(set) var others: [Series] = []
  private let start: Int

  init(after step: Int) {
    start = step
    loss = Series("loss", after: step)
  }

  /// All that is not empty.
  public var all: [Series] { ([loss] + others).filter { !$0.isEmpty } }

  /// The series of a quantity; nil when nothing was measured of it.
  public subscript(name: String) -> Series? {
    name == "loss" ? loss : others.first { $0.name == name }
  }

  /// Adds a value to a series other than the loss.
  mutating func append(_ name: String, step: Int, value: Double) {
    if let index = others.firstIndex(where: { $0.name == name }) {
      others[index].append(step: step, value: value)
    } else if step > start {
      var series = Series(name, after: start)
      series.append(step: step, value: value)
      others.append(series)
    }
  }
}
