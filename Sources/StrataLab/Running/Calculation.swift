// Long calculations that only look: a dream, a likelihood. They go on in slices beside nothing else, show how far they
// are, can be broken off, and change nothing about what is learned.
import StrataEngine

/// A look that takes time.
protocol Calculation: Sendable {
  /// How many parts a second a person can follow; nil where there is nothing to see on the way.
  var pace: Double? { get }
  /// Does a small part.
  mutating func advance() throws(StrataError)
  var isFinished: Bool { get }
  var progress: Progress { get }
  /// What came of it so far is put where views and `expect` find it; called now and then and at the end.
  func publish(to lab: inout Lab)
  /// What is told at the end. `isComplete` is false where it was broken off.
  func outcome(isComplete: Bool) -> Outcome
  /// The view that shows it while it goes on; nil where there is nothing to see.
  var view: String? { get }
  /// Why nothing came of it; then it is finished.
  var failure: StrataError? { get }
  /// Commands that are done when it has come to its end.
  var followUp: [String] { get }
  /// Whether its line belongs into a saved session.
  var isTranscribed: Bool { get }
}

extension Calculation {
  var view: String? { nil }
  var failure: StrataError? { nil }
  var followUp: [String] { [] }
  var isTranscribed: Bool { true }
}

/// Models that dream.
struct DreamCalculation: Calculation {
  var dream: Dream
  let steps: Int
  let title: String

  var pace: Double? { 60 }
  var view: String? { "dream" }
  /// A long dream takes several steps between two pictures, so that none lasts longer than a few seconds.
  mutating func advance() {
    for _ in 0..<max(1, steps / 240) where !isFinished { dream.step() }
  }
  var isFinished: Bool { dream.steps >= steps }
  var progress: Progress {
    Progress(fraction: Double(dream.steps) / Double(max(steps, 1)), text: "\(title) · step \(dream.steps)")
  }
  func publish(to lab: inout Lab) { lab.dream = dream }

  func outcome(isComplete: Bool) -> Outcome {
    var text = "\(title) · \(dream.steps) steps"
    let energies = dream.freeEnergies
    if !energies.isEmpty {
      text += " · free energy \(NumberText.short(energies.reduce(0, +) / Double(energies.count)))"
    }
    var outcome = Outcome(
      text, numbers: [Outcome.Number("steps", Double(dream.steps))], request: .view(name: "dream", arguments: []))
    outcome.numbers += energies.enumerated().map { Outcome.Number("free energy \($0)", $1) }
    return outcome
  }
}

/// The likelihood of a Boltzmann machine by annealed importance sampling.
struct LikelihoodCalculation: Calculation {
  var sampling: AnnealedImportanceSampling
  /// −(free energy) of the mean training and test sample, in nats: log p is this less log Z.
  let train: Double
  let test: Double?

  var pace: Double? { nil }
  mutating func advance() { sampling.advance() }
  var isFinished: Bool { sampling.isFinished }
  var progress: Progress {
    Progress(fraction: sampling.fraction, text: "temperature \(NumberText.short(sampling.temperature, digits: 3))")
  }
  func publish(to lab: inout Lab) {
    if isFinished {
      lab.timeline.present.findings = LikelihoodText.findings(train, test, sampling.logPartition.estimate)
    }
  }

  func outcome(isComplete: Bool) -> Outcome {
    guard isComplete else {
      return Outcome("broken off at \(NumberText.short(sampling.fraction * 100, digits: 3)) % of the temperatures")
    }
    let (estimate, low, high) = sampling.logPartition
    return LikelihoodText.outcome(
      train, test, estimate, interval: (low, high),
      how:
        "\(sampling.runs) annealed runs over \(NumberText.grouped(sampling.schedule.temperatures.count)) temperatures")
  }
}

/// How a likelihood is told.
enum LikelihoodText {
  static func findings(_ train: Double, _ test: Double?, _ logPartition: Double) -> Measurements {
    var entries = [
      Measurements.Entry("log partition", logPartition), .init("train log-likelihood", train - logPartition),
    ]
    if let test { entries.append(.init("test log-likelihood", test - logPartition)) }
    return Measurements(entries)
  }

  static func outcome(
    _ train: Double, _ test: Double?, _ logPartition: Double, interval: (low: Double, high: Double)?, how: String
  ) -> Outcome {
    var table = TextTable(columns: ["", "nats", interval == nil ? "" : "three standard errors"])
    func row(_ name: String, _ value: Double, _ ends: (Double, Double)?) {
      table.rows.append([
        name, NumberText.fixed(value, decimals: 3),
        ends.map { "\(NumberText.fixed($0.0, decimals: 3)) … \(NumberText.fixed($0.1, decimals: 3))" } ?? "",
      ])
    }
    row("log Z", logPartition, interval.map { ($0.low, $0.high) })
    row("log p of a training sample", train - logPartition, interval.map { (train - $0.high, train - $0.low) })
    if let test { row("log p of a test sample", test - logPartition, interval.map { (test - $0.high, test - $0.low) }) }
    var outcome = Outcome(how, table: table)
    outcome.numbers = findings(train, test, logPartition).entries.map { Outcome.Number($0.name, $0.value) }
    return outcome
  }
}

extension Lab {
  /// Begins a calculation.
  mutating func begin(_ calculation: any Calculation, line: String) {
    activity = .calculation(calculation, line: line)
    calculation.publish(to: &self)
  }

  mutating func advanceCalculation(for seconds: Double) throws(StrataError) -> Advance {
    guard case .calculation(var calculation, let line) = activity else { return .finished(Outcome()) }
    activity = .none
    let deadline = configuration.now() + seconds
    while !calculation.isFinished {
      try calculation.advance()
      if let pace = calculation.pace, let wait = configuration.wait, playbackSpeed.isFinite {
        wait(1 / pace / playbackSpeed)
        break
      }
      if configuration.now() >= deadline { break }
    }
    if let failure = calculation.failure { throw failure }
    calculation.publish(to: &self)
    guard calculation.isFinished else {
      activity = .calculation(calculation, line: line)
      return .running(calculation.progress)
    }
    record(line, .look, from: timeline.position, transcribed: calculation.isTranscribed)
    let outcome = calculation.outcome(isComplete: true)
    queue = calculation.followUp
    return queue.isEmpty ? .finished(outcome) : try beginNextStage(after: outcome)
  }

  /// Breaks the calculation off: what it found so far is told.
  mutating func interruptCalculation(_ calculation: any Calculation) -> Outcome {
    activity = .none
    var outcome = calculation.outcome(isComplete: false)
    outcome.notes.append("broken off")
    return outcome
  }
}
