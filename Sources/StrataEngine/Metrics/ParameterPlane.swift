// A plane through the parameters of a model: the place where it stands, and two directions to go from there.
//
//   θ(a, b) = θ₀ + a·d₁ + b·d₂
//
// A space of thousands of directions cannot be drawn; a plane in it can. Which plane, decides what is seen.
// *Random*, each filter of a direction as long as the filter that it moves, so that a network and one with scaled weights
// look the same; biases and whatever else is no matrix stay (Li, Xu, Taylor, Studer, Goldstein 2018).
// *Gradient*: straight downhill, and a random direction at right angles to it.
// *Path*: through the present place and as near as a plane can be to earlier ones, which are the two leading principal
// directions of the differences to the present (Lorch 2016).

/// A plane in the space of a model's parameters.
public struct ParameterPlane: Sendable {
  /// θ₀, in the model's order.
  public let origin: [NamedTensor]
  /// d₁, one tensor a parameter, and d₂.
  public let first: [Tensor]
  public let second: [Tensor]
  /// The share of the path's spread that lies in the plane; nil where the plane is not that of a path.
  public let share: Double?

  private init(_ origin: [NamedTensor], _ first: [Tensor], _ second: [Tensor], share: Double? = nil) {
    self.origin = origin
    self.first = first
    self.second = second
    self.share = share
  }

  /// The parameters that a learner moves: those that it has a gradient of.
  public static func moved(by learner: any Learner) -> [NamedTensor] {
    let names = Set(learner.tensors.map(\.name))
    return learner.model.parameters.filter { $0.role == .parameter && names.contains($0.name + ".gradient") }
  }

  /// Along two random directions with the lengths of the filters. Throws where all weights are 0 and so have no length.
  public init(randomAround learner: any Learner, seed: UInt64) throws(StrataError) {
    let origin = ParameterPlane.moved(by: learner)
    let first = ParameterPlane.random(like: origin, seed: seed, number: 1)
    guard ParameterPlane.dot(first, first) > 0 else {
      throw StrataError(
        "random directions are as long as the weights, and all of these are 0", try: "landscape gradient")
    }
    self.init(origin, first, ParameterPlane.random(like: origin, seed: seed, number: 2))
  }

  /// Straight downhill on samples, and at random at right angles to that; both as long as all weights together. The
  /// gradient is that of a pass as the learner makes it, with dropout and noise. Throws where it vanishes or is not finite.
  public init(downhillFrom learner: any Learner, on samples: Samples, seed: UInt64) throws(StrataError) {
    let origin = ParameterPlane.moved(by: learner)
    var probe = learner
    var data = learner.data
    data.train = samples
    data.guessed = []
    data.fullLabels = nil
    try probe.set("batch", to: "\(max(samples.count, 1))")
    try probe.adopt(learner.model, data: data)
    if let fault = probe.next() { throw StrataError("there is no gradient here: \(fault)", try: "back 1 step") }
    var downhill: [Tensor] = origin.map { named in
      let gradient = probe.tensor(named: named.name + ".gradient")?.tensor ?? .empty
      var tensor = Tensor(named.tensor.shape)
      if gradient.count == tensor.count { tensor.add(gradient, scale: -1) }
      return tensor
    }
    let slope = ParameterPlane.dot(downhill, downhill).squareRoot()
    guard slope > 0, slope.isFinite else {
      throw StrataError(
        slope == 0 ? "the gradient is 0 here: no way is downhill" : "the gradient is not finite here",
        try: "landscape random")
    }
    let weights = origin.filter { $0.tensor.shape.rank > 1 }.map(\.tensor)
    let size = ParameterPlane.dot(weights, weights).squareRoot()
    let length = size > 0 ? size : 1
    for index in downhill.indices { downhill[index].scale(by: Scalar(length / slope)) }
    var across = ParameterPlane.random(like: origin, seed: seed, number: 2)
    if ParameterPlane.dot(across, across) == 0 { across = ParameterPlane.normal(like: origin, seed: seed, number: 2) }
    ParameterPlane.straighten(&across, against: downhill, to: length)
    self.init(origin, downhill, across)
  }

  /// Through the present place and nearest to earlier ones, each a list of the same parameters, the oldest first.
  /// Directions have length 1; the oldest place lies to the left. Throws with fewer than two places that differ.
  public init(through earlier: [[NamedTensor]], to learner: any Learner, seed: UInt64) throws(StrataError) {
    let origin = ParameterPlane.moved(by: learner)
    // Products of the differences, parameter by parameter, so that they are never all in memory at once.
    let count = earlier.count
    var products = [Double](repeating: 0, count: count * count)
    let places = earlier.map { ParameterPlane.matching($0, origin) }
    for (index, named) in origin.enumerated() where named.tensor.count > 0 {
      var differences = Tensor(Shape(rows: max(count, 1), columns: named.tensor.count))
      differences.withUnsafeMutableElements { d in
        for (row, place) in places.enumerated() {
          place[index].withUnsafeElements { then in
            named.tensor.withUnsafeElements { now in
              for i in 0..<then.count { d[row * then.count + i] = then[i] - now[i] }
            }
          }
        }
      }
      var block = Tensor.empty
      block.setProduct(differences, differences, transposingSecond: true)
      for i in products.indices { products[i] += Double(block[flat: i]) }
    }
    let (values, vectors) = eigenvectors(of: products, size: count)
    let spread = values.reduce(0) { $0 + max($1, 0) }
    guard let largest = values.first, largest > 0, spread.isFinite else {
      throw StrataError("the weights have not moved: there is no path to lay a plane through", try: "run 10 steps")
    }
    func direction(_ k: Int) -> [Tensor] {
      origin.indices.map { index in
        var sum = Tensor(origin[index].tensor.shape)
        var back = 0.0
        for (place, weight) in zip(places, vectors[k]) {
          sum.add(place[index], scale: Scalar(weight))
          back += weight
        }
        sum.add(origin[index].tensor, scale: Scalar(-back))
        return sum
      }
    }
    var first = direction(0)
    ParameterPlane.straighten(&first, against: nil, to: 1)
    // A path that never turns has only one direction: the other is taken at random.
    let turns = values.count > 1 && values[1] > 1e-9 * largest
    var second = turns ? direction(1) : ParameterPlane.normal(like: origin, seed: seed, number: 2)
    ParameterPlane.straighten(&second, against: first, to: 1)
    let oldest = zip(places[0], origin).map { place, named in
      var difference = place
      difference.add(named.tensor, scale: -1)
      return difference
    }
    for (sign, isFirst) in [(-1.0, true), (1.0, false)] {
      let at = ParameterPlane.dot(oldest, isFirst ? first : second)
      guard at * sign < 0 else { continue }
      if isFirst {
        for index in first.indices { first[index].scale(by: -1) }
      } else {
        for index in second.indices { second[index].scale(by: -1) }
      }
    }
    let held = max(values[0], 0) + (turns ? max(values[1], 0) : 0)
    self.init(origin, first, second, share: held / spread)
  }

  /// θ(a, b).
  public func parameters(_ a: Double, _ b: Double) -> [NamedTensor] {
    origin.indices.map { index in
      var named = origin[index]
      if a != 0 { named.tensor.add(first[index], scale: Scalar(a)) }
      if b != 0 { named.tensor.add(second[index], scale: Scalar(b)) }
      return named
    }
  }

  /// The place in the plane that is nearest to these parameters, and how far away from it they are. Nil where they are
  /// not those of the same model.
  public func coordinates(of parameters: [NamedTensor]) -> (a: Double, b: Double, distance: Double)? {
    let tensors = ParameterPlane.matching(parameters, origin)
    guard tensors.count == origin.count else { return nil }
    let difference = zip(tensors, origin).map { tensor, named in
      var difference = tensor
      difference.add(named.tensor, scale: -1)
      return difference
    }
    let (p, q) = (ParameterPlane.dot(difference, first), ParameterPlane.dot(difference, second))
    let (u, v) = (ParameterPlane.dot(first, first), ParameterPlane.dot(second, second))
    let w = ParameterPlane.dot(first, second)
    let determinant = u * v - w * w
    guard determinant > 0 else { return nil }
    let (a, b) = ((p * v - q * w) / determinant, (q * u - p * w) / determinant)
    let left = ParameterPlane.dot(difference, difference) - a * p - b * q
    return (a, b, max(left, 0).squareRoot())
  }

  /// The tensors of `parameters` in the order of `wanted`; empty where one is missing or has another shape.
  private static func matching(_ parameters: [NamedTensor], _ wanted: [NamedTensor]) -> [Tensor] {
    var found: [Tensor] = []
    for named in wanted {
      guard let same = parameters.first(where: { $0.name == named.name }), same.tensor.shape == named.tensor.shape
      else { return [] }
      found.append(same.tensor)
    }
    return found
  }

  private static func normal(like parameters: [NamedTensor], seed: UInt64, number: Int) -> [Tensor] {
    var random = RandomStream(seed: seed, name: "landscape direction \(number)")
    return parameters.map { named in
      var tensor = Tensor(named.tensor.shape)
      random.fillNormal(&tensor, mean: 0, deviation: 1)
      return tensor
    }
  }

  /// Normal numbers, every filter (all weights of a unit; the last axis counts the units) scaled to its own length.
  private static func random(like parameters: [NamedTensor], seed: UInt64, number: Int) -> [Tensor] {
    zip(parameters, normal(like: parameters, seed: seed, number: number)).map { named, drawn in
      guard named.tensor.shape.rank > 1 else { return Tensor(named.tensor.shape) }
      let units = named.tensor.shape[named.tensor.shape.rank - 1]
      var (wanted, given) = ([Double](repeating: 0, count: units), [Double](repeating: 0, count: units))
      for index in 0..<drawn.count {
        wanted[index % units] += Double(named.tensor[flat: index]) * Double(named.tensor[flat: index])
        given[index % units] += Double(drawn[flat: index]) * Double(drawn[flat: index])
      }
      let scales = zip(wanted, given).map { $1 > 0 ? ($0 / $1).squareRoot() : 0 }
      var scaled = drawn
      for index in 0..<scaled.count { scaled[flat: index] = Scalar(Double(drawn[flat: index]) * scales[index % units]) }
      return scaled
    }
  }

  /// Takes out what lies along another direction, and gives it a length.
  private static func straighten(_ direction: inout [Tensor], against other: [Tensor]?, to length: Double) {
    if let other {
      let along = dot(direction, other) / max(dot(other, other), .leastNonzeroMagnitude)
      for index in direction.indices { direction[index].add(other[index], scale: Scalar(-along)) }
    }
    let norm = dot(direction, direction).squareRoot()
    guard norm > 0 else { return }
    for index in direction.indices { direction[index].scale(by: Scalar(length / norm)) }
  }

  static func dot(_ a: [Tensor], _ b: [Tensor]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) {
      x.withUnsafeElements { x in
        y.withUnsafeElements { y in
          for i in 0..<min(x.count, y.count) { sum += Double(x[i]) * Double(y[i]) }
        }
      }
    }
    return sum
  }
}
