// Batch normalisation: each feature is brought to mean 0 and variance 1 over the batch, then scaled and shifted.
//
//   training    μ, v = mean and variance over the batch     ẑ = (x − μ)/√(v + ε)     h = γ ⊙ ẑ + β
//   evaluation  the same with running averages of μ and v
//   backward    ∇β = Σ ∂h     ∇γ = Σ ∂h ⊙ ẑ     ∂x = γ/√(v + ε) ⊙ (∂h − ∇β/m − ẑ ⊙ ∇γ/m)
//
// Shapes: x, h [batch, features]; γ, β, μ, v [features]. Of pictures with maps each map is a feature, and all its places
// count like samples. The running variance is the unbiased one, as in PyTorch; both
// running averages move by 0.1 a batch. Source: Ioffe, Szegedy 2015, algorithm 1 and the gradients of section 3.

/// Normalises each feature over the batch.
public struct BatchNormalization: Layer {
  public static let grammar = LayerGrammar(
    keyword: "batchnorm", summary: "each feature to mean 0, variance 1 over the batch: h = γ(x − μ)/√(v + ε) + β",
    positional: [],
    options: [LayerWord("epsilon", .number(0...1), default: "1e-5", "added to the variance")],
    examples: ["batchnorm"])

  static let momentum: Scalar = 0.1

  private let epsilon: Scalar
  private let epsilonText: String
  public var parameters: [Parameter] = []
  /// The running mean and variance.
  public var buffers: [Parameter] = []

  public init(_ arguments: LayerArguments) throws(StrataError) {
    epsilon = arguments.number("epsilon")
    epsilonText = arguments.text("epsilon")
  }

  public var words: String { epsilonText == "1e-5" ? "batchnorm" : "batchnorm --epsilon \(epsilonText)" }

  public var extras: [(name: String, axes: [String])] {
    [("normalized", ["batch", "out"]), ("mean", ["out"]), ("variance", ["out"])]
  }

  public func outputShape(for input: Shape) throws(StrataError) -> Shape { input }

  /// What is normalised together: a number of a sample for itself, but all places of a map.
  private func features(of input: Shape) -> Int { input.rank == 3 ? input[2] : input.elementCount }

  /// A batch as a matrix with a column a feature: maps are the innermost axis.
  private func extents(_ tensor: Tensor) -> (rows: Int, columns: Int) {
    let columns = parameters[0].value.count
    return (tensor.count / columns, columns)
  }

  public mutating func initialize(for input: Shape, random: inout RandomStream) {
    let shape: Shape = [features(of: input)]
    parameters = [
      Parameter("scale", symbol: "γ", axes: ["out"], isPenalized: false, Tensor(shape, repeating: 1)),
      Parameter("shift", symbol: "β", axes: ["out"], isPenalized: false, Tensor(shape)),
    ]
    buffers = [
      Parameter("running.mean", symbol: "μᵣ", axes: ["out"], isPenalized: false, Tensor(shape)),
      Parameter("running.variance", symbol: "vᵣ", axes: ["out"], isPenalized: false, Tensor(shape, repeating: 1)),
    ]
  }

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    let (rows, columns) = extents(input)
    trace.output.resize(to: input.shape)
    if trace.extras.isEmpty { trace.extras = [.empty, Tensor([columns]), Tensor([columns])] }
    trace.extras[0].resize(to: input.shape)
    switch mode {
    case .training: measure(input, rows: rows, columns: columns, trace: &trace)
    case .evaluation:
      trace.extras[1].copy(from: buffers[0].value)
      trace.extras[2].copy(from: buffers[1].value)
    }
    let inverse = trace.extras[2].elements.map { 1 / ($0 + epsilon).squareRoot() }
    let mean = trace.extras[1]
    input.withUnsafeElements { x in
      trace.extras[0].withUnsafeMutableElements { normalized in
        for row in 0..<rows {
          for j in 0..<columns {
            normalized[row * columns + j] = (x[row * columns + j] - mean[flat: j]) * inverse[j]
          }
        }
      }
    }
    let (scale, shift, normalized) = (parameters[0].value, parameters[1].value, trace.extras[0])
    trace.output.withUnsafeMutableElements { h in
      for row in 0..<rows {
        for j in 0..<columns {
          h[row * columns + j] = scale[flat: j] * normalized[flat: row * columns + j] + shift[flat: j]
        }
      }
    }
  }

  /// The batch's mean and (biased) variance of each feature, summed in Double.
  private func measure(_ input: Tensor, rows: Int, columns: Int, trace: inout LayerTrace) {
    var mean = [Double](repeating: 0, count: columns)
    var variance = [Double](repeating: 0, count: columns)
    input.withUnsafeElements { x in
      for row in 0..<rows { for j in 0..<columns { mean[j] += Double(x[row * columns + j]) } }
      for j in 0..<columns { mean[j] /= Double(rows) }
      for row in 0..<rows {
        for j in 0..<columns {
          let difference = Double(x[row * columns + j]) - mean[j]
          variance[j] += difference * difference
        }
      }
    }
    for j in 0..<columns {
      trace.extras[1][flat: j] = Scalar(mean[j])
      trace.extras[2][flat: j] = Scalar(variance[j] / Double(rows))
    }
  }

  public mutating func absorb(_ trace: LayerTrace) {
    let rows = Scalar(extents(trace.output).rows)
    let unbiased = rows > 1 ? rows / (rows - 1) : 1
    let momentum = BatchNormalization.momentum
    for j in 0..<buffers[0].value.count {
      buffers[0].value[flat: j] += momentum * (trace.extras[1][flat: j] - buffers[0].value[flat: j])
      buffers[1].value[flat: j] += momentum * (trace.extras[2][flat: j] * unbiased - buffers[1].value[flat: j])
    }
  }

  public func backward(
    _ input: Tensor, outputGradient: Tensor, joined: Bool, wantsInputGradient: Bool, trace: inout LayerTrace
  ) {
    let (rows, columns) = extents(input)
    let normalized = trace.extras[0]
    trace.inputGradient.setElementwiseProduct(outputGradient, normalized)
    if trace.parameterGradients.isEmpty { trace.parameterGradients = [Tensor([columns]), Tensor([columns])] }
    trace.parameterGradients[0].setColumnSums(trace.inputGradient, columns: columns)
    trace.parameterGradients[1].setColumnSums(outputGradient, columns: columns)
    guard wantsInputGradient else { return }
    let (scale, variance) = (parameters[0].value, trace.extras[2])
    let (dScale, dShift) = (trace.parameterGradients[0], trace.parameterGradients[1])
    let m = Scalar(rows)
    let factor = (0..<columns).map { scale[flat: $0] / (variance[flat: $0] + epsilon).squareRoot() }
    trace.inputGradient.withUnsafeMutableElements { dx in
      for row in 0..<rows {
        for j in 0..<columns {
          let i = row * columns + j
          dx[i] =
            factor[j]
            * (outputGradient[flat: i] - dShift[flat: j] / m - normalized[flat: i] * dScale[flat: j] / m)
        }
      }
    }
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    let name = "batchnorm\(number)"
    let pairs = [
      ("weight", "scale"), ("bias", "shift"), ("running_mean", "running.mean"), ("running_var", "running.variance"),
    ]
    return PyTorchLayer(
      construction: [
        "self.\(name) = nn.BatchNorm1d(\(features(of: input)), eps=\(epsilonText), momentum=\(BatchNormalization.momentum))"
      ],
      loading: pairs.map { "self.\(name).\($0).copy_(tensors[\"layer\(number).\($1)\"])" },
      computation: [
        input.rank <= 1
          ? "h = self.\(name)(h)"
          : "h = self.\(name)(h.\(input.rank == 3 ? "flatten(0, 2)" : "flatten(1)")).reshape(h.shape)"
      ])
  }

  public func forwardText(_ signs: LayerSigns) -> String {
    let n = signs.number
    return "ẑ\(n) = (\(signs.input) − μ\(n))/√(v\(n) + ε);  \(signs.output) = γ\(n) ⊙ ẑ\(n) + β\(n)"
  }

  public func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    let (n, dh) = (signs.number, "∂\(signs.output)")
    let parameters = "∇γ\(n) = Σ\(dh) ⊙ ẑ\(n);  ∇β\(n) = Σ\(dh)"
    guard wantsInputGradient else { return parameters }
    return parameters + ";  ∂\(signs.input) = γ\(n)/√(v\(n)+ε) ⊙ (\(dh) − ∇β\(n)/m − ẑ\(n) ⊙ ∇γ\(n)/m)"
  }
}
