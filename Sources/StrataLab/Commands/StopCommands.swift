// Stopping where it matters.
import StrataEngine

extension Command {
  static let `break` = Command(
    "break", .stop, "stops runs when a condition comes true, or before a line of the listing",
    forms: [
      Form([.word("when"), Place("CONDITION", .condition, "such as loss is nan")], "when a condition comes true") {
        arguments throws(StrataError) in
        let text = arguments.text("CONDITION") ?? ""
        return .arrange { (lab) throws(StrataError) in
          let condition = try Condition(text, in: lab.experiment)
          var breakpoint = Breakpoint(number: lab.nextBreakpoint, when: condition)
          // What is true already stops nothing until it has been false.
          var cache = QuantityCache(lab.experiment, isEvaluated: true)
          let experiment = lab.experiment
          _ = breakpoint.condition?.judge(epoch: lab.moment.epoch) { experiment.value(of: $0, &cache) }
          return lab.add(breakpoint)
        }
      },
      Form([Place("LINE", .integer(1...100_000), "a line of the listing")], "before a line of the listing") {
        arguments throws(StrataError) in
        let line = arguments.integer("LINE") ?? 1
        return .arrange { (lab) throws(StrataError) in
          if let learner = lab.experiment.learner, line > learner.listing.count {
            throw StrataError(
              "the listing has lines 1 to \(learner.listing.count); there is no line \(line)", try: "break 1")
          }
          return lab.add(Breakpoint(number: lab.nextBreakpoint, line: line))
        }
      },
    ],
    examples: ["break when loss is nan", "break 3"])

  static let watch = Command(
    "watch", .stop, "stops runs when a number, or a part of a tensor, changes",
    forms: [
      Form(
        [Place("NAME[INDEX]", .known(.tensors), "a tensor or a part of one")],
        options: { _ in
          [OptionDescription("by", .number(0...1e30), default: "0", "only when it changes by at least so much")]
        }
      ) { arguments throws(StrataError) in
        let reference = try TensorReference(arguments.text("NAME[INDEX]") ?? "")
        let threshold = arguments.option("by").flatMap { Double($0) } ?? 0
        return .arrange { (lab) throws(StrataError) in
          let watched = try Watched(reference, threshold: threshold, in: lab.experiment)
          return lab.add(Breakpoint(number: lab.nextBreakpoint, watched: watched))
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
    "delete", .stop, "deletes breakpoint N",
    forms: [
      Form([Place("N", .integer(1...1_000_000), "the breakpoint's number")]) { arguments throws(StrataError) in
        let number = arguments.integer("N") ?? 1
        return .arrange { (lab) throws(StrataError) in
          guard let index = lab.breakpoints.firstIndex(where: { $0.number == number }) else {
            let numbers = lab.breakpoints.map { "\($0.number)" }.joined(separator: ", ")
            throw StrataError("there is no breakpoint \(number); there are \(numbers)", try: "breaks")
          }
          let gone = lab.breakpoints.remove(at: index)
          return Outcome("deleted: \(gone.command)")
        }
      }
    ],
    examples: ["delete 1"],
    disabledReason: { lab in
      lab.breakpoints.isEmpty ? StrataError("there are no breakpoints", try: "break when loss is nan") : nil
    })
}

extension Lab {
  fileprivate mutating func add(_ breakpoint: Breakpoint) -> Outcome {
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
