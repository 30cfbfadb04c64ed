// Curves: nothing lost that matters, memory bounded.
import StrataEngine
import StrataLab
import Testing

@Suite struct HistoryTests {
  @Test func aLongRunKeepsItsSpikesAndItsNewestSteps() throws {
    var lab = try lab("minimize x^2 --start 1", "set rate 0.01")
    _ = try lab.execute("run 20000")
    // A jump that lasts one step.
    _ = try lab.execute("set weight p[0] 30")
    _ = try lab.execute("run 60000")
    let points = lab.timeline.points(of: "loss", branch: 1)
    #expect(points.count < 20_000)
    #expect(points.map(\.maximum).max() == 900)
    #expect(points.last?.lastStep == 80_000)
    // In order, without gaps, exact at the end.
    for (old, new) in zip(points, points.dropFirst()) { #expect(new.firstStep == old.lastStep + 1) }
    #expect(points.suffix(2_000).allSatisfy { $0.firstStep == $0.lastStep })
    for point in points {
      #expect(point.minimum <= point.last && point.last <= point.maximum)
      let size = point.lastStep - point.firstStep + 1
      #expect(size & (size - 1) == 0 || point.firstStep == 1, "a bucket of \(size)")
    }
  }

  @Test func aCurveCanBeCutAtAnyStep() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 300")
    let all = lab.timeline.points(of: "loss", branch: 1)
    let cut = lab.timeline.points(of: "loss", branch: 1, upTo: 120)
    #expect(cut == Array(all.prefix(120)))
    _ = try lab.execute("goto 120")
    #expect(lab.timeline.latest("loss")?.step == 120)
    #expect(lab.timeline.latest("loss")?.value == all[119].last)
    #expect(lab.experiment.learner?.loss == all[119].last)
  }

  @Test func whatIsExecutedAgainIsNotDrawnAgain() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 60 epochs")
    let curves = lab.timeline.measuredNames.map { lab.timeline.points(of: $0, branch: 1) }
    for line in ["back 20 epochs", "run 10 epochs", "goto 7", "run 100", "goto start", "run 60 epochs"] {
      _ = try lab.execute(line)
      #expect(lab.timeline.measuredNames.map { lab.timeline.points(of: $0, branch: 1) } == curves, "\(line)")
    }
    #expect(lab.timeline.branches.count == 1)
  }
}
