// The model as three files: a script for PyTorch, its weights, and a few samples with Strata's own answers, which the
// script checks itself against.
import StrataData
import StrataEngine

/// The files of one export, ready to be written.
struct NetworkExport {
  let script: PyTorchScript
  let weights: Safetensors
  let samples: Safetensors
  let sampleCount: Int

  /// How many samples go along.
  static let mostSamples = 16

  /// Writes a model down. Throws where it cannot be, with the reason.
  init(_ experiment: Experiment, step: Int) throws(StrataError) {
    guard let model = experiment.model as? any PyTorchExportable else {
      throw StrataError(
        "\(experiment.model.described) cannot be written for PyTorch; networks of layers, Boltzmann machines, belief networks, "
          + "Helmholtz machines and autoencoders can", try: "new")
    }
    guard let data = experiment.data else {
      throw StrataError("there are no data yet, so that the shape of the inputs is not known", try: "data digits")
    }
    let module = try model.pyTorch()
    for parameter in model.parameters where !parameter.tensor.elements.allSatisfy(\.isFinite) {
      throw StrataError(
        "\(parameter.name) holds numbers that are not finite, and so nothing that could be compared", try: "back")
    }
    let part = data.test.count > 0 ? data.test : data.train
    sampleCount = min(part.count, NetworkExport.mostSamples)
    guard sampleCount > 0 else { throw StrataError("\(data.name) has no samples", try: "data digits") }
    let learned = part.inputs.tensor(Array(0..<Int32(sampleCount)))
    let inputs = data.standardization.map { $0.undone(learned) } ?? learned

    script = PyTorchScript(
      module: module, inputShape: data.inputShape,
      inputRange: data.standardization == nil ? data.train.inputs.range : nil,
      isStandardised: data.standardization != nil, classNames: data.classNames, dataName: data.name, step: step)
    var entries = model.parameters.map { Safetensors.Entry($0.name, $0.tensor) }
    if let standardization = data.standardization {
      let shape: Shape = [standardization.means.count]
      entries.append(.init(PyTorchScript.inputMean, Tensor(shape, elements: standardization.means)))
      entries.append(.init(PyTorchScript.inputDeviation, Tensor(shape, elements: standardization.deviations)))
    }
    let words = model.parts.map(\.words).joined(separator: "; ")
    weights = Safetensors(entries, metadata: ["format": "strata", "step": "\(step)", "model": words])
    let answers = model.answers(for: learned).map { Safetensors.Entry("answers." + $0.name, $0.tensor) }
    samples = Safetensors([.init("inputs", inputs)] + answers, metadata: ["format": "strata"])
  }

  /// The three files of an export to this path, the script last. Throws unless it ends in `.py`.
  static func paths(for path: String) throws(StrataError) -> [String] {
    guard FileEnding.of(path) == "py" else {
      throw StrataError("a script for PyTorch ends in .py; got \(path.quoted)", try: "network.py")
    }
    let base = FileEnding.removed(from: path)
    return [base + ".safetensors", base + ".samples.safetensors", path]
  }
}

extension Lab {
  /// Every file that `exportNetwork` writes for this path.
  public static func networkFiles(for path: String) throws(StrataError) -> [String] {
    try NetworkExport.paths(for: path)
  }

  /// Writes the model as a script for PyTorch, with its weights and a few samples beside it.
  public func exportNetwork(to path: String) throws(StrataError) -> Outcome {
    let paths = try NetworkExport.paths(for: path)
    let export = try NetworkExport(experiment, step: moment.step)
    for path in paths { try configuration.files.check(path, to: "write") }
    let (weights, samples) = (try export.weights.encoded(), try export.samples.encoded())
    // The script last: where it stands, the others do.
    try AtomicFile.write(weights, to: expanded(paths[0]))
    try AtomicFile.write(samples, to: expanded(paths[1]))
    try AtomicFile.write(export.script.text, to: expanded(paths[2]))
    let names = export.script.module.answers.map(\.name).joined(separator: ", ")
    return Outcome(
      lines: [
        "\(paths[2]): the script; it checks itself: python3 \(paths[2])",
        "\(paths[0]): \(export.weights.entries.count) tensors",
        "\(paths[1]): \(export.sampleCount) samples with \(names)",
      ], notes: export.script.module.omissions)
  }
}

extension Standardization {
  /// The numbers before they were standardised, `[batch] + shape`. In double precision, so that they come back as they were.
  func undone(_ tensor: Tensor) -> Tensor {
    var result = tensor
    for index in 0..<result.count {
      let feature = index % means.count
      result[flat: index] = Scalar(
        Double(tensor[flat: index]) * Double(deviations[feature]) + Double(means[feature]))
    }
    return result
  }
}
