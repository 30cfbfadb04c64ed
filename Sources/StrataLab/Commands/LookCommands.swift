// Looking: views, numbers, formulas, gradients checked, the test part measured. None of these changes anything.
import StrataEngine

extension Command {
  static let show = Command(
    "show", .look, "shows a view",
    forms: [
      Form([
        Place("VIEW", .known(.views), "what to see"),
        Place("…", .text, optional: true, "what the view takes"),
      ]) { arguments throws(StrataError) in
        let name = arguments.text("VIEW") ?? ""
        let words = TypedLine(arguments.text("…") ?? "").tokens.map(\.text)
        return .look { (lab) throws(StrataError) in
          let view = try lab.view(named: name)
          return Outcome(request: .view(name: view.name, arguments: words))
        }
      }
    ],
    examples: ["show loss"])

  static let print = Command(
    "print", .look, "prints a number, a part of a tensor, or what a tensor is like; alone it lists the tensors",
    details:
      "Tensors go by their names or by the listing's signs: layer1.weight is W1. Indices are numbers, 0..4, or :.",
    forms: [
      Form([]) { _ throws(StrataError) in .look { (lab) throws(StrataError) in listTensors(lab.experiment) } },
      Form([Place("NAME[INDEX]", .known(.tensors), "a tensor or a part of one")]) { arguments throws(StrataError) in
        let text = arguments.text("NAME[INDEX]") ?? ""
        return .look { (lab) throws(StrataError) in
          // A quantity by its name is printed too: `print loss`.
          if !text.contains("["), lab.experiment.tensor(named: text) == nil,
            let quantity = try? Quantity([text], in: lab.experiment)
          {
            return printed(quantity, text, lab.experiment)
          }
          return try printed(try TensorReference(text), lab.experiment)
        }
      },
      Form([Place("QUANTITY", .condition, "whatever conditions can compare")], "a quantity by its name") {
        arguments throws(StrataError) in
        let words = arguments.words("QUANTITY")
        return .look { (lab) throws(StrataError) in
          printed(try Quantity(words, in: lab.experiment), words.joined(separator: " "), lab.experiment)
        }
      },
    ],
    examples: ["print layer1.weight[0,0..4]", "print b1", "print train accuracy", "print"])

  static let explain = Command(
    "explain", .look, "shows where a number comes from: its formula with the numbers in it",
    forms: [
      Form([Place("NAME[INDEX]", .known(.tensors), "an element, such as layer1.output[0,0]")]) {
        arguments throws(StrataError) in
        let reference = try TensorReference(arguments.text("NAME[INDEX]") ?? "")
        return .look { (lab) throws(StrataError) in
          guard let learner = lab.experiment.learner else {
            throw lab.experiment.missing ?? StrataError("nothing has been computed yet", try: "next")
          }
          let named = try lab.experiment.requireTensor(reference.name)
          guard named.tensor.count > 0 else {
            throw StrataError("\(named.name) has not been computed yet", try: "next")
          }
          _ = try reference.element(in: lab.experiment)
          let position = reference.position ?? [Int](repeating: 0, count: named.tensor.shape.rank)
          let explanation = try learner.explain(named.name, at: position)
          return Outcome(
            lines: [explanation.subject] + explanation.lines.map { "  " + $0 },
            numbers: [Outcome.Number(explanation.subject, explanation.value)])
        }
      }
    ],
    examples: ["explain layer1.output[0,0]"],
    disabledReason: needsLearner)

  static let check = Command(
    "check", .look, "compares the gradient with finite differences, tensor by tensor",
    forms: [
      Form([Place("LAYER", .integer(1...10_000), optional: true, "a layer's number; all if left out")]) {
        arguments throws(StrataError) in
        let layer = arguments.integer("LAYER")
        return .look { (lab) throws(StrataError) in try checked(layer, lab.experiment) }
      }
    ],
    examples: ["check", "check 1"],
    disabledReason: needsLearner)

  static let test = Command(
    "test", .look, "measures how good it is, on the test part and on the training part",
    forms: [
      Form([]) { _ throws(StrataError) in .look { (lab) throws(StrataError) in try tested(lab.experiment) } }
    ],
    examples: ["test"],
    disabledReason: needsLearner)

  private static func listTensors(_ experiment: Experiment) -> Outcome {
    let tensors = experiment.tensors
    guard !tensors.isEmpty else {
      return Outcome("no tensors yet", notes: experiment.missing.map { [$0.problem] } ?? [])
    }
    var table = TextTable(columns: ["name", "sign", "what", "shape", "axes"])
    for named in tensors {
      table.rows.append([
        named.name, named.symbol == named.name ? "" : named.symbol, named.role.rawValue,
        named.tensor.count > 0 ? named.tensor.shape.description : "not yet", named.axes.joined(separator: ", "),
      ])
    }
    return Outcome(table: table)
  }

  private static func printed(_ quantity: Quantity, _ text: String, _ experiment: Experiment) -> Outcome {
    var cache = QuantityCache(experiment, isEvaluated: true)
    let value = experiment.value(of: quantity, &cache) ?? .nan
    return Outcome("\(text) = \(NumberText.short(value, digits: 6))", numbers: [Outcome.Number(text, value)])
  }

  private static func printed(_ reference: TensorReference, _ experiment: Experiment) throws(StrataError) -> Outcome {
    let named = try experiment.requireTensor(reference.name)
    guard named.tensor.count > 0 else {
      throw StrataError("\(named.name) has not been computed yet", try: "next")
    }
    let part = try TensorPart(reference, of: named)
    if part.openAxes.isEmpty {
      let value = part.values.first ?? .nan
      let text = reference.indices == nil ? named.symbol : reference.text
      return Outcome(
        "\(text) = \(TensorText.value(value))",
        numbers: [Outcome.Number(reference.text, Double("\(value)") ?? Double(value))])
    }
    if reference.indices == nil, named.tensor.count == 1 {
      let value = named.tensor[flat: 0]
      return Outcome(
        "\(named.symbol) = \(TensorText.value(value))", numbers: [Outcome.Number(named.name, Double(value))])
    }
    var outcome = Outcome()
    if reference.indices == nil {
      let statistics = TensorStatistics(named.tensor)
      outcome.append("\(named.name)  \(TensorText.summary(named))  deviation \(NumberText.short(statistics.deviation))")
      outcome.numbers = [
        Outcome.Number("minimum", statistics.minimum), Outcome.Number("mean", statistics.mean),
        Outcome.Number("maximum", statistics.maximum), Outcome.Number("deviation", statistics.deviation),
        Outcome.Number("not finite", Double(statistics.nonFinite)),
      ]
    } else if part.values.count <= 1_000 {
      // Single precision in its shortest spelling.
      outcome.numbers = part.values.enumerated().map { Outcome.Number("\($0)", Double("\($1)") ?? Double($1)) }
    }
    for line in TensorText.lines(of: part) { outcome.append(line) }
    if let text = symbolText(of: part, experiment) { outcome.append("as symbols: \(text)") }
    return outcome
  }

  /// One sequence of symbols, or of probabilities for each, as the text that it stands for; nil for other numbers.
  private static func symbolText(of part: TensorPart, _ experiment: Experiment) -> String? {
    guard let data = experiment.data, data.hasSymbols, part.ranges.count == 3, part.ranges[0].isSingle,
      part.ranges[2].range.count == data.featureNames.count, !part.ranges[2].isSingle,
      ["input", "target", "layer\(experiment.model.parts.count).output"].contains(part.named.name)
    else { return nil }
    let steps = part.ranges[1].range
    let numbers = Tensor(Shape(rows: steps.count, columns: data.featureNames.count), elements: part.values)
    return StrataEngine.symbolText(numbers.symbols(in: 0..<steps.count).compactMap { $0 }, names: data.featureNames)
  }

  private static func checked(_ layer: Int?, _ experiment: Experiment) throws(StrataError) -> Outcome {
    guard let learner = experiment.learner else { throw StrataError("nothing to check yet", try: "data digits") }
    guard let checkable = learner as? any GradientCheckable else {
      throw StrataError(
        "\(type(of: learner).keyword) follows no gradient, so there is nothing to check", try: "learn backprop")
    }
    let checks = try checkable.checkGradients(layer: layer)
    var table = TextTable(columns: ["tensor", "tried", "relative error", "worst at", "analytic", "numeric", ""])
    for check in checks {
      table.rows.append([
        check.name, "\(check.tried) of \(check.count)", NumberText.short(check.relativeError, digits: 2),
        "[\(check.worstPosition.map(String.init).joined(separator: ","))]", NumberText.short(check.worstAnalytic),
        NumberText.short(check.worstNumeric), check.agrees ? "agrees" : "DIFFERS",
      ])
    }
    let wrong = checks.filter { !$0.agrees }
    var outcome = Outcome(table: table, numbers: checks.map { Outcome.Number($0.name, $0.relativeError) })
    if checks.isEmpty { outcome.append("there is nothing with a gradient here") }
    if !wrong.isEmpty {
      outcome.level = .warning
      outcome.append("the gradient of \(wrong.map(\.name).joined(separator: ", ")) is not what the cost does")
      let layers = (learner.model as? Network)?.layers ?? []
      if layers.contains(where: { ($0 as? any RecurrentLayer)?.form.truncation != nil }) {
        outcome.append("--truncate cuts the gradient in time on purpose; finite differences see all of it")
      }
    }
    return outcome
  }

  private static func tested(_ experiment: Experiment) throws(StrataError) -> Outcome {
    guard let learner = experiment.learner, let data = experiment.data else {
      throw StrataError("nothing can be measured yet", try: "data digits")
    }
    let train = learner.evaluate(data.train)
    let test = learner.evaluate(data.test)
    var table = TextTable(columns: ["", "train", "test"])
    table.rows.append(["samples", "\(data.train.count)", "\(data.test.count)"])
    for entry in train.entries {
      table.rows.append([
        entry.name == "kl" ? "kl, in bits" : entry.name, NumberText.short(entry.value),
        test[entry.name].map { NumberText.short($0) } ?? "",
      ])
    }
    // Every other loss that makes sense on these data, to look at.
    if let predictor = learner as? any Predictor {
      let other = predictor.losses(on: data.train)
      let otherTest = predictor.losses(on: data.test)
      for entry in other.entries {
        table.rows.append([
          entry.name, NumberText.short(entry.value),
          data.test.count > 0 ? otherTest[entry.name].map { NumberText.short($0) } ?? "" : "",
        ])
      }
    }
    // What the best linear code of as many numbers would lose.
    var linear: [(name: String, error: Double)]?
    let stack = learner.model as? AutoencoderStack
    if let count = stack?.levels.last?.hiddenCount {
      linear = Command.linearErrors(of: data, count: count)
      if let linear {
        table.rows.append(["squared error, pca \(count)"] + linear.map { NumberText.short($0.error) })
        if linear.count < 2 { table.rows[table.rows.count - 1].append("") }
      }
    }
    var outcome = Outcome(table: table)
    outcome.numbers = (linear ?? []).map { Outcome.Number("\($0.name) squared error of pca", $0.error) }
    outcome.numbers += train.entries.map { Outcome.Number("train \($0.name)", $0.value) }
    outcome.numbers += test.entries.map { Outcome.Number("test \($0.name)", $0.value) }
    if let confusion = (learner as? any Predictor)?.confusion(on: data.test.count > 0 ? data.test : data.train) {
      let errors = zip(confusion.names, confusion.errorByClass)
        .map { "\($0) \($1.isNaN ? "–" : NumberText.short($1 * 100, digits: 3))" }
      outcome.append("error by class in %: " + errors.joined(separator: " · "))
    }
    return outcome
  }
}

extension Lab {
  /// The view with this name. Throws with the nearest.
  func view(named name: String) throws(StrataError) -> ViewName {
    if let view = configuration.views.first(where: { $0.name == name }) { return view }
    let names = configuration.views.map(\.name)
    throw StrataError(
      "there is no view \(name.quoted)\(Nearest.question(name, among: names))",
      try: names.isEmpty ? nil : "one of \(names.joined(separator: ", "))")
  }
}
