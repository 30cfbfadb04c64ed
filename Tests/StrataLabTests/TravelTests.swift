// Through time by what happened: until a condition came true, to a mark, to a command; branches compared and deleted.
import StrataEngine
import StrataLab
import Testing

@Suite struct TravelTests {
  /// The truth, the slow way: every end of a mini-batch at which a condition came true, by going forward and asking.
  private func edges(_ lab: Lab, upTo tick: Int, _ holds: (Lab) throws -> Bool) throws -> [Int] {
    var walker = lab
    _ = try walker.execute("goto start")
    var was = try holds(walker)
    var found = was ? [walker.moment.tick] : []
    while walker.moment.tick < tick {
      let step = walker.moment.step
      _ = try walker.execute("goto \(walker.moment.tick + 1) instructions")
      guard walker.moment.step != step, walker.moment.tick < tick else { continue }
      let now = try holds(walker)
      if now, !was { found.append(walker.moment.tick) }
      was = now
    }
    return found
  }

  @Test(arguments: [1, 2, 3]) func backUntilWalksThroughEveryMomentAtWhichItCameTrue(seed: UInt64) throws {
    var lab = try smallLab(seed: seed)
    for line in ["run 40", "set rate 0.5", "run 30", "next", "step 3"] { _ = try lab.execute(line) }
    let wanted = try edges(lab, upTo: lab.moment.tick) { $0.experiment.newestLoss < 0.5 }
    #expect(wanted.count > 2)
    var found: [Int] = []
    while true {
      let before = fingerprint(lab)
      do {
        let outcome = try lab.execute("back until loss < 0.5")
        #expect(outcome.text.contains("loss"))
      } catch {
        #expect(fingerprint(lab) == before)
        break
      }
      found.append(lab.moment.tick)
    }
    #expect(found.reversed() == wanted)
  }

  @Test func theFirstTimeIsFoundAheadAndBehind() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 60")
    let ends = try edges(lab, upTo: lab.moment.tick) { $0.experiment.newestLoss < 0.5 }
    _ = try lab.execute("goto first loss < 0.5")
    #expect(lab.moment.tick == ends.first)
    _ = try lab.execute("goto start")
    _ = try lab.execute("goto first loss < 0.5")
    #expect(lab.moment.tick == ends.first)
    // Where `run until` would have stopped.
    var other = try smallLab()
    _ = try other.execute("run until loss < 0.5")
    #expect(fingerprint(other.experiment) == fingerprint(lab.experiment))
    #expect(throws: StrataError.self) { try lab.execute("goto first loss < -1") }
  }

  @Test func measurementsOfTheTestPartAreFoundWhereEpochsEnd() throws {
    var lab = try smallLab()
    _ = try lab.execute("run until test accuracy > 0.8")
    let reached = lab.moment.tick
    let there = fingerprint(lab.experiment)
    _ = try lab.execute("run 20 epochs")
    _ = try lab.execute("goto first test accuracy > 0.8")
    #expect(lab.moment.tick == reached)
    #expect(fingerprint(lab.experiment) == there)
  }

  @Test func conditionsThatRememberAreFollowedFromTheBeginning() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 50")
    let outcome = try lab.execute("back until loss rises 2 times")
    #expect(outcome.text.contains("rose 2 times"))
    var losses: [Double] = []
    for point in lab.timeline.points(of: "loss", branch: 1, upTo: lab.moment.step).suffix(3) {
      losses.append(point.last)
    }
    #expect(losses[0] < losses[1] && losses[1] < losses[2])
  }

  /// A unit is killed by hand: when it died is found.
  @Test func theMomentAtWhichAUnitDiedIsFound() throws {
    var lab = try lab("data moons --samples 60", "add dense 6 relu", "add dense 2 softmax", "set batch 20", "run 12")
    _ = try lab.execute("set weight layer1.bias[2] -1000")
    let died = lab.moment.step
    _ = try lab.execute("run 9")
    let outcome = try lab.execute("back until zeros layer1.output[:,2] == 1")
    #expect(lab.moment.step == died + 1)
    #expect(outcome.text.contains("zeros layer1.output[:,2]"))
  }

  @Test func aSearchCanBeBrokenOff() throws {
    var lab = try lab("data digits", "add dense 30 relu", "add dense 10 softmax", "run 2 epochs")
    let before = fingerprint(lab.experiment)
    _ = try lab.begin("back until step == 1")
    #expect(lab.isRunning)
    #expect(try lab.begin("print loss").text.contains("loss"))
    #expect(throws: StrataError.self) { try lab.begin("next") }
    _ = lab.interrupt()
    #expect(!lab.isRunning)
    #expect(fingerprint(lab.experiment) == before)
  }

  @Test func marksAndCommandsAreComeBackTo() throws {
    var lab = try smallLab()
    for line in ["run 10", "mark early", "step 2", "mark inside", "run 20", "set rate 0.3", "run 5"] {
      _ = try lab.execute(line)
    }
    let end = fingerprint(lab.experiment)
    _ = try lab.execute("goto mark inside")
    #expect(lab.moment.tick == lab.timeline.marks.first { $0.name == "inside" }?.tick)
    _ = try lab.execute("goto mark early")
    #expect(lab.moment.step == 10)
    _ = try lab.execute("goto end")
    #expect(fingerprint(lab.experiment) == end)
    // Just before the change of the rate, which stands at the same tick.
    let number = try #require(lab.journal.steps.firstIndex { $0.line == "set rate 0.3" }) + 1
    _ = try lab.execute("goto command \(number)")
    #expect(lab.experiment.learner?.value(of: "rate") == "0.1")
    #expect(lab.timeline.hasFuture)
    // Going on in another way is another branch, in the same way is the same.
    var other = lab
    _ = try other.execute("set rate 0.3")
    #expect(other.timeline.branches.count == 1)
    _ = try lab.execute("set rate 0.2")
    #expect(lab.timeline.branches.count == 2)
    // Data that were loaded can be undone too, to the very beginning.
    _ = try lab.execute("goto command 1")
    #expect(lab.experiment.data == nil)
    let text = try lab.execute("timeline --all").text
    for line in ["set rate 0.3", "mark early", "kept"] { #expect(text.contains(line), "\(line)") }
  }

  @Test func aNameMovesItsMarkAndSaysSo() throws {
    var lab = try smallLab()
    _ = try lab.execute("mark here")
    _ = try lab.execute("next 3")
    let outcome = try lab.execute("mark here")
    #expect(outcome.notes.contains { $0.contains("step 0") })
    #expect(lab.timeline.marks.map(\.step) == [3])
    _ = try lab.execute("delete mark here")
    #expect(throws: StrataError.self) { try lab.execute("goto mark here") }
  }

  @Test func branchesAreCompared() throws {
    var lab = try smallLab()
    for line in ["run 20", "back 10", "set rate 0.5", "run 15"] { _ = try lab.execute(line) }
    let outcome = try lab.execute("compare 1 2")
    #expect(outcome.text.contains("part at step 10"))
    #expect(outcome.text.contains("set rate 0.5"))
    #expect(try #require(outcome["distance"]) > 0)
    // The distance by hand.
    let second = try #require(lab.experiment.tensor(named: "layer1.weight")?.tensor)
    _ = try lab.execute("branch 1")
    let first = try #require(lab.experiment.tensor(named: "layer1.weight")?.tensor)
    var square = 0.0
    for (a, b) in zip(first.elements, second.elements) { square += Double(a - b) * Double(a - b) }
    let told = try #require(outcome["distance layer1.weight"])
    #expect(abs(told - square.squareRoot()) < 1e-5)
    #expect(try lab.execute("compare 2").text.contains("part at step 10"))
    #expect(throws: StrataError.self) { try lab.execute("compare 1 1") }
  }

  @Test func aDeletedBranchIsGoneAndWhatComesOutOfItStays() throws {
    var lab = try smallLab()
    for line in [
      "run 20", "back 10", "set rate 0.5", "run 20", "mark on-two", "back 5", "mark shared", "set rate 0.01", "run 8",
    ] { _ = try lab.execute(line) }
    #expect(lab.timeline.branches.count == 3)
    let here = fingerprint(lab.experiment)
    _ = try lab.execute("branch 2 name faster")
    #expect(try lab.execute("branches").text.contains("2 faster"))
    let bytes = lab.timeline.memory.bytes
    _ = try lab.execute("delete branch faster")
    #expect(lab.timeline.memory.bytes < bytes)
    #expect(lab.timeline.branches.map(\.number) == [1, 3])
    #expect(lab.timeline.marks.map(\.name) == ["shared"])
    for line in ["branch 2", "branch faster", "goto mark on-two", "delete branch 3", "delete branch 2"] {
      #expect(throws: StrataError.self, "\(line)") { try lab.execute(line) }
    }
    // The way to branch 3 leads along what was branch 2.
    _ = try lab.execute("goto 12")
    _ = try lab.execute("goto mark shared")
    #expect(lab.timeline.branchNumber == 3)
    #expect(lab.moment.step == 25)
    _ = try lab.execute("goto end")
    #expect(fingerprint(lab.experiment) == here)
    // Doing again what was deleted is a new branch.
    _ = try lab.execute("goto mark shared")
    _ = try lab.execute("run 5")
    #expect(lab.timeline.branches.map(\.number) == [1, 3, 4])
    _ = try lab.execute("delete branch 1")
    _ = try lab.execute("goto start")
    _ = try lab.execute("goto end")
    #expect(lab.moment.step == 30)
  }

  @Test func breakpointsMayBeTemporaryOrLetSomePass() throws {
    var lab = try smallLab()
    _ = try lab.execute("break when loss > 0 --once")
    _ = try lab.execute("break when accuracy >= 0 and step > 3 --once")
    _ = try lab.execute("run 10")
    #expect(lab.moment.step < 10)
    #expect(lab.breakpoints.count == 1)
    _ = try lab.execute("run 10")
    #expect(lab.breakpoints.isEmpty)
    _ = try lab.execute("break 1 --skip 4")
    let start = lab.moment.step
    let outcome = try lab.execute("run 100")
    #expect(lab.moment.step == start + 5)
    #expect(outcome.text.contains("line 1"))
    #expect(try lab.execute("breaks").text.contains("break 1 --skip 4"))
  }
}
