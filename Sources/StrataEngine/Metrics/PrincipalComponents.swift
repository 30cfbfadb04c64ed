// The directions in which data spread most: the best linear code there is, and the plane on which to draw many numbers.
//
//   C = (1/n) Σ (x − μ)(x − μ)ᵀ        C vᵢ = λᵢ vᵢ        code = V·(x − μ)
//
// Found by subspace iteration with a few vectors more than are wanted, and Rayleigh and Ritz's rotation at the end.
// Sources: Pearson 1901; Halko, Martinsson, Tropp 2011 (the extra vectors).

/// The leading principal components of some samples.
public struct PrincipalComponents: Sendable {
  /// μ, `[features]`.
  public let mean: Tensor
  /// One direction a row, of length 1, the widest first: `[count, features]`.
  public let directions: Tensor
  /// λ of each.
  public let variances: [Double]
  /// The variance in all directions together.
  public let totalVariance: Double

  /// Directions are told apart by their variances' differences; after so many turns they are as good as they get.
  private static let turns = 100
  private static let extra = 8

  /// The share of the variance that the directions hold; 1 where there is none.
  public var share: Double { totalVariance > 0 ? variances.reduce(0, +) / totalVariance : 1 }

  /// Of the rows of `x`. Gives fewer than `count` where there are fewer features. Traps without rows.
  public init(of x: Tensor, count: Int) {
    let (rows, features) = x.matrixExtents
    precondition(rows > 0 && count > 0, "components of \(rows) rows")
    var mean = Tensor([features])
    mean.setColumnSums(x, scale: 1 / Scalar(rows))
    var centred = x.reshaped(to: Shape(rows: rows, columns: features))
    centred.withUnsafeMutableElements { c in
      mean.withUnsafeElements { m in
        for row in 0..<rows { for i in 0..<features { c[row * features + i] -= m[i] } }
      }
    }
    var covariance = Tensor.empty
    covariance.setProduct(centred, centred, transposingFirst: true, scale: 1 / Scalar(rows))
    totalVariance = (0..<features).reduce(0.0) { $0 + Double(covariance[flat: $1 * features + $1]) }
    self.mean = mean
    let wanted = min(count, features)
    let width = min(features, wanted + PrincipalComponents.extra)
    var random = RandomStream(seed: 1, name: "principal components")
    var basis = Tensor(Shape(rows: width, columns: features))
    random.fillNormal(&basis, mean: 0, deviation: 1)
    basis.orthonormalizeRows()
    var turned = Tensor.empty
    for _ in 0..<PrincipalComponents.turns {
      turned.setProduct(basis, covariance)
      turned.orthonormalizeRows()
      swap(&turned, &basis)
    }
    turned.setProduct(basis, covariance)
    var small = Tensor.empty
    small.setProduct(turned, basis, transposingSecond: true)
    let (values, rotation) = eigenvectors(of: small.elements.map { Double($0) }, size: width)
    var rotated = Tensor(Shape(rows: wanted, columns: width))
    for i in 0..<wanted { for j in 0..<width { rotated[flat: i * width + j] = Scalar(rotation[i][j]) } }
    var directions = Tensor.empty
    directions.setProduct(rotated, basis)
    // The sign of a direction is nobody's choice: the largest number in it is positive.
    for i in 0..<wanted {
      let row = (0..<features).map { directions[flat: i * features + $0] }
      if let largest = row.max(by: { abs($0) < abs($1) }), largest < 0 {
        for k in 0..<features { directions[flat: i * features + k] = -row[k] }
      }
    }
    self.directions = directions
    variances = values.prefix(wanted).map { max($0, 0) }
  }

  /// The code of each row, `[rows, count]`.
  public func code(of x: Tensor) -> Tensor {
    let (rows, features) = x.matrixExtents
    let flat = x.reshaped(to: Shape(rows: rows, columns: features))
    var (code, shift) = (Tensor.empty, Tensor.empty)
    code.setProduct(flat, directions, transposingSecond: true)
    shift.setProduct(mean.reshaped(to: Shape(rows: 1, columns: features)), directions, transposingSecond: true)
    let columns = shift.count
    for i in 0..<code.count { code[flat: i] -= shift[flat: i % columns] }
    return code
  }

  /// What is lost of the rows by the code: the squared difference to what the code stands for, mean over the rows.
  public func squaredError(of x: Tensor) -> Double {
    let (rows, features) = x.matrixExtents
    guard rows > 0 else { return .nan }
    var back = Tensor.empty
    back.setProduct(code(of: x), directions)
    var total = 0.0
    for row in 0..<rows {
      for k in 0..<features {
        let d = Double(x[flat: row * features + k]) - Double(back[flat: row * features + k]) - Double(mean[flat: k])
        total += d * d
      }
    }
    return total / Double(rows)
  }
}

extension Tensor {
  /// Makes the rows orthonormal (modified Gram and Schmidt, twice, in Double). A row that others span becomes 0.
  fileprivate mutating func orthonormalizeRows() {
    let (rows, columns) = matrixExtents
    var basis: [[Double]] = []
    for row in 0..<rows {
      var v = (0..<columns).map { Double(self[flat: row * columns + $0]) }
      for _ in 0..<2 {
        for earlier in basis {
          var dot = 0.0
          for i in 0..<columns { dot += v[i] * earlier[i] }
          for i in 0..<columns { v[i] -= dot * earlier[i] }
        }
      }
      let norm = v.reduce(0) { $0 + $1 * $1 }.squareRoot()
      if norm > 1e-12 { for i in 0..<columns { v[i] /= norm } } else { v = v.map { _ in 0 } }
      basis.append(v)
    }
    for row in 0..<rows { for i in 0..<columns { self[flat: row * columns + i] = Scalar(basis[row][i]) } }
  }
}

/// Eigenvalues, the largest first, and eigenvectors of a small symmetric matrix, by Jacobi's rotations (1846).
func eigenvectors(of matrix: [Double], size n: Int) -> (values: [Double], vectors: [[Double]]) {
  var a = (0..<n).map { i in (0..<n).map { (matrix[i * n + $0] + matrix[$0 * n + i]) / 2 } }
  var v = (0..<n).map { i in (0..<n).map { $0 == i ? 1.0 : 0 } }
  for _ in 0..<60 {
    var off = 0.0
    for i in 0..<n { for j in 0..<n where j != i { off += a[i][j] * a[i][j] } }
    let scale = (0..<n).reduce(0.0) { $0 + a[$1][$1] * a[$1][$1] }
    if off <= 1e-24 * scale { break }
    for p in 0..<n {
      for q in (p + 1)..<max(n, p + 1) where a[p][q] != 0 {
        let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
        let t = (theta >= 0 ? 1.0 : -1) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (t * t + 1).squareRoot()
        let s = t * c
        for k in 0..<n {
          let (x, y) = (a[k][p], a[k][q])
          (a[k][p], a[k][q]) = (c * x - s * y, s * x + c * y)
        }
        for k in 0..<n {
          let (x, y) = (a[p][k], a[q][k])
          (a[p][k], a[q][k]) = (c * x - s * y, s * x + c * y)
          let (u, w) = (v[p][k], v[q][k])
          (v[p][k], v[q][k]) = (c * u - s * w, s * u + c * w)
        }
      }
    }
  }
  let order = (0..<n).sorted { a[$0][$0] > a[$1][$1] }
  return (order.map { a[$0][$0] }, order.map { v[$0] })
}
