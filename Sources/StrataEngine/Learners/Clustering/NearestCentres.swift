// The pass over the data that k-means consists of: which centre is nearest to each sample, a few hundred samples at a
// time, so that what was read for the distances is still at hand for the sums.
//
//   ‖x − μ‖² = ‖x‖² − 2 x·μ + ‖μ‖²
import CKernels

/// Workspaces of a pass.
struct NearestCentres: Sendable {
  private var chunk = Tensor.empty
  private var products = Tensor.empty
  private var norms: [Scalar] = []
  /// ‖x‖² of each sample, which no pass changes.
  private var lengths: [Scalar] = []

  private static let rows = 256

  /// Assigns every sample, and adds up the samples of each centre. Returns the mean squared distance.
  mutating func assign(
    _ inputs: SampleStore, to centres: Tensor, assignment: inout Tensor, distance: inout Tensor, sums: inout Tensor,
    counts: inout Tensor
  ) -> Double {
    let (count, features) = centres.matrixExtents
    let samples = inputs.count
    if assignment.count != samples { assignment = Tensor([samples]) }
    if distance.count != samples { distance = Tensor([samples]) }
    sums.resize(to: centres.shape)
    counts.resize(to: [count])
    sums.fill(0)
    counts.fill(0)
    norms = NearestCentres.squaredLengths(centres)
    let knowsLengths = lengths.count == samples
    if !knowsLengths { lengths = [Scalar](repeating: 0, count: samples) }
    var total = 0.0
    for start in stride(from: 0, to: samples, by: NearestCentres.rows) {
      let end = min(start + NearestCentres.rows, samples)
      inputs.gather(Int32(start)..<Int32(end), as: [features], into: &chunk)
      products.setProduct(chunk, centres, transposingSecond: true)
      chunk.withUnsafeElements { x in
        products.withUnsafeElements { p in
          sums.withUnsafeMutableElements { s in
            for row in 0..<(end - start) {
              let sample = x.baseAddress! + row * features
              if !knowsLengths { lengths[start + row] = Scalar(ck_sum_squares(features, sample)) }
              var (best, least) = (0, Scalar.infinity)
              for j in 0..<count {
                let square = norms[j] - 2 * p[row * count + j]
                if square < least { (best, least) = (j, square) }
              }
              let square = max(least + lengths[start + row], 0)
              assignment[flat: start + row] = Scalar(best)
              distance[flat: start + row] = square
              counts[flat: best] += 1
              total += Double(square)
              ck_axpy(features, 1, sample, s.baseAddress! + best * features)
            }
          }
        }
      }
    }
    return total / Double(max(samples, 1))
  }

  /// Lowers each sample's distance to that from another centre, where that is less.
  mutating func lower(_ least: inout [Double], by centre: Tensor, _ inputs: SampleStore) {
    let features = centre.count
    for start in stride(from: 0, to: inputs.count, by: NearestCentres.rows) {
      let end = min(start + NearestCentres.rows, inputs.count)
      inputs.gather(Int32(start)..<Int32(end), as: [features], into: &chunk)
      chunk.withUnsafeElements { x in
        centre.withUnsafeElements { c in
          for row in 0..<(end - start) {
            var square = 0.0
            for k in 0..<features {
              let d = Double(x[row * features + k]) - Double(c[k])
              square += d * d
            }
            least[start + row] = min(least[start + row], square)
          }
        }
      }
    }
  }

  /// The nearest centre of each sample, and the mean squared distance. Keeps nothing.
  static func assigned(_ inputs: SampleStore, to centres: Tensor) -> (nearest: [Int32], distortion: Double) {
    var pass = NearestCentres()
    var (assignment, distance, sums, counts) = (Tensor.empty, Tensor.empty, Tensor.empty, Tensor.empty)
    let distortion = pass.assign(
      inputs, to: centres, assignment: &assignment, distance: &distance, sums: &sums, counts: &counts)
    return (assignment.elements.map { Int32($0) }, distortion)
  }

  /// Squared distances of rows from all centres, `[rows, centres]`.
  static func squares(_ x: Tensor, to centres: Tensor) -> Tensor {
    let (rows, columns) = x.matrixExtents
    let flat = x.reshaped(to: Shape(rows: rows, columns: columns))
    let (lengths, norms) = (squaredLengths(flat), squaredLengths(centres))
    var squares = Tensor.empty
    squares.setProduct(flat, centres, transposingSecond: true, scale: -2)
    for row in 0..<rows {
      for j in norms.indices { squares[row, j] = max(squares[row, j] + lengths[row] + norms[j], 0) }
    }
    return squares
  }

  private static func squaredLengths(_ x: Tensor) -> [Scalar] {
    let (rows, columns) = x.matrixExtents
    return x.withUnsafeElements { x in
      (0..<rows).map { Scalar(ck_sum_squares(columns, x.baseAddress! + $0 * columns)) }
    }
  }
}
