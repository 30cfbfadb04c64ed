// The partition function of a large Boltzmann machine, estimated by annealed importance sampling.
//
// Chains run from a machine without weights, whose log Z is known, to the one in question through inverse temperatures
// β = 0 … 1; the ratio of unnormalised probabilities, gathered on the way, has the ratio of the partition functions as
// its mean:
//   log p*_β(v) = ((1 − β)b_A + βb)·v + Σⱼ log(1 + exp(β(vW + c)ⱼ)),   log wᵣ = Σₖ log p*ₖ(vₖ) − log p*ₖ₋₁(vₖ)
// Source: Neal 2001; Salakhutdinov, Murray 2008, section 4 (whose base-rate model b_A, fitted to the data, is used).
import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The inverse temperatures of a run.
public struct AnnealingSchedule: Sendable, Hashable {
  /// From 0 to 1, increasing.
  public let temperatures: [Double]
  /// As typed.
  public let text: String

  /// How it is typed.
  public static let form = "COUNT, or START:SPACING:END, … from 0 to 1 (0:1/1000:0.5, 0.5:1/10000:0.9, 0.9:1/100000:1)"

  /// From `1000` (so many evenly spaced), or ranges with a spacing each. Throws with the form.
  public init(_ text: String) throws(StrataError) {
    self.text = text
    if let count = Int(text) {
      guard (2...10_000_000).contains(count) else {
        throw StrataError("2 to 10000000 temperatures were expected, got \(count)", try: "--schedule 10000")
      }
      temperatures = (0..<count).map { Double($0) / Double(count - 1) }
      return
    }
    var all: [Double] = [0]
    for part in text.split(separator: ",") {
      let fields = part.split(separator: ":").map { AnnealingSchedule.number($0) }
      guard fields.count == 3, let start = fields[0], let spacing = fields[1], let end = fields[2],
        abs(start - (all.last ?? 0)) < 1e-9, spacing > 0, end > start, end <= 1, (end - start) / spacing < 1e7
      else {
        throw StrataError("a schedule is \(AnnealingSchedule.form); got '\(text)'", try: "--schedule 10000")
      }
      let count = max(1, Int(((end - start) / spacing).rounded()))
      for i in 1...count { all.append(start + (end - start) * Double(i) / Double(count)) }
    }
    guard all.last == 1, all.count > 1 else {
      throw StrataError("a schedule ends at 1; '\(text)' ends at \(all.last ?? 0)", try: "--schedule 10000")
    }
    temperatures = all
  }

  private static func number(_ text: Substring) -> Double? {
    let parts = text.trimmingSpaces.split(separator: "/")
    guard let first = parts.first.flatMap({ Double($0) }) else { return nil }
    if parts.count == 1 { return first }
    guard parts.count == 2, let second = Double(parts[1]), second != 0 else { return nil }
    return first / second
  }
}

extension Substring {
  fileprivate var trimmingSpaces: Substring {
    var rest = drop { $0 == " " }
    while rest.last == " " { rest.removeLast() }
    return rest
  }
}

/// A run of annealed importance sampling, one temperature at a time. A value; going on with a copy gives the same bits.
public struct AnnealedImportanceSampling: Sendable {
  public let machine: BoltzmannMachine
  public let schedule: AnnealingSchedule
  /// How many chains run side by side.
  public let runs: Int
  /// The temperature reached, an index.
  public private(set) var position = 0
  /// The log weight of each chain so far.
  public private(set) var logWeights: [Double]
  private let baseBias: Tensor
  private let baseLabelBias: Tensor
  private var random: RandomStream
  private var visible: Tensor
  private var labels = Tensor.empty
  /// vW + c of the present states.
  private var input = Tensor.empty
  private var scaled = Tensor.empty
  private var hidden = Tensor.empty
  private var bias = Tensor.empty

  /// `means` are the training data's mean inputs, `[visible]`: the base-rate model; nil for even odds.
  /// Throws for units that are not binary.
  public init(
    _ machine: BoltzmannMachine, means: Tensor?, runs: Int, schedule: AnnealingSchedule, seed: UInt64
  ) throws(StrataError) {
    guard machine.visibleUnits == .binary, machine.hiddenUnits == .binary else {
      throw StrataError("annealed importance sampling is for binary units on both sides")
    }
    guard (1...10_000).contains(runs) else { throw StrataError("1 to 10000 runs were expected, got \(runs)") }
    self.machine = machine
    self.schedule = schedule
    self.runs = runs
    random = RandomStream(seed: seed, name: "annealed importance sampling")
    logWeights = [Double](repeating: 0, count: runs)
    var base = Tensor([machine.visibleCount])
    if let means {
      for i in 0..<base.count {
        // A pixel that is never on must not have probability 0.
        let p = min(max(Double(means[flat: i]), 0.005), 0.995)
        base[flat: i] = Scalar(log(p / (1 - p)))
      }
    }
    baseBias = base
    baseLabelBias = Tensor(machine.labelBias.shape)
    visible = Tensor(Shape(rows: runs, columns: machine.visibleCount))
    drawVisible(beta: 0)
    computeInput()
  }

  public var isFinished: Bool { position == schedule.temperatures.count - 1 }
  /// The inverse temperature reached, 0 ... 1.
  public var temperature: Double { schedule.temperatures[position] }
  /// The part that is done, 0 ... 1.
  public var fraction: Double { Double(position) / Double(schedule.temperatures.count - 1) }

  /// Goes on to the next temperature: weighs, then moves every chain by one Gibbs step.
  public mutating func advance() {
    guard !isFinished else { return }
    let (old, new) = (schedule.temperatures[position], schedule.temperatures[position + 1])
    addLogProbabilities(beta: new, sign: 1)
    addLogProbabilities(beta: old, sign: -1)
    position += 1
    guard !isFinished else { return }
    scaled = input
    scaled.scale(by: Scalar(new))
    bias.resize(to: machine.hiddenBias.shape)
    bias.fill(0)
    random.sampleSigmoid(inPlace: &scaled, bias: bias, sample: &hidden)
    drawVisible(beta: new)
    computeInput()
  }

  /// log Z of the machine and the interval of three standard errors around Z (Salakhutdinov, Murray 2008, section 4.1):
  /// the lower end is −∞ where the weights spread that far. One chain alone tells nothing about its error.
  public var logPartition: (estimate: Double, low: Double, high: Double) {
    var sum = LogSum()
    for weight in logWeights { sum.add(weight) }
    let logMean = sum.value - log(Double(runs))
    var squares = 0.0
    for weight in logWeights {
      let ratio = exp(weight - logMean) - 1
      squares += ratio * ratio
    }
    let base = baseLogPartition + logMean
    guard runs > 1 else { return (base, -.infinity, .infinity) }
    let error = 3 * (squares / Double(runs - 1) / Double(runs)).squareRoot()
    return (base, error < 1 ? base + log(1 - error) : -.infinity, base + log(1 + error))
  }

  private var baseLogPartition: Double {
    var total = Double(machine.hiddenCount) * log(2)
    for i in 0..<baseBias.count { total += Activation.softplus.value(Double(baseBias[flat: i])) }
    if machine.classCount > 0 { total += log(Double(machine.classCount)) }
    return total
  }

  private mutating func computeInput() {
    machine.hiddenInput(visible, labels: labels, into: &input)
    Activation.identity.apply(inPlace: &input, bias: machine.hiddenBias)
  }

  /// log p*_β of the present states, added to or taken from the weights.
  private mutating func addLogProbabilities(beta: Double, sign: Double) {
    scaled = input
    scaled.scale(by: Scalar(beta))
    let columns = machine.hiddenCount
    let biases = mixed(baseBias, machine.visibleBias, beta)
    let labelBiases = machine.classCount > 0 ? mixed(baseLabelBias, machine.labelBias, beta) : .empty
    let (runs, classes, units) = (runs, machine.classCount, machine.visibleCount)
    scaled.withUnsafeMutableElements { x in
      ck_softplus_of(x.count, x.baseAddress, x.baseAddress)
      visible.withUnsafeElements { v in
        biases.withUnsafeElements { b in
          for row in 0..<runs {
            var value = ck_sum(columns, x.baseAddress! + row * columns)
            value += ck_dot(units, v.baseAddress! + row * units, b.baseAddress)
            for k in 0..<classes { value += Double(labels[flat: row * classes + k]) * Double(labelBiases[flat: k]) }
            logWeights[row] += sign * value
          }
        }
      }
    }
  }

  private func mixed(_ base: Tensor, _ own: Tensor, _ beta: Double) -> Tensor {
    var result = own
    result.scale(by: Scalar(beta))
    result.add(base, scale: Scalar(1 - beta))
    return result
  }

  /// v ~ σ((1 − β)b_A + β(b + hWᵀ)), and labels likewise. At β = 0 nothing but the base-rate model counts.
  private mutating func drawVisible(beta: Double) {
    let biases = mixed(baseBias, machine.visibleBias, beta)
    if beta > 0 {
      scaled.setProduct(hidden, machine.weight, transposingSecond: true, scale: Scalar(beta))
    } else {
      scaled.resize(to: Shape(rows: runs, columns: machine.visibleCount))
      scaled.fill(0)
    }
    random.sampleSigmoid(inPlace: &scaled, bias: biases, sample: &visible)
    guard machine.classCount > 0 else { return }
    var p = Tensor(Shape(rows: runs, columns: machine.classCount))
    if beta > 0 { p.setProduct(hidden, machine.labelWeight, transposingSecond: true, scale: Scalar(beta)) }
    Activation.softmax.apply(inPlace: &p, bias: mixed(baseLabelBias, machine.labelBias, beta))
    random.sampleClasses(p, into: &labels)
  }
}
