// A stack of layers from the input up: built, changed and looked at layer by layer.
//
// Layers know their parameters once the input's shape is known; before that the stack is only a plan. Changing the
// stack keeps the weights of every layer whose input and output stay what they were.

/// A feed-forward network: layers in a row.
public struct Network: Model {
  public static let keyword = "network"

  /// The shape of one input sample; nil while there are no data.
  public private(set) var inputShape: Shape?
  /// The layers from the input up.
  public internal(set) var layers: [any Layer] = []
  /// The shape of each layer's output sample; empty while the input's shape is not known.
  public private(set) var outputShapes: [Shape] = []
  /// The seed from which weights are drawn, one stream a layer.
  public private(set) var seed: UInt64

  /// An empty stack.
  public init(inputShape: Shape? = nil, seed: UInt64 = 1) {
    self.inputShape = inputShape
    self.seed = seed
  }

  /// A stack of given layers, with fresh weights. Throws when shapes do not fit.
  public init(inputShape: Shape, layers: [any Layer], seed: UInt64 = 1) throws(StrataError) {
    self.init(inputShape: inputShape, seed: seed)
    for layer in layers { try insert(layer, at: self.layers.count + 1) }
  }

  /// The shape of one output sample: the last layer's, or the input's without layers.
  public var outputShape: Shape? { outputShapes.last ?? inputShape }

  /// Whether what comes out on top are maps that layers have made, not the input as it is.
  public var endsInMaps: Bool {
    // Layers that keep the shape, as dropout does, are passed over, also while no shape is known.
    let last = layers.last {
      $0 is Convolution || $0 is any PoolingLayer || $0 is Dense || $0 is Flatten || $0 is any RecurrentLayer
    }
    return last is Convolution || last is any PoolingLayer
  }

  /// What the axes of a batch of a layer's outputs mean, index from 0. Layers that keep the shape keep its meaning.
  func outputAxes(_ index: Int) -> [String] {
    let shape = outputShapes[index]
    let maker = layers[...index].last { !($0 is Dropout || $0 is ActivationLayer || $0 is BatchNormalization) }
    return shape.rank == 2 && (maker is any RecurrentLayer || maker is Dense)
      ? ["batch", "time", "out"] : MapShape.axes(shape)
  }

  /// Puts a layer in so that it becomes number `position` (1 is at the input, count + 1 on top), with fresh weights.
  /// Returns the numbers of the layers above that had to be made afresh because their input changed.
  @discardableResult
  public mutating func insert(_ layer: any Layer, at position: Int) throws(StrataError) -> [Int] {
    guard position >= 1, position <= layers.count + 1 else {
      throw StrataError("a place from 1 to \(layers.count + 1) was expected, got \(position)", try: "network")
    }
    var new = self
    new.layers.insert(layer, at: position - 1)
    let fresh = try new.fit(renewing: position)
    self = new
    return fresh.filter { $0 != position }
  }

  /// Takes out layer number `position`. Returns the layers above that had to be made afresh.
  @discardableResult
  public mutating func remove(at position: Int) throws(StrataError) -> [Int] {
    try check(position)
    var new = self
    new.layers.remove(at: position - 1)
    let fresh = try new.fit(renewing: nil)
    self = new
    return fresh
  }

  /// Replaces layer number `position`. Keeps its weights when only the activation differs. Returns the layers that
  /// were made afresh.
  @discardableResult
  public mutating func change(at position: Int, to layer: any Layer) throws(StrataError) -> [Int] {
    try check(position)
    var new = self
    let old = layers[position - 1]
    new.layers[position - 1] = layer
    // Whoever asks for another start wants one.
    let wantsOtherStart = Network.start(layer).map { $0 != Network.start(old) } ?? false
    if type(of: old) == type(of: layer), !old.parameters.isEmpty, !wantsOtherStart,
      let input = inputShape(of: position)
    {
      var candidate = layer
      var stream = RandomStream(seed: seed, name: "initialize layer \(position)")
      candidate.initialize(for: input, random: &stream)
      if candidate.parameters.map(\.value.shape) == old.parameters.map(\.value.shape) {
        candidate.parameters = old.parameters
        candidate.buffers = old.buffers
        new.layers[position - 1] = candidate
      }
    }
    let fresh = try new.fit(renewing: nil)
    self = new
    return fresh
  }

  /// What a layer's words say of how its weights begin; nil where they say nothing.
  private static func start(_ layer: any Layer) -> Substring? {
    let words = layer.words.split(separator: " ")
    return words.firstIndex(of: "--init").flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
  }

  /// Tells the stack what its input will be. Returns the layers that were made afresh. Throws, and changes nothing,
  /// when a layer cannot take what comes to it.
  @discardableResult
  public mutating func setInputShape(_ shape: Shape?) throws(StrataError) -> [Int] {
    if shape == inputShape { return [] }
    var new = self
    new.inputShape = shape
    let fresh = try new.fit(renewing: nil)
    self = new
    return fresh
  }

  public mutating func adapt(to data: DataSet) throws(StrataError) -> [Int] { try setInputShape(data.inputShape) }

  /// Draws all weights afresh from a seed.
  public mutating func initialize(seed: UInt64) {
    self.seed = seed
    guard inputShape != nil else { return }
    for index in layers.indices { initializeLayer(index) }
  }

  private func check(_ position: Int) throws(StrataError) {
    guard layers.indices.contains(position - 1) else {
      throw StrataError(
        layers.isEmpty
          ? "the network has no layers yet" : "layers are numbered 1 to \(layers.count); there is no layer \(position)",
        try: layers.isEmpty ? "add dense 16 relu" : "network")
    }
  }

  /// The shape of one sample at the input of layer `position`; nil while it is not known.
  public func inputShape(of position: Int) -> Shape? {
    position == 1 ? inputShape : (outputShapes.indices.contains(position - 2) ? outputShapes[position - 2] : nil)
  }

  private mutating func initializeLayer(_ index: Int) {
    guard let shape = index == 0 ? inputShape : outputShapes[index - 1] else { return }
    var stream = RandomStream(seed: seed, name: "initialize layer \(index + 1)")
    layers[index].initialize(for: shape, random: &stream)
  }

  /// Works out all shapes and makes weights afresh where they no longer fit.
  private mutating func fit(renewing position: Int?) throws(StrataError) -> [Int] {
    guard let inputShape else {
      outputShapes = []
      return []
    }
    var fresh: [Int] = []
    var shape = inputShape
    var shapes: [Shape] = []
    for index in layers.indices {
      let output: Shape
      do {
        output = try layers[index].outputShape(for: shape)
      } catch {
        throw StrataError("layer \(index + 1): \(error.problem)", try: error.suggestion)
      }
      shapes.append(output)
      outputShapes = shapes
      var candidate = layers[index]
      var stream = RandomStream(seed: seed, name: "initialize layer \(index + 1)")
      candidate.initialize(for: shape, random: &stream)
      let fits =
        candidate.parameters.map(\.value.shape) == layers[index].parameters.map(\.value.shape)
        && candidate.buffers.map(\.value.shape) == layers[index].buffers.map(\.value.shape)
      if !fits || index + 1 == position {
        layers[index] = candidate
        if !candidate.parameters.isEmpty { fresh.append(index + 1) }
      }
      shape = output
    }
    outputShapes = shapes
    return fresh
  }

  public var parts: [ModelPart] {
    layers.enumerated().map { index, layer in
      ModelPart(
        index: index + 1, words: layer.words, name: "layer\(index + 1)", inputShape: inputShape(of: index + 1),
        outputShape: outputShapes.indices.contains(index) ? outputShapes[index] : nil,
        parameterCount: layer.parameterCount)
    }
  }

  /// The signs by which the listing calls a layer's input and output, index from 0.
  public func signs(_ index: Int) -> LayerSigns {
    LayerSigns(
      input: index == 0 ? "x" : "h\(index)", output: index == layers.count - 1 ? "y" : "h\(index + 1)",
      number: "\(index + 1)")
  }

  public var parameters: [NamedTensor] {
    layers.enumerated().flatMap { index, layer in
      layer.parameters.map { parameter in
        NamedTensor(
          "layer\(index + 1).\(parameter.name)", symbol: "\(parameter.symbol)\(index + 1)", role: .parameter,
          axes: parameter.axes, parameter.value)
      }
        + layer.buffers.map { buffer in
          NamedTensor(
            "layer\(index + 1).\(buffer.name)", symbol: "\(buffer.symbol)\(index + 1)", role: .statistic,
            axes: buffer.axes, buffer.value)
        }
    }
  }

  /// Where a named parameter lives.
  private func place(of name: String) -> (layer: Int, isBuffer: Bool, index: Int)? {
    for (index, layer) in layers.enumerated() {
      for (i, parameter) in layer.parameters.enumerated()
      where name == "layer\(index + 1).\(parameter.name)" || name == "\(parameter.symbol)\(index + 1)" {
        return (index, false, i)
      }
      for (i, buffer) in layer.buffers.enumerated()
      where name == "layer\(index + 1).\(buffer.name)" || name == "\(buffer.symbol)\(index + 1)" {
        return (index, true, i)
      }
    }
    return nil
  }

  public mutating func setParameters(_ tensors: [NamedTensor]) throws(StrataError) {
    var new = self
    for given in tensors {
      guard let place = place(of: given.name) else {
        throw StrataError(
          "the network has no parameter \(given.name); it has \(parameters.map(\.name).joined(separator: ", "))",
          try: "network")
      }
      let old =
        place.isBuffer
        ? layers[place.layer].buffers[place.index].value : layers[place.layer].parameters[place.index].value
      guard old.shape == given.tensor.shape else {
        throw StrataError("\(given.name) is \(old.shape); the given one is \(given.tensor.shape)", try: "network")
      }
      if place.isBuffer {
        new.layers[place.layer].buffers[place.index].value = given.tensor
      } else {
        new.layers[place.layer].parameters[place.index].value = given.tensor
      }
    }
    self = new
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    guard let place = place(of: name) else {
      throw StrataError(
        "only parameters can be set, and there is none called \(name); there are "
          + parameters.map(\.name).joined(separator: ", "), try: "set weight layer1.weight[0,0] 0.5")
    }
    guard value.isFinite else { throw StrataError("a weight must be a finite number, got \(value)") }
    let shape =
      place.isBuffer
      ? layers[place.layer].buffers[place.index].value.shape : layers[place.layer].parameters[place.index].value.shape
    try shape.check(position, of: name)
    if place.isBuffer {
      layers[place.layer].buffers[place.index].value.set(value, at: position)
    } else {
      layers[place.layer].parameters[place.index].value.set(value, at: position)
    }
  }

  /// What the network answers for a batch `[batch] + inputShape`: `[batch] + outputShape`. Changes nothing.
  /// Traps when the input's shape is not the network's.
  public func output(for input: Tensor) -> Tensor {
    traces(for: input).last?.output ?? input
  }

  /// Everything that a questioning forward pass leaves behind, layer by layer. Changes nothing.
  public func traces(for input: Tensor) -> [LayerTrace] {
    var random = RandomStream(seed: seed, name: "evaluation")
    var traces = [LayerTrace](repeating: LayerTrace(), count: layers.count)
    for index in layers.indices {
      let input = index == 0 ? input : traces[index - 1].output
      layers[index].forward(input, trace: &traces[index], mode: .evaluation, random: &random)
    }
    return traces
  }
}

extension Shape {
  /// Throws, with the ranges, when a position is not inside this shape.
  func check(_ position: [Int], of name: String) throws(StrataError) {
    let inside = position.count == rank && zip(position, dimensions).allSatisfy { $0 >= 0 && $0 < $1 }
    guard inside else {
      let place = position.map(String.init).joined(separator: ",")
      let ranges = dimensions.map { "0…\($0 - 1)" }.joined(separator: ", ")
      let example = dimensions.map { _ in "0" }.joined(separator: ",")
      throw StrataError("\(name) is \(self), so positions are [\(ranges)]; got [\(place)]", try: "\(name)[\(example)]")
    }
  }
}

extension Tensor {
  mutating func set(_ value: Scalar, at position: [Int]) { self[flat: offset(of: position)] = value }
}
