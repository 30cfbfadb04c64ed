// The wake-sleep algorithm for a Helmholtz machine.
//
//   wake    data come in; recognition makes the states layer by layer; generation learns to make them
//           hid ~ σ(vis·R + r)        G ← G + ε hidᵀ(vis − σ(hid·G + g))
//   sleep   the top makes a fantasy; generation makes the states downward; recognition learns to find them again
//           hid ~ σ(top·G + g)        R ← R + ε visᵀ(hid − σ(vis·R + r))
//
// All learning is local. Wake lowers the description length F in the generative weights; sleep lowers
// KL(P(states | data) ‖ Q), the wrong way round, over fantasies instead of data: an approximation that works.
// On the 4×4 bars the paper's machine, 16-8-1, learns with ε = 0.1 between input and first hidden layer and 0.001 above,
// with generative biases of −4 in the first hidden layer, to a divergence of 0.10 bits in 2·10⁶ samples.
// Source: Hinton, Dayan, Frey, Neal 1995 ("The wake-sleep algorithm for unsupervised neural networks").

/// Wake-sleep for a stack of sigmoid belief layers.
public struct WakeSleepLearner: Learner {
  public static let keyword = "wakesleep"
  public static let summary = "wake-sleep: recognition and generative weights teach each other, phase by phase"
  public static let lossName = "description length"
  public static let headlines = ["kl", "log-likelihood"]
  public static func learns(_ model: any Model) -> Bool { model is HelmholtzMachine }

  public static let settings: [SettingDescription] = [
    SettingDescription("rate", .number(0...1e6), "ε between the input and the first hidden layer"),
    SettingDescription("upper", .number(0...1e6), "ε between the layers above it"),
    SettingDescription("batch", .integer(1...1_000_000), "samples in a mini-batch"),
    SettingDescription("schedule", .text(form: RateSchedule.form), "how the rates change over the epochs"),
    SettingDescription(
      "positive", .choice(["no", "yes"]), "keep generative weights to the input from falling below 0: parts only add up"
    ),
    SettingDescription("shuffle", .choice(["yes", "no"]), "whether each epoch has an order of its own"),
  ]

  /// One line of the listing. Layers are counted from the input, 0.
  enum Instruction: Hashable, Sendable {
    case batch
    /// States of layer i + 1 from layer i, by recognition.
    case wake(Int)
    /// What generation expects of layer i.
    case predictGenerative(Int)
    case learnGenerative
    case dreamTop
    /// States of layer i from layer i + 1, by generation.
    case sleep(Int)
    /// What recognition expects of layer i + 1.
    case predictRecognition(Int)
    case learnRecognition
  }

  public internal(set) var data: DataSet
  public internal(set) var machine: HelmholtzMachine
  public var model: any Model { machine }
  public internal(set) var line = 0
  public internal(set) var loss = Double.nan
  public internal(set) var listing: [ListingLine] = []
  let seed: UInt64
  var program: [Instruction] = []
  var cursor: DataCursor
  public var clock: Clock { cursor.clock }

  // Settings.
  var rate = 0.1
  var upper = 0.01
  var schedule = RateSchedule.constant
  /// Whether generative weights to the input are kept from falling below 0.
  var isPositive = false

  // States: layers from the input up.
  var random: RandomStream
  var wake: [Tensor] = []
  var wakeProbabilities: [Tensor] = []
  var sleep: [Tensor] = []
  var sleepProbabilities: [Tensor] = []
  /// By layer: what generation predicts of the wake states. By level: what recognition predicts of the sleep states.
  var generation: [DeltaRule] = []
  var recognition: [DeltaRule] = []
  /// Mean −log Q of the newest fantasies' states, in nats.
  var sleepCost = Double.nan

  var depth: Int { machine.levels.count }

  public init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError) {
    let machine = try WakeSleepLearner.machine(of: model, data: data)
    self.data = data
    self.machine = machine
    self.seed = seed
    random = RandomStream(seed: seed, name: "wake-sleep")
    cursor = DataCursor(rows: (0..<Int32(data.train.count)).map { $0 }, size: 1, seed: seed)
    rebuild()
  }

  public mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError) {
    let machine = try WakeSleepLearner.machine(of: model, data: data)
    cursor.follow(
      (0..<Int32(data.train.count)).map { $0 },
      isOtherData: data.train.count != self.data.train.count || data.name != self.data.name)
    self.data = data
    self.machine = machine
    rebuild()
  }

  private static func machine(of model: any Model, data: DataSet) throws(StrataError) -> HelmholtzMachine {
    guard var machine = model as? HelmholtzMachine else {
      throw StrataError("wake-sleep learns a Helmholtz machine; this is \(model.described)", try: "helmholtz 8 1")
    }
    _ = try machine.adapt(to: data)
    guard data.train.count > 0 else { throw StrataError("\(data.name) has no training samples", try: "data bars") }
    if let range = data.train.inputs.range, range.lowerBound < 0 || range.upperBound > 1 {
      throw StrataError(
        "a Helmholtz machine's inputs lie between 0 and 1, but \(data.name) goes from \(number(range.lowerBound)) to "
          + "\(number(range.upperBound))", try: "data bars")
    }
    return machine
  }

  mutating func rebuild() {
    let levels = Array(0..<depth)
    program = [.batch] + levels.map { .wake($0) } + levels.map { .predictGenerative($0) }
    program += [.predictGenerative(depth), .learnGenerative, .dreamTop] + levels.reversed().map { .sleep($0) }
    program += levels.map { .predictRecognition($0) } + [.learnRecognition]
    wake = [Tensor](repeating: .empty, count: depth + 1)
    (wakeProbabilities, sleep, sleepProbabilities) = (wake, wake, wake)
    generation = [DeltaRule](repeating: DeltaRule(), count: depth + 1)
    recognition = [DeltaRule](repeating: DeltaRule(), count: depth)
    line = 0
    listing = makeListing()
    cursor.recount()
  }

  public mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try cursor.carry(&state)
    try state.carry("wake-sleep.stream", &random)
    try state.carry("loss", &loss)
    try state.carry("sleep.cost", &sleepCost)
  }

  @discardableResult
  public mutating func step() -> NumericFault? {
    let executed = line
    let instruction = program[executed]
    execute(instruction)
    line = executed + 1 == program.count ? 0 : executed + 1
    cursor.finishInstruction(finishesStep: line == 0)
    return fault(after: instruction, line: executed)
  }

  /// ε of a level, divided by the number of samples.
  private func rate(level: Int, rows: Int) -> Scalar {
    Scalar((level == 0 ? rate : upper) * schedule.factor(epoch: clock.epoch) / Double(max(rows, 1)))
  }

  private mutating func execute(_ instruction: Instruction) {
    let rows = wake[0].matrixExtents.rows
    switch instruction {
    case .batch:
      data.train.inputs.gather(cursor.take(), as: [machine.levels[0].generativeBias.count], into: &wake[0])
    case .wake(let i):
      wakeProbabilities[i + 1].setProduct(wake[i], machine.levels[i].recognitionWeight)
      random.sampleSigmoid(
        inPlace: &wakeProbabilities[i + 1], bias: machine.levels[i].recognitionBias, sample: &wake[i + 1])
    case .predictGenerative(let i):
      if i == depth {
        generation[i].predict(count: rows, bias: machine.topBias)
      } else {
        generation[i].predict(
          from: wake[i + 1], weight: machine.levels[i].generativeWeight, bias: machine.levels[i].generativeBias)
      }
    case .learnGenerative:
      loss = descriptionLength
      for i in 0..<depth {
        let ε = rate(level: i, rows: rows)
        generation[i].compare(with: wake[i])
        generation[i].teach(weight: &machine.levels[i].generativeWeight, from: wake[i + 1], rate: ε)
        generation[i].teach(bias: &machine.levels[i].generativeBias, rate: ε)
      }
      if isPositive {
        machine.levels[0].generativeWeight.withUnsafeMutableElements {
          for k in 0..<$0.count where $0[k] < 0 { $0[k] = 0 }
        }
      }
      generation[depth].compare(with: wake[depth])
      generation[depth].teach(bias: &machine.topBias, rate: rate(level: depth, rows: rows))
    case .dreamTop:
      let shape = Shape(rows: rows, columns: machine.topBias.count)
      if sleepProbabilities[depth].shape != shape { sleepProbabilities[depth].resize(to: shape) }
      sleepProbabilities[depth].fill(0)
      random.sampleSigmoid(inPlace: &sleepProbabilities[depth], bias: machine.topBias, sample: &sleep[depth])
    case .sleep(let i):
      sleepProbabilities[i].setProduct(sleep[i + 1], machine.levels[i].generativeWeight)
      random.sampleSigmoid(
        inPlace: &sleepProbabilities[i], bias: machine.levels[i].generativeBias, sample: &sleep[i])
    case .predictRecognition(let i):
      recognition[i].predict(
        from: sleep[i], weight: machine.levels[i].recognitionWeight, bias: machine.levels[i].recognitionBias)
    case .learnRecognition:
      sleepCost = recognition.indices.reduce(0) { total, i in
        total + Cost.bernoulli(sleep[i + 1], recognition[i].prediction)
      }
      for i in 0..<depth {
        let ε = rate(level: i, rows: rows)
        recognition[i].compare(with: sleep[i + 1])
        recognition[i].teach(weight: &machine.levels[i].recognitionWeight, from: sleep[i], rate: ε)
        recognition[i].teach(bias: &machine.levels[i].recognitionBias, rate: ε)
      }
    }
  }

  /// F of the newest mini-batch, in nats a sample: what generation pays for all states, less what recognition's choice
  /// gives back.
  private var descriptionLength: Double {
    var total = 0.0
    for layer in 0...depth { total += Cost.bernoulli(wake[layer], generation[layer].prediction) }
    for layer in 1...depth { total -= Cost.bernoulli(wake[layer], wakeProbabilities[layer]) }
    return total
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    try machine.setElement(of: name, at: position, to: value)
  }

  public func value(of key: String) -> String? {
    switch key {
    case "rate": SettingText.number(rate)
    case "upper": SettingText.number(upper)
    case "batch": "\(cursor.size)"
    case "schedule": schedule.text
    case "positive": isPositive ? "yes" : "no"
    case "shuffle": cursor.shuffles ? "yes" : "no"
    default: nil
    }
  }

  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    let value = try WakeSleepLearner.checked(key, text)
    switch key {
    case "rate": rate = Double(value) ?? rate
    case "upper": upper = Double(value) ?? upper
    case "batch": cursor.setSize(Int(value) ?? cursor.size)
    case "schedule": schedule = try RateSchedule(value)
    case "positive": isPositive = value == "yes"
    default: cursor.shuffles = value == "yes"
    }
    listing = makeListing()
  }
}
