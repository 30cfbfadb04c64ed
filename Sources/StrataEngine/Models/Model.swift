// What is learned, apart from how: a stack of layers, later machines and belief networks too.

/// One part of a model as the laboratory lists it: a layer with its shapes and what it holds.
public struct ModelPart: Hashable, Sendable {
  /// Counted from 1, as commands name it.
  public var index: Int
  /// The words that would add it again: `dense 64 relu`.
  public var words: String
  /// `layer1`: the first component of its tensors' names.
  public var name: String
  /// Shapes of one sample; nil while they are not known (no data yet).
  public var inputShape: Shape?
  public var outputShape: Shape?
  /// Numbers that are learned.
  public var parameterCount: Int

  public init(
    index: Int, words: String, name: String, inputShape: Shape?, outputShape: Shape?, parameterCount: Int
  ) {
    self.index = index
    self.words = words
    self.name = name
    self.inputShape = inputShape
    self.outputShape = outputShape
    self.parameterCount = parameterCount
  }
}

/// What is learned: parameters with names, arranged in parts.
public protocol Model: Sendable {
  /// `network`, `rbm`, …: how the laboratory calls it.
  static var keyword: String { get }
  /// The same for this very one, where it depends: a belief network of one level is an `rbm`.
  var kind: String { get }
  /// The parts from the input up.
  var parts: [ModelPart] { get }
  /// All parameters, as they can be saved: role `.parameter`.
  var parameters: [NamedTensor] { get }
  /// Replaces parameters by name, all or none. Throws when a name is unknown or a shape differs; unnamed ones stay.
  mutating func setParameters(_ tensors: [NamedTensor]) throws(StrataError)
  /// Replaces one number.
  mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError)
  /// Draws all weights afresh from a seed.
  mutating func initialize(seed: UInt64)
  /// Makes the model fit other data where it can. Returns the numbers of parts that had to be made afresh; throws when
  /// it cannot, and then nothing has changed.
  mutating func adapt(to data: DataSet) throws(StrataError) -> [Int]
}

extension Model {
  public var kind: String { Self.keyword }
  /// The kind with its article, for sentences.
  public var described: String { (["rbm", "autoencoder"].contains(kind) ? "an " : "a ") + kind }
  public mutating func initialize(seed: UInt64) {}
  public mutating func adapt(to data: DataSet) throws(StrataError) -> [Int] { [] }
  /// Whether it can be asked about these data as it stands. A model stays when data come that it cannot take.
  public func takes(_ data: DataSet) -> Bool {
    var probe = self
    return (try? probe.adapt(to: data))?.isEmpty ?? false
  }
  /// Numbers that are learned, in all parts.
  public var parameterCount: Int { parts.reduce(0) { $0 + $1.parameterCount } }
}
