// The phases by hand: wake, sleep, and letting the model dream.
import StrataEngine

extension Command {
  static let wake = Command(
    "wake", .run, "runs one wake phase: data come in and the model makes its states of them",
    details: """
      Of a Boltzmann machine it is the positive phase. In a Helmholtz machine the generative weights learn in it. Up-down \
      keeps to the order of its paper: the wake phase makes the states, all weights learn at the end of the sleep phase. \
      `step` runs one line of it.
      """,
    forms: [
      Form([]) { arguments throws(StrataError) in
        .move { (lab) throws(StrataError) in
          let phase = lab.timeline.present.nextPhase
          guard phase == "wake" else {
            throw StrataError("the wake phase of this mini-batch is over: \(phase) is next", try: "sleep")
          }
          var run = Run(.phase(phase), report: .instructions, line: arguments.line, in: lab.timeline)
          run.isFine = true
          run.keepsInstructions = true
          try lab.begin(run)
          return Outcome()
        }
      }
    ],
    examples: ["wake"],
    before: ["data digits", "rbm 32"],
    disabledReason: needsPhases)

  static let sleep = Command(
    "sleep", .run, "runs one sleep phase, to the end of the mini-batch: the model's fantasy teaches it",
    details: """
      Of a Boltzmann machine it is the negative phase with the update. In a Helmholtz machine the recognition weights \
      learn in it.
      """,
    forms: [
      Form([]) { arguments throws(StrataError) in
        .move { (lab) throws(StrataError) in
          guard lab.timeline.present.nextPhase != "wake" else {
            throw StrataError("the wake phase comes first", try: "wake")
          }
          var run = Run(
            .step(lab.moment.step + 1), report: .instructions, line: arguments.line, in: lab.timeline)
          run.isFine = true
          run.keepsInstructions = true
          try lab.begin(run)
          return Outcome()
        }
      }
    ],
    examples: ["sleep"],
    before: ["data digits", "rbm 32", "wake"],
    disabledReason: needsPhases)

  static let dream = Command(
    "dream", .look, "lets the model run by itself: all classes, one class, or whatever comes to it",
    details: """
      The memory at the top runs by Gibbs sampling with the class held fast, then one generative pass shows a picture; \
      `show dream` shows it change. --clamp holds units of the memory: visible[0..31]=1, hidden[5]=0, or \
      visible[0..31]=sample for the values of the sample that --from names: the rest is completed. In a convolutional stack \
      all levels are drawn in turn, each from its windows below and, unless --top-down no, from the level above.
      """,
    forms: [
      Form(
        [Place("LABEL", .word, optional: true, "a class by its name; all of them if left out")],
        options: { _ in
          [
            OptionDescription("steps", .integer(0...10_000_000), default: "200", "Gibbs steps"),
            OptionDescription("chains", .integer(1...1_000), "how many dream side by side"),
            OptionDescription("from", .integer(0...100_000_000), "the test sample at which the chains begin"),
            OptionDescription("clamp", .text(form: "SIDE[UNITS]=VALUE"), "units held fast; may be repeated"),
            OptionDescription("free", nil, "no class is held, though there are label units"),
            OptionDescription(
              "top-down", .choice(["yes", "no"]), default: "yes",
              "whether the levels of a convolutional stack hear from the one above"),
          ]
        }
      ) { arguments throws(StrataError) in
        .move { (lab) throws(StrataError) in
          let calculation = try dreamed(arguments, lab.experiment)
          lab.begin(calculation, line: arguments.line)
          return Outcome()
        }
      }
    ],
    examples: ["dream 3 --steps 50", "dream --from 0 --clamp visible[0..31]=sample --steps 20"],
    before: ["data digits", "rbm 32 --labels", "run 10"],
    disabledReason: { lab in
      Dream.isPossible(for: lab.experiment.model)
        ? nil
        : StrataError("\(lab.experiment.model.described) cannot dream", try: "rbm 64 --labels")
    })

  @Sendable private static func needsPhases(_ lab: Lab) -> StrataError? {
    if let reason = needsLearner(lab) { return reason }
    guard let learner = lab.experiment.learner, learner.listing.contains(where: { $0.phase == "wake" }) else {
      return StrataError("this way of learning has no wake and no sleep", try: "rbm 64")
    }
    return nil
  }

  private static func dreamed(_ arguments: Arguments, _ experiment: Experiment) throws(StrataError) -> DreamCalculation
  {
    let classes = experiment.data?.classNames ?? []
    let labelUnits = (experiment.model as? BeliefNetwork)?.classCount ?? 0
    let stack = experiment.model as? ConvolutionalBeliefNetwork
    if stack == nil, arguments.option("top-down") != nil {
      throw StrataError(
        "--top-down is for a convolutional stack; this is \(experiment.model.described)", try: "crbm 16 3x3")
    }
    var labels: [Int?]
    var title = "dream"
    if let name = arguments.text("LABEL") {
      guard let index = classes.firstIndex(of: name) else {
        let question = Nearest.question(name, among: classes)
        throw StrataError(
          "there is no class \(name.quoted)\(question)", try: "one of " + classes.prefix(12).joined(separator: ", "))
      }
      labels = [Int?](repeating: index, count: arguments.option("chains").flatMap { Int($0) } ?? 1)
      title = "dream of \(name)"
    } else if labelUnits > 0, !arguments.flag("free") {
      let count = arguments.option("chains").flatMap { Int($0) } ?? labelUnits
      labels = (0..<count).map { $0 % labelUnits }
      title = "dream of all classes"
    } else {
      labels = [Int?](repeating: nil, count: arguments.option("chains").flatMap { Int($0) } ?? 10)
    }
    var start: Tensor?
    var sample: Tensor?
    if let row = arguments.option("from").flatMap({ Int($0) }) {
      guard let data = experiment.data, row < max(data.test.count, data.train.count) else {
        throw StrataError("there is no sample \(row)", try: "dream --from 0")
      }
      // A machine that was learned from other data may still dream, but not from these.
      guard experiment.model.takes(data) else {
        throw experiment.missing
          ?? StrataError("\(experiment.model.described) cannot take a sample of \(data.name)", try: "dream")
      }
      let samples = data.test.count > row ? data.test : data.train
      let flat = samples.inputs.tensor([Int32](repeating: Int32(row), count: labels.count))
      let rows = flat.reshaped(to: Shape(rows: labels.count, columns: flat.count / labels.count))
      start = rows
      sample = (experiment.model as? BeliefNetwork).map { $0.passUp(rows, through: $0.levels.count - 1) }
      if stack != nil { sample = rows }
    }
    var clamps: [Clamp] = []
    for option in arguments.options where option.name == "clamp" {
      clamps.append(try clamp(option.value, experiment, sample: sample))
    }
    let listensAbove = arguments.option("top-down") != "no"
    if let stack, stack.levels.count > 1 { title += listensAbove ? " · top-down" : " · bottom-up only" }
    let dream = try Dream(
      experiment.model, labels: labels, clamps: clamps, start: start, listensAbove: listensAbove,
      seed: experiment.seed)
    return DreamCalculation(dream: dream, steps: arguments.option("steps").flatMap { Int($0) } ?? 200, title: title)
  }

  /// `visible[0..31]=1`, `hidden[5]=0`, `visible[0..31]=sample`
  private static func clamp(_ text: String, _ experiment: Experiment, sample: Tensor?) throws(StrataError) -> Clamp {
    let form = "--clamp is SIDE[UNITS]=VALUE with SIDE visible or hidden; got \(text.quoted)"
    let example = "dream --clamp visible[0..31]=1"
    let halves = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    guard halves.count == 2 else { throw StrataError(form, try: example) }
    let reference = try TensorReference(halves[0])
    guard let side = Clamp.Side(rawValue: reference.name), let index = reference.indices?.first,
      reference.indices?.count == 1
    else { throw StrataError(form, try: example) }
    let count: Int
    switch experiment.model {
    case let network as BeliefNetwork: count = side == .visible ? network.top.visibleCount : network.top.hiddenCount
    case let network as ConvolutionalBeliefNetwork where side == .visible: count = network.inputShape.elementCount
    default:
      throw StrataError(
        "\(experiment.model.described) has no \(side.rawValue) units that could be held", try: "dream")
    }
    let (first, last): (Int, Int) =
      switch index {
      case .single(let unit): (unit, unit)
      case .range(let low, let high): (low, high ?? count - 1)
      }
    guard last < count else {
      throw StrataError("the memory has \(count) \(side.rawValue) units, so they go up to \(count - 1)", try: example)
    }
    if halves[1] == "sample" {
      guard side == .visible, let sample else {
        throw StrataError(
          "'sample' needs --from N, and the visible side", try: "dream --from 3 --clamp visible[0..31]=sample")
      }
      return Clamp(side, first: first, values: (first...last).map { sample[flat: $0] })
    }
    guard let value = Scalar(halves[1]), value.isFinite else { throw StrataError(form, try: example) }
    return Clamp(side, first: first, values: [Scalar](repeating: value, count: last - first + 1))
  }
}
