// What the kernel tests share: made-up numbers, arrays that do not begin at a vector's boundary, and comparisons with a
// reference computed in Double.
import CKernels
import Testing

/// The lengths that kernels are tried at: nothing, less than a vector, whole vectors, several blocks with a rest.
let kernelSizes = [0, 1, 7, 64, 1000, 20_011]

/// `count` numbers in `range`, the same for the same seed (SplitMix64, Steele et al. 2014).
func madeUpNumbers(_ count: Int, seed: UInt64, in range: ClosedRange<Double> = -2...2) -> [Double] {
  var state = seed
  return (0..<count).map { _ in
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    z ^= z >> 31
    return range.lowerBound + (range.upperBound - range.lowerBound) * Double(z >> 11) * 0x1p-53
  }
}

/// An array whose first element lies one element behind where the storage begins, with a guard on each side.
struct OffsetArray<S: BinaryFloatingPoint> {
  private var storage: [S]
  private static var guardValue: S { 12345 }

  init(_ elements: [Double]) {
    storage = [Self.guardValue] + elements.map { S($0) } + [Self.guardValue]
  }

  init(count: Int, repeating value: Double = 77) {
    self.init([Double](repeating: value, count: count))
  }

  var elements: [S] { Array(storage.dropFirst().dropLast()) }
  var doubles: [Double] { elements.map { Double($0) } }
  var guardsStand: Bool { storage.first == Self.guardValue && storage.last == Self.guardValue }

  func read<Result>(_ body: (UnsafePointer<S>) -> Result) -> Result {
    storage.withUnsafeBufferPointer { body($0.baseAddress.unsafelyUnwrapped + 1) }
  }

  mutating func write<Result>(_ body: (UnsafeMutablePointer<S>) -> Result) -> Result {
    storage.withUnsafeMutableBufferPointer { body($0.baseAddress.unsafelyUnwrapped + 1) }
  }
}

/// Records an issue unless every number is the reference's to within `tolerance`, relative to the larger of it and
/// `floor`. Where the reference is nan or infinite, so must the number be.
func expectClose<S: BinaryFloatingPoint>(
  _ found: OffsetArray<S>, _ reference: [Double], tolerance: Double, floor: Double = 1e-30, _ comment: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.guardsStand, "\(comment): wrote outside", sourceLocation: sourceLocation)
  let elements = found.elements
  #expect(elements.count == reference.count, "\(comment)", sourceLocation: sourceLocation)
  for (index, (element, expected)) in zip(elements, reference).enumerated() {
    let number = Double(element)
    let close =
      expected.isNaN
      ? number.isNaN
      : expected.isInfinite
        ? number == expected : abs(number - expected) <= tolerance * max(abs(expected), floor)
    if !close {
      Issue.record("\(comment): element \(index) is \(number), not \(expected)", sourceLocation: sourceLocation)
      return
    }
  }
}

/// What one element may be off by: float's polynomials, double's last bits.
func tolerance<S: BinaryFloatingPoint>(_ type: S.Type) -> Double { S.self == Float.self ? 2.5e-7 : 2e-15 }

/// The names of the activations, for comments, in the order of `ck_activation`.
let activationNames = [
  "identity", "threshold", "sigmoid", "tanh", "relu", "leaky relu", "elu", "gelu", "softplus",
]
