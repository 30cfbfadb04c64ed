// Convolutional Boltzmann machines against plain sums over all of their states, level by level and as a whole.
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A small convolutional machine of binary units, summed over all states of its blocks by loops in Double: every number
/// comes from E(v, h) itself.
struct BruteForceConvolution {
  let machine: ConvolutionalMachine
  private let weight: [Double]
  private let visibleBias: [Double]
  private let hiddenBias: [Double]
  /// All allowed states of the hidden units, `[row, column, map]`.
  let states: [[Double]]

  init(_ machine: ConvolutionalMachine) {
    self.machine = machine
    weight = machine.weight.elements.map(Double.init)
    visibleBias = machine.visibleBias.elements.map(Double.init)
    hiddenBias = machine.hiddenBias.elements.map(Double.init)
    let (units, block) = (machine.hidden, machine.block)
    var all = [[Double](repeating: 0, count: units.shape.elementCount)]
    for row in stride(from: 0, to: units.rows, by: block.rows) {
      for column in stride(from: 0, to: units.columns, by: block.columns) {
        for map in 0..<units.maps {
          all += all.flatMap { state in
            (0..<block.count).map { place in
              var on = state
              let (r, c) = (row + place / block.columns, column + place % block.columns)
              on[(r * units.columns + c) * units.maps + map] = 1
              return on
            }
          }
        }
      }
    }
    states = all
  }

  /// Calls `body` with the places of a hidden unit, a visible unit and the weight between them, for all such pairs.
  private func eachPair(_ body: (_ hidden: Int, _ visible: Int, _ weight: Int) -> Void) {
    let (units, picture) = (machine.hidden, machine.visible)
    for r in 0..<units.rows {
      for c in 0..<units.columns {
        for n in 0..<units.maps {
          for i in 0..<machine.kernelRows {
            for j in 0..<machine.kernelColumns {
              for m in 0..<picture.maps {
                body(
                  (r * units.columns + c) * units.maps + n, ((r + i) * picture.columns + c + j) * picture.maps + m,
                  ((i * machine.kernelColumns + j) * picture.maps + m) * units.maps + n)
              }
            }
          }
        }
      }
    }
  }

  /// −E(v, h).
  func goodness(_ v: [Double], _ h: [Double]) -> Double {
    var total = 0.0
    eachPair { total += h[$0] * v[$1] * weight[$2] }
    for (unit, on) in h.enumerated() { total += on * hiddenBias[unit % machine.maps] }
    for (unit, on) in v.enumerated() { total += on * visibleBias[unit % machine.visible.maps] }
    return total
  }

  /// What each visible unit gets from hidden states, with its bias.
  func visibleInput(_ h: [Double]) -> [Double] {
    var inputs = (0..<machine.visible.shape.elementCount).map { visibleBias[$0 % machine.visible.maps] }
    eachPair { inputs[$1] += h[$0] * weight[$2] }
    return inputs
  }

  /// P(h | v) of every state, as quotients of sums.
  func distribution(_ v: [Double]) -> [Double] {
    let weights = states.map { exp(goodness(v, $0)) }
    let total = weights.reduce(0, +)
    return weights.map { $0 / total }
  }

  func freeEnergy(_ v: [Double]) -> Double { -log(states.reduce(0) { $0 + exp(goodness(v, $1)) }) }

  /// log Z: the visible units are independent given the hidden ones.
  var logPartition: Double { log(states.reduce(0) { $0 + exp(mass($1)) }) }

  /// ln Σ over visible states of e^−E.
  private func mass(_ h: [Double]) -> Double {
    var total = visibleInput(h).reduce(0) { $0 + log(1 + exp($1)) }
    for (unit, on) in h.enumerated() { total += on * hiddenBias[unit % machine.maps] }
    return total
  }

  /// ∂/∂(W, b, c) of the mean log-likelihood of rows, in the machine's shapes.
  func gradient(_ rows: [[Double]]) -> (weight: [Double], visible: [Double], hidden: [Double]) {
    var (w, b, c) = (weight.map { _ in 0.0 }, visibleBias.map { _ in 0.0 }, hiddenBias.map { _ in 0.0 })
    func add(_ v: [Double], _ h: [Double], _ share: Double) {
      eachPair { w[$2] += share * h[$0] * v[$1] }
      for (unit, on) in v.enumerated() { b[unit % machine.visible.maps] += share * on }
      for (unit, on) in h.enumerated() { c[unit % machine.maps] += share * on }
    }
    for row in rows {
      for (state, p) in zip(states, distribution(row)) { add(row, state, p / Double(rows.count)) }
    }
    let logPartition = logPartition
    for state in states {
      let p = exp(mass(state) - logPartition)
      add(visibleInput(state).map { 1 / (1 + exp(-$0)) }, state, -p)
    }
    return (w, b, c)
  }
}

@Suite struct ConvolutionalMachineTests {
  /// A network over pictures whose numbers all are normal with a deviation.
  static func network(
    _ input: Shape, _ levels: [(maps: Int, kernel: String, block: String)], visible: VisibleUnits = .binary,
    deviation: Double = 0.7, seed: UInt64 = 1
  ) throws -> ConvolutionalBeliefNetwork {
    func plan(_ level: (maps: Int, kernel: String, block: String)) throws -> ConvolutionalBeliefNetwork.LevelPlan {
      try ConvolutionalBeliefNetwork.LevelPlan(maps: level.maps, kernel: level.kernel, block: level.block)
    }
    var first = try plan(levels[0])
    first.visibleUnits = visible
    var network = try ConvolutionalBeliefNetwork(inputShape: input, first, seed: seed)
    for level in levels.dropFirst() { try network.stack(plan(level)) }
    try network.setParameters(Machines.drawn(network.parameters, deviation: deviation, seed: seed))
    return network
  }

  /// Machines small enough to be counted: a block a map, units on their own, blocks that are no squares, two channels.
  static let small: [(Shape, (maps: Int, kernel: String, block: String))] = [
    ([4, 4], (2, "3x3", "2")), ([4, 4], (1, "3x3", "1")), ([3, 4], (2, "2x2", "2x3")), ([4, 3], (1, "3x2", "1x2")),
    ([2, 3, 2], (2, "1x2", "2x1")),
  ]

  static func rows(_ count: Int, _ size: Int) -> [[Double]] {
    var random = RandomStream(seed: 8, name: "pictures")
    return (0..<count).map { _ in (0..<size).map { _ in Double(random.word() & 1) } }
  }

  static func pictures(_ rows: [[Double]], _ shape: Shape) -> Tensor {
    Tensor(shape.batched(rows.count), elements: rows.flatMap { $0 }.map(Scalar.init))
  }

  @Test("probabilities, free energies and reconstructions are those of the energy", arguments: small.indices)
  func energy(index: Int) throws {
    let (shape, level) = Self.small[index]
    let network = try Self.network(shape, [level])
    let exact = BruteForceConvolution(network.levels[0])
    let rows = Self.rows(6, shape.elementCount)
    let x = Self.pictures(rows, shape)
    let belief = network.beliefs(x, through: 1)[0]
    let energies = network.levels[0].freeEnergies(x)
    let back = network.reconstruction(of: x)
    let machine = network.levels[0]
    let (units, blocks) = (machine.hidden, machine.pooled)
    for (row, v) in rows.enumerated() {
      let distribution = exact.distribution(v)
      let size = units.shape.elementCount
      var means = [Double](repeating: 0, count: size)
      var pooled = [Double](repeating: 0, count: blocks.shape.elementCount)
      for (state, p) in zip(exact.states, distribution) {
        for unit in 0..<size where state[unit] == 1 {
          means[unit] += p
          let (r, c) = (unit / units.maps / units.columns, unit / units.maps % units.columns)
          pooled[
            (r / machine.block.rows * blocks.columns + c / machine.block.columns) * units.maps + unit % units.maps] += p
        }
      }
      for unit in 0..<size { #expect(abs(Double(belief.hidden[flat: row * size + unit]) - means[unit]) < 1e-5) }
      for (unit, p) in pooled.enumerated() {
        #expect(abs(Double(belief.pooled[flat: row * pooled.count + unit]) - p) < 1e-5)
      }
      #expect(abs(energies[row] - exact.freeEnergy(v)) < 1e-4)
      for (place, input) in exact.visibleInput(means).enumerated() {
        #expect(abs(Double(back[flat: row * v.count + place]) - 1 / (1 + exp(-input))) < 1e-5)
      }
    }
  }

  private static func learner(
    _ network: ConvolutionalBeliefNetwork, _ rows: [[Double]], seed: UInt64, _ settings: [(String, String)]
  ) throws -> ConvolutionalContrastiveLearner {
    let shape = network.inputShape
    let store = SampleStore(sampleShape: shape, storage: .scalars(rows.flatMap { $0 }.map(Scalar.init)))
    let train = Samples(inputs: store, targets: .none)
    let data = DataSet(name: "rows", about: "made up", train: train, test: train.selecting([]))
    var learner = try ConvolutionalContrastiveLearner(data: data, model: network, seed: seed)
    let all = [("rate", "1"), ("momentum", "0"), ("decay", "0"), ("batch", "\(rows.count)"), ("shuffle", "no")]
    for (key, value) in all + settings { try learner.set(key, to: value) }
    return learner
  }

  /// How far the mean increment of many chains is from the gradient, in standard errors, with the increments as means over
  /// places.
  private func deviations(k: Int, repeats: Int, index: Int) throws -> Double {
    let (shape, level) = Self.small[index]
    let network = try Self.network(shape, [level], deviation: 0.9)
    let rows = Self.rows(12, shape.elementCount)
    let machine = network.levels[0]
    let exact = BruteForceConvolution(machine).gradient(rows)
    let places = Double(machine.hidden.rows * machine.hidden.columns)
    let pixels = Double(machine.visible.rows * machine.visible.columns)
    let expected =
      exact.weight.map { $0 / places } + exact.visible.map { $0 / pixels } + exact.hidden.map { $0 / places }
    var increments = RunningMean()
    for seed in 0..<repeats {
      var learner = try Self.learner(
        network, rows, seed: UInt64(seed), [("k", "\(k)"), ("visible", "sample")])
      learner.next()
      increments.add(
        ["weight", "visible.bias", "hidden.bias"].flatMap {
          learner.tensor(named: "level1.\($0).increment")?.tensor.elements.map(Double.init) ?? []
        })
    }
    return increments.deviations(from: expected, rounding: 1e-6)
  }

  @Test("long chains from the data tend to the gradient of the likelihood", arguments: [0, 2, 4])
  func gradient(index: Int) throws { #expect(try deviations(k: 60, repeats: 200, index: index) < 4.5) }

  @Test("one step from the data does not: the comparison can see a difference")
  func oneStep() throws { #expect(try deviations(k: 1, repeats: 4_000, index: 0) > 6) }

  @Test("the enumerated gradient is that of the enumerated likelihood", arguments: small.indices)
  func differences(index: Int) throws {
    let (shape, level) = Self.small[index]
    var network = try Self.network(shape, [level])
    let rows = Self.rows(3, shape.elementCount)
    func likelihood() -> Double {
      let exact = BruteForceConvolution(network.levels[0])
      return -rows.map { exact.freeEnergy($0) }.reduce(0, +) / 3 - exact.logPartition
    }
    let gradient = BruteForceConvolution(network.levels[0]).gradient(rows)
    let weight = try #require(network.parameters.first)
    for offset in [0, weight.tensor.count / 2, weight.tensor.count - 1] {
      let place = weight.tensor.position(of: offset)
      let before = weight.tensor[flat: offset]
      try network.setElement(of: "W", at: place, to: before + 0.01)
      let above = likelihood()
      try network.setElement(of: "W", at: place, to: before - 0.01)
      let below = likelihood()
      try network.setElement(of: "W", at: place, to: before)
      #expect(abs((above - below) / 0.02 - gradient.weight[offset]) < 1e-3 * max(1, abs(gradient.weight[offset])))
    }
  }

  @Test("learning raises the likelihood, and what is sparse stays sparse")
  func learning() throws {
    // A stroke of two anywhere in the picture: what is shared by all places.
    let rows = (0..<12).map { place -> [Double] in
      var picture = [Double](repeating: 0, count: 16)
      for step in 0..<2 { picture[place / 3 * 4 + place % 3 + step] = 1 }
      return picture
    }
    let network = try Self.network([4, 4], [(2, "3x3", "2")], deviation: 0.1)
    func likelihood(_ machine: ConvolutionalMachine) -> Double {
      let exact = BruteForceConvolution(machine)
      return -rows.map { exact.freeEnergy($0) }.reduce(0, +) / 12 - exact.logPartition
    }
    var learner = try Self.learner(network, rows, seed: 3, [("rate", "0.5")])
    let before = likelihood(learner.network.levels[0])
    for _ in 0..<1_500 { learner.next() }
    #expect(likelihood(learner.network.levels[0]) > before + 1.5)

    var sparse = try Self.learner(
      network, rows, seed: 3, [("rate", "0.1"), ("sparsity", "0.02"), ("sparsity-cost", "3")])
    for _ in 0..<1_500 { sparse.next() }
    let activity = try #require(sparse.tensor(named: "activity")?.tensor.elements)
    #expect(activity.allSatisfy { abs($0 - 0.02) < 0.02 }, "\(activity)")
  }

  @Test("what is passed up is what the unrolled network computes")
  func unrolled() throws {
    let network = try Self.network([9, 8], [(5, "2x3", "2x3"), (3, "2x2", "3x1")])
    var random = RandomStream(seed: 4, name: "pictures")
    var x = Tensor([7, 9, 8])
    random.fillUniform(&x, low: 0, high: 1)
    let layers = try network.unrolled(classes: 4)
    #expect(layers.layers.map(\.words).prefix(4) == ["conv 5 2x3", "probpool 2x3", "conv 3 2x2", "probpool 3x1"])
    let traces = layers.traces(for: x)
    for (layer, count) in [(1, 1), (3, 2)] {
      let passed = network.passUp(x, through: count)
      #expect(traces[layer].output.shape == passed.shape)
      for i in 0..<passed.count { #expect(abs(traces[layer].output[flat: i] - passed[flat: i]) < 1e-6) }
    }
    #expect(layers.outputShape == [4])
  }

  /// Why a machine over pictures of 8 by 8 is refused; nil where it is taken.
  private func refusal(maps: Int, kernel: String, block: String) -> StrataError? {
    do {
      let plan = try ConvolutionalBeliefNetwork.LevelPlan(maps: maps, kernel: kernel, block: block)
      _ = try ConvolutionalBeliefNetwork(inputShape: [8, 8], plan, seed: 1)
      return nil
    } catch { return error }
  }

  @Test("what does not fit is refused with what would")
  func refusals() throws {
    for (kernel, block, words) in [
      ("4x4", "2", "do not divide"), ("3x3", "4", "do not divide"), ("9x9", "2", "does not fit"),
      ("2x3", "5x1", "do not divide"), ("1x8", "9", "do not divide"),
    ] {
      let error = try #require(refusal(maps: 4, kernel: kernel, block: block), "\(kernel) in blocks of \(block)")
      #expect(error.problem.contains(words), "\(error)")
      // The suggestion, as typed, is taken.
      let typed = try #require(error.suggestion).split(separator: " ").map(String.init)
      let pool = typed.firstIndex(of: "--pool").map { typed[$0 + 1] } ?? "2"
      #expect(refusal(maps: 4, kernel: typed[2], block: pool.filter { $0 != ")" }) == nil, "\(error)")
    }
    #expect(throws: StrataError.self) { try Self.network([16], [(2, "3x3", "2")]) }
    #expect(throws: StrataError.self) { try Self.network([8, 8], [(2, "3x3", "2"), (2, "4x4", "1")]) }
  }

  @Test(
    "with the level above, and without it, half a picture is completed as the model says", arguments: [true, false])
  func topDown(listensAbove: Bool) throws {
    let network = try Self.network([4, 4], [(2, "3x3", "2"), (2, "1x1", "1")], deviation: 1.2, seed: 5)
    let given = Self.rows(1, 16)[0]
    let (lower, upper) = (BruteForceConvolution(network.levels[0]), BruteForceConvolution(network.levels[1]))
    // P(v) of the lower half by summing over everything: Σ over h₁, h₂ of e^−E. Pooling units are on where their block is;
    // the visible biases of the upper level have no part in the whole.
    let upperVisible = network.levels[1].visibleBias.elements.map(Double.init)
    func completed(_ listensAbove: Bool) -> [Double] {
      var sums = [Double](repeating: 0, count: 8)
      var total = 0.0
      for code in 0..<256 {
        let v = Array(given.prefix(8)) + BruteForce.bits(code, 8)
        for h in lower.states {
          let pooled = (0..<2).map { map in (0..<4).reduce(0.0) { $0 + h[$1 * 2 + map] } }
          var above = 1.0
          if listensAbove {
            let bias = zip(pooled, upperVisible).reduce(0.0) { $0 + $1.0 * $1.1 }
            above = upper.states.reduce(0.0) { $0 + exp(upper.goodness(pooled, $1) - bias) }
          }
          let weight = exp(lower.goodness(v, h)) * above
          total += weight
          for place in 0..<8 { sums[place] += weight * v[8 + place] }
        }
      }
      return sums.map { $0 / total }
    }
    let expected = completed(listensAbove)
    // The two answers differ, so that either could be missed.
    #expect(zip(expected, completed(!listensAbove)).contains { abs($0 - $1) > 0.05 })
    let start = Tensor([400, 16], elements: (0..<400).flatMap { _ in given.map(Scalar.init) })
    var dream = try Dream(
      network, labels: [Int?](repeating: nil, count: 400),
      clamps: [Clamp(.visible, first: 0, values: given.prefix(8).map(Scalar.init))], start: start,
      listensAbove: listensAbove, seed: 2)
    for _ in 0..<40 { dream.step() }
    // Each chain counts once: its own pictures hang together.
    var sums = [[Double]](repeating: [Double](repeating: 0, count: 8), count: 400)
    for _ in 0..<60 {
      dream.step()
      for chain in 0..<400 {
        for place in 0..<8 { sums[chain][place] += Double(dream.image[flat: chain * 16 + 8 + place]) / 60 }
        for place in 0..<8 { #expect(dream.image[flat: chain * 16 + place] == Scalar(given[place])) }
      }
    }
    var means = RunningMean()
    for chain in sums { means.add(chain) }
    #expect(means.deviations(from: expected) < 4.5)
  }
}
