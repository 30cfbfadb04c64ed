// Moving through time from the laboratory: checks where one can go, goes there in slices, tells where one is.
import StrataEngine

extension Lab {
  /// Begins a journey on the path to a branch's end. Throws when the destination lies outside of it.
  mutating func begin(travelTo destination: Destination, branch number: Int, line: String) throws(StrataError) {
    let end = timeline.branches[number - 1].end
    let (wanted, last, unit): (Int, Int, String) =
      switch destination {
      case .tick(let tick): (tick, end.tick, "instruction")
      case .step(let step): (step, end.step, "step")
      case .epoch(let epoch): (epoch, end.epochs, "epoch")
      }
    guard wanted >= 0, wanted <= last else {
      throw StrataError(
        "branch \(number) goes from \(unit) 0 to \(unit) \(last); there is no \(unit) \(wanted) on it",
        try: wanted > last ? "run \(max(1, wanted - last)) \(unit == "instruction" ? "steps" : unit + "s")" : "goto 0")
    }
    // What is left behind can be come back to at once.
    timeline.keep()
    activity = .travel(Travel(to: destination, branch: number, in: timeline), line: line, Outcome())
  }

  mutating func advanceTravel(for seconds: Double) throws(StrataError) -> Advance {
    guard case .travel(var travel, let line, let outcome) = activity else { return .finished(Outcome()) }
    activity = .none
    let now = configuration.now
    let deadline = now() + seconds
    var checked = now()
    let arrived: Bool
    do {
      // On a long way, keyframes are left behind so that the next journey is short.
      arrived = try travel.advance(configuration.surroundings) {
        let time = now()
        if time >= deadline || time - checked >= Run.leastSpacing { return true }
        return false
      }
    } catch {
      throw error
    }
    checked = now()
    guard arrived else {
      timeline.keep(travel.experiment, edits: travel.appliedEdits, onPathOf: travel.branch)
      activity = .travel(travel, line: line, outcome)
      return .running(progress ?? Progress(fraction: nil, text: ""))
    }
    timeline.arrive(travel.experiment, branch: travel.branch, edits: travel.appliedEdits)
    fault = nil
    for index in breakpoints.indices { breakpoints[index].reset(in: timeline.present) }
    record(line)
    return .finished(arrival())
  }

  /// Where we are after a journey.
  private func arrival() -> Outcome {
    let branch = timeline.branch
    var text = "at " + statusText()
    if timeline.branches.count > 1 { text += " · branch \(branch.number)" }
    if timeline.hasFuture, branch.end.step > moment.step { text += " · recorded up to step \(branch.end.step)" }
    var outcome = Outcome(text, numbers: numbers())
    outcome.numbers.append(Outcome.Number("branch", Double(branch.number)))
    return outcome
  }
}
