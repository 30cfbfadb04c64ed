// Without labels, or with few: clusters, principal components, and labels that are guessed.
import StrataEngine

extension Command {
  static let kmeans = Command(
    "kmeans", .build, "begins N cluster centres among the data",
    details: """
      Learns by two half-steps that take turns: each sample goes to its nearest centre, each centre to the middle of its \
      samples. A step is one turn over all the data. `run until settled == 1` tries all beginnings.
      """,
    forms: [
      Form([Place("N", .integer(1...100_000), "centres")]) { arguments throws(StrataError) in
        let count = arguments.integer("N") ?? 1
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          guard let data = experiment.data else { throw noDataYet("data digits") }
          guard data.train.count >= count else {
            throw StrataError(
              "\(count) clusters need as many samples at least; \(data.name) has \(data.train.count)",
              try: "kmeans \(max(data.train.count, 1))")
          }
          let notes = experiment.begin(with: try ClusterModel(inputShape: data.inputShape, count: count))
          return Outcome("\(count) centres among \(data.train.count) samples", notes: notes)
        }
      }
    ],
    examples: ["kmeans 10"],
    before: ["data digits"])

  static let pca = Command(
    "pca", .look, "principal components: the best linear code of K numbers, to compare with",
    details: "Found on the training part. `show map input` draws the first two.",
    forms: [
      Form([Place("K", .integer(1...10_000), optional: true, "components; 2 if left out")]) {
        arguments throws(StrataError) in
        let count = arguments.integer("K") ?? 2
        return .look { (lab) throws(StrataError) in
          guard let data = lab.experiment.data, data.train.count > 0 else { throw noDataYet("data digits") }
          let features = data.inputShape.elementCount
          guard count <= features, features <= 5_000 else {
            throw StrataError(
              features > 5_000
                ? "inputs of \(features) numbers have too large a covariance; at most 5000 are looked at"
                : "the inputs have \(features) numbers, so there are at most \(features) components; got \(count)",
              try: features > 5_000 ? nil : "pca \(features)")
          }
          return components(data, count)
        }
      }
    ],
    examples: ["pca", "pca 1"],
    disabledReason: { lab in lab.experiment.data == nil ? noDataYet("data digits") : nil })

  private static func components(_ data: DataSet, _ count: Int) -> Outcome {
    let train = flat(data.train)
    let found = PrincipalComponents(of: train, count: count)
    var table = TextTable(columns: ["component", "variance", "share %", "together %"])
    var sum = 0.0
    let total = max(found.totalVariance, .leastNonzeroMagnitude)
    for (index, variance) in found.variances.enumerated() {
      sum += variance
      if index < 20 || index + 1 == count {
        table.rows.append([
          "\(index + 1)", NumberText.short(variance), NumberText.short(100 * variance / total, digits: 3),
          NumberText.short(100 * sum / total, digits: 3),
        ])
      }
    }
    var outcome = Outcome(table: table, numbers: [Outcome.Number("share", found.share)])
    let errors = linearErrors(of: data, found, train)
    outcome.append(
      "squared error of a linear code of \(count): "
        + errors.map { "\($0.0) \(NumberText.short($0.1))" }.joined(separator: " · "))
    outcome.numbers += errors.map { Outcome.Number("\($0.0) squared error", $0.1) }
    return outcome
  }

  private static func flat(_ samples: Samples) -> Tensor {
    let x = samples.inputs.tensor(0..<Int32(samples.count))
    return x.reshaped(to: Shape(rows: samples.count, columns: samples.inputs.sampleSize))
  }

  private static func linearErrors(
    of data: DataSet, _ found: PrincipalComponents, _ train: Tensor
  ) -> [(name: String, error: Double)] {
    var errors = [("train", found.squaredError(of: train))]
    if data.test.count > 0 { errors.append(("test", found.squaredError(of: flat(data.test)))) }
    return errors
  }

  /// Numbers in the training part above which components are not found in passing.
  private static let mostNumbersInPassing = 20_000_000

  /// The squared errors of the best linear code of so many numbers, by part: what an autoencoder is to be compared with.
  /// Nil where they would take long.
  static func linearErrors(of data: DataSet, count: Int) -> [(name: String, error: Double)]? {
    let features = data.inputShape.elementCount
    let isQuick = data.train.count * features <= mostNumbersInPassing && features <= 1_000
    guard data.train.count > 0, isQuick, count <= min(features, 64) else { return nil }
    let train = flat(data.train)
    return linearErrors(of: data, PrincipalComponents(of: train, count: count), train)
  }

  static let label = Command(
    "label", .build, "gives labels to samples that have none: guesses, or the true ones where they tell most",
    details: """
      `label guess` lets what has been learned name the samples without a label; where it is sure enough, its answer counts as \
      a label from then on (self-training). With clusters each answers with the labels in it. `label centres` asks for the \
      true label of the sample nearest to each centre, and hides the others. `show guesses` shows which were right.
      """,
    forms: [
      Form([.word("guess")], "by what has been learned so far", options: { _ in [threshold] }) {
        arguments throws(StrataError) in
        let ends = try thresholds(arguments)
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          try guess(&experiment, threshold: ends.first)
        }
      },
      Form(
        [
          .word("guess"), .word("each"), Place("N", .integer(1...1_000_000), "how many"),
          Place("UNIT", .unit(["epochs", "steps"]), "of what"),
        ], "in rounds: learn, guess, learn with the guesses, guess again",
        options: { _ in [threshold, OptionDescription("rounds", .integer(1...1000), default: "5", "how often")] }
      ) { arguments throws(StrataError) in
        let ends = try thresholds(arguments)
        let rounds = arguments.option("rounds").flatMap { Int($0) } ?? 5
        let run = "run \(arguments.integer("N") ?? 1) \(arguments.text("UNIT") ?? "epochs")"
        return .move { (lab) throws(StrataError) in
          if let reason = needsLearner(lab) { throw reason }
          lab.queue =
            (0..<rounds).flatMap { round in
              let share = rounds > 1 ? Double(round) / Double(rounds - 1) : 0
              let value = ends.first + (ends.last - ends.first) * share
              return [run, "label guess --threshold \(NumberText.short(value, digits: 6))"]
            } + [run]
          return try lab.beginQueue()
        }
      },
      Form([.word("given")], "takes all guesses back") { _ throws(StrataError) in
        .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          guard let data = experiment.data, !data.guessed.isEmpty else {
            throw StrataError("no label is a guess", try: "label guess")
          }
          let count = data.guessed.count
          let notes = experiment.setData(data.withoutGuesses())
          return Outcome("\(count) guesses taken back", notes: notes)
        }
      },
      Form([.word("centres")], "asks for the labels of the samples nearest to the centres") { _ throws(StrataError) in
        .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          guard let data = experiment.data, let learner = experiment.learner as? KMeansLearner else {
            throw StrataError("there are no centres to be near to", try: "kmeans 50")
          }
          let rows = learner.nearestSamples
          let labelled = try data.labelling(only: rows)
          let notes = experiment.setData(labelled)
          return Outcome(
            "\(Set(rows).count) of \(data.train.count) samples labelled: the nearest to each centre",
            numbers: [Outcome.Number("labelled", Double(Set(rows).count))], notes: notes)
        }
      },
    ],
    examples: [
      "label guess", "label guess --threshold 0.9", "label guess each 2 epochs --rounds 2 --threshold 0.9:0.6",
    ],
    before: ["data moons --labels 8", "run 5 epochs"])

  private static let threshold = OptionDescription(
    "threshold", .text(form: "0.95 or FIRST:LAST"), default: "0.95",
    "how sure an answer must be; in rounds it may go from one value to another")

  private static func thresholds(_ arguments: Arguments) throws(StrataError) -> (first: Double, last: Double) {
    let text = arguments.option("threshold") ?? "0.95"
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard (1...2).contains(numbers.count), let first = numbers[0], let last = numbers[numbers.count - 1],
      (0...1).contains(first), (0...1).contains(last)
    else {
      throw StrataError(
        "--threshold is a probability from 0 to 1, or two such as 0.99:0.8; got \(text.quoted)", try: "--threshold 0.95"
      )
    }
    return (first, last)
  }

  private static func guess(_ experiment: inout Experiment, threshold: Double) throws(StrataError) -> Outcome {
    guard let data = experiment.data, let learner = experiment.learner else {
      throw experiment.missing ?? StrataError("nothing has learned yet", try: "data digits --labels 50")
    }
    guard let predictor = learner as? any Predictor else {
      throw StrataError("\(type(of: learner).keyword) answers nothing that could be guessed by", try: "learn backprop")
    }
    let (guessed, summary) = try data.guessing(by: predictor, threshold: threshold)
    let notes = experiment.setData(guessed)
    var text = "\(summary.guessed) of \(summary.asked) samples without a label were guessed"
    var numbers = [Outcome.Number("guessed", Double(summary.guessed))]
    if let right = summary.right, summary.guessed > 0 {
      let share = Double(right) / Double(summary.guessed)
      text += " · \(NumberText.short(100 * share, digits: 3)) % of the guesses are right"
      numbers.append(Outcome.Number("right", share))
    }
    return Outcome(text, numbers: numbers, notes: notes)
  }
}
