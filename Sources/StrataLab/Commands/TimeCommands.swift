// Through time: back, to a moment, between branches.
import StrataEngine

extension Command {
  static let back = Command(
    "back", .time, "goes back: to where the newest movement began, or by N steps",
    details: """
      What was done stays: going on in the same way stays on the branch, doing something else begins another. \
      The experiment is bit for bit what it was then.
      """,
    forms: [
      Form([
        Place("N", .integer(1...1_000_000_000), optional: true, "how many"),
        Place("UNIT", .unit(units), optional: true, "of what; steps if left out"),
      ]) { arguments throws(StrataError) in
        .move { (lab) throws(StrataError) in
          let destination = try backDestination(arguments, lab)
          try lab.begin(travelTo: destination, branch: lab.timeline.branchNumber, line: arguments.line)
          return Outcome()
        }
      }
    ],
    examples: ["back", "back 2", "back 3 instructions"],
    disabledReason: { lab in
      lab.moment.tick > 0 ? nil : StrataError("this is the beginning: nothing has been executed yet", try: "next")
    })

  static let goto = Command(
    "goto", .time, "goes to a moment of this branch, back or forward along what is recorded",
    forms: [
      Form(
        [
          Place("N", .integer(0...1_000_000_000_000), "which"),
          Place("UNIT", .unit(units), optional: true, "of what; steps if left out"),
        ], "the moment at which so many had been done"
      ) { arguments throws(StrataError) in
        let number = arguments.integer("N") ?? 0
        let destination = destination(number, unit: arguments.text("UNIT"))
        return .move { (lab) throws(StrataError) in
          try lab.begin(travelTo: destination, branch: lab.timeline.branchNumber, line: arguments.line)
          return Outcome()
        }
      },
      Form([Place("WHERE", .choice(["start", "end"]))], "the beginning, or the end of what is recorded") {
        arguments throws(StrataError) in
        let isEnd = arguments.text("WHERE") == "end"
        return .move { (lab) throws(StrataError) in
          let tick = isEnd ? lab.timeline.branch.end.tick : 0
          try lab.begin(travelTo: .tick(tick), branch: lab.timeline.branchNumber, line: arguments.line)
          return Outcome()
        }
      },
    ],
    examples: ["goto 2", "goto 1 epoch", "goto end"])

  static let branches = Command(
    "branches", .time, "lists the ways that things went",
    forms: [
      Form([]) { _ throws(StrataError) in .look { (lab) throws(StrataError) in list(lab) } }
    ],
    examples: ["branches"])

  static let branch = Command(
    "branch", .time, "goes to the end of branch N",
    forms: [
      Form([Place("N", .integer(1...1_000_000), "the branch's number")]) { arguments throws(StrataError) in
        let number = arguments.integer("N") ?? 1
        return .move { (lab) throws(StrataError) in
          let count = lab.timeline.branches.count
          guard number <= count else {
            throw StrataError(
              count == 1
                ? "there is only branch 1" : "branches are numbered 1 to \(count); there is no branch \(number)",
              try: "branches")
          }
          let tick = lab.timeline.branches[number - 1].end.tick
          try lab.begin(travelTo: .tick(tick), branch: number, line: arguments.line)
          return Outcome()
        }
      }
    ],
    examples: ["branch 1"])

  private static let units = ["steps", "epochs", "instructions"]

  private static func destination(_ number: Int, unit: String?) -> Destination {
    switch unit?.first {
    case "e": .epoch(number)
    case "i": .tick(number)
    default: .step(number)
    }
  }

  private static func backDestination(_ arguments: Arguments, _ lab: Lab) throws(StrataError) -> Destination {
    let moment = lab.moment
    guard let count = arguments.integer("N") ?? (arguments.text("UNIT") == nil ? nil : 1) else {
      return .tick(lab.timeline.lastWaypoint ?? 0)
    }
    let unit = arguments.text("UNIT")
    // In the middle of a step or an epoch, its beginning is the first one back.
    let (now, isInside): (Int, Bool) =
      switch unit?.first {
      case "e": (moment.epochs, moment.tick > lab.experiment.epochTick)
      case "i": (moment.tick, false)
      default: (moment.step, moment.tick > lab.experiment.stepTick)
      }
    let wanted = now - count + (isInside ? 1 : 0)
    guard wanted >= 0 else {
      throw StrataError("only \(now) \(unit ?? "steps") lie behind, \(count) were asked for", try: "goto start")
    }
    return destination(wanted, unit: unit)
  }

  private static func list(_ lab: Lab) -> Outcome {
    let timeline = lab.timeline
    // The column that tells how good each is: what is told first of this kind of learner.
    let headlines = lab.experiment.learner.map { type(of: $0).headlines } ?? []
    let headline = headlines.map { "test " + $0 }.first { timeline.measuredNames.contains($0) } ?? "test accuracy"
    var table = TextTable(columns: ["", "branch", "left", "at step", "up to step", "loss", headline, "by"])
    for branch in timeline.branches {
      let loss = timeline.latest("loss", branch: branch.number)?.value
      let accuracy = timeline.latest(headline, branch: branch.number)?.value
      // What makes it different: its first own edit, or that the parent's was not made.
      var difference = ""
      if let fork = branch.fork {
        let parent = timeline.branches[fork.branch - 1]
        difference =
          branch.edits.count > fork.edits
          ? branch.edits[fork.edits].line
          : parent.edits.count > fork.edits ? "without: \(parent.edits[fork.edits].line)" : ""
      }
      table.rows.append([
        branch.number == timeline.branchNumber ? "▶" : "", "\(branch.number)",
        branch.fork.map { "branch \($0.branch)" } ?? "", branch.fork.map { "\($0.step)" } ?? "", "\(branch.end.step)",
        loss.map { NumberText.short($0) } ?? "", accuracy.map { NumberText.short($0, digits: 3) } ?? "", difference,
      ])
    }
    var outcome = Outcome(
      table: table,
      numbers: [
        Outcome.Number("branch", Double(timeline.branchNumber)),
        Outcome.Number("branches", Double(timeline.branches.count)),
      ])
    outcome.append("now at step \(lab.moment.step) of branch \(timeline.branchNumber)")
    return outcome
  }
}
