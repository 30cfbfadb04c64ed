// Time: going back gives the same bits, the old future stays, memory is bounded.
import StrataEngine
import StrataLab
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct TimelineTests {
  /// A laboratory in which the commands were given straight away.
  func straight(_ commands: [String]) throws -> Lab {
    var lab = try lab()
    for command in commands { _ = try lab.execute(command) }
    return lab
  }

  /// Moves of each walk; the variable STRATA_MOVES makes them longer.
  static let moves = getenv("STRATA_MOVES").flatMap { Int(String(cString: $0)) } ?? 400

  @Test(arguments: [1, 2, 3, 4]) func randomWalksAgreeWithStraightExecution(seed: UInt64) throws {
    var dice = Dice(seed)
    var lab = try smallLab()
    if seed > 2 { _ = try lab.execute("set memory 1") }
    for move in 0..<TimelineTests.moves {
      let branches = lab.timeline.branches.last?.number ?? 1
      let end = lab.timeline.branch.end
      let line: String
      switch dice.roll(18) {
      case 0, 1: line = "step \(1 + dice.roll(5))"
      case 2: line = "next \(1 + dice.roll(3))"
      case 3, 4: line = "run \(1 + dice.roll(30)) steps"
      case 5: line = "run 1 epoch"
      case 6: line = "back \(1 + dice.roll(max(1, lab.moment.step)))"
      case 7: line = "back \(1 + dice.roll(max(1, lab.moment.tick))) instructions"
      case 8: line = "back"
      case 9: line = "goto \(dice.roll(end.tick + 1)) instructions"
      case 10: line = "goto \(dice.roll(end.epochs + 1)) epochs"
      case 11: line = "branch \(1 + dice.roll(branches))"
      case 14: line = "goto command \(1 + dice.roll(lab.journal.steps.count))"
      case 15: line = dice.pick(["mark a", "mark b", "mark c", "goto mark a", "goto mark b", "goto mark c"])
      case 16:
        line = dice.pick([
          "back until loss < 0.4", "back until test accuracy > 0.8", "goto first loss < 0.5",
          "back until loss rises 2 times",
          "goto first epoch > 1",
        ])
      case 17:
        line = dice.roll(3) == 0 ? "delete branch \(1 + dice.roll(branches))" : "compare \(1 + dice.roll(branches))"
      case 12: line = dice.pick(["set rate 0.5", "set rate 0.05", "set momentum 0.9", "set optimizer adam", "finish"])
      default:
        line = dice.pick([
          "set weight layer1.weight[0,0] 0.25", "change 1 dense 6 relu", "insert 1 dense 4 tanh", "remove 1", "seed 3",
          "learn backprop --rate 0.2", "data moons --samples 30 --seed 5", "goto end", "finish",
        ])
      }
      // Some are refused (nothing lies behind, the network is down to its top): then nothing may have changed.
      let before = fingerprint(lab.experiment)
      do {
        _ = try lab.execute(line)
      } catch {
        #expect(fingerprint(lab.experiment) == before, "\(line): \(error)")
      }
      if move % 20 == 19 {
        let other = try straight(lab.timeline.straightCommands)
        #expect(fingerprint(other.experiment) == fingerprint(lab.experiment), "after \(move + 1) moves, seed \(seed)")
      }
    }
    #expect(lab.timeline.branches.count > 5)
    // Every branch's end, too, is what straight execution makes of its commands.
    for number in lab.timeline.branches.map(\.number) where number % 7 == 1 {
      _ = try lab.execute("branch \(number)")
      let other = try straight(lab.timeline.straightCommands)
      #expect(fingerprint(other.experiment) == fingerprint(lab.experiment), "end of branch \(number)")
    }
  }

  /// Whoever goes back sees what he saw there: on the way that he came, not on another.
  @Test(arguments: [1, 2, 3]) func goingBackShowsWhatWasSeen(seed: UInt64) throws {
    var dice = Dice(seed)
    var lab = try smallLab()
    // What was seen last at each tick of the way that leads here, and what lay ahead of it.
    var seen = [lab.moment.tick: fingerprint(lab.experiment)]
    var changes = 0
    for _ in 0..<400 {
      switch dice.roll(6) {
      case 0, 1, 2:
        for _ in 0...dice.roll(12) {
          _ = try lab.execute("step")
          let now = fingerprint(lab.experiment)
          // Another way than before: what lay ahead of the old one is not ahead of this one.
          if seen[lab.moment.tick] != now { seen = seen.filter { $0.key < lab.moment.tick } }
          seen[lab.moment.tick] = now
        }
        // Where a recorded change waits to be made, being there means having made it.
        let branch = lab.timeline.branch
        if branch.edits.count > lab.timeline.appliedEdits,
          branch.edits[lab.timeline.appliedEdits].tick == lab.moment.tick
        {
          seen[lab.moment.tick] = nil
        }
      case 3:
        // Each time another one, so that no two ways look alike.
        changes += 1
        _ = try lab.execute("set rate 0.\(1_000 + changes)")
        seen = seen.filter { $0.key < lab.moment.tick }
        seen[lab.moment.tick] = fingerprint(lab.experiment)
      default:
        guard let tick = seen.keys.sorted().dropLast(dice.roll(20)).last, tick <= lab.timeline.branch.end.tick else {
          continue
        }
        _ = try lab.execute("goto \(tick) instructions")
        #expect(fingerprint(lab.experiment) == seen[tick], "tick \(tick), seed \(seed)")
      }
    }
    #expect(lab.timeline.branches.count > 5)
  }

  @Test func goingBackAndDoingTheSameGivesTheSameBits() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 200")
    let end = fingerprint(lab.experiment)
    _ = try lab.execute("back 137")
    #expect(lab.moment.step == 63)
    _ = try lab.execute("run 137")
    #expect(fingerprint(lab.experiment) == end)
    #expect(lab.timeline.branches.count == 1)
    #expect(!lab.timeline.hasFuture)
  }

  @Test func steppingAndRunningGiveTheSameBits() throws {
    var stepped = try smallLab()
    var free = try smallLab()
    _ = try free.execute("run 30")
    while stepped.moment.step < 30 { _ = try stepped.execute("step") }
    #expect(fingerprint(stepped.experiment) == fingerprint(free.experiment))
  }

  @Test func doingSomethingElseKeepsTheOldFuture() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 100")
    let old = fingerprint(lab.experiment)
    _ = try lab.execute("back 40")
    let outcome = try lab.execute("set rate 0.7")
    #expect(outcome.notes.contains { $0.contains("branch 2 begins here") })
    _ = try lab.execute("run 10")
    #expect(lab.timeline.branches.count == 2)
    #expect(lab.timeline.branches[1].fork?.step == 60)
    #expect(fingerprint(lab.experiment) != old)
    _ = try lab.execute("branch 1")
    #expect(fingerprint(lab.experiment) == old)
    // Both curves share their beginning and have an end of their own.
    #expect(lab.timeline.points(of: "loss", branch: 1).last?.lastStep == 100)
    #expect(lab.timeline.points(of: "loss", branch: 2).last?.lastStep == 70)
    #expect(
      lab.timeline.points(of: "loss", branch: 1).prefix(60) == lab.timeline.points(of: "loss", branch: 2).prefix(60))
  }

  @Test func passingARecordedChangeWithoutMakingItBranches() throws {
    var lab = try smallLab()
    for line in ["run 50", "set rate 0.7", "run 50", "back 80", "run 40"] { _ = try lab.execute(line) }
    #expect(lab.timeline.branchNumber == 2)
    #expect(lab.timeline.branch.fork?.step == 50)
    #expect(lab.experiment.learner?.value(of: "rate") == "0.1")
    // Back on the first branch the change is there again.
    _ = try lab.execute("branch 1")
    #expect(lab.experiment.learner?.value(of: "rate") == "0.7")
    #expect(lab.moment.step == 100)
  }

  @Test func makingTheRecordedChangeAgainStaysOnTheBranch() throws {
    var lab = try smallLab()
    for line in ["run 50", "set rate 0.7", "run 50"] { _ = try lab.execute(line) }
    let end = fingerprint(lab.experiment)
    for line in ["goto 20", "run 30", "set rate 0.7", "run 50"] { _ = try lab.execute(line) }
    #expect(lab.timeline.branches.count == 1)
    #expect(fingerprint(lab.experiment) == end)
  }

  @Test func goingOnAsAnotherBranchDidIsBeingOnIt() throws {
    var lab = try smallLab()
    for line in ["run 50", "back 20", "set rate 0.7", "run 10", "back 30", "run 40"] { _ = try lab.execute(line) }
    #expect(lab.timeline.branches.count == 2)
    #expect(lab.timeline.branchNumber == 1)
  }

  @Test func gotoForwardMakesTheRecordedChanges() throws {
    var lab = try smallLab()
    for line in ["run 50", "set rate 0.7", "run 50"] { _ = try lab.execute(line) }
    let end = fingerprint(lab.experiment)
    for line in ["goto start", "goto 100"] { _ = try lab.execute(line) }
    #expect(fingerprint(lab.experiment) == end)
    #expect(throws: StrataError.self) { try lab.execute("goto 101") }
    #expect(fingerprint(lab.experiment) == end)
  }

  @Test func backAloneUndoesTheNewestMovement() throws {
    var lab = try smallLab()
    for line in ["next", "step", "step", "run 10"] { _ = try lab.execute(line) }
    var ticks: [Int] = []
    while lab.moment.tick > 0 {
      _ = try lab.execute("back")
      ticks.append(lab.moment.tick)
    }
    let step = lab.experiment.learner?.listing.count ?? 0
    #expect(ticks == [step + 2, step + 1, step, 0])
    #expect(throws: StrataError.self) { try lab.execute("back") }
  }

  /// Movements that began further on, before one went back, are not the newest.
  @Test func backAloneComesFromWhereTheNewestMovementBegan() throws {
    var lab = try smallLab()
    for line in ["next", "next", "goto start", "run 3", "back"] { _ = try lab.execute(line) }
    #expect(lab.moment.step == 0)
  }

  @Test func theMemoryBoundHoldsAndEveryMomentIsReached() throws {
    var lab = try lab("data digits", "add dense 30 relu", "add dense 10 softmax", "set memory 2")
    for _ in 0..<60 { _ = try lab.execute("next 3") }
    let memory = lab.timeline.memory
    #expect(memory.bytes <= 2_000_000)
    #expect(memory.keyframes > 5)
    for step in [0, 1, 77, 130, 179] {
      _ = try lab.execute("goto \(step)")
      #expect(lab.moment.step == step)
      #expect(lab.timeline.memory.bytes <= 2_000_000)
    }
  }

  @Test func aJourneyThatIsBrokenOffLeavesEverythingWhereItWas() throws {
    var lab = try smallLab()
    _ = try lab.execute("run 300")
    let before = fingerprint(lab.experiment)
    let journal = lab.journal
    _ = try lab.begin("goto 150 steps")
    #expect(lab.isTravelling)
    _ = lab.interrupt()
    #expect(!lab.isRunning)
    #expect(fingerprint(lab.experiment) == before)
    #expect(lab.journal == journal)
  }
}
