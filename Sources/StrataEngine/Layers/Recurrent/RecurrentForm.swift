// The words that recurrent layers share: how many units, what is put out, where the gradient is cut, how weights begin.

/// How many units, what is put out, where the gradient is cut, how weights begin.
public struct RecurrentForm: Hashable, Sendable {
  /// Units with a state each.
  public let units: Int
  /// Whether the state at every time step is put out, `[time, units]`; else the last one, `[units]`.
  public let putsOutEachStep: Bool
  /// The gradient through the state is cut at every so many steps; nil where it goes back to the beginning.
  public let truncation: Int?
  /// How all weights begin; nil for the usual start.
  let initializer: Initializer?
  private let initializerWords: String

  static let unitsWord = LayerWord("N", .integer(1...1_000_000), "how many units")
  static let options = [
    LayerWord("steps", .choice(["last", "each"]), default: "last", "which states are put out"),
    LayerWord(
      "truncate", .text(form: "a number of steps, or off"), default: "off",
      "cuts the gradient through the state at every K-th time step"),
    LayerWord(
      "init", .text(form: Initializer.form), default: "auto",
      "how the weights begin; auto: glorot, and orthogonal from state to state"),
  ]

  init(_ arguments: LayerArguments, keyword: String) throws(StrataError) {
    units = arguments.integer("N")
    putsOutEachStep = arguments.text("steps") == "each"
    if arguments.text("truncate") == "off" {
      truncation = nil
    } else {
      guard let steps = Int(arguments.text("truncate")), steps > 0 else {
        throw StrataError(
          "\(keyword) --truncate: a number of steps from 1, or off, was expected, got '\(arguments.text("truncate"))'",
          try: "\(keyword) \(units) --truncate 10")
      }
      truncation = steps
    }
    initializer = arguments.text("init") == "auto" ? nil : try Initializer(arguments.text("init"))
    initializerWords = arguments.text("init")
  }

  /// The options that differ from the usual, as they would be typed.
  var words: String {
    (putsOutEachStep ? " --steps each" : "") + (truncation.map { " --truncate \($0)" } ?? "")
      + (initializerWords == "auto" ? "" : " --init \(initializerWords)")
  }

  /// Throws where the input is no sequence, or the weights would be too many.
  func outputShape(for input: Shape, gates: Int, keyword: String) throws(StrataError) -> Shape {
    guard input.rank == 2, input.elementCount > 0 else {
      throw StrataError(
        "\(keyword) expects a sequence, time×features; a sample here is \(input)",
        try: input.rank == 1
          ? "change 1 rnn 32 --steps each   (a recurrent layer below that puts out all its steps)"
          : "data digits   (the rows of a grey picture are a sequence)")
    }
    guard input[1] + units <= Dense.maximumWeights / gates / units else {
      throw StrataError(
        "\(keyword) \(units) on \(input[1]) features would have more than \(Dense.maximumWeights) weights",
        try: "fewer units")
    }
    return putsOutEachStep ? [input[0], units] : [units]
  }

  /// Beyond so many units orthogonal weights take too long to make; normal ones of the same size stand in.
  static let largestOrthogonal = 256

  /// W, the weights from the inputs: each gate's begin as a layer's of their own.
  func inputWeight(inputs: Int, gates: Int, random: inout RandomStream) -> Tensor {
    var weight = Tensor([inputs, gates * units])
    (initializer ?? .glorot).fill(&weight, inputs: inputs, outputs: units, random: &random)
    return weight
  }

  /// U, the weights from state to state. Usually orthogonal for each gate, so that a signal neither fades nor grows as
  /// it goes round (Saxe, McClelland, Ganguli 2013); `identity` for rectified units (Le, Jaitly, Hinton 2015).
  func recurrentWeight(gates: Int, identity: Bool = false, random: inout RandomStream) -> Tensor {
    var weight = Tensor([units, gates * units])
    if let initializer, initializer != .orthogonal {
      initializer.fill(&weight, inputs: units, outputs: units, random: &random)
      return weight
    }
    for gate in 0..<gates {
      var block = Tensor([units, units])
      if identity && initializer == nil {
        for unit in 0..<units { block[flat: unit * (units + 1)] = 1 }
      } else if units <= RecurrentForm.largestOrthogonal {
        Initializer.orthogonal.fill(&block, inputs: units, outputs: units, random: &random)
      } else {
        random.fillNormal(&block, mean: 0, deviation: 1 / Scalar(units).squareRoot())
      }
      for row in 0..<units {
        for column in 0..<units {
          weight[flat: (row * gates + gate) * units + column] = block[flat: row * units + column]
        }
      }
    }
    return weight
  }

  /// The parameters W, U and b, in this order.
  static func parameters(weight: Tensor, recurrent: Tensor, bias: Tensor, axis: String = "gate") -> [Parameter] {
    [
      Parameter("weight", symbol: "W", axes: ["in", axis], isPenalized: true, weight),
      Parameter("recurrent", symbol: "U", axes: ["unit", axis], isPenalized: true, recurrent),
      Parameter("bias", symbol: "b", axes: [axis], isPenalized: false, bias),
    ]
  }

  /// What `nn.RNN`, `nn.LSTM` and `nn.GRU` put out, brought to what this layer does.
  func pyTorchOutput(of name: String) -> String {
    "h = self.\(name)(h)[0]" + (putsOutEachStep ? "" : "[:, -1]")
  }
}
