// Optimisers: what is done with a gradient. Each rule is a pure function of (gradient, parameter, memory); what it
// remembers between updates mirrors the parameters and is part of every snapshot.
import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The rule of an update. Formulas as in PyTorch, so that numbers can be compared; e is the gradient with penalties.
public enum UpdateRule: String, CaseIterable, Sendable {
  /// W ← W − ε e (Robbins, Monro 1951)
  case sgd
  /// V ← μV + e; W ← W − ε V (Polyak 1964)
  case momentum
  /// V ← μV + e; W ← W − ε (e + μV) (Nesterov 1983; Sutskever et al. 2013)
  case nesterov
  /// S ← S + e²; W ← W − ε e / (√S + η) (Duchi, Hazan, Singer 2011)
  case adagrad
  /// S ← ρS + (1 − ρ)e²; W ← W − ε e / (√S + η) (Tieleman, Hinton 2012)
  case rmsprop
  /// V ← β₁V + (1 − β₁)e; S ← β₂S + (1 − β₂)e²; W ← W − ε V′ / (√S′ + η), V′ = V/(1 − β₁ᵗ), S′ = S/(1 − β₂ᵗ)
  /// (Kingma, Ba 2015)
  case adam

  var kernel: ck_optimizer {
    switch self {
    case .sgd: ck_sgd
    case .momentum: ck_momentum
    case .nesterov: ck_nesterov
    case .adagrad: ck_adagrad
    case .rmsprop: ck_rmsprop
    case .adam: ck_adam
    }
  }

  /// Whether it remembers a mean of gradients, and a mean of squares.
  public var remembersGradients: Bool { self == .momentum || self == .nesterov || self == .adam }
  public var remembersSquares: Bool { self == .adagrad || self == .rmsprop || self == .adam }

  /// The line of the listing.
  public var formula: String {
    switch self {
    case .sgd: "W ← W − ε∇W"
    case .momentum: "V ← μV + ∇W;  W ← W − εV"
    case .nesterov: "V ← μV + ∇W;  W ← W − ε(∇W + μV)"
    case .adagrad: "S ← S + ∇W²;  W ← W − ε∇W/(√S + η)"
    case .rmsprop: "S ← ρS + (1−ρ)∇W²;  W ← W − ε∇W/(√S + η)"
    case .adam: "V ← β₁V + (1−β₁)∇W;  S ← β₂S + (1−β₂)∇W²;  W ← W − εV′/(√S′ + η)"
    }
  }

  /// The rate that usually works to begin with.
  public var usualRate: Double {
    switch self {
    case .sgd, .momentum, .nesterov: 0.1
    case .adagrad: 0.01
    case .rmsprop, .adam: 0.001
    }
  }

  /// The decay of squares that is usual: PyTorch's.
  var usualSquareDecay: Double { self == .rmsprop ? 0.99 : 0.999 }
}

/// How the rate changes over the epochs.
public enum RateSchedule: Hashable, Sendable {
  case constant
  /// Times `factor` every `every` epochs.
  case step(every: Int, factor: Double)
  /// Times `factor` each epoch, smoothly.
  case exponential(factor: Double)
  /// From the rate to 0 along half a cosine over `epochs`, then 0 (Loshchilov, Hutter 2017, one period).
  case cosine(epochs: Double)

  /// How it is typed.
  public static let form = "constant, step:EPOCHS:FACTOR, exponential:FACTOR, or cosine:EPOCHS"

  /// From what was typed. Throws with the forms.
  public init(_ text: String) throws(StrataError) {
    let parts = text.split(separator: ":").map(String.init)
    switch parts.first ?? "" {
    case "constant" where parts.count == 1: self = .constant
    case "step" where parts.count == 3:
      guard let every = Int(parts[1]), every > 0, let factor = Double(parts[2]), factor > 0, factor.isFinite else {
        throw StrataError("step wants whole epochs and a factor over 0, got '\(text)'", try: "set schedule step:10:0.5")
      }
      self = .step(every: every, factor: factor)
    case "exponential" where parts.count == 2:
      guard let factor = Double(parts[1]), factor > 0, factor.isFinite else {
        throw StrataError("exponential wants a factor over 0, got '\(text)'", try: "set schedule exponential:0.95")
      }
      self = .exponential(factor: factor)
    case "cosine" where parts.count == 2:
      guard let epochs = Double(parts[1]), epochs > 0, epochs.isFinite else {
        throw StrataError("cosine wants a number of epochs, got '\(text)'", try: "set schedule cosine:50")
      }
      self = .cosine(epochs: epochs)
    default:
      throw StrataError("a schedule is \(RateSchedule.form); got '\(text)'", try: "set schedule step:10:0.5")
    }
  }

  /// As it would be typed.
  public var text: String {
    switch self {
    case .constant: "constant"
    case .step(let every, let factor): "step:\(every):\(factor)"
    case .exponential(let factor): "exponential:\(factor)"
    case .cosine(let epochs): "cosine:\(epochs)"
    }
  }

  /// The factor on the rate after so many epochs, fractions included.
  public func factor(epoch: Double) -> Double {
    switch self {
    case .constant: 1
    case .step(let every, let factor): pow(factor, (epoch / Double(every)).rounded(.down))
    case .exponential(let factor): pow(factor, epoch)
    case .cosine(let epochs): epoch >= epochs ? 0 : 0.5 * (1 + cos(Double.pi * epoch / epochs))
    }
  }
}

/// A rule with its numbers and its memory.
public struct Optimizer: Sendable {
  public var rule: UpdateRule
  /// ε, before the schedule.
  public var rate: Double
  public var schedule = RateSchedule.constant
  /// μ of momentum and Nesterov.
  public var momentum = 0.9
  /// β₁ of Adam.
  public var beta1 = 0.9
  /// β₂ of Adam, ρ of RMSprop.
  public var beta2: Double
  /// η, which keeps the division finite.
  public var epsilon: Double
  /// Weight penalties: ½·l2·ΣW² and l1·Σ|W| are added to the cost of weights (not of biases).
  public var l1 = 0.0
  public var l2 = 0.0
  /// Updates made: Adam's t.
  public internal(set) var updates = 0
  /// What is remembered, a tensor a parameter, in the order of the layers; empty where the rule has none.
  public internal(set) var first: [[Tensor]] = []
  public internal(set) var second: [[Tensor]] = []

  public init(_ rule: UpdateRule, rate: Double? = nil) {
    self.rule = rule
    self.rate = rate ?? rule.usualRate
    beta2 = rule.usualSquareDecay
    epsilon = rule == .adagrad ? 1e-10 : 1e-8
  }

  /// Forgets what was remembered; the next update begins afresh with the parameters' shapes.
  public mutating func forget() {
    updates = 0
    first = []
    second = []
  }

  /// One update of all layers from the gradients that `traces` hold. `epoch` is where the schedule stands.
  mutating func update(_ layers: inout [any Layer], traces: [LayerTrace], epoch: Double) {
    updates += 1
    if first.count != layers.count || second.count != layers.count { makeMemory(for: layers) }
    let rate = Scalar(self.rate * schedule.factor(epoch: epoch))
    for index in layers.indices {
      for p in traces[index].parameterGradients.indices {
        update(&layers[index].parameters[p], gradient: traces[index].parameterGradients[p], rate: rate, index, p)
      }
    }
  }

  /// One update of a single parameter that belongs to no layer.
  mutating func update(_ parameter: inout Parameter, gradient: Tensor, epoch: Double) {
    updates += 1
    if first.isEmpty || second.isEmpty {
      let shape = parameter.value.shape
      first = [[rule.remembersGradients ? Tensor(shape) : .empty]]
      second = [[rule.remembersSquares ? Tensor(shape) : .empty]]
    }
    update(&parameter, gradient: gradient, rate: Scalar(rate * schedule.factor(epoch: epoch)), 0, 0)
  }

  /// One update of parameters that belong to no layer, from a gradient each.
  mutating func update(_ parameters: inout [Parameter], gradients: [Tensor], epoch: Double) {
    updates += 1
    if first.isEmpty || second.isEmpty {
      first = [parameters.map { rule.remembersGradients ? Tensor($0.value.shape) : .empty }]
      second = [parameters.map { rule.remembersSquares ? Tensor($0.value.shape) : .empty }]
    }
    let rate = Scalar(self.rate * schedule.factor(epoch: epoch))
    for p in parameters.indices { update(&parameters[p], gradient: gradients[p], rate: rate, 0, p) }
  }

  /// Another rule begins with its own usual numbers and remembers nothing; schedule and penalties stay.
  mutating func change(to rule: UpdateRule, keepingRate: Bool) {
    guard rule != self.rule else { return }
    var new = Optimizer(rule, rate: keepingRate ? rate : nil)
    new.momentum = momentum
    new.schedule = schedule
    new.l1 = l1
    new.l2 = l2
    self = new
  }

  private mutating func update(_ parameter: inout Parameter, gradient: Tensor, rate: Scalar, _ layer: Int, _ p: Int) {
    let penalized = parameter.isPenalized
    let (rule, momentum, beta1, beta2, epsilon, t) = (
      self.rule, self.momentum, self.beta1, self.beta2, self.epsilon, updates
    )
    let (l1, l2) = penalized ? (self.l1, self.l2) : (0, 0)
    func apply(_ first: UnsafeMutablePointer<Scalar>?, _ second: UnsafeMutablePointer<Scalar>?) {
      gradient.withUnsafeElements { g in
        parameter.value.withUnsafeMutableElements { w in
          ck_update(
            rule.kernel, w.count, w.baseAddress, g.baseAddress, first, second, rate, Scalar(momentum), Scalar(beta1),
            Scalar(beta2), Scalar(epsilon), Int64(t), Scalar(l1), Scalar(l2))
        }
      }
    }
    switch (rule.remembersGradients, rule.remembersSquares) {
    case (false, false): apply(nil, nil)
    case (true, false): first[layer][p].withUnsafeMutableElements { apply($0.baseAddress, nil) }
    case (false, true): second[layer][p].withUnsafeMutableElements { apply(nil, $0.baseAddress) }
    case (true, true):
      first[layer][p].withUnsafeMutableElements { v in
        second[layer][p].withUnsafeMutableElements { s in apply(v.baseAddress, s.baseAddress) }
      }
    }
  }

  private mutating func makeMemory(for layers: [any Layer]) {
    func zeros(_ wanted: Bool) -> [[Tensor]] {
      layers.map { layer in layer.parameters.map { wanted ? Tensor($0.value.shape) : .empty } }
    }
    first = zeros(rule.remembersGradients)
    second = zeros(rule.remembersSquares)
  }
}
