/// What a tensor is for. Views pick a picture by role and rank and know no layer type.
public enum TensorRole: String, Sendable, CaseIterable {
  /// Learned: weights and biases.
  case parameter
  /// The derivative of the cost by something.
  case gradient
  /// What a layer puts out, or an input.
  case activation
  /// Numbers in [0, 1] that are probabilities of units or classes.
  case probability
  /// States drawn from probabilities.
  case sample
  /// What an optimiser remembers between updates.
  case moment
  /// What the output should be.
  case target
  /// Anything else that is worth a look: masks, means, errors.
  case statistic
}

/// A tensor that can be looked at: how everything inside a learner is offered to views and commands.
public struct NamedTensor: Sendable {
  /// The full name, as typed: `layer1.weight`, `layer1.weight.gradient`, `layer2.output`, `v0`.
  public var name: String
  /// The short sign that the listing uses: `W1`, `∇W1`, `h1`. The name itself where there is none.
  public var symbol: String
  public var role: TensorRole
  /// The meaning of each axis, outermost first: `["batch", "out"]`.
  public var axes: [String]
  public var tensor: Tensor

  public init(_ name: String, symbol: String? = nil, role: TensorRole, axes: [String], _ tensor: Tensor) {
    self.name = name
    self.symbol = symbol ?? name
    self.role = role
    self.axes = axes
    self.tensor = tensor
  }
}
