// What it costs to tell the states of units, given their probabilities.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

enum Cost {
  /// −Σ s log p + (1 − s) log(1 − p) of each row, mean over the rows, in nats. Probabilities are kept a rounding error
  /// away from 0 and 1.
  static func bernoulli(_ states: Tensor, _ probabilities: Tensor) -> Double {
    let rows = states.matrixExtents.rows
    var total = 0.0
    states.withUnsafeElements { s in
      probabilities.withUnsafeElements { p in
        for i in 0..<s.count {
          let q = min(max(Double(p[i]), 1e-7), 1 - 1e-7)
          let state = Double(s[i])
          // States are 0 or 1 nearly always: one logarithm is enough then.
          if state == 1 {
            total -= log(q)
          } else if state == 0 {
            total -= log(1 - q)
          } else {
            total -= state * log(q) + (1 - state) * log(1 - q)
          }
        }
      }
    }
    return total / Double(max(rows, 1))
  }

  /// KL(p ‖ q) = p ln(p/q) + (1 − p) ln((1 − p)/(1 − q)) of two yes-or-no variables, in nats. Traps on the ends.
  static func divergence(_ p: Double, _ q: Double) -> Double {
    precondition(p > 0 && p < 1 && q > 0 && q < 1, "probabilities strictly between 0 and 1")
    return p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))
  }
}
