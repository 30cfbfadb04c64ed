// Building a network layer by layer. The kinds of layers come from the engine's list.
import StrataEngine

extension Command {
  static let new = Command(
    "new", .build, "begins an empty network; the data and the seed stay",
    forms: [
      Form([]) { _ throws(StrataError) in
        .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let notes = experiment.begin(with: Network(seed: experiment.seed))
          return Outcome("a new network without layers", notes: notes)
        }
      }
    ],
    examples: ["new"])

  static let add = Command(
    "add", .build, "puts a layer on top",
    details: """
      The other layers keep their weights. Where the outputs fit the data, learning is set up by itself. A dense layer \
      above the maps of a convolution gets a flatten layer below it.
      """,
    forms: [
      Form([Place("LAYER …", .layer, "a layer's words, such as dense 64 relu")]) { arguments throws(StrataError) in
        let layer = try makeLayer(named: arguments.words("LAYER …"))
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          var position = 0
          var additions: [String] = []
          let notes = try experiment.changeNetwork { (network) throws(StrataError) in
            position = network.layers.count + 1
            if layer is Dense, network.endsInMaps {
              try network.insert(Flatten(), at: position)
              additions.append("layer \(position), flatten, makes one row of the maps")
              position += 1
            }
            return try network.insert(layer, at: position)
          }
          return layerOutcome(position, experiment, additions + notes)
        }
      }
    ],
    examples: ["add dense 10 softmax"])

  static let insert = Command(
    "insert", .build, "puts a layer in at place N; the layers from there on move up",
    forms: [
      Form([
        Place("N", .integer(1...10_000), "the number that the new layer gets"),
        Place("LAYER …", .layer, "a layer's words, such as dense 64 relu"),
      ]) { arguments throws(StrataError) in
        let layer = try makeLayer(named: arguments.words("LAYER …"))
        let position = arguments.integer("N") ?? 1
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let notes = try experiment.changeNetwork { (network) throws(StrataError) in
            try network.insert(layer, at: position)
          }
          return layerOutcome(position, experiment, notes)
        }
      }
    ],
    examples: ["insert 1 dense 32 relu"])

  static let remove = Command(
    "remove", .build, "takes out layer N",
    forms: [
      Form([Place("N", .integer(1...10_000), "the layer's number")]) { arguments throws(StrataError) in
        let position = arguments.integer("N") ?? 1
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let words = experiment.model.parts.first { $0.index == position }?.words ?? ""
          let notes = try experiment.changeNetwork { (network) throws(StrataError) in
            try network.remove(at: position)
          }
          return Outcome("layer \(position), \(words), is gone", notes: notes)
        }
      }
    ],
    examples: ["remove 1"],
    disabledReason: needsLayers)

  static let change = Command(
    "change", .build, "replaces layer N; its weights stay where only the activation differs",
    forms: [
      Form([
        Place("N", .integer(1...10_000), "the layer's number"),
        Place("LAYER …", .layer, "a layer's words, such as dense 64 tanh"),
      ]) { arguments throws(StrataError) in
        let layer = try makeLayer(named: arguments.words("LAYER …"))
        let position = arguments.integer("N") ?? 1
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let notes = try experiment.changeNetwork { (network) throws(StrataError) in
            try network.change(at: position, to: layer)
          }
          return layerOutcome(position, experiment, notes)
        }
      }
    ],
    examples: ["change 1 dense 16 tanh"],
    disabledReason: needsLayers)

  static let network = Command(
    "network", .build, "shows the layers with their shapes and how many numbers each learns",
    forms: [
      Form([]) { _ throws(StrataError) in .look { (lab) throws(StrataError) in describeNetwork(lab.experiment) } }
    ],
    examples: ["network"])

  @Sendable private static func needsLayers(_ lab: Lab) -> StrataError? {
    lab.experiment.model.parts.isEmpty
      ? StrataError("the network has no layers yet", try: "add dense 16 relu") : nil
  }

  /// A layer from its words; a misspelt kind gets the nearest.
  private static func makeLayer(named words: [String]) throws(StrataError) -> any Layer {
    let known = layerTypes.map { $0.grammar }
    guard let word = words.first else {
      throw StrataError(
        "a layer was expected: \(known.map(\.keyword).joined(separator: ", "))", try: "add dense 16 relu")
    }
    guard let grammar = known.first(where: { $0.keyword == word }) else {
      let near = Nearest.to(word, among: known.map(\.keyword))
      let example = known.first { $0.keyword == near }?.examples.first ?? "dense 16 relu"
      throw StrataError(
        "there is no layer \(word.quoted)" + (near.map { "; did you mean \($0)?" } ?? "") + " Layers are "
          + known.map(\.keyword).joined(separator: ", "), try: "add \(example)")
    }
    do {
      return try StrataEngine.makeLayer(words)
    } catch {
      // Words of a choice that were misspelt.
      let choices = (grammar.positional + grammar.options).flatMap { word -> [String] in
        if case .choice(let words) = word.kind { words } else { [] }
      }
      let question =
        words.dropFirst().compactMap { word in
          choices.contains(word) || Double(word) != nil ? nil : Nearest.to(word, among: choices)
        }.first.map { "; did you mean \($0)?" } ?? ""
      throw StrataError(error.problem.safe + question, try: error.suggestion ?? grammar.usage)
    }
  }

  private static func layerOutcome(_ position: Int, _ experiment: Experiment, _ notes: [String]) -> Outcome {
    guard let part = experiment.model.parts.first(where: { $0.index == position }) else { return Outcome(notes: notes) }
    var text = "layer \(position): \(part.words)"
    if let input = part.inputShape, let output = part.outputShape { text += " · \(input) → \(output)" }
    if part.parameterCount > 0 { text += " · \(NumberText.grouped(part.parameterCount)) parameters" }
    return Outcome(text, numbers: [Outcome.Number("parameters", Double(part.parameterCount))], notes: notes)
  }

  private static func describeNetwork(_ experiment: Experiment) -> Outcome {
    let parts = experiment.model.parts
    var table = TextTable(columns: ["", experiment.model.kind, "input", "output", "parameters"])
    for part in parts {
      table.rows.append([
        "\(part.index)", part.words, part.inputShape?.description ?? "?", part.outputShape?.description ?? "?",
        part.parameterCount > 0 ? NumberText.grouped(part.parameterCount) : "",
      ])
    }
    let count = experiment.model.parameterCount
    var outcome = Outcome(numbers: [Outcome.Number("parameters", Double(count))])
    if parts.isEmpty {
      outcome.append("no layers yet")
    } else {
      outcome.append(table)
      outcome.append("\(NumberText.grouped(count)) numbers to learn")
    }
    if let text = experiment.learnerText { outcome.append("learns by \(text)") }
    if let missing = experiment.missing {
      outcome.notes.append(missing.problem)
      if let suggestion = missing.suggestion { outcome.notes.append("try: \(suggestion)") }
    }
    return outcome
  }
}
