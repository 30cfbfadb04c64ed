// Symbolic differentiation: the rules of the calculus, one a case.

extension ExpressionTree {
  /// Thrown where a derivative would pass the bounds.
  struct TooLong: Error {}

  /// d/dv. The constructors simplify as they build.
  func derivative(by v: Expression.Variable) throws(TooLong) -> ExpressionTree {
    guard uses(v) else { return .zero }
    let result = try rule(v)
    var size = 0
    guard result.isWithin(size: &size, depth: 0) else { throw TooLong() }
    return result
  }

  private func rule(_ v: Expression.Variable) throws(TooLong) -> ExpressionTree {
    switch self {
    case .number, .constant: return .zero
    case .variable(let variable): return variable == v ? .one : .zero
    case .sum(let terms):
      var parts: [ExpressionTree] = []
      for term in terms { parts.append(try term.derivative(by: v)) }
      return .adding(parts)
    case .product(let factors):
      // (a b c)' = a' b c + a b' c + a b c'
      var terms: [ExpressionTree] = []
      var size = 0
      for (index, factor) in factors.enumerated() where factor.uses(v) {
        var parts = factors
        parts[index] = try factor.derivative(by: v)
        let term = ExpressionTree.multiplying(parts)
        guard term.isWithin(size: &size, depth: 0) else { throw TooLong() }
        terms.append(term)
      }
      return .adding(terms)
    case .power(let base, let exponent):
      if !exponent.uses(v) {
        // (u^c)' = c u^(c−1) u'
        let lower = ExpressionTree.raising(base, to: .subtracting(exponent, .one))
        return .multiplying([exponent, lower, try base.derivative(by: v)])
      }
      let growth = ExpressionTree.calling(.log, base)
      if !base.uses(v) { return .multiplying([self, growth, try exponent.derivative(by: v)]) }
      // (u^w)' = u^w (w' log u + w u'/u)
      let first = ExpressionTree.multiplying([try exponent.derivative(by: v), growth])
      let second = ExpressionTree.dividing(.multiplying([exponent, try base.derivative(by: v)]), by: base)
      return .multiplying([self, .adding([first, second])])
    case .call(let function, let argument):
      return .multiplying([outer(function, argument), try argument.derivative(by: v)])
    case .choose(let choice, let a, let b):
      let (da, db) = (try a.derivative(by: v), try b.derivative(by: v))
      // 1 where a is the one chosen.
      let isFirst = ExpressionTree.calling(.step, choice == .min ? .subtracting(b, a) : .subtracting(a, b))
      return .adding([.multiplying([isFirst, da]), .multiplying([.subtracting(.one, isFirst), db])])
    }
  }

  /// f'(u).
  private func outer(_ function: Function, _ u: ExpressionTree) -> ExpressionTree {
    switch function {
    case .sin: .calling(.cos, u)
    case .cos: .negating(.calling(.sin, u))
    case .tan: .raising(.calling(.cos, u), to: .number(-2))
    case .exp: self
    case .log: .dividing(.one, by: u)
    case .sqrt: .dividing(.one, by: .multiplying([.number(2), self]))
    case .abs: .calling(.sign, u)
    case .tanh: .subtracting(.one, .raising(self, to: .number(2)))
    case .sigmoid: .multiplying([self, .subtracting(.one, self)])
    case .relu: .calling(.step, u)
    case .step, .sign, .floor: .zero
    }
  }
}
