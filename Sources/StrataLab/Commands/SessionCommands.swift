// What sessions and lessons are made of besides: narration, pauses, expectations, help, the end.
import StrataEngine

extension Command {
  static let say = Command(
    "say", .session, "narration: text for whoever watches",
    forms: [
      Form([Place("TEXT", .text, "the text as it is")]) { arguments throws(StrataError) in
        .look { (_) throws(StrataError) in Outcome(request: .say(arguments.text("TEXT") ?? "")) }
      }
    ],
    examples: ["say Now watch the loss."])

  static let pause = Command(
    "pause", .session, "waits for a key where a person watches; without a screen it goes on",
    forms: [
      Form([]) { _ throws(StrataError) in .look { (_) throws(StrataError) in Outcome(request: .pause) } }
    ],
    examples: ["pause"])

  static let expect = Command(
    "expect", .session, "fails unless a condition holds now",
    forms: [
      Form([Place("CONDITION", .condition, "such as test accuracy > 0.95")]) { arguments throws(StrataError) in
        let text = arguments.text("CONDITION") ?? ""
        return .look { (lab) throws(StrataError) in
          let condition = try Condition(text, in: lab.experiment)
          var watch = ConditionWatch(condition)
          var cache = QuantityCache(lab.experiment, isEvaluated: true)
          let experiment = lab.experiment
          let held = watch.judge(epoch: lab.moment.epoch) { experiment.value(of: $0, &cache) }
          if let held { return Outcome("as expected: \(Lab.text(of: held))") }
          let values = condition.alternatives.flatMap { $0 }.map { term in
            "\(term.quantity.name) is \(NumberText.short(experiment.value(of: term.quantity, &cache) ?? .nan, digits: 6))"
          }
          throw StrataError("expected \(condition.text), but \(values.joined(separator: ", "))")
        }
      }
    ],
    examples: ["expect step > 0"])

  static let help = Command(
    "help", .session, "lists the commands, or tells about a word: a command, layer, learner, setting or view",
    forms: [
      Form([Place("WORD", .known(.topics), optional: true, "what to tell about")]) { arguments throws(StrataError) in
        let word = arguments.text("WORD")
        return .look { (lab) throws(StrataError) in
          guard let word else { return Help.overview(lab) }
          return try Help.topic(word, lab)
        }
      }
    ],
    examples: ["help run", "help"],
    isTranscribed: false)

  static let quit = Command(
    "quit", .session, "leaves the laboratory",
    forms: [
      Form([]) { _ throws(StrataError) in .look { (_) throws(StrataError) in Outcome(request: .quit) } }
    ],
    examples: ["quit"],
    isTranscribed: false)
}
