// The engine beside PyTorch: loss, gradients and 20 updates of the same networks on the same data, for every
// activation, loss and update rule, and of convolutional and recurrent ones. `pytorch.py`, `convolution.py` and
// `recurrent.py` in this folder made the numbers.
import StrataData
import StrataEngine
import Testing

/// One case of a reference file.
struct ReferenceCase: Sendable, CustomStringConvertible {
  /// The file's name without its extension.
  var source: String
  var key: String
  var name: String
  var settings: [(key: String, value: String)]
  var description: String { name }

  /// `name;layers=…;loss=…;rate=…`
  init(source: String = "pytorch", key: String, text: String) {
    self.source = source
    self.key = key
    let parts = text.split(separator: ";").map(String.init)
    name = parts[0]
    settings = parts.dropFirst().map { part in
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      return (pair[0], pair[1])
    }
  }
}

/// The reference files, read once.
enum Reference {
  static let file = read("pytorch")
  static let convolutions = read("convolution")
  static let recurrent = read("recurrent")

  static func file(_ source: String) throws -> Safetensors {
    switch source {
    case "pytorch": try file.get()
    case "convolution": try convolutions.get()
    default: try recurrent.get()
    }
  }

  private static func read(_ name: String) -> Result<Safetensors, any Error> {
    Result { try Safetensors.read("\(#filePath)".replacing("PyTorchTests.swift", with: "\(name).safetensors")) }
  }

  static let cases: [ReferenceCase] = ["pytorch", "convolution", "recurrent"].flatMap { source in
    ((try? file(source))?.metadata ?? [:]).sorted { $0.key < $1.key }.map {
      ReferenceCase(source: source, key: $0.key, text: $0.value)
    }
  }
}

@Suite struct PyTorchTests {
  @Test("the reference has a case for every activation, loss and update rule")
  func complete() throws {
    let file = try Reference.file.get()
    let texts = file.metadata.values
    for activation in Activation.allCases where activation != .step {
      #expect(texts.contains { $0.hasPrefix("hidden \(activation.rawValue);") })
    }
    for loss in Loss.allCases where loss != .zeroOne {
      #expect(texts.contains { $0.contains("loss=\(loss.rawValue);") })
    }
    for rule in UpdateRule.allCases { #expect(texts.contains { $0.hasPrefix("optimizer \(rule.rawValue);") }) }
    let pictures = try Reference.convolutions.get().metadata.values
    for word in ["conv", "maxpool", "l2pool", "avgpool", "probpool", "flatten", "batchnorm"] {
      #expect(pictures.contains { $0.contains("\(word)") })
    }
    let sequences = try Reference.recurrent.get().metadata.values
    for cell in ["rnn 4", "rnn 4 relu", "lstm 4", "lstm 4 --forget no", "gru 4"] {
      for way in ["last state", "each state", "classes at each step", "truncated"] {
        #expect(sequences.contains { $0.hasPrefix("\(cell), \(way);") })
      }
    }
  }

  @Test("loss, gradients and 20 updates agree to 1e-5", arguments: Reference.cases)
  func agrees(reference: ReferenceCase) throws {
    let file = try Reference.file(reference.source)
    func tensor(_ path: String) throws -> Tensor { try #require(file["\(reference.key)/\(path)"], "\(path)") }
    let x = try tensor("x")
    let targets: Targets
    if let labels = file["\(reference.key)/labels"] {
      targets = .steps(labels: labels.elements.map { Int32($0) }, names: ["a", "b", "c"], length: labels.shape[1])
    } else {
      let t = try tensor("t")
      targets = .values(SampleStore(sampleShape: t.shape.dropFirst, storage: .scalars(t.elements)))
    }
    let train = Samples(
      inputs: SampleStore(sampleShape: x.shape.dropFirst, storage: .scalars(x.elements)), targets: targets)
    let data = DataSet(name: "reference", about: "", train: train, test: train.selecting([]))
    let layers = try #require(reference.settings.first { $0.key == "layers" }).value.split(separator: "|")
    var network = try Network(
      inputShape: x.shape.dropFirst, layers: layers.map { try makeLayer($0.split(separator: " ").map(String.init)) })
    try network.setParameters(
      network.parameters.filter { $0.role == .parameter }.map { named in
        NamedTensor(named.name, role: .parameter, axes: named.axes, try tensor("before/\(named.name)"))
      })
    var learner = try BackpropLearner(data: data, model: network, seed: 1)
    try learner.set("batch", to: "\(x.shape[0])")
    try learner.set("shuffle", to: "no")
    for (key, value) in reference.settings where key != "layers" { try learner.set(key, to: value) }

    // Every parameter's gradient stands after the first backward pass, before clipping and the update.
    repeat {
      learner.step()
    } while !["update"].contains(learner.listing[learner.line].phase)
      && !learner.listing[learner.line].text.hasPrefix("∇ ←")
    let losses = try tensor("loss")
    expectClose([Scalar(learner.loss)], [losses[0]], "loss before")
    for named in network.parameters where named.role == .parameter {
      let gradient = try #require(learner.tensor(named: named.name + ".gradient"))
      expectClose(gradient.tensor.elements, try tensor("gradient/\(named.name)").elements, "gradient of \(named.name)")
    }
    while learner.clock.steps < 20 { learner.step() }
    for named in learner.network.parameters where named.role == .parameter {
      expectClose(named.tensor.elements, try tensor("after/\(named.name)").elements, "\(named.name) after 20 updates")
    }
    while learner.listing[learner.line].phase != "loss" { learner.step() }
    learner.step()
    expectClose([Scalar(learner.loss)], [losses[1]], "loss after")
  }

  /// The largest difference, relative to the largest number of the tensor.
  private func expectClose(_ ours: [Scalar], _ theirs: [Scalar], _ what: Comment) {
    #expect(ours.count == theirs.count, what)
    // A nan would be lost in the largest difference.
    #expect(ours.allSatisfy(\.isFinite) && theirs.allSatisfy(\.isFinite), what)
    let size = theirs.reduce(0) { max($0, abs($1)) }
    let difference = zip(ours, theirs).reduce(0) { max($0, abs($1.0 - $1.1)) }
    // A gradient that is 0 in exact arithmetic (a bias before batch normalisation) is rounding noise on both sides.
    #expect(difference <= 1e-5 * max(size, 1e-2), what)
  }
}
