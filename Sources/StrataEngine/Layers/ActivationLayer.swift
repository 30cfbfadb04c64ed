// An activation as a layer of its own: where it stands apart from the sum, as after batch normalisation.

/// `h = f(x)`, elementwise (softmax over the features, at each step of a sequence).
public struct ActivationLayer: Layer {
  public static let grammar = LayerGrammar(
    keyword: "activation", summary: "a function of every number on its own: h = f(x)",
    positional: [LayerWord("NAME", .choice(Activation.allCases.map(\.rawValue)), "the function")],
    examples: ["activation relu", "activation softmax"])

  public let function: Activation
  public var parameters: [Parameter] = []

  public init(_ arguments: LayerArguments) throws(StrataError) {
    function = Activation(rawValue: arguments.text("NAME")) ?? .identity
  }

  public var words: String { "activation \(function.rawValue)" }
  public var activation: Activation? { function }
  public func outputShape(for input: Shape) throws(StrataError) -> Shape { input }
  public mutating func initialize(for input: Shape, random: inout RandomStream) {}

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    // The kernel adds a bias to z in place, so z is a copy of the input that may be written.
    trace.preactivation.copy(from: input)
    function.apply(to: &trace.preactivation, bias: nil, output: &trace.output, shape: input.shape)
  }

  public func backward(
    _ input: Tensor, outputGradient: Tensor, joined: Bool, wantsInputGradient: Bool, trace: inout LayerTrace
  ) {
    if joined {
      if wantsInputGradient { trace.inputGradient.copy(from: outputGradient) }
    } else {
      function.differentiate(
        z: trace.preactivation, y: trace.output, outputGradient: outputGradient, delta: &trace.delta)
      if wantsInputGradient { trace.inputGradient.copy(from: trace.delta) }
    }
  }

  public func forwardText(_ signs: LayerSigns) -> String {
    function == .identity
      ? "\(signs.output) = \(signs.input)" : "\(signs.output) = \(function.sign)(\(signs.input))"
  }

  public func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    if joined { return "∂\(signs.input) = δ\(signs.number)" }
    if function == .identity { return "∂\(signs.input) = ∂\(signs.output)" }
    return "∂\(signs.input) = ∂\(signs.output) ⊙ \(function.sign)′(\(signs.input))"
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    PyTorchLayer(computation: ["h = " + function.pyTorch("h", rank: input.rank)])
  }

  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? {
    let place = position.map(String.init).joined(separator: ",")
    let z = trace.preactivation[flat: trace.preactivation.offset(of: position)]
    let y = trace.output[flat: trace.output.offset(of: position)]
    switch part {
    case .output:
      return ["\(signs.output)[\(place)] = \(function.sign)(\(number(z))) = \(number(y))     (\(function.formula))"]
    case .preactivation: return ["z\(signs.number)[\(place)] = \(signs.input)[\(place)] = \(number(z))"]
    default: return nil
    }
  }
}

extension Tensor {
  /// Takes over another tensor's numbers without sharing its storage: a workspace that shared would be copied afresh
  /// by its next writer.
  mutating func copy(from other: Tensor) {
    if shape != other.shape { resize(to: other.shape) }
    other.withUnsafeElements { source in
      withUnsafeMutableElements { target in
        if let base = source.baseAddress { target.baseAddress?.update(from: base, count: source.count) }
      }
    }
  }
}
