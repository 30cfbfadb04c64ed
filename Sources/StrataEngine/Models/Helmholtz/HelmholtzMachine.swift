// The Helmholtz machine: a stack of sigmoid belief layers with two sets of weights.
//
//   generation   P(top) = σ(g_top),  P(below | above) = σ(above·G + g)        downward, from a bias at the top
//   recognition  Q(above | below) = σ(below·R + r)                            upward, from the data
//
// Recognition is a factorial guess at what generation would have needed to produce the data. The description length
//   F = ⟨log Q(states | data) − log P(data, states)⟩_Q  ≥  −log P(data)
// is the coding cost of the data with these states; it exceeds the best by KL(Q ‖ P(states | data)).
// Source: Dayan, Hinton, Neal, Zemel 1995; Hinton, Dayan, Frey, Neal 1995.

/// A belief network of sigmoid layers with recognition and generative weights.
public struct HelmholtzMachine: PlacedModel {
  public static let keyword = "helmholtz"

  /// The weights between one layer and the next, counted from the input.
  public struct Level: Sendable, Equatable {
    /// R, `[below, above]`, and r, `[above]`.
    public internal(set) var recognitionWeight: Tensor
    public internal(set) var recognitionBias: Tensor
    /// G, `[above, below]`, and g, `[below]`.
    public internal(set) var generativeWeight: Tensor
    public internal(set) var generativeBias: Tensor
  }

  /// The shape of one input sample.
  public private(set) var inputShape: Shape
  /// Units in each layer above the input.
  public let hidden: [Int]
  public internal(set) var levels: [Level]
  /// The generative bias of the uppermost layer.
  public internal(set) var topBias: Tensor
  /// The generative biases of the layer above the input begin here: negative ones make hidden causes rare.
  public let firstBias: Double
  /// The standard deviation of the weights at the beginning.
  public let deviation: Double

  /// Zero biases (but `firstBias`) and normal weights. Throws where the sizes make no sense.
  public init(
    inputShape: Shape, hidden: [Int], deviation: Double = 0.1, firstBias: Double = 0, seed: UInt64
  ) throws(StrataError) {
    guard !hidden.isEmpty, hidden.allSatisfy({ (1...100_000).contains($0) }), hidden.count <= 20 else {
      throw StrataError("a Helmholtz machine has 1 to 20 layers of 1 to 100000 units", try: "helmholtz 8 1")
    }
    let sizes = [inputShape.elementCount] + hidden
    let weights = zip(sizes, hidden).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    guard weights <= 1e8 else { throw StrataError("these layers need more than 100 million weights") }
    guard (0...10).contains(deviation), abs(firstBias) <= 100 else {
      throw StrataError("weights begin with a deviation from 0 to 10, and biases from -100 to 100")
    }
    self.inputShape = inputShape
    self.hidden = hidden
    self.deviation = deviation
    self.firstBias = firstBias
    levels = []
    topBias = .empty
    initialize(seed: seed)
  }

  public mutating func initialize(seed: UInt64) {
    let sizes = [inputShape.elementCount] + hidden
    levels = hidden.indices.map { i in
      var random = RandomStream(seed: seed, name: "initialize level \(i + 1)")
      var level = Level(
        recognitionWeight: Tensor([sizes[i], sizes[i + 1]]), recognitionBias: Tensor([sizes[i + 1]]),
        generativeWeight: Tensor([sizes[i + 1], sizes[i]]), generativeBias: Tensor([sizes[i]]))
      random.fillNormal(&level.recognitionWeight, mean: 0, deviation: Scalar(deviation))
      random.fillNormal(&level.generativeWeight, mean: 0, deviation: Scalar(deviation))
      if i == 1 { level.generativeBias.fill(Scalar(firstBias)) }
      return level
    }
    topBias = Tensor([hidden[hidden.count - 1]], repeating: hidden.count == 1 ? Scalar(firstBias) : 0)
  }

  public mutating func adapt(to data: DataSet) throws(StrataError) -> [Int] {
    let units = levels[0].generativeBias.count
    guard data.inputShape.elementCount == units else {
      throw StrataError(
        "the machine has \(units) visible units, but these data have inputs of \(data.inputShape)",
        try: "helmholtz \(hidden.map(String.init).joined(separator: " "))")
    }
    inputShape = data.inputShape
    return []
  }

  /// The sign of a layer of units: vis, hid (hid1, hid2, …), top.
  public func unitSign(_ layer: Int) -> String {
    if layer == 0 { return "vis" }
    if layer == levels.count { return "top" }
    return levels.count == 2 ? "hid" : "hid\(layer)"
  }

  public var places: [ParameterPlace<HelmholtzMachine>] {
    levels.indices.flatMap { i -> [ParameterPlace<HelmholtzMachine>] in
      let name = "level\(i + 1)"
      let (below, above) = (unitSign(i), unitSign(i + 1))
      return [
        ParameterPlace(
          "\(name).recognition.weight", "\(below)\(above)", ["visible", "hidden"], \.levels[i].recognitionWeight),
        ParameterPlace("\(name).recognition.bias", "\(above)recbiases", ["hidden"], \.levels[i].recognitionBias),
        ParameterPlace(
          "\(name).generative.weight", "\(above)\(below)", ["hidden", "visible"], \.levels[i].generativeWeight),
        ParameterPlace("\(name).generative.bias", "\(below)genbiases", ["visible"], \.levels[i].generativeBias),
      ]
    } + [ParameterPlace("top.bias", "topgenbiases", ["hidden"], \.topBias)]
  }

  public var parts: [ModelPart] {
    levels.indices.map { i in
      let level = levels[i]
      let isTop = i == levels.count - 1
      let count =
        level.recognitionWeight.count + level.recognitionBias.count + level.generativeWeight.count
        + level.generativeBias.count + (isTop ? topBias.count : 0)
      return ModelPart(
        index: i + 1, words: "sigmoid belief \(hidden[i])", name: "level\(i + 1)",
        inputShape: i == 0 ? inputShape : [hidden[i - 1]], outputShape: [hidden[i]], parameterCount: count)
    }
  }

  /// Hidden units in all layers together.
  public var hiddenCount: Int { hidden.reduce(0, +) }

  /// Recognition from the input up: for each layer above it probabilities, and states drawn from them.
  func recognize(_ input: Tensor, random: inout RandomStream) -> (probabilities: [Tensor], states: [Tensor]) {
    var (probabilities, states): ([Tensor], [Tensor]) = ([], [])
    var below = input
    for level in levels {
      var (p, s) = (Tensor.empty, Tensor.empty)
      p.setProduct(below, level.recognitionWeight)
      random.sampleSigmoid(inPlace: &p, bias: level.recognitionBias, sample: &s)
      probabilities.append(p)
      states.append(s)
      below = s
    }
    return (probabilities, states)
  }

  /// A fantasy of each row, from the top down: the states of every layer above the input, uppermost last, and the
  /// input's probabilities.
  public func fantasies(_ count: Int, random: inout RandomStream) -> (states: [Tensor], visible: Tensor) {
    var top = Tensor(Shape(rows: count, columns: topBias.count))
    var state = Tensor.empty
    random.sampleSigmoid(inPlace: &top, bias: topBias, sample: &state)
    var states = [state]
    for i in stride(from: levels.count - 1, through: 0, by: -1) {
      var (p, s) = (Tensor.empty, Tensor.empty)
      p.setProduct(states[0], levels[i].generativeWeight)
      random.sampleSigmoid(inPlace: &p, bias: levels[i].generativeBias, sample: &s)
      if i == 0 { return (states, p) }
      states.insert(s, at: 0)
    }
    return (states, state)
  }
}
