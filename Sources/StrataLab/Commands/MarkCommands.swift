// Moments with names, and the line of time as a table: what was done, what is kept, how far back is cheap.
import StrataEngine

extension Command {
  static let mark = Command(
    "mark", .time, "gives this moment a name: `goto mark NAME` comes back to it",
    forms: [
      Form([Place("NAME", .word, "what it shall be called")]) { arguments throws(StrataError) in
        let name = try checkedName(arguments.text("NAME") ?? "", of: "mark")
        return .arrange { (lab) throws(StrataError) in
          let old = lab.timeline.mark(name)
          var outcome = Outcome("\(name): step \(lab.moment.step) of branch \(lab.timeline.branchNumber)")
          if let old { outcome.notes.append("the mark was at step \(old) before") }
          return outcome
        }
      }
    ],
    examples: ["mark before-the-change"])

  static let timeline = Command(
    "timeline", .time, "what was done and when, the marks, what is kept and how far back is cheap",
    details: "The numbers are those of `goto command N`. `set memory MB` changes how much may be kept.",
    forms: [
      Form([], options: { _ in [OptionDescription("all", nil, "every command, not only the newest twelve")] }) {
        arguments throws(StrataError) in
        let isWhole = arguments.flag("all")
        return .look { (lab) throws(StrataError) in lab.timelineReport(isWhole: isWhole) }
      }
    ],
    examples: ["timeline", "timeline --all"])
}

extension Lab {
  fileprivate func timelineReport(isWhole: Bool) -> Outcome {
    let steps = journal.steps
    var table = TextTable(columns: ["", "at step", "branch", "command"])
    let shown = isWhole ? steps[...] : steps.suffix(12)
    for (number, entry) in zip(shown.indices, shown) {
      let place = entry.start.place
      table.rows.append([
        "\(number + 1)", "\(entry.startStep)", "\(entry.start.branch)",
        entry.line + (entry.start == timeline.position && place.tick > 0 ? "   ◀ here" : ""),
      ])
    }
    var outcome = Outcome()
    if shown.count < steps.count { outcome.append("… \(steps.count - shown.count) commands before: timeline --all") }
    if !steps.isEmpty { outcome.append(table) }
    for mark in timeline.marks { outcome.append("mark \(mark.name): step \(mark.step) of branch \(mark.branch)") }
    let branch = timeline.branch
    outcome.append(
      "now at step \(moment.step) of \(branch.end.step) on branch \(branch.label)"
        + (timeline.branches.count > 1 ? ", one of \(timeline.branches.count)" : ""))
    let memory = timeline.memory
    outcome.append(
      "\(NumberText.grouped(memory.keyframes)) moments are kept in \(NumberText.bytes(memory.bytes)) of "
        + "\(NumberText.bytes(memory.bound))")
    let reach = timeline.reach
    if reach.widest > 0 {
      var text =
        "every other moment is reached by executing at most \(NumberText.grouped(reach.widest)) instructions again"
      if let seconds = secondsPerInstruction.map({ $0 * Double(reach.widest) }) {
        text += ", about \(NumberText.duration(seconds))"
      }
      outcome.append(text)
    }
    outcome.numbers = [
      Outcome.Number("commands", Double(steps.count)), Outcome.Number("keyframes", Double(memory.keyframes)),
      Outcome.Number("bytes", Double(memory.bytes)), Outcome.Number("widest gap", Double(reach.widest)),
    ]
    return outcome
  }

  /// Seconds that one instruction took in the newest run; nil before the first.
  private var secondsPerInstruction: Double? {
    guard let throughput, throughput > 0, let data = experiment.data, let learner = experiment.learner else {
      return nil
    }
    let samplesPerStep = Double(data.train.count) / Double(max(learner.clock.stepsPerEpoch, 1))
    return samplesPerStep / throughput / Double(max(learner.listing.count, 1))
  }
}

extension Timeline {
  /// How far apart keyframes are on the path to the branch's end, in instructions: the widest gap.
  var reach: (widest: Int, count: Int) {
    let ticks = keyframeTicks + [branch.end.tick]
    let gaps = zip(ticks, ticks.dropFirst()).map { $1 - $0 }
    return (gaps.max() ?? 0, ticks.count)
  }
}
