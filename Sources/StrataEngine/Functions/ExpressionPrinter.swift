// An expression put back into writing: differences and quotients where the tree has products with −1 and powers of −1.

extension ExpressionTree {
  /// How closely the outermost operation of a text binds.
  private enum Binding: Int, Comparable {
    case sum, sign, product, power, atom
    static func < (a: Binding, b: Binding) -> Bool { a.rawValue < b.rawValue }
  }

  /// The text, which parses to this tree again.
  var text: String { written.text }

  /// The tree without its minus sign, where it is a negative number or a product with one in front.
  var negated: ExpressionTree? {
    switch self {
    case .number(let value): return value < 0 ? .number(-value) : nil
    case .product(let factors):
      guard case .number(let value)? = factors.first, value < 0 else { return nil }
      let rest = (value == -1 ? [] : [ExpressionTree.number(-value)]) + factors.dropFirst()
      return rest.count == 1 ? rest[0] : .product(rest)
    default: return nil
    }
  }

  /// The factors above and below a fraction's line.
  var fraction: (above: [ExpressionTree], below: [ExpressionTree]) {
    guard case .product(let factors) = self else { return ([self], []) }
    var above: [ExpressionTree] = []
    var below: [ExpressionTree] = []
    for factor in factors {
      if case .power(let base, .number(let exponent)) = factor, exponent < 0 {
        let divisor = exponent == -1 ? base : .power(base, .number(-exponent))
        below.insert(divisor, at: divisor.number == nil ? below.count : 0)
      } else {
        above.append(factor)
      }
    }
    return (above, below)
  }

  private var written: (text: String, binding: Binding) {
    switch self {
    case .number(let value):
      return (ExpressionTree.text(of: value), value < 0 || value.sign == .minus ? .sign : .atom)
    case .constant(let constant): return (constant.rawValue, .atom)
    case .variable(let variable): return (variable.rawValue, .atom)
    case .sum(let terms):
      var text = terms[0].written.text
      for term in terms.dropFirst() {
        if let positive = term.negated {
          text += " - " + positive.inside(.sign)
        } else {
          text += " + " + term.inside(.sign)
        }
      }
      return (text, .sum)
    case .product:
      if let positive = negated { return ("-" + positive.inside(.product), .sign) }
      let (above, below) = fraction
      let numerator = above.isEmpty ? "1" : above.map { $0.inside(.product) }.joined(separator: "*")
      if below.isEmpty { return (numerator, .product) }
      let denominator = below.map { $0.inside(below.count == 1 ? .power : .product) }.joined(separator: "*")
      return (numerator + "/" + (below.count == 1 ? denominator : "(\(denominator))"), .product)
    case .power(let base, .number(let exponent)) where exponent < 0:
      let denominator = exponent == -1 ? base : .power(base, .number(-exponent))
      return ("1/" + denominator.inside(.power), .product)
    case .power(let base, let exponent): return (base.inside(.atom) + "^" + exponent.inside(.power), .power)
    case .call(let function, let argument): return ("\(function.rawValue)(\(argument.text))", .atom)
    case .choose(let choice, let a, let b): return ("\(choice.rawValue)(\(a.text), \(b.text))", .atom)
    }
  }

  /// The text, in parentheses unless it binds at least as closely as the place asks for.
  private func inside(_ place: Binding) -> String {
    let (text, binding) = written
    return binding >= place ? text : "(\(text))"
  }

  /// The shortest digits that give the number again: `2`, `0.3`, `1e-05`.
  static func text(of value: Double) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
