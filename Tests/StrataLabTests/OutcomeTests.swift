// Outcomes as JSON: one object, full precision, nothing that a clock measured among the results.
import Foundation
import StrataEngine
import StrataLab
import Testing

@Suite struct OutcomeTests {
  func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test func everyOutcomeIsOneJSONObject() throws {
    var lab = try smallLab()
    for line in [
      "data", "network", "step", "next", "run 20", "set", "print W1[0,:]", "test", "check", "branches",
      "say a \"b\" \\ c",
      "show loss --log", "help", "pause",
    ] {
      let outcome = try lab.execute(line)
      let text = outcome.json(command: line)
      #expect(!text.contains("\n"))
      let object = try object(text)
      #expect(object["command"] as? String == line)
      #expect(object["text"] as? String == outcome.text)
      if let numbers = object["numbers"] as? [String: Any] { #expect(numbers["seconds"] == nil) }
    }
  }

  @Test func numbersAreInFullPrecision() throws {
    var lab = try smallLab()
    let outcome = try lab.execute("run 50")
    let numbers = try #require(try object(outcome.json(command: "run 50"))["numbers"] as? [String: Any])
    // By its digits: Foundation's parser may be off in the last one.
    let loss = try #require(lab.experiment.learner?.loss)
    #expect(outcome.json(command: "run 50").contains("\(loss)"))
    #expect(numbers["step"] as? Double == 50)
    #expect(try object(outcome.json(command: "run 50"))["measured"] != nil)
    let odd = Outcome("x", numbers: [.init("a", .nan), .init("b", -.infinity), .init("c", 0.1), .init("d", 1e300)])
    let values = try #require(try object(odd.json(command: ""))["numbers"] as? [String: Any])
    #expect(values["a"] as? String == "nan")
    #expect(values["b"] as? String == "-inf")
    #expect(values["c"] as? Double == 0.1)
    #expect(values["d"] as? Double == 1e300)
  }

  @Test func dataTellWhatIsKnownOfThem() throws {
    var lab = try lab("data bars --labels 30")
    let outcome = try lab.execute("data")
    #expect(outcome.text.contains("30 of 3200 labelled"))
    #expect(outcome.text.contains("30 patterns, entropy 3.428 bits"))
    #expect(outcome.numbers.first { $0.name == "labelled" }?.value == 30)
    let entropy = try #require(outcome.numbers.first { $0.name == "entropy" }?.value)
    #expect(abs(entropy - 3.4284) < 5e-5)
    let plain = try lab.execute("data moons")
    #expect(!plain.numbers.contains { ["labelled", "entropy", "patterns"].contains($0.name) })
  }

  @Test func errorsAreObjectsToo() throws {
    let error = StrataError("wrong \u{1b}[31m \"quoted\"", try: "right")
    let object = try object(Outcome.json(command: "x\ty", error: error))
    #expect(object["level"] as? String == "error")
    #expect(object["try"] as? String == "right")
    #expect(object["command"] as? String == "x\ty")
  }

  @Test func noControlCharacterGetsThrough() {
    let outcome = Outcome("a\u{1b}[2Jb", table: TextTable(columns: ["x\u{7}"], rows: [["\u{9b}y"]]), notes: ["z\u{8}"])
    #expect(!outcome.text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" || (0x7f...0x9f).contains($0.value) })
  }

  @Test func aConditionIsWrittenDownExactly() throws {
    var lab = try smallLab()
    _ = try lab.execute("run until   loss<0.6312345678901   or step >  20")
    #expect(lab.journal.entries.last?.line == "run until loss < 0.6312345678901 or step > 20")
  }

  @Test func wideTextStandsStraight() {
    let table = TextTable(columns: ["名", "n"], rows: [["数字", "1"], ["ab", "22"]])
    #expect(table.lines == ["名     n", "数字   1", "ab    22"])
  }
}
