// Boltzmann machines, belief networks and the Helmholtz machine beside NumPy, line by line through whole mini-batches.
//
// States are drawn by the engine and depend on nothing but the seed; `boltzmann.py` in this folder took them as given and
// worked out everything else: probabilities, statistics, increments, weights. The test runs the same learners again: the
// states must be the very same, the numbers those of NumPy.
//
// To make the file anew:
//   STRATA_STATES=states.safetensors swift test -c release --filter BoltzmannReferenceTests
//   python3 Tests/Reference/boltzmann.py states.safetensors
import StrataData
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A learner on five samples of six numbers.
struct BoltzmannCase: Sendable, CustomStringConvertible {
  var key: String
  /// The word of the learner: `cd`.
  var learner: String
  /// Units of each layer above the input.
  var hidden: [Int]
  var labels = false
  var visible = VisibleUnits.binary
  var units = HiddenUnits.binary
  var settings: [(key: String, value: String)]
  var description: String { key }

  static let steps = 2
  static let all: [BoltzmannCase] = [
    BoltzmannCase(
      key: "cd1", learner: "cd", hidden: [4], settings: [("k", "1"), ("momentum", "0.5"), ("decay", "0.01")]),
    BoltzmannCase(
      key: "cd3", learner: "cd", hidden: [4], labels: true,
      settings: [
        ("k", "3"), ("visible", "sample"), ("sparsity", "0.2"), ("sparsity-cost", "0.5"), ("momentum", "0.5:0.9@1"),
        ("decay", "0.02"),
      ]),
    BoltzmannCase(
      key: "cd2, gaussian and rectified", learner: "cd", hidden: [4], visible: .gaussian, units: .rectified,
      settings: [("rate", "0.001"), ("k", "2"), ("momentum", "0"), ("decay", "0")]),
    BoltzmannCase(
      key: "pcd1", learner: "pcd", hidden: [4], labels: true,
      settings: [("k", "1"), ("particles", "7"), ("momentum", "0.5"), ("decay", "0.01")]),
    BoltzmannCase(
      key: "pcd2", learner: "pcd", hidden: [4],
      settings: [("k", "2"), ("particles", "3"), ("momentum", "0"), ("decay", "0")]),
    BoltzmannCase(key: "updown", learner: "updown", hidden: [5, 4, 6], labels: true, settings: [("gibbs", "2")]),
    BoltzmannCase(key: "updown2", learner: "updown", hidden: [4, 3], settings: [("gibbs", "1")]),
    BoltzmannCase(key: "wakesleep", learner: "wakesleep", hidden: [4, 3], settings: [("upper", "0.05")]),
  ]

  /// Everything that Python has to know, as the file's metadata.
  var words: String {
    let all =
      [
        ("learner", learner), ("visible-units", visible.rawValue), ("hidden-units", units.rawValue),
        ("steps", "\(Self.steps)"),
      ]
      + settings.map { ($0.key, $0.value) }
    return all.map { "\($0.0)=\($0.1)" }.joined(separator: ";")
  }

  var data: DataSet {
    var random = RandomStream(seed: 21, name: key)
    var x = Tensor([5, 6])
    if visible == .binary {
      random.fillUniform(&x, low: 0, high: 1)
    } else {
      random.fillNormal(&x, mean: 0, deviation: 1)
    }
    let train = Samples(
      inputs: SampleStore(sampleShape: [6], storage: .scalars(x.elements)),
      targets: .classes(labels: [0, 2, 1, 2, 0], names: ["a", "b", "c"]))
    return DataSet(name: key, about: "made up", train: train, test: train.selecting([]))
  }

  /// The model with normal weights and biases; recognition and generation differ where both have their own.
  func model() throws -> any Model {
    var model: any Model
    if learner == "wakesleep" {
      model = try HelmholtzMachine(inputShape: [6], hidden: hidden, seed: 1)
    } else {
      func plan(_ index: Int) -> BeliefNetwork.LevelPlan {
        var plan = BeliefNetwork.LevelPlan(hidden: hidden[index])
        plan.visibleUnits = index == 0 ? visible : .binary
        plan.hiddenUnits = units
        plan.classes = labels && index == hidden.count - 1 ? 3 : 0
        return plan
      }
      var network = try BeliefNetwork(inputShape: [6], plan(0), seed: 1)
      for index in hidden.indices.dropFirst() { try network.stack(plan(index)) }
      if learner == "updown" { network.untie() }
      model = network
    }
    var random = RandomStream(seed: 22, name: key)
    try model.setParameters(
      model.parameters.map { named in
        var tensor = named.tensor
        random.fillNormal(&tensor, mean: 0, deviation: 0.6)
        return NamedTensor(named.name, role: .parameter, axes: named.axes, tensor)
      })
    return model
  }

  func make() throws -> any Learner {
    let type = try #require(learnerTypes.first { $0.keyword == learner })
    var made = try type.init(data: data, model: model(), seed: 23)
    for (key, value) in [("batch", "5"), ("shuffle", "no"), ("rate", "0.1")] + settings {
      try made.set(key, to: value)
    }
    return made
  }
}

@Suite struct BoltzmannReferenceTests {
  static let file = Result {
    try Safetensors.read("\(#filePath)".replacing("BoltzmannReferenceTests.swift", with: "boltzmann.safetensors"))
  }

  @Test("the file has what these cases are made from")
  func complete() throws {
    let metadata = try Self.file.get().metadata
    #expect(Set(metadata.keys) == Set(BoltzmannCase.all.map(\.key)))
    for reference in BoltzmannCase.all { #expect(metadata[reference.key] == reference.words) }
  }

  @Test("every number of every line is NumPy's", arguments: BoltzmannCase.all)
  func lines(reference: BoltzmannCase) throws {
    let file = try Self.file.get()
    var learner = try reference.make()
    for named in learner.model.parameters {
      #expect(file["\(reference.key)/before/\(named.name)"] == named.tensor, "\(named.name) to begin with")
    }
    var instruction = 0
    while learner.clock.steps < BoltzmannCase.steps {
      let line = learner.listing[learner.line]
      learner.step()
      for name in line.writes {
        let named = try #require(learner.tensor(named: name))
        let theirs = try #require(file["\(reference.key)/\(instruction)/\(name)"], "\(name) of '\(line.text)'")
        #expect(named.tensor.shape == theirs.shape, "\(name) of '\(line.text)'")
        #expect(theirs.firstNonFinite == nil && named.tensor.firstNonFinite == nil)
        if named.role == .sample {
          #expect(named.tensor == theirs, "\(name) of '\(line.text)', instruction \(instruction), is another state")
        } else {
          let size = theirs.elements.reduce(1e-2) { max($0, abs($1)) }
          let difference = zip(named.tensor.elements, theirs.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
          #expect(difference <= 1e-5 * size, "\(name) of '\(line.text)', instruction \(instruction)")
        }
      }
      instruction += 1
    }
  }

  /// Writes what `boltzmann.py` begins with, where the environment names a file for it.
  @Test("states for boltzmann.py", .enabled(if: getenv("STRATA_STATES") != nil))
  func states() throws {
    let path = try #require(getenv("STRATA_STATES").map { String(cString: $0) })
    var entries: [Safetensors.Entry] = []
    for reference in BoltzmannCase.all {
      var learner = try reference.make()
      var (x, y) = (Tensor.empty, Tensor([5, 3]))
      learner.data.train.inputs.gather(0..<5, into: &x)
      if case .classes(let labels, _) = learner.data.train.targets {
        for (row, label) in labels.enumerated() { y[row, Int(label)] = 1 }
      }
      entries.append(.init("\(reference.key)/x", x))
      entries.append(.init("\(reference.key)/y", y))
      for named in learner.model.parameters {
        entries.append(.init("\(reference.key)/before/\(named.name)", named.tensor))
      }
      var instruction = 0
      while learner.clock.steps < BoltzmannCase.steps {
        let line = learner.listing[learner.line]
        learner.step()
        for name in line.writes {
          let named = try #require(learner.tensor(named: name))
          if named.role == .sample { entries.append(.init("\(reference.key)/\(instruction)/\(name)", named.tensor)) }
        }
        instruction += 1
      }
    }
    let metadata = Dictionary(uniqueKeysWithValues: BoltzmannCase.all.map { ($0.key, $0.words) })
    try Safetensors(entries, metadata: metadata).write(to: path)
  }
}
