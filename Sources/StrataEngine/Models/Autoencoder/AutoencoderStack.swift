// Autoencoders stacked on one another: the code of one is the input of the next. One level is a plain autoencoder.
//
// Built and taught greedily from the input up; then unrolled into a network with a softmax layer and fine-tuned, or, with
// sigmoid codes, taken as the lower levels of a deep belief network. Sources: Bengio, Lamblin, Popovici, Larochelle 2007
// (stacks), Hinton, Salakhutdinov 2006 (deep autoencoders), Vincent et al. 2010 (denoising stacks).

/// A stack of autoencoders from the input up.
public struct AutoencoderStack: StackedModel, PlacedModel {
  public static let keyword = "autoencoder"
  public var kind: String { levels.count == 1 ? "autoencoder" : "stack of autoencoders" }

  /// The shape of one input sample.
  public private(set) var inputShape: Shape
  /// The levels from the input up; never empty.
  public internal(set) var levels: [Autoencoder]
  public var levelCount: Int { levels.count }
  /// The seed from which weights are drawn, one stream a level.
  public private(set) var seed: UInt64

  /// A single autoencoder over the input. Throws where the plan makes no sense.
  public init(inputShape: Shape, _ plan: Autoencoder.Plan, seed: UInt64) throws(StrataError) {
    self.inputShape = inputShape
    self.seed = seed
    levels = []
    levels.append(try level(1, visible: inputShape.elementCount, plan))
  }

  /// Puts another one on top, whose input is the code of the one below. Throws where that makes no sense.
  public mutating func stack(_ plan: Autoencoder.Plan) throws(StrataError) {
    levels.append(try level(levels.count + 1, visible: levels[levels.count - 1].hiddenCount, plan))
  }

  private func level(_ number: Int, visible: Int, _ plan: Autoencoder.Plan) throws(StrataError) -> Autoencoder {
    try plan.check()
    guard Double(visible) * Double(plan.hidden) <= 2e8 else {
      throw StrataError(
        "\(visible) by \(plan.hidden) units need more than 200 million weights", try: "fewer code units")
    }
    var random = RandomStream(seed: seed, name: "initialize level \(number)")
    return Autoencoder(visible: visible, plan, random: &random)
  }

  public mutating func initialize(seed: UInt64) {
    self.seed = seed
    for (index, old) in levels.enumerated() {
      var random = RandomStream(seed: seed, name: "initialize level \(index + 1)")
      levels[index] = Autoencoder(visible: old.visibleCount, old.plan, random: &random)
    }
  }

  /// Fits other data when their inputs have as many numbers; nothing is renewed then.
  public mutating func adapt(to data: DataSet) throws(StrataError) -> [Int] {
    guard data.inputShape.elementCount == levels[0].visibleCount else {
      throw StrataError(
        "the autoencoder takes \(levels[0].visibleCount) numbers, but these data have inputs of \(data.inputShape)",
        try: "autoencoder \(levels[0].hiddenCount)")
    }
    inputShape = data.inputShape
    return []
  }

  /// Throws where an output of probabilities should give back numbers that are none.
  func check(_ data: DataSet) throws(StrataError) {
    guard levels[0].plan.loss == .binaryCrossEntropy, let range = data.train.inputs.range,
      range.lowerBound < 0 || range.upperBound > 1
    else { return }
    throw StrataError(
      "binary-cross-entropy is for inputs from 0 to 1, but \(data.name) goes from \(number(range.lowerBound)) to "
        + number(range.upperBound), try: "autoencoder \(levels[0].hiddenCount) --output identity")
  }

  /// Codes of every level below `count`, one on the other, without noise: `[batch, units]`. The input itself for 0.
  public func passUp(_ input: Tensor, through count: Int) -> Tensor {
    let (rows, columns) = input.matrixExtents
    var below = input.reshaped(to: Shape(rows: rows, columns: columns))
    for index in 0..<count { below = levels[index].code(of: below) }
    return below
  }

  /// What units of a layer stand for at the input, by all decoders below. Layer 0 is the input.
  public func picture(of code: Tensor, layer: Int) -> Tensor {
    var above = code
    for index in stride(from: layer - 1, through: 0, by: -1) { above = levels[index].reconstruction(of: above) }
    return above
  }

  /// Up through all levels and down again.
  public func reconstruction(of input: Tensor) -> Tensor {
    picture(of: passUp(input, through: levels.count), layer: levels.count)
  }

  public func unrolled(classes: Int) throws(StrataError) -> Network {
    var layers: [any Layer] = []
    for level in levels {
      layers.append(try makeLayer(["dense", "\(level.hiddenCount)", level.plan.activation.rawValue]))
    }
    if classes > 0 { layers.append(try makeLayer(["dense", "\(classes)", "softmax", "--init", "zeros"])) }
    var network = try Network(inputShape: inputShape, layers: layers, seed: seed)
    try network.setParameters(
      levels.enumerated().flatMap { index, level in
        [("weight", level.weight), ("bias", level.hiddenBias)].map {
          NamedTensor("layer\(index + 1).\($0.0)", role: .parameter, axes: [], $0.1)
        }
      })
    return network
  }

  public var places: [ParameterPlace<AutoencoderStack>] {
    let isAlone = levels.count == 1
    return levels.indices.flatMap { index in
      levels[index].parameters.indices.map { p in
        let parameter = levels[index].parameters[p]
        return ParameterPlace(
          "level\(index + 1).\(parameter.name)", parameter.symbol + (isAlone ? "" : "\(index + 1)"), parameter.axes,
          \.levels[index].parameters[p].value)
      }
    }
  }

  public var parts: [ModelPart] {
    levels.enumerated().map { index, level in
      ModelPart(
        index: index + 1, words: "autoencoder \(level.plan.words)", name: "level\(index + 1)",
        inputShape: index == 0 ? inputShape : [level.visibleCount], outputShape: [level.hiddenCount],
        parameterCount: level.parameters.reduce(0) { $0 + $1.value.count })
    }
  }
}

extension BeliefNetwork {
  /// Autoencoders in the place of Boltzmann machines: their weights serve both ways, and a machine can be stacked on
  /// them. Throws unless weights are tied and all codes, and outputs above the first level, are probabilities.
  public init(_ stack: AutoencoderStack) throws(StrataError) {
    if let index = stack.levels.firstIndex(where: { !$0.plan.isTied }) {
      throw StrataError(
        "the levels of a belief network share their weights both ways; the decoder of level \(index + 1) has its own",
        try: "autoencoder 64, without --untied")
    }
    for (index, level) in stack.levels.enumerated()
    where level.plan.activation != .sigmoid || (level.plan.output != .sigmoid && index > 0) {
      throw StrataError(
        "a belief network's units are probabilities; level \(index + 1) of these autoencoders is "
          + "\(level.plan.activation.rawValue) to \(level.plan.output.rawValue)", try: "autoencoder 64 sigmoid")
    }
    func plan(_ level: Autoencoder) -> LevelPlan {
      var plan = LevelPlan(hidden: level.hiddenCount)
      plan.visibleUnits = level.plan.output == .sigmoid ? .binary : .gaussian
      return plan
    }
    try self.init(inputShape: stack.inputShape, plan(stack.levels[0]), seed: stack.seed)
    for level in stack.levels.dropFirst() { try self.stack(plan(level)) }
    for (index, level) in stack.levels.enumerated() {
      levels[index].weight = level.weight
      levels[index].hiddenBias = level.hiddenBias
      levels[index].visibleBias = level.visibleBias
    }
  }
}
