// Clusters: what k-means finds, how agreement with classes is counted, guessed labels, principal components.
import StrataEngine
import Testing

@Suite struct ClusterTests {
  /// Three tight groups of twenty samples around given places.
  private func groups(labels shown: Bool = true) -> DataSet {
    var random = RandomStream(seed: 5, name: "groups")
    let places: [(Scalar, Scalar)] = [(0, 0), (10, 0), (0, 10)]
    var (x, labels): ([Scalar], [Int32]) = ([], [])
    for row in 0..<60 {
      let (a, b) = places[row % 3]
      x += [a + Scalar(random.normal()) * 0.3, b + Scalar(random.normal()) * 0.3]
      labels.append(Int32(row % 3))
    }
    let train = Samples(
      inputs: SampleStore(sampleShape: [2], storage: .scalars(x)),
      targets: .classes(labels: labels, names: ["a", "b", "c"]))
    return DataSet(name: "groups", about: "", train: train, test: train.selecting([]))
  }

  private func settled(_ data: DataSet, count: Int, restarts: Int, seed: UInt64 = 1) throws -> KMeansLearner {
    var learner = try KMeansLearner(
      data: data, model: ClusterModel(inputShape: data.inputShape, count: count), seed: seed)
    try learner.set("restarts", to: "\(restarts)")
    for _ in 0..<1000 where !learner.isSettled { learner.next() }
    #expect(learner.isSettled)
    return learner
  }

  @Test func theCentresComeToRestInTheMiddleOfTheGroups() throws {
    let data = groups()
    let learner = try settled(data, count: 3, restarts: 5)
    let measured = learner.evaluate(data.train)
    #expect(measured["matched accuracy"] == 1)
    #expect(abs(try #require(measured["nmi"]) - 1) < 1e-9)
    #expect(try #require(measured["loss"]) < 0.3)
    // The middle, computed the long way.
    for j in 0..<3 {
      let centre = learner.clusters.centres
      let rows = (0..<60).filter {
        Int32(learner.predict(data.train.inputs.tensor([Int32($0)])).classes?[0] ?? -1) == Int32($0 % 3)
      }
      #expect(rows.count == 60)
      let members = (0..<60).filter { row in
        let x = data.train.inputs.tensor([Int32(row)])
        return (0..<3).min { a, b in square(x, centre, a) < square(x, centre, b) } == j
      }
      let mean =
        members.reduce(0.0) { $0 + Double(data.train.inputs.tensor([Int32($1)])[flat: 0]) } / Double(members.count)
      #expect(abs(mean - Double(centre[j, 0])) < 1e-4)
    }
  }

  private func square(_ x: Tensor, _ centres: Tensor, _ j: Int) -> Double {
    (0..<2).reduce(0.0) { $0 + Double(x[flat: $1] - centres[j, $1]) * Double(x[flat: $1] - centres[j, $1]) }
  }

  @Test func neitherHalfStepMakesTheDistortionLargerAndTheBestBeginningIsKept() throws {
    let data = Subjects.data(classes: 3, count: 80)
    var learner = try KMeansLearner(data: data, model: ClusterModel(inputShape: data.inputShape, count: 5), seed: 2)
    try learner.set("restarts", to: "6")
    var (last, least, restart) = (Double.infinity, Double.infinity, 0.0)
    while !learner.isSettled {
      learner.next()
      if learner.measurements["restart"] == restart { #expect(learner.loss <= last * (1 + 1e-6)) }
      last = learner.measurements["restart"] == restart ? learner.loss : .infinity
      restart = learner.measurements["restart"] ?? 0
      least = min(least, learner.loss)
    }
    #expect(abs(try #require(learner.evaluate(data.train)["loss"]) - least) < 1e-5)
  }

  @Test func aCentreThatNobodyIsNearestToGoesToTheFarthestSample() throws {
    let data = groups()
    var model = try ClusterModel(inputShape: [2], count: 3)
    let far = Tensor([3, 2], elements: [5, 5, 1000, 1000, -1000, 1000])
    try model.setParameters([NamedTensor("clusters.centre", role: .parameter, axes: [], far)])
    var learner = try KMeansLearner(data: data, model: model, seed: 1)
    try learner.set("restarts", to: "1")
    learner.next()
    #expect(learner.clusters.centres.elements.allSatisfy { abs($0) < 20 })
    for _ in 0..<20 { learner.next() }
    learner.step()
    #expect(learner.tensor(named: "count")?.tensor.elements.allSatisfy { $0 > 0 } ?? false)
  }

  @Test func agreementIsThatOfTheBestMatching() {
    var agreement = ClusterAgreement(clusters: 3, classes: 3)
    // Greedy would match cluster 0 with class 0 (5) and be left with 1 + 0; the best is 4 + 4 + 1.
    for (cluster, row) in [[5, 4, 0], [4, 0, 0], [0, 0, 1]].enumerated() {
      for (label, count) in row.enumerated() { for _ in 0..<count { agreement.count(cluster: cluster, class: label) } }
    }
    #expect(abs(agreement.matchedAccuracy - 9.0 / 14) < 1e-12)
    // More clusters than classes: one of them is matched with none.
    var wide = ClusterAgreement(clusters: 3, classes: 2)
    for (cluster, label) in [(0, 0), (0, 0), (1, 1), (2, 1), (2, 1)] { wide.count(cluster: cluster, class: label) }
    #expect(abs(wide.matchedAccuracy - 0.8) < 1e-12)
    // scikit-learn's normalized_mutual_info_score([0,0,1,1,1,0], [0,0,1,1,2,2]) is 0.5158.
    var known = ClusterAgreement(clusters: 2, classes: 3)
    for (cluster, label) in zip([0, 0, 1, 1, 1, 0], [0, 0, 1, 1, 2, 2]) { known.count(cluster: cluster, class: label) }
    #expect(abs(known.normalizedMutualInformation - 0.5158) < 1e-3)
  }

  @Test func guessesFillInWhatIsHiddenAndAreTakenBack() throws {
    let data = groups()
    let few = try data.labelling(only: [0, 1, 2])
    #expect(few.train.labelledCount == 3)
    let learner = try settled(few, count: 3, restarts: 5)
    let (guessed, summary) = try few.guessing(by: learner, threshold: 0.9)
    #expect([summary.asked, summary.guessed, summary.right ?? 0] == [57, 57, 57])
    #expect(guessed.train.targets == data.train.targets)
    #expect(guessed.withoutGuesses().train == few.train)
    // No guess becomes the evidence of the next: guessing again asks for the same samples.
    #expect(try guessed.guessing(by: learner, threshold: 0.9).1.asked == 57)
    #expect(throws: StrataError.self) { try data.guessing(by: learner, threshold: 0.9) }
    let (none, unsure) = try few.guessing(by: learner, threshold: 1.1)
    #expect(unsure.guessed == 0 && none.train == few.train)
  }
}
