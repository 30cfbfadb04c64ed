// What every learner promises, driven by one list: a new learner is covered the day it gets a line here.
//
// Stepped equals free-running; back then forward equals never having left; looking changes nothing; the listing names
// only tensors that exist; settings read back what was set.
import StrataEngine
import Testing

/// A learner ready to go, and the name to report it by.
struct Subject: CustomStringConvertible, Sendable {
  var description: String
  var make: @Sendable () throws -> any Learner
}

enum Subjects {
  /// Made-up samples with numbers from `low` to 1.
  static func data(
    classes: Int, features: Int = 5, count: Int = 23, low: Scalar = -1, inputShape: Shape? = nil
  ) -> DataSet {
    let inputShape = inputShape ?? [features]
    let features = inputShape.elementCount
    var random = RandomStream(seed: 11, name: "subject")
    var x = Tensor([count, features])
    random.fillUniform(&x, low: low, high: 1)
    let middle = (low + 1) / 2
    let labels = (0..<count).map { row in
      Int32((x[row, 0] + x[row, 1] > 2 * middle ? 1 : 0) + (classes > 2 && x[row, 2] > middle ? 1 : 0))
    }
    let all = Samples(
      inputs: SampleStore(sampleShape: inputShape, storage: .scalars(x.elements)),
      targets: .classes(labels: labels, names: (0..<classes).map { "class \($0)" }))
    return DataSet(
      name: "subject", about: "made up", train: all.selecting(Array(0..<18)), test: all.selecting(Array(18..<23)))
  }

  static func backprop(
    _ layers: [String], _ settings: [(String, String)], inputShape: Shape = [5]
  ) throws -> any Learner {
    let data = Subjects.data(classes: 3, inputShape: inputShape)
    let network = try Network(
      inputShape: data.inputShape, layers: layers.map { try makeLayer($0.split(separator: " ").map(String.init)) })
    var learner = try BackpropLearner(data: data, model: network, seed: 4)
    for (key, value) in settings { try learner.set(key, to: value) }
    return learner
  }

  /// A learner of a stack of Boltzmann machines, 5 units wide at the input; with `labels` the top one has three.
  static func stack(
    _ type: any Learner.Type, _ hidden: [Int], labels: Bool = false, visible: VisibleUnits = .binary,
    rectified: Bool = false, _ settings: [(String, String)]
  ) throws -> any Learner {
    let data = Subjects.data(classes: 3, low: visible == .binary ? 0 : -1)
    var network: BeliefNetwork?
    for (index, units) in hidden.enumerated() {
      var plan = BeliefNetwork.LevelPlan(hidden: units)
      plan.deviation = 0.7
      plan.classes = labels && index == hidden.count - 1 ? 3 : 0
      plan.hiddenUnits = rectified ? .rectified : .binary
      plan.visibleUnits = index == 0 ? visible : .binary
      if network == nil {
        network = try BeliefNetwork(inputShape: data.inputShape, plan, seed: 6)
      } else {
        try network?.stack(plan)
      }
    }
    var learner = try type.init(data: data, model: #require(network), seed: 4)
    for (key, value) in [("batch", "5"), ("rate", "0.1")] + settings { try learner.set(key, to: value) }
    return learner
  }

  /// A learner of a stack of autoencoders over 5 inputs; `change` makes the plans what is to be tried.
  static func autoencoder(
    _ codes: [Int], _ settings: [(String, String)] = [], low: Scalar = 0,
    _ change: (inout Autoencoder.Plan) -> Void = { _ in }
  ) throws -> any Learner {
    let data = Subjects.data(classes: 3, low: low)
    var stack: AutoencoderStack?
    for units in codes {
      var plan = Autoencoder.Plan(hidden: units)
      change(&plan)
      if stack == nil {
        stack = try AutoencoderStack(inputShape: data.inputShape, plan, seed: 6)
      } else {
        try stack?.stack(plan)
      }
    }
    var learner = try AutoencoderLearner(data: data, model: #require(stack), seed: 4)
    for (key, value) in [("batch", "5")] + settings { try learner.set(key, to: value) }
    return learner
  }

  static let autoencoders: [Subject] =
    Corruption.allCases.map { corruption in
      Subject(description: "autoencoder, \(corruption.rawValue) noise") {
        try autoencoder([4]) { ($0.corruption, $0.noise) = (corruption, 0.3) }
      }
    } + [
      Subject(description: "autoencoder") { try autoencoder([4]) },
      Subject(description: "autoencoder, untied, relu to identity, adam") {
        try autoencoder([4], [("optimizer", "adam"), ("l2", "0.01"), ("schedule", "cosine:3")], low: -1) {
          ($0.activation, $0.output, $0.loss, $0.isTied) = (.relu, .identity, .squared, false)
        }
      },
      Subject(description: "autoencoder, sparse by KL") {
        try autoencoder([4], [("momentum", "0.5")]) { ($0.sparsity, $0.penalty, $0.activity) = (0.5, .kl, 0.2) }
      },
      Subject(description: "autoencoder, sparse by L1, level 1 of 2") {
        try autoencoder([4, 3], [("level", "1")]) { $0.sparsity = 0.1 }
      },
      Subject(description: "autoencoder with noise, level 3 of 3") {
        try autoencoder([4, 3, 2]) { $0.noise = 0.25 }
      },
    ]

  static func wakeSleep(batch: String) throws -> any Learner {
    let data = Subjects.data(classes: 3, low: 0)
    let machine = try HelmholtzMachine(inputShape: data.inputShape, hidden: [3, 2], deviation: 0.7, seed: 6)
    var learner = try WakeSleepLearner(data: data, model: machine, seed: 4)
    try learner.set("batch", to: batch)
    return learner
  }

  static let boltzmann: [Subject] = [
    Subject(description: "cd 1") { try stack(ContrastiveDivergenceLearner.self, [4], []) },
    Subject(description: "cd 3") { try stack(ContrastiveDivergenceLearner.self, [4], [("k", "3")]) },
    Subject(description: "cd 3 --visible sample") {
      try stack(ContrastiveDivergenceLearner.self, [4], [("k", "3"), ("visible", "sample")])
    },
    Subject(description: "cd 2 with labels") {
      try stack(ContrastiveDivergenceLearner.self, [4], labels: true, [("k", "2")])
    },
    Subject(description: "cd 1 --visible sample with labels") {
      try stack(ContrastiveDivergenceLearner.self, [4], labels: true, [("visible", "sample")])
    },
    Subject(description: "cd 1, gaussian visible units") {
      try stack(ContrastiveDivergenceLearner.self, [4], visible: .gaussian, [("visible", "sample")])
    },
    Subject(description: "cd 2, rectified hidden units and labels") {
      try stack(ContrastiveDivergenceLearner.self, [4], labels: true, rectified: true, [("k", "2")])
    },
    Subject(description: "cd 1 with sparsity and growing momentum") {
      try stack(
        ContrastiveDivergenceLearner.self, [4],
        [("sparsity", "0.2"), ("sparsity-cost", "0.5"), ("momentum", "0.5:0.9@2"), ("schedule", "exponential:0.9")])
    },
    Subject(description: "cd 1, level 1 of 2") {
      try stack(ContrastiveDivergenceLearner.self, [4, 3], [("level", "1")])
    },
    Subject(description: "cd 2, level 2 of 2") { try stack(ContrastiveDivergenceLearner.self, [4, 3], [("k", "2")]) },
    Subject(description: "cd 1, level 3 of 3 with labels") {
      try stack(ContrastiveDivergenceLearner.self, [4, 3, 4], labels: true, [])
    },
    Subject(description: "pcd 1") { try stack(PersistentLearner.self, [4], [("particles", "7")]) },
    Subject(description: "pcd 2 with labels") {
      try stack(PersistentLearner.self, [4], labels: true, [("k", "2"), ("particles", "7")])
    },
    Subject(description: "pcd 1, gaussian visible units") {
      try stack(PersistentLearner.self, [4], visible: .gaussian, [("particles", "3")])
    },
    Subject(description: "exact") { try stack(ExactLearner.self, [4], []) },
    Subject(description: "exact with labels") { try stack(ExactLearner.self, [6], labels: true, []) },
    Subject(description: "updown, 2 levels") { try stack(UpDownLearner.self, [4, 3], []) },
    Subject(description: "updown, 2 levels with labels") { try stack(UpDownLearner.self, [4, 3], labels: true, []) },
    Subject(description: "updown, 3 levels") { try stack(UpDownLearner.self, [4, 3, 4], [("gibbs", "1")]) },
    Subject(description: "updown, 3 levels with labels") {
      try stack(UpDownLearner.self, [4, 3, 4], labels: true, [])
    },
    Subject(description: "wakesleep 5-3-2, one sample a step") { try wakeSleep(batch: "1") },
    Subject(description: "wakesleep 5-3-2, four samples a step") { try wakeSleep(batch: "4") },
  ]

  static let all: [Subject] =
    UpdateRule.allCases.map { rule in
      Subject(description: "backprop \(rule)") {
        try backprop(["dense 7 tanh", "dense 3 softmax"], [("optimizer", rule.rawValue), ("batch", "5")])
      }
    }
    + layerTypes.flatMap { type in
      type.grammar.examples.filter { !$0.hasSuffix("step") }.map { words in
        Subject(description: "backprop with \(words)") {
          let input = type.grammar.exampleInput
          let isStepwise = type is any RecurrentLayer.Type || type == Dense.self
          let below =
            isStepwise ? "dense 7 tanh --steps each" : input.rank > 1 ? "conv 2 3x3 tanh --padding 1" : "dense 7 tanh"
          return try backprop(
            [below, words, "dense 3 softmax"], [("batch", "5"), ("clip", "1"), ("l2", "0.01")], inputShape: input)
        }
      }
    } + [
      Subject(description: "backprop through a stack of recurrent layers, rectified, cut, clipped") {
        try backprop(
          ["rnn 4 relu --steps each --truncate 3", "dropout 0.2", "lstm 3 --steps each", "gru 4", "dense 3 softmax"],
          [("batch", "5"), ("clip", "0.5"), ("optimizer", "adam")], inputShape: [7, 2])
      },
      Subject(description: "backprop, the last of two recurrent layers only") {
        try backprop(["lstm 4 --steps each", "gru 3"], [("tune", "top"), ("batch", "4")], inputShape: [5, 2])
      },
      Subject(description: "backprop with schedule") {
        try backprop(["dense 3 softmax"], [("schedule", "cosine:3"), ("batch", "4"), ("l1", "0.001")])
      },
      Subject(description: "backprop, top layer only") {
        try backprop(
          ["dense 7 tanh", "dense 6 tanh", "dense 3 softmax"],
          [("tune", "top"), ("batch", "4"), ("momentum", "0.9"), ("l2", "0.01"), ("clip", "1")])
      },
      Subject(description: "descent") {
        let function = try FunctionModel(Expression("x^2+3*y^2+sin(x*y)"), start: [1, 2], ranges: [-3...3, -3...3])
        var learner = try DescentLearner(data: .none, model: function, seed: 4)
        try learner.set("optimizer", to: "adam")
        return learner
      },
      Subject(description: "perceptron") {
        let data = Subjects.data(classes: 2)
        let network = try Network(inputShape: data.inputShape, layers: [makeLayer(["dense", "1", "step"])])
        return try PerceptronLearner(data: data, model: network, seed: 4)
      },
    ] + boltzmann + convolutions + autoencoders + [
      Subject(description: "k-means") {
        let data = Subjects.data(classes: 3)
        var learner = try KMeansLearner(data: data, model: ClusterModel(inputShape: data.inputShape, count: 4), seed: 4)
        try learner.set("restarts", to: "3")
        return learner
      }
    ]
}

/// The bits of everything that can be looked at.
func bits(_ learner: any Learner) -> [String: [UInt32]] {
  var all: [String: [UInt32]] = [:]
  for named in learner.tensors { all[named.name] = named.tensor.elements.map(\.bitPattern) }
  return all
}

/// The bits of all that is learned.
func bits(_ model: any Model) -> [String: [UInt32]] {
  var all: [String: [UInt32]] = [:]
  for named in model.parameters { all[named.name] = named.tensor.elements.map(\.bitPattern) }
  return all
}

@Suite struct LearnerConformanceTests {
  @Test("stepped equals free-running, bit by bit", arguments: Subjects.all)
  func stepping(subject: Subject) throws {
    var stepped = try subject.make()
    var free = try subject.make()
    for _ in 0..<12 {
      free.next()
      repeat {
        // Looking between the instructions must change nothing.
        _ = stepped.tensors
        _ = stepped.measurements
        _ = stepped.evaluate(stepped.data.test)
        if let checkable = stepped as? any GradientCheckable { _ = try checkable.checkGradients(layer: nil) }
        stepped.step()
      } while stepped.line != 0
    }
    #expect(bits(stepped) == bits(free))
    #expect(stepped.clock == free.clock)
    #expect(stepped.clock.steps == 12)
  }

  @Test("back, then forward, equals never having left", arguments: Subjects.all)
  func backAndForward(subject: Subject) throws {
    var learner = try subject.make()
    for _ in 0..<7 { learner.step() }
    let bookmark = learner
    for _ in 0..<50 { learner.step() }
    let future = bits(learner)
    var again = bookmark
    for _ in 0..<50 { again.step() }
    #expect(bits(again) == future)
    #expect(again.clock == learner.clock)
  }

  @Test("carried out and into another learner, it goes on with the same bits", arguments: Subjects.all, [0, 1, 7])
  func carrying(subject: Subject, steps: Int) throws {
    var learner = try subject.make()
    for _ in 0..<steps { learner.next() }
    var state = LearnerState()
    var copy = learner
    try copy.carry(&state)
    #expect(bits(copy.model) == bits(learner.model))
    var other = try subject.make()
    // A learner that has been elsewhere in the meantime.
    for _ in 0..<3 { other.next() }
    var model = other.model
    try model.setParameters(learner.model.parameters)
    try other.adopt(model, data: other.data)
    var arriving = LearnerState(tensors: state.tensors, words: state.words)
    try other.carry(&arriving)
    #expect(other.clock == learner.clock)
    #expect(other.loss.bitPattern == learner.loss.bitPattern)
    for _ in 0..<9 {
      learner.next()
      other.next()
    }
    #expect(bits(other.model) == bits(learner.model), "\(subject) after \(steps) steps")
    #expect(other.clock == learner.clock)
    // What does not fit is refused, whatever is missing or wrong.
    for entry in state.tensors {
      let tensors = state.tensors.filter { $0.name != entry.name }
      var broken = LearnerState(tensors: tensors, words: state.words)
      #expect(throws: StrataError.self) { try other.carry(&broken) }
    }
    for (name, _) in state.words {
      for value in ["", "-1", "x", "99999999999999999999"] where !(name == "loss" || name.hasSuffix("epoch")) {
        var words = state.words
        words[name] = value
        var broken = LearnerState(tensors: state.tensors, words: words)
        #expect(throws: StrataError.self, "\(name) = \(value)") { try other.carry(&broken) }
      }
    }
  }

  @Test("the listing names tensors that exist and each line writes what it says", arguments: Subjects.all)
  func listing(subject: Subject) throws {
    var learner = try subject.make()
    for _ in 0..<2 { learner.next() }
    #expect(Set(learner.tensors.map(\.name)).count == learner.tensors.count, "\(subject): two tensors have one name")
    // One mini-batch: every line has its turn, the lines of a loop several.
    var executed: Set<Int> = []
    repeat {
      let line = learner.listing[learner.line]
      executed.insert(learner.line)
      let before = bits(learner)
      for name in line.reads + line.writes {
        #expect(learner.tensor(named: name) != nil, "\(subject): line '\(line.text)' names \(name)")
      }
      learner.step()
      let changed = bits(learner).filter { before[$0.key] != $0.value }.keys
      let allowed = Set(line.writes)
      for name in changed where !name.hasSuffix(".moment") && !name.hasSuffix(".square") && !name.contains("running") {
        #expect(allowed.contains(name), "\(subject): '\(line.text)' changed \(name) without saying so")
      }
    } while learner.line != 0
    #expect(executed == Set(learner.listing.indices))
  }

  @Test("every setting reads back what was set", arguments: Subjects.all)
  func settings(subject: Subject) throws {
    var learner = try subject.make()
    for setting in type(of: learner).settings {
      let value = try #require(learner.value(of: setting.key), "\(setting.key)")
      try learner.set(setting.key, to: value)
      #expect(learner.value(of: setting.key) == value)
      #expect(throws: StrataError.self) { try learner.set(setting.key, to: "\u{7f}no such value") }
    }
    #expect(throws: StrataError.self) { try learner.set("no-such-setting", to: "1") }
    #expect(learner.value(of: "no-such-setting") == nil)
  }

  @Test("every element of every tensor can be explained, and positions outside are refused", arguments: Subjects.all)
  func explanations(subject: Subject) throws {
    var learner = try subject.make()
    for _ in 0..<2 { learner.next() }
    for named in learner.tensors where named.tensor.count > 0 {
      let last = named.tensor.shape.dimensions.map { $0 - 1 }
      let explanation = try learner.explain(named.name, at: last)
      #expect(!explanation.lines.isEmpty)
      let value = named.tensor[flat: named.tensor.count - 1]
      #expect(explanation.value == Double(value))
      let outside = last.isEmpty ? [0] : last.map { $0 + 1 }
      #expect(throws: StrataError.self) { try learner.explain(named.name, at: outside) }
    }
    #expect(throws: StrataError.self) { try learner.explain("no.such.tensor", at: [0]) }
  }

  @Test("a non-finite number stops at the line that made it", arguments: Subjects.all)
  func faults(subject: Subject) throws {
    var learner = try subject.make()
    learner.next()
    let weight = try #require(learner.model.parameters.first { $0.role == .parameter })
    try learner.setElement(of: weight.name, at: weight.tensor.shape.dimensions.map { $0 - 1 }, to: 3e38)
    var fault: NumericFault?
    for _ in 0..<400 where fault == nil { fault = learner.step() }
    if let fault {
      let line = learner.listing[fault.line - 1]
      #expect(line.writes.contains(fault.tensor) || fault.tensor == "loss")
      #expect(!fault.value.isFinite)
    }
  }
}
