// Models that keep their parameters as tensors at known places: named, looked at, replaced and saved by one list.

/// Where a parameter lives in a model, with its names.
public struct ParameterPlace<Root> {
  /// `level1.weight`, as typed and saved.
  public var name: String
  /// The listing's sign: `W1`.
  public var symbol: String
  public var axes: [String]
  public var path: WritableKeyPath<Root, Tensor>

  public init(_ name: String, _ symbol: String, _ axes: [String], _ path: WritableKeyPath<Root, Tensor>) {
    self.name = name
    self.symbol = symbol
    self.axes = axes
    self.path = path
  }
}

/// A model that is no stack of layers but has a list of places.
public protocol PlacedModel: Model {
  /// Every parameter, from the input up.
  var places: [ParameterPlace<Self>] { get }
}

extension PlacedModel {
  public var parameters: [NamedTensor] {
    places.map { NamedTensor($0.name, symbol: $0.symbol, role: .parameter, axes: $0.axes, self[keyPath: $0.path]) }
  }

  public mutating func setParameters(_ tensors: [NamedTensor]) throws(StrataError) { try replaceParameters(tensors) }

  /// Replaces parameters by name, all or none.
  mutating func replaceParameters(_ tensors: [NamedTensor]) throws(StrataError) {
    var new = self
    for given in tensors {
      guard let place = places.first(where: { $0.name == given.name || $0.symbol == given.name }) else {
        throw StrataError(
          "this \(kind) has no parameter \(given.name); it has \(places.map(\.name).joined(separator: ", "))",
          try: "network")
      }
      let shape = new[keyPath: place.path].shape
      guard shape == given.tensor.shape else {
        throw StrataError("\(given.name) is \(shape); the given one is \(given.tensor.shape)", try: "network")
      }
      new[keyPath: place.path] = given.tensor
    }
    self = new
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    guard let place = places.first(where: { $0.name == name || $0.symbol == name }) else {
      throw StrataError(
        "only parameters can be set, and there is none called \(name); there are "
          + places.map(\.name).joined(separator: ", "), try: "set weight \(places[0].name)[0,0] 0.5")
    }
    guard value.isFinite else { throw StrataError("a weight must be a finite number, got \(value)") }
    try self[keyPath: place.path].shape.check(position, of: name)
    self[keyPath: place.path].set(value, at: position)
  }
}
