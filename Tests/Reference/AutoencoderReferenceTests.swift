// Autoencoders beside PyTorch: cost, gradients and 20 updates, tied and untied, sparse by either penalty.
// `autoencoder.py` in this folder made the numbers.
import StrataData
import StrataEngine
import Testing

@Suite struct AutoencoderReferenceTests {
  static let file = Result {
    try Safetensors.read(
      "\(#filePath)".replacing("AutoencoderReferenceTests.swift", with: "autoencoder.safetensors"))
  }
  static let cases: [ReferenceCase] = {
    guard let file = try? file.get() else { return [] }
    return file.metadata.sorted { $0.key < $1.key }.map { ReferenceCase(key: $0.key, text: $0.value) }
  }()

  @Test func thereAreCases() { #expect(AutoencoderReferenceTests.cases.count == 6) }

  @Test("cost, gradients and 20 updates agree to 1e-5", arguments: cases)
  func agrees(reference: ReferenceCase) throws {
    let file = try AutoencoderReferenceTests.file.get()
    func tensor(_ path: String) throws -> Tensor { try #require(file["\(reference.key)/\(path)"], "\(path)") }
    func word(_ key: String) -> String? { reference.settings.first { $0.key == key }?.value }
    let x = try tensor("x")
    let train = Samples(inputs: SampleStore(sampleShape: [x.shape[1]], storage: .scalars(x.elements)), targets: .none)
    let data = DataSet(name: "reference", about: "", train: train, test: train.selecting([]))
    var plan = Autoencoder.Plan(hidden: try tensor("before/level1.weight").shape[1])
    plan.activation = try #require(word("activation").flatMap { Activation(rawValue: $0) })
    plan.output = try #require(word("output").flatMap { Activation(rawValue: $0) })
    plan.loss = try #require(word("loss").flatMap { Loss(rawValue: $0) })
    plan.isTied = word("tied") != "no"
    plan.penalty = word("sparsity").flatMap { SparsityPenalty(rawValue: $0) } ?? .l1
    plan.sparsity = word("sparse").flatMap { Double($0) } ?? 0
    plan.activity = word("activity").flatMap { Double($0) } ?? 0.05
    var stack = try AutoencoderStack(inputShape: [x.shape[1]], plan, seed: 1)
    try stack.setParameters(
      stack.parameters.map {
        NamedTensor($0.name, role: .parameter, axes: $0.axes, try tensor("before/\($0.name)"))
      })
    var learner = try AutoencoderLearner(data: data, model: stack, seed: 1)
    for (key, value) in [("batch", "\(x.shape[0])"), ("shuffle", "no")] { try learner.set(key, to: value) }
    for key in ["optimizer", "momentum", "rate"] { if let value = word(key) { try learner.set(key, to: value) } }
    let losses = try tensor("loss")
    while learner.listing[learner.line].phase != "update" { learner.step() }
    expectClose([Scalar(learner.loss)], [losses[0]], "cost before")
    for named in stack.parameters {
      let gradient = try #require(learner.tensor(named: named.name + ".gradient"))
      expectClose(gradient.tensor.elements, try tensor("gradient/\(named.name)").elements, "gradient of \(named.name)")
    }
    while learner.clock.steps < 20 { learner.step() }
    for named in learner.stack.parameters {
      expectClose(named.tensor.elements, try tensor("after/\(named.name)").elements, "\(named.name) after 20 updates")
    }
    while learner.listing[learner.line].phase != "update" { learner.step() }
    expectClose([Scalar(learner.loss)], [losses[1]], "cost after")
  }

  /// The largest difference, relative to the largest number of the tensor.
  private func expectClose(_ ours: [Scalar], _ theirs: [Scalar], _ what: Comment) {
    #expect(ours.count == theirs.count, what)
    #expect(ours.allSatisfy(\.isFinite) && theirs.allSatisfy(\.isFinite), what)
    let size = theirs.reduce(0) { max($0, abs($1)) }
    let difference = zip(ours, theirs).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(difference <= 1e-5 * max(size, 1e-2), what)
  }
}
