// Weights, tensors, sessions and pictures in and out of files.
import StrataData
import StrataEngine

extension Command {
  static let save = Command(
    "save", .files, "writes a session, weights, a tensor, or a picture of a view to a file",
    details:
      "A file is written whole or not at all. Weights go to .safetensors, tensors to .npy, views to .svg, .png or .txt.",
    forms: [
      Form(
        [.word("session"), file], "the commands so far, to be played again",
        options: { _ in
          [OptionDescription("checkpoint", nil, "a checkpoint beside it, so that it can be entered at its end")]
        }
      ) { arguments throws(StrataError) in
        let path = arguments.text("FILE") ?? ""
        let withCheckpoint = arguments.flag("checkpoint")
        return .look { (lab) throws(StrataError) in try saveSession(lab, path, withCheckpoint: withCheckpoint) }
      },
      checkpointForm,
      Form(
        [.word("weights"), file], "all parameters, as safetensors",
        options: { _ in [OptionDescription("gradients", nil, "the gradients too, as they stand now")] }
      ) { arguments throws(StrataError) in
        let path = arguments.text("FILE") ?? ""
        let withGradients = arguments.flag("gradients")
        return .look { (lab) throws(StrataError) in try saveWeights(lab, path, withGradients: withGradients) }
      },
      Form(
        [.word("tensor"), Place("NAME[INDEX]", .known(.tensors), "a tensor or a part of one"), file], "a tensor, as NPY"
      ) { arguments throws(StrataError) in
        let path = arguments.text("FILE") ?? ""
        let reference = try TensorReference(arguments.text("NAME[INDEX]") ?? "")
        return .look { (lab) throws(StrataError) in
          let tensor = try tensorToSave(reference, lab.experiment)
          try lab.configuration.files.check(path, to: "write")
          try NPY.write(tensor, to: lab.expanded(path))
          return Outcome("\(path): \(tensor.shape)")
        }
      },
      Form(
        [
          .word("plot"), Place("VIEW", .known(.views), "what to draw"), file,
          Place("…", .text, optional: true, "what the view takes"),
        ],
        "a view, as SVG, PNG or text"
      ) { arguments throws(StrataError) in
        let path = arguments.text("FILE") ?? ""
        let name = arguments.text("VIEW") ?? ""
        let words = TypedLine(arguments.text("…") ?? "").tokens.map(\.text)
        return .look { (lab) throws(StrataError) in
          let view = try lab.view(named: name)
          _ = try PictureFormat(path: path, view: view.name)
          try lab.configuration.files.check(path, to: "write")
          return Outcome(request: .saveView(name: view.name, arguments: words, path: lab.expanded(path)))
        }
      },
    ],
    examples: [
      "save session lesson.strata", "save checkpoint here.safetensors", "save weights digits.safetensors",
      "save tensor W1 w1.npy",
      "save plot loss loss.svg",
    ],
    isTranscribed: false)

  static let load = Command(
    "load", .files, "reads weights from a safetensors file",
    details:
      "Every tensor must fit a parameter; parameters that the file does not hold stay. Gradients in it are left out.",
    forms: [
      Form([.word("weights"), file]) { arguments throws(StrataError) in
        let path = arguments.text("FILE") ?? ""
        return .edit(readsFiles: true) { (experiment, surroundings) throws(StrataError) in
          try surroundings.files.check(path, to: "read")
          let expanded = DataPlaces(environment: surroundings.environment).expanding(path)
          let names = experiment.model.parameters.map(\.name)
          let tensors = try Safetensors.read(expanded).entries
            .filter {
              // Of the data, not of the model: a file that was written for PyTorch has them too.
              let isOther = $0.name.hasSuffix(".gradient") || PyTorchScript.inputNames.contains($0.name)
              return names.contains($0.name) || !isOther
            }
            .map { NamedTensor($0.name, role: .parameter, axes: [], $0.tensor) }
          guard !tensors.isEmpty else { throw StrataError("\(path.safe) holds no parameters", try: "print") }
          let notes = try experiment.setParameters(tensors)
          let count = tensors.reduce(0) { $0 + $1.tensor.count }
          return Outcome("\(tensors.count) tensors, \(NumberText.grouped(count)) numbers", notes: notes)
        }
      }
    ],
    examples: ["load weights digits.safetensors"],
    disabledReason: { lab in
      lab.experiment.model.parameters.isEmpty
        ? StrataError("there are no parameters to load into yet", try: "add dense 16 relu") : nil
    })

  private static let file = Place("FILE", .path, "a file's path")

  private static func saveSession(_ lab: Lab, _ path: String, withCheckpoint: Bool) throws(StrataError) -> Outcome {
    try lab.configuration.files.check(path, to: "write")
    var session = lab.session
    var notes: [String] = []
    if withCheckpoint {
      let beside = (path.hasSuffix(".strata") ? String(path.dropLast(7)) : path) + ".safetensors"
      try lab.configuration.files.check(beside, to: "write")
      try Checkpoint(lab).file.write(to: lab.expanded(beside))
      session.append("save checkpoint \(TypedLine.quoted(beside))")
      notes.append("\(beside): enter it at once by strata run \(TypedLine.quoted(path)) --resume")
    }
    try AtomicFile.write(session.text, to: lab.expanded(path))
    return Outcome("\(path): \(session.lines.count) commands", notes: notes)
  }

  private static func saveWeights(_ lab: Lab, _ path: String, withGradients: Bool) throws(StrataError) -> Outcome {
    let experiment = lab.experiment
    let parameters = experiment.model.parameters
    guard !parameters.isEmpty else {
      throw StrataError("there are no weights yet", try: experiment.missing?.suggestion ?? "add dense 10 softmax")
    }
    var entries = parameters.map { Safetensors.Entry($0.name, $0.tensor) }
    if withGradients {
      for parameter in parameters {
        guard let gradient = experiment.tensor(named: parameter.name + ".gradient") else { continue }
        guard gradient.tensor.count > 0 else {
          throw StrataError("\(gradient.name) has not been computed yet", try: "next")
        }
        entries.append(Safetensors.Entry(gradient.name, gradient.tensor))
      }
    }
    try lab.configuration.files.check(path, to: "write")
    let metadata = [
      "format": "strata", "step": "\(lab.moment.step)",
      "model": experiment.model.parts.map(\.words).joined(separator: "; "),
    ]
    try Safetensors(entries, metadata: metadata).write(to: lab.expanded(path))
    let count = entries.reduce(0) { $0 + $1.tensor.count }
    return Outcome("\(path): \(entries.count) tensors, \(NumberText.grouped(count)) numbers")
  }

  private static func tensorToSave(
    _ reference: TensorReference, _ experiment: Experiment
  ) throws(StrataError) -> Tensor {
    let named = try experiment.requireTensor(reference.name)
    guard named.tensor.count > 0 else { throw StrataError("\(named.name) has not been computed yet", try: "next") }
    guard reference.indices != nil else { return named.tensor }
    let part = try TensorPart(reference, of: named)
    return Tensor(Shape(part.openAxes.map { part.ranges[$0].range.count }), elements: part.values)
  }
}

extension Lab {
  /// The same laboratory for the person who owns it: files that a session may not touch are open to who named them on the
  /// command line.
  public var trusted: Lab {
    var lab = self
    lab.configuration.files = .everything
    return lab
  }

  /// A path with the user's home in place of `~`.
  func expanded(_ path: String) -> String { DataPlaces(environment: configuration.environment).expanding(path) }
}
