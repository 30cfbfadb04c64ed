// The Helmholtz machine against brute force: its likelihood, its description length, and what the two phases of
// wake-sleep learn on average. All states of a 5-3-2 machine are summed over by plain loops in Double.
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A machine of two hidden layers as lists of numbers.
private struct BruteHelmholtz {
  /// Every parameter, in the machine's order and by its name.
  var values: [String: [Double]]
  let sizes: [Int]

  init(_ machine: HelmholtzMachine, visible: Int) {
    values = [:]
    sizes = [visible] + machine.hidden
    for named in machine.parameters { values[named.name] = named.tensor.elements.map(Double.init) }
  }

  func states(_ layer: Int) -> [[Double]] { (0..<1 << sizes[layer]).map { BruteForce.bits($0, sizes[layer]) } }

  /// log P of the units of a layer, each on with σ(bias + from·weight).
  private func logProbability(of to: [Double], from: [Double], weight: String?, bias: String) -> Double {
    let bias = values[bias] ?? []
    let weight = weight.flatMap { values[$0] } ?? []
    var total = 0.0
    for (i, state) in to.enumerated() {
      var x = bias[i]
      for (k, f) in from.enumerated() where !weight.isEmpty { x += f * weight[k * to.count + i] }
      total -= log(1 + exp(state == 1 ? -x : x))
    }
    return total
  }

  /// log P(d, h₁, h₂).
  func logJoint(_ d: [Double], _ h1: [Double], _ h2: [Double]) -> Double {
    logProbability(of: h2, from: [], weight: nil, bias: "top.bias")
      + logProbability(of: h1, from: h2, weight: "level2.generative.weight", bias: "level2.generative.bias")
      + logProbability(of: d, from: h1, weight: "level1.generative.weight", bias: "level1.generative.bias")
  }

  /// log Q(h₁, h₂ | d).
  func logRecognition(_ d: [Double], _ h1: [Double], _ h2: [Double]) -> Double {
    logProbability(of: h1, from: d, weight: "level1.recognition.weight", bias: "level1.recognition.bias")
      + logProbability(of: h2, from: h1, weight: "level2.recognition.weight", bias: "level2.recognition.bias")
  }

  var hiddenStates: [([Double], [Double])] { states(1).flatMap { h1 in states(2).map { (h1, $0) } } }

  func logLikelihood(_ d: [Double]) -> Double {
    log(hiddenStates.reduce(0) { $0 + exp(logJoint(d, $1.0, $1.1)) })
  }

  /// F = ⟨log Q − log P⟩ under Q.
  func descriptionLength(_ d: [Double]) -> Double {
    hiddenStates.reduce(0) { total, h in
      let q = logRecognition(d, h.0, h.1)
      return total + exp(q) * (q - logJoint(d, h.0, h.1))
    }
  }
}

private func machine(seed: UInt64 = 1) throws -> HelmholtzMachine {
  var machine = try HelmholtzMachine(inputShape: [5], hidden: [3, 2], seed: seed)
  try machine.setParameters(Machines.drawn(machine.parameters, deviation: 1, seed: seed))
  return machine
}

@Suite struct HelmholtzTests {
  @Test("the likelihood of every pattern, summed over all hidden states")
  func likelihood() throws {
    let machine = try machine()
    let brute = BruteHelmholtz(machine, visible: 5)
    let patterns = brute.states(0)
    let logs = machine.logLikelihoods(Machines.tensor(patterns))
    for (log, d) in zip(logs, patterns) { #expect(abs(log - brute.logLikelihood(d)) < 1e-5) }
    #expect(abs(logs.reduce(0) { $0 + exp($1) } - 1) < 1e-5)
  }

  @Test("one hidden layer, and three, sum to 1 as well", arguments: [[4], [3, 2, 3]])
  func depths(hidden: [Int]) throws {
    var machine = try HelmholtzMachine(inputShape: [4], hidden: hidden, seed: 2)
    try machine.setParameters(Machines.drawn(machine.parameters, deviation: 1, seed: 3))
    let patterns = (0..<16).map { BruteForce.bits($0, 4) }
    let logs = machine.logLikelihoods(Machines.tensor(patterns))
    #expect(abs(logs.reduce(0) { $0 + exp($1) } - 1) < 1e-5)
  }

  @Test("independent pixels with the right means are 8.122 bits worse than the bars themselves")
  func bars() throws {
    // The 4×4 bars of the paper: vertical with probability 2/3, each bar on with 0.2. Every pixel is on with 0.2.
    var masses: [Int: Double] = [:]
    for lines in 0..<16 {
      let p = (0..<4).reduce(1.0) { $0 * (lines >> $1 & 1 == 1 ? 0.2 : 0.8) }
      for isVertical in [true, false] {
        var code = 0
        for row in 0..<4 {
          for column in 0..<4 where lines >> (isVertical ? column : row) & 1 == 1 { code |= 1 << (4 * row + column) }
        }
        masses[code, default: 0] += p * (isVertical ? 2.0 / 3 : 1.0 / 3)
      }
    }
    let codes = masses.keys.sorted()
    let known = KnownDistribution(
      patterns: Machines.tensor(codes.map { BruteForce.bits($0, 16) }), probabilities: codes.map { masses[$0] ?? 0 })
    var machine = try HelmholtzMachine(inputShape: [4, 4], hidden: [8, 1], deviation: 0, seed: 1)
    try machine.setParameters([
      NamedTensor(
        "level1.generative.bias", role: .parameter, axes: [], Tensor([16], repeating: Scalar(log(0.2 / 0.8))))
    ])
    let entropy = -16 * (0.2 * log2(0.2) + 0.8 * log2(0.8))
    #expect(abs(machine.divergence(from: known) - (entropy - known.entropyBits)) < 1e-4)
    #expect(abs(machine.divergence(from: known) - 8.122) < 1e-3)
    // With even odds every pixel costs one bit.
    let blank = try HelmholtzMachine(inputShape: [4, 4], hidden: [8, 1], deviation: 0, seed: 1)
    #expect(abs(blank.divergence(from: known) - (16 - known.entropyBits)) < 1e-4)
  }

  @Test("the description length is −log P and what recognition wastes, as measured and as summed")
  func descriptionLength() throws {
    let machine = try machine(seed: 4)
    let brute = BruteHelmholtz(machine, visible: 5)
    let d = [1.0, 0, 1, 1, 0]
    for pattern in brute.states(0) { #expect(brute.descriptionLength(pattern) >= -brute.logLikelihood(pattern)) }
    let rows = 20_000
    let data = Machines.data([[Double]](repeating: d, count: rows))
    let learner = try WakeSleepLearner(data: data, model: machine, seed: 6)
    let measured = learner.evaluate(data.train)
    let loss = try #require(measured["loss"])
    #expect(abs(try #require(measured["log-likelihood"]) - brute.logLikelihood(d)) < 1e-5)
    // The spread of log Q − log P under Q.
    let mean = brute.descriptionLength(d)
    let square = brute.hiddenStates.reduce(0) { total, h in
      let q = brute.logRecognition(d, h.0, h.1)
      let cost = q - brute.logJoint(d, h.0, h.1)
      return total + exp(q) * cost * cost
    }
    #expect(abs(loss - mean) < 4 * ((square - mean * mean) / Double(rows)).squareRoot())
    #expect(loss >= -brute.logLikelihood(d))
    #expect(abs(try #require(measured["recognition gap"]) - (loss + brute.logLikelihood(d))) < 1e-4)
  }

  @Test("where recognition is perfect, the description length is −log P without any spread")
  func perfectRecognition() throws {
    // Without generative weights the hidden units are independent of the data; recognition says the same.
    var machine = try machine(seed: 5)
    let given = Dictionary(uniqueKeysWithValues: machine.parameters.map { ($0.name, $0.tensor) })
    func set(_ name: String, _ tensor: Tensor?) throws {
      try machine.setParameters([NamedTensor(name, role: .parameter, axes: [], #require(tensor))])
    }
    for level in ["level1", "level2"] {
      for direction in ["recognition", "generative"] {
        try set("\(level).\(direction).weight", Tensor(#require(given["\(level).\(direction).weight"]).shape))
      }
    }
    try set("level1.recognition.bias", given["level2.generative.bias"])
    try set("level2.recognition.bias", given["top.bias"])
    let data = Machines.data([[1, 0, 0, 1, 1], [0, 0, 1, 0, 1]])
    var learner = try WakeSleepLearner(data: data, model: machine, seed: 2)
    #expect(abs(try #require(learner.evaluate(data.train)["recognition gap"])) < 1e-5)
    try learner.set("batch", to: "2")
    let logs = machine.logLikelihoods(Machines.tensor([[1, 0, 0, 1, 1], [0, 0, 1, 0, 1]]))
    learner.next()
    #expect(abs(learner.loss + (logs[0] + logs[1]) / 2) < 1e-5)
  }

  @Test("wake climbs ⟨log P(d, h)⟩ under Q, sleep climbs ⟨log Q(h | d)⟩ under P, on average")
  func phases() throws {
    let start = try machine(seed: 7)
    let brute = BruteHelmholtz(start, visible: 5)
    let patterns = [[1.0, 0, 1, 1, 0], [0, 0, 1, 0, 1], [1, 1, 1, 1, 1], [0, 1, 0, 0, 0]]

    // What both phases climb, for any parameters; states come from the machine as it is.
    func wake(_ other: BruteHelmholtz) -> Double {
      patterns.reduce(0) { total, d in
        brute.hiddenStates.reduce(total) {
          $0 + exp(brute.logRecognition(d, $1.0, $1.1)) * other.logJoint(d, $1.0, $1.1) / Double(patterns.count)
        }
      }
    }
    func sleep(_ other: BruteHelmholtz) -> Double {
      brute.states(0).reduce(0) { total, d in
        brute.hiddenStates.reduce(total) {
          $0 + exp(brute.logJoint(d, $1.0, $1.1)) * other.logRecognition(d, $1.0, $1.1)
        }
      }
    }
    let names = start.parameters.map(\.name)
    var gradient: [Double] = []
    for name in names {
      for index in (brute.values[name] ?? []).indices {
        var (up, down) = (brute, brute)
        up.values[name]?[index] += 1e-4
        down.values[name]?[index] -= 1e-4
        let climbed = name.contains("recognition") ? sleep : wake
        gradient.append((climbed(up) - climbed(down)) / 2e-4)
      }
    }

    let copies = 500
    let data = Machines.data((0..<copies).flatMap { _ in patterns })
    var learner = try WakeSleepLearner(data: data, model: start, seed: 3)
    // A small rate: sleep dreams with the weights that wake has just changed.
    let rate = 1e-3
    for (key, value) in [("batch", "\(4 * copies)"), ("rate", "\(rate)"), ("upper", "\(rate)")] {
      try learner.set(key, to: value)
    }
    var mean = RunningMean()
    for _ in 0..<200 {
      try learner.adopt(start, data: data)
      learner.next()
      mean.add(
        zip(learner.model.parameters, start.parameters).flatMap { after, before in
          zip(after.tensor.elements, before.tensor.elements).map { Double($0 - $1) / rate }
        })
    }
    #expect(mean.deviations(from: gradient, rounding: 2e-4) < 4.5)
    #expect(distance(gradient, [Double](repeating: 0, count: gradient.count)) > 0.3)
  }

  @Test("the two rates go to their own layers")
  func rates() throws {
    let start = try machine(seed: 8)
    let data = Machines.data([[1, 0, 1, 1, 0]])
    for (lower, upper) in [("0.5", "0"), ("0", "0.5")] {
      var learner = try WakeSleepLearner(data: data, model: start, seed: 3)
      try learner.set("rate", to: lower)
      try learner.set("upper", to: upper)
      learner.next()
      for (after, before) in zip(learner.model.parameters, start.parameters) {
        #expect((after.tensor != before.tensor) == (after.name.hasPrefix("level1") == (upper == "0")), "\(after.name)")
      }
    }
  }
}

private func distance(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }.squareRoot()
}
