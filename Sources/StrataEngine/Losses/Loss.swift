// Losses: how wrong the network's answers are, as one number, and its derivative.
//
// Every loss is a sum over the outputs of a sample and a mean over the batch of m samples:
//
//   zero-one              number of wrong answers                     no useful derivative
//   absolute              Σ|y − t|                                    sign(y − t)/m
//   squared               ½ Σ(y − t)²                                 (y − t)/m
//   huber                 Σ ½d² where |d| ≤ 1, else |d| − ½           clamp(d, ±1)/m        (Huber 1964, δ = 1)
//   hinge                 Σ max(0, 1 − s·y), s = 2t − 1               −s/m where s·y < 1    (Cortes, Vapnik 1995)
//   binary-cross-entropy  −Σ t ln y + (1 − t) ln(1 − y)               (y − t)/(y(1 − y))/m
//   cross-entropy         −Σ t ln y, y a distribution                 −t/y/m
//
// The two cross-entropies are joined with a sigmoid or softmax just below them: computed from z, which is exact where
// y rounds to 0 or 1, and ∂C/∂z = (y − t)/m. On outputs of another kind, cross-entropy takes them as logits when they
// are plain sums (identity) and as probabilities otherwise.
// Answers at every time step of a sequence are seen as more rows: `AskedRows`.
// Shapes: y, t, z, gradient [batch, out]. Targets t: one-hot rows, 0/1 columns, or numbers.
import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How wrong an answer is.
public enum Loss: String, CaseIterable, Sendable {
  case zeroOne = "zero-one"
  case absolute
  case squared
  case huber
  case hinge
  case binaryCrossEntropy = "binary-cross-entropy"
  case crossEntropy = "cross-entropy"

  /// The formula for the listing, with the sign of the output in it.
  public func formula(output y: String) -> String {
    switch self {
    case .zeroOne: "⟨[\(y) ≠ t]⟩"
    case .absolute: "⟨Σ|\(y) − t|⟩"
    case .squared: "⟨½Σ(\(y) − t)²⟩"
    case .huber: "⟨Σ huber(\(y) − t)⟩"
    case .hinge: "⟨Σ max(0, 1 − s\(y))⟩, s = 2t − 1"
    case .binaryCrossEntropy: "−⟨Σ t ln \(y) + (1−t) ln(1−\(y))⟩"
    case .crossEntropy: "−⟨Σ t ln \(y)⟩"
    }
  }

  /// The line of the listing that starts the backward pass. `joined`: by z, the output's sum; else by y.
  func gradientFormula(output y: String, number: String, form: LossForm) -> String {
    let left = form == .plain ? "∂\(y)" : "δ\(number)"
    switch (self, form) {
    case (.crossEntropy, .joinedSoftmax), (.binaryCrossEntropy, .joinedSigmoid):
      return "\(left) = (\(y) − t)/m"
    case (.crossEntropy, .logits): return "∂\(y) = (softmax(\(y)) − t)/m"
    case (.binaryCrossEntropy, .logits): return "∂\(y) = (σ(\(y)) − t)/m"
    case (.zeroOne, _): return "\(left) = 0"
    case (.absolute, _): return "\(left) = sign(\(y) − t)/m"
    case (.squared, _): return "\(left) = (\(y) − t)/m"
    case (.huber, _): return "\(left) = clamp(\(y) − t, ±1)/m"
    case (.hinge, _): return "\(left) = −s·[s\(y) < 1]/m"
    case (.binaryCrossEntropy, _): return "\(left) = (\(y) − t)/(\(y)(1 − \(y)))/m"
    case (.crossEntropy, _): return "\(left) = −t/\(y)/m"
    }
  }

  /// Whether descending it teaches anything: zero-one is flat wherever it has a slope.
  public var hasUsefulGradient: Bool { self != .zeroOne }

  /// The loss that fits an output layer and targets when none is chosen.
  public static func usual(for activation: Activation?, targets: Targets) -> Loss {
    switch (targets, activation) {
    case (.classes, .softmax), (.steps, .softmax): .crossEntropy
    case (.classes, .sigmoid), (.steps, .sigmoid): .binaryCrossEntropy
    case (.classes(_, let names), .identity) where names.count > 2: .crossEntropy
    case (.steps, .identity): .crossEntropy
    case (.classes, .identity): .binaryCrossEntropy
    default: .squared
    }
  }

  /// How this loss meets an output layer.
  func form(for activation: Activation?) -> LossForm {
    switch (self, activation) {
    case (.crossEntropy, .softmax): .joinedSoftmax
    case (.binaryCrossEntropy, .sigmoid): .joinedSigmoid
    case (.crossEntropy, .identity), (.binaryCrossEntropy, .identity): .logits
    default: .plain
    }
  }

  /// The mean loss over the batch. `z` is the output layer's sum where it has one (needed by the joined forms).
  /// Traps when shapes differ.
  func value(output y: Tensor, preactivation z: Tensor, target t: Tensor, form: LossForm) -> Double {
    precondition(y.count == t.count, "outputs \(y.shape) and targets \(t.shape) differ")
    let (rows, columns) = y.matrixExtents
    guard rows > 0 else { return .nan }
    var total = 0.0
    switch (self, form) {
    case (.crossEntropy, .joinedSoftmax), (.crossEntropy, .logits):
      let logits = form == .logits ? y : z
      logits.withUnsafeElements { z in
        t.withUnsafeElements { t in
          for row in 0..<rows { total += Loss.softmaxCrossEntropy(z, t, from: row * columns, count: columns) }
        }
      }
    case (.binaryCrossEntropy, .joinedSigmoid), (.binaryCrossEntropy, .logits):
      let logits = form == .logits ? y : z
      total = Loss.sigmoidCrossEntropy(logits, t)
    case (.zeroOne, _):
      return Accuracy.errorShare(output: y, target: t, logits: form == .logits)
    case (.absolute, _): total = sum(y, t) { y, t in abs(y - t) }
    case (.squared, _): total = sum(y, t) { y, t in 0.5 * (y - t) * (y - t) }
    case (.huber, _):
      total = sum(y, t) { y, t in
        let d = abs(y - t)
        return d <= 1 ? 0.5 * d * d : d - 0.5
      }
    case (.hinge, _):
      total = sum(y, t) { y, t in
        let margin = 1 - (2 * t - 1) * y
        return margin < 0 ? 0 : margin
      }
    case (.binaryCrossEntropy, _):
      // Logarithms are cut at −100, as PyTorch cuts them, so that one sure and wrong unit is not infinitely bad.
      total = sum(y, t) { y, t in -(t * max(log(y), -100) + (1 - t) * max(log1p(-y), -100)) }
    case (.crossEntropy, _):
      total = sum(y, t) { y, t in t == 0 ? (y.isNaN ? y : 0) : -t * max(log(y), -100) }
    }
    return total / Double(rows)
  }

  /// ∂C/∂y, or ∂C/∂z for the joined forms, into `gradient`. Traps when shapes differ.
  func gradient(output y: Tensor, target t: Tensor, form: LossForm, into gradient: inout Tensor) {
    precondition(y.count == t.count, "outputs \(y.shape) and targets \(t.shape) differ")
    if gradient.shape != y.shape { gradient.resize(to: y.shape) }
    let (rows, columns) = y.matrixExtents
    let share = 1 / Scalar(max(rows, 1))
    if form == .logits {
      y.withUnsafeElements { y in
        gradient.withUnsafeMutableElements { g in
          if self == .crossEntropy {
            ck_softmax(rows, columns, y.baseAddress, g.baseAddress)
          } else {
            ck_sigmoid_of(y.count, y.baseAddress, g.baseAddress)
          }
        }
      }
      t.withUnsafeElements { t in
        gradient.withUnsafeMutableElements { g in for i in 0..<t.count { g[i] = (g[i] - t[i]) * share } }
      }
      return
    }
    switch (self, form) {
    case (.zeroOne, _): gradient.fill(0)
    case (.squared, _), (.crossEntropy, .joinedSoftmax), (.binaryCrossEntropy, .joinedSigmoid):
      map(y, t, &gradient) { y, t in (y - t) * share }
    case (.absolute, _):
      map(y, t, &gradient) { y, t in y > t ? share : (y < t ? -share : (y - t) * share) }
    case (.huber, _):
      map(y, t, &gradient) { y, t in
        let d = y - t
        return d > 1 ? share : (d < -1 ? -share : d * share)
      }
    case (.hinge, _):
      map(y, t, &gradient) { y, t in
        let s = 2 * t - 1
        return s * y < 1 ? -s * share : (y.isNaN ? y : 0)
      }
    case (.binaryCrossEntropy, _):
      map(y, t, &gradient) { y, t in (y - t) / max(y * (1 - y), 1e-12) * share }
    case (.crossEntropy, _): map(y, t, &gradient) { y, t in t == 0 ? 0 : -t / max(y, 1e-12) * share }
    }
  }

  /// −Σ t ln σ(z) + (1 − t) ln(1 − σ(z)) = Σ max(z, 0) − t z + ln(1 + e^−|z|), over all elements. The logarithms are the
  /// kernel's, a few hundred at a time; what could cancel is summed in Double.
  private static func sigmoidCrossEntropy(_ z: Tensor, _ t: Tensor) -> Double {
    let chunk = 512
    var total = 0.0
    z.withUnsafeElements { z in
      t.withUnsafeElements { t in
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: chunk) { scratch in
          guard let tails = scratch.baseAddress else { return }
          for start in stride(from: 0, to: z.count, by: chunk) {
            let count = min(chunk, z.count - start)
            var part = 0.0
            for i in 0..<count {
              let x = z[start + i]
              tails[i] = -abs(x)
              part += Double(x > 0 ? x : (x.isNaN ? x : 0)) - Double(t[start + i]) * Double(x)
            }
            ck_softplus_of(count, tails, tails)
            total += part + ck_sum(count, tails)
          }
        }
      }
    }
    return total
  }

  /// −Σ t ln softmax(z) for one row, the row's maximum taken out first.
  private static func softmaxCrossEntropy(
    _ z: UnsafeBufferPointer<Scalar>, _ t: UnsafeBufferPointer<Scalar>, from start: Int, count: Int
  ) -> Double {
    var maximum = z[start]
    for i in start..<start + count {
      if z[i].isNaN { return .nan }
      maximum = max(maximum, z[i])
    }
    var exponentials = 0.0
    var linear = 0.0
    var weight = 0.0
    for i in start..<start + count {
      let shifted = Double(z[i]) - Double(maximum)
      exponentials += exp(shifted)
      linear += Double(t[i]) * (t[i] == 0 ? 0 : shifted)
      weight += Double(t[i])
    }
    return weight * log(exponentials) - linear
  }

  @inline(__always)
  private func sum(_ a: Tensor, _ b: Tensor, _ term: (Double, Double) -> Double) -> Double {
    a.withUnsafeElements { a in
      b.withUnsafeElements { b in
        var total = 0.0
        for i in 0..<a.count { total += term(Double(a[i]), Double(b[i])) }
        return total
      }
    }
  }

  @inline(__always)
  private func map(_ a: Tensor, _ b: Tensor, _ result: inout Tensor, _ body: (Scalar, Scalar) -> Scalar) {
    a.withUnsafeElements { a in
      b.withUnsafeElements { b in
        result.withUnsafeMutableElements { result in for i in 0..<a.count { result[i] = body(a[i], b[i]) } }
      }
    }
  }
}

/// How a loss meets the output layer.
enum LossForm: Sendable {
  /// From the outputs y; the gradient is ∂C/∂y.
  case plain
  /// Joined with the softmax or sigmoid below: from z; the gradient is ∂C/∂z.
  case joinedSoftmax, joinedSigmoid
  /// The outputs are plain sums, taken as logits; the gradient is ∂C/∂y, which is also ∂C/∂z.
  case logits

  /// Whether the gradient is already ∂C/∂z.
  var isJoined: Bool { self == .joinedSoftmax || self == .joinedSigmoid }
}
