// Through time: back, to a moment, between branches.
import StrataEngine

extension Command {
  static let back = Command(
    "back", .time, "goes back: to where the newest movement began, by N steps, or until a condition came true",
    details: """
      What was done stays: going on in the same way stays on the branch, doing something else begins another. \
      The experiment is bit for bit what it was then. `back until` looks for the newest moment before now at which \
      the condition held and had not held just before; given again, it goes to the one before that. Conditions are \
      judged where `run until` judges them: at the ends of mini-batches, or of epochs where a set of samples has to \
      be evaluated.
      """,
    forms: [
      Form(
        [.word("until"), Place("CONDITION", .condition, "such as zeros layer1.output[:,3] == 1")],
        "to where a condition came true"
      ) { arguments throws(StrataError) in search(arguments, .newest) },
      Form([
        Place("N", .integer(1...1_000_000_000), optional: true, "how many"),
        Place("UNIT", .unit(units), optional: true, "of what; steps if left out"),
      ]) { arguments throws(StrataError) in
        .move { (lab) throws(StrataError) in
          let destination = try backDestination(arguments, lab)
          try lab.begin(travelTo: destination, branch: lab.timeline.branchNumber, line: arguments.line)
          return Outcome()
        }
      },
    ],
    examples: ["back", "back 2", "back 3 instructions", "back until step == 2"],
    disabledReason: { lab in
      lab.moment.tick > 0 ? nil : StrataError("this is the beginning: nothing has been executed yet", try: "next")
    })

  static let goto = Command(
    "goto", .time, "goes to a moment, back or forward along what is recorded",
    forms: [
      Form(
        [.word("first"), Place("CONDITION", .condition, "such as test accuracy > 0.9")],
        "the first moment on this branch at which a condition held"
      ) { arguments throws(StrataError) in search(arguments, .first) },
      Form([.word("mark"), Place("NAME", .known(.marks), "the mark's name")], "a moment that was given a name") {
        arguments throws(StrataError) in
        let name = arguments.text("NAME") ?? ""
        return .move { (lab) throws(StrataError) in
          try lab.begin(travelTo: try lab.timeline.requireMark(name).position, line: arguments.line)
          return Outcome()
        }
      },
      Form(
        [.word("command"), Place("N", .integer(1...1_000_000), "its number in `timeline`")], "just before a command"
      ) {
        arguments throws(StrataError) in
        let number = arguments.integer("N") ?? 1
        return .move { (lab) throws(StrataError) in
          let steps = lab.journal.steps
          guard steps.indices.contains(number - 1) else {
            throw StrataError(
              steps.isEmpty
                ? "no command has changed or moved anything yet"
                : "commands are numbered 1 to \(steps.count), got \(number)",
              try: "timeline")
          }
          try lab.begin(travelTo: steps[number - 1].start, line: arguments.line)
          return Outcome()
        }
      },
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
    examples: ["goto 2", "goto 1 epoch", "goto end", "goto first loss < 1", "goto mark before", "goto command 3"],
    before: ["run 2 epochs", "mark before", "next"])

  static let branches = Command(
    "branches", .time, "lists the ways that things went",
    forms: [
      Form([]) { _ throws(StrataError) in .look { (lab) throws(StrataError) in list(lab) } }
    ],
    examples: ["branches"])

  static let branch = Command(
    "branch", .time, "goes to the end of a branch, or gives it a name",
    forms: [
      Form(
        [
          Place("BRANCH", .known(.branches), "its number or name"), .word("name"),
          Place("NAME", .word, "what it shall be called"),
        ], "gives it a name"
      ) { arguments throws(StrataError) in
        let word = arguments.text("BRANCH") ?? ""
        let name = try checkedName(arguments.text("NAME") ?? "", of: "branch")
        return .arrange { (lab) throws(StrataError) in
          let branch = try lab.timeline.requireBranch(called: word)
          if let other = lab.timeline.branches.first(where: { $0.name == name && $0.number != branch.number }) {
            throw StrataError(
              "branch \(other.number) is called \(name.quoted) already", try: "branch \(branch.number) name \(name)2")
          }
          lab.timeline.name(branch.number, name)
          return Outcome("branch \(branch.number) is called \(name)")
        }
      },
      Form([Place("BRANCH", .known(.branches), "its number or name")], "goes to its end") {
        arguments throws(StrataError) in
        let word = arguments.text("BRANCH") ?? ""
        return .move { (lab) throws(StrataError) in
          let branch = try lab.timeline.requireBranch(called: word)
          try lab.begin(travelTo: .tick(branch.end.tick), branch: branch.number, line: arguments.line)
          return Outcome()
        }
      },
    ],
    examples: ["branch 1", "branch 2 name faster"],
    before: ["next 2", "back 1", "set rate 0.3", "next"])

  private static func search(_ arguments: Arguments, _ wanted: Search.Wanted) -> Action {
    let text = arguments.text("CONDITION") ?? ""
    return .move { (lab) throws(StrataError) in
      let condition = try Condition(text, in: lab.experiment)
      lab.begin(Search(condition, wanted, in: lab.timeline), line: arguments.line)
      return Outcome()
    }
  }

  /// A name that can be told from a number. Throws otherwise.
  static func checkedName(_ name: String, of thing: String) throws(StrataError) -> String {
    let isName = name.first?.isLetter ?? false
    guard isName, name.count <= 40, name.allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) }) else {
      throw StrataError(
        "a \(thing)'s name is a letter, then letters, digits, '-', '_' or '.', at most 40; got \(name.quoted)",
        try: "before-the-change")
    }
    return name
  }

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
      table.rows.append([
        branch.number == timeline.branchNumber ? "▶" : "", branch.label,
        branch.fork.map { timeline.name(ofParent: $0.branch) } ?? "", branch.fork.map { "\($0.step)" } ?? "",
        "\(branch.end.step)",
        loss.map { NumberText.short($0) } ?? "", accuracy.map { NumberText.short($0, digits: 3) } ?? "",
        timeline.difference(of: branch) ?? "",
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
