// The distribution that generated data are drawn from, where it is known exactly: what a model of the data is measured by.
//
// Samples only estimate it. With it, the entropy H(p) = −Σ p log₂ p is the floor under every model's coding cost, and the
// Kullback-Leibler divergence of a model is a finite sum.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finitely many patterns and the probability of each.
public struct KnownDistribution: Sendable, Equatable {
  /// The distinct patterns with a probability above 0, `[count, features]`.
  public let patterns: Tensor
  /// One number in 0...1 a pattern; they sum to 1.
  public let probabilities: [Double]
  /// Shannon's entropy of the patterns, in bits.
  public let entropyBits: Double

  /// Traps unless there is a row of `patterns` for each probability and these sum to 1 (within 1e-9).
  public init(patterns: Tensor, probabilities: [Double]) {
    precondition(
      patterns.matrixExtents.rows == probabilities.count,
      "\(probabilities.count) probabilities for patterns of \(patterns.shape)")
    let total = probabilities.reduce(0, +)
    precondition(abs(total - 1) < 1e-9, "the probabilities sum to \(total), not 1")
    self.patterns = patterns
    self.probabilities = probabilities
    entropyBits = probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
  }

  /// How many patterns there are.
  public var count: Int { probabilities.count }
}
