// The gradient of every kind of autoencoder against finite differences, in Double.
import StrataEngineDouble
import Testing

@Suite struct AutoencoderGradientTests {
  private func learner(
    _ sizes: [Int], low: Scalar = 0, _ change: (inout Autoencoder.Plan) -> Void
  ) throws -> AutoencoderLearner {
    var random = RandomStream(seed: 7, name: "autoencoder gradients")
    var x = Tensor([6, 5])
    random.fillUniform(&x, low: low, high: 1)
    let train = Samples(inputs: SampleStore(sampleShape: [5], storage: .scalars(x.elements)), targets: .none)
    let data = DataSet(name: "random", about: "", train: train, test: train.selecting([]))
    var stack: AutoencoderStack?
    for size in sizes {
      var plan = Autoencoder.Plan(hidden: size)
      change(&plan)
      if stack == nil {
        stack = try AutoencoderStack(inputShape: [5], plan, seed: 3)
      } else {
        try stack?.stack(plan)
      }
    }
    var learner = try AutoencoderLearner(data: data, model: #require(stack), seed: 5)
    try learner.set("rate", to: "0.05")
    for _ in 0..<3 { learner.next() }
    return learner
  }

  private func expectAgreement(_ learner: AutoencoderLearner, _ comment: Comment) throws {
    let checks = try learner.checkGradients(layer: nil)
    #expect(checks.count == learner.stack.levels[0].parameters.count, comment)
    for check in checks {
      #expect(check.relativeError < 1e-7, "\(comment): \(check.name) \(check.worstAnalytic) \(check.worstNumeric)")
    }
  }

  @Test("every activation, tied and untied", arguments: Activation.allCases.filter { $0 != .step }, [true, false])
  func activations(activation: Activation, isTied: Bool) throws {
    let learner = try learner([4]) { ($0.activation, $0.isTied) = (activation, isTied) }
    try expectAgreement(learner, "\(activation) to sigmoid")
    let back = try self.learner([4], low: -1) {
      ($0.activation, $0.output, $0.loss, $0.isTied) = (.tanh, activation, .squared, isTied)
    }
    try expectAgreement(back, "tanh to \(activation)")
  }

  @Test("every noise, both penalties, upper levels")
  func variants() throws {
    for corruption in Corruption.allCases {
      try expectAgreement(learner([4]) { ($0.corruption, $0.noise) = (corruption, 0.3) }, "\(corruption)")
    }
    for penalty in SparsityPenalty.allCases {
      try expectAgreement(
        learner([4]) { ($0.penalty, $0.sparsity, $0.activity) = (penalty, 0.7, 0.2) }, "sparse by \(penalty)")
    }
    try expectAgreement(learner([4, 3]) { $0.noise = 0.2 }, "level 2")
  }
}
