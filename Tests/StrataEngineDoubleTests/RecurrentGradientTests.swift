// Backpropagation through time against finite differences, in Double: every kind of recurrent layer, alone and stacked,
// with an answer at the end or at every step; and truncated, against costs in which the state at each cut is held fixed.
import StrataEngineDouble
import Testing

private func network(_ layers: [String], _ shape: Shape) throws -> Network {
  try Network(
    inputShape: shape, layers: layers.map { try makeLayer($0.split(separator: " ").map(String.init)) }, seed: 3)
}

private func inputs(_ shape: Shape, samples: Int) -> SampleStore {
  var random = RandomStream(seed: 7, name: "sequences")
  var x = Tensor(shape.batched(samples))
  random.fillNormal(&x, mean: 0, deviation: 1)
  return SampleStore(sampleShape: shape, storage: .scalars(x.elements))
}

private func expectAgreement(_ layers: [String], _ targets: Targets, shape: Shape, loss: String? = nil) throws {
  let train = Samples(inputs: inputs(shape, samples: 5), targets: targets)
  let data = DataSet(name: "sequences", about: "", train: train, test: train.selecting([]))
  var learner = try BackpropLearner(data: data, model: network(layers, shape), seed: 5)
  if let loss { try learner.set("loss", to: loss) }
  // A few steps away from the beginning, where biases are 0.
  try learner.set("rate", to: "0.2")
  for _ in 0..<3 { learner.next() }
  let checks = try learner.checkGradients(layer: nil)
  #expect(checks.count > layers.count)
  for check in checks {
    #expect(
      check.relativeError < 1e-7,
      "\(layers): \(check.name)\(check.worstPosition) \(check.worstAnalytic) \(check.worstNumeric)")
  }
}

@Suite struct RecurrentGradientTests {
  static let cells = [
    "rnn 4", "rnn 4 relu --init uniform:0.7", "rnn 3 gelu", "lstm 4", "lstm 4 --forget no", "lstm 3 --forget-bias -1",
    "gru 4",
  ]

  @Test("one answer at the end of a sequence", arguments: cells)
  func last(cell: String) throws {
    let classes = Targets.classes(labels: [0, 2, 1, 1, 0], names: ["a", "b", "c"])
    try expectAgreement([cell, "dense 3 softmax"], classes, shape: [6, 2])
    try expectAgreement([cell + " --steps each", "dense 3 softmax"], classes, shape: [6, 2])
    try expectAgreement([cell, "dense 3 softmax"], classes, shape: [1, 3])
  }

  @Test("numbers at every step, straight from the states", arguments: cells)
  func values(cell: String) throws {
    let units = Int(cell.split(separator: " ")[1]) ?? 0
    let values = inputs([5, units], samples: 5)
    try expectAgreement([cell + " --steps each"], .values(values), shape: [5, 2])
    try expectAgreement([cell + " --steps each"], .values(values), shape: [5, 2], loss: "huber")
  }

  @Test("classes at every step, of which some are not asked", arguments: cells)
  func steps(cell: String) throws {
    let labels: [Int32] = [0, 1, 2, -1, 1, -1, -1, -1, 2, 2, 0, 1, -1, 0, -1, 0, 1, 0, 2, -1]
    for top in ["dense 3 softmax --steps each", "dense 3 --steps each", "dense 3 sigmoid --bias no --steps each"] {
      try expectAgreement(
        [cell + " --steps each", top], .steps(labels: labels, names: ["a", "b", "c"], length: 4), shape: [4, 3])
    }
  }

  @Test("stacked, with other layers between")
  func stacked() throws {
    try expectAgreement(
      ["rnn 4 --steps each", "lstm 3 --steps each", "gru 4", "dense 3 softmax"],
      .classes(labels: [0, 2, 1, 1, 0], names: ["a", "b", "c"]), shape: [6, 2])
    try expectAgreement(
      ["dense 4 gelu --steps each", "gru 4 --steps each", "dropout 0.3", "activation tanh", "lstm 3"],
      .values(inputs([3], samples: 5)), shape: [4, 3])
  }

  /// A simple recurrent layer and a cost done by hand: C = ½Σ(hₜ − targetₜ)², over samples as a mean over all steps.
  private struct ByHand {
    let (x, target): (Tensor, Tensor)
    let truncation: Int

    /// The cost for given W, U, b. States that enter a step at which the gradient is cut come from `fixed` where it is
    /// given; all states are written to `states`.
    func cost(_ w: Tensor, _ u: Tensor, _ b: Tensor, fixed: Tensor?, states: inout Tensor) -> Double {
      let (samples, time, units) = (x.shape[0], x.shape[1], u.shape[0])
      var total = 0.0
      for sample in 0..<samples {
        for t in 0..<time {
          for j in 0..<units {
            var z = b[j]
            for k in 0..<x.shape[2] { z += x[sample, t, k] * w[k, j] }
            if t > 0 {
              let before = t % truncation == 0 ? fixed ?? states : states
              for k in 0..<units { z += before[sample, t - 1, k] * u[k, j] }
            }
            let h = Activation.tanh.value(z)
            states[sample, t, j] = h
            total += 0.5 * (h - target[sample, t, j]) * (h - target[sample, t, j])
          }
        }
      }
      return total / Double(samples * time)
    }
  }

  @Test("truncated, against a cost in which the state at each cut is held fixed", arguments: [1, 2, 3, 5])
  func truncated(steps: Int) throws {
    let (x, target) = (inputs([5, 2], samples: 3), inputs([5, 3], samples: 3))
    let train = Samples(inputs: x, targets: .values(target))
    let data = DataSet(name: "sequences", about: "", train: train, test: train.selecting([]))
    var learner = try BackpropLearner(
      data: data, model: network(["rnn 3 --steps each --truncate \(steps)"], [5, 2]), seed: 5)
    try learner.set("shuffle", to: "no")
    while learner.listing[learner.line].phase != "update" { learner.step() }
    let byHand = ByHand(x: x.tensor(0..<3), target: target.tensor(0..<3), truncation: steps)
    let parameters = try ["weight", "recurrent", "bias"].map {
      try #require(learner.tensor(named: "layer1.\($0)")).tensor
    }
    var fixed = Tensor([3, 5, 3])
    let cost = byHand.cost(parameters[0], parameters[1], parameters[2], fixed: nil, states: &fixed)
    #expect(abs(cost - learner.loss) < 1e-12)
    for (p, name) in ["weight", "recurrent", "bias"].enumerated() {
      let gradient = try #require(learner.tensor(named: "layer1.\(name).gradient")).tensor
      for i in 0..<gradient.count {
        func shifted(_ by: Double) -> Double {
          var changed = parameters
          changed[p][flat: i] += by
          var states = Tensor([3, 5, 3])
          return byHand.cost(changed[0], changed[1], changed[2], fixed: fixed, states: &states)
        }
        let numeric = (shifted(1e-5) - shifted(-1e-5)) / 2e-5
        #expect(abs(numeric - gradient[flat: i]) < 1e-9, "\(name) \(i): \(numeric) \(gradient[flat: i])")
      }
    }
    // Cut nowhere inside the sequence, it is the whole gradient.
    let isWhole = try learner.checkGradients(layer: 1).allSatisfy { $0.relativeError < 1e-7 }
    #expect(isWhole == (steps == 5))
  }
}
