/// How often values fall into equal intervals.

public struct Bins: Hashable, Sendable {
  public var counts: [Int]
  /// The left end of the first interval and the right end of the last one.
  public var lower: Double
  public var upper: Double
  /// The mean of the finite values; nil if it is not known.
  public var mean: Double?
  /// How many values were no finite number; they are in no interval.
  public var notFinite: Int

  public init(counts: [Int], lower: Double, upper: Double, mean: Double? = nil, notFinite: Int = 0) {
    self.counts = counts
    self.lower = lower
    self.upper = upper
    self.mean = mean
    self.notFinite = notFinite
  }

  /// Counts values over their own range, or over a given one: what lies outside is counted at the end it passed.
  public init(of values: some Collection<Float>, count: Int = 40, range: ClosedRange<Double>? = nil) {
    let count = min(max(count, 1), 4096)
    var low = Double.infinity
    var high = -Double.infinity
    var sum = 0.0
    var finite = 0
    for value in values where value.isFinite {
      low = min(low, Double(value))
      high = max(high, Double(value))
      sum += Double(value)
      finite += 1
    }
    notFinite = values.count - finite
    mean = finite > 0 ? sum / Double(finite) : nil
    let scale = Scale(
      from: range?.lowerBound ?? (finite > 0 ? low : 0), to: range?.upperBound ?? (finite > 0 ? high : 1))
    lower = scale.lower
    upper = scale.upper
    counts = [Int](repeating: 0, count: count)
    let width = Double(count) / (upper - lower)
    for value in values where value.isFinite {
      let place = ((Double(value) - lower) * width).rounded(.down)
      counts[Int(place.clamped(0, Double(count - 1)))] += 1
    }
  }

  /// How many values are in the intervals.
  public var total: Int { counts.reduce(0) { $0 + max($1, 0) } }

  /// Whether there is anything in them, and the range is one.
  var canBeDrawn: Bool { total > 0 && lower.isFinite && upper.isFinite && lower < upper }

  /// The counts for so many columns: repeated where there are more columns than intervals, otherwise the mean over
  /// each column's part of the range. Summing whole intervals instead would draw spikes wherever a column happened to
  /// get one more of them.
  func heights(columns: Int) -> [Double] {
    guard columns > 0, !counts.isEmpty else { return [] }
    let counts = counts.map { Double(max($0, 0)) }
    if columns >= counts.count { return (0..<columns).map { counts[$0 * counts.count / columns] } }
    let width = Double(counts.count) / Double(columns)
    return (0..<columns).map { column in
      let start = Double(column) * width
      let end = min(start + width, Double(counts.count))
      var sum = 0.0
      for index in Int(start)..<min(Int(end.rounded(.up)), counts.count) {
        sum += counts[index] * (min(end, Double(index + 1)) - max(start, Double(index)))
      }
      return sum / width
    }
  }

  /// Values per unit of the axis, for columns over a common range: what histograms with different intervals are
  /// compared by.
  func densities(columns: Int, over scale: Scale) -> [Double] {
    guard columns > 0, canBeDrawn else { return [] }
    let width = (upper - lower) / Double(counts.count)
    return (0..<columns).map { column in
      let start = (scale.value(at: Double(column) / Double(columns)) - lower) / width
      let end = (scale.value(at: Double(column + 1) / Double(columns)) - lower) / width
      guard end > start, end > 0, start < Double(counts.count) else { return 0 }
      var sum = 0.0
      for index in Int(max(start, 0))..<min(Int(min(end, 1e9).rounded(.up)), counts.count) {
        let share = min(end, Double(index + 1)) - max(start, Double(index))
        sum += Double(max(counts[index], 0)) * max(share, 0)
      }
      return sum / (end - start) / width
    }
  }
}
