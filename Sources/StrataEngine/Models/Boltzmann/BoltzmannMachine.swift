// The restricted Boltzmann machine: visible and hidden units, connected only across.
//
//   E(v, h) = −bᵀv − cᵀh − vᵀWh                     P(v, h) = exp(−E) / Z
//   P(h = 1 | v) = σ(v·W + c)                       P(v = 1 | h) = σ(h·Wᵀ + b)
//
// Beside the input there may be a group of label units, of which exactly one is on: P(y | h) = softmax(h·Uᵀ + d).
// Gaussian visible units have unit variance, E = ½‖v − b‖² − …, so that P(v | h) = N(h·Wᵀ + b, 1). Rectified hidden
// units stand for infinitely many copies with biases c − ½, c − 1½, …: their sum is about max(0, x + N(0, σ(x))), with
// mean log(1 + eˣ).
// Sources: Smolensky 1986 (the machine); Hinton 2002, 2010 (units, practice); Hinton, Osindero, Teh 2006 (labels);
// Nair, Hinton 2010 (rectified units).
import CKernels

/// What the visible units of a Boltzmann machine are.
public enum VisibleUnits: String, Sendable, CaseIterable {
  /// 0 or 1; inputs between stand for probabilities.
  case binary
  /// Real numbers of unit variance: standardised inputs.
  case gaussian
}

/// What the hidden units of a Boltzmann machine are.
public enum HiddenUnits: String, Sendable, CaseIterable {
  case binary
  /// From 0 up, linear above.
  case rectified
}

/// One restricted Boltzmann machine: alone, or a level of a belief network.
public struct BoltzmannMachine: Sendable, Equatable {
  public let visibleUnits: VisibleUnits
  public let hiddenUnits: HiddenUnits
  /// The standard deviation that its weights began with.
  public let deviation: Double
  /// W, `[visible, hidden]`.
  public internal(set) var weight: Tensor
  /// b, `[visible]`.
  public internal(set) var visibleBias: Tensor
  /// c, `[hidden]`.
  public internal(set) var hiddenBias: Tensor
  /// U, `[classes, hidden]`; empty without label units.
  public internal(set) var labelWeight: Tensor
  /// d, `[classes]`; empty without label units.
  public internal(set) var labelBias: Tensor

  public var visibleCount: Int { visibleBias.count }
  public var hiddenCount: Int { hiddenBias.count }
  /// How many label units there are; 0 for none.
  public var classCount: Int { labelBias.count }
  public var parameterCount: Int {
    weight.count + visibleBias.count + hiddenBias.count + labelWeight.count + labelBias.count
  }

  /// Small normal weights and zero biases (Hinton 2010, section 8). Traps unless all counts are positive (classes: not
  /// negative).
  public init(
    visible: Int, hidden: Int, classes: Int = 0, visibleUnits: VisibleUnits = .binary,
    hiddenUnits: HiddenUnits = .binary, deviation: Double = 0.01, random: inout RandomStream
  ) {
    precondition(visible > 0 && hidden > 0 && classes >= 0, "a machine of \(visible) by \(hidden) units")
    self.visibleUnits = visibleUnits
    self.hiddenUnits = hiddenUnits
    self.deviation = deviation
    weight = Tensor([visible, hidden])
    visibleBias = Tensor([visible])
    hiddenBias = Tensor([hidden])
    labelWeight = classes > 0 ? Tensor([classes, hidden]) : .empty
    labelBias = classes > 0 ? Tensor([classes]) : .empty
    random.fillNormal(&weight, mean: 0, deviation: Scalar(deviation))
    if classes > 0 { random.fillNormal(&labelWeight, mean: 0, deviation: Scalar(deviation)) }
  }

  // Upward.

  /// `z = v·W + y·U`, without the bias: `[batch, hidden]`. `labels` is `[batch, classes]`, or empty to leave them out.
  func hiddenInput(_ visible: Tensor, labels: Tensor, into z: inout Tensor) {
    z.setProduct(visible, weight)
    if classCount > 0, labels.count > 0 { z.setProduct(labels, labelWeight, accumulating: true) }
  }

  /// The hidden units' probabilities (means, for rectified ones) given the visible units.
  func hiddenProbabilities(_ visible: Tensor, labels: Tensor = .empty, into p: inout Tensor) {
    hiddenInput(visible, labels: labels, into: &p)
    let activation: Activation = hiddenUnits == .binary ? .sigmoid : .softplus
    activation.apply(inPlace: &p, bias: hiddenBias)
  }

  /// The hidden units' probabilities, and states drawn from them.
  func sampleHidden(
    _ visible: Tensor, labels: Tensor = .empty, probability p: inout Tensor, state: inout Tensor,
    random: inout RandomStream
  ) {
    hiddenInput(visible, labels: labels, into: &p)
    switch hiddenUnits {
    case .binary: random.sampleSigmoid(inPlace: &p, bias: hiddenBias, sample: &state)
    case .rectified:
      // max(0, x + N(0, σ(x))): Nair, Hinton 2010, section 2.
      Activation.identity.apply(inPlace: &p, bias: hiddenBias)
      if state.shape != p.shape { state.resize(to: p.shape) }
      random.fillNormal(&state, mean: 0, deviation: 1)
      p.withUnsafeElements { x in
        state.withUnsafeMutableElements { s in
          for i in 0..<x.count {
            let variance = Scalar(Activation.sigmoid.value(Double(x[i])))
            s[i] = max(0, x[i] + s[i] * variance.squareRoot())
          }
        }
      }
      Activation.softplus.apply(inPlace: &p, bias: nil)
    }
  }

  // Downward.

  /// The visible units' probabilities (means, for Gaussian ones) given the hidden units.
  func visibleProbabilities(_ hidden: Tensor, into p: inout Tensor) {
    p.setProduct(hidden, weight, transposingSecond: true)
    let activation: Activation = visibleUnits == .binary ? .sigmoid : .identity
    activation.apply(inPlace: &p, bias: visibleBias)
  }

  /// The visible units' probabilities (means), and states drawn from them.
  func sampleVisible(
    _ hidden: Tensor, probability p: inout Tensor, state: inout Tensor, random: inout RandomStream
  ) {
    switch visibleUnits {
    case .binary:
      p.setProduct(hidden, weight, transposingSecond: true)
      random.sampleSigmoid(inPlace: &p, bias: visibleBias, sample: &state)
    case .gaussian:
      visibleProbabilities(hidden, into: &p)
      if state.shape != p.shape { state.resize(to: p.shape) }
      random.fillNormal(&state, mean: 0, deviation: 1)
      state.add(p)
    }
  }

  /// The label units' probabilities given the hidden units: `softmax(h·Uᵀ + d)`, `[batch, classes]`.
  func labelProbabilities(_ hidden: Tensor, into p: inout Tensor) {
    p.setProduct(hidden, labelWeight, transposingSecond: true)
    Activation.softmax.apply(inPlace: &p, bias: labelBias)
  }

  // Energy.

  /// The free energy of each row, F(v) = −log Σₕ exp(−E(v, h)), in nats; label units are summed out too unless they are
  /// given. For binary units −b·v − Σⱼ log(1 + exp xⱼ), x = v·W + c (Hinton 2010, eq. 25).
  public func freeEnergies(_ visible: Tensor, labels: Tensor = .empty) -> [Double] {
    let (rows, columns) = visible.matrixExtents
    var energies: [Double]
    if classCount > 0, labels.count == 0 {
      let each = labelFreeEnergies(visible)
      energies = (0..<rows).map { row in
        var sum = LogSum()
        for k in 0..<classCount { sum.add(-each[row * classCount + k]) }
        return -sum.value
      }
    } else {
      var x = Tensor.empty
      hiddenInput(visible, labels: labels, into: &x)
      Activation.identity.apply(inPlace: &x, bias: hiddenBias)
      energies = hiddenTerms(&x)
    }
    visible.withUnsafeElements { v in
      visibleBias.withUnsafeElements { b in
        for row in 0..<rows {
          let v = v.baseAddress! + row * columns
          switch visibleUnits {
          case .binary: energies[row] -= ck_dot(columns, v, b.baseAddress)
          case .gaussian:
            for i in 0..<columns {
              let difference = Double(v[i]) - Double(b[i])
              energies[row] += difference * difference / 2
            }
          }
        }
      }
    }
    if classCount > 0, labels.count > 0 {
      for row in 0..<rows {
        for k in 0..<classCount {
          energies[row] -= Double(labels[flat: row * classCount + k]) * Double(labelBias[flat: k])
        }
      }
    }
    return energies
  }

  /// For each row and class the free energy with that label on, without the terms of the input alone (they are the
  /// same for all classes): −d_k − Σⱼ log(1 + exp(xⱼ + U_kj)); `[batch, classes]` in row-major order.
  public func labelFreeEnergies(_ visible: Tensor) -> [Double] {
    var x = Tensor.empty
    var shifted = Tensor.empty
    hiddenInput(visible, labels: .empty, into: &x)
    let rows = x.matrixExtents.rows
    var energies = [Double](repeating: 0, count: rows * classCount)
    var bias = Tensor([hiddenCount])
    for k in 0..<classCount {
      for j in 0..<hiddenCount { bias[flat: j] = hiddenBias[flat: j] + labelWeight[k, j] }
      shifted = x
      Activation.identity.apply(inPlace: &shifted, bias: bias)
      let terms = hiddenTerms(&shifted)
      for row in 0..<rows { energies[row * classCount + k] = terms[row] - Double(labelBias[flat: k]) }
    }
    return energies
  }

  /// P(label | visible), exactly: softmax of the negative free energies, `[batch, classes]`.
  public func classProbabilities(_ visible: Tensor) -> Tensor {
    let rows = visible.matrixExtents.rows
    var p = Tensor(Shape(rows: rows, columns: classCount))
    // The energies are large and nearly equal: subtract in Double before rounding.
    let energies = labelFreeEnergies(visible)
    for row in 0..<rows {
      let own = energies[row * classCount..<(row + 1) * classCount]
      let least = own.min() ?? 0
      for (k, energy) in own.enumerated() { p[flat: row * classCount + k] = Scalar(least - energy) }
    }
    Activation.softmax.apply(inPlace: &p, bias: nil)
    return p
  }

  /// −Σⱼ of the hidden units' terms for each row of total inputs `x`, which is overwritten.
  private func hiddenTerms(_ x: inout Tensor) -> [Double] {
    let (rows, columns) = x.matrixExtents
    guard hiddenUnits == .binary else { return rectifiedTerms(x) }
    return x.withUnsafeMutableElements { x in
      ck_softplus_of(x.count, x.baseAddress, x.baseAddress)
      return (0..<rows).map { -ck_sum(columns, x.baseAddress! + $0 * columns) }
    }
  }

  /// Each rectified unit is Σᵢ log(1 + exp(x − i + ½)), i = 1, 2, …, cut off where a term is below 1e-9. Terms above 40
  /// are their arguments, whose sum is known: an enormous x, or an infinite one, takes no longer.
  private func rectifiedTerms(_ x: Tensor) -> [Double] {
    let (rows, columns) = x.matrixExtents
    return (0..<rows).map { row in
      var total = 0.0
      for j in 0..<columns {
        var input = Double(x[flat: row * columns + j]) - 0.5
        if input == .infinity { return -.infinity }
        if input > 40 {
          let count = (input - 40).rounded(.up)
          total -= count * (input - (count - 1) / 2)
          // Beyond 2⁵³ the difference is not exact; what is left below 40 does not count there.
          input = min(input - count, 40)
        }
        while input > -21 {
          total -= Activation.softplus.value(input)
          input -= 1
        }
      }
      return total
    }
  }
}
