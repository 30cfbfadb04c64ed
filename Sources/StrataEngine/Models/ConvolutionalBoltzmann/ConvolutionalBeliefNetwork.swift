// A convolutional deep belief network: convolutional Boltzmann machines stacked on one another. One level is a plain CRBM.
//
// The pooling units of a level are the picture that the next one sees: their probabilities are passed up while it is built
// greedily from the input. Afterwards all levels together are one undirected model: a block of a lower level hears from its
// window below and from the level above it (see Dream). Source: Lee, Grosse, Ranganath, Ng 2009, sections 3.5 to 3.7.

/// A stack of convolutional machines from the input up.
public struct ConvolutionalBeliefNetwork: StackedModel, PlacedModel {
  public static let keyword = "cdbn"
  public var kind: String { levels.count == 1 ? "crbm" : "cdbn" }

  /// The shape of one input sample.
  public private(set) var inputShape: Shape
  /// The levels from the input up; never empty.
  public internal(set) var levels: [ConvolutionalMachine]
  public var levelCount: Int { levels.count }
  /// The seed from which weights are drawn, one stream a level.
  public private(set) var seed: UInt64

  /// What a level is made from.
  public struct LevelPlan: Hashable, Sendable {
    public var maps: Int
    public var visibleUnits = VisibleUnits.binary
    /// The standard deviation of the weights at the beginning.
    public var deviation = 0.01
    let kernel: WindowSize
    let block: PoolingWindow

    /// `kernel` as typed, `5x5`; `block` as `2` or `2x3`. Throws what was expected.
    public init(maps: Int, kernel: String, block: String = "2") throws(StrataError) {
      self.maps = maps
      self.kernel = try WindowSize(kernel, keyword: "crbm")
      let isNumber = !block.isEmpty && block.allSatisfy(\.isNumber)
      guard let window = try? WindowSize(isNumber ? "\(block)x\(block)" : block, keyword: "crbm") else {
        throw StrataError(
          "--pool: the rows and columns of a block were expected, as 2 or 2x2; got '\(block)'",
          try: "crbm \(maps) \(kernel) --pool 2")
      }
      self.block = PoolingWindow(rows: window.rows, columns: window.columns)
    }
  }

  /// A single machine over pictures. Throws where the input is none, or the plan does not fit it.
  public init(inputShape: Shape, _ plan: LevelPlan, seed: UInt64) throws(StrataError) {
    let picture = try MapShape(inputShape, for: "crbm")
    self.inputShape = inputShape
    self.seed = seed
    try ConvolutionalBeliefNetwork.check(plan, picture, words: "crbm")
    levels = [ConvolutionalBeliefNetwork.level(1, picture, plan, seed: seed)]
  }

  /// Puts another machine on top, whose picture are the pooling units of the one below. Throws where that makes no sense.
  public mutating func stack(_ plan: LevelPlan) throws(StrataError) {
    guard plan.visibleUnits == .binary else {
      throw StrataError("only the first level sees real numbers; the input of this one are probabilities")
    }
    let below = levels[levels.count - 1].pooled
    try ConvolutionalBeliefNetwork.check(plan, below, words: "stack crbm")
    levels.append(ConvolutionalBeliefNetwork.level(levels.count + 1, below, plan, seed: seed))
  }

  private static func check(_ plan: LevelPlan, _ picture: MapShape, words: String) throws(StrataError) {
    let (kernel, block) = (plan.kernel, plan.block)
    guard (1...100_000).contains(plan.maps) else {
      throw StrataError("a machine has 1 to 100000 maps, got \(plan.maps)", try: "\(words) 16 \(kernel.text)")
    }
    guard plan.deviation >= 0, plan.deviation <= 10 else {
      throw StrataError(
        "weights begin with a deviation between 0 and 10, got \(plan.deviation)", try: "--deviation 0.01")
    }
    let (rows, columns) = (picture.rows - kernel.rows + 1, picture.columns - kernel.columns + 1)
    guard rows > 0, columns > 0 else {
      throw StrataError(
        "a kernel of \(kernel.text) does not fit into a picture of \(picture.rows)×\(picture.columns)",
        try: "\(words) \(plan.maps) \(fitting(kernel, block, picture))")
    }
    guard rows % block.rows == 0, columns % block.columns == 0 else {
      throw StrataError(
        "kernels of \(kernel.text) make maps of \(rows)×\(columns) from pictures of \(picture.rows)×\(picture.columns), "
          + "which blocks of \(block.rows)×\(block.columns) do not divide",
        try: "\(words) \(plan.maps) \(fitting(kernel, block, picture))   (or: --pool 1)")
    }
    guard rows * columns * plan.maps <= Convolution.maximumOutputs,
      kernel.rows * kernel.columns * picture.maps <= Dense.maximumWeights / plan.maps
    else {
      throw StrataError(
        "\(plan.maps) maps of \(rows)×\(columns) are more than \(Convolution.maximumOutputs) units, or have more than "
          + "\(Dense.maximumWeights) weights", try: "fewer maps")
    }
  }

  /// The nearest kernel whose maps the blocks divide, with smaller blocks where none does.
  private static func fitting(_ kernel: WindowSize, _ block: PoolingWindow, _ picture: MapShape) -> String {
    func nearest(_ wanted: Int, _ block: Int, _ extent: Int) -> Int? {
      (1...extent).filter { (extent - $0 + 1) % block == 0 }.min { abs($0 - wanted) < abs($1 - wanted) }
    }
    guard let rows = nearest(kernel.rows, block.rows, picture.rows),
      let columns = nearest(kernel.columns, block.columns, picture.columns)
    else { return "\(min(kernel.rows, picture.rows))x\(min(kernel.columns, picture.columns)) --pool 1" }
    let isUsual = block.rows == 2 && block.columns == 2
    let size = block.rows == block.columns ? "\(block.rows)" : "\(block.rows)x\(block.columns)"
    return "\(rows)x\(columns)" + (isUsual ? "" : " --pool \(size)")
  }

  private static func level(_ number: Int, _ visible: MapShape, _ plan: LevelPlan, seed: UInt64) -> ConvolutionalMachine
  {
    var random = RandomStream(seed: seed, name: "initialize level \(number)")
    return ConvolutionalMachine(
      visible: visible, maps: plan.maps, kernel: plan.kernel, block: plan.block, visibleUnits: plan.visibleUnits,
      deviation: plan.deviation, random: &random)
  }

  public mutating func initialize(seed: UInt64) {
    self.seed = seed
    for (index, old) in levels.enumerated() {
      var random = RandomStream(seed: seed, name: "initialize level \(index + 1)")
      let kernel = WindowSize(rows: old.kernelRows, columns: old.kernelColumns)
      levels[index] = ConvolutionalMachine(
        visible: old.visible, maps: old.maps, kernel: kernel, block: old.block, visibleUnits: old.visibleUnits,
        deviation: old.deviation, random: &random)
    }
  }

  /// Fits other data when they are pictures of the same extents; nothing is renewed then.
  public mutating func adapt(to data: DataSet) throws(StrataError) -> [Int] {
    guard let picture = MapShape(data.inputShape), picture == levels[0].visible else {
      let seen = levels[0].visible
      throw StrataError(
        "the machine sees pictures of \(seen.shape), but these data have inputs of \(data.inputShape)",
        try: "crbm \(levels[0].maps) \(levels[0].kernelRows)x\(levels[0].kernelColumns)")
    }
    inputShape = data.inputShape
    return []
  }

  /// Throws where binary visible units would see numbers that are no probabilities.
  func check(_ data: DataSet) throws(StrataError) {
    guard levels[0].visibleUnits == .binary, let range = data.train.inputs.range,
      range.lowerBound < 0 || range.upperBound > 1
    else { return }
    throw StrataError(
      "binary visible units stand for numbers from 0 to 1, but \(data.name) goes from \(number(range.lowerBound)) to "
        + number(range.upperBound),
      try: "crbm \(levels[0].maps) \(levels[0].kernelRows)x\(levels[0].kernelColumns) --visible gaussian")
  }

  // Passing up and down.

  /// What the units of a level are believed to be.
  public struct LevelBelief: Sendable {
    /// `[batch, row, column, map]`, before and after pooling.
    public var hidden: Tensor
    public var pooled: Tensor
  }

  /// The probabilities of every level below `count`, from the input up.
  public func beliefs(_ input: Tensor, through count: Int) -> [LevelBelief] {
    var below = input
    return (0..<count).map { index in
      var belief = LevelBelief(hidden: .empty, pooled: .empty)
      levels[index].hiddenProbabilities(below, into: &belief.hidden, pooled: &belief.pooled)
      below = belief.pooled
      return belief
    }
  }

  /// The pooling units' probabilities of the level below `count`: what a level learns from. The input itself for 0.
  public func passUp(_ input: Tensor, through count: Int) -> Tensor {
    beliefs(input, through: count).last?.pooled ?? input
  }

  /// What the pooling units of a layer stand for at the input, probabilities all the way. A pooling unit does not say
  /// which unit of its block was on: that is taken from what the levels made of `seen`, the samples that these are of, or
  /// is left open, every unit of the block alike. Layer 0 is the input, whose states come back as they are.
  public func picture(of pooled: Tensor, layer: Int, seen: Tensor? = nil) -> Tensor {
    let known = seen.map { beliefs($0, through: layer) }
    var above = pooled
    for index in stride(from: layer - 1, through: 0, by: -1) {
      let hidden = levels[index].unpooled(above, like: known?[index].hidden)
      levels[index].visibleProbabilities(hidden, into: &above)
    }
    return above
  }

  /// Up through all levels and down again: at the top by the hidden units themselves. `[batch, row, column, in]`.
  public func reconstruction(of input: Tensor) -> Tensor {
    let all = beliefs(input, through: levels.count)
    var back = Tensor.empty
    levels[levels.count - 1].visibleProbabilities(all[levels.count - 1].hidden, into: &back)
    for index in stride(from: levels.count - 2, through: 0, by: -1) {
      let hidden = levels[index].unpooled(back, like: all[index].hidden)
      levels[index].visibleProbabilities(hidden, into: &back)
    }
    return back
  }

  /// The way up as a network of layers, for supervised fine-tuning: a convolution and a probabilistic max-pooling a level,
  /// which compute exactly what is passed up. `classes` puts a softmax layer on it, begun with zeros.
  public func unrolled(classes: Int) throws(StrataError) -> Network {
    var layers: [any Layer] = []
    for level in levels {
      layers.append(try makeLayer(["conv", "\(level.maps)", "\(level.kernelRows)x\(level.kernelColumns)"]))
      layers.append(try makeLayer(["probpool", "\(level.block.rows)x\(level.block.columns)"]))
    }
    if classes > 0 {
      layers.append(try makeLayer(["flatten"]))
      layers.append(try makeLayer(["dense", "\(classes)", "softmax", "--init", "zeros"]))
    }
    var network = try Network(inputShape: inputShape, layers: layers, seed: seed)
    try network.setParameters(
      levels.enumerated().flatMap { index, level in
        [("weight", level.weight), ("bias", level.hiddenBias)].map {
          NamedTensor("layer\(2 * index + 1).\($0.0)", role: .parameter, axes: [], $0.1)
        }
      })
    return network
  }

  // Names.

  /// Every parameter, level by level from the input up.
  public var places: [ParameterPlace<ConvolutionalBeliefNetwork>] {
    levels.indices.flatMap { index -> [ParameterPlace<ConvolutionalBeliefNetwork>] in
      let n = levels.count == 1 ? "" : "\(index + 1)"
      let name = "level\(index + 1)"
      return [
        ParameterPlace("\(name).weight", "W\(n)", ["row", "column", "in", "out"], \.levels[index].weight),
        ParameterPlace("\(name).visible.bias", "b\(n)", ["in"], \.levels[index].visibleBias),
        ParameterPlace("\(name).hidden.bias", "c\(n)", ["out"], \.levels[index].hiddenBias),
      ]
    }
  }

  public var parts: [ModelPart] {
    levels.enumerated().map { index, level in
      let (rows, columns) = (level.block.rows, level.block.columns)
      var words = "crbm \(level.maps) \(level.kernelRows)x\(level.kernelColumns)"
      if rows != columns { words += " --pool \(rows)x\(columns)" } else if rows != 2 { words += " --pool \(rows)" }
      if level.visibleUnits != .binary { words += " --visible \(level.visibleUnits.rawValue)" }
      return ModelPart(
        index: index + 1, words: words, name: "level\(index + 1)",
        inputShape: index == 0 ? inputShape : level.visible.shape, outputShape: level.pooled.shape,
        parameterCount: level.parameterCount)
    }
  }
}
