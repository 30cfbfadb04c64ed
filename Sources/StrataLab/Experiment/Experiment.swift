// What is being tried: data, a model, a learner with its settings, the seed. A value: a copy is a complete bookmark,
// and everything that influences what happens next is in it.
//
// As long as no learner can work (no data yet, or outputs that do not fit), the model is only a plan and `missing`
// says what to do. As soon as one fits, it is made by itself with sensible defaults. A learner that stops fitting (its
// top layer was removed, say) is set aside and taken up again when the model fits, so that its clock goes on.
import StrataEngine

/// A moment in an experiment. Goes only forward, whatever learners come and go.
public struct Moment: Hashable, Sendable {
  /// Instructions executed: the finest time there is.
  public var tick = 0
  /// Mini-batches (updates) finished.
  public var step = 0
  /// Passes through the training data finished.
  public var epochs = 0
  /// The part of the present epoch that is done, 0 ..< 1.
  public var epochFraction = 0.0

  public init() {}

  /// Epochs with the present one's fraction: 9.2.
  public var epoch: Double { Double(epochs) + epochFraction }
}

/// A setting that was chosen, as typed.
public struct ChosenSetting: Hashable, Sendable {
  public var key: String
  public var value: String
}

/// Data, model, learner, settings, seed.
public struct Experiment: Sendable {
  public private(set) var data: DataSet?
  /// The seed of weights, order and noise.
  public private(set) var seed: UInt64
  /// The learner chosen by `learn`; nil while the first that fits is taken.
  public private(set) var chosenLearner: String?
  /// Settings that were chosen, oldest first: a learner that is made anew gets them again.
  public private(set) var chosen: [ChosenSetting] = []
  /// What long calculations found out at this very moment, such as a likelihood, for `expect` and `print`. No part of what
  /// happens next; empty as soon as anything has moved or changed.
  public internal(set) var findings: Measurements {
    get { found.map { $0.tick == tick ? $0.measurements : Measurements() } ?? Measurements() }
    set { found = (tick, newValue) }
  }
  /// Rules that were written for the data; nil where there are none. Nothing learns from them.
  var rules: RuleSet?
  private var found: (tick: Int, measurements: Measurements)?
  /// Why nothing can be learned yet and what to do about it; nil when a learner stands ready.
  public private(set) var missing: StrataError?

  /// The model while no learner can work on it; else it lives in the learner, and nowhere twice.
  private var plan: (any Model)?
  /// The learner at work, or the one set aside while there is a plan.
  private var engine: (any Learner)?
  /// What the learner says of itself, read whenever it has moved: asking it through the existential would copy it.
  private var reading = Reading()
  /// What the clock of a new learner begins from.
  var base = Moment()
  /// The step at which the present model, or another kind of loss, began: curves before it are of something else.
  public internal(set) var firstStep = 0
  /// When the newest step and the newest epoch ended.
  public internal(set) var stepTick = 0
  public internal(set) var epochTick = 0
  private var seenSteps = 0
  private var seenEpochs = 0

  /// An empty network and no data.
  public init(seed: UInt64) {
    self.seed = seed
    plan = Network(seed: seed)
    missing = StrataError("there are no data yet", try: "data digits")
  }

  /// The learner, ready for its next instruction; nil while something is missing.
  public var learner: (any Learner)? { plan == nil ? engine : nil }
  /// Whether `step` can be called.
  public var isReady: Bool { plan == nil && engine != nil }
  /// What is learned, as it stands now.
  public var model: any Model { plan ?? engine?.model ?? Network(seed: seed) }
  /// The model as a stack of layers; nil when it is something else.
  public var network: Network? { model as? Network }

  /// Everything that can be looked at: the learner's tensors, or the plan's parameters.
  public var tensors: [NamedTensor] { learner?.tensors ?? model.parameters }

  /// One of them by name or symbol.
  public func tensor(named name: String) -> NamedTensor? {
    if let learner { return learner.tensor(named: name) }
    return model.parameters.first { $0.name == name || $0.symbol == name }
  }

  /// Now.
  public var moment: Moment {
    let clock = reading.clock
    var moment = base
    moment.tick += clock.instructions
    moment.step += clock.steps
    moment.epochs += clock.epochs
    moment.epochFraction = Double(clock.stepInEpoch) / Double(max(clock.stepsPerEpoch, 1))
    return moment
  }

  /// The finest time: instructions executed.
  public var tick: Int { base.tick + reading.clock.instructions }
  /// The loss of the newest finished mini-batch; nan before the first.
  public var newestLoss: Double { reading.loss }
  /// The line of the listing that is executed next, an index.
  var nextLine: Int { reading.line }

  // Running.

  /// What a learner is asked after each move.
  private struct Reading: Sendable {
    var clock = Clock()
    var loss = Double.nan
    var line = 0

    mutating func read<L: Learner>(_ learner: borrowing L) {
      clock = learner.clock
      loss = learner.loss
      line = learner.line
    }
  }

  /// Executes one instruction. Traps when not ready.
  mutating func step() -> NumericFault? {
    let fault = Experiment.move(&engine!, &reading, byInstruction: true)
    noteClock()
    return fault
  }

  /// Executes to the end of the present mini-batch. Traps when not ready.
  mutating func next() -> NumericFault? {
    let fault = Experiment.move(&engine!, &reading, byInstruction: false)
    noteClock()
    return fault
  }

  /// Works on the learner where it is: opened once, neither copied nor boxed again.
  private static func move<L: Learner>(
    _ learner: inout L, _ reading: inout Reading, byInstruction: Bool
  ) -> NumericFault? {
    let fault = byInstruction ? learner.step() : learner.next()
    reading.read(learner)
    return fault
  }

  /// Reads the learner again after something about it was changed.
  private mutating func readEngine() {
    reading = Reading()
    if let engine { reading.read(engine) }
  }

  private mutating func noteClock() {
    let clock = reading.clock
    guard clock.steps != seenSteps else { return }
    seenSteps = clock.steps
    stepTick = base.tick + clock.instructions
    if clock.epochs != seenEpochs {
      seenEpochs = clock.epochs
      epochTick = stepTick
    }
  }

  // Changing.

  /// Other data. The model's layers stay as far as they fit. Never throws: what does not fit becomes `missing`.
  mutating func setData(_ new: DataSet) -> [String] {
    // The same data again share the storage that is there.
    if data != new { data = new }
    var notes: [String] = []
    var model = model
    do {
      // Layers that were only planned have nothing to lose.
      let hadWeights = model.parameterCount > 0
      let renewed = try model.adapt(to: new)
      if hadWeights { notes += Experiment.renewed(renewed) }
      return notes + settle(with: model)
    } catch {
      if var network = model as? Network {
        _ = try? network.setInputShape(nil)
        model = network
      }
      setAside(model, because: error)
      return notes
    }
  }

  /// Changes the stack. Throws what the change throws; what does not fit the data afterwards becomes `missing`.
  mutating func changeNetwork(
    _ change: (inout Network) throws(StrataError) -> [Int]
  ) throws(StrataError) -> [String] {
    guard var network else {
      throw StrataError(
        "this is no network of layers but \(model.described)",
        try: model is any StackedModel ? "unroll   (or: new)" : "new")
    }
    if network.inputShape == nil, let data { try network.setInputShape(data.inputShape) }
    let notes = Experiment.renewed(try change(&network))
    return notes + settle(with: network)
  }

  /// Changes a model of one kind. Throws what the change throws, and where the model is of another kind.
  mutating func changeModel<Changed: Model>(
    elseTry suggestion: String, _ change: (inout Changed) throws(StrataError) -> Void
  ) throws(StrataError) -> [String] {
    guard var changed = model as? Changed else {
      throw StrataError("this is \(model.described)", try: suggestion)
    }
    try change(&changed)
    return settle(with: changed)
  }

  /// Begins again with a model, with default settings; the seed stays, and the data unless others come with it.
  mutating func begin(with model: any Model, data new: DataSet? = nil) -> [String] {
    leaveEngine()
    firstStep = base.step
    chosen = []
    chosenLearner = nil
    if let new { data = new }
    return settle(with: model)
  }

  /// Draws weights, order and noise afresh from a seed; settings stay.
  mutating func reseed(_ seed: UInt64) -> [String] {
    self.seed = seed
    var model = model
    leaveEngine()
    firstStep = base.step
    model.initialize(seed: seed)
    return settle(with: model)
  }

  /// Chooses a learner and some of its settings. Throws, when one is at work, unless the new one can take over; before
  /// that it is a choice for later.
  mutating func choose(_ type: any Learner.Type, settings: [ChosenSetting]) throws(StrataError) -> [String] {
    for setting in settings { try Experiment.check(setting, of: type) }
    let present = model
    let wasReady = isReady
    chosenLearner = type.keyword
    if let engine, Swift.type(of: engine) != type {
      let isOtherLoss = Swift.type(of: engine).lossName != type.lossName
      leaveEngine()
      if isOtherLoss { firstStep = base.step }
      plan = present
    }
    for setting in settings where !isReady { remember(setting) }
    let notes = isReady ? [] : settle(with: present)
    if wasReady, let missing { throw missing }
    guard isReady else { return notes }
    // One by one on the learner, so that a value that it refuses is an error and not a note.
    for setting in settings {
      try engine!.set(setting.key, to: setting.value)
      remember(setting)
    }
    readEngine()
    try checkRoom()
    return notes
  }

  /// Changes a setting, now or for the learner to come.
  mutating func set(_ setting: ChosenSetting) throws(StrataError) {
    if let engine, isReady {
      try Experiment.check(setting, of: type(of: engine))
      try self.engine!.set(setting.key, to: setting.value)
    } else {
      let types = chosenLearner.flatMap { learnerType($0, for: model) }.map { [$0] }
      let known = (types ?? learnerTypes).filter { $0.settings.contains { $0.key == setting.key } }
      guard let type = known.first ?? (types ?? learnerTypes).first else { return }
      try Experiment.check(setting, of: type)
      if engine != nil { try engine!.set(setting.key, to: setting.value) }
    }
    remember(setting)
    readEngine()
    try checkRoom()
  }

  /// Replaces one number of a parameter.
  mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    found = nil
    if plan == nil, engine != nil {
      try engine!.setElement(of: name, at: position, to: value)
      readEngine()
    } else {
      var model = self.model
      try model.setElement(of: name, at: position, to: value)
      plan = model
    }
  }

  /// Replaces parameters by name.
  mutating func setParameters(_ tensors: [NamedTensor]) throws(StrataError) -> [String] {
    var model = self.model
    try model.setParameters(tensors)
    return settle(with: model)
  }

  /// Changes the learner at work, all or nothing.
  mutating func changeLearner(_ change: (inout any Learner) throws(StrataError) -> Void) throws(StrataError) {
    guard isReady, var learner = engine else { throw missing ?? StrataError("nothing can run yet") }
    try change(&learner)
    engine = learner
    readEngine()
    (seenSteps, seenEpochs) = (learner.clock.steps, learner.clock.epochs)
  }

  // Finding a learner.

  /// Gives the model to the learner at work, or makes the one that fits. Returns what should be told.
  private mutating func settle(with model: any Model) -> [String] {
    found = nil
    guard let data else {
      setAside(model, because: StrataError("there are no data yet", try: "data digits"))
      return []
    }
    let types = chosenLearner.flatMap { learnerType($0, for: model) }.map { [$0] }
    if let reason = Experiment.excess(model, batch: Experiment.evaluationBatch) {
      setAside(model, because: reason)
      return []
    }
    var reason: StrataError?
    for type in types ?? learnerTypes where types != nil || type.learns(model) {
      do {
        if var old = engine, Swift.type(of: old) == type {
          let wasAside = plan != nil
          try old.adopt(model, data: data)
          engine = old
          readEngine()
          plan = nil
          missing = nil
          return wasAside ? ["goes on learning by \(type.keyword)"] : []
        }
        var learner = try type.init(data: data, model: model, seed: seed)
        let refused = applyChosen(to: &learner)
        leaveEngine()
        engine = learner
        readEngine()
        (seenSteps, seenEpochs) = (learner.clock.steps, learner.clock.epochs)
        plan = nil
        missing = nil
        return refused
      } catch {
        // The first type that is for such models is the most general one: its reason is the one to tell.
        reason = reason ?? error
      }
    }
    setAside(model, because: reason ?? StrataError("no learner fits"))
    return []
  }

  /// The most bytes that the workspaces of a pass may take.
  private static let maximumWorkspace = 8_000_000_000
  /// So many samples pass through at once where a whole set is evaluated.
  private static let evaluationBatch = 500

  /// Why a pass of so many samples would take more memory than there may be; nil when it would not.
  private static func excess(_ model: any Model, batch: Int) -> StrataError? {
    let outputs = model.parts.reduce(0.0) { $0 + Double($1.outputShape?.elementCount ?? 0) }
    // At a layer: the sum, the output, and the gradients of both.
    let bytes = outputs * Double(batch) * 4 * Double(MemoryLayout<Scalar>.stride)
    guard bytes > Double(maximumWorkspace) else { return nil }
    return StrataError(
      "\(batch) samples at once through \(NumberText.scaled(outputs)) units would need \(NumberText.scaled(bytes))B",
      try: "fewer units, or a smaller batch")
  }

  /// Throws when the mini-batch has become too large for memory.
  private func checkRoom() throws(StrataError) {
    guard let learner, let data else { return }
    let batch = (data.train.count + max(learner.clock.stepsPerEpoch, 1) - 1) / max(learner.clock.stepsPerEpoch, 1)
    if let excess = Experiment.excess(learner.model, batch: batch) { throw excess }
  }

  private mutating func setAside(_ model: any Model, because reason: StrataError) {
    plan = model
    missing = reason
  }

  /// Drops the learner; time goes on from where it stood.
  private mutating func leaveEngine() {
    let kept = model
    base = moment
    base.epochFraction = 0
    engine = nil
    readEngine()
    plan = kept
    (seenSteps, seenEpochs) = (0, 0)
  }

  private func applyChosen(to learner: inout any Learner) -> [String] {
    var refused: [String] = []
    let keys = type(of: learner).settings.map(\.key)
    for setting in chosen where keys.contains(setting.key) {
      do {
        try learner.set(setting.key, to: setting.value)
      } catch {
        refused.append("\(setting.key) \(setting.value) was not taken: \(error.problem)")
      }
    }
    return refused
  }

  private mutating func remember(_ setting: ChosenSetting) {
    if isReady, let engine,
      Swift.type(of: engine).settings.contains(where: { $0.key == setting.key && $0.isKeptByModel })
    {
      return
    }
    chosen.removeAll { $0.key == setting.key }
    chosen.append(setting)
  }

  /// Throws unless the learner knows the key and the value is of its kind.
  private static func check(_ setting: ChosenSetting, of type: any Learner.Type) throws(StrataError) {
    let keys = type.settings.map(\.key)
    guard let description = type.settings.first(where: { $0.key == setting.key }) else {
      let question = Nearest.question(setting.key, among: keys)
      throw StrataError(
        "\(type.keyword) has no setting \(setting.key.quoted)\(question)", try: "one of \(keys.joined(separator: ", "))"
      )
    }
    do {
      _ = try description.kind.checked(setting.value)
    } catch {
      throw StrataError("\(setting.key): \(error.problem.safe)", try: error.suggestion)
    }
  }

  /// `backprop: rate 0.1, batch 32, loss cross-entropy`: the settings that matter most.
  var learnerText: String? {
    guard let learner else { return nil }
    let type = type(of: learner)
    let shown = type.settings.prefix(5).compactMap { setting in
      learner.value(of: setting.key).map { "\(setting.key) \($0)" }
    }
    return type.keyword + (shown.isEmpty ? "" : ": " + shown.joined(separator: ", "))
  }

  private static func renewed(_ layers: [Int]) -> [String] {
    guard let last = layers.last else { return [] }
    if layers.count == 1 { return ["layer \(last) was made afresh: its shape changed"] }
    let numbers = layers.dropLast().map(String.init).joined(separator: ", ")
    return ["layers \(numbers) and \(last) were made afresh: their shapes changed"]
  }
}

extension Experiment {
  /// All that is known of the newest mini-batch.
  var measurements: Measurements { engine?.measurements ?? Measurements() }
  /// The phase that it belongs to.
  var nextPhase: String { engine.map { $0.listing[$0.line].phase } ?? "" }

  /// ‖∇‖ over the parameters of one layer, counted from 1; nan before the first backward pass.
  func gradientNorm(layer: Int) -> Double {
    guard let part = model.parts.first(where: { $0.index == layer }) else { return .nan }
    let names = model.parameters.map(\.name).filter { $0.hasPrefix(part.name + ".") }
    var squares = 0.0
    var isKnown = false
    for name in names {
      guard let gradient = engine?.tensor(named: name + ".gradient")?.tensor, gradient.count > 0 else { continue }
      isKnown = true
      gradient.withUnsafeElements { for element in $0 { squares += Double(element) * Double(element) } }
    }
    return isKnown ? squares.squareRoot() : .nan
  }
}
