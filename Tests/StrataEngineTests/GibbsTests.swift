// Sampling: chains follow the machine's own transition probabilities, summed by brute force, and end in its distribution.
// The seeds are fixed, so each test always gives the same numbers; bounds are in standard errors.
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Updates so small that no weight moves: the increments are then so many independent estimates of one gradient.
private let stillness = 1e-12

/// Weight, visible and hidden bias increments in one list, per unit of rate.
private func increments(_ learner: any Learner) -> [Double] {
  ["weight", "visible.bias", "hidden.bias"].flatMap { name in
    (learner.tensor(named: "level1.\(name).increment")?.tensor.elements ?? []).map { Double($0) / stillness }
  }
}

/// ⟨v h⟩, ⟨v⟩ and ⟨h⟩ in the same order, from weighted rows.
private func statistics(_ rows: [(p: Double, v: [Double], h: [Double])]) -> [Double] {
  let (n, m) = (rows[0].v.count, rows[0].h.count)
  var result = [Double](repeating: 0, count: n * m + n + m)
  for row in rows {
    for i in 0..<n {
      for j in 0..<m { result[i * m + j] += row.p * row.v[i] * row.h[j] }
      result[n * m + i] += row.p * row.v[i]
    }
    for j in 0..<m { result[n * m + n + j] += row.p * row.h[j] }
  }
  return result
}

private func distance(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
}

@Suite struct GibbsTests {
  private static let patterns = [1, 3, 6, 15].map { BruteForce.bits($0, 4) }

  /// What CD-k adds on average: the chain's distribution is carried through its transition probabilities k times.
  private func expectedIncrement(_ brute: BruteForce, k: Int, draws: Bool) -> [Double] {
    let share = 1 / Double(Self.patterns.count)
    let positive = statistics(Self.patterns.map { (share, $0, brute.hiddenMeans($0, [])) })
    var hidden = brute.hiddenStates.map { h in
      Self.patterns.reduce(0) { $0 + share * BruteForce.probability(of: h, brute.hiddenMeans($1, [])) }
    }
    var negative: [Double] = []
    for _ in 0..<k {
      // The visible side of this turn: drawn states, or one vector of probabilities for each hidden state.
      var rows: [(p: Double, v: [Double], h: [Double])] = []
      for (h, p) in zip(brute.hiddenStates, hidden) {
        let means = brute.visibleMeans(h)
        for v in draws ? brute.visibleStates : [means] {
          rows.append((p * (draws ? BruteForce.probability(of: v, means) : 1), v, brute.hiddenMeans(v, [])))
        }
      }
      negative = statistics(rows)
      hidden = brute.hiddenStates.map { h in rows.reduce(0) { $0 + $1.p * BruteForce.probability(of: h, $1.h) } }
    }
    return zip(positive, negative).map { $0 - $1 }
  }

  @Test(
    "CD-k adds on average what its chain makes likely, and tends to the gradient as k grows", arguments: [true, false])
  func contrastiveDivergence(draws: Bool) throws {
    let network = try Machines.network(visible: 4, hidden: 3, deviation: 1, seed: 2)
    let brute = BruteForce(network.top)
    let share = 1 / Double(Self.patterns.count)
    let positive = statistics(Self.patterns.map { (share, $0, brute.hiddenMeans($0, [])) })
    let own = zip(brute.visibleStates, brute.visibleDistribution)
    let gradient = zip(positive, statistics(own.map { ($1, $0, brute.hiddenMeans($0, [])) })).map { $0 - $1 }

    let data = Machines.data((0..<64).flatMap { _ in Self.patterns })
    var distances: [Double] = []
    for k in [1, 3, 50] {
      var learner = try ContrastiveDivergenceLearner(data: data, model: network, seed: 7)
      for (key, value) in [
        ("k", "\(k)"), ("rate", "\(stillness)"), ("momentum", "0"), ("decay", "0"), ("batch", "256"), ("shuffle", "no"),
        ("visible", draws ? "sample" : "mean"),
      ] {
        try learner.set(key, to: value)
      }
      var mean = RunningMean()
      for _ in 0..<300 {
        learner.next()
        mean.add(increments(learner))
      }
      let expected = expectedIncrement(brute, k: k, draws: draws)
      #expect(mean.deviations(from: expected, rounding: 1e-6) < 4.5, "k = \(k)")
      distances.append(distance(mean.mean, gradient))
      if draws, k == 1 { #expect(mean.deviations(from: gradient) > 20, "CD-1 is biased") }
      if draws, k == 50 { #expect(mean.deviations(from: gradient) < 4.5, "CD-50 nearly is the gradient") }
    }
    // With probabilities for visible states the chain is no Gibbs sampler; it comes near the gradient, not to it.
    #expect(distances[1] < distances[0])
    if draws { #expect(distances[2] < 0.1 * distances[0]) }
  }

  @Test("persistent chains have detailed balance and the machine's distribution", arguments: [0, 2])
  func detailedBalance(classes: Int) throws {
    let network = try Machines.network(visible: 3, hidden: 2, classes: classes, deviation: 1.2, seed: 10)
    let brute = BruteForce(network.top)
    let data = Machines.data([[0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 1, 1]], classes: classes)
    var learner = try PersistentLearner(data: data, model: network, seed: 3)
    for (key, value) in [("rate", "\(stillness)"), ("momentum", "0"), ("decay", "0"), ("particles", "2000")] {
      try learner.set(key, to: value)
    }
    // A state of the visible side: its bits, and above them the label.
    let states = max(classes, 1) * 8
    func codes(_ learner: PersistentLearner) throws -> [Int] {
      let v = try #require(learner.tensor(named: "particles.visible.sample")).tensor
      let y = learner.tensor(named: "particles.labels.sample")?.tensor
      return (0..<2000).map { row in
        var code = (0..<3).reduce(0) { $0 + (v[row, $1] == 1 ? 1 << $1 : 0) }
        if let y { code += 8 * ((0..<classes).first { y[row, $0] == 1 } ?? 0) }
        return code
      }
    }
    for _ in 0..<50 { learner.next() }
    var pairs = [Double](repeating: 0, count: states * states)
    var visits = [Double](repeating: 0, count: states)
    // Pairs far apart: chains have forgotten one when the next is taken.
    for _ in 0..<60 {
      for _ in 0..<4 { learner.next() }
      let before = try codes(learner)
      learner.next()
      for (a, b) in zip(before, try codes(learner)) {
        pairs[a * states + b] += 1
        visits[a] += 1
      }
    }
    let total = 60.0 * 2000
    let z = brute.partition
    let labels = brute.labelStates
    for a in 0..<states {
      let (v, y) = (BruteForce.bits(a % 8, 3), labels[a / 8])
      let p = brute.mass(v, y) / z
      #expect(abs(visits[a] - total * p) < 4.5 * (total * p * (1 - p)).squareRoot(), "P of state \(a)")
      for b in 0..<states {
        let there = pairs[a * states + b]
        let back = pairs[b * states + a]
        #expect(abs(there - back) < 4.5 * max(there + back, 1).squareRoot(), "from \(a) to \(b) and back")
        // P(a) Σ_h P(h | a) P(b | h)
        let next = BruteForce.bits(b % 8, 3)
        let joint = brute.hiddenStates.reduce(0.0) { sum, h in
          let masses = labels.map { exp(brute.goodness([0, 0, 0], $0, h)) }
          return sum + exp(brute.goodness(v, y, h)) / z * BruteForce.probability(of: next, brute.visibleMeans(h))
            * masses[b / 8] / masses.reduce(0, +)
        }
        #expect(abs(there - total * joint) < 4.5 * (total * joint).squareRoot() + 1, "pairs \(a), \(b)")
      }
    }
  }

  @Test("rectified units draw max(0, N(x, σ(x))), Gaussian ones N(mean, 1)")
  func realUnits() throws {
    let network = try Machines.network(
      visible: 2, hidden: 3, deviation: 1.5, visibleUnits: .gaussian, hiddenUnits: .rectified, seed: 4)
    let rows = 20_000
    let data = Machines.data([[Double]](repeating: [0.8, -1.1], count: rows))
    var learner = try ContrastiveDivergenceLearner(data: data, model: network, seed: 5)
    try learner.set("batch", to: "\(rows)")
    try learner.set("visible", to: "sample")
    for _ in 0..<3 { learner.step() }
    let machine = BruteForce(network.top)
    let hidden = try #require(learner.tensor(named: "h0.sample")).tensor
    let mean = try #require(learner.tensor(named: "v1")).tensor
    let visible = try #require(learner.tensor(named: "v1.sample")).tensor
    for j in 0..<3 {
      let x = machine.hiddenBias[j] + 0.8 * machine.weight[0][j] - 1.1 * machine.weight[1][j]
      let deviation = (1 / (1 + exp(-x))).squareRoot()
      // The moments of a normal number cut off at 0.
      let below = 0.5 * erfc(x / deviation / 2.0.squareRoot())
      let density = exp(-x * x / deviation / deviation / 2) / (2 * Double.pi).squareRoot()
      let expected = x * (1 - below) + deviation * density
      let square = (x * x + deviation * deviation) * (1 - below) + x * deviation * density
      let values = (0..<rows).map { Double(hidden[$0, j]) }
      let error = ((square - expected * expected) / Double(rows)).squareRoot()
      #expect(abs(values.reduce(0, +) / Double(rows) - expected) < 4 * error)
      let zeros = Double(values.count { $0 == 0 }) / Double(rows)
      #expect(abs(zeros - below) < 4 * (below * (1 - below) / Double(rows)).squareRoot() + 1e-9)
    }
    for i in 0..<2 {
      let noise = (0..<rows).map { Double(visible[$0, i] - mean[$0, i]) }
      #expect(abs(noise.reduce(0, +) / Double(rows)) < 4 / Double(rows).squareRoot())
      let variance = noise.reduce(0) { $0 + $1 * $1 } / Double(rows)
      #expect(abs(variance - 1) < 4 * (2 / Double(rows)).squareRoot())
      // The mean is that of the very hidden states.
      let expected = (0..<3).reduce(machine.visibleBias[i]) { $0 + machine.weight[i][$1] * Double(hidden[7, $1]) }
      #expect(abs(Double(mean[7, i]) - expected) < 1e-4)
    }
  }
}
