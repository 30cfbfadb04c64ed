// A function of one or two variables and a point on it: the smallest model there is, for seeing what a gradient is.

/// A point on the graph of a function, to be moved downhill.
public struct FunctionModel: Model {
  public static let keyword = "function"

  public let function: Expression
  /// ∂f/∂x and, where the function has a y, ∂f/∂y.
  public let derivatives: [Expression]
  /// What to draw: one range a variable.
  public let ranges: [ClosedRange<Double>]
  /// The point, `[1]` or `[2]`.
  public internal(set) var position: Parameter

  /// Throws when the function cannot be differentiated, or the start has another number of coordinates.
  public init(_ function: Expression, start: [Double], ranges: [ClosedRange<Double>]) throws(StrataError) {
    let variables: [Expression.Variable] = function.uses(.y) ? [.x, .y] : [.x]
    guard start.count == variables.count, start.allSatisfy(\.isFinite) else {
      throw StrataError(
        "\(function) is a function of \(variables.count == 2 ? "x and y" : "x"), so a start has \(variables.count) "
          + "finite number\(variables.count == 1 ? "" : "s"); got \(start.map { "\($0)" }.joined(separator: ","))",
        try: variables.count == 2 ? "--start 1,1" : "--start 1")
    }
    self.function = function
    var derivatives: [Expression] = []
    for variable in variables { derivatives.append(try function.derivative(by: variable)) }
    self.derivatives = derivatives
    self.ranges = ranges
    position = Parameter(
      "position", symbol: "p", axes: ["coordinate"], isPenalized: false,
      Tensor([start.count], elements: start.map { Scalar($0) }))
  }

  /// The point as two numbers; y is 0 for functions of one variable.
  public var point: (x: Double, y: Double) {
    (Double(position.value[0]), derivatives.count > 1 ? Double(position.value[1]) : 0)
  }

  public var parts: [ModelPart] {
    [
      ModelPart(
        index: 1, words: "f = \(function)", name: "point", inputShape: [derivatives.count], outputShape: [1],
        parameterCount: derivatives.count)
    ]
  }

  public var parameters: [NamedTensor] {
    [NamedTensor("position", symbol: "p", role: .parameter, axes: position.axes, position.value)]
  }

  public mutating func setParameters(_ tensors: [NamedTensor]) throws(StrataError) {
    for given in tensors {
      guard given.name == "position", given.tensor.shape == position.value.shape else {
        throw StrataError("a function has one parameter, position, of shape \(position.value.shape); got \(given.name)")
      }
      position.value = given.tensor
    }
  }

  public mutating func setElement(of name: String, at place: [Int], to value: Scalar) throws(StrataError) {
    guard name == "position" || name == "p" else {
      throw StrataError("only position can be set here, not \(name)", try: "set weight position[0] 1")
    }
    guard value.isFinite else { throw StrataError("a position must be a finite number, got \(value)") }
    try position.value.shape.check(place, of: "position")
    position.value.set(value, at: place)
  }
}
