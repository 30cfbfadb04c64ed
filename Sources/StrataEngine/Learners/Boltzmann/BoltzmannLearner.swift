// Learning a restricted Boltzmann machine: alone, or as one level of a stack whose lower levels pass probabilities up.
//
//   v⁰ ← next mini-batch                                     positive phase: what the data make of the hidden units
//   h⁰ = σ(v⁰·W + c)
//   v¹ = σ(h⁰·Wᵀ + b),  h¹ = σ(v¹·W + c),  k times          negative phase: what the machine makes of itself
//   ΔW ← μΔW + ε(⟨v⁰h⁰⟩ − ⟨v¹h¹⟩ − λW);  W ← W + ΔW
//
// Hidden states that drive a reconstruction are drawn (h ~); the statistics use probabilities, and so do visible units
// in the short chains of CD (Hinton 2010, section 3); persistent chains draw both, as a Gibbs sampler must. A chain of
// more than one step is a loop in the listing. Label units of the top level join in as part of the visible side.
// Sources: Hinton 2002 (CD), Tieleman 2008 (PCD), Lee, Ekanadham, Ng 2008 (sparsity), Hinton 2010 (practice).

/// Gradient ascent on (nearly) the likelihood of one level of a belief network.
public struct BoltzmannLearner<Method: NegativePhase>: Learner {
  public static var keyword: String { Method.keyword }
  public static var summary: String { Method.summary }
  public static var lossName: String { "reconstruction error" }
  public static var headlines: [String] { ["accuracy", "kl", "pseudo-likelihood"] }
  public static var leadingSetting: String? { Method.source == .enumeration ? nil : "k" }
  public static func learns(_ model: any Model) -> Bool { model is BeliefNetwork }

  /// One line of the listing.
  enum Instruction: Hashable, Sendable {
    case batch
    /// The level's hidden probabilities, passed up.
    case passUp(Int)
    case positive
    /// Another turn of the chain, or on to what follows it.
    case loop
    case visible
    case hidden
    /// The reconstruction, where the chain is none.
    case reconstruct
    case enumerate
    case increments
    case update
  }

  public internal(set) var data: DataSet
  /// The stack as it stands now.
  public internal(set) var network: BeliefNetwork
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
  /// Hidden probabilities of the levels below the one that learns, but for the last, which is `v0`.
  var passed: [Tensor] = []
  var v0 = Tensor.empty
  var y0 = Tensor.empty
  var h0 = Tensor.empty
  var h0State = Tensor.empty
  var v1 = Tensor.empty
  var v1State = Tensor.empty
  var y1 = Tensor.empty
  var h1 = Tensor.empty
  var h1State = Tensor.empty
  /// Turns of the chain done.
  var turns = 0
  /// Persistent chains: states, and the probabilities that they were drawn from.
  var particles = Particles()
  var expectations = ModelExpectations()
  /// Mean log p of the mini-batch (with its labels) before the update, where all states were counted.
  var likelihood: Double?
  /// ΔW, Δb, Δc, ΔU, Δd.
  var increments: Increments
  private var sums = ColumnSums()
  /// ⟨h⁰⟩ of each unit over the mini-batch.
  var activity = Tensor.empty
  /// v⁰ − v¹.
  var difference = Tensor.empty

  /// Sums over a mini-batch on their way to a bias.
  private struct ColumnSums: Sendable {
    private var sums = Tensor.empty

    /// `total = keeping·total + scale·Σ rows of x`
    mutating func add(_ x: Tensor, _ scale: Scalar, _ total: inout Tensor, keeping: Scalar) {
      sums.setColumnSums(x, scale: scale)
      if keeping != 1 { total.scale(by: keeping) }
      total.add(sums)
    }
  }

  /// Chains that wander on.
  struct Particles: Sendable {
    var visible = Tensor.empty
    var visibleState = Tensor.empty
    var labels = Tensor.empty
    var labelState = Tensor.empty
    var hidden = Tensor.empty
    var hiddenState = Tensor.empty
  }

  /// What the next update adds, in the shapes of the level's parameters.
  struct Increments: Sendable {
    var weight: Tensor
    var visibleBias: Tensor
    var hiddenBias: Tensor
    var labelWeight: Tensor
    var labelBias: Tensor

    init(_ machine: BoltzmannMachine) {
      weight = Tensor(machine.weight.shape)
      visibleBias = Tensor(machine.visibleBias.shape)
      hiddenBias = Tensor(machine.hiddenBias.shape)
      labelWeight = Tensor(machine.labelWeight.shape)
      labelBias = Tensor(machine.labelBias.shape)
    }
  }

  public init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError) {
    let network = try BoltzmannLearner.network(of: model, data: data)
    self.data = data
    self.network = network
    self.seed = seed
    level = network.levels.count - 1
    chosen = try ChainSettings(Method.source)
    random = RandomStream(seed: seed, name: "gibbs")
    increments = Increments(network.levels[level])
    cursor = DataCursor(rows: BoltzmannLearner.rows(data, network, level: level), size: 20, seed: seed)
    try checkMethod(level: level)
    rebuild()
  }

  public mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError) {
    let network = try BoltzmannLearner.network(of: model, data: data)
    let isHigher = network.levels.count != self.network.levels.count
    let level = isHigher ? network.levels.count - 1 : min(self.level, network.levels.count - 1)
    var new = self
    new.network = network
    try new.checkMethod(level: level)
    let rows = BoltzmannLearner.rows(data, network, level: level)
    new.cursor.follow(rows, isOtherData: data.train.count != self.data.train.count || data.name != self.data.name)
    new.data = data
    if level != self.level || isHigher { new.begin(level: level) }
    if new.increments.weight.shape != network.levels[level].weight.shape
      || new.increments.labelWeight.shape != network.levels[level].labelWeight.shape
    {
      new.begin(level: level)
    }
    new.rebuild()
    self = new
  }

  /// Sends the model in, checked against the data, or throws what would fit.
  private static func network(of model: any Model, data: DataSet) throws(StrataError) -> BeliefNetwork {
    guard var network = model as? BeliefNetwork else {
      throw StrataError("\(keyword) learns a Boltzmann machine; this is \(model.described)", try: "rbm 64")
    }
    _ = try network.adapt(to: data)
    guard data.train.count > 0 else { throw StrataError("\(data.name) has no training samples", try: "data digits") }
    try network.check(data)
    return network
  }

  /// Rows to learn from: all, but a level with label units needs labels.
  static func rows(_ data: DataSet, _ network: BeliefNetwork, level: Int) -> [Int32] {
    network.levels[level].classCount > 0 ? data.train.labelledRows : (0..<Int32(data.train.count)).map { $0 }
  }

  /// Throws where this way of learning cannot be used on a level.
  func checkMethod(level: Int) throws(StrataError) {
    if Method.source == .enumeration { _ = try Enumeration(network.levels[level]) }
    if Method.source == .particles, network.levels[level].hiddenUnits != .binary {
      throw StrataError("persistent chains are for binary hidden units", try: "learn cd 1")
    }
  }

  /// Another level learns from now on.
  mutating func begin(level: Int) {
    self.level = level
    increments = Increments(network.levels[level])
    particles = Particles()
    expectations = ModelExpectations()
    likelihood = nil
    levelEpoch = clock.epoch
    cursor.follow(BoltzmannLearner.rows(data, network, level: level), isOtherData: false)
  }

  /// Writes the program for the settings as they are; the present mini-batch is dropped.
  mutating func rebuild() {
    program = [.batch] + (0..<level).map { .passUp($0) } + [.positive]
    let chain: [Instruction] = (chosen.steps > 1 ? [.loop] : []) + [.visible, .hidden]
    switch Method.source {
    case .data: program += chain
    case .particles: program += [.reconstruct] + chain
    case .enumeration: program += [.reconstruct, .enumerate]
    }
    program += [.increments, .update]
    passed = [Tensor](repeating: .empty, count: max(0, level - 1))
    (v0, y0, h0, h0State, difference) = (.empty, .empty, .empty, .empty, .empty)
    (v1, v1State, y1, h1, h1State) = (.empty, .empty, .empty, .empty, .empty)
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
    try state.carry("increment.label-weight", &increments.labelWeight)
    try state.carry("increment.label", &increments.labelBias)
    try state.carry("particles", &particles.hiddenState, resizes: true)
    let shape = Shape(rows: chosen.particles, columns: machine.hiddenCount)
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

  var machine: BoltzmannMachine { network.levels[level] }
  var hasLabels: Bool { network.levels[level].classCount > 0 }

  /// Does one instruction; returns the index of the next line where it is not the one below.
  private mutating func execute(_ instruction: Instruction) -> Int? {
    switch instruction {
    case .batch: takeBatch()
    case .passUp(let index):
      let below = index == 0 ? input : passed[index - 1]
      if index == level - 1 {
        network.levels[index].hiddenProbabilities(below, into: &v0)
      } else {
        network.levels[index].hiddenProbabilities(below, into: &passed[index])
      }
    case .positive:
      network.levels[level].sampleHidden(v0, labels: y0, probability: &h0, state: &h0State, random: &random)
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
    case .enumerate:
      if let enumeration = try? Enumeration(network.levels[level]) {
        enumeration.expectations(of: network.levels[level], into: &expectations)
        let energies = network.levels[level].freeEnergies(v0, labels: y0)
        likelihood = -energies.reduce(0, +) / Double(energies.count) - expectations.logPartition
      }
    case .increments: computeIncrements()
    case .update: addIncrements()
    }
    return nil
  }

  private mutating func takeBatch() {
    let rows = cursor.take()
    let flat = Shape([network.levels[0].visibleCount])
    if level == 0 {
      data.train.inputs.gather(rows, as: flat, into: &v0)
    } else {
      data.train.inputs.gather(rows, as: flat, into: &input)
    }
    if hasLabels { data.train.targets.gather(rows, width: network.levels[level].classCount, into: &y0) }
    turns = 0
  }

  private mutating func drawVisible() {
    switch Method.source {
    case .data:
      let hidden = turns <= 1 ? h0State : h1State
      if chosen.drawsVisible {
        network.levels[level].sampleVisible(hidden, probability: &v1, state: &v1State, random: &random)
      } else {
        network.levels[level].visibleProbabilities(hidden, into: &v1)
      }
      if hasLabels { network.levels[level].labelProbabilities(hidden, into: &y1) }
    case .particles:
      if particles.hiddenState.count == 0 { startParticles() }
      network.levels[level].sampleVisible(
        particles.hiddenState, probability: &particles.visible, state: &particles.visibleState, random: &random)
      if hasLabels {
        network.levels[level].labelProbabilities(particles.hiddenState, into: &particles.labels)
        random.sampleClasses(particles.labels, into: &particles.labelState)
      }
    case .enumeration: break
    }
  }

  private mutating func drawHidden() {
    switch Method.source {
    case .data:
      let visible = chosen.drawsVisible ? v1State : v1
      if turns > 0, turns < chosen.steps {
        network.levels[level].sampleHidden(
          visible, labels: y1, probability: &h1, state: &h1State, random: &random)
      } else {
        network.levels[level].hiddenProbabilities(visible, labels: y1, into: &h1)
      }
    case .particles:
      network.levels[level].sampleHidden(
        particles.visibleState, labels: particles.labelState, probability: &particles.hidden,
        state: &particles.hiddenState, random: &random)
    case .enumeration: break
    }
  }

  /// The particles begin at hidden states that the first mini-batch gives, over and over where they are more.
  private mutating func startParticles() {
    let columns = machine.hiddenCount
    let rows = h0State.matrixExtents.rows
    var state = Tensor(Shape(rows: chosen.particles, columns: columns))
    for row in 0..<chosen.particles {
      for column in 0..<columns { state[flat: row * columns + column] = h0State[flat: row % rows * columns + column] }
    }
    particles.hiddenState = state
  }

  /// The momentum that holds now, and the rate.
  var presentMomentum: Double { chosen.momentum.value(epoch: clock.epoch - levelEpoch) }
  var presentRate: Double { chosen.rate * chosen.schedule.factor(epoch: clock.epoch - levelEpoch) }

  private mutating func computeIncrements() {
    let μ = Scalar(presentMomentum)
    let ε = Scalar(presentRate)
    let positive = ε / Scalar(v0.matrixExtents.rows)
    let labels = hasLabels
    increments.weight.setProduct(v0, h0, transposingFirst: true, scale: positive, keeping: μ)
    sums.add(v0, positive, &increments.visibleBias, keeping: μ)
    sums.add(h0, positive, &increments.hiddenBias, keeping: μ)
    if labels {
      increments.labelWeight.setProduct(y0, h0, transposingFirst: true, scale: positive, keeping: μ)
      sums.add(y0, positive, &increments.labelBias, keeping: μ)
    }
    switch Method.source {
    case .data: subtract(chosen.drawsVisible ? v1State : v1, y1, h1, ε)
    case .particles: subtract(particles.visibleState, particles.labelState, particles.hidden, ε)
    case .enumeration:
      increments.weight.add(expectations.products, scale: -ε)
      increments.visibleBias.add(expectations.visible, scale: -ε)
      increments.hiddenBias.add(expectations.hidden, scale: -ε)
      if labels {
        increments.labelWeight.add(expectations.labelProducts, scale: -ε)
        increments.labelBias.add(expectations.labels, scale: -ε)
      }
    }
    if chosen.decay > 0 {
      increments.weight.add(network.levels[level].weight, scale: -ε * Scalar(chosen.decay))
      if labels { increments.labelWeight.add(network.levels[level].labelWeight, scale: -ε * Scalar(chosen.decay)) }
    }
    activity.setColumnSums(h0, scale: 1 / Scalar(h0.matrixExtents.rows))
    if let sparsity = chosen.sparsity {
      // −∂/∂c of ½ Σ (p − q)², without the slope of σ (Lee, Ekanadham, Ng 2008, section 3).
      for j in 0..<activity.count {
        increments.hiddenBias[flat: j] += ε * Scalar(chosen.sparsityCost) * (Scalar(sparsity) - activity[flat: j])
      }
    }
    difference.setDifference(v0, v1)
    loss = difference.sumOfSquares / Double(v0.matrixExtents.rows)
  }

  private mutating func subtract(_ v: Tensor, _ y: Tensor, _ h: Tensor, _ ε: Scalar) {
    let negative = -ε / Scalar(v.matrixExtents.rows)
    increments.weight.setProduct(v, h, transposingFirst: true, scale: negative, keeping: 1)
    sums.add(v, negative, &increments.visibleBias, keeping: 1)
    sums.add(h, negative, &increments.hiddenBias, keeping: 1)
    if hasLabels {
      increments.labelWeight.setProduct(y, h, transposingFirst: true, scale: negative, keeping: 1)
      sums.add(y, negative, &increments.labelBias, keeping: 1)
    }
  }

  private mutating func addIncrements() {
    network.levels[level].weight.add(increments.weight)
    network.levels[level].visibleBias.add(increments.visibleBias)
    network.levels[level].hiddenBias.add(increments.hiddenBias)
    if hasLabels {
      network.levels[level].labelWeight.add(increments.labelWeight)
      network.levels[level].labelBias.add(increments.labelBias)
    }
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    try network.setElement(of: name, at: position, to: value)
  }
}
