// From the units of any layer down to the input: the pictures that views show of models with hidden layers.

extension BeliefNetwork {
  /// The input's probabilities (means, for Gaussian units) that states of a layer stand for: the generative pass with
  /// probabilities all the way. Layer 0 is the input, whose states come back as they are.
  public func picture(of states: Tensor, layer: Int) -> Tensor {
    var above = states
    for index in stride(from: layer - 1, through: 0, by: -1) {
      var below = Tensor.empty
      generate(index, from: above, into: &below)
      above = below
    }
    return above
  }
}

/// What units look for in the input, as far as that is linear: the weights of each of `units` multiplied down through the
/// layers below. `weights` are those of the layers from the input up to that of the units, `[below, above]`, or
/// `[above, below]` where they are generative. Returns `[units, input]`. Traps unless the shapes fit.
public func projectedWeights(_ weights: [Tensor], isGenerative: Bool, units: [Int]) -> Tensor {
  guard let last = weights.last, !units.isEmpty else { return .empty }
  let (rows, columns) = last.matrixExtents
  let below = isGenerative ? columns : rows
  var chosen = Tensor(Shape(rows: units.count, columns: below))
  for (place, unit) in units.enumerated() {
    for k in 0..<below {
      chosen[flat: place * below + k] = isGenerative ? last[flat: unit * columns + k] : last[flat: k * columns + unit]
    }
  }
  for weight in weights.dropLast().reversed() {
    var product = Tensor.empty
    product.setProduct(chosen, weight, transposingSecond: !isGenerative)
    chosen = product
  }
  return chosen
}

extension Tensor {
  /// The mean of each column of the tensor seen as a matrix; empty where there are no rows.
  public var columnMeans: [Double] {
    let (rows, columns) = matrixExtents
    guard rows > 0 else { return [] }
    return columnSums(rows, columns) { $0 }.map { $0 / Double(rows) }
  }

  /// The Euclidean norm of each column.
  public var columnNorms: [Double] {
    let (rows, columns) = matrixExtents
    return columnSums(rows, columns) { $0 * $0 }.map { $0.squareRoot() }
  }

  /// The Euclidean norm of each row.
  public var rowNorms: [Double] {
    let (rows, columns) = matrixExtents
    return withUnsafeElements { x in
      (0..<rows).map { row in
        (0..<columns).reduce(0.0) { $0 + Double(x[row * columns + $1]) * Double(x[row * columns + $1]) }.squareRoot()
      }
    }
  }

  private func columnSums(_ rows: Int, _ columns: Int, _ term: (Double) -> Double) -> [Double] {
    var sums = [Double](repeating: 0, count: columns)
    withUnsafeElements { x in
      for row in 0..<rows {
        for column in 0..<columns { sums[column] += term(Double(x[row * columns + column])) }
      }
    }
    return sums
  }
}
