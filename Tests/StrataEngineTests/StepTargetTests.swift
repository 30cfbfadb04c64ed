// Answers at every time step: what is asked counts, what is not asked counts nothing, and grammars know what is legal.
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct StepTargetTests {
  /// Two sequences of three steps whose inputs are the logits of the answers: the network begins as (nearly) the softmax.
  private func data(labels: [Int32], allowed: [UInt64]? = nil) -> DataSet {
    let logits: [Scalar] = [3, 0, 0, /**/ 0, 3, 1, /**/ 0, 0, 3, /**/ 2, 1, 0, /**/ 0, 0, 1, /**/ 9, 9, 9]
    let train = Samples(
      inputs: SampleStore(sampleShape: [3, 3], storage: .scalars(logits)),
      targets: .steps(labels: labels, names: ["a", "b", "c"], length: 3), allowed: allowed)
    return DataSet(name: "steps", about: "", train: train, test: train.selecting([]))
  }

  private func learner(_ data: DataSet) throws -> BackpropLearner {
    let network = try Network(
      inputShape: [3, 3], layers: [makeLayer(["batchnorm"]), makeLayer(["activation", "softmax"])], seed: 1)
    return try BackpropLearner(data: data, model: network, seed: 1)
  }

  @Test("the loss is the mean over all asked steps, whatever their sequence")
  func loss() throws {
    let data = data(labels: [0, 1, 2, 1, -1, -1])
    let measured = try learner(data).evaluate(data.train)
    func cost(_ logits: [Double], _ label: Int) -> Double {
      -logits[label] + log(logits.reduce(0) { $0 + exp($1) })
    }
    let expected = (cost([3, 0, 0], 0) + cost([0, 3, 1], 1) + cost([0, 0, 3], 2) + cost([2, 1, 0], 1)) / 4
    #expect(abs((measured["loss"] ?? 0) - expected) < 1e-4)
    #expect(measured["accuracy"] == 0.75)
    #expect(measured["legal"] == nil)
  }

  @Test("a sequence is legal when at every step what may come is most active")
  func legal() throws {
    let legal = data(labels: [0, 1, 2, 0, 1, -1], allowed: [0b001, 0b110, 0b100, 0b011, 0b100, 0])
    #expect(try learner(legal).evaluate(legal.train)["legal"] == 1)
    let half = data(labels: [0, 1, 2, 0, 1, -1], allowed: [0b001, 0b110, 0b100, 0b101, 0b100, 0])
    #expect(try learner(half).evaluate(half.train)["legal"] == 0.5)
    // The sets go with their samples.
    let second = half.train.selecting([1])
    #expect(second.allowed == [0b101, 0b100, 0])
    #expect(try learner(half).evaluate(second)["legal"] == 0)
  }

  @Test("a network that answers once a sequence is told what to add")
  func shapes() throws {
    let data = data(labels: [0, 1, 2, 0, 1, -1])
    let network = try Network(inputShape: [3, 3], layers: [makeLayer(["dense", "3", "softmax"])], seed: 1)
    let error = #expect(throws: StrataError.self) { try BackpropLearner(data: data, model: network, seed: 1) }
    #expect(error?.problem == "steps asks for 3 numbers at each of 3 time steps; the network ends in 3")
    #expect(error?.suggestion?.contains("--steps each") == true)
  }
}
