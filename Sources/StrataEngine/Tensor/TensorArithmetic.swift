// The operations on tensors that layers, losses and learners are written in. Each checks shapes once and hands plain
// arrays to the kernels; each writes into a tensor that the caller keeps, so that the steady state allocates nothing.
import CKernels

extension Tensor {
  /// The rows and columns of the tensor seen as a matrix: the first axis by all others.
  public var matrixExtents: (rows: Int, columns: Int) {
    let rows = shape.rank == 0 ? 1 : shape[0]
    return (rows, rows == 0 ? 0 : count / rows)
  }

  /// The rows and columns of answers: as `matrixExtents`, but every time step of a batch of sequences, `[batch, time,
  /// features]`, is a row of its own.
  var rowExtents: (rows: Int, columns: Int) {
    shape.rank == 3 ? (shape[0] * shape[1], shape[2]) : matrixExtents
  }

  /// `self = scale·op(a)·op(b)`, or `self += …` when accumulating; each seen as a matrix. `self` gets the shape `[m, n]`
  /// unless it has that many elements already (a batch of images stays one). Traps when the inner extents differ.
  mutating func setProduct(
    _ a: Tensor, _ b: Tensor, transposingFirst transposeA: Bool = false, transposingSecond transposeB: Bool = false,
    scale: Scalar = 1, accumulating: Bool = false
  ) {
    setProduct(
      a, b, transposingFirst: transposeA, transposingSecond: transposeB, scale: scale, keeping: accumulating ? 1 : 0)
  }

  /// `self = keeping·self + scale·op(a)·op(b)`, as above: with `keeping` μ, what momentum does.
  mutating func setProduct(
    _ a: Tensor, _ b: Tensor, transposingFirst transposeA: Bool = false, transposingSecond transposeB: Bool = false,
    scale: Scalar, keeping: Scalar
  ) {
    let (aRows, aColumns) = a.matrixExtents
    let (bRows, bColumns) = b.matrixExtents
    let (m, k) = transposeA ? (aColumns, aRows) : (aRows, aColumns)
    let (inner, n) = transposeB ? (bColumns, bRows) : (bRows, bColumns)
    precondition(k == inner, "inner extents of a product differ: \(a.shape) and \(b.shape)")
    if count != m * n || (shape.rank > 0 && shape[0] != m) { resize(to: Shape(rows: m, columns: n)) }
    a.withUnsafeElements { a in
      b.withUnsafeElements { b in
        withUnsafeMutableElements { c in
          ck_gemm(
            transposeA, transposeB, m, n, k, scale, a.baseAddress, aColumns, b.baseAddress, bColumns,
            keeping, c.baseAddress, n)
        }
      }
    }
  }

  /// `self = scale · Σ rows of x`: the gradient of a bias.
  mutating func setColumnSums(_ x: Tensor, scale: Scalar = 1) {
    let (rows, columns) = x.matrixExtents
    if count != columns { resize(to: [columns]) }
    x.withUnsafeElements { x in
      withUnsafeMutableElements { ck_column_sums(rows, columns, scale, x.baseAddress, $0.baseAddress) }
    }
  }

  /// The same, of `x` seen as rows of so many columns.
  mutating func setColumnSums(_ x: Tensor, columns: Int) {
    precondition(x.count % columns == 0, "\(x.shape) in rows of \(columns)")
    if count != columns { resize(to: [columns]) }
    x.withUnsafeElements { x in
      withUnsafeMutableElements { ck_column_sums(x.count / columns, columns, 1, x.baseAddress, $0.baseAddress) }
    }
  }

  /// `self += a·x`, elementwise.
  mutating func add(_ x: Tensor, scale a: Scalar = 1) {
    precondition(x.count == count, "adding \(x.shape) to \(shape)")
    x.withUnsafeElements { x in withUnsafeMutableElements { ck_axpy(x.count, a, x.baseAddress, $0.baseAddress) } }
  }

  /// `self = a − b`, elementwise.
  mutating func setDifference(_ a: Tensor, _ b: Tensor) {
    precondition(a.count == b.count, "difference of \(a.shape) and \(b.shape)")
    if shape != a.shape { resize(to: a.shape) }
    a.withUnsafeElements { a in
      b.withUnsafeElements { b in
        withUnsafeMutableElements { ck_subtract(a.count, a.baseAddress, b.baseAddress, $0.baseAddress) }
      }
    }
  }

  /// The same matrix with rows and columns exchanged, as a new tensor.
  var transposed: Tensor {
    let (rows, columns) = matrixExtents
    var result = Tensor(Shape(rows: columns, columns: rows))
    withUnsafeElements { x in
      result.withUnsafeMutableElements { y in
        for row in 0..<rows { for column in 0..<columns { y[column * rows + row] = x[row * columns + column] } }
      }
    }
    return result
  }

  /// `self = a ⊙ b`.
  mutating func setElementwiseProduct(_ a: Tensor, _ b: Tensor) {
    precondition(a.count == b.count, "elementwise product of \(a.shape) and \(b.shape)")
    resize(to: a.shape)
    a.withUnsafeElements { a in
      b.withUnsafeElements { b in
        withUnsafeMutableElements { ck_multiply(a.count, a.baseAddress, b.baseAddress, $0.baseAddress) }
      }
    }
  }

  /// `self *= factor`.
  mutating func scale(by factor: Scalar) {
    withUnsafeMutableElements { ck_scale($0.count, factor, $0.baseAddress) }
  }

  /// The flat position of the first element that is not finite; nil when all are.
  public var firstNonFinite: Int? {
    let index = withUnsafeElements { ck_first_nonfinite($0.count, $0.baseAddress) }
    return index < 0 ? nil : index
  }

  /// Σ x².
  public var sumOfSquares: Double { withUnsafeElements { ck_sum_squares($0.count, $0.baseAddress) } }
  /// Σ |x|.
  public var sumOfMagnitudes: Double { withUnsafeElements { ck_sum_absolute($0.count, $0.baseAddress) } }
  /// Σ x.
  public var sum: Double { withUnsafeElements { ck_sum($0.count, $0.baseAddress) } }

  /// The smallest and largest finite element; nil when none is finite.
  public var range: ClosedRange<Scalar>? {
    var low: Scalar = 0
    var high: Scalar = 0
    let finite = withUnsafeElements { ck_range($0.count, $0.baseAddress, &low, &high) }
    return finite > 0 ? low...high : nil
  }

  /// How many finite elements fall in each of equal bins over a range; the upper end belongs to the last bin.
  public func histogram(over range: ClosedRange<Scalar>, bins: Int) -> [Int64] {
    var counts = [Int64](repeating: 0, count: bins)
    withUnsafeElements {
      ck_histogram($0.count, $0.baseAddress, range.lowerBound, range.upperBound, bins, &counts)
    }
    return counts
  }

  /// The position of each row's largest element, the first of equals: the class that a network names.
  public var largestInRows: [Int32] {
    let (rows, columns) = matrixExtents
    var index = [Int32](repeating: 0, count: rows)
    withUnsafeElements { ck_argmax_rows(rows, columns, $0.baseAddress, &index) }
    return index
  }
}
