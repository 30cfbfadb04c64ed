// The up-down algorithm: the contrastive version of wake-sleep, which fine-tunes a whole belief network.
//
// Wake: the recognition weights turn a mini-batch into states, layer by layer, up to the memory at the top. Then the
// memory runs on for a few Gibbs iterations, and from where it has come to, the generative weights make a fantasy: the
// sleep phase. The weights of each direction learn by their local delta rule from the states that the other direction
// made; the memory learns by contrastive divergence. The listing is the pseudo-code of the paper's appendix B, in its
// order and with its names. Source: Hinton, Osindero, Teh 2006, section 5 and appendix B.

/// Wake-sleep fine-tuning of a stack with untied recognition and generative weights.
public struct UpDownLearner: Learner {
  public static let keyword = "updown"
  public static let summary = "up-down: wake-sleep fine-tuning of a whole belief network, with a memory at the top"
  public static let lossName = "generative error"
  public static func learns(_ model: any Model) -> Bool { (model as? BeliefNetwork)?.levels.count ?? 0 > 1 }

  public static let settings: [SettingDescription] = [
    SettingDescription("rate", .number(0...1e6), "r, how far each update goes; divided by the mini-batch's size"),
    SettingDescription("gibbs", .integer(1...100_000), "numCDiters, iterations of the memory between wake and sleep"),
    SettingDescription("batch", .integer(1...1_000_000), "samples in a mini-batch"),
    SettingDescription("schedule", .text(form: RateSchedule.form), "how the rate changes over the epochs"),
    SettingDescription("shuffle", .choice(["yes", "no"]), "whether each epoch has an order of its own"),
  ]

  /// One line of the listing.
  enum Instruction: Hashable, Sendable {
    case batch
    /// Recognition from layer i to i + 1, below the memory.
    case wake(Int)
    case wakeTop
    case positiveStatistics
    case loop
    case gibbsDown
    case gibbsUp
    case negativeStatistics
    /// Generation of layer i from i + 1.
    case sleep(Int)
    case predictRecognition(Int)
    case predictGenerative(Int)
    case learnGenerative(Int)
    case learnMemory
    case learnRecognition(Int)
  }

  public internal(set) var data: DataSet
  public internal(set) var network: BeliefNetwork
  public var model: any Model { network }
  public internal(set) var line = 0
  public internal(set) var loss = Double.nan
  public internal(set) var listing: [ListingLine] = []
  let seed: UInt64
  var program: [Instruction] = []
  var cursor: DataCursor
  public var clock: Clock { cursor.clock }

  // Settings.
  var rate = 0.01
  var schedule = RateSchedule.constant
  var iterations = 3

  // States. Layers of units are counted from the input, 0; the memory's visible side is layer `directed`.
  var random: RandomStream
  /// States of the wake phase, layer by layer: `wake[0]` are the data.
  var wake: [Tensor] = []
  var wakeProbabilities: [Tensor] = []
  var targets = Tensor.empty
  var wakeTop = Tensor.empty
  var wakeTopProbabilities = Tensor.empty
  /// The memory's states as it runs on.
  var turns = 0
  var memory = Tensor.empty
  var memoryProbabilities = Tensor.empty
  var labelProbabilities = Tensor.empty
  var negativeTop = Tensor.empty
  var negativeTopProbabilities = Tensor.empty
  /// ⟨pen top⟩ and ⟨lab top⟩ of the wake phase; later less those of the memory's own.
  var statistics = Tensor.empty
  var labelStatistics = Tensor.empty
  /// States of the sleep phase; `sleep[0]` stays probabilities. The uppermost is the memory's.
  var sleep: [Tensor] = []
  var sleepProbabilities: [Tensor] = []
  /// By level: what generation predicts of the wake states, what recognition predicts of the sleep states.
  var generation: [DeltaRule] = []
  var recognition: [DeltaRule] = []
  private var sums = Tensor.empty

  /// Levels below the memory.
  var directed: Int { network.levels.count - 1 }
  var hasLabels: Bool { network.classCount > 0 }

  public init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError) {
    let network = try UpDownLearner.network(of: model, data: data)
    self.data = data
    self.network = network
    self.seed = seed
    random = RandomStream(seed: seed, name: "up-down")
    cursor = DataCursor(rows: UpDownLearner.rows(data, network), size: 100, seed: seed)
    rebuild()
  }

  public mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError) {
    let network = try UpDownLearner.network(of: model, data: data)
    cursor.follow(
      UpDownLearner.rows(data, network),
      isOtherData: data.train.count != self.data.train.count || data.name != self.data.name)
    self.data = data
    self.network = network
    rebuild()
  }

  private static func network(of model: any Model, data: DataSet) throws(StrataError) -> BeliefNetwork {
    guard var network = model as? BeliefNetwork, network.levels.count > 1 else {
      throw StrataError(
        "up-down fine-tunes a stack of at least two levels; this is \(model.described)", try: "stack rbm 500 --labels")
    }
    guard network.levels.allSatisfy({ $0.hiddenUnits == .binary }) else {
      throw StrataError("up-down is for binary hidden units", try: "rbm 500")
    }
    _ = try network.adapt(to: data)
    guard data.train.count > 0 else { throw StrataError("\(data.name) has no training samples", try: "data digits") }
    try network.check(data)
    network.untie()
    return network
  }

  private static func rows(_ data: DataSet, _ network: BeliefNetwork) -> [Int32] {
    network.classCount > 0 ? data.train.labelledRows : (0..<Int32(data.train.count)).map { $0 }
  }

  /// Writes the program and makes the workspaces; the present mini-batch is dropped.
  mutating func rebuild() {
    let levels = Array(0..<directed)
    program = [.batch] + levels.map { .wake($0) } + [.wakeTop, .positiveStatistics, .loop, .gibbsDown, .gibbsUp]
    program += [.negativeStatistics] + levels.reversed().map { .sleep($0) }
    program += levels.reversed().map { .predictRecognition($0) } + levels.map { .predictGenerative($0) }
    program += levels.map { .learnGenerative($0) } + [.learnMemory] + levels.reversed().map { .learnRecognition($0) }
    wake = [Tensor](repeating: .empty, count: directed + 1)
    wakeProbabilities = wake
    sleep = wake
    sleepProbabilities = wake
    generation = [DeltaRule](repeating: DeltaRule(), count: directed)
    recognition = generation
    (wakeTop, wakeTopProbabilities, targets) = (.empty, .empty, .empty)
    (memory, memoryProbabilities, labelProbabilities, negativeTop, negativeTopProbabilities) = (
      .empty, .empty, .empty, .empty, .empty
    )
    (statistics, labelStatistics) = (.empty, .empty)
    line = 0
    turns = 0
    listing = makeListing()
    cursor.recount()
  }

  public mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try cursor.carry(&state)
    try state.carry("up-down.stream", &random)
    try state.carry("loss", &loss)
  }

  @discardableResult
  public mutating func step() -> NumericFault? {
    let executed = line
    let instruction = program[executed]
    line = execute(instruction) ?? (executed + 1 == program.count ? 0 : executed + 1)
    cursor.finishInstruction(finishesStep: executed + 1 == program.count)
    return fault(after: instruction, line: executed)
  }

  /// r of the paper, for sums over the mini-batch.
  private var r: Scalar {
    Scalar(rate * schedule.factor(epoch: clock.epoch)) / Scalar(max(wake[0].matrixExtents.rows, 1))
  }

  /// Does one instruction; returns the index of the next line where it is not the one below.
  private mutating func execute(_ instruction: Instruction) -> Int? {
    let top = directed
    switch instruction {
    case .batch:
      let rows = cursor.take()
      data.train.inputs.gather(rows, as: [network.levels[0].visibleCount], into: &wake[0])
      if hasLabels { data.train.targets.gather(rows, width: network.classCount, into: &targets) }
      turns = 0
    case .wake(let i):
      network.levels[i].sampleHidden(
        wake[i], probability: &wakeProbabilities[i + 1], state: &wake[i + 1], random: &random)
    case .wakeTop:
      network.levels[top].sampleHidden(
        wake[top], labels: targets, probability: &wakeTopProbabilities, state: &wakeTop, random: &random)
      negativeTop = wakeTop
    case .positiveStatistics:
      statistics.setProduct(wake[top], wakeTop, transposingFirst: true)
      if hasLabels { labelStatistics.setProduct(targets, wakeTop, transposingFirst: true) }
    case .loop:
      turns += 1
      if turns > iterations {
        turns = 0
        return program.firstIndex(of: .negativeStatistics)
      }
    case .gibbsDown:
      network.levels[top].sampleVisible(
        negativeTop, probability: &memoryProbabilities, state: &memory, random: &random)
      if hasLabels { network.levels[top].labelProbabilities(negativeTop, into: &labelProbabilities) }
    case .gibbsUp:
      network.levels[top].sampleHidden(
        memory, labels: labelProbabilities, probability: &negativeTopProbabilities, state: &negativeTop,
        random: &random)
      return program.firstIndex(of: .loop)
    case .negativeStatistics:
      statistics.setProduct(memory, negativeTop, transposingFirst: true, scale: -1, keeping: 1)
      if hasLabels {
        labelStatistics.setProduct(labelProbabilities, negativeTop, transposingFirst: true, scale: -1, keeping: 1)
      }
    case .sleep(let i):
      if i == top - 1 { sleep[top] = memory }
      network.generate(i, from: sleep[i + 1], into: &sleepProbabilities[i])
      if i > 0 {
        random.sampleBernoulli(sleepProbabilities[i], into: &sleep[i])
      } else {
        sleep[0] = sleepProbabilities[0]
      }
    case .predictRecognition(let i):
      recognition[i].predict(from: sleep[i], weight: network.levels[i].weight, bias: network.levels[i].hiddenBias)
    case .predictGenerative(let i):
      generation[i].predict(
        from: wake[i + 1], weight: network.generative[i], bias: network.levels[i].visibleBias,
        activation: network.levels[i].visibleUnits == .binary ? .sigmoid : .identity)
    case .learnGenerative(let i):
      let r = r
      generation[i].compare(with: wake[i])
      generation[i].teach(weight: &network.generative[i], from: wake[i + 1], rate: r)
      generation[i].teach(bias: &network.levels[i].visibleBias, rate: r)
      if i == 0 { loss = generation[0].meanSquaredError }
    case .learnMemory: learnMemory()
    case .learnRecognition(let i):
      let r = r
      recognition[i].compare(with: sleep[i + 1])
      recognition[i].teach(weight: &network.levels[i].weight, from: sleep[i], rate: r)
      recognition[i].teach(bias: &network.levels[i].hiddenBias, rate: r)
    }
    return nil
  }

  private mutating func learnMemory() {
    let top = directed
    let r = r
    network.levels[top].weight.add(statistics, scale: r)
    addDifference(wake[top], memory, r, to: \.visibleBias)
    addDifference(wakeTop, negativeTop, r, to: \.hiddenBias)
    guard hasLabels else { return }
    network.levels[top].labelWeight.add(labelStatistics, scale: r)
    addDifference(targets, labelProbabilities, r, to: \.labelBias)
  }

  private mutating func addDifference(
    _ positive: Tensor, _ negative: Tensor, _ scale: Scalar, to bias: WritableKeyPath<BoltzmannMachine, Tensor>
  ) {
    for (states, sign) in [(positive, scale), (negative, -scale)] {
      sums.setColumnSums(states, scale: sign)
      network.levels[directed][keyPath: bias].add(sums)
    }
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    try network.setElement(of: name, at: position, to: value)
  }

  public func value(of key: String) -> String? {
    switch key {
    case "rate": SettingText.number(rate)
    case "gibbs": "\(iterations)"
    case "batch": "\(cursor.size)"
    case "schedule": schedule.text
    case "shuffle": cursor.shuffles ? "yes" : "no"
    default: nil
    }
  }

  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    let value = try UpDownLearner.checked(key, text)
    switch key {
    case "rate": rate = Double(value) ?? rate
    case "gibbs": iterations = Int(value) ?? iterations
    case "batch": cursor.setSize(Int(value) ?? cursor.size)
    case "schedule": schedule = try RateSchedule(value)
    default: cursor.shuffles = value == "yes"
    }
    listing = makeListing()
  }
}
