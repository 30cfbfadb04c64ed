// Learning a convolutional Boltzmann machine: alone, or as one level of a stack whose lower levels pass their pooling units'
// probabilities up.
//
//   v⁰ ← next mini-batch                                    positive phase: what the data make of the hidden units
//   h⁰ = P(h | v⁰), block by block
//   v¹ = σ(h⁰ ∗ᵀ W + b),  h¹ = P(h | v¹),  k times         negative phase: what the machine makes of itself
//   ΔW ← μΔW + ε(⟨v⁰ ∗ h⁰⟩ − ⟨v¹ ∗ h¹⟩ − λW);  W ← W + ΔW
//
// ⟨ ⟩ are means over samples and over all places of a map, since all places share the kernel: so a rate means the same for
// large pictures and small ones. Likewise c by means over the hidden maps and b by means over the picture. Sparsity pulls
// the mean activity of each map's units, as Lee, Ekanadham, Ng 2008 pull a unit's: there are many more hidden units than
// numbers in the picture, and without it single pixels are the first solution. Hidden states that drive a reconstruction
// are drawn; statistics use probabilities.
// Sources: Lee, Grosse, Ranganath, Ng 2009 (the machine), Hinton 2002 (CD), Tieleman 2008 (PCD), Hinton 2010 (practice).

/// Gradient ascent on (nearly) the likelihood of one level of a convolutional belief network.
public struct ConvolutionalLearner<Method: NegativePhase>: Learner {
  public static var keyword: String { Method.keyword }
  public static var summary: String { Method.summary }
  public static var lossName: String { "reconstruction error" }
  public static var headlines: [String] { ["pseudo-likelihood"] }
  public static var leadingSetting: String? { "k" }
  public static func learns(_ model: any Model) -> Bool { model is ConvolutionalBeliefNetwork }

  /// One line of the listing.
  enum Instruction: Hashable, Sendable {
    case batch
    /// A level's pooling probabilities, passed up.
    case passUp(Int)
    case positive
    /// Another turn of the chain, or on to what follows it.
    case loop
    case visible
    case hidden
    /// The reconstruction, where the chain is none.
    case reconstruct
    case increments
    case update
  }

  public internal(set) var data: DataSet
  /// The stack as it stands now.
  public internal(set) var network: ConvolutionalBeliefNetwork
  public var model: any Model { network }
  /// The level that learns, an index.
  public internal(set) var level: Int
  public internal(set) var line = 0
  public internal(set) var loss = Double.nan
  public internal(set) var listing: [ListingLine] = []
  let seed: UInt64
  var program: [Instruction] = []
  var cursor: DataCursor
  public var clock: Clock { cursor.clock }
  var chosen: ChainSettings
  /// Epochs that had gone by when this level began: schedules count from there.
  var levelEpoch = 0.0

  // The states of a mini-batch.
  var random: RandomStream
  var input = Tensor.empty
  /// Pooling probabilities of the levels below the one that learns, but for the last, which is `v0`.
  var passed: [Tensor] = []
  /// Hidden probabilities on the way to them.
  private var below = Tensor.empty
  var v0 = Tensor.empty
  var h0 = Tensor.empty
  var h0State = Tensor.empty
  var p0 = Tensor.empty
  var v1 = Tensor.empty
  var v1State = Tensor.empty
  var h1 = Tensor.empty
  var h1State = Tensor.empty
  /// Pooling units nobody asks for by name.
  private var pooled = (Tensor.empty, Tensor.empty)
  /// Turns of the chain done.
  var turns = 0
  /// Persistent chains: states, and the probabilities that they were drawn from.
  var particles = Particles()
  /// ΔW, Δb, Δc.
  var increments: Increments
  private var correlation = Tensor.empty
  private var sums = Tensor.empty
  /// ⟨h⁰⟩ of each map over the mini-batch and all places.
  var activity = Tensor.empty
  /// v⁰ − v¹.
  var difference = Tensor.empty

  /// Chains that wander on.
  struct Particles: Sendable {
    var visible = Tensor.empty
    var visibleState = Tensor.empty
    var hidden = Tensor.empty
    var hiddenState = Tensor.empty
  }

  /// What the next update adds, in the shapes of the level's parameters.
  struct Increments: Sendable {
    var weight: Tensor
    var visibleBias: Tensor
    var hiddenBias: Tensor

    init(_ machine: ConvolutionalMachine) {
      weight = Tensor(machine.weight.shape)
      visibleBias = Tensor(machine.visibleBias.shape)
      hiddenBias = Tensor(machine.hiddenBias.shape)
    }
  }

  public init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError) {
    let network = try ConvolutionalLearner.network(of: model, data: data)
    self.data = data
    self.network = network
    self.seed = seed
    level = network.levels.count - 1
    chosen = try ChainSettings(Method.source)
    random = RandomStream(seed: seed, name: "gibbs")
    increments = Increments(network.levels[level])
    cursor = DataCursor(rows: ConvolutionalLearner.rows(data), size: 20, seed: seed)
    rebuild()
  }

  public mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError) {
    let network = try ConvolutionalLearner.network(of: model, data: data)
    let isHigher = network.levels.count != self.network.levels.count
    let level = isHigher ? network.levels.count - 1 : self.level
    self.network = network
    cursor.follow(
      ConvolutionalLearner.rows(data),
      isOtherData: data.train.count != self.data.train.count || data.name != self.data.name)
    self.data = data
    if level != self.level || isHigher || increments.weight.shape != network.levels[level].weight.shape {
      begin(level: level)
    }
    rebuild()
  }

  /// Sends the model in, checked against the data, or throws what would fit.
  private static func network(of model: any Model, data: DataSet) throws(StrataError) -> ConvolutionalBeliefNetwork {
    guard Method.source != .enumeration, var network = model as? ConvolutionalBeliefNetwork else {
      throw StrataError("\(keyword) learns a Boltzmann machine; this is \(model.described)", try: "crbm 16 3x3")
    }
    _ = try network.adapt(to: data)
    guard data.train.count > 0 else { throw StrataError("\(data.name) has no training samples", try: "data digits") }
    try network.check(data)
    return network
  }

  private static func rows(_ data: DataSet) -> [Int32] { (0..<Int32(data.train.count)).map { $0 } }

  /// Another level learns from now on.
  mutating func begin(level: Int) {
    self.level = level
    increments = Increments(network.levels[level])
    particles = Particles()
    levelEpoch = clock.epoch
  }

  /// Writes the program for the settings as they are; the present mini-batch is dropped.
  mutating func rebuild() {
    program = [.batch] + (0..<level).map { .passUp($0) } + [.positive]
    if Method.source == .particles { program.append(.reconstruct) }
    program += (chosen.steps > 1 ? [.loop] : []) + [.visible, .hidden, .increments, .update]
    passed = [Tensor](repeating: .empty, count: max(0, level - 1))
    (v0, h0, h0State, p0, difference) = (.empty, .empty, .empty, .empty, .empty)
    (v1, v1State, h1, h1State) = (.empty, .empty, .empty, .empty)
    line = 0
    turns = 0
    listing = makeListing()
    cursor.recount()
  }

  // Stepping.

  public mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try cursor.carry(&state)
    try state.carry("gibbs.stream", &random)
    try state.carry("loss", &loss)
    try state.carry("level.epoch", &levelEpoch)
    try state.carry("increment.weight", &increments.weight)
    try state.carry("increment.visible", &increments.visibleBias)
    try state.carry("increment.hidden", &increments.hiddenBias)
    try state.carry("particles", &particles.hiddenState, resizes: true)
    let shape = machine.hidden.shape.batched(chosen.particles)
    guard particles.hiddenState.count == 0 || particles.hiddenState.shape == shape else {
      throw StrataError("the checkpoint's particles are \(particles.hiddenState.shape); \(shape) was expected")
    }
  }

  @discardableResult
  public mutating func step() -> NumericFault? {
    let executed = line
    let instruction = program[executed]
    line = execute(instruction) ?? (executed + 1 == program.count ? 0 : executed + 1)
    cursor.finishInstruction(finishesStep: instruction == .update)
    return fault(after: instruction, line: executed)
  }

  var machine: ConvolutionalMachine { network.levels[level] }

  /// Does one instruction; returns the index of the next line where it is not the one below.
  private mutating func execute(_ instruction: Instruction) -> Int? {
    switch instruction {
    case .batch:
      let shape = network.levels[0].visible.shape
      let rows = cursor.take()
      if level == 0 {
        data.train.inputs.gather(rows, as: shape, into: &v0)
      } else {
        data.train.inputs.gather(rows, as: shape, into: &input)
      }
      turns = 0
    case .passUp(let index):
      let source = index == 0 ? input : passed[index - 1]
      if index == level - 1 {
        network.levels[index].hiddenProbabilities(source, into: &below, pooled: &v0)
      } else {
        network.levels[index].hiddenProbabilities(source, into: &below, pooled: &passed[index])
      }
    case .positive:
      network.levels[level].sampleHidden(
        v0, probability: &h0, state: &h0State, pooled: &p0, pooledState: &pooled.1, random: &random)
    case .loop:
      turns += 1
      if turns > chosen.steps {
        turns = 0
        return program.firstIndex(of: .increments)
      }
    case .visible: drawVisible()
    case .hidden:
      drawHidden()
      if chosen.steps > 1 { return program.firstIndex(of: .loop) }
    case .reconstruct: network.levels[level].visibleProbabilities(h0State, into: &v1)
    case .increments: computeIncrements()
    case .update:
      network.levels[level].weight.add(increments.weight)
      network.levels[level].visibleBias.add(increments.visibleBias)
      network.levels[level].hiddenBias.add(increments.hiddenBias)
    }
    return nil
  }

  private mutating func drawVisible() {
    if Method.source == .particles {
      if particles.hiddenState.count == 0 { startParticles() }
      network.levels[level].sampleVisible(
        particles.hiddenState, probability: &particles.visible, state: &particles.visibleState, random: &random)
      return
    }
    let hidden = turns <= 1 ? h0State : h1State
    if chosen.drawsVisible {
      network.levels[level].sampleVisible(hidden, probability: &v1, state: &v1State, random: &random)
    } else {
      network.levels[level].visibleProbabilities(hidden, into: &v1)
    }
  }

  private mutating func drawHidden() {
    if Method.source == .particles {
      network.levels[level].sampleHidden(
        particles.visibleState, probability: &particles.hidden, state: &particles.hiddenState, pooled: &pooled.0,
        pooledState: &pooled.1, random: &random)
      return
    }
    let visible = chosen.drawsVisible ? v1State : v1
    if turns > 0, turns < chosen.steps {
      network.levels[level].sampleHidden(
        visible, probability: &h1, state: &h1State, pooled: &pooled.0, pooledState: &pooled.1, random: &random)
    } else {
      network.levels[level].hiddenProbabilities(visible, into: &h1, pooled: &pooled.0)
    }
  }

  /// The particles begin at hidden states that the first mini-batch gives, over and over where they are more.
  private mutating func startParticles() {
    let size = machine.hidden.shape.elementCount
    let rows = h0State.shape[0]
    var state = Tensor(machine.hidden.shape.batched(chosen.particles))
    for row in 0..<chosen.particles {
      for unit in 0..<size { state[flat: row * size + unit] = h0State[flat: row % rows * size + unit] }
    }
    particles.hiddenState = state
  }

  /// The momentum that holds now, and the rate.
  var presentMomentum: Double { chosen.momentum.value(epoch: clock.epoch - levelEpoch) }
  var presentRate: Double { chosen.rate * chosen.schedule.factor(epoch: clock.epoch - levelEpoch) }
  /// What drives the negative half: the end of the chain.
  var negative: (visible: Tensor, hidden: Tensor) {
    Method.source == .particles
      ? (particles.visibleState, particles.hidden) : (chosen.drawsVisible ? v1State : v1, h1)
  }

  private mutating func computeIncrements() {
    let ε = Scalar(presentRate)
    addHalf(v0, h0, ε, keeping: Scalar(presentMomentum))
    let (v, h) = negative
    addHalf(v, h, -ε, keeping: 1)
    if chosen.decay > 0 {
      increments.weight.add(network.levels[level].weight, scale: -ε * Scalar(chosen.decay))
    }
    let maps = network.levels[level].maps
    activity.setColumnSums(h0, columns: maps)
    activity.scale(by: Scalar(maps) / Scalar(h0.count))
    if let sparsity = chosen.sparsity {
      // −∂/∂c of ½ Σ (p − q)², without the slope of the probabilities (Lee, Ekanadham, Ng 2008, section 3).
      for n in 0..<maps {
        increments.hiddenBias[flat: n] += ε * Scalar(chosen.sparsityCost) * (Scalar(sparsity) - activity[flat: n])
      }
    }
    difference.setDifference(v0, v1)
    loss = difference.sumOfSquares / Double(v0.shape[0])
  }

  /// One half of the gradient: means over samples and places, times `scale`.
  private mutating func addHalf(_ v: Tensor, _ h: Tensor, _ scale: Scalar, keeping: Scalar) {
    let (channels, maps) = (network.levels[level].visible.maps, network.levels[level].maps)
    let (pixels, places) = (Scalar(v.count / channels), Scalar(h.count / maps))
    network.levels[level].addCorrelation(
      v, h, scale: scale / places, keeping: keeping, to: &increments.weight, workspace: &correlation)
    sums.setColumnSums(v, columns: channels)
    if keeping != 1 { increments.visibleBias.scale(by: keeping) }
    increments.visibleBias.add(sums, scale: scale / pixels)
    sums.setColumnSums(h, columns: maps)
    if keeping != 1 { increments.hiddenBias.scale(by: keeping) }
    increments.hiddenBias.add(sums, scale: scale / places)
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    try network.setElement(of: name, at: position, to: value)
  }
}

/// `learn cd`, of a convolutional machine.
public typealias ConvolutionalContrastiveLearner = ConvolutionalLearner<ContrastiveDivergence>
/// `learn pcd`, of a convolutional machine.
public typealias ConvolutionalPersistentLearner = ConvolutionalLearner<PersistentContrastiveDivergence>
