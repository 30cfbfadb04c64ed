// What is measured of a convolutional machine on samples, and the terms that a number of it is made of. Nothing is changed
// and nothing drawn. Pseudo-likelihood as of other machines (BoltzmannMeasures).

extension ConvolutionalMachine {
  /// Σ (v − v¹)² of the mean-field reconstruction v¹ = down(up(v)), over all samples.
  func reconstructionError(_ visible: Tensor) -> Double {
    var (hidden, pooled, back) = (Tensor.empty, Tensor.empty, Tensor.empty)
    hiddenProbabilities(visible, into: &hidden, pooled: &pooled)
    visibleProbabilities(hidden, into: &back)
    var difference = Tensor.empty
    difference.setDifference(visible, back)
    return difference.sumOfSquares
  }

  /// n · log σ(F(v′) − F(v)) for each sample, where v′ has bit `(first + sample) mod n` turned over. For binary visible
  /// units, rounded to 0 and 1.
  func pseudoLogLikelihoods(_ visible: Tensor, first: Int) -> [Double] {
    let size = self.visible.shape.elementCount
    var states = visible
    states.withUnsafeMutableElements { for i in 0..<$0.count { $0[i] = $0[i] >= 0.5 ? 1 : 0 } }
    let before = freeEnergies(states)
    for sample in before.indices {
      let place = sample * size + (first + sample) % size
      states[flat: place] = 1 - states[flat: place]
    }
    let after = freeEnergies(states)
    return before.indices.map { -Double(size) * Activation.softplus.value(before[$0] - after[$0]) }
  }

  /// What a hidden unit sees, number by number, with its kernel.
  func window(row: Int, column: Int, map: Int, of visible: Tensor, sample: Int) -> [(Scalar, Scalar)] {
    var products: [(Scalar, Scalar)] = []
    for i in 0..<kernelRows {
      for j in 0..<kernelColumns {
        for m in 0..<self.visible.maps {
          products.append((visible[sample, row + i, column + j, m], weight[i, j, m, map]))
        }
      }
    }
    return products
  }

  /// The hidden units in whose windows a place of the picture lies, with the weight that leads there.
  func covering(row: Int, column: Int, channel: Int, of states: Tensor, sample: Int) -> [(Scalar, Scalar)] {
    var products: [(Scalar, Scalar)] = []
    for i in 0..<kernelRows where (0..<hidden.rows).contains(row - i) {
      for j in 0..<kernelColumns where (0..<hidden.columns).contains(column - j) {
        for n in 0..<maps { products.append((states[sample, row - i, column - j, n], weight[i, j, channel, n])) }
      }
    }
    return products
  }

  /// The probability of one unit of the block that begins at a corner, or of any of them being on, from their inputs.
  func probability(
    block corner: (row: Int, column: Int), unit: (row: Int, column: Int)?, input: (Int, Int) -> Scalar
  ) -> Double {
    var sum = LogSum()
    sum.add(0)
    var asked = LogSum()
    for place in 0..<block.count {
      let (row, column) = (corner.row + place / block.columns, corner.column + place % block.columns)
      let x = Double(input(row, column))
      sum.add(x)
      if unit.map({ $0 == (row, column) }) ?? true { asked.add(x) }
    }
    return LogSum.quotient(asked, sum)
  }
}
