// Running: by instruction, by mini-batch, to the end of a phase, freely.
import StrataEngine

extension Command {
  static let step = Command(
    "step", .run, "executes one instruction, or N: one line of the listing",
    forms: [
      Form([count]) { arguments throws(StrataError) in
        let count = arguments.integer("N") ?? 1
        return .move { (lab) throws(StrataError) in
          var run = Run(
            .tick(lab.moment.tick + count), report: .instructions, line: arguments.line, in: lab.timeline)
          run.isFine = true
          run.keepsInstructions = count <= 64
          try lab.begin(run)
          return Outcome()
        }
      }
    ],
    examples: ["step", "step 3"],
    disabledReason: needsLearner)

  static let next = Command(
    "next", .run, "executes to the end of the present mini-batch, or N of them",
    forms: [
      Form([count]) { arguments throws(StrataError) in
        let count = arguments.integer("N") ?? 1
        return .move { (lab) throws(StrataError) in
          var run = Run(
            .step(lab.moment.step + count), report: .steps, line: arguments.line, in: lab.timeline)
          run.keepsSteps = count <= 16
          try lab.begin(run)
          return Outcome()
        }
      }
    ],
    examples: ["next", "next 10"],
    disabledReason: needsLearner)

  static let finish = Command(
    "finish", .run, "executes to the end of this phase of the listing",
    forms: [
      Form([]) { arguments throws(StrataError) in
        .move { (lab) throws(StrataError) in
          var run = Run(
            .phase(lab.timeline.present.nextPhase), report: .instructions, line: arguments.line,
            in: lab.timeline)
          run.isFine = true
          run.keepsInstructions = true
          try lab.begin(run)
          return Outcome()
        }
      }
    ],
    examples: ["finish"],
    disabledReason: needsLearner)

  static let run = Command(
    "run", .run, "executes freely, with progress",
    details: """
      Stops at its goal, at a breakpoint, at a number that is not finite, or when it is interrupted. Conditions compare \
      quantities with numbers (< <= > >= == !=), or say `is nan`, `rises N times`, `stalls N epochs`; `and` and `or` \
      join them. Quantities of the test part are judged at the end of each epoch, others after each mini-batch.
      """,
    forms: [
      Form([], "until something stops it") { arguments throws(StrataError) in
        .move { (lab) throws(StrataError) in
          try lab.begin(Run(.forever, report: .run, line: arguments.line, in: lab.timeline))
          return Outcome()
        }
      },
      Form(
        [
          Place("N", .integer(1...1_000_000_000), "how many"),
          Place("UNIT", .unit(["steps", "epochs", "seconds"]), optional: true, "of what; steps if left out"),
        ], "so many mini-batches, epochs or seconds"
      ) { arguments throws(StrataError) in
        let count = arguments.integer("N") ?? 1
        let unit = arguments.text("UNIT") ?? "steps"
        return .move { (lab) throws(StrataError) in
          let moment = lab.moment
          let goal: Run.Goal =
            switch unit.prefix(2) {
            case "ep": .epoch(moment.epochs + count)
            case "se": .seconds(Double(count))
            default: .step(moment.step + count)
            }
          try lab.begin(Run(goal, report: .run, line: arguments.line, in: lab.timeline))
          return Outcome()
        }
      },
      Form(
        [
          .word("each"), Place("N", .integer(1...1_000_000_000), "how many"),
          Place("UNIT", .unit(["epochs", "steps"]), optional: true, "of what; epochs if left out"),
        ], "each level of a stack in turn, from the input up"
      ) { arguments throws(StrataError) in
        let count = arguments.integer("N") ?? 1
        let unit = arguments.text("UNIT") ?? "epochs"
        return .move { (lab) throws(StrataError) in
          guard let stack = lab.experiment.model as? any StackedModel,
            lab.experiment.learner?.value(of: "level") != nil
          else {
            throw StrataError(
              "only a stack that learns level by level has stages to run",
              try: lab.experiment.model is BeliefNetwork ? "learn cd 1" : "stack rbm 64")
          }
          lab.queue = (0..<stack.levelCount).flatMap { ["set level \($0 + 1)", "run \(count) \(unit)"] }
          return try lab.beginQueue()
        }
      },
      Form([.word("until"), Place("CONDITION", .condition, "such as test accuracy > 0.97")], "until a condition holds")
      {
        arguments throws(StrataError) in
        let text = arguments.text("CONDITION") ?? ""
        return .move { (lab) throws(StrataError) in
          let condition = try Condition(text, in: lab.experiment)
          let run = Run(
            .until, report: .run, line: "run until \(condition.text)", until: condition, in: lab.timeline)
          try lab.begin(run)
          return Outcome()
        }
      },
    ],
    examples: ["run 10 steps", "run 2 epochs", "run until loss < 1 or epoch > 3"],
    disabledReason: needsLearner)

  // As many as a run of days can make: broken off, it stands in the journal as `step N`.
  private static let count = Place("N", .integer(1...1_000_000_000_000), optional: true, "how many; 1 if left out")

  @Sendable static func needsLearner(_ lab: Lab) -> StrataError? {
    lab.experiment.isReady ? nil : lab.experiment.missing ?? StrataError("nothing can run yet", try: "data digits")
  }
}
