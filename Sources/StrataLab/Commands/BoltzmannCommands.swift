// Machines that learn without being told the answer: a Boltzmann machine, a stack of them, a Helmholtz machine; and the
// way from a stack to a network that is told.
import StrataData
import StrataEngine

extension Command {
  static let rbm = Command(
    "rbm", .build, "begins a restricted Boltzmann machine with H hidden units over the data",
    details:
      "Learns by `learn cd`, `learn pcd` or `learn exact`. `stack rbm` puts another on top: a deep belief network.",
    forms: [
      Form(
        [hiddenUnits],
        options: { _ in
          machineOptions + [
            OptionDescription(
              "visible", .choice(VisibleUnits.allCases.map(\.rawValue)),
              "what the input is: 0 to 1, or real numbers of unit variance; binary where the data are"),
            OptionDescription("on", .text(form: "NAME"), "choose these data first, as `data NAME` does"),
          ]
        }
      ) { arguments throws(StrataError) in
        let plan = try levelPlan(arguments)
        let source = arguments.option("on")
        return .edit(readsFiles: source != nil) { (experiment, surroundings) throws(StrataError) in
          if let source { _ = experiment.setData(try loadData(source, DataOptions(), surroundings)) }
          guard let data = experiment.data else { throw noDataYet("rbm 64 --on digits") }
          var plan = plan
          try complete(&plan, arguments, data: data)
          var notes: [String] = []
          if plan.visibleUnits == .gaussian, arguments.option("visible") == nil {
            notes.append("the inputs are no numbers from 0 to 1: the visible units are gaussian")
          }
          let model = try BeliefNetwork(inputShape: data.inputShape, plan, seed: experiment.seed)
          notes += experiment.begin(with: model)
          return levelOutcome(1, experiment, notes)
        }
      }
    ],
    examples: ["rbm 64", "rbm 32 --labels", "rbm 256 --on digits"])

  static let stack = Command(
    "stack", .build, "puts another machine on top, which learns from the hidden probabilities of the one below",
    details: """
      The levels below stay as they are. Label units join the top level: with them the network can name what it sees and \
      dream what it is told. `run each 10 epochs` trains level after level; `learn updown` fine-tunes the whole. A Boltzmann \
      machine may stand on autoencoders with sigmoid codes: they become levels of the belief network.
      """,
    forms: [
      Form([.word("rbm"), hiddenUnits], options: { _ in machineOptions }) { arguments throws(StrataError) in
        let plan = try levelPlan(arguments)
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          guard let data = experiment.data else { throw noDataYet("data digits") }
          var plan = plan
          try complete(&plan, arguments, data: data, isFirst: false)
          let chosen = plan
          // Autoencoders take the place of machines: the belief network begins with their weights.
          if let autoencoders = experiment.model as? AutoencoderStack {
            var network = try BeliefNetwork(autoencoders)
            try network.stack(chosen)
            let notes = experiment.begin(with: network)
            return levelOutcome(network.levels.count, experiment, notes)
          }
          var position = 0
          let notes = try experiment.changeModel(elseTry: "rbm 64") {
            (network: inout BeliefNetwork) throws(StrataError) in
            try network.stack(chosen)
            position = network.levels.count
          }
          return levelOutcome(position, experiment, notes)
        }
      },
      stackedAutoencoder, stackedConvolutional,
    ],
    examples: ["stack rbm 64", "stack rbm 128 --labels"],
    before: ["rbm 32"],
    disabledReason: { lab in
      lab.experiment.model is any StackedModel
        ? nil : StrataError("there is no machine to stack on", try: "rbm 64   (or: autoencoder 64)")
    })

  static let helmholtz = Command(
    "helmholtz", .build, "begins a Helmholtz machine: layers of H units with recognition and generative weights",
    details: "Learns by wake-sleep: `wake` and `sleep` run one phase.",
    forms: [
      Form(
        [Place("H …", .words, "units in each layer above the input, such as 8 1")],
        options: { _ in
          [
            OptionDescription(
              "deviation", .number(0...10), default: "0.1", "the spread of the weights at the beginning"),
            OptionDescription(
              "bias", .number(-100...100), default: "0", "where the first hidden layer's generative biases begin"),
          ]
        }
      ) { arguments throws(StrataError) in
        var sizes: [Int] = []
        for word in arguments.words("H …") {
          guard let size = Int(word), size > 0 else {
            throw StrataError("a whole number of units was expected, got \(word.quoted)", try: "helmholtz 8 1")
          }
          sizes.append(size)
        }
        let hidden = sizes
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          guard let data = experiment.data else { throw noDataYet("data bars") }
          let model = try HelmholtzMachine(
            inputShape: data.inputShape, hidden: hidden,
            deviation: arguments.option("deviation").flatMap { Double($0) } ?? 0.1,
            firstBias: arguments.option("bias").flatMap { Double($0) } ?? 0, seed: experiment.seed)
          let notes = experiment.begin(with: model)
          return Outcome(
            "a Helmholtz machine of \(([data.inputShape.elementCount] + hidden).map(String.init).joined(separator: "-"))"
              + " units · \(NumberText.grouped(model.parameterCount)) parameters",
            numbers: [Outcome.Number("parameters", Double(model.parameterCount))], notes: notes)
        }
      }
    ],
    examples: ["helmholtz 8 1"])

  static let unroll = Command(
    "unroll", .build, "turns the stack into a network with a softmax layer on top, to be fine-tuned by backprop",
    details: """
      The weights on the way up become dense layers, or convolutions with probabilistic max-pooling. `set tune top` then \
      trains the classifier alone.
      """,
    forms: [
      Form([]) { _ throws(StrataError) in
        .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          guard let stack = experiment.model as? any StackedModel else {
            throw StrataError("there is no stack to unroll", try: "rbm 64   (or: autoencoder 64)")
          }
          let classes = experiment.data?.classNames.count ?? 0
          guard classes > 1 else {
            throw StrataError("\(experiment.data?.name ?? "the data") has no classes to be told", try: "data digits")
          }
          let network = try stack.unrolled(classes: classes)
          let notes = experiment.begin(with: network)
          return Outcome(
            network.parts.map(\.words).joined(separator: " · "),
            numbers: [Outcome.Number("parameters", Double(network.parameterCount))], notes: notes)
        }
      }
    ],
    examples: ["unroll"],
    before: ["rbm 32"],
    disabledReason: { lab in
      lab.experiment.model is any StackedModel
        ? nil : StrataError("there is no stack to unroll", try: "rbm 64   (or: autoencoder 64)")
    })

  private static let hiddenUnits = Place("H", .integer(1...1_000_000), "hidden units")

  private static let machineOptions = [
    OptionDescription("labels", nil, "label units beside its input, one a class"),
    OptionDescription(
      "hidden", .choice(HiddenUnits.allCases.map(\.rawValue)), default: "binary", "what the hidden units are"),
    OptionDescription("deviation", .number(0...10), default: "0.01", "the spread of the weights at the beginning"),
  ]

  private static func levelPlan(_ arguments: Arguments) throws(StrataError) -> BeliefNetwork.LevelPlan {
    var plan = BeliefNetwork.LevelPlan(hidden: arguments.integer("H") ?? 1)
    plan.hiddenUnits = arguments.option("hidden").flatMap { HiddenUnits(rawValue: $0) } ?? .binary
    plan.deviation = arguments.option("deviation").flatMap { Double($0) } ?? 0.01
    return plan
  }

  /// What depends on the data: label units, and what the visible units are.
  private static func complete(
    _ plan: inout BeliefNetwork.LevelPlan, _ arguments: Arguments, data: DataSet, isFirst: Bool = true
  ) throws(StrataError) {
    if arguments.flag("labels") {
      guard data.classNames.count > 1 else {
        throw StrataError("\(data.name) has no classes for label units", try: "rbm \(plan.hidden)")
      }
      plan.classes = data.classNames.count
    }
    guard isFirst else { return }
    let usual: VisibleUnits = data.hasProbabilities ? .binary : .gaussian
    plan.visibleUnits = arguments.option("visible").flatMap { VisibleUnits(rawValue: $0) } ?? usual
  }

  static func noDataYet(_ suggestion: String) -> StrataError {
    StrataError("there are no data yet to make a machine for", try: suggestion)
  }

  static func levelOutcome(_ position: Int, _ experiment: Experiment, _ notes: [String]) -> Outcome {
    guard let part = experiment.model.parts.first(where: { $0.index == position }) else { return Outcome(notes: notes) }
    let input = part.inputShape?.description ?? "?"
    return Outcome(
      "level \(position): \(part.words) · \(input) visible · \(NumberText.grouped(part.parameterCount)) parameters",
      numbers: [Outcome.Number("parameters", Double(part.parameterCount))], notes: notes)
  }
}
