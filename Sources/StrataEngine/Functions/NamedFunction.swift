// Functions with names: curves to fit and surfaces to descend.
//
// Each is an expression like any that a user types, so that its derivatives exist and it can be printed.

/// A function of one or two variables, with the range in which it is interesting.
public struct NamedFunction: Sendable, Hashable {
  /// The word typed: `sine`, `rosenbrock`.
  public let name: String
  /// One line for lists and help.
  public let summary: String
  /// The expression as it would be typed.
  public let text: String
  /// The range of x in which it is interesting.
  public let xRange: ClosedRange<Double>
  /// nil for a function of x alone.
  public let yRange: ClosedRange<Double>?
  /// Where the smallest values are, as far as they are known in closed form: x, and y.
  public let minima: [SIMD2<Double>]

  init(
    _ name: String, _ summary: String, _ text: String, x: ClosedRange<Double>, y: ClosedRange<Double>? = nil,
    minima: [SIMD2<Double>] = []
  ) {
    self.name = name
    self.summary = summary
    self.text = text
    xRange = x
    yRange = y
    self.minima = minima
  }

  /// The parsed expression. Throws only if the table below were wrong.
  public func expression() throws(StrataError) -> Expression { try Expression(text) }

  /// The function of a name; nil where there is none.
  public static func named(_ name: String) -> NamedFunction? { all.first { $0.name == name } }

  /// All of them: curves first, then surfaces, easy ones before hard ones.
  public static let all: [NamedFunction] = [
    NamedFunction("line", "a straight line", "0.5*x + 0.2", x: -1...1),
    NamedFunction("parabola", "one minimum, at 0.5", "(x - 0.5)^2", x: -2...3, minima: [[0.5, 0]]),
    NamedFunction("sine", "one wave to each side", "sin(x)", x: -6.5...6.5),
    NamedFunction("step", "a jump at 0", "step(x)", x: -1...1),
    NamedFunction("bump", "a bell", "exp(-(2*x)^2)", x: -2...2),
    NamedFunction("sawtooth", "rises and jumps back", "x - floor(x)", x: -2...2),
    NamedFunction("triangle", "rises and falls in straight lines", "abs(2*(x/2 - floor(x/2 + 0.5)))", x: -2...2),
    NamedFunction("polynomial", "a quartic with two minima", "x^4 - 2*x^2 + 0.3*x", x: -1.6...1.6),
    NamedFunction("chirp", "a wave that grows faster", "sin(2*x^2)", x: 0...3.5),
    NamedFunction("wiggle", "a parabola with waves: many minima", "sin(3*x) + 0.3*x^2", x: -4...4),
    NamedFunction("plane", "a tilted plane", "0.5*x - 0.3*y", x: -1...1, y: -1...1),
    NamedFunction("bowl", "round, one minimum at the origin", "x^2 + y^2", x: -2...2, y: -2...2, minima: [[0, 0]]),
    NamedFunction(
      "valley", "a long bowl, ten times as steep across", "0.1*x^2 + y^2", x: -4...4, y: -2...2, minima: [[0, 0]]),
    NamedFunction("saddle", "down one way, up the other", "x^2 - y^2", x: -2...2, y: -2...2),
    NamedFunction("monkey", "a saddle with three valleys", "x^3 - 3*x*y^2", x: -1.5...1.5, y: -1.5...1.5),
    NamedFunction(
      "ripples", "rings around a hill", "cos(4*sqrt(x^2 + y^2 + 0.01))*exp(-(x^2 + y^2)/4)", x: -3...3, y: -3...3),
    NamedFunction(
      "rosenbrock", "a curved valley, minimum at 1, 1 (Rosenbrock 1960, with 10 for 100)",
      "(1 - x)^2 + 10*(y - x^2)^2", x: -2...2, y: -1...3, minima: [[1, 1]]),
    NamedFunction(
      "himmelblau", "four minima of the same depth (Himmelblau 1972)", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", x: -5...5,
      y: -5...5,
      minima: [
        [3, 2], [-2.805118086952745, 3.131312518250573], [-3.779310253377747, -3.283185991286170],
        [3.584428340330492, -1.848126526964404],
      ]),
    NamedFunction(
      "rastrigin", "a bowl full of hollows (Rastrigin 1974)", "20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)",
      x: -3...3, y: -3...3, minima: [[0, 0]]),
  ]
}
