// Rules beside a network: written, tried on the same samples, judged by the same numbers.
import StrataEngine

extension Command {
  static let rule = Command(
    "rule", .build, "adds a rule: if CONDITION then CONCLUSION, or else CLASS",
    details: """
      Conditions compare the sample's numbers, called by the data's names (petal_length), or x0, x1, … where they have none, with < <= > >= == !=; \
      and, or, not and parentheses join them. A conclusion that is no class is a fact for the rules below. Rules are tried \
      from the top until one concludes a class.
      """,
    forms: [
      Form([Place("RULE", .text, "such as if petal_length < 2.5 then setosa")]) { arguments throws(StrataError) in
        let text = arguments.text("RULE") ?? ""
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let data = try classified(experiment)
          var rules = experiment.rules(for: data)
          try rules.add(text, size: data.inputShape.elementCount)
          experiment.rules = rules
          return Outcome(
            "rule \(rules.rules.count): \(text.safe)", numbers: [.init("rules", Double(rules.rules.count))])
        }
      }
    ],
    examples: ["rule if x1 < 0.5 and x2 > 0 then 1", "rule else 0"],
    before: ["data xor"])

  static let rules = Command(
    "rules", .look, "the rules, how well they answer, and beside them the network",
    forms: [
      Form([]) { _ throws(StrataError) in .look { (lab) throws(StrataError) in try told(lab.experiment) } },
      Form([.word("remove"), Place("N", .integer(1...100_000), "a rule's number")], "takes a rule out") {
        arguments throws(StrataError) in
        let number = arguments.integer("N") ?? 1
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let data = try classified(experiment)
          var rules = experiment.rules(for: data)
          try rules.remove(number)
          experiment.rules = rules
          return Outcome("\(rules.rules.count) rules are left")
        }
      },
      Form(
        [.word("trace"), Place("N", .integer(0...1_000_000_000), "a test sample's number, from 0")],
        "which rules fire for one sample, and why",
        options: { _ in [OptionDescription("train", nil, "a training sample instead")] }
      ) { arguments throws(StrataError) in
        let number = arguments.integer("N") ?? 0
        let isTraining = arguments.flag("train")
        return .look { (lab) throws(StrataError) in try traced(number, isTraining, lab.experiment) }
      },
    ],
    examples: ["rules", "rules trace 0", "rules remove 1"],
    before: ["data xor --samples 40", "rule if x1 < 0.5 then 0", "rule else 1"])

  private static func classified(_ experiment: Experiment) throws(StrataError) -> DataSet {
    guard let data = experiment.data else {
      throw StrataError("there are no data yet to make rules for", try: "data iris")
    }
    guard !data.classNames.isEmpty else {
      throw StrataError("\(data.name) has no classes for rules to name", try: "data iris")
    }
    return data
  }

  private static func told(_ experiment: Experiment) throws(StrataError) -> Outcome {
    let data = try classified(experiment)
    let rules = experiment.rules(for: data)
    guard !rules.rules.isEmpty else {
      throw StrataError(
        "there are no rules yet", try: "rule if \(rules.features.first ?? "x0") < 0.5 then \(rules.classes[0])")
    }
    var outcome = Outcome(lines: rules.rules.enumerated().map { "\($0.offset + 1)  \($0.element.text.safe)" })
    var table = TextTable(columns: ["", "train accuracy", "test accuracy", "without an answer"])
    func text(_ value: Double?) -> String { value.map { $0.isNaN ? "" : NumberText.short($0) } ?? "" }
    let (train, test) = (rules.evaluate(data.train), rules.evaluate(data.test))
    table.rows.append([
      "rules", text(train?.accuracy), text(test?.accuracy), "\((train?.unanswered ?? 0) + (test?.unanswered ?? 0))",
    ])
    outcome.numbers = [
      Outcome.Number("train rule accuracy", train?.accuracy ?? .nan),
      Outcome.Number("test rule accuracy", test?.accuracy ?? .nan),
    ]
    if let learner = experiment.learner {
      let (own, other) = (learner.evaluate(data.train)["accuracy"], learner.evaluate(data.test)["accuracy"])
      if own != nil { table.rows.append([experiment.model.kind, text(own), text(other), ""]) }
    }
    outcome.append(table)
    if let confusion = (data.test.count > 0 ? test : train)?.confusion {
      let errors = zip(confusion.names, confusion.errorByClass)
        .map { "\($0) \($1.isNaN ? "–" : NumberText.short($1 * 100, digits: 3))" }
      outcome.append("error of the rules by class in %, where they answer: " + errors.joined(separator: " · "))
    }
    return outcome
  }

  private static func traced(_ number: Int, _ isTraining: Bool, _ experiment: Experiment) throws(StrataError) -> Outcome
  {
    let data = try classified(experiment)
    let rules = experiment.rules(for: data)
    let samples = isTraining || data.test.count == 0 ? data.train : data.test
    guard number < samples.count else {
      throw StrataError("samples are numbered 0 to \(samples.count - 1); got \(number)", try: "rules trace 0")
    }
    let (found, firings) = rules.answer(samples.inputs.tensor([Int32(number)]).elements[...])
    var lines = firings.map { "rule \($0.rule): \($0.reasons.joined(separator: ", ")) → \($0.conclusion)" }
    if firings.isEmpty { lines.append("no rule fires") }
    var end = found.map { "answer: \(data.classNames[$0])" } ?? "no answer"
    if case .classes(let labels, let names) = samples.targets, labels[number] >= 0 {
      end += found == Int(labels[number]) ? ", right" : ", but it is \(names[Int(labels[number])])"
    }
    return Outcome(lines: lines + [end], numbers: [Outcome.Number("fired", Double(firings.count))])
  }
}

extension Experiment {
  /// The rules, where they were made for such data; else none yet.
  func rules(for data: DataSet) -> RuleSet {
    let empty = RuleSet(for: data)
    guard let rules, rules.features == empty.features, rules.classes == empty.classes else { return empty }
    return rules
  }
}
