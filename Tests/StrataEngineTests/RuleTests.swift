// Rules: what they conclude and why, and what cannot be read.
import StrataEngine
import Testing

@Suite struct RuleTests {
  /// Two numbers a sample, three classes.
  private func rules(_ lines: String...) throws -> RuleSet {
    let train = Samples(
      inputs: SampleStore(sampleShape: [2], storage: .scalars([0, 0, 1, 5, 2, 9])),
      targets: .classes(labels: [0, 1, 2], names: ["low", "Mid Size", "high"]))
    let data = DataSet(
      name: "steps", about: "", train: train, test: train.selecting([]), featureNames: ["width (cm)", "tall"])
    var rules = RuleSet(for: data)
    for line in lines { try rules.add(line, size: 2) }
    return rules
  }

  private func answer(_ rules: RuleSet, _ a: Scalar, _ b: Scalar) -> String? {
    rules.answer([a, b][...]).class.map { rules.classes[$0] }
  }

  @Test func conclusionsAreChainedFromTheTopAndElseIsLast() throws {
    let rules = try rules(
      "if width_cm > 1 or tall >= 9 then big", "if width_cm < 0.5 then thin", "if big and not thin then high",
      "if tall = 0 then low", "else mid_size")
    #expect(rules.features == ["width_cm", "tall"])
    #expect(answer(rules, 2, 1) == "high")
    #expect(answer(rules, 0, 0) == "low")
    #expect(answer(rules, 1, 1) == "mid_size")
    // What is thin is not high, however tall.
    let (found, firings) = rules.answer([0, 9][...])
    #expect(found == 1)
    #expect(firings.map(\.rule) == [1, 2, 5])
    #expect(firings[0].reasons == ["tall = 9 >= 9"])
    let (_, others) = rules.answer([2, 1][...])
    #expect(others.map(\.rule) == [1, 3])
    #expect(others[1].reasons == ["big", "not so: thin"])
  }

  @Test func andBindsMoreTightlyThanOr() throws {
    let rules = try rules(
      "if tall > 8 or tall > 3 and width_cm > 1 then high", "if (tall > 8 or tall > 3) and width_cm > 1 then low")
    #expect(answer(rules, 0, 9) == "high")
    #expect(answer(rules, 0, 5) == nil)
    let other = try self.rules("if (tall > 8 or tall > 3) and width_cm > 1 then high", "if tall > width_cm then low")
    #expect(answer(other, 0, 9) == "low")
  }

  @Test func theyAreJudgedAsANetworkIs() throws {
    let rules = try rules("if tall < 1 then low", "if tall < 6 then mid_size")
    let samples = Samples(
      inputs: SampleStore(sampleShape: [2], storage: .scalars([0, 0, 1, 5, 2, 9, 1, 0])),
      targets: .classes(labels: [0, 1, 2, 1], names: ["low", "Mid Size", "high"]))
    let judged = try #require(rules.evaluate(samples))
    #expect(judged.accuracy == 0.5)
    #expect(judged.unanswered == 1)
  }

  @Test(
    "what cannot be read says what was expected",
    arguments: [
      ("", "if or else"), ("when tall < 1 then low", "if or else"), ("if tall < then low", "a number or a feature"),
      ("if tall 1 then low", "a comparison"), ("if (tall < 1 then low", "a closing parenthesis"),
      ("if tall < 1 low", "then"), ("if tall < 1 then", "a class"),
      ("if tall < 1 then low high", "the end of the rule"),
      ("if wide then low", "features are width_cm, tall"), ("else big", "'big' is none"),
      ("if tall < 1 then tall", "a class or a name"),
    ])
  func problems(line: String, expected: String) throws {
    var rules = try rules("if tall < 1 then low")
    let before = rules
    do {
      try rules.add(line, size: 2)
      Issue.record("accepted \(line)")
    } catch {
      #expect("\(error)".contains(expected), "\(error)")
    }
    #expect(rules == before)
  }

  @Test func nothingStandsBehindElse() throws {
    var rules = try rules("else low")
    #expect(throws: StrataError.self) { try rules.add("if tall < 1 then high", size: 2) }
    try rules.remove(1)
    #expect(rules.rules.isEmpty)
    #expect(throws: StrataError.self) { try rules.remove(1) }
  }
}
