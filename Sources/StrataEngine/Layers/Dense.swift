// The dense (fully connected) layer: every unit sees every input.
//
//   forward    z = x·W + b            h = f(z)
//   backward   δ = ∂C/∂h ⊙ f′(z)      ∇W = xᵀ·δ      ∇b = Σ_batch δ      ∂C/∂x = δ·Wᵀ
//
// Shapes: x [batch, in], W [in, out], b [out], z, h, δ [batch, out]. Inputs with more axes (images) are seen flat.
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
    ],
    examples: ["dense 64 relu", "dense 10 softmax", "dense 8 tanh --init normal:0.1", "dense 3 --bias no"])

  /// The most weights one layer may have: 400 MB of them, as many again for each thing an optimiser remembers.
  public static let maximumWeights = 100_000_000

  public let units: Int
  public let function: Activation
  private let initializer: Initializer?
  private let hasBias: Bool
  public var parameters: [Parameter] = []

  public init(_ arguments: LayerArguments) throws(StrataError) {
    units = arguments.integer("N")
    function = Activation(rawValue: arguments.text("ACTIVATION")) ?? .identity
    initializer = arguments.text("init") == "auto" ? nil : try Initializer(arguments.text("init"))
    hasBias = arguments.text("bias") == "yes"
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
  }

  public var activation: Activation? { function }

  public func outputShape(for input: Shape) throws(StrataError) -> Shape {
    guard input.elementCount > 0 else { throw StrataError("dense expects inputs, got a sample of shape \(input)") }
    guard input.elementCount <= Dense.maximumWeights / units else {
      throw StrataError(
        "\(input.elementCount) inputs times \(units) units are more than \(Dense.maximumWeights) weights",
        try: "fewer units")
    }
    return [units]
  }

  public mutating func initialize(for input: Shape, random: inout RandomStream) {
    var weight = Tensor([input.elementCount, units])
    (initializer ?? .usual(for: function)).fill(
      &weight, inputs: input.elementCount, outputs: units, random: &random)
    parameters = Dense.parameters(weight: weight, bias: hasBias ? Tensor([units]) : nil)
  }

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    trace.preactivation.setProduct(input, parameters[0].value)
    function.apply(
      to: &trace.preactivation, bias: hasBias ? parameters[1].value : nil, output: &trace.output,
      shape: trace.preactivation.shape)
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
    trace.parameterGradients[0].setProduct(input, delta, transposingFirst: true)
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
    let inputs = input.rank <= 1 ? "h" : "h.flatten(1)"
    return PyTorchLayer(
      construction: ["self.\(name) = nn.Linear(\(input.elementCount), \(units)\(hasBias ? "" : ", bias=False"))"],
      loading: loading, computation: ["h = " + function.pyTorch("self.\(name)(\(inputs))", rank: 1)])
  }

  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? {
    let n = signs.number
    let x = input.reshaped(to: [input.matrixExtents.rows, input.matrixExtents.columns])
    let weight = parameters[0].value
    let delta = joined || function == .identity ? outputGradient : trace.delta
    switch part {
    case .preactivation, .output:
      let (row, unit) = (position[0], position[1])
      let bias = hasBias ? parameters[1].value[unit] : nil
      var lines = Terms.sum(
        name: "z\(n)[\(row),\(unit)]",
        formula: "Σ_k \(signs.input)[\(row),k]·W\(n)[k,\(unit)]"
          + (bias == nil ? "" : " + b\(n)[\(unit)]"),
        products: (0..<weight.shape[0]).map { (x[row, $0], weight[$0, unit]) }, constant: bias)
      let fresh = (0..<weight.shape[0]).reduce(Scalar(0)) { $0 + x[row, $1] * weight[$1, unit] } + (bias ?? 0)
      let stored = trace.preactivation[row, unit]
      if abs(fresh - stored) > 1e-3 * max(1, abs(stored)) {
        lines.append("but when the line was executed it was \(number(stored)): the weights or x have changed since")
      }
      if part == .output {
        lines += explainActivation(row: row, unit: unit, trace: trace, signs: signs)
      }
      return lines
    case .delta:
      guard let outputGradient else { return nil }
      let (row, unit) = (position[0], position[1])
      if joined || function == .identity {
        return ["δ\(n)[\(row),\(unit)] = ∂C/∂z\(n)[\(row),\(unit)] = \(number(outputGradient[row, unit]))"]
      }
      if function == .softmax {
        let (y, g) = (trace.output, outputGradient)
        let inner = (0..<units).reduce(0) { $0 + y[row, $1] * g[row, $1] }
        return [
          "δ\(n)[\(row),\(unit)] = y·(∂C/∂y − Σ_k ∂C/∂y_k·y_k)",
          "= \(number(y[row, unit]))·(\(number(g[row, unit])) − \(number(inner))) = \(number(trace.delta[row, unit]))",
        ]
      }
      let z = trace.preactivation[row, unit]
      return [
        "δ\(n)[\(row),\(unit)] = ∂C/∂\(signs.output)[\(row),\(unit)] · \(function.sign)′(z\(n)[\(row),\(unit)])",
        "= \(number(outputGradient[row, unit])) · \(function.sign)′(\(number(z)))",
        "= \(number(outputGradient[row, unit])) · \(number(Scalar(function.slope(Double(z)))))"
          + " = \(number(trace.delta[row, unit]))",
      ]
    case .parameterGradient(0):
      guard let delta, delta.count > 0 else { return nil }
      let (k, unit) = (position[0], position[1])
      return Terms.sum(
        name: "∇W\(n)[\(k),\(unit)]", formula: "Σ_i \(signs.input)[i,\(k)]·δ\(n)[i,\(unit)]   (i over the batch)",
        products: (0..<x.shape[0]).map { (x[$0, k], delta[$0, unit]) }, constant: nil)
    case .parameterGradient:
      guard let delta, delta.count > 0 else { return nil }
      let unit = position[0]
      return Terms.sum(
        name: "∇b\(n)[\(unit)]", formula: "Σ_i δ\(n)[i,\(unit)]   (i over the batch)",
        products: (0..<x.shape[0]).map { (1, delta[$0, unit]) }, constant: nil)
    case .inputGradient:
      guard let delta, delta.count > 0 else { return nil }
      let row = position[0]
      let k = input.offset(of: [0] + position.dropFirst())
      return Terms.sum(
        name: "∂\(signs.input)[\(row),\(k)]", formula: "Σ_j δ\(n)[\(row),j]·W\(n)[\(k),j]",
        products: (0..<units).map { (delta[row, $0], weight[k, $0]) }, constant: nil)
    }
  }

  private func explainActivation(row: Int, unit: Int, trace: LayerTrace, signs: LayerSigns) -> [String] {
    let z = trace.preactivation[row, unit]
    let name = "\(signs.output)[\(row),\(unit)]"
    switch function {
    case .identity: return ["\(name) = z\(signs.number)[\(row),\(unit)] = \(number(trace.output[row, unit]))"]
    case .softmax:
      return [
        "\(name) = e^z / Σ_k e^z\(signs.number)[\(row),k], over \(units) units",
        "= e^\(number(z)) / Σ = \(number(trace.output[row, unit]))",
      ]
    default:
      return ["\(name) = \(function.sign)(\(number(z))) = \(number(trace.output[row, unit]))     (\(function.formula))"]
    }
  }
}
