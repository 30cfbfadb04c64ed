// Stopping where it matters.
import StrataEngine

extension Command {
  static let `break` = Command(
    "break", .stop, "stops runs when a condition comes true, or before a line of the listing",
    forms: [
      Form(
        [.word("when"), Place("CONDITION", .condition, "such as loss is nan")], "when a condition comes true",
        options: { _ in stopOptions }
      ) { arguments throws(StrataError) in
        let text = arguments.text("CONDITION") ?? ""
        return .arrange { (lab) throws(StrataError) in
          let condition = try Condition(text, in: lab.experiment)
          var breakpoint = Breakpoint(number: lab.nextBreakpoint, when: condition)
          // What is true already stops nothing until it has been false.
          var cache = QuantityCache(lab.experiment, isEvaluated: true)
          let experiment = lab.experiment
          _ = breakpoint.condition?.judge(epoch: lab.moment.epoch) { experiment.value(of: $0, &cache) }
          return lab.add(breakpoint, arguments)
        }
      },
      Form(
        [Place("LINE", .integer(1...100_000), "a line of the listing")], "before a line of the listing",
        options: { _ in stopOptions }
      ) { arguments throws(StrataError) in
        let line = arguments.integer("LINE") ?? 1
        return .arrange { (lab) throws(StrataError) in
          if let learner = lab.experiment.learner, line > learner.listing.count {
            throw StrataError(
              "the listing has lines 1 to \(learner.listing.count); there is no line \(line)", try: "break 1")
          }
          return lab.add(Breakpoint(number: lab.nextBreakpoint, line: line), arguments)
        }
      },
    ],
    examples: ["break when loss is nan", "break 3", "break when loss rises 3 times --once", "break 2 --skip 10"])

  private static let stopOptions = [
    OptionDescription("once", nil, "goes when it has stopped a run"),
    OptionDescription("skip", .integer(0...1_000_000_000), default: "0", "lets so many times pass first"),
  ]

  static let watch = Command(
    "watch", .stop, "stops runs when a number, or a part of a tensor, changes",
    forms: [
      Form(
        [Place("NAME[INDEX]", .known(.tensors), "a tensor or a part of one")],
        options: { _ in
          [OptionDescription("by", .number(0...1e30), default: "0", "only when it changes by at least so much")]
            + stopOptions
        }
      ) { arguments throws(StrataError) in
        let reference = try TensorReference(arguments.text("NAME[INDEX]") ?? "")
        let threshold = arguments.option("by").flatMap { Double($0) } ?? 0
        return .arrange { (lab) throws(StrataError) in
          let watched = try Watched(reference, threshold: threshold, in: lab.experiment)
          return lab.add(Breakpoint(number: lab.nextBreakpoint, watched: watched), arguments)
        }
      }
    ],
    examples: ["watch layer1.weight[0,0]", "watch layer1.bias --by 0.01"])

  static let breaks = Command(
    "breaks", .stop, "lists the breakpoints",
    forms: [
      Form([]) { _ throws(StrataError) in
        .look { (lab) throws(StrataError) in
          guard !lab.breakpoints.isEmpty else { return Outcome("no breakpoints") }
          var table = TextTable(columns: ["", "stops", "hits"])
          for breakpoint in lab.breakpoints {
            table.rows.append(["\(breakpoint.number)", breakpoint.command, "\(breakpoint.hits)"])
          }
          return Outcome(table: table)
        }
      }
    ],
    examples: ["breaks"])

  static let delete = Command(
    "delete", .stop, "deletes a breakpoint, a branch or a mark",
    forms: [
      Form([Place("N", .integer(1...1_000_000), "the breakpoint's number")], "breakpoint N") {
        arguments throws(StrataError) in
        let number = arguments.integer("N") ?? 1
        return .arrange { (lab) throws(StrataError) in
          guard let index = lab.breakpoints.firstIndex(where: { $0.number == number }) else {
            let numbers = lab.breakpoints.map { "\($0.number)" }.joined(separator: ", ")
            guard !numbers.isEmpty else {
              throw StrataError("there are no breakpoints", try: "break when loss is nan")
            }
            throw StrataError("there is no breakpoint \(number); there are \(numbers)", try: "breaks")
          }
          let gone = lab.breakpoints.remove(at: index)
          return Outcome("deleted: \(gone.command)")
        }
      },
      Form([.word("branch"), Place("BRANCH", .known(.branches), "its number or name")], "a branch, with what it keeps")
      {
        arguments throws(StrataError) in
        let word = arguments.text("BRANCH") ?? ""
        return .arrange { (lab) throws(StrataError) in
          let branch = try lab.timeline.requireBranch(called: word)
          let before = lab.timeline.memory.bytes
          try lab.timeline.delete(branch: branch.number)
          return Outcome(
            "branch \(branch.number) deleted, \(NumberText.bytes(max(before - lab.timeline.memory.bytes, 0))) freed")
        }
      },
      Form([.word("mark"), Place("NAME", .known(.marks), "the mark's name")], "a mark") {
        arguments throws(StrataError) in
        let name = arguments.text("NAME") ?? ""
        return .arrange { (lab) throws(StrataError) in
          let mark = try lab.timeline.requireMark(name)
          lab.timeline.marks.removeAll { $0.name == mark.name }
          return Outcome("the mark \(mark.name.quoted) at step \(mark.step) is gone")
        }
      },
    ],
    examples: ["delete 1", "delete branch 1", "delete mark before"],
    before: ["break 2", "next 2", "back 1", "set rate 0.3", "next", "mark before"])
}

extension Lab {
  fileprivate mutating func add(_ breakpoint: Breakpoint, _ arguments: Arguments) -> Outcome {
    var breakpoint = breakpoint
    breakpoint.isTemporary = arguments.flag("once")
    breakpoint.skips = arguments.option("skip").flatMap { Int($0) } ?? 0
    breakpoints.append(breakpoint)
    nextBreakpoint += 1
    if case .run(var run) = activity, breakpoint.isFine {
      run.isFine = true
      activity = .run(run)
    }
    return Outcome(
      "breakpoint \(breakpoint.number): \(breakpoint.command)",
      numbers: [Outcome.Number("breakpoint", Double(breakpoint.number))])
  }
}
