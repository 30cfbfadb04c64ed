// Predict, then see: every kind of question, right and wrong answers, hints, and what changes by it: nothing.
import StrataEngine
import StrataLab
import Testing

@Suite struct QuestionTests {
  /// A laboratory in which one instruction has been executed, and a question.
  private func asked(_ question: String) throws -> Lab {
    var lab = try smallLab()
    _ = try lab.execute("next")
    _ = try lab.execute(question)
    return lab
  }

  private func text(_ lab: inout Lab, _ line: String) -> String {
    do { return try lab.execute(line).text } catch { return error.description }
  }

  @Test(
    "right answers",
    arguments: [
      ("ask What is 2^5? --answer 32", "32", "right from"), ("ask How much? --answer 2.30", "2.303", "2.30"),
      ("ask How much? --answer -1.5 --tolerance 0", "−1.5", "exactly"),
      ("ask How much? --answer 100 --tolerance 10%", "91", "from 90 to 110"), ("ask Zero? --answer 0", "0.004", "0"),
      ("ask Which? --choices \"red | blue\" --answer blue", "blue", "blue"),
      ("ask Which? --choices \"red | blue\" --answer 2", "2", "blue"),
      ("ask Which? --choices \"red | blue\" --answer Blue", "BLUE", "blue"),
      ("ask Which step? --value step", "1", "step is 1"),
      ("ask Which step? --value step --after next", "2", "step is 2"),
      ("ask How far? --value epoch --after \"run 2 epochs\"", "2", "epoch is"),
      ("ask Which sign? --sign step", "+", "positive: step is 1"), ("ask Which sign? --sign rate", "positive", "rate"),
      ("ask And step? --change step --after next", "rises", "step rises: 1 → 2"),
      ("ask And step? --change step --after \"set rate 0.5\"", "stays", "step stays"),
      ("ask And rate? --change rate --after \"set rate 0.001\"", "down", "rate falls"),
      ("ask What's this worth, it's 3? --answer 3", "3", "3"),
    ])
  func right(question: String, answer: String, says: String) throws {
    var lab = try asked(question)
    #expect(lab.question != nil)
    let told = text(&lab, "answer \(answer)")
    #expect(told.hasPrefix("right: "), "\(told)")
    #expect(told.contains(says), "\(told)")
    #expect(lab.question == nil)
    #expect(text(&lab, "answer \(answer)").contains("no question"))
  }

  @Test(
    "wrong answers say in which way, and nothing more",
    arguments: [
      ("ask What? --answer 32", "31000", "too large, by about 3 orders"), ("ask What? --answer 32", "30", "too small"),
      ("ask What? --answer -5", "5", "its sign"), ("ask What? --answer 0", "0.1", "too large"),
      ("ask What? --answer 1e-6", "1", "6 orders"), ("ask Which? --choices \"a | b\" --answer b", "a", "not right"),
      ("ask Sign? --sign step", "-", "not right"), ("ask And? --change step --after next", "falls", "not right"),
    ])
  func wrong(question: String, answer: String, says: String) throws {
    var lab = try asked(question)
    let fact = try #require(lab.question?.fact)
    for tries in 1...3 {
      let told = text(&lab, "answer \(answer)")
      #expect(told.contains(says) && !told.contains(fact), "\(told)")
      #expect(lab.question?.tries == tries)
      #expect(told.contains("\(tries) tries") == (tries > 1))
    }
    #expect(text(&lab, "answer").contains(fact))
    #expect(lab.question == nil)
  }

  @Test("hints come one after the other, and are offered after the second wrong answer")
  func hints() throws {
    var lab = try asked("ask What? --answer 32")
    #expect(text(&lab, "hint").contains("no hint"))
    _ = try lab.execute("hint Two to the power of *five*.")
    _ = try lab.execute("hint Double sixteen.")
    #expect(!text(&lab, "answer 1").contains("hint"))
    #expect(text(&lab, "answer 2").contains("hint gives a hint"))
    #expect(text(&lab, "hint") == "hint: Two to the power of five.")
    #expect(text(&lab, "hint") == "hint: Double sixteen.")
    #expect(text(&lab, "hint").contains("no more hints"))
    #expect(text(&lab, "answer 3").contains("answer alone shows it"))
  }

  @Test("what is no answer is no try")
  func noAnswer() throws {
    var lab = try asked("ask Which? --choices \"rises | falls\" --answer rises")
    #expect(text(&lab, "answer rise").contains("did you mean rises?"))
    #expect(text(&lab, "answer 3").contains("rises or falls"))
    #expect(lab.question?.tries == 0)
    var number = try asked("ask What? --answer 1")
    #expect(text(&number, "answer much").contains("a number was expected"))
    #expect(text(&number, "answer inf").contains("a number was expected"))
    #expect(number.question?.tries == 0)
  }

  @Test(
    "questions that cannot be asked",
    arguments: [
      ("ask", "QUESTION"), ("ask --answer 3", "QUESTION"), ("ask What?", "exactly one way"),
      ("ask What? --answer 1 --value step", "exactly one way"), ("ask What? --answer much", "is a number"),
      ("ask What? --answer nan", "is a number"), ("ask What? --answer a --choices \"b | c\"", "one of b or c"),
      ("ask What? --answer a --choices a", "2 to 9"), ("ask What? --answer a --choices \"a | a\"", "2 to 9"),
      ("ask What? --answer 1 --choices \"2 | 1\"", "in words"), ("ask What? --value nothing", "no quantity"),
      ("ask What? --value W1[99,0]", "from 0 to"), ("ask What? --change loss", "--after"),
      ("ask What? --answer 1 --after next", "works out"), ("ask What? --value loss --after run", "nothing would end"),
      ("ask What? --value loss --after \"show loss\"", "moves or changes"),
      ("ask What? --value loss --after nonsense", "no command"), ("ask What? --value loss --after \"back 99\"", "99"),
      ("ask What? --value loss --after \"set rate -1\"", "rate"),
      ("ask What? --value step --tolerance -1", "percentage"),
      ("ask What? --sign step --tolerance 1", "--tolerance is for"),
      ("ask What? --value step --choices \"a | b\"", "--choices"),
      ("ask What? --answer \"open", "not closed"), ("hint", "no question"), ("hint Think.", "no question"),
      ("answer", "no question"), ("answer 3", "no question"),
    ])
  func refused(line: String, says: String) throws {
    var lab = try smallLab()
    _ = try lab.execute("next")
    let before = fingerprint(lab)
    let told = text(&lab, line)
    #expect(told.contains(says), "\(line): \(told)")
    #expect(fingerprint(lab) == before && lab.question == nil)
  }

  @Test("asking what will be changes nothing that is, and what will be is what then is")
  func predicts() throws {
    var lab = try smallLab()
    _ = try lab.execute("next")
    let before = fingerprint(lab.experiment)
    _ = try lab.execute("ask How large? --value W1[0,0] --after \"run 20\" --tolerance 0")
    #expect(fingerprint(lab.experiment) == before)
    let question = try #require(lab.question)
    _ = try lab.execute("run 20")
    guard case .number(let predicted, _) = question.answer else { throw StrataError("no number") }
    let value = try TensorReference("W1[0,0]").element(in: lab.experiment)
    #expect(predicted == Double(value))
    // It stays until it is answered.
    #expect(lab.question == question)
  }

  @Test("broken off, no question is asked")
  func brokenOff() throws {
    var lab = try smallLab()
    _ = try lab.begin("ask Ever? --value step --after \"run until loss < -1\"")
    #expect(lab.isRunning)
    _ = lab.interrupt()
    #expect(lab.question == nil && !lab.isRunning && lab.journal.entries.allSatisfy { !$0.line.hasPrefix("ask") })
  }

  @Test("a saved session keeps questions and hints; the answers were a person's")
  func transcript() throws {
    var lab = try asked("ask What's next, it's 1 or 2? --choices \"1 | 2\" --answer 2")
    for line in ["hint The larger.", "answer 1", "answer 2"] { _ = try lab.execute(line) }
    let lines = lab.journal.transcript
    #expect(
      lines.suffix(2) == ["ask What's next, it's 1 or 2? --answer 2 --choices \"1 | 2\"", "hint The larger."]
        || lines.suffix(2) == ["ask What's next, it's 1 or 2? --choices \"1 | 2\" --answer 2", "hint The larger."])
    var again = try SessionFile(text: lab.session.text).lines.map(\.text)[...]
    #expect(again.popLast() == "hint The larger.")
  }

  @Test("for programs: the question with its answer")
  func json() throws {
    var lab = try smallLab()
    let number = try lab.execute("ask How *many*? --answer 2.5").json(command: "ask")
    #expect(number.contains("\"question\":{\"text\":\"How many?\",\"kind\":\"number\""))
    #expect(number.contains("\"answer\":2.5") && number.contains("\"tolerance\":0.125"))
    let choice = try lab.execute("ask Which? --choices \"a | b\" --answer b").json(command: "ask")
    #expect(choice.contains("\"answer\":\"b\",\"choices\":[\"a\",\"b\"]"))
  }
}

@Suite struct SessionOutlineTests {
  private func session(_ lines: String...) throws -> SessionFile {
    try SessionFile(text: "strata session 1\nseed 1\n\n" + lines.joined(separator: "\n") + "\n")
  }

  @Test("stops, parts, questions and marks")
  func outline() throws {
    let outline = SessionOutline(
      try session(
        "data xor", "say One *two*.", "pause", "mark the middle", "ask What? --answer 1", "hint H", "say Three.",
        "pause",
        "ask Who? --answer 2", "pause", "run 1", "quit", "never"))
    #expect(outline.stops == [3, 6, 8, 10, 12])
    #expect(outline.parts.map(\.lines) == [0..<3, 3..<8, 8..<10, 10..<12])
    #expect(outline.parts[0].narration == ["One two."])
    #expect(outline.parts[1].commands == ["mark", "ask"])
    #expect(outline.marks.map(\.name) == ["the middle"] && outline.marks.map(\.place) == [3])
    #expect(outline.questions == [4, 8])
    #expect([0, 1, 3, 4, 8, 9, 12].map { outline.part(at: $0) } == [1, 1, 1, 2, 2, 3, 4])
  }

  @Test("without pauses every command is a stop, with what is said before it")
  func noPauses() throws {
    let session = try session("data xor", "say A.", "say B.", "run 1", "say C.")
    #expect(SessionOutline(session).stops == [1, 4, 5])
    #expect(SessionOutline(try self.session()).stops == [0])
  }

  @Test("the files that a stranger's session wants, and how to give them")
  func needs() throws {
    let session = try session(
      "data digits", "data sin(3*x)", "data secret.csv", "save weights out.safetensors", "load weights out.safetensors",
      "save plot loss a.svg", "data ~/x.npy", "nonsense")
    let needs = session.filesNeeded(beyond: .only(["a.svg"]))
    #expect(
      needs.map(\.text) == [
        "line 6 reads secret.csv", "line 7 writes out.safetensors", "line 8 reads out.safetensors",
        "line 10 reads ~/x.npy",
      ])
    let error = #expect(throws: StrataError.self) { try session.checkFiles(.only(["a.svg"])) }
    #expect(
      error?.suggestion == "--allow-file secret.csv --allow-file out.safetensors --allow-file ~/x.npy")
    #expect(throws: Never.self) { try session.checkFiles(.everything) }
    // Thousands are counted, not listed.
    let many = SessionFile(seed: 1, commands: (1...3000).map { "load weights \($0).safetensors" })
    let all = #expect(throws: StrataError.self) { try many.checkFiles(.nothing) }
    #expect(all?.problem.hasSuffix("and 2988 more") == true)
  }

  @Test("what only looks, and what does something")
  func looks() {
    for line in ["show loss", "print W1", "help", "answer 3", "hint", "nonsense", "expect step > 0", "data"] {
      #expect(CommandTable.onlyLooks(line), "\(line)")
    }
    for line in ["next", "set rate 0.5", "back", "data xor", "break 2", "dream"] {
      #expect(!CommandTable.onlyLooks(line), "\(line)")
    }
  }
}
