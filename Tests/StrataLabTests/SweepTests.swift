// Sweeps: every combination is judged on what none has seen, the best becomes the network, and nothing else changes.
import StrataEngine
import StrataLab
import Testing

@Suite struct SweepTests {
  private func moons() throws -> Lab {
    try lab("data moons --samples 120 --noise 0.1", "add dense 4 tanh", "add dense 2 softmax", "set batch 8", "run 3")
  }

  @Test func theBestCandidateBecomesTheNetwork() throws {
    var lab = try moons()
    let count = lab.experiment.data?.train.count
    let outcome = try lab.execute("sweep units 1,12 rate 0.0001,1 activation tanh,relu --epochs 8")
    let report = try #require(lab.sweepReport)
    #expect(report.measure == "accuracy")
    #expect(report.results.count == 8)
    #expect(report.results.allSatisfy { $0.curve.count == 8 && $0.problem == nil })
    #expect(Set(report.results.map(\.name)).count == 8)
    let best = report.results[report.ranking[0]]
    #expect(best.name.contains("units 12") && best.name.contains("rate 1"))
    #expect(outcome["best"] == best.best(isHigher: true))
    #expect(lab.experiment.network?.outputShapes.first == [12])
    #expect(lab.experiment.learner?.value(of: "rate") == "1")
    #expect(lab.experiment.data?.train.count == count)
    // The commands that made it stand in the journal; the sweep itself would only be done again.
    let transcript = lab.journal.transcript
    #expect(transcript.contains("set rate 1") && transcript.contains { $0.hasPrefix("change 1 dense 12") })
    #expect(!transcript.contains { $0.hasPrefix("sweep") })
    _ = try lab.execute("run 5")
  }

  @Test func theSameSweepComesToTheSameAndOneThatIsBrokenOffGoesOn() throws {
    let line = "sweep rate 0.01,0.1,0.5,1 --epochs 5"
    var whole = try moons()
    _ = try whole.execute(line)
    var broken = try moons()
    let before = fingerprint(broken)
    _ = try broken.begin(line)
    while broken.sweepReport?.results.count ?? 0 < 3 { _ = try broken.advance(for: 0) }
    let outcome = broken.interrupt()
    #expect(outcome.notes.contains("broken off"))
    #expect(fingerprint(broken) == before)
    _ = try broken.begin(line)
    // What was finished is not done again.
    #expect((broken.sweepReport?.results.count ?? 0) >= 2)
    while broken.isRunning { _ = try broken.advance(for: 1) }
    #expect(broken.sweepReport == whole.sweepReport)
    #expect(fingerprint(broken.experiment) == fingerprint(whole.experiment))
  }

  @Test(arguments: [
    ("sweep rate 0.01 0.1 1", "rate 0.01,0.1,1"), ("sweep rate 0.01 0.1 1 2", "rate 0.01,0.1,1,2"),
    ("sweep rate 0.01, 0.1", "rate 0.01,0.1"),
    ("sweep units 2 4 activation tanh relu", "units 2,4 activation tanh,relu"),
    ("sweep units 2,4 rate 0.1 0.2", "units 2,4 rate 0.1,0.2"),
  ])
  func valuesWithSpacesAreToldToBeJoinedByCommas(line: String, better: String) throws {
    var lab = try moons()
    do {
      _ = try lab.execute(line)
      Issue.record("\(line) was accepted")
    } catch {
      #expect(error.problem.contains("joined by commas"))
      #expect(error.suggestion == "sweep \(better)")
    }
    // What is suggested works.
    _ = try lab.execute("sweep \(better) --epochs 1")
  }

  @Test func aCandidateThatBlowsUpIsNotTheBest() throws {
    var lab = try lab("data sine --samples 60", "add dense 6 relu", "add dense 1", "set loss squared")
    _ = try lab.execute("sweep rate 0.01,1000000 --epochs 3")
    let report = try #require(lab.sweepReport)
    #expect(report.measure == "loss")
    #expect(report.results[1].problem?.contains("stopped") == true)
    #expect(lab.experiment.learner?.value(of: "rate") == "0.01")
  }
}
