// Autoencoders: what they learn, what noise and penalties do, stacks and where stacks go.
import StrataEngine
import Testing

@Suite struct AutoencoderTests {
  /// Samples of 8 numbers that lie on a plane.
  private func planar(_ count: Int = 60) -> DataSet {
    var random = RandomStream(seed: 3, name: "planar")
    var (places, axes) = (Tensor([count, 2]), Tensor([2, 8]))
    random.fillUniform(&places, low: -1, high: 1)
    random.fillUniform(&axes, low: -1, high: 1)
    var x: [Scalar] = []
    for row in 0..<count {
      for k in 0..<8 { x.append(places[row, 0] * axes[0, k] + places[row, 1] * axes[1, k]) }
    }
    let train = Samples(inputs: SampleStore(sampleShape: [8], storage: .scalars(x)), targets: .none)
    return DataSet(name: "planar", about: "", train: train, test: train.selecting([]))
  }

  private func plan(_ hidden: Int, _ change: (inout Autoencoder.Plan) -> Void = { _ in }) -> Autoencoder.Plan {
    var plan = Autoencoder.Plan(hidden: hidden)
    change(&plan)
    return plan
  }

  @Test("a linear code of two units finds the plane that the data lie on, as principal components do")
  func linear() throws {
    let data = planar()
    let x = data.train.inputs.tensor(0..<60)
    let components = PrincipalComponents(of: x, count: 2)
    #expect(components.share > 0.9999)
    #expect(components.squaredError(of: x) < 1e-6)
    let one = PrincipalComponents(of: x, count: 1)
    let linear = plan(1) { ($0.activation, $0.output, $0.loss) = (.identity, .identity, .squared) }
    var learner = try AutoencoderLearner(
      data: data, model: AutoencoderStack(inputShape: [8], linear, seed: 1), seed: 1)
    try learner.set("rate", to: "0.05")
    for _ in 0..<1500 { learner.next() }
    // The best there is with one unit is the first component's.
    let error = try #require(learner.evaluate(data.train)["squared error"])
    #expect(abs(error - one.squaredError(of: x)) < 0.02 * one.squaredError(of: x))
  }

  @Test("noise is put on the input as it is named, and the cost is against the input without it")
  func noise() throws {
    let data = Subjects.data(classes: 2, low: 0.1, inputShape: [200])
    for (corruption, share) in [(Corruption.masking, 0.3), (.saltAndPepper, 0.4), (.gaussian, 0.5)] {
      let noisy = plan(3) { ($0.corruption, $0.noise) = (corruption, share) }
      var learner = try AutoencoderLearner(
        data: data, model: AutoencoderStack(inputShape: [200], noisy, seed: 1), seed: 1)
      learner.step()
      learner.step()
      let x = try #require(learner.tensor(named: "input")?.tensor)
      let y = try #require(learner.tensor(named: "corrupted")?.tensor)
      let changed = zip(x.elements, y.elements).filter { $0.0 != $0.1 }
      let count = Double(x.count)
      switch corruption {
      case .masking:
        #expect(changed.allSatisfy { $0.1 == 0 })
        #expect(abs(Double(changed.count) / count - 0.3) < 0.03)
      case .saltAndPepper:
        let ends = try #require(x.range)
        #expect(changed.allSatisfy { $0.1 == ends.lowerBound || $0.1 == ends.upperBound })
        #expect(abs(Double(changed.count { $0.1 == ends.upperBound }) / count - 0.2) < 0.03)
      case .gaussian:
        let square = zip(x.elements, y.elements).reduce(0.0) { $0 + Double($1.1 - $1.0) * Double($1.1 - $1.0) }
        #expect(abs((square / count).squareRoot() - 0.5) < 0.03)
      }
    }
  }

  @Test("a penalty makes the code quiet, and KL pulls it to its mean")
  func sparsity() throws {
    let data = Subjects.data(classes: 3, low: 0)
    func activity(_ change: (inout Autoencoder.Plan) -> Void) throws -> Double {
      var learner = try AutoencoderLearner(
        data: data, model: AutoencoderStack(inputShape: [5], plan(6, change), seed: 1), seed: 1)
      for _ in 0..<300 { learner.next() }
      return try #require(learner.evaluate(data.train)["code activity"])
    }
    let free = try activity { _ in }
    #expect(try activity { $0.sparsity = 1 } < free / 2)
    let pulled = try activity { ($0.penalty, $0.sparsity, $0.activity) = (.kl, 5, 0.15) }
    #expect(abs(pulled - 0.15) < 0.03)
  }

  @Test("a stack unrolls into the network that computes its code, and into a belief network")
  func unrolling() throws {
    let data = Subjects.data(classes: 3, low: 0)
    var stack = try AutoencoderStack(inputShape: data.inputShape, plan(4), seed: 2)
    try stack.stack(plan(3))
    let x = data.train.inputs.tensor(0..<5)
    let code = stack.passUp(x, through: 2)
    let network = try stack.unrolled(classes: 3)
    #expect(network.traces(for: x)[1].output == code)
    #expect(network.layers.count == 3)
    let belief = try BeliefNetwork(stack)
    #expect(belief.passUp(x, through: 2) == code)
    try stack.stack(plan(2) { $0.activation = .relu })
    #expect(throws: StrataError.self) { try BeliefNetwork(stack) }
    let untied = try AutoencoderStack(inputShape: [5], plan(4) { $0.isTied = false }, seed: 2)
    #expect(throws: StrataError.self) { try BeliefNetwork(untied) }
  }

  @Test("only the level that learns moves; what does not go together is refused")
  func levels() throws {
    let data = Subjects.data(classes: 3, low: 0)
    var stack = try AutoencoderStack(inputShape: data.inputShape, plan(4), seed: 2)
    try stack.stack(plan(3))
    var learner = try AutoencoderLearner(data: data, model: stack, seed: 1)
    try learner.set("level", to: "1")
    for _ in 0..<5 { learner.next() }
    #expect(learner.stack.levels[1].weight == stack.levels[1].weight)
    #expect(learner.stack.levels[0].weight != stack.levels[0].weight)
    try learner.set("denoise", to: "0.4")
    #expect(learner.stack.parts.map(\.words) == ["autoencoder 4 --denoise 0.4", "autoencoder 3"])
    for (key, value) in [("denoise", "1.5"), ("level", "3"), ("loss", "hinge"), ("activity", "2")] {
      #expect(throws: StrataError.self, "\(key) \(value)") { try learner.set(key, to: value) }
    }
    for change: (inout Autoencoder.Plan) -> Void in [
      { $0.activation = .step }, { $0.output = .relu }, { ($0.activation, $0.penalty, $0.sparsity) = (.tanh, .kl, 1) },
    ] {
      #expect(throws: StrataError.self) { try AutoencoderStack(inputShape: [5], plan(4, change), seed: 1) }
    }
    // Cross-entropy for inputs that are no probabilities.
    let wild = Subjects.data(classes: 3)
    #expect(throws: StrataError.self) {
      try AutoencoderLearner(data: wild, model: AutoencoderStack(inputShape: [5], plan(4), seed: 1), seed: 1)
    }
  }
}
