// Exact sums over all states of a small Boltzmann machine: its partition function and what it expects.
//
// Given the states of one side the other side's units are independent, so only the smaller side is enumerated:
//   over the hidden side   log p*(h) = c·h + Σᵢ log(1 + exp(bᵢ + (Wh)ᵢ)) + log Σₖ exp(dₖ + (Uh)ₖ)
//   over the visible side  log p*(v, y) = b·v + d·y + Σⱼ log(1 + exp(cⱼ + (vW + yU)ⱼ))
// Sums run in Double. Source: the definitions; Salakhutdinov, Murray 2008 use the same for small machines.
import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a machine expects of its units when it runs freely, exactly.
public struct ModelExpectations: Sendable {
  /// log Z, in nats.
  public var logPartition = 0.0
  /// ⟨v h⟩, `[visible, hidden]`, and the means ⟨v⟩ and ⟨h⟩.
  public var products = Tensor.empty
  public var visible = Tensor.empty
  public var hidden = Tensor.empty
  /// ⟨y h⟩, `[classes, hidden]`, and ⟨y⟩; empty without label units.
  public var labelProducts = Tensor.empty
  public var labels = Tensor.empty

  public init() {}
}

/// All states of the smaller side of a machine, a block at a time.
public struct Enumeration: Sendable {
  /// The most units that are enumerated: a million states.
  public static let maximumUnits = 20

  private enum Side { case hidden, visible }
  private let side: Side
  private let units: Int
  private let blockBits: Int

  /// Throws when both sides are too large, or their units are no binary ones.
  public init(_ machine: BoltzmannMachine) throws(StrataError) {
    let canHidden = machine.hiddenUnits == .binary && machine.hiddenCount <= Enumeration.maximumUnits
    let canVisible =
      machine.visibleUnits == .binary && machine.visibleCount <= Enumeration.maximumUnits
      && machine.hiddenUnits == .binary
    guard canHidden || canVisible else {
      throw StrataError(
        "all states can be counted where one side has at most \(Enumeration.maximumUnits) binary units; this machine has "
          + "\(machine.visibleCount) visible and \(machine.hiddenCount) hidden ones", try: "likelihood --runs 100")
    }
    side = canHidden && (!canVisible || machine.hiddenCount <= machine.visibleCount) ? .hidden : .visible
    units = side == .hidden ? machine.hiddenCount : machine.visibleCount
    blockBits = min(units, 9)
  }

  /// log Z = log Σ exp(−E), in nats.
  public func logPartition(of machine: BoltzmannMachine) -> Double {
    var sum = LogSum()
    forEachBlock(of: machine) { _, _, _, logs in for log in logs { sum.add(log) } }
    return sum.value
  }

  /// log Z and the expectations under the model, into tensors that are kept.
  public func expectations(of machine: BoltzmannMachine, into result: inout ModelExpectations) {
    result.logPartition = logPartition(of: machine)
    result.products.resize(to: machine.weight.shape)
    result.visible.resize(to: machine.visibleBias.shape)
    result.hidden.resize(to: machine.hiddenBias.shape)
    result.labelProducts.resize(to: machine.labelWeight.shape)
    result.labels.resize(to: machine.labelBias.shape)
    result.products.fill(0)
    result.visible.fill(0)
    result.hidden.fill(0)
    result.labelProducts.fill(0)
    result.labels.fill(0)
    let logPartition = result.logPartition
    var sums = Tensor.empty
    var weighted = Tensor.empty
    forEachBlock(of: machine) { visible, hidden, labels, logs in
      // Each row counts by its probability; it is multiplied into the side that carries expectations.
      weighted = side == .hidden ? visible : hidden
      scaleRows(&weighted, by: logs, logPartition)
      let (v, h) = side == .hidden ? (weighted, hidden) : (visible, weighted)
      result.products.setProduct(v, h, transposingFirst: true, accumulating: true)
      sums.setColumnSums(weighted)
      if side == .hidden { result.visible.add(sums) } else { result.hidden.add(sums) }
      weighted = side == .hidden ? hidden : visible
      scaleRows(&weighted, by: logs, logPartition)
      sums.setColumnSums(weighted)
      if side == .hidden { result.hidden.add(sums) } else { result.visible.add(sums) }
      if machine.classCount > 0 {
        weighted = labels
        scaleRows(&weighted, by: logs, logPartition)
        result.labelProducts.setProduct(weighted, hidden, transposingFirst: true, accumulating: true)
        sums.setColumnSums(weighted)
        result.labels.add(sums)
      }
    }
  }

  private func scaleRows(_ x: inout Tensor, by logs: [Double], _ logPartition: Double) {
    let columns = x.matrixExtents.columns
    x.withUnsafeMutableElements { x in
      for (row, log) in logs.enumerated() {
        let p = Scalar(exp(log - logPartition))
        for i in row * columns..<(row + 1) * columns { x[i] *= p }
      }
    }
  }

  /// Calls `body` with blocks of states: what is enumerated as 0 and 1, the other side as expectations, labels
  /// (expectations, or one-hot), and the unnormalised log probability of each row.
  private func forEachBlock(
    of machine: BoltzmannMachine,
    _ body: (_ visible: Tensor, _ hidden: Tensor, _ labels: Tensor, _ logs: [Double]) -> Void
  ) {
    let rows = 1 << blockBits
    var states = Tensor(Shape(rows: rows, columns: units))
    var labels = Tensor.empty
    for block in 0..<(1 << (units - blockBits)) {
      for row in 0..<rows {
        let code = block << blockBits | row
        for bit in 0..<units { states[flat: row * units + bit] = Scalar(code >> bit & 1) }
      }
      switch side {
      case .hidden: hiddenBlock(machine, states, &labels, body)
      case .visible:
        if machine.classCount == 0 {
          visibleBlock(machine, states, .empty, bias: 0, body)
        } else {
          for k in 0..<machine.classCount {
            labels.resize(to: Shape(rows: rows, columns: machine.classCount))
            labels.fill(0)
            for row in 0..<rows { labels[flat: row * machine.classCount + k] = 1 }
            visibleBlock(machine, states, labels, bias: Double(machine.labelBias[flat: k]), body)
          }
        }
      }
    }
  }

  private func hiddenBlock(
    _ machine: BoltzmannMachine, _ states: Tensor, _ labels: inout Tensor,
    _ body: (Tensor, Tensor, Tensor, [Double]) -> Void
  ) {
    let rows = states.matrixExtents.rows
    var input = Tensor.empty
    input.setProduct(states, machine.weight, transposingSecond: true)
    Activation.identity.apply(inPlace: &input, bias: machine.visibleBias)
    var logs = dots(states, machine.hiddenBias)
    let columns = machine.visibleCount
    for row in 0..<rows {
      var term = 0.0
      for i in 0..<columns {
        let a = Double(input[flat: row * columns + i])
        switch machine.visibleUnits {
        case .binary: term += Activation.softplus.value(a)
        case .gaussian:
          let b = Double(machine.visibleBias[flat: i])
          term += (a * a - b * b) / 2 + log(2 * Double.pi) / 2
        }
      }
      logs[row] += term
    }
    if machine.classCount > 0 {
      labels.setProduct(states, machine.labelWeight, transposingSecond: true)
      Activation.identity.apply(inPlace: &labels, bias: machine.labelBias)
      for row in 0..<rows {
        var sum = LogSum()
        for k in 0..<machine.classCount { sum.add(Double(labels[flat: row * machine.classCount + k])) }
        logs[row] += sum.value
      }
      Activation.softmax.apply(inPlace: &labels, bias: nil)
    }
    if machine.visibleUnits == .binary { Activation.sigmoid.apply(inPlace: &input, bias: nil) }
    body(input, states, labels, logs)
  }

  private func visibleBlock(
    _ machine: BoltzmannMachine, _ states: Tensor, _ labels: Tensor, bias: Double,
    _ body: (Tensor, Tensor, Tensor, [Double]) -> Void
  ) {
    var input = Tensor.empty
    machine.hiddenInput(states, labels: labels, into: &input)
    Activation.identity.apply(inPlace: &input, bias: machine.hiddenBias)
    var logs = dots(states, machine.visibleBias)
    let columns = machine.hiddenCount
    for row in logs.indices {
      logs[row] += bias
      for j in 0..<columns { logs[row] += Activation.softplus.value(Double(input[flat: row * columns + j])) }
    }
    Activation.sigmoid.apply(inPlace: &input, bias: nil)
    body(states, input, labels, logs)
  }

  private func dots(_ states: Tensor, _ bias: Tensor) -> [Double] {
    let (rows, columns) = states.matrixExtents
    return states.withUnsafeElements { s in
      bias.withUnsafeElements { b in
        (0..<rows).map { ck_dot(columns, s.baseAddress! + $0 * columns, b.baseAddress) }
      }
    }
  }
}

/// log Σ exp xᵢ, one number after another, without overflow.
struct LogSum: Sendable {
  private var greatest = -Double.infinity
  private var sum = 0.0

  mutating func add(_ x: Double) {
    if x > greatest {
      sum = sum * exp(greatest - x) + 1
      greatest = x
    } else if x > -.infinity {
      sum += exp(x - greatest)
    }
  }

  var value: Double { greatest + log(sum) }

  /// The quotient of two such sums, Σ exp xᵢ / Σ exp yᵢ.
  static func quotient(_ above: LogSum, _ below: LogSum) -> Double { exp(above.value - below.value) }
}

extension BoltzmannMachine {
  /// log Z in nats, exactly. Throws when neither side is small enough to be enumerated.
  public func logPartition() throws(StrataError) -> Double {
    let enumeration = try Enumeration(self)
    return enumeration.logPartition(of: self)
  }
}
