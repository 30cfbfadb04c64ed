// The dense (fully connected) layer: every unit sees every input.
//
//   forward    z = x·W + b            h = f(z)
//   backward   δ = ∂C/∂h ⊙ f′(z)      ∇W = xᵀ·δ      ∇b = Σ_batch δ      ∂C/∂x = δ·Wᵀ
//
// Shapes: x [batch, in], W [in, out], b [out], z, h, δ [batch, out]. Inputs with more axes (images) are seen flat. With
// `--steps each` every time step of a sequence is a row of its own: x [batch, time, in], h [batch, time, out], same W.
// Source: Rumelhart, Hinton, Williams 1986.

/// `h = f(x·W + b)`.
public struct Dense: Layer {
  public static let grammar = LayerGrammar(
    keyword: "dense", summary: "every unit sees every input: h = f(x·W + b)",
    positional: [
      LayerWord("N", .integer(1...1_000_000), "how many units"),
      LayerWord(
        "ACTIVATION", .choice(Activation.allCases.map(\.rawValue)), default: "identity",
        "what a unit makes of its sum"),
    ],
    options: [
      LayerWord("init", .text(form: Initializer.form), default: "auto", "how the weights begin"),
      LayerWord("bias", .choice(["yes", "no"]), default: "yes", "whether units have a bias"),
      LayerWord(
        "steps", .choice(["together", "each"]), default: "together",
        "whether it sees a sequence whole, or each time step with the same weights"),
    ],
    examples: [
      "dense 64 relu", "dense 10 softmax", "dense 8 tanh --init normal:0.1", "dense 3 --bias no",
      "dense 6 softmax --steps each",
    ],
    exampleInput: [4, 3])

  /// The most weights one layer may have: 400 MB of them, as many again for each thing an optimiser remembers.
  public static let maximumWeights = 100_000_000

  public let units: Int
  public let function: Activation
  private let initializer: Initializer?
  let hasBias: Bool
  /// Whether every time step of a sequence is answered for itself.
  public let seesEachStep: Bool
  public var parameters: [Parameter] = []

  public init(_ arguments: LayerArguments) throws(StrataError) {
    units = arguments.integer("N")
    function = Activation(rawValue: arguments.text("ACTIVATION")) ?? .identity
    initializer = arguments.text("init") == "auto" ? nil : try Initializer(arguments.text("init"))
    hasBias = arguments.text("bias") == "yes"
    seesEachStep = arguments.text("steps") == "each"
    self.initializerWords = arguments.text("init")
  }
  private let initializerWords: String

  /// A layer from its tensors: W `[in, out]`, b `[out]`.
  public init(weight: Tensor, bias: Tensor?, activation: Activation) {
    units = weight.shape[1]
    function = activation
    initializer = nil
    initializerWords = "auto"
    hasBias = bias != nil
    seesEachStep = false
    parameters = Dense.parameters(weight: weight, bias: bias)
  }

  private static func parameters(weight: Tensor, bias: Tensor?) -> [Parameter] {
    let weight = Parameter("weight", symbol: "W", axes: ["in", "out"], isPenalized: true, weight)
    guard let bias else { return [weight] }
    return [weight, Parameter("bias", symbol: "b", axes: ["out"], isPenalized: false, bias)]
  }

  public var words: String {
    "dense \(units)" + (function == .identity ? "" : " \(function.rawValue)")
      + (initializerWords == "auto" ? "" : " --init \(initializerWords)") + (hasBias ? "" : " --bias no")
      + (seesEachStep ? " --steps each" : "")
  }

  public var activation: Activation? { function }

  public func outputShape(for input: Shape) throws(StrataError) -> Shape {
    guard input.elementCount > 0 else { throw StrataError("dense expects inputs, got a sample of shape \(input)") }
    guard !seesEachStep || input.rank == 2 else {
      throw StrataError(
        "dense --steps each expects a sequence, time×features; a sample here is \(input)",
        try: input.rank == 1
          ? "change 1 rnn 32 --steps each   (a recurrent layer below that puts out all its steps)"
          : "dense \(units), without --steps")
    }
    guard inputs(of: input) <= Dense.maximumWeights / units else {
      throw StrataError(
        "\(inputs(of: input)) inputs times \(units) units are more than \(Dense.maximumWeights) weights",
        try: "fewer units")
    }
    return seesEachStep ? [input[0], units] : [units]
  }

  /// What a unit sees: all numbers of a sample, or those of a time step.
  private func inputs(of input: Shape) -> Int { seesEachStep ? input[1] : input.elementCount }

  public mutating func initialize(for input: Shape, random: inout RandomStream) {
    let inputs = inputs(of: input)
    var weight = Tensor([inputs, units])
    (initializer ?? .usual(for: function)).fill(&weight, inputs: inputs, outputs: units, random: &random)
    parameters = Dense.parameters(weight: weight, bias: hasBias ? Tensor([units]) : nil)
  }

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    trace.preactivation.setProduct(asRows(input), parameters[0].value)
    if seesEachStep { trace.preactivation.resize(to: [input.shape[0], input.shape[1], units]) }
    function.apply(
      to: &trace.preactivation, bias: hasBias ? parameters[1].value : nil, output: &trace.output,
      shape: trace.preactivation.shape)
  }

  /// A row a sample, or a row a time step.
  func asRows(_ tensor: Tensor) -> Tensor {
    guard seesEachStep else { return tensor }
    let (rows, columns) = tensor.rowExtents
    return tensor.reshaped(to: Shape(rows: rows, columns: columns))
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
    let delta = asRows(delta)
    trace.parameterGradients[0].setProduct(asRows(input), delta, transposingFirst: true)
    if hasBias { trace.parameterGradients[1].setColumnSums(delta) }
    if wantsInputGradient {
      trace.inputGradient.setProduct(delta, parameters[0].value, transposingSecond: true)
      // Pictures were seen flat, but are none for the layer below.
      if trace.inputGradient.shape != input.shape { trace.inputGradient.resize(to: input.shape) }
    }
  }

  public func forwardText(_ signs: LayerSigns) -> String {
    let n = signs.number
    let sum = "\(signs.input)·W\(n)" + (hasBias ? " + b\(n)" : "")
    switch function {
    case .identity: return "\(signs.output) = \(sum)"
    case .softmax: return "z\(n) = \(sum);  \(signs.output) = softmax(z\(n))"
    default: return "\(signs.output) = \(function.sign)(\(sum))"
    }
  }

  public func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    let n = signs.number
    // Without an activation ∂C/∂z is ∂C/∂h itself and needs no sign of its own.
    let delta = function == .identity && !joined ? "∂\(signs.output)" : "δ\(n)"
    var parts: [String] = []
    if function == .softmax && !joined {
      parts.append("δ\(n) = \(signs.output) ⊙ (∂\(signs.output) − ⟨∂\(signs.output), \(signs.output)⟩)")
    } else if function != .identity && !joined {
      parts.append("δ\(n) = ∂\(signs.output) ⊙ \(function.sign)′(z\(n))")
    }
    parts.append("∇W\(n) = \(signs.input)ᵀ·\(delta)")
    if hasBias { parts.append("∇b\(n) = Σ\(delta)") }
    if wantsInputGradient { parts.append("∂\(signs.input) = \(delta)·W\(n)ᵀ") }
    return parts.joined(separator: ";  ")
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    let name = "dense\(number)"
    var loading = ["self.\(name).weight.copy_(tensors[\"layer\(number).weight\"].T)"]
    if hasBias { loading.append("self.\(name).bias.copy_(tensors[\"layer\(number).bias\"])") }
    // nn.Linear works on the last axis, so that time steps are rows by themselves.
    let source = input.rank <= 1 || seesEachStep ? "h" : "h.flatten(1)"
    return PyTorchLayer(
      construction: ["self.\(name) = nn.Linear(\(inputs(of: input)), \(units)\(hasBias ? "" : ", bias=False"))"],
      loading: loading, computation: ["h = " + function.pyTorch("self.\(name)(\(source))", rank: 1)])
  }
}
