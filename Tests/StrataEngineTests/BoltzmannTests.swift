// Sums over all states: the partition function, expectations, free energies and likelihoods of small machines against
// brute force, and the exact gradient against differences of the brute-force likelihood.
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Sizes of a machine: with few hidden units the hidden side is counted, with few visible ones the visible side.
struct MachineSize: CustomStringConvertible, Sendable {
  var visible: Int
  var hidden: Int
  var classes = 0
  var description: String { "\(visible)×\(hidden)\(classes > 0 ? " with \(classes) labels" : "")" }

  static let all = [
    MachineSize(visible: 5, hidden: 3), MachineSize(visible: 3, hidden: 5),
    MachineSize(visible: 4, hidden: 3, classes: 3), MachineSize(visible: 3, hidden: 5, classes: 2),
  ]
}

private func expectClose(_ ours: [Double], _ theirs: [Double], within tolerance: Double, _ what: Comment) {
  #expect(ours.count == theirs.count, what)
  for (a, b) in zip(ours, theirs) { #expect(abs(a - b) <= tolerance, "\(what): \(a) and \(b)") }
}

private func doubles(_ tensor: Tensor) -> [Double] { tensor.elements.map(Double.init) }

@Suite struct BoltzmannTests {
  @Test("log Z and what the machine expects", arguments: MachineSize.all)
  func enumeration(size: MachineSize) throws {
    let machine = try Machines.network(visible: size.visible, hidden: size.hidden, classes: size.classes, seed: 3).top
    let brute = BruteForce(machine)
    let z = brute.partition
    #expect(abs(try machine.logPartition() - log(z)) < 1e-5)

    var products = brute.weight.map { $0.map { _ in 0.0 } }
    var labelProducts = brute.labelWeight.map { $0.map { _ in 0.0 } }
    var (visible, hidden) = (brute.visibleBias.map { _ in 0.0 }, brute.hiddenBias.map { _ in 0.0 })
    var labels = brute.labelBias.map { _ in 0.0 }
    for v in brute.visibleStates {
      for y in brute.labelStates {
        for h in brute.hiddenStates {
          let p = exp(brute.goodness(v, y, h)) / z
          for (i, x) in v.enumerated() {
            visible[i] += p * x
            for (j, state) in h.enumerated() { products[i][j] += p * x * state }
          }
          for (j, state) in h.enumerated() { hidden[j] += p * state }
          for (k, on) in y.enumerated() {
            labels[k] += p * on
            for (j, state) in h.enumerated() { labelProducts[k][j] += p * on * state }
          }
        }
      }
    }
    var expectations = ModelExpectations()
    try Enumeration(machine).expectations(of: machine, into: &expectations)
    #expect(abs(expectations.logPartition - log(z)) < 1e-5)
    expectClose(doubles(expectations.products), products.flatMap { $0 }, within: 1e-5, "⟨v h⟩")
    expectClose(doubles(expectations.visible), visible, within: 1e-5, "⟨v⟩")
    expectClose(doubles(expectations.hidden), hidden, within: 1e-5, "⟨h⟩")
    expectClose(doubles(expectations.labelProducts), labelProducts.flatMap { $0 }, within: 1e-5, "⟨y h⟩")
    expectClose(doubles(expectations.labels), labels, within: 1e-5, "⟨y⟩")
  }

  @Test("more states than one block holds, on either side, give one log Z")
  func blocks() throws {
    // 11 units are four blocks of 512 states. The machine's transpose has the same Z.
    let machine = try Machines.network(visible: 12, hidden: 11, deviation: 0.5, seed: 8).top
    let brute = BruteForce(machine)
    var z = 0.0
    for h in brute.hiddenStates {
      var mass = 1.0
      for j in 0..<11 where h[j] == 1 { mass *= exp(brute.hiddenBias[j]) }
      for i in 0..<12 {
        mass *= 1 + exp(brute.visibleBias[i] + (0..<11).reduce(0) { $0 + brute.weight[i][$1] * h[$1] })
      }
      z += mass
    }
    #expect(abs(try machine.logPartition() - log(z)) < 1e-5)
    var turned = try Machines.network(visible: 11, hidden: 12)
    var weight = Tensor([11, 12])
    for i in 0..<12 { for j in 0..<11 { weight[j, i] = machine.weight[i, j] } }
    try turned.setParameters([
      NamedTensor("level1.weight", role: .parameter, axes: [], weight),
      NamedTensor("level1.visible.bias", role: .parameter, axes: [], machine.hiddenBias),
      NamedTensor("level1.hidden.bias", role: .parameter, axes: [], machine.visibleBias),
    ])
    #expect(abs(try turned.top.logPartition() - log(z)) < 1e-5)
  }

  @Test("Gaussian visible units: log Z, means and free energies against an integral over the plane", arguments: [0, 2])
  func gaussian(classes: Int) throws {
    let machine = try Machines.network(visible: 2, hidden: 3, classes: classes, visibleUnits: .gaussian, seed: 5).top
    let brute = BruteForce(machine)
    func goodness(_ v: [Double], _ y: [Double], _ h: [Double]) -> Double {
      var total = brute.goodness(v, y, h)
      // ½‖v − b‖² instead of −b·v.
      for i in 0..<2 {
        let difference = v[i] - brute.visibleBias[i]
        total -= v[i] * brute.visibleBias[i] + difference * difference / 2
      }
      return total
    }
    func mass(_ v: [Double]) -> Double {
      var total = 0.0
      for y in brute.labelStates { for h in brute.hiddenStates { total += exp(goodness(v, y, h)) } }
      return total
    }
    // Sums over a grid of smooth functions that vanish at its edge are as good as the integral.
    let (step, extent) = (0.2, 15.0)
    var z = 0.0
    var means = [0.0, 0.0]
    for x in stride(from: -extent, through: extent, by: step) {
      for y in stride(from: -extent, through: extent, by: step) {
        let p = mass([x, y]) * step * step
        z += p
        means[0] += x * p
        means[1] += y * p
      }
    }
    #expect(abs(try machine.logPartition() - log(z)) < 1e-5)
    var expectations = ModelExpectations()
    try Enumeration(machine).expectations(of: machine, into: &expectations)
    expectClose(doubles(expectations.visible), means.map { $0 / z }, within: 1e-4, "⟨v⟩")
    let points = [[0.3, -1.2], [2.0, 0.5], [-0.7, 0.1]]
    expectClose(
      machine.freeEnergies(Machines.tensor(points)), points.map { -log(mass($0)) }, within: 1e-5, "free energy")
    let logs = machine.logLikelihoods(Machines.tensor(points), logPartition: log(z))
    expectClose(logs, points.map { log(mass($0) / z) }, within: 1e-5, "log p")
  }

  @Test("free energies, class probabilities and likelihoods of every visible state", arguments: MachineSize.all)
  func probabilities(size: MachineSize) throws {
    let machine = try Machines.network(visible: size.visible, hidden: size.hidden, classes: size.classes, seed: 4).top
    let brute = BruteForce(machine)
    let states = Machines.tensor(brute.visibleStates)
    // Label units that are not given are summed out.
    expectClose(machine.freeEnergies(states), brute.visibleStates.map { -log(brute.mass($0)) }, within: 1e-5, "F(v)")
    let logs = machine.logLikelihoods(states, logPartition: try machine.logPartition())
    expectClose(logs, brute.visibleDistribution.map { log($0) }, within: 1e-5, "log P(v)")
    #expect(abs(logs.reduce(0) { $0 + exp($1) } - 1) < 1e-5)
    guard size.classes > 0 else { return }
    for y in brute.labelStates {
      let labels = Machines.tensor(brute.visibleStates.map { _ in y })
      expectClose(
        machine.freeEnergies(states, labels: labels), brute.visibleStates.map { -log(brute.mass($0, y)) },
        within: 1e-5, "F(v, y)")
    }
    let classes = brute.visibleStates.flatMap { v in brute.labelStates.map { brute.mass(v, $0) / brute.mass(v) } }
    expectClose(doubles(machine.classProbabilities(states)), classes, within: 1e-5, "P(y | v)")
  }

  @Test("rectified units are binary copies with biases that fall by 1")
  func rectified() throws {
    let machine = try Machines.network(visible: 4, hidden: 3, deviation: 2, hiddenUnits: .rectified, seed: 2).top
    let brute = BruteForce(machine)
    let expected = brute.visibleStates.map { v in
      var energy = 0.0
      for (i, x) in v.enumerated() { energy -= x * brute.visibleBias[i] }
      for j in 0..<3 {
        let x = brute.hiddenBias[j] + (0..<4).reduce(0) { $0 + v[$1] * brute.weight[$1][j] }
        for copy in 1...200 { energy -= log(1 + exp(x - Double(copy) + 0.5)) }
      }
      return energy
    }
    expectClose(machine.freeEnergies(Machines.tensor(brute.visibleStates)), expected, within: 1e-5, "free energy")
  }

  @Test("the free energy of rectified units far above 0 is near −x²/2, and answers at once")
  func farRectified() throws {
    var network = try Machines.network(visible: 1, hidden: 1, deviation: 0, hiddenUnits: .rectified)
    for x in [100.0, 1e4, 1e9, 1e18, 3e38] {
      try network.setElement(of: "level1.hidden.bias", at: [0], to: Scalar(x))
      let energy = network.top.freeEnergies(Tensor([1, 1]))[0]
      #expect(abs(energy / (-x * x / 2) - 1) < 1e-3)
    }
  }

  @Test("the exact learner's increments are the gradient of the brute-force likelihood", arguments: MachineSize.all)
  func exactGradient(size: MachineSize) throws {
    let network = try Machines.network(visible: size.visible, hidden: size.hidden, classes: size.classes, seed: 6)
    let rows = [3, 5, 0, 6, 1, 2].map { BruteForce.bits($0, size.visible) }
    let data = Machines.data(rows, classes: size.classes)
    var learner = try ExactLearner(data: data, model: network, seed: 1)
    for (key, value) in [("rate", "1"), ("momentum", "0"), ("decay", "0")] { try learner.set(key, to: value) }
    let before = BruteForce(network.top)
    let samples = rows.enumerated().map { index, v in
      (v: v, y: size.classes == 0 ? [] : before.labelStates[index % size.classes])
    }
    learner.next()

    let h = 1e-4
    func slope(_ change: (inout BruteForce, Double) -> Void) -> Double {
      var (up, down) = (before, before)
      change(&up, h)
      change(&down, -h)
      return (up.meanLogLikelihood(samples) - down.meanLogLikelihood(samples)) / (2 * h)
    }
    var expected: [(name: String, values: [Double])] = []
    let (visible, hidden, classes) = (0..<size.visible, 0..<size.hidden, 0..<size.classes)
    expected.append(
      ("weight", visible.flatMap { i in hidden.map { j in slope { $0.weight[i][j] += $1 } } }))
    expected.append(("visible.bias", visible.map { i in slope { $0.visibleBias[i] += $1 } }))
    expected.append(("hidden.bias", hidden.map { j in slope { $0.hiddenBias[j] += $1 } }))
    if size.classes > 0 {
      expected.append(
        ("label.weight", classes.flatMap { k in hidden.map { j in slope { $0.labelWeight[k][j] += $1 } } }))
      expected.append(("label.bias", classes.map { k in slope { $0.labelBias[k] += $1 } }))
    }
    for (name, values) in expected {
      let increment = try #require(learner.tensor(named: "level1.\(name).increment")).tensor
      expectClose(doubles(increment), values, within: 1e-5, "\(name)")
    }
    // What it measures is the likelihood at the weights that the gradient belongs to.
    let name = size.classes > 0 ? "joint log-likelihood" : "log-likelihood"
    let measured = try #require(learner.measurements[name])
    #expect(abs(measured - before.meanLogLikelihood(samples)) < 1e-5)
  }

  @Test("likelihood and divergence of a whole distribution, as they are measured", arguments: MachineSize.all)
  func measured(size: MachineSize) throws {
    let network = try Machines.network(visible: size.visible, hidden: size.hidden, classes: size.classes, seed: 12)
    let brute = BruteForce(network.top)
    let own = brute.visibleDistribution
    let rows = brute.visibleStates
    var data = Machines.data(rows, classes: size.classes)
    // Not uniform, and not the machine's own.
    let weights = rows.indices.map { 1 + Double($0 % 3) }
    let known = weights.map { $0 / weights.reduce(0, +) }
    data.distribution = KnownDistribution(patterns: Machines.tensor(rows), probabilities: known)
    let learner = try ContrastiveDivergenceLearner(data: data, model: network, seed: 1)
    let measured = learner.evaluate(data.train)
    let mean = own.reduce(0) { $0 + log($1) } / Double(own.count)
    #expect(abs(try #require(measured["log-likelihood"]) - mean) < 1e-5)
    let divergence = zip(known, own).reduce(0) { $0 + $1.0 * log2($1.0 / $1.1) }
    #expect(abs(try #require(measured["kl"]) - divergence) < 1e-5)
    #expect(abs(try #require(measured["free energy gap"])) < 1e-9)
  }

  @Test("pseudo-likelihood: every bit of every state turned over once", arguments: MachineSize.all)
  func pseudoLikelihood(size: MachineSize) throws {
    let network = try Machines.network(visible: size.visible, hidden: size.hidden, classes: size.classes, seed: 9)
    let brute = BruteForce(network.top)
    let n = size.visible
    // Each state stands n times in a row: row r turns bit r mod n.
    let data = Machines.data(brute.visibleStates.flatMap { [[Double]](repeating: $0, count: n) }, classes: size.classes)
    let learner = try ContrastiveDivergenceLearner(data: data, model: network, seed: 1)
    let p = brute.visibleDistribution
    var expected = 0.0
    for code in p.indices { for bit in 0..<n { expected += log(p[code] / (p[code] + p[code ^ 1 << bit])) } }
    expected /= Double(p.count)
    #expect(abs(try #require(learner.evaluate(data.train)["pseudo-likelihood"]) - expected) < 1e-4)
  }
}
