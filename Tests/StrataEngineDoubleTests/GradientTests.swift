// Every layer, activation and loss against finite differences, in Double. A new layer is covered by its examples the
// day it enters `layerTypes`.
import StrataEngineDouble
import Testing

/// A small regression or classification problem with a network, ready to learn.
private func learner(
  layers: [String], loss: Loss, classes: Int? = nil, outputs: Int = 3, inputShape: Shape = [4]
) throws -> BackpropLearner {
  var random = RandomStream(seed: 7, name: "gradient tests")
  let count = 6
  var x = Tensor(inputShape.batched(count))
  random.fillUniform(&x, low: -1, high: 1)
  let targets: Targets
  if let classes {
    targets = .classes(
      labels: (0..<count).map { _ in Int32(random.integer(below: classes)) }, names: (0..<classes).map { "\($0)" })
  } else {
    var t = Tensor([count, outputs])
    random.fillUniform(&t, low: 0.1, high: 0.9)
    targets = .values(SampleStore(sampleShape: [outputs], storage: .scalars(t.elements)))
  }
  let train = Samples(
    inputs: SampleStore(sampleShape: inputShape, storage: .scalars(x.elements)), targets: targets)
  let data = DataSet(name: "random", about: "", train: train, test: train.selecting([]))
  let network = try Network(
    inputShape: inputShape, layers: layers.map { try makeLayer($0.split(separator: " ").map(String.init)) }, seed: 3)
  var learner = try BackpropLearner(data: data, model: network, seed: 5)
  try learner.set("loss", to: loss.rawValue)
  // A few steps away from the beginning, where biases are 0 and units alike.
  try learner.set("rate", to: "0.05")
  for _ in 0..<3 { learner.next() }
  return learner
}

private func expectAgreement(_ learner: BackpropLearner, _ comment: Comment) throws {
  let checks = try learner.checkGradients(layer: nil)
  #expect(!checks.isEmpty, comment)
  for check in checks {
    #expect(check.relativeError < 1e-7, "\(comment): \(check.name) \(check.worstAnalytic) \(check.worstNumeric)")
  }
}

@Suite struct GradientTests {
  @Test(
    "every example of every layer",
    arguments: layerTypes.flatMap { type in
      type.grammar.examples.map { ($0, type.grammar.exampleInput) }
    })
  func layers(words: String, input: Shape) throws {
    // The step function has no slope, and a gradient that is cut on purpose is not the cost's.
    guard words.split(separator: " ").last != "step", !words.contains("--truncate") else { return }
    // Something that learns lies below, so that the gradient by the layer's input is checked as well.
    let isStepwise = ["dense", "rnn", "lstm", "gru"].contains { words.hasPrefix($0 + " ") }
    let below =
      isStepwise ? "dense 5 tanh --steps each" : input.rank > 1 ? "conv 2 3x3 tanh --padding 1" : "dense 5 tanh"
    let learner = try learner(layers: [below, words, "dense 3 sigmoid"], loss: .squared, inputShape: input)
    try expectAgreement(learner, "\(words)")
  }

  @Test("a small network of convolutions and pools, as people build them")
  func convolutional() throws {
    for pool in ["maxpool 2x2", "l2pool 2x2", "avgpool 3x2"] {
      let layers = [
        "conv 3 3x3 softplus", pool, "conv 2 2x2 tanh --padding 1 --stride 2", "flatten", "dense 3 softmax",
      ]
      try expectAgreement(learner(layers: layers, loss: .crossEntropy, classes: 3, inputShape: [9, 8, 2]), "\(pool)")
    }
    try expectAgreement(
      learner(
        layers: ["conv 3 3x3", "batchnorm", "activation elu", "dropout 0.3", "dense 3"], loss: .squared,
        inputShape: [5, 4]), "normalised by maps")
  }

  @Test("answers at every time step, of which some are not asked", arguments: ["softmax", "identity", "sigmoid"])
  func steps(activation: String) throws {
    var random = RandomStream(seed: 3, name: "steps")
    var x = Tensor([5, 4, 3])
    random.fillNormal(&x, mean: 0, deviation: 1)
    let labels: [Int32] = [0, 1, 2, -1, 1, -1, -1, -1, 2, 2, 0, 1, -1, 0, -1, 0, 1, 0, 2, -1]
    let train = Samples(
      inputs: SampleStore(sampleShape: [4, 3], storage: .scalars(x.elements)),
      targets: .steps(labels: labels, names: ["a", "b", "c"], length: 4))
    let data = DataSet(name: "steps", about: "", train: train, test: train.selecting([]))
    let network = try Network(
      inputShape: [4, 3], layers: [makeLayer(["batchnorm"]), makeLayer(["activation", activation])], seed: 3)
    var learner = try BackpropLearner(data: data, model: network, seed: 5)
    learner.next()
    try expectAgreement(learner, "\(activation)")
  }

  @Test(
    "every activation, hidden and on top",
    arguments: Activation.allCases.filter { $0 != .step }, [Loss.squared, .absolute, .huber, .hinge])
  func activations(activation: Activation, loss: Loss) throws {
    let hidden = try learner(layers: ["dense 5 \(activation.rawValue)", "dense 3"], loss: loss)
    try expectAgreement(hidden, "hidden \(activation)")
    let top = try learner(layers: ["dense 5 tanh", "dense 3 \(activation.rawValue)"], loss: loss)
    try expectAgreement(top, "top \(activation)")
    let apart = try learner(layers: ["dense 3", "activation \(activation.rawValue)"], loss: loss)
    try expectAgreement(apart, "apart \(activation)")
  }

  @Test("cross-entropies, joined, from logits and from probabilities")
  func crossEntropies() throws {
    for top in ["dense 3 softmax", "dense 3", "dense 3 sigmoid"] {
      try expectAgreement(learner(layers: ["dense 5 tanh", top], loss: .crossEntropy, classes: 3), "ce \(top)")
      try expectAgreement(learner(layers: ["dense 5 tanh", top], loss: .binaryCrossEntropy), "bce \(top)")
    }
    let joined = try learner(layers: ["dense 3", "activation softmax"], loss: .crossEntropy, classes: 3)
    try expectAgreement(joined, "separate softmax")
    let binary = try learner(layers: ["dense 4 relu", "dense 1 sigmoid"], loss: .binaryCrossEntropy, classes: 2)
    try expectAgreement(binary, "one unit for two classes")
  }

  @Test("images are seen flat")
  func images() throws {
    try expectAgreement(
      learner(layers: ["dense 5 gelu", "dense 3"], loss: .squared, inputShape: [3, 2]), "3×2 images")
  }

  @Test("the checker sees a wrong gradient")
  func planted() throws {
    let data = try learner(layers: ["dense 3 tanh"], loss: .squared)
    let network = try Network(inputShape: [4], layers: [Planted()], seed: 3)
    let learner = try BackpropLearner(data: data.data, model: network, seed: 1)
    let check = try #require(try learner.checkGradients(layer: 1).first)
    #expect(check.relativeError > 0.1)
    #expect(!check.agrees)
  }
}

/// The bugs that lessons plant.
@Suite struct FlawTests {
  @Test(
    "the checker sees each planted bug, and in which layers it is", arguments: [("1", [1]), ("2", [1]), ("3", [1, 2])])
  func planted(flaw: String, layers: [Int]) throws {
    var learner = try learner(layers: ["dense 5 tanh", "dense 3 softmax"], loss: .crossEntropy, classes: 3)
    #expect(try learner.checkGradients(layer: nil).allSatisfy { $0.relativeError < 1e-6 })
    try learner.set("flaw", to: flaw)
    let wrong = try learner.checkGradients(layer: nil).filter { $0.relativeError > 1e-3 }
    #expect(Set(wrong.map(\.name).compactMap { $0.first { $0.isNumber }?.wholeNumberValue }) == Set(layers))
    // Explaining a number that is wrong says so; one that is right is explained as always.
    learner.next()
    var remarks = 0
    for named in learner.tensors where named.tensor.count > 0 && named.name.hasPrefix("layer") {
      let explanation = try learner.explain(named.name, at: named.tensor.shape.dimensions.map { _ in 0 })
      if explanation.lines.last?.hasPrefix("but there stands") ?? false { remarks += 1 }
    }
    #expect(remarks > 0)
    try learner.set("flaw", to: "off")
    #expect(try learner.checkGradients(layer: nil).allSatisfy { $0.relativeError < 1e-6 })
  }
}

/// A dense layer whose weight gradient is forgotten to be summed right: twice what it should be.
private struct Planted: Layer {
  static var grammar: LayerGrammar { Dense.grammar }
  private var inner: Dense
  var parameters: [Parameter] {
    get { inner.parameters }
    set { inner.parameters = newValue }
  }
  init() throws { inner = try Dense(LayerArguments(["3"], grammar: Dense.grammar)) }
  init(_ arguments: LayerArguments) throws(StrataError) { inner = try Dense(arguments) }
  var words: String { inner.words }
  func outputShape(for input: Shape) throws(StrataError) -> Shape { try inner.outputShape(for: input) }
  mutating func initialize(for input: Shape, random: inout RandomStream) {
    inner.initialize(for: input, random: &random)
  }
  func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    inner.forward(input, trace: &trace, mode: mode, random: &random)
  }
  func backward(
    _ input: Tensor, outputGradient: Tensor, joined: Bool, wantsInputGradient: Bool, trace: inout LayerTrace
  ) {
    inner.backward(
      input, outputGradient: outputGradient, joined: joined, wantsInputGradient: wantsInputGradient, trace: &trace)
    for i in 0..<trace.parameterGradients[0].count { trace.parameterGradients[0][flat: i] *= 2 }
  }
  func pyTorch(number: Int, input: Shape) -> PyTorchLayer { inner.pyTorch(number: number, input: input) }
  func forwardText(_ signs: LayerSigns) -> String { inner.forwardText(signs) }
  func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    inner.backwardText(signs, joined: joined, wantsInputGradient: wantsInputGradient)
  }
}
