// The local rule of wake-sleep: weights learn to predict, from the states of one layer, the states of the next.
//
//   p = σ(from·W + b)       W ← W + ε fromᵀ·(states − p)       b ← b + ε Σ (states − p)
//
// Whatever produced the states, recognition or generation, the other set of weights learns from them, and each layer for
// itself: nothing is carried back. Source: Hinton, Dayan, Frey, Neal 1995.

/// One layer's prediction of another, and what it learns from.
struct DeltaRule: Sendable {
  /// p, `[batch, to]`.
  private(set) var prediction = Tensor.empty
  /// states − p.
  private(set) var error = Tensor.empty
  private var sums = Tensor.empty

  /// Σ error² of each sample, mean over the mini-batch.
  var meanSquaredError: Double {
    error.count == 0 ? .nan : error.sumOfSquares / Double(error.matrixExtents.rows)
  }

  mutating func predict(from states: Tensor, weight: Tensor, bias: Tensor, activation: Activation = .sigmoid) {
    prediction.setProduct(states, weight)
    activation.apply(inPlace: &prediction, bias: bias)
  }

  /// The prediction where nothing lies above: a bias for every sample.
  mutating func predict(count rows: Int, bias: Tensor) {
    let shape = Shape(rows: rows, columns: bias.count)
    if prediction.shape != shape { prediction.resize(to: shape) }
    prediction.fill(0)
    Activation.sigmoid.apply(inPlace: &prediction, bias: bias)
  }

  /// states − p, from which both the weights and the bias learn.
  mutating func compare(with states: Tensor) { error.setDifference(states, prediction) }

  /// `weight += rate · fromᵀ·error`; `rate` is ε divided by the number of samples.
  func teach(weight: inout Tensor, from states: Tensor, rate: Scalar) {
    weight.setProduct(states, error, transposingFirst: true, scale: rate, keeping: 1)
  }

  /// `bias += rate · Σ error`
  mutating func teach(bias: inout Tensor, rate: Scalar) {
    sums.setColumnSums(error, scale: rate)
    bias.add(sums)
  }
}

extension Tensor {
  /// The cosine of the angle between this matrix and another's transpose, as long rows of numbers: 1 where recognition
  /// weights and generative ones say the same.
  func cosine(withTransposed other: Tensor) -> Double {
    let (rows, columns) = matrixExtents
    var dot = 0.0
    withUnsafeElements { a in
      other.withUnsafeElements { b in
        for row in 0..<rows {
          var part: Scalar = 0
          for column in 0..<columns { part += a[row * columns + column] * b[column * rows + row] }
          dot += Double(part)
        }
      }
    }
    let size = (sumOfSquares * other.sumOfSquares).squareRoot()
    return size > 0 ? dot / size : .nan
  }
}
