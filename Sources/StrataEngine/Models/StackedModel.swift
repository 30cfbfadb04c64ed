// Models that are built and trained level by level from the input up, and can be turned into a network that is told.

/// A stack of machines, each of which learns from what the one below makes of its input.
public protocol StackedModel: Model {
  /// How many levels there are.
  var levelCount: Int { get }
  /// The weights on the way up as a network of layers, for supervised fine-tuning; `classes` puts a softmax layer on it.
  /// Throws for units that no layer has.
  func unrolled(classes: Int) throws(StrataError) -> Network
}

extension BeliefNetwork: StackedModel {
  public var levelCount: Int { levels.count }
}
