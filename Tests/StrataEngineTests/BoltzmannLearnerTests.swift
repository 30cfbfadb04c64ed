// What the learners of machines and belief networks tell of themselves: where a number that is not finite was made, where
// a number comes from, which samples they learn from, and that likelihood rises.
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct BoltzmannLearnerTests {
  @Test(
    "nan in any parameter is reported by the first line that meets it",
    arguments: Subjects.boltzmann + Subjects.convolutions)
  func nan(subject: Subject) throws {
    let healthy = try subject.make()
    for parameter in healthy.model.parameters {
      var learner = healthy
      for _ in 0..<2 { learner.next() }
      var model = learner.model
      var tensor = parameter.tensor
      tensor[flat: tensor.count - 1] = .nan
      try model.setParameters([NamedTensor(parameter.name, role: .parameter, axes: parameter.axes, tensor)])
      try learner.adopt(model, data: learner.data)
      let parameters = Set(learner.model.parameters.map(\.name))
      // One mini-batch, and the next: what is only learned is read then.
      var fault: NumericFault?
      for _ in 0..<2 where fault == nil {
        repeat {
          let line = learner.listing[learner.line]
          fault = learner.step()
          // What was written before a fault is finite; parameters may still hold what they were given.
          for name in line.writes where fault == nil && !parameters.contains(name) && !name.contains("increment") {
            let written = try #require(learner.tensor(named: name)).tensor
            #expect(written.firstNonFinite == nil, "\(subject), \(parameter.name): '\(line.text)' made \(name) quietly")
          }
          if let fault { #expect(line.writes.contains(fault.tensor), "\(subject): \(fault)") }
        } while learner.line != 0 && fault == nil
      }
      if isUsed(parameter.name, by: learner) { #expect(fault != nil, "\(subject): \(parameter.name)") }
    }
  }

  /// Whether a parameter has a part in learning: those of levels above the one that learns have none, nor has what only
  /// generates below it.
  private func isUsed(_ name: String, by learner: any Learner) -> Bool {
    guard let level = learner.value(of: "level").flatMap({ Int($0) }), let digit = name.dropFirst(5).first,
      let own = digit.wholeNumberValue
    else { return true }
    return own == level || (own < level && !name.hasSuffix("visible.bias"))
  }

  @Test(
    "explanations of probabilities are true equations, or say what has changed",
    arguments: Subjects.boltzmann + Subjects.convolutions)
  func explanations(subject: Subject) throws {
    var learner = try subject.make()
    learner.next()
    var explained: Set<String> = []
    repeat {
      let line = learner.listing[learner.line]
      learner.step()
      for named in learner.tensors where named.tensor.count > 0 {
        let position = named.tensor.shape.dimensions.map { $0 - 1 }
        let lines = try learner.explain(named.name, at: position).lines
        // x = …, = the terms, = their sum, and f(x): one equation more, or two numbers where the sum has changed since.
        guard lines.count > 3, lines[0].hasPrefix("x = "), let x = Double(lines[2].dropFirst(2)) else { continue }
        let value = Double(named.tensor[flat: named.tensor.count - 1])
        let expected =
          lines[3].contains("σ(x)") ? 1 / (1 + exp(-x)) : lines[3].contains("ln(1 + eˣ)") ? log(1 + exp(x)) : x
        let isSame = abs(value - expected) < 2e-3 * max(1, abs(x))
        #expect(lines.count == 4 ? isSame : lines.count == 5, "\(subject), \(named.name): \(lines)")
        if line.writes.contains(named.name) {
          #expect(lines.count == 4, "\(subject), \(named.name) was written just now: \(lines)")
          explained.insert(named.name)
        }
      }
    } while learner.line != 0
    #expect(!explained.isEmpty)
  }

  @Test("a level with label units learns from the samples that show theirs, also where other labels show")
  func hiddenLabels() throws {
    let rows = (0..<8).map { BruteForce.bits($0, 3) }
    func data(_ shown: [Int]) -> DataSet {
      var data = Machines.data(rows, classes: 2)
      data.train.targets = .classes(
        labels: rows.indices.map { shown.contains($0) ? Int32($0 % 2) : -1 }, names: ["class 0", "class 1"])
      return data
    }
    var network = try Machines.network(visible: 3, hidden: 2)
    var plan = BeliefNetwork.LevelPlan(hidden: 3)
    plan.classes = 2
    let single = try Machines.network(visible: 3, hidden: 2, classes: 2)
    try network.stack(plan)
    var learners: [any Learner] = [
      try ContrastiveDivergenceLearner(data: data([0, 1, 2]), model: single, seed: 1),
      try UpDownLearner(data: data([0, 1, 2]), model: network, seed: 1),
    ]
    for index in learners.indices {
      try learners[index].set("batch", to: "1")
      learners[index].next()
      try learners[index].adopt(learners[index].model, data: data([5, 6, 7]))
      for _ in 0..<6 {
        learners[index].next()
        let labels = try #require(learners[index].tensors.first { $0.role == .target }).tensor
        #expect(labels.sum == 1, "\(type(of: learners[index]).keyword) took a sample whose label is hidden")
      }
    }
  }

  @Test("gradient checks agree on the exact learner, see contrastive divergence's bias, and change nothing")
  func gradientCheck() throws {
    let data = Machines.data([1, 6, 3, 5].map { BruteForce.bits($0, 4) }, classes: 2)
    let network = try Machines.network(visible: 4, hidden: 3, classes: 2, seed: 2)
    var exact = try ExactLearner(data: data, model: network, seed: 1)
    try exact.set("batch", to: "3")
    var short = try ContrastiveDivergenceLearner(data: data, model: network, seed: 1)
    for _ in 0..<15 {
      let before = bits(exact)
      let checks = try exact.checkGradients(layer: nil)
      let names = ["weight", "visible.bias", "hidden.bias", "label.weight", "label.bias"]
      #expect(checks.map(\.name) == names.map { "level1.\($0)" })
      for check in checks { #expect(check.agrees, "\(check)") }
      #expect(bits(exact) == before)
      exact.step()
      #expect(try short.checkGradients(layer: nil).contains { !$0.agrees })
      short.step()
    }
    #expect(throws: StrataError.self) { try exact.checkGradients(layer: 2) }
  }

  @Test("the exact gradient climbs: likelihood rises with every update, and ends near the data's own entropy")
  func climbs() throws {
    let rows = [0, 7].map { BruteForce.bits($0, 3) }
    let data = Machines.data(rows)
    let network = try Machines.network(visible: 3, hidden: 4, deviation: 0.1, seed: 3)
    var learner = try ExactLearner(data: data, model: network, seed: 1)
    for (key, value) in [("rate", "0.5"), ("momentum", "0"), ("decay", "0")] { try learner.set(key, to: value) }
    var last = -Double.infinity
    for _ in 0..<3_000 {
      learner.next()
      let now = try #require(learner.measurements["log-likelihood"])
      #expect(now > last - 1e-5)
      last = now
    }
    // Two patterns, each with probability ½.
    #expect(last < -log(2.0) && last > -log(2.0) - 0.05)
  }
}
