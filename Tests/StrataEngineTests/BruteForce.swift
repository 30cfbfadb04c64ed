// A small Boltzmann machine summed over all of its states by plain loops in Double: what the engine's answers are held
// against. Nothing here factorises; every number comes from E(v, y, h) itself.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A machine of binary units (and label units) as lists of numbers.
struct BruteForce {
  var weight: [[Double]]
  var visibleBias: [Double]
  var hiddenBias: [Double]
  /// One row a class; empty without label units.
  var labelWeight: [[Double]]
  var labelBias: [Double]

  init(_ machine: BoltzmannMachine) {
    weight = BruteForce.rows(machine.weight)
    visibleBias = machine.visibleBias.elements.map(Double.init)
    hiddenBias = machine.hiddenBias.elements.map(Double.init)
    labelWeight = machine.classCount > 0 ? BruteForce.rows(machine.labelWeight) : []
    labelBias = machine.labelBias.elements.map(Double.init)
  }

  static func rows(_ matrix: Tensor) -> [[Double]] {
    (0..<matrix.shape[0]).map { row in (0..<matrix.shape[1]).map { Double(matrix[row, $0]) } }
  }

  /// The state with this code: bit i is unit i.
  static func bits(_ code: Int, _ count: Int) -> [Double] { (0..<count).map { Double(code >> $0 & 1) } }

  var visibleCount: Int { visibleBias.count }
  var hiddenCount: Int { hiddenBias.count }
  var classCount: Int { labelBias.count }
  var visibleStates: [[Double]] { (0..<1 << visibleCount).map { BruteForce.bits($0, visibleCount) } }
  var hiddenStates: [[Double]] { (0..<1 << hiddenCount).map { BruteForce.bits($0, hiddenCount) } }
  /// All labels as one-hot rows; a single empty row without label units.
  var labelStates: [[Double]] {
    classCount == 0 ? [[]] : (0..<classCount).map { k in (0..<classCount).map { $0 == k ? 1 : 0 } }
  }

  /// −E(v, y, h).
  func goodness(_ v: [Double], _ y: [Double], _ h: [Double]) -> Double {
    var total = 0.0
    for (i, x) in v.enumerated() {
      total += x * visibleBias[i]
      for (j, state) in h.enumerated() { total += x * weight[i][j] * state }
    }
    for (j, state) in h.enumerated() { total += state * hiddenBias[j] }
    for (k, on) in y.enumerated() {
      total += on * labelBias[k]
      for (j, state) in h.enumerated() { total += on * labelWeight[k][j] * state }
    }
    return total
  }

  /// Σ exp(−E) over the hidden states.
  func mass(_ v: [Double], _ y: [Double]) -> Double { hiddenStates.reduce(0) { $0 + exp(goodness(v, y, $1)) } }
  /// Σ exp(−E) over labels and hidden states.
  func mass(_ v: [Double]) -> Double { labelStates.reduce(0) { $0 + mass(v, $1) } }
  /// Z.
  var partition: Double { visibleStates.reduce(0) { $0 + mass($1) } }
  /// P(v), in the order of the codes.
  var visibleDistribution: [Double] {
    let masses = visibleStates.map { mass($0) }
    let total = masses.reduce(0, +)
    return masses.map { $0 / total }
  }

  /// Mean log P(v, y) of rows; without label units mean log P(v).
  func meanLogLikelihood(_ rows: [(v: [Double], y: [Double])]) -> Double {
    rows.reduce(0) { $0 + log(mass($1.v, $1.y)) } / Double(rows.count) - log(partition)
  }

  /// P(h = 1 | v, y), unit by unit, as a quotient of sums.
  func hiddenMeans(_ v: [Double], _ y: [Double]) -> [Double] {
    let masses = hiddenStates.map { exp(goodness(v, y, $0)) }
    let total = masses.reduce(0, +)
    return (0..<hiddenCount).map { j in
      zip(hiddenStates, masses).reduce(0) { $0 + $1.0[j] * $1.1 } / total
    }
  }

  /// P(v = 1 | h), unit by unit, as a quotient of sums.
  func visibleMeans(_ h: [Double]) -> [Double] {
    let masses = visibleStates.map { v in exp(goodness(v, [], h)) }
    let total = masses.reduce(0, +)
    return (0..<visibleCount).map { i in zip(visibleStates, masses).reduce(0) { $0 + $1.0[i] * $1.1 } / total }
  }

  /// The probability of a state of independent units.
  static func probability(of state: [Double], _ means: [Double]) -> Double {
    zip(state, means).reduce(1) { $0 * ($1.0 == 1 ? $1.1 : 1 - $1.1) }
  }
}

/// Makers of small machines and data.
enum Machines {
  /// A network of one machine whose weights and biases all are normal with a deviation.
  static func network(
    visible: Int, hidden: Int, classes: Int = 0, deviation: Double = 1, visibleUnits: VisibleUnits = .binary,
    hiddenUnits: HiddenUnits = .binary, seed: UInt64 = 1
  ) throws -> BeliefNetwork {
    var plan = BeliefNetwork.LevelPlan(hidden: hidden)
    plan.classes = classes
    plan.visibleUnits = visibleUnits
    plan.hiddenUnits = hiddenUnits
    var network = try BeliefNetwork(inputShape: [visible], plan, seed: seed)
    try network.setParameters(Machines.drawn(network.parameters, deviation: deviation, seed: seed))
    return network
  }

  /// The same tensors with normal numbers.
  static func drawn(_ parameters: [NamedTensor], deviation: Double, seed: UInt64) -> [NamedTensor] {
    var random = RandomStream(seed: seed, name: "a machine to test")
    return parameters.map { named in
      var tensor = named.tensor
      random.fillNormal(&tensor, mean: 0, deviation: Scalar(deviation))
      return NamedTensor(named.name, role: .parameter, axes: named.axes, tensor)
    }
  }

  /// Samples of given rows, all for training and none for testing; with classes 0, 1, 2, 0, … where these are wanted.
  static func data(_ rows: [[Double]], classes: Int = 0) -> DataSet {
    let store = SampleStore(sampleShape: [rows[0].count], storage: .scalars(rows.flatMap { $0 }.map(Scalar.init)))
    let targets: Targets =
      classes == 0
      ? .none : .classes(labels: rows.indices.map { Int32($0 % classes) }, names: (0..<classes).map { "class \($0)" })
    let train = Samples(inputs: store, targets: targets)
    return DataSet(name: "rows", about: "made up", train: train, test: train.selecting([]))
  }

  /// A matrix of given rows.
  static func tensor(_ rows: [[Double]]) -> Tensor {
    Tensor(Shape(rows: rows.count, columns: rows[0].count), elements: rows.flatMap { $0 }.map(Scalar.init))
  }
}

/// Mean and standard error of numbers that come in lists of one length, element by element.
struct RunningMean {
  private var sums: [Double] = []
  private var squares: [Double] = []
  private var count = 0.0

  mutating func add(_ values: [Double]) {
    if sums.isEmpty { (sums, squares) = (values.map { _ in 0 }, values.map { _ in 0 }) }
    for (i, value) in values.enumerated() {
      sums[i] += value
      squares[i] += value * value
    }
    count += 1
  }

  var mean: [Double] { sums.map { $0 / count } }
  var standardError: [Double] {
    zip(sums, squares).map { sum, square in
      max(0, square / count - sum / count * sum / count).squareRoot() / (count - 1).squareRoot()
    }
  }

  /// The largest distance from what was expected, in standard errors; `rounding` is forgiven besides.
  func deviations(from expected: [Double], rounding: Double = 1e-9) -> Double {
    var largest = 0.0
    for (i, e) in standardError.enumerated() { largest = max(largest, abs(mean[i] - expected[i]) / (e + rounding)) }
    return largest
  }
}
