/// From numbers to shades: a palette over a range, or characters of growing weight where there is no colour.

public struct Shading: Hashable, Sendable {
  public enum Kind: Hashable, Sendable {
    /// From the lower end of the range to the upper one.
    case sequential(Palette)
    /// Around zero, equally far to both sides.
    case diverging(Palette)
  }

  public var kind: Kind

  public init(_ kind: Kind) { self.kind = kind }

  /// Black to white: pictures.
  public static let grey = Shading(.sequential(.grey))
  /// Numbers that have a natural lower end.
  public static let sequential = Shading(.sequential(.viridis))
  /// Signed numbers on a dark screen.
  public static let signed = Shading(.diverging(.blueOrange))
  /// Signed numbers on paper.
  public static let signedOnLight = Shading(.diverging(.redBlue))

  /// The same for a light ground: zero is white there and not black.
  public var onPaper: Shading { kind == .diverging(.blueOrange) ? .signedOnLight : self }

  public var isSigned: Bool {
    if case .diverging = kind { return true }
    return false
  }

  /// The range that a legend shows for values in a range: symmetric for signed ones, never empty.
  public func range(covering values: ClosedRange<Float>?) -> ClosedRange<Double> {
    let low = Double(values?.lowerBound ?? 0)
    let high = Double(values?.upperBound ?? 1)
    if isSigned {
      let limit = max(abs(low), abs(high))
      return limit > 0 ? -limit...limit : -1...1
    }
    return low < high ? low...high : low == 0 ? 0...1 : min(low, 0)...max(low, 0)
  }

  /// Where a value lies in a range, in [0, 1]; NaN where it is not finite.
  func fraction(_ value: Float, in range: ClosedRange<Double>) -> Double {
    guard value.isFinite else { return .nan }
    return ((Double(value) - range.lowerBound) / (range.upperBound - range.lowerBound)).clamped(0, 1)
  }

  public func color(_ value: Float, in range: ClosedRange<Double>) -> RGB {
    let fraction = fraction(value, in: range)
    switch kind {
    case .sequential(let palette), .diverging(let palette): return palette.color(at: fraction)
    }
  }

  /// A character that shows the value without colour; signed values differ in shape by their sign.
  func character(_ value: Float, in range: ClosedRange<Double>) -> Unicode.Scalar {
    guard value.isFinite else { return "?" }
    let fraction = fraction(value, in: range)
    guard isSigned else { return ramp[Int((fraction * Double(ramp.count - 1)).rounded())] }
    let signed = fraction * 2 - 1
    let level = Int((abs(signed) * 3.999).rounded(.down))
    return signed < 0 ? [" ", "-", "~", "="][level] : [" ", "+", "*", "#"][level]
  }
}

private let ramp: [Unicode.Scalar] = [" ", ".", ":", "-", "=", "+", "*", "#", "%", "@"]
