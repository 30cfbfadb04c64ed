// Arithmetic on the rows of one time step where they lie in tensors [batch, time, width].
import CKernels

enum TimeStep {
  /// The kernels' view of a batch of sequences with so many units.
  static func shape(of state: Tensor) -> ck_time_step {
    ck_time_step(batch: state.shape[0], time: state.shape[1], units: state.shape[2])
  }

  /// `target[:, t] = keeping·target[:, t] + source[:, s, columns]·matrix[:, matrixColumns]`, or with `transposed` times the
  /// transpose of those columns; written from column `first` on.
  static func multiply(
    _ source: Tensor, at s: Int, columns: Range<Int>? = nil, by matrix: Tensor, matrixColumns: Range<Int>,
    transposed: Bool = false, into target: inout Tensor, at t: Int, keeping: Scalar
  ) {
    let (batch, time, width) = (source.shape[0], source.shape[1], source.shape[2])
    let targetWidth = target.shape[2]
    let columns = columns ?? 0..<width
    let (k, n) =
      transposed ? (matrixColumns.count, matrix.shape[0]) : (matrix.shape[0], matrixColumns.count)
    precondition(
      columns.count == k && columns.upperBound <= width && n <= targetWidth && target.shape[0] == batch
        && target.shape[1] == time, "a step of \(source.shape) times \(matrix.shape) into \(target.shape)")
    source.withUnsafeElements { a in
      matrix.withUnsafeElements { b in
        target.withUnsafeMutableElements { c in
          guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress else { return }
          ck_gemm(
            false, transposed, batch, n, k, 1, a + s * width + columns.lowerBound, time * width,
            b + matrixColumns.lowerBound, matrix.shape[1], keeping, c + t * targetWidth, time * targetWidth)
        }
      }
    }
  }

  /// `gradient[:, columns] = Σₜ stateₜ₋₁ᵀ·delta[t, …]`: one product over all rows, each state with the derivatives of the
  /// row behind it. A sequence's first step has no state before it, only the end of another sequence: its derivatives
  /// are put aside meanwhile, with zeros in their place.
  static func gather(
    _ state: Tensor, _ delta: inout Tensor, columns: Range<Int>, aside: inout Tensor, into gradient: inout Tensor,
    gradientColumns: Range<Int>? = nil
  ) {
    let (batch, time, units, width) = (state.shape[0], state.shape[1], state.shape[2], delta.shape[2])
    let gradientWidth = gradient.shape[1]
    let first = (gradientColumns ?? columns).lowerBound
    exchangeFirst(&delta, &aside, fillingWithZeros: true)
    state.withUnsafeElements { h in
      delta.withUnsafeElements { d in
        gradient.withUnsafeMutableElements { g in
          guard let h = h.baseAddress, let d = d.baseAddress, let g = g.baseAddress else { return }
          ck_gemm(
            true, false, units, columns.count, batch * time - 1, 1, h, units, d + width + columns.lowerBound, width, 0,
            g + first, gradientWidth)
        }
      }
    }
    exchangeFirst(&delta, &aside, fillingWithZeros: false)
  }

  /// Puts the rows of the first time step aside, or back.
  private static func exchangeFirst(_ delta: inout Tensor, _ aside: inout Tensor, fillingWithZeros: Bool) {
    let (batch, time, width) = (delta.shape[0], delta.shape[1], delta.shape[2])
    if aside.shape != Shape(rows: batch, columns: width) { aside.resize(to: Shape(rows: batch, columns: width)) }
    delta.withUnsafeMutableElements { delta in
      aside.withUnsafeMutableElements { aside in
        guard let delta = delta.baseAddress, let aside = aside.baseAddress else { return }
        for row in 0..<batch {
          let (place, kept) = (delta + row * time * width, aside + row * width)
          if fillingWithZeros {
            kept.update(from: place, count: width)
            place.update(repeating: 0, count: width)
          } else {
            place.update(from: kept, count: width)
          }
        }
      }
    }
  }

  /// `rows = source[:, t]`.
  static func copy(_ source: Tensor, at t: Int, into rows: inout Tensor) {
    let (batch, time, width) = (source.shape[0], source.shape[1], source.shape[2])
    precondition(rows.count == batch * width, "a step of \(source.shape) into \(rows.shape)")
    source.withUnsafeElements { source in
      rows.withUnsafeMutableElements { rows in
        guard let source = source.baseAddress, let rows = rows.baseAddress else { return }
        for row in 0..<batch { (rows + row * width).update(from: source + (row * time + t) * width, count: width) }
      }
    }
  }

  /// The flat position of the first number of time step `t` that is not finite; nil when all are.
  static func firstNonFinite(_ tensor: Tensor, at t: Int) -> Int? {
    guard tensor.shape.rank == 3 else { return nil }
    let (batch, time, width) = (tensor.shape[0], tensor.shape[1], tensor.shape[2])
    return tensor.withUnsafeElements { elements in
      guard let base = elements.baseAddress else { return nil }
      for row in 0..<batch {
        let offset = (row * time + t) * width
        let index = ck_first_nonfinite(width, base + offset)
        if index >= 0 { return offset + index }
      }
      return nil
    }
  }

  /// Calls `body` with where the output's gradient at step `t` begins, and how far apart the samples lie; nil where
  /// only the last step was put out and `t` is another.
  static func withOutputGradient(
    _ gradient: Tensor, at t: Int, of time: Int, eachStep: Bool, _ body: (UnsafePointer<Scalar>?, Int) -> Void
  ) {
    guard eachStep || t == time - 1 else { return body(nil, 0) }
    let width = gradient.shape[gradient.shape.rank - 1]
    gradient.withUnsafeElements { gradient in
      guard let base = gradient.baseAddress else { return }
      body(eachStep ? base + t * width : base, eachStep ? time * width : width)
    }
  }
}
