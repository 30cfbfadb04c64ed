// Flattening: the maps of a picture seen as one row of numbers, row by row, column by column, all maps of a place together.
// Put in by itself where a dense layer is added above maps.

/// `h = x`, seen as one row.
public struct Flatten: Layer {
  public static let grammar = LayerGrammar(
    keyword: "flatten", summary: "a picture's maps seen as one row of numbers: h = x", positional: [],
    examples: ["flatten"], exampleInput: [3, 2, 2])

  public var parameters: [Parameter] = []

  public init(_ arguments: LayerArguments) throws(StrataError) {}
  /// A layer without words.
  public init() {}

  public var words: String { "flatten" }
  public func outputShape(for input: Shape) throws(StrataError) -> Shape { [input.elementCount] }
  public mutating func initialize(for input: Shape, random: inout RandomStream) {}

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    let (rows, columns) = input.matrixExtents
    trace.output.resize(to: Shape(rows: rows, columns: columns))
    trace.output.copyElements(of: input)
  }

  public func backward(
    _ input: Tensor, outputGradient: Tensor, joined: Bool, wantsInputGradient: Bool, trace: inout LayerTrace
  ) {
    guard wantsInputGradient else { return }
    trace.inputGradient.resize(to: input.shape)
    trace.inputGradient.copyElements(of: outputGradient)
  }

  public func forwardText(_ signs: LayerSigns) -> String { "\(signs.output) = \(signs.input)   (flat)" }

  public func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    "∂\(signs.input) = ∂\(signs.output)"
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer { PyTorchLayer(computation: ["h = h.flatten(1)"]) }

  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? {
    guard part == .output, trace.output.count == input.count else { return nil }
    let offset = trace.output.offset(of: position)
    let from = input.position(of: offset).map(String.init).joined(separator: ",")
    let place = position.map(String.init).joined(separator: ",")
    return ["\(signs.output)[\(place)] = \(signs.input)[\(from)] = \(number(input[flat: offset]))"]
  }
}

extension Tensor {
  /// Takes over another tensor's numbers, keeping its own shape. Traps when the counts differ.
  fileprivate mutating func copyElements(of other: Tensor) {
    precondition(other.count == count, "\(other.shape) seen as \(shape)")
    other.withUnsafeElements { source in
      withUnsafeMutableElements { target in
        if let base = source.baseAddress { target.baseAddress?.update(from: base, count: source.count) }
      }
    }
  }
}
