// The lessons without a screen: every line is accepted, every claim holds, every picture has something to show, and
// what `strata lessons` tells about them is complete.
import StrataEngine
import StrataLab
import StrataPlot
import StrataViews
import Testing

@Suite struct LessonTests {
  @Test("the lessons are found")
  func found() {
    let names = Lesson.all.map(\.name)
    for name in ["perceptron", "gradient", "xor", "universal", "spirals", "digits", "time"] {
      #expect(names.contains(name))
    }
  }

  @Test("to its end, with every expectation met and every view showing something", arguments: Lesson.all)
  func plays(_ lesson: Lesson) throws {
    var runner = SessionRunner(try lesson.session(), Lesson.configuration)
    while let (line, outcome) = try runner.next() {
      guard case .view(let name, let words)? = outcome.request else { continue }
      #expect(throws: Never.self, "line \(line.number): \(line.text)") {
        try problem(showing: name, words, in: runner.lab).map { throw $0 }
      }
    }
    #expect(runner.line == nil)
  }

  @Test("the guide's example is a lesson too")
  func guide() throws {
    try plays(try #require(Lesson.guideExample))
    try form(try #require(Lesson.guideExample), parts: 2, claims: 2)
  }

  @Test("the header tells what it is", arguments: Lesson.all)
  func header(_ lesson: Lesson) throws {
    let session = try lesson.session()
    let title = session.field("title") ?? ""
    let teaches = session.field("teaches") ?? ""
    #expect((1...60).contains(TextLayout.width(title)))
    #expect(teaches.hasSuffix("."), "what it teaches is a sentence")
    // `strata lessons` puts it beside the names, in 80 columns.
    let names = Lesson.all.map(\.name.count).max() ?? 0
    #expect(TextLayout.width(teaches) + names + 2 <= 80)
    #expect((1...45).contains(Int(session.field("minutes") ?? "") ?? 0), "minutes of a class's time")
  }

  @Test("one lesson is the first, and all others come after one that there is")
  func order() throws {
    var before: [String: String] = [:]
    for lesson in Lesson.all { before[lesson.name] = try lesson.session().field("after") }
    #expect(Lesson.all.count - before.count == 1)
    for lesson in Lesson.all {
      var name = lesson.name
      var steps = 0
      while let previous = before[name], steps <= Lesson.all.count {
        #expect(Lesson.named(previous) != nil, "\(name) comes after \(previous), which there is not")
        name = previous
        steps += 1
      }
      #expect(steps <= Lesson.all.count, "\(lesson.name) comes after itself")
    }
  }

  @Test("it talks in parts, shows before it talks, and claims what it says", arguments: Lesson.all)
  func form(_ lesson: Lesson) throws { try form(lesson, parts: 4, claims: 3) }

  private func form(_ lesson: Lesson, parts: Int, claims: Int) throws {
    let session = try lesson.session()
    #expect(session.parts.count >= parts)
    for part in session.parts {
      #expect(part.contains { $0.narration != nil }, "line \(part.first?.number ?? 0) begins a part that says nothing")
    }
    let firstWords = session.lines.map(\.word)
    let firstShow = try #require(firstWords.firstIndex(of: "show"))
    let firstSay = try #require(firstWords.firstIndex(of: "say"))
    #expect(firstShow < firstSay)
    #expect(firstWords.count { $0 == "expect" } >= claims)
  }

  @Test("written out and read again it is the same session", arguments: Lesson.all)
  func roundTrip(_ lesson: Lesson) throws {
    let session = try lesson.session()
    let again = try SessionFile(text: session.text)
    #expect(again.seed == session.seed)
    #expect(again.lines.map(\.text) == session.lines.map(\.text))
    for field in SessionFile.fields { #expect(again.field(field) == session.field(field)) }
  }
}

@Suite struct BrokenLessonTests {
  /// A line put into a lesson in place of another, and what the failure must say.
  struct Breakage: Sendable, CustomStringConvertible {
    var line: String
    var says: String
    var description: String { line }
  }

  @Test(
    "a lesson that is wrong fails with its line",
    arguments: [
      Breakage(line: "expect mistakes == 12", says: "mistakes is 11"),
      Breakage(line: "expect mistaks == 11", says: "mistakes?"),
      Breakage(line: "show los", says: "loss"),
      Breakage(line: "shwo loss", says: "show?"),
      Breakage(line: "run", says: "nothing would end this run"),
      Breakage(line: "data secret.csv", says: "may not read"),
    ])
  func fails(_ breakage: Breakage) throws {
    let whole = "expect mistakes == 11"
    let text = try #require(Lesson.named("perceptron")).text
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let index = try #require(lines.firstIndex(of: Substring(whole)))
    var broken = lines
    broken[index] = Substring(breakage.line)
    var runner = SessionRunner(try SessionFile(text: broken.joined(separator: "\n")), Lesson.configuration)
    let failure = #expect(throws: SessionFailure.self) { while try runner.next() != nil {} }
    #expect(failure?.line.number == index + 1)
    #expect(failure?.description.contains(breakage.says) == true, "\(failure?.description ?? "")")
  }

  @Test("a view without anything to show, or with an option that there is not, is noticed")
  func views() throws {
    var lab = Lab(Lesson.configuration, seed: 1)
    #expect(problem(showing: "boundary", [], in: lab) != nil)
    for line in ["data xor", "add dense 1 sigmoid"] { _ = try lab.execute(line) }
    #expect(problem(showing: "boundary", [], in: lab) == nil)
    #expect(problem(showing: "boundary", ["--colour"], in: lab) != nil)
    #expect(problem(showing: "surface", [], in: lab) != nil)
  }
}

/// What is wrong with showing this view here; nil when there is something to see.
private func problem(showing name: String, _ words: [String], in lab: Lab) -> StrataError? {
  guard let view = view(named: name) else { return StrataError("there is no view \(name)") }
  do {
    _ = try ViewOptions(words)
  } catch {
    return error
  }
  return view.reasonMissing(lab).map { StrataError("\(name) has nothing to show: \($0)") }
}
