// Learning by error propagation, one instruction at a time.
//
// The listing is generated from the network: a line for the mini-batch, a forward line a layer, the cost, the cost's
// derivative, a backward line a layer (from the top down), a line for clipping where it is on, and the update. A recurrent
// layer has two lines each way, one of which is done again for every step in time.
//
//   x, t ← next mini-batch;  h1 = f(x·W1 + b1);  …;  C = loss(y, t);  δ = ∂C/∂z;  ∇W = hᵀ·δ;  …;  W ← W − ε∇W
//
// Backward lines only set gradients; the update alone changes parameters. Gradients are those of the mean cost over
// the mini-batch, without penalties, which the update adds. Source: Rumelhart, Hinton, Williams 1986.

/// Gradient descent on a network by backpropagation.
public struct BackpropLearner: Learner {
  public static let keyword = "backprop"
  public static let summary = "gradient descent: the error is carried back through the layers"
  public static func learns(_ model: any Model) -> Bool { model is Network }

  /// One line of the listing.
  enum Instruction: Hashable, Sendable {
    case batch
    case forward(Int)
    /// A recurrent layer's way up: all time steps at once, then one after the other.
    case project(Int)
    case advance(Int)
    case loss
    case lossGradient
    case backward(Int)
    /// And its way down: one time step after the other, then all at once.
    case retreat(Int)
    case gather(Int)
    case clip
    case update
  }

  public internal(set) var data: DataSet
  /// The network as it stands now.
  public internal(set) var network: Network
  public var model: any Model { network }
  public internal(set) var optimizer = Optimizer(.sgd)
  public internal(set) var lossFunction: Loss
  /// The largest gradient norm over all parameters; nil when gradients are not clipped.
  public internal(set) var clip: Double?
  public var clock: Clock { cursor.clock }
  public internal(set) var loss = Double.nan
  public internal(set) var line = 0
  public internal(set) var listing: [ListingLine] = []
  let seed: UInt64
  var program: [Instruction] = []
  var cursor: DataCursor
  var dropoutStream: RandomStream
  var form = LossForm.plain
  var input = Tensor.empty
  var target = Tensor.empty
  /// The rows of the answers that the mini-batch asks for.
  var asked = AskedRows.samples
  /// ∂C/∂y, or ∂C/∂z where the loss is joined with the output layer.
  var outputGradient = Tensor.empty
  var traces: [LayerTrace] = []
  /// For each recurrent layer the time step that comes next, from 0; in between passes the one that came last.
  var time: [Int] = []
  /// Whether only the uppermost layer with weights learns: the classifier on features that stay as they are.
  var trainsTopOnly = false
  /// A bug in the backward pass, planted for students to find.
  var flaw: Flaw?
  /// The lowest layer that learns, an index.
  var lowest = 0
  /// For each layer how many parameters it has, and whether it takes up what a pass found out.
  private var parameterCounts: [Int] = []
  private var absorbing: [Bool] = []
  /// The shape of the network's output for a sample.
  private var outputShape: Shape = [0]
  private var outputWidth = 0
  /// Keys that were set by the user and so survive a change of the rule.
  var chosen: Set<String> = []

  public init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError) {
    guard let network = model as? Network else {
      throw StrataError("backprop learns a network of layers; this is \(model.described)", try: "new")
    }
    self.data = data
    self.network = network
    self.seed = seed
    lossFunction = Loss.usual(for: network.layers.last?.activation, targets: data.train.targets)
    cursor = DataCursor(rows: data.train.labelledRows, size: 32, seed: seed)
    dropoutStream = RandomStream(seed: seed, name: "dropout")
    try adopt(network, data: data)
  }

  public mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError) {
    guard var network = model as? Network else {
      throw StrataError("backprop learns a network of layers; this is \(model.described)", try: "new")
    }
    try network.setInputShape(data.inputShape)
    let usual = Loss.usual(for: network.layers.last?.activation, targets: data.train.targets)
    let loss = chosen.contains("loss") ? lossFunction : usual
    try BackpropLearner.check(network, data: data, loss: loss)
    let sameShapes = network.parameters.map(\.tensor.shape) == self.network.parameters.map(\.tensor.shape)
    if !sameShapes { optimizer.forget() }
    cursor.follow(
      data.train.labelledRows,
      isOtherData: data.train.count != self.data.train.count || data.name != self.data.name)
    self.data = data
    self.network = network
    lossFunction = loss
    rebuild()
  }

  /// Throws unless error propagation can teach this network with this loss.
  static func check(_ network: Network, data: DataSet, loss: Loss) throws(StrataError) {
    guard let output = network.outputShape, !network.layers.isEmpty else {
      let width = data.train.targets.width ?? 1
      throw StrataError(
        "the network has no layers yet",
        try: data.classNames.isEmpty ? "add dense \(width)" : "add dense \(width) softmax")
    }
    guard network.parameterCount > 0 else {
      throw StrataError("the network has nothing to learn: none of its layers has weights", try: "add dense 16 relu")
    }
    guard data.train.count > 0 else { throw StrataError("\(data.name) has no training samples", try: "data digits") }
    guard data.train.labelledCount != 0 else {
      throw StrataError("\(data.name) has no labelled training samples", try: "data \(data.name) --labels 100")
    }
    try data.train.targets.check(outputShape: output, dataName: data.name)
    if let index = network.layers.firstIndex(where: { $0.activation == .step }) {
      throw StrataError(
        "layer \(index + 1) uses the step function, whose slope is 0 everywhere: no error can be carried back through it",
        try: "change \(index + 1) dense \(network.outputShapes[index].elementCount) sigmoid   (or: learn perceptron)")
    }
    guard loss.hasUsefulGradient else {
      throw StrataError(
        "the zero-one loss is flat wherever it has a slope, so there is nothing to descend; it is always shown by `test`",
        try: "set loss \(Loss.usual(for: network.layers.last?.activation, targets: data.train.targets).rawValue)")
    }
  }

  /// Writes the program and makes the workspaces for the network as it is; the present mini-batch is dropped.
  mutating func rebuild() {
    form = lossFunction.form(for: network.layers.last?.activation)
    let count = network.layers.count
    let isRecurrent = network.layers.map { $0 is any RecurrentLayer }
    program = [.batch] + (0..<count).flatMap { isRecurrent[$0] ? [.project($0), .advance($0)] : [.forward($0)] }
    program += [.loss, .lossGradient]
    lowest = trainsTopOnly ? network.layers.lastIndex { !$0.parameters.isEmpty } ?? 0 : 0
    program += (lowest..<count).reversed().flatMap { isRecurrent[$0] ? [.retreat($0), .gather($0)] : [.backward($0)] }
    if clip != nil { program.append(.clip) }
    program.append(.update)
    traces = [LayerTrace](repeating: LayerTrace(), count: count)
    time = [Int](repeating: 0, count: count)
    parameterCounts = network.layers.map(\.parameters.count)
    absorbing = network.layers.map { !$0.buffers.isEmpty }
    outputShape = network.outputShape ?? [0]
    outputWidth = outputShape.elementCount
    listing = makeListing()
    line = 0
    cursor.recount()
  }

  public mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try cursor.carry(&state)
    try state.carry("dropout.stream", &dropoutStream)
    try state.carry("loss", &loss)
    try optimizer.carry(&state, shapes: network.layers.map { $0.parameters.map(\.value.shape) })
  }

  @discardableResult
  public mutating func step() -> NumericFault? {
    let executed = line
    let instruction = program[executed]
    let hasAnotherTurn = execute(instruction)
    line = hasAnotherTurn ? executed : executed + 1 == program.count ? 0 : executed + 1
    cursor.finishInstruction(finishesStep: instruction == .update)
    return fault(after: instruction, line: executed, hasAnotherTurn: hasAnotherTurn)
  }

  /// Does one instruction. Returns whether the same line has another turn: another step in time.
  @discardableResult
  mutating func execute(_ instruction: Instruction) -> Bool {
    switch instruction {
    case .batch:
      let rows = cursor.take()
      data.train.inputs.gather(rows, into: &input)
      data.train.targets.gather(rows, width: outputWidth, into: &target)
      asked = AskedRows(data.train.targets, rows, outputShape: outputShape)
    case .forward(let index):
      let source = index == 0 ? input : traces[index - 1].output
      network.layers[index].forward(source, trace: &traces[index], mode: .training, random: &dropoutStream)
      if absorbing[index] { network.layers[index].absorb(traces[index]) }
    case .project(let index):
      recurrent(index).project(index == 0 ? input : traces[index - 1].output, trace: &traces[index])
      time[index] = 0
    case .advance(let index):
      recurrent(index).advance(to: time[index], trace: &traces[index])
      guard time[index] + 1 < traces[index].sequence.state.shape[1] else { return false }
      time[index] += 1
      return true
    case .loss:
      loss = lossFunction.value(
        output: traces[traces.count - 1].output, preactivation: traces[traces.count - 1].preactivation, target: target,
        form: form, asked: asked)
    case .lossGradient:
      lossFunction.gradient(
        output: traces[traces.count - 1].output, target: target, form: form, asked: asked, into: &outputGradient)
    case .backward(let index):
      let isTop = index == traces.count - 1
      network.layers[index].backward(
        index == 0 ? input : traces[index - 1].output,
        outputGradient: isTop ? outputGradient : traces[index + 1].inputGradient,
        joined: isTop ? form.isJoined : flaw == .slope, wantsInputGradient: index > lowest, trace: &traces[index])
      if let flaw { spoil(index, flaw) }
    case .retreat(let index):
      let isTop = index == traces.count - 1
      recurrent(index).retreat(
        to: time[index], outputGradient: isTop ? outputGradient : traces[index + 1].inputGradient,
        joined: flaw == .slope && !isTop, trace: &traces[index])
      guard time[index] > 0 else { return false }
      time[index] -= 1
      return true
    case .gather(let index):
      recurrent(index).gather(
        index == 0 ? input : traces[index - 1].output, wantsInputGradient: index > lowest, trace: &traces[index])
      if let flaw { spoil(index, flaw) }
    case .clip: clipGradients()
    case .update:
      optimizer.update(&network.layers, traces: traces, epoch: clock.epoch)
    }
    return false
  }

  private func recurrent(_ index: Int) -> any RecurrentLayer {
    guard let layer = network.layers[index] as? any RecurrentLayer else {
      preconditionFailure("the program takes layer \(index + 1) for a recurrent one")
    }
    return layer
  }

  /// ‖∇‖ over all parameters, of the gradients that stand there now (Pascanu, Mikolov, Bengio 2013).
  public var gradientNorm: Double {
    var squares = 0.0
    for trace in traces { for gradient in trace.parameterGradients { squares += gradient.sumOfSquares } }
    return squares.squareRoot()
  }

  /// ‖∇‖ over the parameters of one layer, counted from 1; nil when there is no such layer.
  public func gradientNorm(layer: Int) -> Double? {
    guard traces.indices.contains(layer - 1) else { return nil }
    return traces[layer - 1].parameterGradients.reduce(0) { $0 + $1.sumOfSquares }.squareRoot()
  }

  private mutating func clipGradients() {
    guard let clip else { return }
    let norm = gradientNorm
    guard norm > clip else { return }
    let factor = Scalar(clip / norm)
    for index in traces.indices {
      for p in traces[index].parameterGradients.indices { traces[index].parameterGradients[p].scale(by: factor) }
    }
  }

  /// Looks at what the instruction wrote; the first number that is not finite is named.
  private func fault(after instruction: Instruction, line: Int, hasAnotherTurn: Bool) -> NumericFault? {
    switch instruction {
    case .batch: return input.firstNonFinite.map { report(input, $0, "input", line, nil) }
    case .forward(let index):
      if let place = traces[index].output.firstNonFinite {
        return report(traces[index].output, place, "layer\(index + 1).output", line, index)
      }
    case .project(let index):
      let sums = traces[index].sequence.gates
      if let place = sums.firstNonFinite {
        return report(sums, place, "layer\(index + 1).\(recurrent(index).kept[0].part.rawValue)", line, index)
      }
    case .advance(let index):
      return fault(in: [.cell, .state], at: time[index] - (hasAnotherTurn ? 1 : 0), line: line, index)
    case .retreat(let index):
      return fault(in: [.delta], at: time[index] + (hasAnotherTurn ? 1 : 0), line: line, index)
    case .loss:
      if !loss.isFinite {
        return NumericFault(line: line + 1, layer: nil, tensor: "loss", position: [], value: Scalar(loss))
      }
    case .lossGradient:
      if let place = outputGradient.firstNonFinite {
        return report(outputGradient, place, outputGradientName, line, nil)
      }
    case .backward(let index), .gather(let index):
      for p in traces[index].parameterGradients.indices {
        if let place = traces[index].parameterGradients[p].firstNonFinite {
          let name = "layer\(index + 1).\(network.layers[index].parameters[p].name).gradient"
          return report(traces[index].parameterGradients[p], place, name, line, index)
        }
      }
      if index > lowest, let place = traces[index].inputGradient.firstNonFinite {
        return report(traces[index].inputGradient, place, "layer\(index).output.gradient", line, index)
      }
    case .clip: return nil
    case .update:
      for index in network.layers.indices {
        for p in 0..<parameterCounts[index] {
          if let place = network.layers[index].parameters[p].value.firstNonFinite {
            let parameter = network.layers[index].parameters[p]
            return report(parameter.value, place, "layer\(index + 1).\(parameter.name)", line, index)
          }
        }
      }
    }
    return nil
  }

  /// The same for what a recurrent layer wrote at one time step.
  private func fault(in parts: [SequenceTrace.Part], at t: Int, line: Int, _ index: Int) -> NumericFault? {
    for part in parts {
      let tensor = traces[index].sequence[part]
      if let place = TimeStep.firstNonFinite(tensor, at: t) {
        return report(tensor, place, "layer\(index + 1).\(part.rawValue)", line, index)
      }
    }
    return nil
  }

  private func report(_ tensor: Tensor, _ place: Int, _ name: String, _ line: Int, _ layer: Int?) -> NumericFault {
    NumericFault(
      line: line + 1, layer: layer.map { $0 + 1 }, tensor: name, position: tensor.position(of: place),
      value: tensor[flat: place])
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    try network.setElement(of: name, at: position, to: value)
  }
}
