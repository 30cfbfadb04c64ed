// Letting a network of sequences go on by itself.
import StrataEngine

extension Command {
  static let generate = Command(
    "generate", .look, "lets the network go on by itself: what it puts out goes in at the next time step",
    details: """
      Symbols are drawn from the probabilities that the network gives them; --temperature below 1 prefers the likely \
      ones, 0 takes the likeliest. A string begins with --from, else as a training sample does, and where a grammar is \
      known it is judged. Numbers go on from the first half of a sample, or its first --given time steps. The same line \
      writes the same; --seed draws others. `show generated` shows it again.
      """,
    forms: [
      Form(
        [Place("N", .integer(1...5_000), "time steps to write")],
        options: { _ in
          [
            OptionDescription("from", .text(form: "TEXT"), "the symbols that it begins with"),
            OptionDescription("sample", .integer(0...100_000_000), "the test sample that it begins with"),
            OptionDescription("given", .integer(1...10_000), "how many time steps of the sample"),
            OptionDescription("temperature", .number(0...100), default: "1", "below 1: the likely ones more often"),
            OptionDescription("seed", .integer(0...Int.max), "the seed of what is drawn"),
          ]
        }
      ) { arguments throws(StrataError) in
        .move { (lab) throws(StrataError) in
          lab.begin(try generated(arguments, lab.experiment), line: arguments.line)
          return Outcome()
        }
      }
    ],
    examples: ["generate 40", "generate 20 --from BT --temperature 0.5", "generate 10 --sample 3"],
    before: ["new", "data reber --samples 40", "add lstm 8 --steps each", "add dense 7 softmax --steps each", "run 5"],
    disabledReason: { lab in
      guard let learner = lab.experiment.learner else {
        return lab.experiment.missing ?? StrataError("nothing learns yet", try: "data reber")
      }
      do throws(StrataError) { try Generation.check(learner) } catch { return error }
      return nil
    })

  private static func generated(
    _ arguments: Arguments, _ experiment: Experiment
  ) throws(StrataError) -> GenerateCalculation {
    guard let learner = experiment.learner, let data = experiment.data else {
      throw StrataError("nothing learns yet", try: "data reber")
    }
    let seed = arguments.option("seed").flatMap { UInt64($0) } ?? experiment.seed
    let row = arguments.option("sample").flatMap { Int($0) }
    guard data.hasSymbols || arguments.option("temperature") == nil else {
      throw StrataError("numbers are taken as they are; a temperature is for symbols", try: "generate 20 --sample 0")
    }
    guard arguments.option("given") == nil || row != nil || !data.hasSymbols else {
      throw StrataError(
        "--given says how much of a sample, and no sample is named", try: "generate 20 --sample 0 --given 3")
    }
    var begin: Beginning
    if let text = arguments.option("from") {
      guard row == nil else {
        throw StrataError("--from and --sample are two beginnings", try: "generate 20 --from BT")
      }
      guard data.hasSymbols else {
        throw StrataError("\(data.name) is of numbers, which go on from a sample", try: "generate 20 --sample 0")
      }
      let given = try symbols(of: text, names: data.featureNames)
      guard !given.isEmpty else { throw StrataError("--from wants a symbol at least", try: "generate 20 --from B") }
      begin = Beginning(start: .symbols(given), text: "from \(text.quoted)")
    } else if let row {
      begin = try beginning(ofSample: row, given: arguments.option("given").flatMap { Int($0) }, data)
    } else if data.hasSymbols {
      begin = firstSymbol(data, seed: seed)
    } else {
      begin = try beginning(ofSample: 0, given: arguments.option("given").flatMap { Int($0) }, data)
    }
    var generation = try Generation(
      learner, start: begin.start, temperature: arguments.option("temperature").flatMap { Double($0) } ?? 1, seed: seed)
    generation.truth = begin.truth
    return GenerateCalculation(generation: generation, wanted: arguments.integer("N") ?? 1, beginning: begin.text)
  }

  private struct Beginning {
    var start: Generation.Start
    /// What follows it in the data, where these are numbers.
    var truth: [Scalar] = []
    var text: String
  }

  /// As a training sample begins.
  private static func firstSymbol(_ data: DataSet, seed: UInt64) -> Beginning {
    var random = RandomStream(seed: seed, name: "generate from")
    let row = Int32(random.integer(below: data.train.count))
    let first = data.train.inputs.tensor([row]).symbols(in: 0..<1).first ?? nil
    return Beginning(start: .symbols([first ?? 0]), text: "")
  }

  private static func beginning(
    ofSample row: Int, given: Int?, _ data: DataSet
  ) throws(StrataError) -> Beginning {
    let samples = data.test.count > 0 ? data.test : data.train
    let part = data.test.count > 0 ? "test" : "training"
    guard row < samples.count else {
      throw StrataError(
        "there is no \(part) sample \(row): they go from 0 to \(samples.count - 1)", try: "generate 20 --sample 0")
    }
    let x = samples.inputs.tensor([Int32(row)])
    let (length, features) = (data.inputShape[0], data.inputShape[1])
    let symbols = data.hasSymbols ? x.symbols(in: 0..<length).prefix { $0 != nil }.compactMap { $0 } : []
    let steps = data.hasSymbols ? symbols.count : length
    let given = given ?? max(steps / 2, 1)
    guard given <= steps else {
      throw StrataError(
        "sample \(row) has \(steps) time steps; got --given \(given)", try: "generate 20 --sample \(row)")
    }
    let text = "after \(given) time step\(given == 1 ? "" : "s") of \(part) sample \(row)"
    guard !data.hasSymbols else { return Beginning(start: .symbols(Array(symbols.prefix(given))), text: text) }
    let numbers = x.elements
    var truth = Array(numbers[(given * features)...])
    // The last number is only asked for.
    if case .values(let store) = samples.targets { truth += store.tensor([Int32(row)]).elements.suffix(features) }
    return Beginning(start: .values(Array(numbers[..<(given * features)])), truth: truth, text: text)
  }
}

/// A network that writes.
struct GenerateCalculation: Calculation {
  var generation: Generation
  let wanted: Int
  let beginning: String

  var pace: Double? { 60 }
  /// A long text is written in several steps between two pictures, so that none takes longer than a few seconds.
  mutating func advance() throws(StrataError) {
    for _ in 0..<max(1, wanted / 240) where !isFinished { try generation.advance() }
  }
  var isFinished: Bool { generation.steps >= wanted }
  var progress: Progress {
    Progress(fraction: Double(generation.steps) / Double(wanted), text: "generating · \(generation.steps) of \(wanted)")
  }

  func publish(to lab: inout Lab) {
    lab.generation = generation
    if isFinished { lab.timeline.present.findings = Measurements(generation.findings) }
  }

  func outcome(isComplete: Bool) -> Outcome {
    let counted = "\(generation.steps) \(generation.symbolNames.isEmpty ? "time steps" : "symbols")"
    var parts = [beginning.isEmpty ? counted : "\(counted) \(beginning)"]
    if let count = generation.legalCount {
      parts.append(
        "\(generation.finished.count) string\(generation.finished.count == 1 ? "" : "s"), \(count) of the grammar")
    }
    if let error = generation.squaredError { parts.append("squared error \(NumberText.short(error))") }
    var outcome = Outcome(
      parts.joined(separator: " · "), numbers: generation.findings.map { Outcome.Number($0.name, $0.value) })
    if generation.symbolNames.isEmpty {
      outcome.request = .view(name: "generated", arguments: [])
    } else {
      let lines = generation.lines
      for line in lines.prefix(20) { outcome.append("  " + line) }
      if lines.count > 20 { outcome.append("  … \(lines.count - 20) more: show generated") }
    }
    return outcome
  }
}

extension Generation {
  /// The strings, or the lines of the text. Behind one that is judged stands how that went out.
  public var lines: [String] {
    guard !symbolNames.isEmpty else { return [] }
    var lines = finished.map { symbolText($0.symbols, names: symbolNames) + ($0.isLegal ? "  ✓" : "  ✗") }
    if finished.isEmpty || symbols.count > startCount {
      lines += symbolText(symbols, names: symbolNames, hasLines: true)
        .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    return lines
  }
}
