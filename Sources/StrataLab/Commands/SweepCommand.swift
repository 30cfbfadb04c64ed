// `sweep`: a small grid of choices, tried and judged.
import StrataEngine

extension Command {
  static let sweep = Command(
    "sweep", .learn, "tries every combination of some choices, and takes the best",
    details: """
      A choice is a word and its values, joined by commas: any setting of the learner, or `units` and `activation` of the \
      hidden dense layers. Each candidate begins from the seed and learns for so many epochs without the samples that are set \
      aside for judging. The best becomes the network, with fresh weights. Broken off, the same line goes on.
      """,
    forms: [
      Form(
        [Place("KEY VALUES …", .words, "such as rate 0.01,0.1 units 16,64")],
        options: { _ in
          [
            OptionDescription("epochs", .integer(1...100_000), default: "5", "how long each candidate learns"),
            OptionDescription(
              "validation", .number(0.01...0.9), default: "0.2", "the share of the training part that judges"),
          ]
        }
      ) { arguments throws(StrataError) in
        let choices = try choices(arguments.words("KEY VALUES …"))
        let epochs = arguments.option("epochs").flatMap { Int($0) } ?? 5
        let share = arguments.option("validation").flatMap { Double($0) } ?? 0.2
        return .move { (lab) throws(StrataError) in
          let candidates = try candidates(choices, lab.experiment)
          let identity = SweepCalculation.Identity(
            line: arguments.line, tick: lab.experiment.tick, branch: lab.timeline.branchNumber,
            edits: lab.timeline.appliedEdits)
          var finished: [SweepResult] = []
          if let old = lab.sweep, old.identity == identity {
            finished = old.report.results.filter { $0.problem != nil || $0.curve.count == epochs }
          }
          lab.begin(
            try SweepCalculation(
              lab.experiment, candidates, epochs: epochs, share: share, identity: identity, resuming: finished),
            line: arguments.line)
          return Outcome()
        }
      }
    ],
    examples: ["sweep rate 0.05,0.5", "sweep units 4,8 activation relu,tanh --epochs 2"],
    isTranscribed: false,
    disabledReason: needsLearner)

  /// Combinations are multiplied quickly: more than these nobody waits for.
  private static let mostCandidates = 1_000

  private static func choices(_ words: [String]) throws(StrataError) -> [(key: String, values: [String])] {
    if let joined = joinedByCommas(words) {
      throw StrataError(
        "the values of a choice are joined by commas, without spaces; got \(words.joined(separator: " ").quoted)",
        try: "sweep \(joined)")
    }
    guard !words.isEmpty, words.count % 2 == 0 else {
      throw StrataError(
        "words with their values were expected, got \(words.joined(separator: " ").quoted)",
        try: "sweep rate 0.01,0.1 units 16,64")
    }
    var choices: [(key: String, values: [String])] = []
    for index in stride(from: 0, to: words.count, by: 2) {
      let values = words[index + 1].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard values.allSatisfy({ !$0.isEmpty }), Set(values).count == values.count,
        !choices.contains(where: { $0.key == words[index] })
      else {
        throw StrataError(
          "\(words[index].quoted) wants different values joined by commas, once; got \(words[index + 1].quoted)",
          try: "sweep rate 0.01,0.1")
      }
      choices.append((words[index], values))
    }
    return choices
  }

  /// What can be chosen: settings of any learner, and what layers are made of.
  private static let keys = Set(learnerTypes.flatMap { $0.settings.map(\.key) } + ["units", "activation"])

  /// The same choices with commas, where spaces, or commas and spaces, stand between values; nil where none do.
  private static func joinedByCommas(_ words: [String]) -> String? {
    var choices: [(key: String, values: [String])] = []
    for word in words {
      // A key that comes again is what it looks like, and said elsewhere.
      if keys.contains(word) {
        choices.append((word, []))
      } else if choices.isEmpty {
        return nil
      } else {
        choices[choices.count - 1].values += word.split(separator: ",").map(String.init)
        if choices[choices.count - 1].values.isEmpty { return nil }
      }
    }
    let written = words.count { !keys.contains($0) }
    guard written > choices.count, choices.allSatisfy({ !$0.values.isEmpty }) else { return nil }
    return choices.map { "\($0.key) \($0.values.joined(separator: ","))" }.joined(separator: " ")
  }

  private static func candidates(
    _ choices: [(key: String, values: [String])], _ experiment: Experiment
  ) throws(StrataError) -> [SweepCandidate] {
    let count = choices.reduce(1.0) { $0 * Double($1.values.count) }
    guard count <= Double(mostCandidates) else {
      throw StrataError(
        "\(NumberText.short(count, digits: 7)) combinations are more than \(mostCandidates)", try: "fewer values")
    }
    var all = [[(key: String, value: String)]]()
    all.append([])
    for choice in choices { all = all.flatMap { before in choice.values.map { before + [(choice.key, $0)] } } }
    var candidates: [SweepCandidate] = []
    for combination in all {
      var commands: [String] = []
      let layers = combination.filter { ["units", "activation"].contains($0.key) }
      if !layers.isEmpty { commands += try layerCommands(layers, experiment) }
      for choice in combination where !["units", "activation"].contains(choice.key) {
        commands.append("set \(choice.key) \(choice.value)")
      }
      // A candidate that cannot be made at all is an error now, not after an hour.
      var trial = experiment
      try SweepCalculation.apply(commands, to: &trial)
      candidates.append(
        SweepCandidate(name: combination.map { "\($0.key) \($0.value)" }.joined(separator: " · "), commands: commands))
    }
    return candidates
  }

  /// `change N dense …` for every dense layer but the last.
  private static func layerCommands(
    _ choices: [(key: String, value: String)], _ experiment: Experiment
  ) throws(StrataError) -> [String] {
    guard let network = experiment.network else {
      throw StrataError(
        "units and activation are those of a network; this is \(experiment.model.described)", try: "new")
    }
    let dense = network.parts.filter { $0.words.hasPrefix("dense ") }
    guard dense.count > 1 else {
      throw StrataError("the network has no hidden dense layer", try: "insert 1 dense 16 relu")
    }
    return dense.dropLast().map { part in
      let words = part.words.split(separator: " ").map(String.init)
      let options = Array(words.drop { !$0.hasPrefix("--") })
      let plain = words.prefix { !$0.hasPrefix("--") }
      let units = choices.first { $0.key == "units" }?.value ?? plain[1]
      let function = choices.first { $0.key == "activation" }?.value ?? (plain.count > 2 ? plain[2] : "identity")
      return (["change \(part.index) dense \(units) \(function)"] + options).joined(separator: " ")
    }
  }
}
