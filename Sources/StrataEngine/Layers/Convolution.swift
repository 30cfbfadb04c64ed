// The convolutional layer: a unit sees a small window of the picture below, and all units of a map share one kernel.
//
//   forward    z[r, c, n] = Σ_{i,j,m} x[sr − p + i, sc − p + j, m]·W[i, j, m, n] + b[n]      h = f(z)
//   backward   δ = ∂C/∂h ⊙ f′(z)      ∇W[i, j, m, n] = Σ_{batch,r,c} x[sr − p + i, sc − p + j, m]·δ[r, c, n]
//              ∇b[n] = Σ_{batch,r,c} δ[r, c, n]      ∂C/∂x: every δ goes back to its window, times the kernel
//
// Stride s, padding p (zeros around the picture). As everywhere in this field, "convolution" is what mathematics calls
// cross-correlation: kernels are not turned over.
// Shapes: x [batch, row, column, in], W [row, column, in, out], b [out], z, h, δ [batch, row, column, out]. PyTorch keeps
// W as [out, in, row, column] and pictures as [batch, map, row, column].
// Source: LeCun, Bottou, Bengio, Haffner 1998.

import CKernels

/// `h = f(x ∗ W + b)`.
public struct Convolution: Layer {
  public static let grammar = LayerGrammar(
    keyword: "conv", summary: "N feature maps, each a kernel that slides over the picture: h = f(x ∗ W + b)",
    positional: [
      LayerWord("N", .integer(1...100_000), "how many feature maps"),
      LayerWord("KxK", .text(form: WindowSize.form), "rows and columns of a kernel"),
      LayerWord(
        "ACTIVATION", .choice(functions.map(\.rawValue)), default: "identity", "what a unit makes of its sum"),
    ],
    options: [
      LayerWord("stride", .integer(1...1000), default: "1", "by how much the window moves"),
      LayerWord(
        "padding", .integer(0...1000), default: "0", "how many rows and columns of zeros lie around the picture"),
      LayerWord("init", .text(form: Initializer.form), default: "auto", "how the weights begin"),
      LayerWord("bias", .choice(["yes", "no"]), default: "yes", "whether maps have a bias"),
    ],
    examples: [
      "conv 8 5x5 relu", "conv 3 3x3 tanh --padding 1", "conv 4 3x2 sigmoid --stride 2 --padding 1",
      "conv 2 1x1 --bias no",
    ], exampleInput: [6, 5])

  /// Functions of one number that error can be carried back through.
  private static var functions: [Activation] { Activation.allCases.filter { $0 != .softmax && $0 != .step } }
  /// The most numbers of one sample's maps: what a batch of them needs must fit into memory.
  public static let maximumOutputs = 4_000_000

  public let maps: Int
  public let function: Activation
  public let stride: Int
  public let padding: Int
  let kernel: WindowSize
  private let initializer: Initializer?
  private let initializerWords: String
  private let hasBias: Bool
  public var parameters: [Parameter] = []

  public init(_ arguments: LayerArguments) throws(StrataError) {
    maps = arguments.integer("N")
    kernel = try WindowSize(arguments.text("KxK"), keyword: "conv")
    function = Activation(rawValue: arguments.text("ACTIVATION")) ?? .identity
    stride = arguments.integer("stride")
    padding = arguments.integer("padding")
    initializerWords = arguments.text("init")
    initializer = initializerWords == "auto" ? nil : try Initializer(initializerWords)
    hasBias = arguments.text("bias") == "yes"
    guard padding < max(kernel.rows, kernel.columns) else {
      throw StrataError(
        "conv --padding \(padding): windows of \(kernel.text) would lie in zeros altogether; less than "
          + "\(max(kernel.rows, kernel.columns)) was expected",
        try: "conv \(maps) \(kernel.text) --padding \((max(kernel.rows, kernel.columns) - 1) / 2)")
    }
  }

  public var words: String {
    "conv \(maps) \(kernel.text)" + (function == .identity ? "" : " \(function.rawValue)")
      + (stride == 1 ? "" : " --stride \(stride)") + (padding == 0 ? "" : " --padding \(padding)")
      + (initializerWords == "auto" ? "" : " --init \(initializerWords)") + (hasBias ? "" : " --bias no")
  }

  public var activation: Activation? { function }
  /// Rows and columns of a kernel.
  public var kernelRows: Int { kernel.rows }
  public var kernelColumns: Int { kernel.columns }

  public func outputShape(for input: Shape) throws(StrataError) -> Shape {
    let picture = try MapShape(input, for: "conv")
    let (rows, columns) = (picture.rows + 2 * padding - kernel.rows, picture.columns + 2 * padding - kernel.columns)
    guard rows >= 0, columns >= 0 else {
      throw StrataError(
        "a kernel of \(kernel.text) does not fit into a picture of \(picture.rows)×\(picture.columns)"
          + (padding > 0 ? " with \(padding) rows and columns of zeros around it" : ""),
        try: "conv \(maps) \(min(kernel.rows, picture.rows))x\(min(kernel.columns, picture.columns))")
    }
    let output = MapShape(rows: rows / stride + 1, columns: columns / stride + 1, maps: maps)
    guard output.shape.elementCount <= Convolution.maximumOutputs,
      kernel.rows * kernel.columns * picture.maps <= Dense.maximumWeights / maps
    else {
      throw StrataError(
        "\(maps) maps of \(output.rows)×\(output.columns) are more than \(Convolution.maximumOutputs) numbers for one "
          + "sample, or have more than \(Dense.maximumWeights) weights", try: "fewer maps, or --stride 2")
    }
    return output.shape
  }

  public mutating func initialize(for input: Shape, random: inout RandomStream) {
    guard let picture = MapShape(input) else { return }
    let window = kernel.rows * kernel.columns
    // Filled as a matrix, windows by maps, which is what it is.
    var weight = Tensor([window * picture.maps, maps])
    (initializer ?? .usual(for: function)).fill(
      &weight, inputs: window * picture.maps, outputs: window * maps, random: &random)
    parameters = [
      Parameter(
        "weight", symbol: "W", axes: ["row", "column", "in", "out"], isPenalized: true,
        weight.reshaped(to: [kernel.rows, kernel.columns, picture.maps, maps]))
    ]
    if hasBias { parameters.append(Parameter("bias", symbol: "b", axes: ["out"], isPenalized: false, Tensor([maps]))) }
  }

  /// The extents, for a batch.
  private func geometry(_ input: Tensor) -> ck_convolution {
    let maps = input.shape.rank == 4 ? input.shape[3] : 1
    let (rows, columns) = (input.shape[1], input.shape[2])
    return ck_convolution(
      batch: input.shape[0], rows: rows, columns: columns, maps: maps, kernel_rows: kernel.rows,
      kernel_columns: kernel.columns, stride: stride, padding: padding,
      out_rows: (rows + 2 * padding - kernel.rows) / stride + 1,
      out_columns: (columns + 2 * padding - kernel.columns) / stride + 1, out_maps: self.maps)
  }

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    var g = geometry(input)
    let shape: Shape = [g.batch, g.out_rows, g.out_columns, g.out_maps]
    trace.preactivation.resize(to: shape)
    function.apply(
      convolving: input, &g, weight: parameters[0].value, bias: hasBias ? parameters[1].value : nil,
      sum: &trace.preactivation, output: &trace.output, shape: shape)
  }

  public func backward(
    _ input: Tensor, outputGradient: Tensor, joined: Bool, wantsInputGradient: Bool, trace: inout LayerTrace
  ) {
    if trace.parameterGradients.count != parameters.count {
      trace.parameterGradients = parameters.map { Tensor($0.value.shape) }
    }
    if joined || function == .identity {
      propagate(input, delta: outputGradient, wantsInputGradient: wantsInputGradient, trace: &trace)
    } else {
      function.differentiate(
        z: trace.preactivation, y: trace.output, outputGradient: outputGradient, delta: &trace.delta)
      propagate(input, delta: trace.delta, wantsInputGradient: wantsInputGradient, trace: &trace)
    }
  }

  private func propagate(_ input: Tensor, delta: Tensor, wantsInputGradient: Bool, trace: inout LayerTrace) {
    var g = geometry(input)
    precondition(delta.count == g.batch * g.out_rows * g.out_columns * g.out_maps, "gradient of another shape")
    input.withUnsafeElements { x in
      delta.withUnsafeElements { delta in
        trace.parameterGradients[0].withUnsafeMutableElements {
          ck_convolve_weight_gradient(&g, x.baseAddress, delta.baseAddress, $0.baseAddress)
        }
        if hasBias {
          trace.parameterGradients[1].withUnsafeMutableElements {
            ck_column_sums(delta.count / maps, maps, 1, delta.baseAddress, $0.baseAddress)
          }
        }
        guard wantsInputGradient else { return }
        trace.inputGradient.resize(to: input.shape)
        parameters[0].value.withUnsafeElements { w in
          trace.inputGradient.withUnsafeMutableElements {
            ck_convolve_input_gradient(&g, delta.baseAddress, w.baseAddress, $0.baseAddress)
          }
        }
      }
    }
  }

  public func forwardText(_ signs: LayerSigns) -> String {
    let n = signs.number
    let sum = "\(signs.input) ∗ W\(n)" + (hasBias ? " + b\(n)" : "")
    return function == .identity ? "\(signs.output) = \(sum)" : "\(signs.output) = \(function.sign)(\(sum))"
  }

  public func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    let n = signs.number
    let delta = function == .identity && !joined ? "∂\(signs.output)" : "δ\(n)"
    var parts: [String] = []
    if function != .identity && !joined {
      parts.append("δ\(n) = ∂\(signs.output) ⊙ \(function.sign)′(z\(n))")
    }
    parts.append("∇W\(n) = \(signs.input) ∗ \(delta)")
    if hasBias { parts.append("∇b\(n) = Σ\(delta)") }
    if wantsInputGradient { parts.append("∂\(signs.input) = \(delta) ∗ W\(n)ᵀ") }
    return parts.joined(separator: ";  ")
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    let name = "conv\(number)"
    let maps = MapShape(input)?.maps ?? 1
    var loading = ["self.\(name).weight.copy_(tensors[\"layer\(number).weight\"].permute(3, 2, 0, 1))"]
    if hasBias { loading.append("self.\(name).bias.copy_(tensors[\"layer\(number).bias\"])") }
    let picture = input.rank == 2 ? "h.unsqueeze(1)" : "h.permute(0, 3, 1, 2)"
    return PyTorchLayer(
      construction: [
        "self.\(name) = nn.Conv2d(\(maps), \(self.maps), (\(kernel.rows), \(kernel.columns)), stride=\(stride), "
          + "padding=\(padding)\(hasBias ? "" : ", bias=False"))"
      ],
      loading: loading,
      computation: [
        "h = self.\(name)(\(picture)).permute(0, 2, 3, 1)", "h = " + function.pyTorch("h", rank: 3),
      ])
  }
}

extension Activation {
  /// `sum = x ∗ W + b`, `output = f(sum)`, both of `shape`, in one pass over groups of samples.
  fileprivate func apply(
    convolving x: Tensor, _ g: inout ck_convolution, weight: Tensor, bias: Tensor?, sum: inout Tensor,
    output: inout Tensor, shape: Shape
  ) {
    output.resize(to: shape)
    x.withUnsafeElements { x in
      weight.withUnsafeElements { w in
        sum.withUnsafeMutableElements { z in
          output.withUnsafeMutableElements { y in
            guard let bias else {
              ck_convolve(
                &g, kernel ?? ck_identity, parameter, x.baseAddress, w.baseAddress, nil, z.baseAddress, y.baseAddress)
              return
            }
            bias.withUnsafeElements {
              ck_convolve(
                &g, kernel ?? ck_identity, parameter, x.baseAddress, w.baseAddress, $0.baseAddress, z.baseAddress,
                y.baseAddress)
            }
          }
        }
      }
    }
  }
}
