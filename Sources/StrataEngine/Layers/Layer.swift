// The layer: an open set. A new layer is one file and one line in `layerTypes`; from that line come its word in the
// commands, help, completion, saving, drawing, and every conformance test.

/// Whether a forward pass is part of learning (dropout drops, batch normalisation uses the batch) or a question.
public enum ForwardMode: Sendable {
  case training, evaluation
}

/// One learned tensor of a layer.
public struct Parameter: Sendable, Equatable {
  /// `weight`, `bias`, `scale`, `shift`: the last component of its full name.
  public var name: String
  /// Its sign in formulas, without the layer's number: `W`, `b`, `γ`.
  public var symbol: String
  /// The meaning of each axis: `["in", "out"]`.
  public var axes: [String]
  /// Whether weight penalties apply: to weights, not to biases.
  public var isPenalized: Bool
  public var value: Tensor

  public init(_ name: String, symbol: String, axes: [String], isPenalized: Bool, _ value: Tensor) {
    self.name = name
    self.symbol = symbol
    self.axes = axes
    self.isPenalized = isPenalized
    self.value = value
  }
}

/// What one pass leaves behind at a layer, for the backward pass and for anybody to look at. A workspace: made once,
/// written again and again.
public struct LayerTrace: Sendable {
  /// The sum before the activation, z; empty where a layer has none.
  public var preactivation = Tensor.empty
  /// What the layer puts out, `[batch] + outputShape`.
  public var output = Tensor.empty
  /// ∂C/∂z, where the layer has a preactivation; written by `backward`.
  public var delta = Tensor.empty
  /// ∂C/∂input, written by `backward` when it is wanted: the gradient at the output of the layer before.
  public var inputGradient = Tensor.empty
  /// ∂C/∂parameter, in the order of `parameters`.
  public var parameterGradients: [Tensor] = []
  /// Whatever else the layer keeps (dropout's mask, a batch's mean), in the order of `Layer.extras`.
  public var extras: [Tensor] = []
  /// What a recurrent layer keeps of every time step.
  public var sequence = SequenceTrace()

  public init() {}
}

/// How the listing writes a layer: the signs of its input and output and its number.
public struct LayerSigns: Sendable {
  /// `x` for the first layer, else `h1`, `h2`, …
  public var input: String
  /// `h1`, …; `y` for the last.
  public var output: String
  /// The layer's number as a suffix: `1`.
  public var number: String
}

public protocol Layer: Sendable {
  /// Its words, for parsing, help and tests.
  static var grammar: LayerGrammar { get }
  /// A layer from its words; without parameters until `initialize`.
  init(_ arguments: LayerArguments) throws(StrataError)
  /// The words that make it again: `dense 64 relu`.
  var words: String { get }
  /// What it learns; empty before `initialize` or where there is nothing to learn. Stored, so that changes are in place.
  var parameters: [Parameter] { get set }
  /// Numbers that change by themselves in training and belong to the model (running means); saved, not learned.
  var buffers: [Parameter] { get set }
  /// The names of `LayerTrace.extras`.
  var extras: [(name: String, axes: [String])] { get }
  /// The activation at its output, where it has one: saturation is judged by it, and losses join with it.
  var activation: Activation? { get }

  /// The shape of one output sample. Throws when the layer cannot take such an input.
  func outputShape(for input: Shape) throws(StrataError) -> Shape
  /// Makes its parameters for an input shape, random ones from the stream.
  mutating func initialize(for input: Shape, random: inout RandomStream)

  /// `trace.output = f(input)`. In training mode may draw from the stream and fill `trace.extras`.
  func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream)
  /// From ∂C/∂output: `trace.parameterGradients` and, when wanted, `trace.inputGradient`. When `joined`, the given
  /// gradient is already ∂C/∂z (the loss has been joined with the activation).
  func backward(
    _ input: Tensor, outputGradient: Tensor, joined: Bool, wantsInputGradient: Bool, trace: inout LayerTrace)
  /// Takes up what a training pass found out (running means). Called once after each training `forward`.
  mutating func absorb(_ trace: LayerTrace)

  /// The forward line of the listing: `h1 = relu(x·W1 + b1)`.
  func forwardText(_ signs: LayerSigns) -> String
  /// The backward line: `δ1 = ∂h1 ⊙ relu′(z1); ∇W1 = xᵀ·δ1; …`.
  func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String
  /// The formula of one element with its numbers, or nil where the layer has nothing to say on that tensor.
  func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]?

  /// The layer in PyTorch, as it answers a question: what `number` (from 1) is in the stack, and the shape of one input
  /// sample. Only called where the layer has its parameters. It has no default: a layer that was left out of a script
  /// would be a network that computes something else.
  func pyTorch(number: Int, input: Shape) -> PyTorchLayer
}

/// Which tensor of a layer is being explained.
public enum ExplainedPart: Hashable, Sendable {
  case preactivation, output, delta, inputGradient
  /// The gradient of the parameter with this index.
  case parameterGradient(Int)
  /// A tensor that a recurrent layer keeps of every time step.
  case kept(SequenceTrace.Part)
}

extension Layer {
  public var buffers: [Parameter] {
    get { [] }
    set {}
  }
  public var extras: [(name: String, axes: [String])] { [] }
  public var activation: Activation? { nil }
  public mutating func absorb(_ trace: LayerTrace) {}
  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? { nil }

  /// Numbers that are learned.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }
}

/// Every kind of layer, in the order of the documentation.
public let layerTypes: [any Layer.Type] = [
  Dense.self, ActivationLayer.self, Dropout.self, BatchNormalization.self,
  Convolution.self, MaximumPooling.self, RootPooling.self, AveragePooling.self, ProbabilisticPooling.self,
  Flatten.self, SimpleRecurrent.self, LongShortTermMemory.self, GatedRecurrent.self,
]

/// A layer from the words of a command: `["dense", "64", "relu"]`. Throws with what was expected.
public func makeLayer(_ words: [String]) throws(StrataError) -> any Layer {
  guard let keyword = words.first else {
    throw StrataError("a layer was expected", try: "add dense 16 relu")
  }
  guard let type = layerTypes.first(where: { $0.grammar.keyword == keyword }) else {
    let known = layerTypes.map { $0.grammar.keyword }.joined(separator: ", ")
    throw StrataError("there is no layer '\(keyword)'; layers are \(known)", try: "add dense 16 relu")
  }
  let arguments = try LayerArguments(Array(words.dropFirst()), grammar: type.grammar)
  return try type.init(arguments)
}
