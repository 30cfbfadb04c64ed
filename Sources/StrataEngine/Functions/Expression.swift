// Functions that a user types: `sin(3*x)+0.3*x^2`.
//
// The text is parsed into a tree (ExpressionTree.swift, ExpressionParser.swift) in which sums and products are flat lists and
// like terms are collected, so that what is printed back is tidy and derivatives stay readable. For evaluation the tree is
// compiled once into a flat program for a stack machine (ExpressionProgram.swift), in double precision.
//
// Hostile text can exhaust neither the stack nor the memory: the text, the depth of the tree and the size of a derivative
// are bounded.

/// A real function of x and y, typed or derived.
public struct Expression: Sendable, Hashable, CustomStringConvertible {
  /// What a function may depend on. `x1` and `x2` are other names for `x` and `y`.
  public enum Variable: String, Sendable, Hashable, CaseIterable {
    case x, y
  }

  /// The most characters of a typed expression.
  public static let maximumLength = 1000
  /// The deepest nesting of a typed expression, in parentheses, functions and powers.
  static let maximumDepth = 60
  /// The bounds of a derivative: so many numbers, variables and functions, and so deep.
  static let maximumDerivativeSize = 4000
  static let maximumDerivativeDepth = 250

  let tree: ExpressionTree
  private let program: ExpressionProgram

  /// Parses numbers, `x` and `y`, `pi` and `e`, `+ - * / ^`, parentheses, and the functions in `functionNames`.
  ///
  /// Powers associate to the right and bind closer than a sign: `-x^2` is `-(x^2)`. A product may leave its sign out where a
  /// number or a closing parenthesis stands before a name or an opening one: `3x`, `2sin(x)`, `(x+1)(x-1)`.
  /// Throws with the column and what was expected there.
  public init(_ text: String) throws(StrataError) {
    var parser = try ExpressionParser(text)
    self.init(tree: try parser.parse())
  }

  init(tree: ExpressionTree) {
    self.tree = tree
    program = ExpressionProgram(tree)
  }

  /// The functions that an expression may use, in the order to list them.
  public static var functionNames: [String] {
    ExpressionTree.Function.allCases.map(\.rawValue) + ExpressionTree.Choice.allCases.map(\.rawValue)
  }

  /// The value; nan or infinite where the function has none.
  public func evaluate(x: Double, y: Double = 0) -> Double { program.evaluate(x: x, y: y) }

  /// The derivative by a variable, simplified: `sin(3*x)` gives `3*cos(3*x)`.
  ///
  /// Where a function has a kink or a step, the derivative is that of the right-hand side at the kink for `relu`, 0 for `abs`,
  /// and 0 wherever `step`, `sign` and `floor` are flat, their jumps included. Throws when it would be absurdly long.
  public func derivative(by variable: Variable) throws(StrataError) -> Expression {
    do {
      return Expression(tree: try tree.derivative(by: variable))
    } catch {
      throw StrataError("the derivative of \(shortened) by \(variable.rawValue) is too long to be written down")
    }
  }

  /// Whether the value depends on the variable, as far as its being written shows.
  public func uses(_ variable: Variable) -> Bool { tree.uses(variable) }

  /// The expression in tidy form, which parses to the same expression again: `sin(3*x) + 0.3*x^2`.
  public var description: String { tree.text }

  private var shortened: String {
    let text = description
    return text.count <= 60 ? text : text.prefix(59) + "…"
  }

  /// Whether two expressions are the same once both are simplified.
  public static func == (left: Expression, right: Expression) -> Bool { left.tree == right.tree }
  /// Hashes what `==` compares.
  public func hash(into hasher: inout Hasher) { hasher.combine(tree) }
}
