// Dropout: in training each number is dropped with probability p and the rest are scaled up by 1/(1 − p), so that
// the expected sum stays; a question uses all of them.
//
//   training    m ~ Bernoulli(1 − p)/(1 − p)     h = m ⊙ x     ∂C/∂x = m ⊙ ∂C/∂h
//   evaluation  h = x
//
// Source: Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014 (the "inverted" form).

/// Drops each number with probability p while training.
public struct Dropout: Layer {
  public static let grammar = LayerGrammar(
    keyword: "dropout", summary: "drops each number with probability P while training: h = m ⊙ x",
    positional: [LayerWord("P", .number(0...0.99), "the share that is dropped")],
    examples: ["dropout 0.5"])

  public let rate: Scalar
  private let rateText: String
  public var parameters: [Parameter] = []

  public init(_ arguments: LayerArguments) throws(StrataError) {
    rate = arguments.number("P")
    rateText = arguments.text("P")
  }

  public var words: String { "dropout \(rateText)" }
  public var extras: [(name: String, axes: [String])] { [("mask", ["batch", "out"])] }
  public func outputShape(for input: Shape) throws(StrataError) -> Shape { input }
  public mutating func initialize(for input: Shape, random: inout RandomStream) {}

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    switch mode {
    case .training:
      if trace.extras.isEmpty { trace.extras = [.empty] }
      random.dropout(input, rate: rate, mask: &trace.extras[0], output: &trace.output)
    case .evaluation:
      trace.output.copy(from: input)
    }
  }

  public func backward(
    _ input: Tensor, outputGradient: Tensor, joined: Bool, wantsInputGradient: Bool, trace: inout LayerTrace
  ) {
    if wantsInputGradient { trace.inputGradient.setElementwiseProduct(outputGradient, trace.extras[0]) }
  }

  public func forwardText(_ signs: LayerSigns) -> String {
    "m\(signs.number) ~ keep \(number(1 - rate));  \(signs.output) = m\(signs.number) ⊙ \(signs.input)"
  }

  public func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    "∂\(signs.input) = m\(signs.number) ⊙ ∂\(signs.output)"
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    PyTorchLayer(
      construction: ["self.dropout\(number) = nn.Dropout(\(rateText))"],
      computation: ["h = self.dropout\(number)(h)"])
  }

  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? {
    guard part == .output, let mask = trace.extras.first, mask.count == input.count else { return nil }
    let place = position.map(String.init).joined(separator: ",")
    let offset = input.offset(of: position)
    return [
      "\(signs.output)[\(place)] = m\(signs.number)[\(place)]·\(signs.input)[\(place)]",
      "= \(number(mask[flat: offset]))·\(number(input[flat: offset])) = \(number(trace.output[flat: offset]))",
    ]
  }
}
