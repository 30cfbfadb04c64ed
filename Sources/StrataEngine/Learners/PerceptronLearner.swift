// The perceptron: threshold logic units that learn from their mistakes, one sample at a time.
//
//   y = [x·W + b ≥ 0]      e = t − y      W ← W + ε xᵀ·e      b ← b + ε e
//
// Where a plane separates the classes with margin γ, inside a ball of radius R, it makes at most (R/γ)² mistakes,
// whatever the order (Novikoff 1962); where none does (XOR), it never stops making them. Several units learn side by
// side, each for itself. Sources: McCulloch, Pitts 1943 (the unit); Rosenblatt 1958 (the rule).

/// One layer of threshold units, taught by Rosenblatt's rule.
public struct PerceptronLearner: Learner {
  public static let keyword = "perceptron"
  public static let summary = "threshold units that learn from each mistake: one layer, no gradient"
  public static func learns(_ model: any Model) -> Bool { model is Network }
  public static let settings: [SettingDescription] = [
    SettingDescription("rate", .number(0...1e6), "ε, how far each correction goes"),
    SettingDescription("shuffle", .choice(["yes", "no"]), "whether each epoch has an order of its own"),
  ]

  public private(set) var data: DataSet
  public private(set) var network: Network
  public var model: any Model { network }
  public var clock: Clock { cursor.clock }
  public private(set) var line = 0
  public private(set) var rate = 1.0
  /// Samples answered wrongly since the beginning, counted over all units.
  public private(set) var mistakes = 0
  private var mistakesInEpoch = 0
  private var samplesInEpoch = 0
  private var cursor: DataCursor
  private var input = Tensor.empty
  private var target = Tensor.empty
  private var error = Tensor.empty
  private var trace = LayerTrace()
  private let seed: UInt64

  public init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError) {
    self.seed = seed
    self.data = data
    network = try PerceptronLearner.network(of: model, data: data)
    cursor = DataCursor(rows: data.train.labelledRows, size: 1, seed: seed)
  }

  public mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError) {
    network = try PerceptronLearner.network(of: model, data: data)
    let isOther = data.train.count != self.data.train.count || data.name != self.data.name
    cursor.follow(data.train.labelledRows, isOtherData: isOther)
    if clock.stepInEpoch == 0 { (mistakesInEpoch, samplesInEpoch) = (0, 0) }
    self.data = data
    trace = LayerTrace()
    line = 0
    cursor.recount()
  }

  /// The rule moves one layer of threshold units and knows nothing of layers below.
  private static func network(of model: any Model, data: DataSet) throws(StrataError) -> Network {
    guard var network = model as? Network else {
      throw StrataError("the perceptron rule learns one layer; this is \(model.described)", try: "new")
    }
    let width =
      data.classNames.count > 2 ? data.classNames.count : (data.train.targets.width.map { $0 == 2 ? 1 : $0 } ?? 1)
    try network.setInputShape(data.inputShape)
    guard network.layers.count == 1, let layer = network.layers.first as? Dense, layer.function == .step else {
      throw StrataError(
        "the perceptron rule learns exactly one dense layer of step units, because an error tells nothing to layers "
          + "below it; this network has \(network.parts.map(\.words).joined(separator: ", "))",
        try: "new, then: add dense \(width) step   (or: learn backprop)")
    }
    guard data.train.count > 0 else { throw StrataError("\(data.name) has no training samples", try: "data or") }
    try data.train.targets.check(outputShape: network.outputShape ?? [0], dataName: data.name)
    if case .values(let store) = data.train.targets, case .scalars(let values) = store.storage,
      values.contains(where: { $0 != 0 && $0 != 1 })
    {
      throw StrataError("threshold units answer 0 or 1; these targets are other numbers", try: "data or")
    }
    return network
  }

  public var title: String { "perceptron · Rosenblatt's rule" }

  private var hasBias: Bool { network.layers[0].parameters.count > 1 }

  public var listing: [ListingLine] {
    let weights = ["layer1.weight"] + (hasBias ? ["layer1.bias"] : [])
    return [
      ListingLine("x, t ← next sample", writes: ["input", "target"], phase: "data"),
      ListingLine(
        hasBias ? "y = [x·W1 + b1 ≥ 0]" : "y = [x·W1 ≥ 0]", reads: ["input"] + weights,
        writes: ["layer1.output", "layer1.preactivation"], phase: "forward", layer: 1),
      ListingLine("e = t − y", reads: ["target", "layer1.output"], writes: ["error"], phase: "error"),
      ListingLine(
        hasBias ? "W1 ← W1 + ε xᵀ·e;  b1 ← b1 + ε e" : "W1 ← W1 + ε xᵀ·e", reads: ["input", "error"],
        writes: weights, phase: "update", layer: 1),
    ]
  }

  public mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try cursor.carry(&state)
    try state.carry("mistakes", &mistakes)
    try state.carry("mistakes.in-epoch", &mistakesInEpoch)
    try state.carry("samples.in-epoch", &samplesInEpoch)
    try state.carry("loss", &loss)
  }

  @discardableResult
  public mutating func step() -> NumericFault? {
    let executed = line
    line = (line + 1) % 4
    defer { cursor.finishInstruction(finishesStep: executed == 3) }
    switch executed {
    case 0:
      let rows = cursor.take()
      data.train.inputs.gather(rows, into: &input)
      data.train.targets.gather(rows, width: network.outputShape?.elementCount ?? 1, into: &target)
      return fault(input, "input", line: 1)
    case 1:
      var unused = RandomStream(seed: seed, name: "unused")
      network.layers[0].forward(input, trace: &trace, mode: .training, random: &unused)
      return fault(trace.preactivation, "layer1.preactivation", line: 2)
    case 2:
      error.resize(to: target.shape)
      for i in 0..<target.count { error[flat: i] = target[flat: i] - trace.output[flat: i] }
      return nil
    default: return update()
    }
  }

  private mutating func update() -> NumericFault? {
    samplesInEpoch += 1
    if error.elements.contains(where: { $0 != 0 }) {
      mistakes += 1
      mistakesInEpoch += 1
      network.layers[0].parameters[0].value.setProduct(
        input, error, transposingFirst: true, scale: Scalar(rate), accumulating: true)
      if hasBias {
        for j in 0..<error.count { network.layers[0].parameters[1].value[flat: j] += Scalar(rate) * error[flat: j] }
      }
    }
    loss = Double(mistakesInEpoch) / Double(samplesInEpoch)
    if cursor.isAtStart {
      lastEpochMistakes = mistakesInEpoch
      (mistakesInEpoch, samplesInEpoch) = (0, 0)
    }
    return fault(network.layers[0].parameters[0].value, "layer1.weight", line: 4)
  }

  /// The share of mistakes in this epoch so far (in the whole of the last one, at its end).
  public private(set) var loss = Double.nan
  /// Mistakes in the last whole epoch; nil before its end.
  public private(set) var lastEpochMistakes: Int?

  private func fault(_ tensor: Tensor, _ name: String, line: Int) -> NumericFault? {
    tensor.firstNonFinite.map {
      NumericFault(line: line, layer: 1, tensor: name, position: tensor.position(of: $0), value: tensor[flat: $0])
    }
  }

  public var measurements: Measurements {
    guard !loss.isNaN else { return Measurements() }
    var entries: [Measurements.Entry] = [
      .init("loss", loss), .init("accuracy", 1 - loss), .init("mistakes", Double(mistakes)),
    ]
    if let lastEpochMistakes { entries.append(.init("epoch mistakes", Double(lastEpochMistakes))) }
    return Measurements(entries + [.init("rate", rate)])
  }

  public func evaluate(_ samples: Samples) -> Measurements {
    let samples = samples.labelled
    guard samples.count > 0 else { return Measurements() }
    var (x, t) = (Tensor.empty, Tensor.empty)
    let rows = 0..<Int32(samples.count)
    samples.inputs.gather(rows, into: &x)
    samples.targets.gather(rows, width: network.outputShape?.elementCount ?? 1, into: &t)
    let wrong = Accuracy.errorShare(output: network.output(for: x), target: t, logits: false)
    return Measurements([.init("loss", wrong), .init("accuracy", 1 - wrong)])
  }

  public var tensors: [NamedTensor] {
    var all = [
      NamedTensor(
        "input", symbol: "x", role: .activation,
        axes: ["batch"] + data.inputShape.dimensions.indices.map { "in\($0 + 1)" }, input),
      NamedTensor("target", symbol: "t", role: .target, axes: ["batch", "out"], target),
    ]
    all += network.parameters
    all.append(
      NamedTensor("layer1.preactivation", symbol: "z1", role: .activation, axes: ["batch", "out"], trace.preactivation))
    all.append(NamedTensor("layer1.output", symbol: "y", role: .activation, axes: ["batch", "out"], trace.output))
    all.append(NamedTensor("error", symbol: "e", role: .statistic, axes: ["batch", "out"], error))
    return all
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    try network.setElement(of: name, at: position, to: value)
  }

  public func value(of key: String) -> String? {
    switch key {
    case "rate": rate == rate.rounded() ? String(Int(rate)) : "\(rate)"
    case "shuffle": cursor.shuffles ? "yes" : "no"
    default: nil
    }
  }

  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    let value = try PerceptronLearner.checked(key, text)
    if key == "rate" { rate = Double(value) ?? rate } else { cursor.shuffles = value == "yes" }
  }

  public func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation {
    guard let named = tensor(named: name) else { throw StrataError("there is no tensor '\(name)'", try: "print") }
    guard named.tensor.count > 0 else { throw StrataError("\(named.name) has not been computed yet", try: "next") }
    try named.tensor.shape.check(position, of: named.name)
    let value = named.tensor[flat: named.tensor.offset(of: position)]
    let place = position.map(String.init).joined(separator: ",")
    var lines: [String]?
    switch named.name {
    case "layer1.output", "layer1.preactivation":
      lines = network.layers[0].explain(
        named.name == "layer1.output" ? .output : .preactivation, at: position, input: input, outputGradient: nil,
        joined: false, trace: trace, signs: network.signs(0))
    case "error":
      let offset = named.tensor.offset(of: position)
      lines = [
        "e[\(place)] = t[\(place)] − y[\(place)]",
        "= \(number(target[flat: offset])) − \(number(trace.output[flat: offset])) = \(number(value))",
      ]
    case "layer1.weight" where error.count > 0:
      let (k, j) = (position[0], position[1])
      lines = [
        "the next update adds ε·x[0,\(k)]·e[0,\(j)] to \(named.symbol)[\(place)]",
        "= \(number(rate))·\(number(input[flat: k]))·\(number(error[flat: j]))"
          + " = \(number(rate * Double(input[flat: k]) * Double(error[flat: j])))",
      ]
    default: lines = nil
    }
    return Explanation(
      subject: "\(named.name)[\(place)]", value: Double(value),
      lines: lines ?? ["\(named.symbol)[\(place)] = \(number(value))"])
  }
}

extension PerceptronLearner: Predictor {
  public func predict(_ input: Tensor) -> Prediction {
    Prediction(network.output(for: input), logits: false, targets: data.train.targets)
  }

  public func losses(on samples: Samples) -> Measurements {
    let measured = evaluate(samples)
    return Measurements(measured["loss"].map { [.init(Loss.zeroOne.rawValue, $0)] } ?? [])
  }
}
