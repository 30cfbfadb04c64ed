// The perceptron against what is proved of it.
import StrataEngine
import Testing

private func table(_ outputs: [Int32]) -> DataSet {
  let inputs: [Scalar] = [0, 0, 0, 1, 1, 0, 1, 1]
  let all = Samples(
    inputs: SampleStore(sampleShape: [2], storage: .scalars(inputs)),
    targets: .classes(labels: outputs, names: ["0", "1"]))
  return DataSet(name: "table", about: "", train: all, test: all.selecting([]))
}

private func perceptron(_ data: DataSet, _ words: String = "dense 1 step") throws -> PerceptronLearner {
  let layer = try makeLayer(words.split(separator: " ").map(String.init))
  return try PerceptronLearner(data: data, model: Network(inputShape: data.inputShape, layers: [layer]), seed: 2)
}

@Suite struct PerceptronTests {
  @Test("mistakes on separable data stay below Novikoff's bound")
  func novikoff() throws {
    // Points at distance at least γ = 0.2 from the plane x + y = 0 (through the origin), inside R = √2·2.
    var random = RandomStream(seed: 3, name: "novikoff")
    var (points, labels): ([Scalar], [Int32]) = ([], [])
    var radius = 0.0
    while labels.count < 200 {
      let (x, y) = (random.uniform() * 4 - 2, random.uniform() * 4 - 2)
      let distance = (x + y) / 2.0.squareRoot()
      guard abs(distance) >= 0.2 else { continue }
      points += [Scalar(x), Scalar(y)]
      labels.append(distance > 0 ? 1 : 0)
      radius = max(radius, (x * x + y * y).squareRoot())
    }
    let all = Samples(
      inputs: SampleStore(sampleShape: [2], storage: .scalars(points)),
      targets: .classes(labels: labels, names: ["−", "+"]))
    var learner = try perceptron(
      DataSet(name: "plane", about: "", train: all, test: all.selecting([])), "dense 1 step --bias no --init zeros")
    for _ in 0..<50 * 200 { learner.next() }
    let bound = (radius / 0.2) * (radius / 0.2)
    #expect(Double(learner.mistakes) <= bound)
    #expect(learner.mistakes > 0)
    #expect(learner.lastEpochMistakes == 0)
  }

  @Test("it learns AND and OR, and never XOR")
  func truthTables() throws {
    for (outputs, learnable) in [([0, 0, 0, 1], true), ([0, 1, 1, 1], true), ([0, 1, 1, 0], false)] as [([Int32], Bool)]
    {
      var learner = try perceptron(table(outputs))
      for _ in 0..<4 * 200 { learner.next() }
      #expect((learner.lastEpochMistakes == 0) == learnable)
    }
  }

  @Test("it refuses deeper networks and smooth units, and says why")
  func refusals() throws {
    let data = table([0, 1, 1, 0])
    let deep = try Network(
      inputShape: [2], layers: [makeLayer(["dense", "2", "step"]), makeLayer(["dense", "1", "step"])])
    #expect(throws: StrataError.self) { try PerceptronLearner(data: data, model: deep, seed: 1) }
    #expect(throws: StrataError.self) { try perceptron(data, "dense 1 sigmoid") }
    #expect(throws: StrataError.self) { try BackpropLearner(data: data, model: deep, seed: 1) }
  }
}
