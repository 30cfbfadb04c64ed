// The loss over a plane of the parameters: exact where it can be written down, with directions that are what they say.
import StrataEngine
import Testing

@Suite struct LossSurfaceTests {
  /// A learner of `layers` on samples of two classes, or, for `squared`, on the label's number as a value.
  private func learner(_ layers: String..., data: DataSet? = nil) throws -> BackpropLearner {
    let data = data ?? Subjects.data(classes: 3)
    let network = try Network(
      inputShape: data.inputShape,
      layers: layers.map { try makeLayer($0.split(separator: " ").map(String.init)) }, seed: 5)
    return try BackpropLearner(data: data, model: network, seed: 4)
  }

  /// Samples whose targets are numbers.
  private func values() -> DataSet {
    var data = Subjects.data(classes: 2)
    let t = (0..<data.train.count).map { Scalar($0 % 5) / 4 - 0.3 }
    data.train.targets = .values(SampleStore(sampleShape: [1], storage: .scalars(t)))
    data.test = data.train
    return data
  }

  private func norm(_ tensors: [Tensor]) -> Double {
    tensors.reduce(0) { $0 + $1.elements.reduce(0) { $0 + Double($1) * Double($1) } }.squareRoot()
  }

  private func dot(_ a: [Tensor], _ b: [Tensor]) -> Double {
    zip(a, b).reduce(0) { $0 + zip($1.0.elements, $1.1.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) } }
  }

  @Test("a linear unit's squared error is the quadratic that can be written down")
  func quadratic() throws {
    let data = values()
    let learner = try learner("dense 1", data: data)
    let plane = try ParameterPlane(randomAround: learner, seed: 3)
    var surface = try LossSurface(learner, on: data.train, over: plane)
    let x = data.train.inputs.tensor(0..<Int32(data.train.count))
    guard case .values(let store) = data.train.targets else { return }
    let t = store.tensor(0..<Int32(data.train.count))
    let (w, b) = (plane.origin[0].tensor, plane.origin[1].tensor)
    for (p, q) in [(0.0, 0.0), (1, 0), (0, 1), (-0.7, 0.4), (3, -2), (-25, 40)] {
      var expected = 0.0
      for row in 0..<data.train.count {
        var y = Double(b[0])
        for k in 0..<5 {
          let weight = Double(w[flat: k]) + p * Double(plane.first[0][flat: k]) + q * Double(plane.second[0][flat: k])
          y += Double(x[row, k]) * weight
        }
        expected += (y - Double(t[row, 0])) * (y - Double(t[row, 0])) / 2 / Double(data.train.count)
      }
      #expect(abs(try surface.loss(p, q) - expected) < 1e-5 * max(1, expected), "at \(p), \(q)")
    }
    // In the middle it is what the learner itself measures, to the last bit.
    #expect(try surface.loss(0, 0) == learner.evaluate(data.train)["loss"])
  }

  @Test("random directions are as long as the filters, leave biases alone, and follow from the seed")
  func filters() throws {
    let data = Subjects.data(classes: 3, inputShape: [5, 4])
    let learner = try learner("conv 3 2x2 tanh", "batchnorm", "dense 3 softmax", data: data)
    let plane = try ParameterPlane(randomAround: learner, seed: 8)
    for direction in [plane.first, plane.second] {
      for (named, moved) in zip(plane.origin, direction) {
        guard named.tensor.shape.rank > 1 else {
          #expect(moved.elements.allSatisfy { $0 == 0 }, "\(named.name)")
          continue
        }
        let units = named.tensor.shape[named.tensor.shape.rank - 1]
        for unit in 0..<units {
          func length(_ tensor: Tensor) -> Double {
            stride(from: unit, to: tensor.count, by: units).reduce(0) {
              $0 + Double(tensor[flat: $1]) * Double(tensor[flat: $1])
            }.squareRoot()
          }
          #expect(abs(length(moved) - length(named.tensor)) < 1e-5 * length(named.tensor))
        }
      }
    }
    #expect(!plane.origin.contains { $0.name.contains("running") })
    #expect(try ParameterPlane(randomAround: learner, seed: 8).first == plane.first)
    #expect(try ParameterPlane(randomAround: learner, seed: 9).first != plane.first)
    #expect(plane.first != plane.second)
    // Zeros have no length to be scaled to.
    #expect(throws: StrataError.self) {
      try ParameterPlane(randomAround: self.learner("dense 3 softmax --init zeros"), seed: 1)
    }
  }

  @Test("downhill is the gradient: as steep as its norm says, and level across")
  func gradient() throws {
    let data = Subjects.data(classes: 3)
    var learner = try learner("dense 6 tanh", "dense 3 softmax", data: data)
    let plane = try ParameterPlane(downhillFrom: learner, on: data.train, seed: 2)
    var surface = try LossSurface(learner, on: data.train, over: plane)
    let h = 1e-2
    let down = (try surface.loss(h, 0) - surface.loss(-h, 0)) / (2 * h)
    let across = (try surface.loss(0, h) - surface.loss(0, -h)) / (2 * h)
    try learner.set("batch", to: "\(data.train.count)")
    learner.next()
    let slope = try #require(learner.measurements["gradient norm"])
    #expect(abs(down + slope * norm(plane.first)) < 1e-2 * slope * norm(plane.first))
    #expect(abs(across) < 1e-2 * abs(down))
    #expect(abs(norm(plane.first) - norm(plane.second)) < 1e-4 * norm(plane.first))
    #expect(abs(dot(plane.first, plane.second)) < 1e-4 * norm(plane.first) * norm(plane.second))
  }

  @Test("places of a plane are found again in it, and what lies beside it is told by its distance")
  func coordinates() throws {
    let learner = try learner("dense 4 relu", "dense 3 softmax")
    let plane = try ParameterPlane(randomAround: learner, seed: 6)
    for (a, b) in [(0.0, 0.0), (0.5, -2), (-3, 1)] {
      let at = try #require(plane.coordinates(of: plane.parameters(a, b)))
      #expect(abs(at.a - a) < 1e-4 && abs(at.b - b) < 1e-4 && at.distance < 1e-2, "\(at)")
    }
    // Biases are moved by neither direction.
    var off = plane.parameters(1, 1)
    let bias = try #require(off.firstIndex { $0.name == "layer1.bias" })
    off[bias].tensor[0] += 3
    let at = try #require(plane.coordinates(of: off))
    #expect(abs(at.a - 1) < 1e-4 && abs(at.b - 1) < 1e-4 && abs(at.distance - 3) < 1e-2)
    #expect(plane.coordinates(of: Array(off.dropLast())) == nil)
  }

  @Test("a path in a plane is that plane; one that never turns gets a second direction; one that stands still has none")
  func path() throws {
    let learner = try learner("dense 4 tanh", "dense 3 softmax")
    let random = try ParameterPlane(randomAround: learner, seed: 6)
    let places = [(-3.0, 2.0), (-2, 0.5), (-1, -0.5), (-0.4, 0.3)].map { random.parameters($0, $1) }
    let plane = try ParameterPlane(through: places, to: learner, seed: 1)
    #expect(abs((plane.share ?? 0) - 1) < 1e-5)
    #expect(abs(norm(plane.first) - 1) < 1e-5 && abs(norm(plane.second) - 1) < 1e-5)
    #expect(abs(dot(plane.first, plane.second)) < 1e-5)
    let found = try places.map { try #require(plane.coordinates(of: $0)) }
    #expect(found.allSatisfy { $0.distance < 1e-2 })
    #expect(found[0].a < 0)
    for i in places.indices {
      // Distances in the plane are distances of the weights.
      let difference = zip(places[i], random.origin).map { pair in
        Tensor(pair.0.tensor.shape, elements: zip(pair.0.tensor.elements, pair.1.tensor.elements).map { $0 - $1 })
      }
      let length = norm(difference)
      #expect(abs((found[i].a * found[i].a + found[i].b * found[i].b).squareRoot() - length) < 1e-3 * length)
    }
    let straight = try ParameterPlane(
      through: [-2.0, -1].map { random.parameters($0, 0) }, to: learner, seed: 1)
    #expect(abs((straight.share ?? 0) - 1) < 1e-5 && abs(norm(straight.second) - 1) < 1e-5)
    #expect(throws: StrataError.self) {
      try ParameterPlane(through: [random.origin, random.origin], to: learner, seed: 1)
    }
  }

  @Test("only what learns is moved: one level of a stack of autoencoders")
  func autoencoders() throws {
    let data = Subjects.data(classes: 2, low: 0)
    var stack = try AutoencoderStack(inputShape: data.inputShape, Autoencoder.Plan(hidden: 4), seed: 1)
    try stack.stack(Autoencoder.Plan(hidden: 3))
    let learner = try AutoencoderLearner(data: data, model: stack, seed: 1)
    let plane = try ParameterPlane(randomAround: learner, seed: 1)
    #expect(!plane.origin.isEmpty && plane.origin.allSatisfy { $0.name.hasPrefix("level\(learner.level + 1).") })
    var surface = try LossSurface(learner, on: data.train, over: plane)
    #expect(try surface.loss(0, 0) == learner.evaluate(data.train)["loss"])
    #expect(try surface.loss(2, 0) != surface.loss(0, 0))
    _ = try ParameterPlane(downhillFrom: learner, on: data.train, seed: 1)
  }

  @Test("what descends no loss is refused")
  func refused() throws {
    let descent = try DescentLearner(
      data: .none, model: FunctionModel(try Expression("x^2"), start: [1], ranges: [-1...1]), seed: 1)
    #expect(throws: StrataError.self) { try LossSurface.check(descent, Subjects.data(classes: 2).train) }
    let learner = try learner("dense 3 softmax")
    #expect(throws: StrataError.self) { try LossSurface.check(learner, Subjects.data(classes: 3).train.selecting([])) }
    #expect(throws: Never.self) { try LossSurface.check(learner, Subjects.data(classes: 3).train) }
  }
}
