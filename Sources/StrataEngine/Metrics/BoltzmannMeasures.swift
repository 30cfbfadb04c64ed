// What is measured of a Boltzmann machine on samples, without changing anything and without drawing anything: how well
// one mean-field turn gives the input back, the free energy, the pseudo-likelihood; and, where all states can be
// counted, the likelihood itself and the divergence from a known distribution.
//
// Pseudo-likelihood (Besag 1975) in the stochastic form of the deep learning tutorials: one bit a sample is turned over,
// another bit for each sample in order, PL ≈ n · mean log σ(F(v with the bit turned) − F(v)), in nats a sample.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension BoltzmannMachine {
  /// Σ (v − v¹)² of each row's mean-field reconstruction v¹ = down(up(v)), summed over all rows.
  func reconstructionError(_ visible: Tensor, labels: Tensor = .empty) -> Double {
    var hidden = Tensor.empty
    var back = Tensor.empty
    hiddenProbabilities(visible, labels: labels, into: &hidden)
    visibleProbabilities(hidden, into: &back)
    var difference = Tensor.empty
    difference.setDifference(visible, back)
    return difference.sumOfSquares
  }

  /// n · log σ(F(v′) − F(v)) for each row, where v′ has bit `(first + row) mod n` turned over. For binary visible units,
  /// rounded to 0 and 1; label units are summed out.
  func pseudoLogLikelihoods(_ visible: Tensor, first: Int) -> [Double] {
    let (rows, columns) = visible.matrixExtents
    var states = visible
    states.withUnsafeMutableElements { for i in 0..<$0.count { $0[i] = $0[i] >= 0.5 ? 1 : 0 } }
    let before = freeEnergies(states)
    for row in 0..<rows {
      let place = row * columns + (first + row) % columns
      states[flat: place] = 1 - states[flat: place]
    }
    let after = freeEnergies(states)
    return (0..<rows).map { -Double(columns) * Activation.softplus.value(before[$0] - after[$0]) }
  }
}

/// The most units on the smaller side for which the likelihood is worked out whenever a set is measured: 2¹² states.
let quickEnumerationUnits = 12

extension BoltzmannMachine {
  /// log Z where it is quickly had; nil elsewhere.
  var quickLogPartition: Double? {
    let binaryVisible = visibleUnits == .binary ? visibleCount : Int.max
    guard hiddenUnits == .binary, min(hiddenCount, binaryVisible) <= quickEnumerationUnits else { return nil }
    return try? logPartition()
  }

  /// log p(v) of each row, in nats, given log Z; label units are summed out.
  public func logLikelihoods(_ visible: Tensor, logPartition: Double) -> [Double] {
    freeEnergies(visible).map { -$0 - logPartition }
  }

  /// KL(known ‖ model) in bits: Σ p log₂ (p / model).
  func divergence(from known: KnownDistribution, logPartition: Double) -> Double {
    let logs = logLikelihoods(known.patterns, logPartition: logPartition)
    return zip(known.probabilities, logs).reduce(0) { $0 + $1.0 * (log($1.0) - $1.1) / log(2) }
  }
}
