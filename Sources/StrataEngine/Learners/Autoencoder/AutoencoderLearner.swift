// Learning to give the input back: one level of a stack of autoencoders, whose lower levels pass their codes up.
//
//   x ← next mini-batch;  x′ = x with noise on it;  h = f(x′·W + c);  y = g(h·Wᵀ + b);  C = loss(y, x) + penalty
//   δy = ∂C/∂y ⊙ g′;  ∂h = δy·W + ∂penalty/∂h;  δh = ∂h ⊙ f′;  ∇W = x′ᵀ·δh + δyᵀ·h;  W ← W − ε∇W
//
// The cost compares with the input as it was before the noise. With tied weights W has a share in both halves, and its
// gradient is the sum. Gradients are those of the mean cost over the mini-batch. Source: Vincent et al. 2008, 2010.

/// Gradient descent on the reconstruction of one level.
public struct AutoencoderLearner: Learner {
  public static let keyword = "autoencoder"
  public static let summary = "an encoder and a decoder learn to give the input back"
  public static let lossName = "reconstruction error"
  public static let headlines: [String] = []
  public static func learns(_ model: any Model) -> Bool { model is AutoencoderStack }

  /// One line of the listing.
  enum Instruction: Hashable, Sendable {
    case batch
    /// The level's code, passed up.
    case passUp(Int)
    case corrupt
    case encode
    case decode
    case loss
    case outputDelta
    case backwardDecoder
    case backwardEncoder
    case update
  }

  public internal(set) var data: DataSet
  /// The stack as it stands now.
  public internal(set) var stack: AutoencoderStack
  public var model: any Model { stack }
  /// The level that learns, an index.
  public internal(set) var level: Int
  public internal(set) var optimizer = Optimizer(.sgd)
  public internal(set) var line = 0
  /// The cost of the newest mini-batch with its penalty.
  public internal(set) var loss = Double.nan
  public internal(set) var listing: [ListingLine] = []
  public var clock: Clock { cursor.clock }
  var program: [Instruction] = []
  var cursor: DataCursor
  /// Epochs that had gone by when this level began: schedules count from there.
  var levelEpoch = 0.0
  /// Keys that were set by the user and so survive a change of the rule.
  var chosen: Set<String> = []

  // The states of a mini-batch.
  var random: RandomStream
  var input = Tensor.empty
  /// Codes of the levels below the one that learns.
  var passed: [Tensor] = []
  private var noise = Tensor.empty
  var corrupted = Tensor.empty
  var codeSum = Tensor.empty
  var code = Tensor.empty
  var outputSum = Tensor.empty
  var output = Tensor.empty
  var outputDelta = Tensor.empty
  var codeGradient = Tensor.empty
  var codeDelta = Tensor.empty
  /// ⟨h⟩ of each code unit over the mini-batch.
  var activity = Tensor.empty
  /// ∂C/∂parameter, in the order of the level's parameters.
  var gradients: [Tensor] = []

  public init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError) {
    stack = try AutoencoderLearner.stack(of: model, data: data)
    self.data = data
    level = stack.levels.count - 1
    random = RandomStream(seed: seed, name: "corruption")
    cursor = DataCursor(rows: AutoencoderLearner.rows(data), size: 20, seed: seed)
    rebuild()
  }

  public mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError) {
    let stack = try AutoencoderLearner.stack(of: model, data: data)
    let isHigher = stack.levels.count != self.stack.levels.count
    let level = isHigher ? stack.levels.count - 1 : min(self.level, stack.levels.count - 1)
    let shapes = stack.levels[level].parameters.map(\.value.shape)
    let isOther = isHigher || level != self.level || shapes != machine.parameters.map(\.value.shape)
    cursor.follow(
      AutoencoderLearner.rows(data),
      isOtherData: data.train.count != self.data.train.count || data.name != self.data.name)
    self.data = data
    self.stack = stack
    if isOther { begin(level: level) }
    rebuild()
  }

  /// Sends the model in, checked against the data, or throws what would fit.
  private static func stack(of model: any Model, data: DataSet) throws(StrataError) -> AutoencoderStack {
    guard var stack = model as? AutoencoderStack else {
      throw StrataError("\(keyword) learns an autoencoder; this is \(model.described)", try: "autoencoder 64")
    }
    _ = try stack.adapt(to: data)
    guard data.train.count > 0 else { throw StrataError("\(data.name) has no training samples", try: "data digits") }
    try stack.check(data)
    return stack
  }

  /// Labels are not needed: every sample teaches.
  private static func rows(_ data: DataSet) -> [Int32] { (0..<Int32(data.train.count)).map { $0 } }

  /// Another level learns from now on.
  mutating func begin(level: Int) {
    self.level = level
    optimizer.forget()
    levelEpoch = clock.epoch
  }

  var machine: Autoencoder { stack.levels[level] }
  /// What the level sees, without noise.
  var clean: Tensor { level == 0 ? input : passed[level - 1] }
  /// What it is shown.
  var shown: Tensor { machine.plan.noise > 0 ? corrupted : clean }
  var form: LossForm { machine.plan.loss.form(for: machine.plan.output) }

  /// Writes the program for the level as it is; the present mini-batch is dropped.
  mutating func rebuild() {
    program = [.batch] + (0..<level).map { .passUp($0) }
    if machine.plan.noise > 0 { program.append(.corrupt) }
    program += [.encode, .decode, .loss, .outputDelta, .backwardDecoder, .backwardEncoder, .update]
    passed = [Tensor](repeating: .empty, count: level)
    (input, corrupted, code, output, activity) = (.empty, .empty, .empty, .empty, .empty)
    (codeSum, outputSum, outputDelta, codeGradient, codeDelta) = (.empty, .empty, .empty, .empty, .empty)
    gradients = [Tensor](repeating: .empty, count: machine.parameters.count)
    line = 0
    listing = makeListing()
    cursor.recount()
  }

  public mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try cursor.carry(&state)
    try state.carry("corruption.stream", &random)
    try state.carry("loss", &loss)
    try state.carry("level.epoch", &levelEpoch)
    try optimizer.carry(&state, shapes: [machine.parameters.map(\.value.shape)])
  }

  @discardableResult
  public mutating func step() -> NumericFault? {
    let executed = line
    let instruction = program[executed]
    execute(instruction)
    line = executed + 1 == program.count ? 0 : executed + 1
    cursor.finishInstruction(finishesStep: instruction == .update)
    return fault(after: instruction, line: executed)
  }

  mutating func execute(_ instruction: Instruction) {
    switch instruction {
    case .batch:
      data.train.inputs.gather(cursor.take(), as: [stack.levels[0].visibleCount], into: &input)
    case .passUp(let index):
      stack.levels[index].encode(index == 0 ? input : passed[index - 1], sum: &codeSum, into: &passed[index])
    case .corrupt:
      machine.plan.corruption.corrupt(
        clean, amount: machine.plan.noise, random: &random, noise: &noise, into: &corrupted)
    case .encode:
      stack.levels[level].encode(shown, sum: &codeSum, into: &code)
      activity.setColumnSums(code, scale: 1 / Scalar(code.matrixExtents.rows))
    case .decode: stack.levels[level].decode(code, sum: &outputSum, into: &output)
    case .loss: loss = cost
    case .outputDelta: computeOutputDelta()
    case .backwardDecoder: computeDecoderGradients()
    case .backwardEncoder: computeEncoderGradients()
    case .update:
      optimizer.update(&stack.levels[level].parameters, gradients: gradients, epoch: clock.epoch - levelEpoch)
    }
  }

  /// The cost of the mini-batch that stands there, with its penalty.
  var cost: Double {
    let plan = machine.plan
    return plan.loss.value(output: output, preactivation: outputSum, target: clean, form: form)
      + plan.sparsity * AutoencoderLearner.penalty(plan, code: code, activity: activity)
  }

  /// The penalty before λ.
  private static func penalty(_ plan: Autoencoder.Plan, code: Tensor, activity: Tensor) -> Double {
    guard plan.sparsity > 0 else { return 0 }
    switch plan.penalty {
    case .l1: return code.sumOfMagnitudes / Double(code.matrixExtents.rows)
    case .kl: return activity.elements.reduce(0) { $0 + divergence(from: plan.activity, of: Double($1)) }
    }
  }

  private mutating func computeOutputDelta() {
    let plan = machine.plan
    plan.loss.gradient(output: output, target: clean, form: form, into: &outputDelta)
    if !form.isJoined, plan.output != .identity {
      let gradient = outputDelta
      plan.output.differentiate(z: outputSum, y: output, outputGradient: gradient, delta: &outputDelta)
    }
  }

  private mutating func computeDecoderGradients() {
    let plan = machine.plan
    gradients[2].setColumnSums(outputDelta)
    if plan.isTied {
      codeGradient.setProduct(outputDelta, stack.levels[level].parameters[0].value)
    } else {
      codeGradient.setProduct(outputDelta, stack.levels[level].parameters[3].value, transposingSecond: true)
      gradients[3].setProduct(code, outputDelta, transposingFirst: true)
    }
    if plan.sparsity > 0 { addPenaltyGradient(plan) }
  }

  private mutating func addPenaltyGradient(_ plan: Autoencoder.Plan) {
    let (rows, columns) = code.matrixExtents
    let share = Scalar(plan.sparsity / Double(rows))
    code.withUnsafeElements { h in
      activity.withUnsafeElements { mean in
        codeGradient.withUnsafeMutableElements { g in
          for i in 0..<h.count {
            switch plan.penalty {
            case .l1: g[i] += h[i] > 0 ? share : (h[i] < 0 ? -share : 0)
            case .kl: g[i] += share * Scalar(divergenceSlope(from: plan.activity, of: Double(mean[i % columns])))
            }
          }
        }
      }
    }
  }

  private mutating func computeEncoderGradients() {
    let plan = machine.plan
    plan.activation.differentiate(z: codeSum, y: code, outputGradient: codeGradient, delta: &codeDelta)
    gradients[1].setColumnSums(codeDelta)
    gradients[0].setProduct(shown, codeDelta, transposingFirst: true)
    if plan.isTied { gradients[0].setProduct(outputDelta, code, transposingFirst: true, accumulating: true) }
  }

  /// Looks at what the instruction wrote; the first number that is not finite is named.
  private func fault(after instruction: Instruction, line: Int) -> NumericFault? {
    if case .loss = instruction {
      return loss.isFinite
        ? nil : NumericFault(line: line + 1, layer: level + 1, tensor: "loss", position: [], value: Scalar(loss))
    }
    let written: [(String, Tensor)]
    switch instruction {
    case .batch: written = [("input", input)]
    case .passUp(let index): written = [("level\(index + 1).passed", passed[index])]
    case .corrupt: written = [("corrupted", corrupted)]
    case .encode: written = [("code", code)]
    case .decode: written = [("reconstruction", output)]
    case .outputDelta: written = [("reconstruction.delta", outputDelta)]
    case .backwardDecoder: written = [("code.gradient", codeGradient)]
    case .backwardEncoder: written = [("code.delta", codeDelta), ("\(levelName).weight.gradient", gradients[0])]
    case .update: written = machine.parameters.map { ("\(levelName).\($0.name)", $0.value) }
    case .loss: written = []
    }
    for (name, tensor) in written {
      guard let place = tensor.firstNonFinite else { continue }
      return NumericFault(
        line: line + 1, layer: level + 1, tensor: name, position: tensor.position(of: place), value: tensor[flat: place]
      )
    }
    return nil
  }

  var levelName: String { "level\(level + 1)" }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    try stack.setElement(of: name, at: position, to: value)
  }
}

/// Means are kept this far away from 0 and 1, where the divergence is infinite.
private let edge = 1e-6

/// KL(ρ ‖ q) of two yes-or-no variables.
private func divergence(from target: Double, of mean: Double) -> Double {
  guard mean.isFinite else { return mean }
  let q = min(max(mean, edge), 1 - edge)
  return Cost.divergence(target, q)
}

/// Its derivative by q.
private func divergenceSlope(from target: Double, of mean: Double) -> Double {
  let q = min(max(mean, edge), 1 - edge)
  return (1 - target) / (1 - q) - target / q
}
