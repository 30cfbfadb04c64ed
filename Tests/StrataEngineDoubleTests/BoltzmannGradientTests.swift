// The exact gradient of a Boltzmann machine's likelihood against central differences, in Double.
import StrataEngineDouble
import Testing

/// What the machine is; the smaller side is the one that is counted.
struct GradientCase: CustomStringConvertible, Sendable {
  var visible: Int
  var hidden: Int
  var classes = 0
  var units = VisibleUnits.binary
  var description: String { "\(visible) \(units) by \(hidden) units, \(classes) labels" }

  static let all = [
    GradientCase(visible: 6, hidden: 4), GradientCase(visible: 4, hidden: 6),
    GradientCase(visible: 6, hidden: 4, classes: 3), GradientCase(visible: 4, hidden: 6, classes: 3),
    GradientCase(visible: 5, hidden: 3, units: .gaussian),
    GradientCase(visible: 5, hidden: 3, classes: 2, units: .gaussian),
  ]
}

private func learner<Method: NegativePhase>(
  _ method: Method.Type, _ size: GradientCase, settings: [(String, String)] = []
) throws -> BoltzmannLearner<Method> {
  var random = RandomStream(seed: 3, name: "gradient tests")
  var x = Tensor([9, size.visible])
  // Numbers between 0 and 1 as well as states: the formulas hold for both.
  random.fillUniform(&x, low: size.units == .binary ? 0 : -2, high: size.units == .binary ? 1 : 2)
  let targets: Targets =
    size.classes == 0
    ? .none
    : .classes(labels: (0..<9).map { Int32($0 % size.classes) }, names: (0..<size.classes).map { "\($0)" })
  let train = Samples(
    inputs: SampleStore(sampleShape: [size.visible], storage: .scalars(x.elements)), targets: targets)
  let data = DataSet(name: "random", about: "", train: train, test: train.selecting([]))
  var plan = BeliefNetwork.LevelPlan(hidden: size.hidden)
  plan.classes = size.classes
  plan.visibleUnits = size.units
  plan.deviation = 0.8
  let network = try BeliefNetwork(inputShape: [size.visible], plan, seed: 2)
  var learner = try BoltzmannLearner<Method>(data: data, model: network, seed: 1)
  for (key, value) in [("batch", "4"), ("rate", "0.2")] + settings { try learner.set(key, to: value) }
  return learner
}

@Suite struct BoltzmannGradientTests {
  @Test("the exact gradient agrees with differences of the likelihood, at every line", arguments: GradientCase.all)
  func exact(size: GradientCase) throws {
    // Momentum, decay and sparsity belong to the update, not to the gradient.
    var learner = try learner(
      ExactGradient.self, size, settings: [("momentum", "0.9"), ("decay", "0.01"), ("sparsity", "0.1")])
    for _ in 0..<13 {
      let checks = try learner.checkGradients(layer: nil)
      #expect(checks.count == (size.classes > 0 ? 5 : 3))
      for check in checks {
        #expect(check.relativeError < 1e-6, "\(check.name) \(check.worstAnalytic) \(check.worstNumeric)")
      }
      learner.step()
    }
  }

  @Test("the checker sees that contrastive divergence and persistent chains are not the gradient")
  func estimates() throws {
    let size = GradientCase.all[2]
    for check in try learner(ContrastiveDivergence.self, size).checkGradients(layer: nil) {
      #expect(check.relativeError > 1e-2 && !check.agrees, "\(check.name)")
    }
    for check in try learner(PersistentContrastiveDivergence.self, size).checkGradients(layer: 1) {
      #expect(check.relativeError > 1e-2 && !check.agrees, "\(check.name)")
    }
  }
}
