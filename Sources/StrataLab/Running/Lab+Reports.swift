// What is told when a run has come to its end, and on the way.
import StrataEngine

extension Lab {
  /// How far the run is.
  var runProgress: Progress {
    guard case .run(let run) = activity else { return Progress(fraction: nil, text: "") }
    return Progress(
      fraction: run.fraction(moment), text: statusText(samplesPerSecond: samplesPerSecond(run), isOnTheWay: true))
  }

  /// `step 495 · epoch 11 · loss 0.071 · test accuracy 0.972 · 410 k samples/s`.
  ///
  /// Measurements of the test part are told where they were made at this very step, or, on the way, the newest ones.
  public func statusText(samplesPerSecond: Double? = nil, isOnTheWay: Bool = false) -> String {
    let moment = moment
    var parts = ["step \(moment.step)"]
    if moment.epochs > 0, experiment.data?.train.count ?? 0 > 0 {
      parts.append("epoch \(NumberText.short(moment.epoch, digits: 3))")
    }
    let loss = experiment.newestLoss
    if !loss.isNaN || fault != nil { parts.append("loss \(NumberText.short(loss))") }
    let measured = newestTest(exactly: !isOnTheWay)
    let headlines = experiment.learner.map { type(of: $0).headlines } ?? []
    if let entry = headlines.lazy.compactMap({ name in measured[name].map { (name, $0) } }).first {
      parts.append("test \(entry.0) \(NumberText.short(entry.1, digits: 3))")
    }
    if let samplesPerSecond { parts.append("\(NumberText.scaled(samplesPerSecond)) samples/s") }
    return parts.joined(separator: " · ")
  }

  /// The newest measurements of the test part on this branch, up to now; with `exactly`, only those of this very step.
  public func newestTest(exactly: Bool = false) -> Measurements {
    guard let data = experiment.data, data.test.count > 0 else { return Measurements() }
    let names = timeline.measuredNames.filter { $0.hasPrefix("test ") }
    return Measurements(
      names.compactMap { name in
        guard let latest = timeline.latest(name), !exactly || latest.step == moment.step else { return nil }
        return .init(String(name.dropFirst(5)), latest.value)
      })
  }

  private func samplesPerSecond(_ run: Run) -> Double? {
    let steps = moment.step - run.start.step
    guard configuration.tellsTime, steps > 0, run.seconds > 0, let data = experiment.data, data.train.count > 0,
      let clock = experiment.learner?.clock
    else { return nil }
    return Double(steps) * Double(data.train.count) / Double(max(clock.stepsPerEpoch, 1)) / run.seconds
  }

  /// Ends the run: writes the journal, measures the test part where that is cheap, and tells.
  mutating func finishRun(_ reason: StopReason) -> Outcome {
    guard case .run(let run) = activity else { return Outcome() }
    activity = .none
    let speed = samplesPerSecond(run)
    if let speed { throughput = speed }
    // What was done is written down as it really was.
    var isExact = !run.isSplit
    if case .interrupted = reason { isExact = false }
    if case .cannotGoOn = reason { isExact = false }
    if case .seconds = run.goal { isExact = false }
    let tick = moment.tick
    if isExact {
      record(run.line, .movement, from: run.recordedFrom)
    } else if tick > run.recordedTick {
      record("step \(tick - run.recordedTick)", .movement, from: run.recordedFrom)
    }
    if run.report == .run, moment.step > run.start.step, run.schedule.isCheap { noteTest(at: moment) }
    if case .breakpoint(let number, _) = reason { breakpoints.removeAll { $0.number == number && $0.isTemporary } }
    var outcome = Outcome(numbers: numbers())
    switch run.report {
    case .instructions: reportInstructions(run, into: &outcome)
    case .steps:
      outcome.append(statusText() + (configuration.tellsTime ? " · \(NumberText.duration(run.seconds))" : ""))
    case .run: outcome.append(statusText(samplesPerSecond: speed))
    }
    if let told = text(of: reason) {
      outcome.append(told)
      if case .fault = reason { outcome.level = .warning }
      if case .cannotGoOn = reason { outcome.level = .warning }
    }
    outcome.numbers.append(Outcome.Number("seconds", run.seconds, measured: true))
    if let speed { outcome.numbers.append(Outcome.Number("samples per second", speed, measured: true)) }
    return outcome
  }

  /// Where we are, in full precision.
  func numbers() -> [Outcome.Number] {
    let moment = moment
    var numbers = [
      Outcome.Number("tick", Double(moment.tick)), Outcome.Number("step", Double(moment.step)),
      Outcome.Number("epoch", moment.epoch),
    ]
    let measured = experiment.measurements
    if measured["loss"] == nil, !experiment.newestLoss.isNaN {
      numbers.append(Outcome.Number("loss", experiment.newestLoss))
    }
    numbers += measured.entries.map { Outcome.Number($0.name, $0.value) }
    return numbers + newestTest(exactly: true).entries.map { Outcome.Number("test \($0.name)", $0.value) }
  }

  private func text(of reason: StopReason) -> String? {
    let place = "step \(moment.step)"
    switch reason {
    case .done: return nil
    case .condition(let held): return "stopped: \(Lab.text(of: held))  (\(place))"
    case .breakpoint(let number, let what): return "stopped: \(what)  (breakpoint \(number), \(place))"
    case .fault(let fault):
      let position = fault.position.isEmpty ? "" : "[\(fault.position.map(String.init).joined(separator: ","))]"
      let layer = fault.layer.map { " (layer \($0))" } ?? ""
      return "stopped: line \(fault.line)\(layer) made \(fault.tensor)\(position) = \(fault.value)  (\(place))"
    case .interrupted: return "interrupted at \(place)"
    case .cannotGoOn(let error): return "stopped: \(error.problem)  (\(place))"
    }
  }

  /// The lines that were executed, each with the tensor that it wrote, and the next one.
  private func reportInstructions(_ run: Run, into outcome: inout Outcome) {
    guard let learner = experiment.learner else { return }
    let listing = learner.listing
    let count = moment.tick - run.start.tick
    let lines = run.executedLines.suffix(8).filter { listing.indices.contains($0) }
    if count > lines.count { outcome.append("… \(count - lines.count) instructions before") }
    var table = TextTable(columns: ["", "", "", ""])
    for line in lines {
      let written = listing[line].writes.first.flatMap { learner.tensor(named: $0) }
      let cost = listing[line].phase == "loss" ? "C  \(NumberText.short(learner.loss))" : ""
      table.rows.append(["", "\(line + 1)", listing[line].text, written.map(TensorText.summary) ?? cost])
    }
    table.rows.append(["▶", "\(learner.line + 1)", listing[learner.line].text, "next"])
    outcome.append(table)
    if learner.line == 0 { outcome.append(statusText()) }
  }
}
