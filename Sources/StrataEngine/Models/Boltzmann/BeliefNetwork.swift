// A deep belief network: restricted Boltzmann machines stacked on one another. One level is a plain RBM.
//
// The top two layers are an undirected memory; below it the network is directed. While it is built greedily each
// level's weights serve both ways: up by W (recognition) and down by Wᵀ (generation). Untied, every level below the top
// has generative weights of its own, `[hidden, visible]`, which begin as Wᵀ; W and the hidden biases then only
// recognise, the visible biases only generate. Source: Hinton, Osindero, Teh 2006.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A stack of Boltzmann machines from the input up.
public struct BeliefNetwork: PlacedModel {
  public static let keyword = "dbn"
  public var kind: String { levels.count == 1 ? "rbm" : "dbn" }

  /// The shape of one input sample.
  public private(set) var inputShape: Shape
  /// The levels from the input up; never empty. Only the top one may have label units.
  public internal(set) var levels: [BoltzmannMachine]
  /// Generative weights `[hidden, visible]` of each level below the top; empty while they are tied.
  public internal(set) var generative: [Tensor] = []
  /// The seed from which weights are drawn, one stream a level.
  public private(set) var seed: UInt64

  /// Whether recognition and generation have weights of their own.
  public var isUntied: Bool { !generative.isEmpty }
  /// The machine at the top: the network's memory.
  public var top: BoltzmannMachine { levels[levels.count - 1] }
  /// How many label units the top has; 0 for none.
  public var classCount: Int { top.classCount }

  /// What a level is made from.
  public struct LevelPlan: Hashable, Sendable {
    public var hidden: Int
    /// Label units beside its input, 0 for none.
    public var classes = 0
    public var visibleUnits = VisibleUnits.binary
    public var hiddenUnits = HiddenUnits.binary
    /// The standard deviation of the weights at the beginning.
    public var deviation = 0.01

    public init(hidden: Int) { self.hidden = hidden }
  }

  /// A single machine over the input. Throws where the plan makes no sense.
  public init(inputShape: Shape, _ plan: LevelPlan, seed: UInt64) throws(StrataError) {
    self.inputShape = inputShape
    self.seed = seed
    try BeliefNetwork.check(plan, visible: inputShape.elementCount)
    levels = [BeliefNetwork.level(1, visible: inputShape.elementCount, plan, seed: seed)]
  }

  /// Puts another machine on top, whose input are the hidden probabilities of the one below. Ties the weights again
  /// where they were untied, keeping recognition. Throws where that makes no sense.
  public mutating func stack(_ plan: LevelPlan) throws(StrataError) {
    guard top.classCount == 0 else {
      throw StrataError(
        "the top level has label units, and labels belong to the last level: nothing can stand on it",
        try: "rbm 500, then stack rbm 500, then stack rbm 2000 --labels")
    }
    guard plan.visibleUnits == .binary else {
      throw StrataError("only the first level sees real numbers; the input of this one are probabilities")
    }
    guard top.hiddenUnits == .binary else {
      throw StrataError(
        "the level below has rectified units, whose activities are no probabilities for a binary level to see",
        try: "rbm 256 without --hidden rectified")
    }
    try BeliefNetwork.check(plan, visible: top.hiddenCount)
    generative = []
    levels.append(BeliefNetwork.level(levels.count + 1, visible: top.hiddenCount, plan, seed: seed))
  }

  private static func check(_ plan: LevelPlan, visible: Int) throws(StrataError) {
    guard (1...1_000_000).contains(plan.hidden) else {
      throw StrataError("a machine has 1 to 1000000 hidden units, got \(plan.hidden)", try: "rbm 64")
    }
    guard Double(visible + plan.classes) * Double(plan.hidden) <= 2e8 else {
      throw StrataError(
        "\(visible) by \(plan.hidden) units need more than 200 million weights", try: "fewer hidden units")
    }
    guard plan.classes >= 0, plan.classes != 1 else { throw StrataError("label units need at least 2 classes") }
    guard plan.deviation >= 0, plan.deviation <= 10 else {
      throw StrataError(
        "weights begin with a deviation between 0 and 10, got \(plan.deviation)", try: "--deviation 0.01")
    }
  }

  private static func level(_ number: Int, visible: Int, _ plan: LevelPlan, seed: UInt64) -> BoltzmannMachine {
    var random = RandomStream(seed: seed, name: "initialize level \(number)")
    return BoltzmannMachine(
      visible: visible, hidden: plan.hidden, classes: plan.classes, visibleUnits: plan.visibleUnits,
      hiddenUnits: plan.hiddenUnits, deviation: plan.deviation, random: &random)
  }

  public mutating func initialize(seed: UInt64) {
    self.seed = seed
    generative = []
    for (index, old) in levels.enumerated() {
      var plan = LevelPlan(hidden: old.hiddenCount)
      plan.classes = old.classCount
      plan.visibleUnits = old.visibleUnits
      plan.hiddenUnits = old.hiddenUnits
      plan.deviation = old.deviation
      levels[index] = BeliefNetwork.level(index + 1, visible: old.visibleCount, plan, seed: seed)
    }
  }

  /// Fits other data when their inputs have as many numbers; nothing is renewed then.
  public mutating func adapt(to data: DataSet) throws(StrataError) -> [Int] {
    let shape = data.inputShape
    guard shape.elementCount == levels[0].visibleCount else {
      throw StrataError(
        "the machine has \(levels[0].visibleCount) visible units, but these data have inputs of \(shape)",
        try: "rbm \(levels[0].hiddenCount)")
    }
    inputShape = shape
    return []
  }

  /// Throws where binary visible units would see numbers that are no probabilities, or labels are wanted that are not
  /// there.
  func check(_ data: DataSet) throws(StrataError) {
    if levels[0].visibleUnits == .binary, let range = data.train.inputs.range,
      range.lowerBound < 0 || range.upperBound > 1
    {
      throw StrataError(
        "binary visible units stand for numbers from 0 to 1, but \(data.name) goes from \(number(range.lowerBound)) to "
          + "\(number(range.upperBound))", try: "rbm \(levels[0].hiddenCount) --visible gaussian")
    }
    guard classCount > 0 else { return }
    guard data.classNames.count == classCount else {
      throw StrataError(
        "the top level has \(classCount) label units, but \(data.name) has \(data.classNames.count) classes",
        try: "rbm \(top.hiddenCount) --labels")
    }
    guard !data.train.labelledRows.isEmpty else {
      throw StrataError("\(data.name) has no labelled samples for the label units", try: "data digits")
    }
  }

  /// Gives recognition and generation weights of their own, equal at first.
  public mutating func untie() {
    guard !isUntied, levels.count > 1 else { return }
    generative = levels.dropLast().map { $0.weight.transposed }
  }

  // Passing up and down.

  /// Hidden probabilities of every level below `count`, from the input up: what a level learns from (probabilities, not
  /// states, are passed up). Returns the input itself for 0.
  public func passUp(_ input: Tensor, through count: Int) -> Tensor {
    let (rows, columns) = input.matrixExtents
    var below = input.reshaped(to: Shape(rows: rows, columns: columns))
    for index in 0..<count {
      var above = Tensor.empty
      levels[index].hiddenProbabilities(below, into: &above)
      below = above
    }
    return below
  }

  /// The generative pass from the visible side of the top machine down to the input's probabilities. Below the top
  /// states are drawn level by level, as the model generates; the last probabilities are not.
  public func passDown(_ states: Tensor, random: inout RandomStream) -> Tensor {
    var above = states
    for index in stride(from: levels.count - 2, through: 0, by: -1) {
      var p = Tensor.empty
      generate(index, from: above, into: &p)
      if index > 0 {
        var drawn = Tensor.empty
        random.sampleBernoulli(p, into: &drawn)
        above = drawn
      } else {
        above = p
      }
    }
    return above
  }

  /// Probabilities of a lower level's visible units given its hidden units, by generative weights where they are untied.
  func generate(_ index: Int, from hidden: Tensor, into p: inout Tensor) {
    guard isUntied else { return levels[index].visibleProbabilities(hidden, into: &p) }
    p.setProduct(hidden, generative[index])
    let activation: Activation = levels[index].visibleUnits == .binary ? .sigmoid : .identity
    activation.apply(inPlace: &p, bias: levels[index].visibleBias)
  }

  /// P(class | input) by the free energy of the label units: exact at the top, given the up-pass. `[batch, classes]`.
  public func classProbabilities(_ input: Tensor) -> Tensor {
    top.classProbabilities(passUp(input, through: levels.count - 1))
  }

  /// P(class | input) from several up-passes that draw every state: log-probabilities are averaged, since one drawn
  /// state is one opinion (Hinton, Osindero, Teh 2006, section 6.2, who use 20). `[batch, classes]`.
  public func classProbabilities(_ input: Tensor, drawnUpPasses count: Int, random: inout RandomStream) -> Tensor {
    precondition(count > 0, "at least one up-pass")
    let rows = input.matrixExtents.rows
    var total = Tensor(Shape(rows: rows, columns: classCount))
    var (p, state) = (Tensor.empty, Tensor.empty)
    for _ in 0..<count {
      var below = input
      for level in levels.dropLast() {
        level.sampleHidden(below, probability: &p, state: &state, random: &random)
        below = state
      }
      let one = top.classProbabilities(below)
      for i in 0..<total.count { total[flat: i] += Scalar(log(max(Double(one[flat: i]), 1e-30))) / Scalar(count) }
    }
    Activation.softmax.apply(inPlace: &total, bias: nil)
    return total
  }

  /// Class probabilities by one up-pass: the label units' answer to the top units' probabilities, without knowing the
  /// label. `[batch, classes]`.
  public func upPassProbabilities(_ input: Tensor) -> Tensor {
    var p = Tensor.empty
    top.labelProbabilities(passUp(input, through: levels.count), into: &p)
    return p
  }

  /// The recognition weights as a feed-forward network of sigmoid layers, for supervised fine-tuning; `classes` puts a
  /// softmax layer on it, begun with the label units' weights where the top has them, else with zeros.
  /// Throws for units that no layer has.
  public func unrolled(classes: Int) throws(StrataError) -> Network {
    var layers: [any Layer] = []
    for level in levels {
      guard level.hiddenUnits == .binary else {
        throw StrataError("only binary hidden units can be unrolled into sigmoid layers")
      }
      layers.append(try makeLayer(["dense", "\(level.hiddenCount)", "sigmoid"]))
    }
    if classes > 0 { layers.append(try makeLayer(["dense", "\(classes)", "softmax", "--init", "zeros"])) }
    var network = try Network(inputShape: inputShape, layers: layers, seed: seed)
    var parameters: [NamedTensor] = []
    func set(_ name: String, _ tensor: Tensor) {
      parameters.append(NamedTensor(name, role: .parameter, axes: [], tensor))
    }
    for (index, level) in levels.enumerated() {
      set("layer\(index + 1).weight", level.weight)
      set("layer\(index + 1).bias", level.hiddenBias)
    }
    if classes > 0, classes == classCount {
      set("layer\(levels.count + 1).weight", top.labelWeight.transposed)
      set("layer\(levels.count + 1).bias", top.labelBias)
    }
    try network.setParameters(parameters)
    return network
  }
}
