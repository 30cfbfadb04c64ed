/// From numbers to places: linear and logarithmic scales, and ticks at round numbers.

#if canImport(Glibc)
  import Glibc
#endif

/// A tick of an axis.
public struct Tick: Hashable, Sendable {
  public var value: Double
  public var label: String
}

/// A range of numbers laid along a line.
public struct Scale: Hashable, Sendable {
  public enum Kind: Hashable, Sendable { case linear, logarithmic }

  public let kind: Kind
  /// Finite, and less than `upper`; positive on a logarithmic scale.
  public let lower: Double
  public let upper: Double

  /// Covers a range, made wider where it has no width and narrower where it passes what can be calculated with.
  public init(_ kind: Kind = .linear, from first: Double, to last: Double) {
    self.kind = kind
    let limit = 1e300
    var low = min(max(first.isNaN ? 0 : min(first, last), -limit), limit)
    var high = min(max(last.isNaN ? 1 : max(first, last), -limit), limit)
    if kind == .logarithmic {
      low = max(low, 1e-300)
      high = max(high, low)
      if high < low * 1.0001 {
        low /= 2
        high *= 2
      }
    } else {
      let magnitude = max(abs(low), abs(high))
      if high - low <= magnitude * 1e-9 {
        let room = magnitude == 0 ? 1 : magnitude * 0.1
        low -= room
        high += room
      }
    }
    lower = low
    upper = high
  }

  /// Covers all values that can be shown on this kind of scale, with a margin as a share of the range; nil if there
  /// are none.
  public init?(_ kind: Kind = .linear, covering values: some Sequence<Double>, margin: Double = 0) {
    var low = Double.infinity
    var high = -Double.infinity
    for value in values where value.isFinite && (kind == .linear || value > 0) {
      low = min(low, value)
      high = max(high, value)
    }
    guard low <= high else { return nil }
    if kind == .logarithmic, high > low {
      let room = pow(high / low, margin)
      self.init(kind, from: low / room, to: high * room)
    } else {
      let room = (high / 2 - low / 2) * 2 * margin
      self.init(kind, from: low - room, to: high + room)
    }
  }

  /// Whether a value has a place at all: finite, and positive on a logarithmic scale.
  public func canShow(_ value: Double) -> Bool { value.isFinite && (kind == .linear || value > 0) }

  /// Where a value lies: 0 at the lower end, 1 at the upper one, beyond them outside; nil where it cannot be shown.
  public func fraction(of value: Double) -> Double? {
    guard canShow(value) else { return nil }
    if kind == .logarithmic { return log(value / lower) / log(upper / lower) }
    // Halves keep the largest ranges from overflowing.
    return (value / 2 - lower / 2) / (upper / 2 - lower / 2)
  }

  /// The value at a place.
  public func value(at fraction: Double) -> Double {
    if kind == .logarithmic { return lower * pow(upper / lower, fraction) }
    return lower + (upper / 2 - lower / 2) * 2 * fraction
  }

  /// At most so many ticks at round numbers: 1, 2 or 5 times a power of ten, or powers of ten on a logarithmic scale.
  public func ticks(atMost count: Int) -> [Tick] {
    guard count > 0 else { return [] }
    if kind == .logarithmic, upper / lower >= 10 {
      let decades = logarithmicTicks(atMost: count)
      if decades.count >= 2 || count == 1 { return decades }
    }
    for (base, exponent) in roundSteps(from: (upper / 2 - lower / 2) * 2 / Double(count + 1)) {
      let first = (lower / step(base, exponent) - 1e-9).rounded(.up)
      let last = (upper / step(base, exponent) + 1e-9).rounded(.down)
      guard last - first + 1 <= Double(count) else { continue }
      guard last >= first else { return [] }
      let values = stride(from: first, through: last, by: 1).map { multiple($0 * base, exponent) }
      return zip(values, tickLabels(values, stepExponent: Int(exponent))).map { Tick(value: $0, label: $1) }
    }
    return []
  }

  private func step(_ base: Double, _ exponent: Double) -> Double { base * pow(10, exponent) }

  /// `factor` × 10^exponent; dividing by a whole power of ten gives the nearest number to the decimal.
  private func multiple(_ factor: Double, _ exponent: Double) -> Double {
    exponent < 0 ? factor / pow(10, -exponent) : factor * pow(10, exponent)
  }

  /// Ever larger round steps, none smaller than needed.
  private func roundSteps(from smallest: Double) -> [(Double, Double)] {
    let exponent = log10(max(smallest, .leastNormalMagnitude)).rounded(.down)
    return (0..<4).flatMap { more in [1.0, 2, 5].map { ($0, exponent + Double(more)) } }
      .filter { step($0.0, $0.1) >= smallest * 0.999 }
  }

  private func logarithmicTicks(atMost count: Int) -> [Tick] {
    let first = (log10(lower) - 1e-9).rounded(.up)
    let last = (log10(upper) + 1e-9).rounded(.down)
    let decades = Int(last - first) + 1
    guard decades > 0 else { return [] }
    if decades <= 2, count >= decades * 3 {
      var ticks: [Tick] = []
      for power in stride(from: first - 1, through: last, by: 1) {
        for base in [1.0, 2, 5] {
          let value = multiple(base, power)
          guard value >= lower * 0.999999, value <= upper * 1.000001 else { continue }
          ticks.append(Tick(value: value, label: powerLabel(value)))
        }
      }
      return ticks
    }
    let stride = max((decades + count - 1) / count, 1)
    // Ticks at multiples of the stride stay put while the range grows.
    return (Int(first)...Int(last)).filter { $0 % stride == 0 }.prefix(count).map { power in
      let value = pow(10, Double(power))
      return Tick(value: value, label: powerLabel(value))
    }
  }

  private func powerLabel(_ value: Double) -> String {
    value >= 1e-3 && value < 1e4 ? formatNumber(value, significant: 3) : scientificLabel(value)
  }
}

/// Labels that all have the same number of decimals, so that a column of them can be compared.
func tickLabels(_ values: [Double], stepExponent: Int) -> [String] {
  let magnitude = values.map { abs($0) }.max() ?? 0
  if magnitude >= 1e15 || (magnitude > 0 && magnitude < 1e-3) { return values.map(scientificLabel) }
  guard magnitude >= 10_000 else { return values.map { formatDecimal($0, decimals: max(-stepExponent, 0)) } }
  let units: [(Double, Int, String)] = [(1e12, 12, " T"), (1e9, 9, " G"), (1e6, 6, " M"), (1e3, 3, " k")]
  for (unit, exponent, letter) in units where magnitude >= unit {
    let decimals = max(exponent - stepExponent, 0)
    if decimals > 3 { break }
    return values.map { $0 == 0 ? "0" : formatDecimal($0 / unit, decimals: decimals) + letter }
  }
  return values.map { formatDecimal($0, decimals: max(-stepExponent, 0)) }
}

private func scientificLabel(_ value: Double) -> String {
  guard value != 0, var digits = DecimalDigits(value) else { return "0" }
  digits.round(to: 4)
  return digits.scientific()
}
