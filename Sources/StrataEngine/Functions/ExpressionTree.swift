// The tree of an expression, and the constructors that keep it simple.
//
// Sums and products are flat. A quotient is a product with a power of −1, a difference a sum with a product of −1; the
// printer puts them back. Every tree is built by the static functions below, which fold numbers, drop zeros and ones, and
// collect like terms and like factors; `indirect` cases are never built directly elsewhere.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

indirect enum ExpressionTree: Hashable, Sendable {
  case number(Double)
  case constant(Constant)
  case variable(Expression.Variable)
  case sum([ExpressionTree])
  case product([ExpressionTree])
  case power(ExpressionTree, ExpressionTree)
  case call(Function, ExpressionTree)
  case choose(Choice, ExpressionTree, ExpressionTree)

  enum Constant: String, CaseIterable, Sendable {
    case pi, e
    var value: Double { self == .pi ? Double.pi : exp(1) }
  }

  /// Functions of one argument.
  enum Function: String, CaseIterable, Sendable {
    case sin, cos, tan, exp, log, sqrt, abs, tanh, sigmoid, relu, step, sign, floor

    func callAsFunction(_ x: Double) -> Double {
      switch self {
      case .sin: sine(x)
      case .cos: cosine(x)
      case .tan: tangent(x)
      case .exp: exponential(x)
      case .log: logarithm(x)
      case .sqrt: x.squareRoot()
      case .abs: x.magnitude
      case .tanh: hyperbolicTangent(x)
      case .sigmoid: 1 / (1 + exponential(-x))
      case .relu: x < 0 ? 0 : x
      // As the threshold unit has it: 1 from 0 on.
      case .step: x >= 0 ? 1 : x < 0 ? 0 : x
      case .sign: x > 0 ? 1 : x < 0 ? -1 : x
      case .floor: x.rounded(.down)
      }
    }
  }

  /// Functions of two arguments.
  enum Choice: String, CaseIterable, Sendable {
    case min, max

    func callAsFunction(_ a: Double, _ b: Double) -> Double {
      if a.isNaN || b.isNaN { return .nan }
      return (self == .min) == (a <= b) ? a : b
    }
  }

  static let zero = ExpressionTree.number(0)
  static let one = ExpressionTree.number(1)

  /// The number, where it is one.
  var number: Double? {
    if case .number(let value) = self { return value }
    return nil
  }

  func uses(_ wanted: Expression.Variable) -> Bool {
    switch self {
    case .number, .constant: false
    case .variable(let variable): variable == wanted
    case .sum(let parts), .product(let parts): parts.contains { $0.uses(wanted) }
    case .power(let a, let b), .choose(_, let a, let b): a.uses(wanted) || b.uses(wanted)
    case .call(_, let argument): argument.uses(wanted)
    }
  }

  /// Whether the tree stays within the bounds of a derivative. `size` counts the parts seen so far.
  func isWithin(size: inout Int, depth: Int) -> Bool {
    size += 1
    if size > Expression.maximumDerivativeSize || depth > Expression.maximumDerivativeDepth { return false }
    switch self {
    case .number, .constant, .variable: return true
    case .sum(let parts), .product(let parts):
      for part in parts where !part.isWithin(size: &size, depth: depth + 1) { return false }
      return true
    case .power(let a, let b), .choose(_, let a, let b):
      return a.isWithin(size: &size, depth: depth + 1) && b.isWithin(size: &size, depth: depth + 1)
    case .call(_, let argument): return argument.isWithin(size: &size, depth: depth + 1)
    }
  }
}

// The mathematics library's functions under names that the cases above do not hide.
private func sine(_ x: Double) -> Double { sin(x) }
private func cosine(_ x: Double) -> Double { cos(x) }
private func tangent(_ x: Double) -> Double { tan(x) }
private func exponential(_ x: Double) -> Double { exp(x) }
private func logarithm(_ x: Double) -> Double { log(x) }
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }

extension ExpressionTree {
  /// The sum of terms: flat, like terms collected, the number last.
  static func adding(_ terms: [ExpressionTree]) -> ExpressionTree {
    var constant = Ratio(0)
    var collected: [(rest: ExpressionTree, factor: Ratio)] = []
    var places: [ExpressionTree: Int] = [:]
    func add(_ term: ExpressionTree) {
      if case .sum(let parts) = term { return parts.forEach(add) }
      let (factor, rest) = term.split
      // a − (b − c) is a − b + c; other numbers stay in front of their parentheses.
      if case .sum(let parts) = rest, factor.numerator == -1, factor.denominator == 1 {
        return parts.forEach { add(negating($0)) }
      }
      if rest == .one {
        constant = constant + factor
      } else if let place = places[rest] {
        collected[place].factor = collected[place].factor + factor
      } else {
        places[rest] = collected.count
        collected.append((rest, factor))
      }
    }
    terms.forEach(add)
    var parts = collected.filter { !$0.factor.isZero }.map { $0.factor.tree(times: $0.rest) }
    if !constant.isZero || parts.isEmpty { parts.append(constant.tree(times: .one)) }
    return parts.count == 1 ? parts[0] : .sum(parts)
  }

  /// The product of factors: flat, numbers in front, whole powers of the same base collected.
  static func multiplying(_ factors: [ExpressionTree]) -> ExpressionTree {
    var ratio = Ratio(1)
    var collected: [(base: ExpressionTree, exponent: Double?)] = []
    var places: [ExpressionTree: Int] = [:]
    func add(_ factor: ExpressionTree) {
      if case .product(let parts) = factor { return parts.forEach(add) }
      if let value = factor.number { return ratio = ratio * Ratio(value) }
      var base = factor
      var exponent: Double? = 1
      if case .power(let inner, let power) = factor {
        if let value = power.number, value == value.rounded(), value.magnitude < 1e6 {
          if value == -1, let divisor = inner.number, divisor != 0 { return ratio = ratio * Ratio(1, divisor) }
          base = inner
          exponent = value
        } else {
          exponent = nil
        }
      }
      guard let exponent else { return collected.append((factor, nil)) }
      if let place = places[base], let present = collected[place].exponent {
        collected[place].exponent = present + exponent
      } else {
        places[base] = collected.count
        collected.append((base, exponent))
      }
    }
    factors.forEach(add)
    if ratio.isZero { return .zero }
    // What stands above the fraction's line comes first, as it will be written.
    var parts: [ExpressionTree] = []
    for isBelow in [false, true] {
      for (base, exponent) in collected where ((exponent ?? 1) < 0) == isBelow && exponent != 0 {
        parts.append(exponent.map { raising(base, to: .number($0)) } ?? base)
      }
    }
    if parts.contains(where: { $0.number != nil }) { return multiplying([ratio.tree(times: .one)] + parts) }
    return ratio.tree(times: parts.isEmpty ? .one : parts.count == 1 ? parts[0] : .product(parts))
  }

  /// A power; folded where both are numbers and the exponent or the result is a whole one.
  static func raising(_ base: ExpressionTree, to exponent: ExpressionTree) -> ExpressionTree {
    if let power = exponent.number {
      if power == 0 { return .one }
      if power == 1 { return base }
      if let value = base.number {
        let result = pow(value, power)
        let isExact = result == result.rounded() || (power > 0 && power == power.rounded())
        if isExact, result.magnitude < 1e15 { return .number(result) }
      }
      if case .power(let inner, let first) = base, let first = first.number,
        first == first.rounded(), power == power.rounded(), (first * power).magnitude < 1e6
      {
        return raising(inner, to: .number(first * power))
      }
    }
    if base == .one { return .one }
    // 1/(a b) = 1/a · 1/b, so that factors can be collected across a fraction's line.
    if case .product(let factors) = base, exponent.number == -1 {
      return multiplying(factors.map { raising($0, to: exponent) })
    }
    return .power(base, exponent)
  }

  static func dividing(_ numerator: ExpressionTree, by denominator: ExpressionTree) -> ExpressionTree {
    multiplying([numerator, raising(denominator, to: .number(-1))])
  }

  static func negating(_ tree: ExpressionTree) -> ExpressionTree { multiplying([.number(-1), tree]) }

  static func subtracting(_ a: ExpressionTree, _ b: ExpressionTree) -> ExpressionTree { adding([a, negating(b)]) }

  /// A function's value; folded where the argument is a number and the result a whole one.
  static func calling(_ function: Function, _ argument: ExpressionTree) -> ExpressionTree {
    if let value = argument.number {
      let result = function(value)
      if result == result.rounded(), result.magnitude < 1e15 { return .number(result) }
    }
    if function == .log, argument == .constant(.e) { return .one }
    return .call(function, argument)
  }

  static func choosing(_ choice: Choice, _ a: ExpressionTree, _ b: ExpressionTree) -> ExpressionTree {
    if let first = a.number, let second = b.number { return .number(choice(first, second)) }
    return a == b ? a : .choose(choice, a, b)
  }

  /// The tree as a number times the rest; the rest is 1 for a number.
  var split: (factor: Ratio, rest: ExpressionTree) {
    if let value = number { return (Ratio(value), .one) }
    guard case .product(let parts) = self else { return (Ratio(1), self) }
    var ratio = Ratio(1)
    var rest: [ExpressionTree] = []
    for part in parts {
      if let value = part.number {
        ratio = ratio * Ratio(value)
      } else if case .power(let base, .number(-1)) = part, let divisor = base.number, divisor != 0 {
        ratio = ratio * Ratio(1, divisor)
      } else {
        rest.append(part)
      }
    }
    return (ratio, rest.isEmpty ? .one : rest.count == 1 ? rest[0] : .product(rest))
  }
}

/// A number as numerator and denominator, so that `x/3` stays `x/3`. The denominator is a whole number above 0 without a
/// divisor in common with a whole numerator.
struct Ratio {
  var numerator: Double
  var denominator: Double

  init(_ numerator: Double, _ denominator: Double = 1) {
    func isWhole(_ value: Double) -> Bool { value == value.rounded() && value.magnitude < 0x1p53 }
    guard isWhole(numerator), isWhole(denominator) else {
      self.numerator = numerator / denominator
      self.denominator = 1
      return
    }
    var (a, b) = (numerator.magnitude, denominator.magnitude)
    while b != 0 { (a, b) = (b, a.truncatingRemainder(dividingBy: b)) }
    let divisor = denominator < 0 ? -a : a
    self.numerator = numerator / divisor
    self.denominator = denominator / divisor
  }

  var isZero: Bool { numerator == 0 }

  static func * (a: Ratio, b: Ratio) -> Ratio {
    Ratio(a.numerator * b.numerator, a.denominator * b.denominator)
  }

  static func + (a: Ratio, b: Ratio) -> Ratio {
    Ratio(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator)
  }

  /// The ratio times a tree that has no number of its own in front.
  func tree(times rest: ExpressionTree) -> ExpressionTree {
    var parts: [ExpressionTree] = []
    if numerator != 1 || (rest == .one && denominator == 1) { parts.append(.number(numerator)) }
    if case .product(let factors) = rest { parts += factors } else if rest != .one { parts.append(rest) }
    if denominator != 1 { parts.append(.power(.number(denominator), .number(-1))) }
    return parts.count == 1 ? parts[0] : .product(parts)
  }
}
