// Predict, then see: a question with an answer that is checked, hints, and answering.
import StrataEngine

extension Command {
  static let ask = Command(
    "ask", .session, "asks a question and knows the answer: predict, then see",
    details: """
      The answer is written down (--answer, with --choices to choose from), or the laboratory works it out: the value, the \
      sign or the change of a quantity, with --after in a copy that has done a command already. A quantity or command of \
      several words is quoted. A number is right within --tolerance, a number or a percentage; without it within 5 %, or \
      half a unit in the last decimal of --answer.
      """,
    forms: [
      Form(
        [Place("QUESTION", .prose, "the question, up to the first option")],
        options: { _ in
          [
            OptionDescription("answer", .text(form: "2"), "the answer: a number, or one of the choices"),
            OptionDescription("choices", .text(form: "\"a | b | c\""), "what to choose from"),
            OptionDescription("value", .text(form: "\"test accuracy\""), "the answer is the value of a quantity"),
            OptionDescription("sign", .text(form: "\"W1[0,0]\""), "the answer is the sign of a quantity"),
            OptionDescription("change", .text(form: "loss"), "the answer is whether a quantity rises, falls or stays"),
            OptionDescription("after", .text(form: "next"), "as it will be after this command"),
            OptionDescription("tolerance", .text(form: "5%"), "how near a number must be"),
          ]
        }
      ) { arguments throws(StrataError) in
        let maker = try QuestionMaker(arguments)
        guard let command = maker.after else {
          return .arrange { (lab) throws(StrataError) in
            let question = try maker.question(in: lab, later: nil)
            lab.question = question
            return Outcome.asking(question)
          }
        }
        let line = arguments.line
        return .move { (lab) throws(StrataError) in
          lab.begin(try PredictionCalculation(maker, command: command, in: lab), line: line)
          return Outcome()
        }
      }
    ],
    examples: [
      "ask What is 2 to the power of 5? --answer 32", "ask Does the loss fall? --change loss --after next",
      "ask Which learns? --choices \"weights | data\" --answer weights",
      "ask How many are right? --value \"test accuracy\"",
    ])

  static let hint = Command(
    "hint", .session, "gives the question a hint; alone it shows the next one",
    forms: [
      Form([], "shows the next hint") { _ throws(StrataError) in
        .arrange { (lab) throws(StrataError) in
          guard var question = lab.question else { throw noQuestion }
          guard question.shownHints < question.hints.count else {
            throw StrataError(
              question.hints.isEmpty ? "there is no hint for this question" : "there are no more hints",
              try: "answer   (shows the answer)")
          }
          let hint = question.hints[question.shownHints]
          question.shownHints += 1
          lab.question = question
          return Outcome("hint: \(Markup.plain(hint))")
        }
      },
      Form([Place("TEXT", .text, "a hint for the question before")], "adds a hint") { arguments throws(StrataError) in
        let text = arguments.text("TEXT") ?? ""
        return .arrange { (lab) throws(StrataError) in
          guard lab.question != nil else { throw noQuestion }
          lab.question?.hints.append(text)
          return Outcome()
        }
      },
    ],
    examples: ["hint", "hint Two bits are one of four."],
    before: ["ask What is 2 to the power of 5? --answer 32", "hint Double it five times."])

  static let answer = Command(
    "answer", .session, "answers the question; alone it shows the answer",
    forms: [
      Form([], "shows the answer") { _ throws(StrataError) in
        .arrange { (lab) throws(StrataError) in
          guard let question = lab.question else { throw noQuestion }
          lab.question = nil
          return Outcome.answering(question, "the answer: \(Markup.plain(question.fact))")
        }
      },
      Form([Place("ANSWER", .text, "a number, a choice or its number, a sign")]) { arguments throws(StrataError) in
        let given = arguments.text("ANSWER") ?? ""
        return .arrange { (lab) throws(StrataError) in
          guard var question = lab.question else { throw noQuestion }
          switch try question.judge(given) {
          case .right:
            lab.question = nil
            return Outcome.answering(question, "right: \(Markup.plain(question.fact))")
          case .wrong(let how):
            question.tries += 1
            lab.question = question
            return Outcome.missing(question, how)
          }
        }
      },
    ],
    examples: ["answer 32", "answer"],
    before: ["ask What is 2 to the power of 5? --answer 32"],
    isTranscribed: false)

  private static var noQuestion: StrataError {
    StrataError("no question waits for an answer", try: "ask What is 1 + 1? --answer 2")
  }
}

extension Outcome {
  /// A question, shown.
  static func asking(_ question: Question) -> Outcome { Outcome(request: .ask(question)) }

  /// The answer, found or shown.
  fileprivate static func answering(_ question: Question, _ text: String) -> Outcome {
    var outcome = Outcome(text)
    if case .number(let value, let tolerance) = question.answer {
      outcome.numbers = [Number("answer", value), Number("tolerance", tolerance)]
    }
    outcome.numbers.append(Number("tries", Double(question.tries)))
    return outcome
  }

  /// A wrong answer.
  fileprivate static func missing(_ question: Question, _ how: String) -> Outcome {
    var text = "not right" + (how.isEmpty ? "" : ": \(how)")
    if question.tries > 1 { text += " · \(question.tries) tries" }
    if question.tries >= 2 {
      text += question.shownHints < question.hints.count ? " · hint gives a hint" : " · answer alone shows it"
    }
    return Outcome(text, numbers: [Number("tries", Double(question.tries))], level: .warning)
  }
}
