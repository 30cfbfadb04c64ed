// A sweep: every combination of some choices is tried for a few epochs, each from the same seed, and judged on samples that
// none of them learned from. Those are set aside from the training part, so that the test part stays what it is for.
//
// The laboratory is not touched while it goes on: each candidate is a copy of the experiment. What is finished is kept
// beside, so that the same line goes on where it was broken off. The best candidate becomes the network by the very
// commands that made it, which then stand in the journal like typed ones.
import StrataEngine

/// What is tried.
public struct SweepCandidate: Sendable, Hashable {
  /// `rate 0.1 · units 32`
  public var name: String
  /// The commands that make it of the present experiment.
  var commands: [String]
}

/// What came of a candidate.
public struct SweepResult: Sendable, Hashable {
  public var name: String
  /// The measure on the validation samples after each epoch.
  public var curve: [Double] = []
  /// Why it could not be tried, or to its end; nil where all went well.
  public var problem: String?
  /// The best of the curve; nil where there is none.
  public func best(isHigher: Bool) -> Double? {
    let finite = curve.filter(\.isFinite)
    return isHigher ? finite.max() : finite.min()
  }
}

/// A sweep as far as it has come.
public struct SweepReport: Sendable, Hashable {
  /// `accuracy`, where more is better, or `loss`, where less is.
  public var measure: String
  public var isHigherBetter: Bool
  /// One for each candidate so far; the last may be in progress.
  public var results: [SweepResult]
  public var candidateCount: Int

  /// Indices of the results, the best first; those without a number last.
  public var ranking: [Int] {
    func value(_ index: Int) -> Double {
      guard let best = results[index].best(isHigher: isHigherBetter) else { return -.infinity }
      return isHigherBetter ? best : -best
    }
    return results.indices.sorted { value($0) != value($1) ? value($0) > value($1) : $0 < $1 }
  }
}

/// The sweep as something that takes time.
struct SweepCalculation: Calculation {
  /// What the same line would mean elsewhere is another sweep.
  struct Identity: Sendable, Hashable {
    var line: String
    var tick: Int
    var branch: Int
    var edits: Int
  }

  let identity: Identity
  let candidates: [SweepCandidate]
  let epochs: Int
  private let base: Experiment
  private let validation: Samples
  private(set) var report: SweepReport
  private var current: Experiment?
  /// Instructions between two looks at the clock.
  private static let slice = 64

  /// Throws where nothing learns that could be judged.
  init(
    _ experiment: Experiment, _ candidates: [SweepCandidate], epochs: Int, share: Double, identity: Identity,
    resuming finished: [SweepResult]
  ) throws(StrataError) {
    guard let learner = experiment.learner, let data = experiment.data else {
      throw experiment.missing ?? StrataError("nothing learns yet", try: "data digits")
    }
    let rows = data.train.labelledRows
    var random = RandomStream(seed: experiment.seed, name: "validation")
    var order = rows
    random.shuffle(&order)
    let count = Int((Double(rows.count) * share).rounded())
    guard count > 0, count < rows.count else {
      throw StrataError(
        "\(rows.count) training samples leave nothing to learn from or nothing to judge by", try: "--validation 0.2")
    }
    validation = data.train.selecting(order.prefix(count).sorted())
    var rest = data
    let left = order.dropFirst(count).sorted()
    rest.train = data.train.selecting(left)
    rest.fullLabels = data.fullLabels.map { labels in left.map { labels[Int($0)] } }
    rest.guessed = []
    var base = experiment
    _ = base.setData(rest)
    self.base = base
    self.candidates = candidates
    self.epochs = epochs
    self.identity = identity
    let hasAccuracy = learner.evaluate(validation)["accuracy"] != nil
    report = SweepReport(
      measure: hasAccuracy ? "accuracy" : "loss", isHigherBetter: hasAccuracy, results: finished,
      candidateCount: candidates.count)
  }

  var pace: Double? { nil }
  var view: String? { "sweep" }
  var isFinished: Bool { current == nil && report.results.count == candidates.count }
  var isTranscribed: Bool { false }

  var progress: Progress {
    let whole = Double(max(candidates.count * epochs, 1))
    let done = report.results.reduce(0) { $0 + ($1.problem == nil ? $1.curve.count : epochs) }
    return Progress(
      fraction: Double(done) / whole,
      text: "candidate \(min(report.results.count, candidates.count)) of \(candidates.count)"
        + (report.results.last.map { " · \($0.name)" } ?? ""))
  }

  mutating func advance() throws(StrataError) {
    guard var experiment = current else {
      guard report.results.count < candidates.count else { return }
      begin(candidates[report.results.count])
      return
    }
    let last = report.results.count - 1
    current = nil
    for _ in 0..<SweepCalculation.slice {
      let before = experiment.moment.epochs
      if let fault = experiment.step() {
        report.results[last].problem = "stopped: \(fault)"
        return
      }
      guard experiment.moment.epochs != before else { continue }
      let measured = experiment.learner?.evaluate(validation)[report.measure] ?? .nan
      report.results[last].curve.append(measured)
      if report.results[last].curve.count == epochs { return }
    }
    current = experiment
  }

  private mutating func begin(_ candidate: SweepCandidate) {
    var result = SweepResult(name: candidate.name)
    do throws(StrataError) {
      var experiment = base
      try SweepCalculation.apply(candidate.commands, to: &experiment)
      _ = experiment.reseed(base.seed)
      if let missing = experiment.missing { throw missing }
      current = experiment
    } catch {
      result.problem = error.problem
    }
    report.results.append(result)
  }

  /// Does commands that change an experiment. Throws what they throw.
  static func apply(_ commands: [String], to experiment: inout Experiment) throws(StrataError) {
    for line in commands {
      guard let parsed = try CommandTable.parse(line),
        case .edit(false, let change) = try parsed.form.action(parsed.arguments)
      else { throw StrataError("\(line.quoted) changes no network") }
      _ = try change(&experiment, Surroundings(environment: [:], files: .nothing))
    }
  }

  func publish(to lab: inout Lab) { lab.sweep = (identity, report) }

  /// The winner's commands, and weights drawn afresh for it.
  var followUp: [String] {
    guard let best = report.ranking.first, report.results[best].best(isHigher: report.isHigherBetter) != nil else {
      return []
    }
    return candidates[best].commands + ["seed \(base.seed)"]
  }

  private func conclusion(isComplete: Bool) -> String {
    guard let best = report.ranking.first, report.results[best].best(isHigher: report.isHigherBetter) != nil else {
      return "none could be tried"
    }
    return isComplete
      ? "\(report.results[best].name) is best and stands there now, with fresh weights"
      : "the same line goes on from here"
  }

  func outcome(isComplete: Bool) -> Outcome {
    var table = TextTable(columns: ["candidate", "validation \(report.measure)", "at epoch", ""])
    for index in report.ranking.prefix(20) {
      let result = report.results[index]
      let best = result.best(isHigher: report.isHigherBetter)
      table.rows.append([
        result.name, best.map { NumberText.short($0) } ?? "",
        best.flatMap { value in result.curve.firstIndex(of: value).map { "\($0 + 1)" } } ?? "", result.problem ?? "",
      ])
    }
    // What came of it stands first: small screens do not show the end of the table.
    var outcome = Outcome(
      conclusion(isComplete: isComplete), table: table, request: .view(name: "sweep", arguments: []))
    if report.results.count > 20 { outcome.append("… \(report.results.count - 20) more") }
    if let best = report.ranking.first, let value = report.results[best].best(isHigher: report.isHigherBetter) {
      outcome.numbers = [
        Outcome.Number("best", value), Outcome.Number("candidates", Double(report.results.count)),
      ]
    }
    return outcome
  }
}
