// Which rows of a batch of answers a loss is taken over: one a sample, or one a time step of every sequence, without
// the steps at which nothing is asked (after the end of a shorter sequence, say).
//
// Steps that are not asked are left out before the loss sees anything and get a gradient of 0 afterwards, so that the
// loss itself, a mean over rows, knows nothing of time: over sequences it is the mean over all asked steps.

/// The rows of a mini-batch that are asked.
struct AskedRows: Sendable, Equatable {
  /// Whether answers are `[batch, time, out]`, a row a time step, rather than a row a sample.
  var isPerStep: Bool
  /// The rows of `[batch × time]` that are asked, ascending; nil where all are.
  var rows: [Int32]?

  /// A row a sample, all asked.
  static let samples = AskedRows()

  init(isPerStep: Bool = false) { self.isPerStep = isPerStep }

  /// What is asked of the given samples when the network puts out `outputShape`.
  init(_ targets: Targets, _ samples: some RandomAccessCollection<Int32>, outputShape: Shape) {
    isPerStep = outputShape.rank == 2
    guard case .steps(let labels, _, let length) = targets else { return }
    var asked: [Int32] = []
    var next: Int32 = 0
    for sample in samples {
      for step in 0..<length {
        if labels[Int(sample) * length + step] >= 0 { asked.append(next) }
        next += 1
      }
    }
    if asked.count < Int(next) { rows = asked }
  }

  /// The asked rows as a matrix `[asked, out]`; the tensor itself where rows are samples.
  func pick(_ tensor: Tensor) -> Tensor {
    guard isPerStep, tensor.count > 0 else { return tensor }
    let width = tensor.shape[tensor.shape.rank - 1]
    let all = tensor.reshaped(to: Shape(rows: tensor.count / width, columns: width))
    guard let rows else { return all }
    var picked = Tensor(Shape(rows: rows.count, columns: width))
    all.withUnsafeElements { source in
      picked.withUnsafeMutableElements { target in
        for (place, row) in rows.enumerated() {
          for k in 0..<width { target[place * width + k] = source[Int(row) * width + k] }
        }
      }
    }
    return picked
  }

  /// Puts the rows of `picked` back to where they were in a tensor of `shape`; the others become 0.
  func spread(_ picked: Tensor, shape: Shape, into tensor: inout Tensor) {
    if tensor.shape != shape { tensor.resize(to: shape) }
    guard let rows, isPerStep else { return tensor.copy(from: picked.reshaped(to: shape)) }
    let width = shape[shape.rank - 1]
    picked.withUnsafeElements { source in
      tensor.withUnsafeMutableElements { target in
        target.update(repeating: 0)
        for (place, row) in rows.enumerated() {
          for k in 0..<width { target[Int(row) * width + k] = source[place * width + k] }
        }
      }
    }
  }
}

extension Loss {
  /// The mean loss over the asked rows.
  func value(output y: Tensor, preactivation z: Tensor, target t: Tensor, form: LossForm, asked: AskedRows) -> Double {
    guard asked.isPerStep else { return value(output: y, preactivation: z, target: t, form: form) }
    return value(output: asked.pick(y), preactivation: asked.pick(z), target: asked.pick(t), form: form)
  }

  /// Its derivative, 0 in rows that are not asked.
  func gradient(output y: Tensor, target t: Tensor, form: LossForm, asked: AskedRows, into gradient: inout Tensor) {
    guard asked.isPerStep else { return self.gradient(output: y, target: t, form: form, into: &gradient) }
    var picked = Tensor.empty
    self.gradient(output: asked.pick(y), target: asked.pick(t), form: form, into: &picked)
    asked.spread(picked, shape: y.shape, into: &gradient)
  }
}
