// Metrics as files: every number, under its branch and step, and nothing that says more than the history knows.
import StrataEngine
import StrataLab
import Testing

@Suite struct MetricsExportTests {
  /// A file's rows, each by the names of its columns.
  private func rows(_ csv: String) -> [[String: String]] {
    let lines = csv.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    return lines.dropFirst().map { line in
      Dictionary(uniqueKeysWithValues: zip(lines[0], line).map { (String($0), String($1)) })
    }
  }

  private func export(_ lab: Lab, _ arguments: String = "", as ending: String = "csv") throws -> (text: String, Outcome)
  {
    var lab = lab
    let folder = try TemporaryFolder()
    let outcome = try lab.execute("export metrics \(folder.path)/metrics.\(ending) \(arguments)")
    #expect(folder.files == ["metrics.\(ending)"])
    return (try #require(read("\(folder.path)/metrics.\(ending)")), outcome)
  }

  @Test func everyStepHasItsRowWithEveryDigit() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 3 epochs")
    let (text, outcome) = try export(lab)
    let rows = rows(text)
    #expect(text.hasPrefix("branch,first step,step,loss,"))
    for point in lab.timeline.points(of: "loss", branch: 1) {
      let row = try #require(rows.first { $0["step"] == "\(point.lastStep)" })
      #expect(row["loss"] == "\(point.last)" && row["branch"] == "1" && row["first step"] == row["step"])
    }
    let tests = lab.timeline.points(of: "test accuracy", branch: 1)
    #expect(!tests.isEmpty)
    #expect(rows.filter { $0["test accuracy"] != "" }.map { $0["test accuracy"] } == tests.map { "\($0.last)" })
    #expect(rows.map { Int($0["step"]!)! } == rows.map { Int($0["step"]!)! }.sorted())
    #expect(!text.contains("minimum") && outcome.notes.isEmpty)
    #expect(outcome.text.contains("\(rows.count) rows"))
  }

  @Test func branchesStandApartAndAWayIsPutTogether() throws {
    var lab = try smallLab()
    for line in ["run 20", "back 10 steps", "set rate 0.5", "run 5"] { _ = try lab.execute(line) }
    func steps(_ text: String, _ branch: String) -> [String] {
      rows(text).filter { $0["branch"] == branch && $0["loss"] != "" }.map { $0["step"]! }
    }
    let all = try export(lab).text
    #expect(steps(all, "1") == (1...20).map(String.init))
    #expect(steps(all, "2") == (11...15).map(String.init))
    let way = try export(lab, "--branch 2").text
    #expect(steps(way, "1") == (1...10).map(String.init))
    #expect(steps(way, "2") == (11...15).map(String.init))
    #expect(try steps(export(lab, "--branch 1").text, "2").isEmpty)
    #expect(throws: StrataError.self) { try lab.execute("export metrics x.csv --branch 3") }
  }

  @Test func bucketsSayThatTheyAreBuckets() throws {
    var lab = try lab("minimize x^2 --start 1", "set rate 0.01")
    for line in ["run 9000", "set weight p[0] 30", "run 1000"] { _ = try lab.execute(line) }
    let (text, outcome) = try export(lab)
    #expect(outcome.notes.contains { $0.contains("stretches of steps") && $0.contains("loss") })
    let rows = rows(text).filter { $0["loss"] != "" }
    let points = lab.timeline.points(of: "loss", branch: 1)
    #expect(rows.count == points.count && points.contains { $0.firstStep < $0.lastStep })
    for (row, point) in zip(rows, points) {
      #expect(row["first step"] == "\(point.firstStep)" && row["step"] == "\(point.lastStep)")
      #expect(row["loss"] == "\(point.last)")
      #expect(row["loss minimum"] == "\(point.minimum)" && row["loss maximum"] == "\(point.maximum)")
    }
  }

  @Test func aBucketOverAForkBelongsToNeitherSide() throws {
    var lab = try lab("minimize x^2 --start 1", "set rate 0.01")
    for line in ["run 9000", "goto 2000", "set rate 0.02", "run 5"] { _ = try lab.execute(line) }
    let (text, outcome) = try export(lab, "--branch 2")
    let own = rows(text).filter { $0["branch"] == "1" }
    #expect(own.allSatisfy { Int($0["step"]!)! <= 2000 } && !own.isEmpty)
    #expect(outcome.notes.contains { $0.contains("1 stretch") })
    // Alone, the first branch has it.
    #expect(try rows(export(lab).text).contains { $0["first step"] == "2000" && $0["step"] == "2001" })
  }

  @Test func jsonLinesAreStrict() throws {
    var lab = try lab("data iris", "add dense 3", "set loss squared", "set rate 1000000")
    _ = try lab.execute("run 100")
    let (json, _) = try export(lab, as: "jsonl")
    let (csv, _) = try export(lab)
    let lines = json.split(separator: "\n")
    #expect(lines.count == csv.split(separator: "\n").count - 1)
    for line in lines {
      #expect(line.hasPrefix("{\"branch\":1,\"first step\":") && line.hasSuffix("}"))
      #expect(!line.contains("nan") && !line.contains(":inf") && !line.contains("-inf"))
    }
    // The loss has outgrown every number by then: not finite is null in one, named in the other.
    #expect(csv.contains(",inf"))
    #expect(json.contains("\"test loss\":null"))
    // What was not measured is not there.
    var other = try smallLab()
    _ = try other.execute("run 3")
    #expect(try !export(other, as: "JSONL").text.contains("null"))
  }

  @Test func namesOfFilesAreChecked() throws {
    var lab = try smallLab()
    #expect(throws: StrataError("nothing has been measured yet", try: "run 10")) {
      try lab.execute("export metrics x.csv")
    }
    _ = try lab.execute("run 3")
    for name in ["x.txt", "-", "csv", ".csv", "folder.csv/x"] {
      do {
        _ = try lab.execute("export metrics \(name)")
        Issue.record("\(name) was written")
      } catch { #expect(error.problem.contains(".csv or .jsonl")) }
    }
    var configuration = LabConfiguration()
    configuration.files = .nothing
    var stranger = Lab(configuration)
    for line in small + ["run 3"] { _ = try stranger.execute(line) }
    for line in ["export metrics x.csv", "export network x.py"] {
      do {
        _ = try stranger.execute(line)
        Issue.record("\(line) was done")
      } catch { #expect(error.problem.contains("may not write")) }
    }
  }
}
