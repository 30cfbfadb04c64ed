// Moving through time from the laboratory: checks where one can go, goes there in slices, tells where one is.
import StrataEngine

extension Lab {
  /// Begins a journey on the path to a branch's end. Throws when the destination lies outside of it.
  mutating func begin(travelTo destination: Destination, branch number: Int, line: String) throws(StrataError) {
    let end = timeline.allBranches[number - 1].end
    let (wanted, last, unit): (Int, Int, String) =
      switch destination {
      case .tick(let tick), .place(let tick, _): (tick, end.tick, "instruction")
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

  /// Begins a journey to a position that was there before. Throws when it was deleted.
  mutating func begin(travelTo position: Position, line: String) throws(StrataError) {
    guard let number = timeline.branchThrough(position) else {
      throw StrataError("that moment was on branch \(position.branch), which was deleted", try: "branches")
    }
    try begin(travelTo: .place(tick: position.place.tick, edits: position.place.edits), branch: number, line: line)
  }

  mutating func advanceTravel(for seconds: Double) throws(StrataError) -> Advance {
    guard case .travel(var travel, let line, var outcome) = activity else { return .finished(Outcome()) }
    activity = .none
    // On a long way, keyframes are left behind so that the next journey is short.
    let arrived = try travel.advance(configuration.surroundings, isDue: due(within: min(seconds, Run.leastSpacing)))
    guard arrived else {
      let way = travel.reexecution
      timeline.keep(way.experiment, edits: way.appliedEdits, onPathOf: way.branch)
      activity = .travel(travel, line: line, outcome)
      return .running(travel.progress)
    }
    let start = timeline.position
    let way = travel.reexecution
    timeline.arrive(way.experiment, branch: way.branch, edits: way.appliedEdits)
    fault = nil
    for index in breakpoints.indices { breakpoints[index].reset(in: timeline.present) }
    record(line, .movement, from: start)
    let arrival = arrival()
    outcome.blocks = arrival.blocks + outcome.blocks
    outcome.numbers += arrival.numbers
    return .finished(outcome)
  }

  /// Asked every few instructions: whether so many seconds have gone by.
  private func due(within seconds: Double) -> () -> Bool {
    let now = configuration.now
    let deadline = now() + seconds
    return { now() >= deadline }
  }

  /// Begins a search.
  mutating func begin(_ search: Search, line: String) { activity = .search(search, line: line) }

  mutating func advanceSearch(for seconds: Double) throws(StrataError) -> Advance {
    guard case .search(var search, let line) = activity else { return .finished(Outcome()) }
    activity = .none
    switch try search.advance(configuration.surroundings, isDue: due(within: seconds)) {
    case .goesOn:
      activity = .search(search, line: line)
      return .running(search.progress)
    case .nowhere:
      throw StrataError(
        search.wanted == .first
          ? "nowhere on branch \(search.branch.number) does \(search.condition.text) hold"
          : "at no moment before now did \(search.condition.text) come true on this way",
        try: search.wanted == .first ? "run until \(search.condition.text)" : "goto first \(search.condition.text)")
    case .found(let found):
      var outcome = Outcome()
      outcome.append("\(search.wanted == .first ? "the first time" : "came true"): \(Lab.text(of: found.held))")
      outcome.numbers += found.held.map { Outcome.Number($0.0.quantity.name, $0.1) }
      timeline.keep()
      let place = found.place
      activity = .travel(
        Travel(to: .place(tick: place.tick, edits: place.edits), branch: search.branch.number, in: timeline),
        line: line, outcome)
      return .running(search.progress)
    }
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
