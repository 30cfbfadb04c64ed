// The likelihood of a small Helmholtz machine, exactly: all states of its hidden units are summed over.
//
//   log P(d) = log Σ_h P(h) P(d | h₁),   log P(d | h₁) = Σᵢ dᵢ aᵢ − log(1 + exp aᵢ),   a = h₁·G + g
//
// Only the lowest hidden layer meets the data, so P(h₁) is summed over the layers above it once.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension HelmholtzMachine {
  /// Whether all hidden states can quickly be counted: at most 2¹² of them.
  public var isQuicklyEnumerated: Bool { hiddenCount <= quickEnumerationUnits }

  /// log P of each row of 0 and 1, in nats. Traps where `isQuicklyEnumerated` is false.
  public func logLikelihoods(_ visible: Tensor) -> [Double] {
    precondition(isQuicklyEnumerated, "\(hiddenCount) hidden units are too many to count all states")
    let prior = logPriorOfFirstLayer()
    let states = HelmholtzMachine.allStates(hidden[0])
    let (sums, weights) = conditional(states, level: 0)
    // `[rows, states]`: Σ d·a of each datum with each hidden state.
    var dots = Tensor.empty
    dots.setProduct(visible, weights, transposingSecond: true)
    let count = prior.count
    return (0..<visible.matrixExtents.rows).map { row in
      var total = LogSum()
      for h in 0..<count { total.add(prior[h] + Double(dots[flat: row * count + h]) - sums[h]) }
      return total.value
    }
  }

  /// KL(known ‖ machine) in bits.
  public func divergence(from known: KnownDistribution) -> Double {
    let logs = logLikelihoods(known.patterns)
    return zip(known.probabilities, logs).reduce(0) { $0 + $1.0 * (log($1.0) - $1.1) / log(2) }
  }

  /// a of each state of the layer above, and Σ log(1 + exp a).
  private func conditional(_ states: Tensor, level: Int) -> (sums: [Double], inputs: Tensor) {
    var a = Tensor.empty
    a.setProduct(states, levels[level].generativeWeight)
    Activation.identity.apply(inPlace: &a, bias: levels[level].generativeBias)
    let (rows, columns) = a.matrixExtents
    let sums = (0..<rows).map { row in
      (0..<columns).reduce(0.0) { $0 + Activation.softplus.value(Double(a[flat: row * columns + $1])) }
    }
    return (sums, a)
  }

  /// log P of every state of the lowest hidden layer.
  private func logPriorOfFirstLayer() -> [Double] {
    // From the top, whose units are independent, down.
    var logs = HelmholtzMachine.independent(topBias)
    for level in stride(from: levels.count - 1, to: 0, by: -1) {
      let above = HelmholtzMachine.allStates(hidden[level])
      let below = HelmholtzMachine.allStates(hidden[level - 1])
      let (sums, a) = conditional(above, level: level)
      var dots = Tensor.empty
      dots.setProduct(below, a, transposingSecond: true)
      let count = logs.count
      logs = (0..<below.matrixExtents.rows).map { row in
        var total = LogSum()
        for h in 0..<count { total.add(logs[h] + Double(dots[flat: row * count + h]) - sums[h]) }
        return total.value
      }
    }
    return logs
  }

  /// log P of every state of units that only have a bias.
  private static func independent(_ bias: Tensor) -> [Double] {
    let softplus = bias.elements.reduce(0.0) { $0 + Activation.softplus.value(Double($1)) }
    return (0..<1 << bias.count).map { code in
      (0..<bias.count).reduce(-softplus) { $0 + (code >> $1 & 1 == 1 ? Double(bias[flat: $1]) : 0) }
    }
  }

  /// Every state of so many units, `[2ⁿ, n]`.
  private static func allStates(_ count: Int) -> Tensor {
    var states = Tensor(Shape(rows: 1 << count, columns: count))
    for code in 0..<1 << count {
      for bit in 0..<count { states[flat: code * count + bit] = Scalar(code >> bit & 1) }
    }
    return states
  }
}
