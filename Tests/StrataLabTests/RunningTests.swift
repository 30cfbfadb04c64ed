// Running: goals, stops, slices, interruption, what is written down about it.
import StrataEngine
import StrataLab
import Testing

@Suite struct RunningTests {
  @Test func goalsAreReachedExactly() throws {
    var lab = try smallLab()
    let perEpoch = try #require(lab.experiment.learner?.clock.stepsPerEpoch)
    _ = try lab.execute("step 4")
    #expect(lab.moment.tick == 4)
    _ = try lab.execute("next")
    #expect(lab.moment.step == 1)
    _ = try lab.execute("next 3")
    #expect(lab.moment.step == 4)
    _ = try lab.execute("run 10")
    #expect(lab.moment.step == 14)
    _ = try lab.execute("run 2 epochs")
    #expect(lab.moment.epochs == (14 / perEpoch) + 2)
    #expect(lab.experiment.learner?.line == 0)
  }

  @Test func finishGoesToTheEndOfThePhase() throws {
    var lab = try smallLab()
    _ = try lab.execute("step")
    _ = try lab.execute("finish")
    let learner = try #require(lab.experiment.learner)
    #expect(learner.listing[learner.line - 1].phase == "forward")
    #expect(learner.listing[learner.line].phase != "forward")
    var steps = 0
    while lab.moment.step == 0, steps < 20 {
      _ = try lab.execute("finish")
      steps += 1
    }
    #expect(lab.moment.step == 1)
    #expect(steps > 1)
  }

  @Test func slicesChangeNothing() throws {
    var whole = try smallLab()
    _ = try whole.execute("run 200")
    var sliced = try smallLab()
    _ = try sliced.begin("run 200")
    var slices = 0
    while sliced.isRunning {
      _ = try sliced.advance(for: 0)
      slices += 1
    }
    #expect(slices > 10)
    #expect(fingerprint(sliced.experiment) == fingerprint(whole.experiment))
    #expect(sliced.journal == whole.journal)
    #expect(sliced.timeline.points(of: "loss", branch: 1) == whole.timeline.points(of: "loss", branch: 1))
  }

  @Test func conditionsStopWhereTheyComeTrue() throws {
    var lab = try smallLab()
    let outcome = try lab.execute("run until step >= 37")
    #expect(lab.moment.step == 37)
    #expect(outcome.text.contains("stopped: step 37 >= 37"))
    // Already true: not a step further.
    _ = try lab.execute("run until step > 5")
    #expect(lab.moment.step == 37)
    _ = try lab.execute("run until loss < 0.000001 or epoch >= 20 and step > 100")
    #expect(lab.moment.epochs == 20)
    _ = try lab.execute("back 10 epochs")
    _ = try lab.execute("run until test accuracy >= 0 and epoch > 12")
    #expect(lab.moment.epochs == 13)
  }

  @Test func elementsAndNormsCanBeCompared() throws {
    var lab = try smallLab()
    _ = try lab.execute("next")
    let weight = try #require(lab.experiment.tensor(named: "W1")?.tensor[0, 0])
    _ = try lab.execute("run until W1[0,0] != \(weight)")
    #expect(lab.moment.step == 2)
    _ = try lab.execute("expect gradient norm 1 > 0 and gradient norm layer3 > 0 and rate == 0.1 and batch == 7")
    #expect(throws: StrataError.self) { try lab.execute("expect gradient norm 9 > 0") }
  }

  @Test func earlyStoppingStalls() throws {
    var lab = try lab("data blobs --samples 60", "add dense 3 softmax", "set rate 0")
    let outcome = try lab.execute("run until test loss stalls 5 epochs")
    #expect(lab.moment.epochs == 5)
    #expect(outcome.text.contains("stalled for 5 epochs"))
  }

  @Test func breakpointsStopOnceWhenTheyComeTrue() throws {
    var lab = try smallLab()
    _ = try lab.execute("break when step > 10")
    let first = try lab.execute("run 100")
    #expect(lab.moment.step == 11)
    #expect(first.text.contains("breakpoint 1"))
    _ = try lab.execute("run 100")
    #expect(lab.moment.step == 111)
    #expect(lab.breakpoints[0].hits == 1)
    _ = try lab.execute("delete 1")
    _ = try lab.execute("break 3")
    _ = try lab.execute("run 5")
    #expect(lab.experiment.learner?.line == 2)
    _ = try lab.execute("run 5")
    #expect(lab.experiment.learner?.line == 2)
    #expect(lab.moment.step == 112)
  }

  @Test func watchesStopAtTheVeryInstruction() throws {
    var lab = try smallLab()
    _ = try lab.execute("watch layer1.weight[0,0]")
    let outcome = try lab.execute("run 5")
    #expect(lab.moment.step == 1)
    #expect(outcome.text.contains("layer1.weight[0,0] changed"))
    _ = try lab.execute("delete 1")
    _ = try lab.execute("watch layer1.output")
    _ = try lab.execute("run 5")
    let learner = try #require(lab.experiment.learner)
    #expect(learner.listing[learner.line - 1].writes.contains("layer1.output"))
  }

  @Test func aNumberThatIsNotFiniteStopsTheRun() throws {
    var lab = try lab("data sin(x)", "add dense 8", "add dense 1", "set rate 1000")
    let outcome = try lab.execute("run 1000")
    #expect(outcome.level == .warning)
    let fault = try #require(lab.fault)
    #expect(outcome.text.contains(fault.tensor))
    #expect(outcome.text.contains("line \(fault.line)"))
    #expect(lab.moment.step < 1000)
    // Going back leads out of it.
    _ = try lab.execute("goto 1")
    #expect(lab.fault == nil)
    #expect(lab.experiment.learner?.loss.isFinite == true)
  }

  @Test func anInterruptedRunIsWrittenDownAsItHappened() throws {
    var lab = try smallLab()
    _ = try lab.begin("run 100000 epochs")
    _ = try lab.advance(for: 0.01)
    #expect(throws: StrataError.self) { try lab.begin("next") }
    let outcome = lab.interrupt()
    #expect(outcome.text.contains("interrupted"))
    #expect(!lab.isRunning)
    #expect(lab.journal.entries.last?.line == "step \(lab.moment.tick)")
    var again = try smallLab()
    _ = try again.execute("step \(lab.moment.tick)")
    #expect(fingerprint(again.experiment) == fingerprint(lab.experiment))
  }

  @Test func aChangeInTheMiddleOfARunIsReplayedWhereItWas() throws {
    var lab = try smallLab()
    _ = try lab.begin("run 2000")
    _ = try lab.advance(for: 0)
    _ = try lab.begin("set rate 0.5")
    #expect(lab.isRunning)
    _ = try lab.advance(for: 0)
    _ = try lab.begin("break when step > 100000")
    while lab.isRunning { _ = try lab.advance(for: 1) }
    #expect(lab.moment.step == 2000)
    var runner = SessionRunner(lab.session, LabConfiguration())
    while try runner.next() != nil {}
    #expect(fingerprint(runner.lab.experiment) == fingerprint(lab.experiment))
    #expect(runner.lab.timeline.branches.count == 1)
  }

  @Test func aRunForSecondsIsWrittenDownInInstructions() throws {
    // A clock that goes a millisecond further at each look.
    let ticks = Ticks()
    var lab = Lab(LabConfiguration(now: { ticks.next() }))
    for line in small { _ = try lab.execute(line) }
    _ = try lab.execute("run 1 second")
    #expect(lab.moment.step > 0)
    #expect(lab.journal.entries.last?.line == "step \(lab.moment.tick)")
  }

  @Test func theTestPartIsMeasuredAtTheSameStepsHoweverItRuns() throws {
    var whole = try smallLab()
    _ = try whole.execute("run 40 epochs")
    var sliced = try smallLab()
    _ = try sliced.begin("run 40 epochs")
    while sliced.isRunning { _ = try sliced.advance(for: 0) }
    let points = whole.timeline.points(of: "test loss", branch: 1)
    #expect(points.first?.firstStep == 0)
    #expect(points.count == 41)
    #expect(points == sliced.timeline.points(of: "test loss", branch: 1))
  }
}

/// A clock for tests.
final class Ticks: @unchecked Sendable {
  private var time = 0.0
  func next() -> Double {
    time += 0.001
    return time
  }
}

@Suite struct WhileRunningTests {
  @Test func questionsAreAnsweredAndChangeNothing() throws {
    var lab = try smallLab()
    _ = try lab.begin("run 500")
    _ = try lab.advance(for: 0)
    for line in ["print loss", "show loss", "network", "branches", "help run", "expect step > 0"] {
      _ = try lab.begin(line)
      #expect(lab.isRunning)
      _ = try lab.advance(for: 0)
    }
    while lab.isRunning { _ = try lab.advance(for: 1) }
    var other = try smallLab()
    _ = try other.execute("run 500")
    #expect(fingerprint(lab.experiment) == fingerprint(other.experiment))
  }

  @Test func aChangeThatIsRefusedLeavesTheRunAsItWas() throws {
    var lab = try smallLab()
    _ = try lab.begin("run 100000")
    _ = try lab.advance(for: 0)
    let before = fingerprint(lab)
    for line in [
      "set rate -1", "add dense", "remove 9", "delete 3", "break 99", "learn perceptron", "data nothing", "back",
    ] {
      #expect(throws: StrataError.self) { try lab.begin(line) }
      #expect(fingerprint(lab) == before, "\(line) left a trace")
    }
    _ = try lab.advance(for: 0)
    _ = lab.interrupt()
    #expect(lab.journal.transcript.count == small.count + 1)
  }

  @Test func nothingIsChangedOnTheWayThroughTime() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 2000")
    _ = try lab.execute("set memory 1")
    _ = try lab.begin("goto 1000")
    try #require(lab.isTravelling)
    #expect(throws: StrataError.self) { try lab.begin("set rate 0.5") }
    #expect(throws: StrataError.self) { try lab.begin("next") }
    _ = try lab.begin("print loss")
    while lab.isRunning { _ = try lab.advance(for: 1) }
    #expect(lab.moment.step == 1000)
  }

  @Test func aRunThatCanNoLongerGoOnStops() throws {
    var lab = try smallLab()
    _ = try lab.begin("run 100000")
    _ = try lab.advance(for: 0)
    let outcome = try lab.begin("remove 3")
    #expect(outcome.level == .warning)
    guard case .finished(let end) = try lab.advance(for: 1) else {
      Issue.record("still running")
      return
    }
    #expect(end.text.contains("stopped"))
    #expect(!lab.isRunning)
    _ = try lab.execute("add dense 2 softmax")
    _ = try lab.execute("run 10")
  }

  @Test func progressSaysHowFar() throws {
    var lab = try smallLab()
    _ = try lab.begin("run 1000")
    _ = try lab.advance(for: 0)
    let progress = try #require(lab.progress)
    let fraction = try #require(progress.fraction)
    #expect(fraction > 0 && fraction < 1)
    #expect(progress.text.contains("loss"))
    _ = lab.interrupt()
    #expect(lab.progress == nil)
  }
}
