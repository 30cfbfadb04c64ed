// Checkpoints: a session entered in the middle goes on with the same bits; what does not fit is refused.
import StrataEngine
import StrataLab
import Testing

@Suite struct CheckpointTests {
  /// Sessions over every kind of model, with a checkpoint in the middle.
  static let sessions: [[String]] = [
    [
      "data moons --samples 40", "add dense 6 tanh", "add dropout 0.2", "add batchnorm", "add dense 2 softmax",
      "learn backprop --optimizer adam --batch 7", "run 20", "set rate 0.02", "run 3", "CHECKPOINT", "run 30", "test",
    ],
    [
      "data moons --samples 40", "add dense 6 tanh", "add dense 2 softmax", "set momentum 0.9", "run 40", "back 25",
      "set batch 9", "run 11", "insert 1 dense 4 relu", "run 7", "CHECKPOINT", "set momentum 0.5", "run 30",
    ],
    ["data or", "add dense 1 step", "next 3", "CHECKPOINT", "next 4"],
    ["minimize x^2+y^2 --start 1,2", "learn descent --optimizer adam", "next 5", "CHECKPOINT", "next 20"],
    [
      "data bars --samples 60 --test 20", "rbm 6", "learn cd 1 --batch 7", "run 9", "stack rbm 5", "run 12",
      "set level 1", "run 4", "CHECKPOINT", "run 10", "learn pcd 2", "run 5",
    ],
    [
      "data bars --samples 60 --test 20", "rbm 6", "learn pcd 1 --particles 9 --batch 7", "run 9", "CHECKPOINT",
      "run 10",
    ],
    [
      "data digits", "crbm 6 3x3", "learn cd 2", "run 5", "stack crbm 5 2x2", "learn pcd 1 --particles 9", "run 4",
      "CHECKPOINT", "run 6", "set level 1", "run 3",
    ],
    [
      "data digits", "rbm 8", "run 5", "stack rbm 6 --labels", "run 5", "learn updown --batch 20", "run 4",
      "CHECKPOINT",
      "run 6", "unroll", "run 3",
    ],
    [
      "data bars --samples 60 --test 20", "helmholtz 4 1", "learn wakesleep", "run 40", "CHECKPOINT", "run 50",
    ],
  ]

  @Test(arguments: sessions.indices) func aSessionThatIsEnteredGoesOnWithTheSameBits(index: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/here.safetensors"
    let lines = CheckpointTests.sessions[index].map { $0.replacing("CHECKPOINT", with: "save checkpoint \(path)") }
    let session = SessionFile(seed: 5, commands: lines)
    let configuration = LabConfiguration(files: .only([path]))
    var whole = SessionRunner(session, configuration)
    while try whole.next() != nil {}
    var entered = SessionRunner(session, configuration)
    let told = entered.resume() ?? "nothing"
    #expect(told.hasPrefix("entered"), "\(told)")
    let place = try #require(lines.firstIndex { $0.hasPrefix("save checkpoint") })
    #expect(entered.position == place + 1)
    while try entered.next() != nil {}
    #expect(fingerprint(entered.lab.experiment) == fingerprint(whole.lab.experiment))
    #expect(entered.lab.ending == whole.lab.ending)
    #expect(entered.lab.session.lines.map(\.text) == whole.lab.session.lines.map(\.text))
    // From there one can go back to before it, too.
    var (back, other) = (entered.lab, whole.lab)
    _ = try back.execute("goto 2")
    _ = try other.execute("goto 2")
    #expect(fingerprint(back.experiment) == fingerprint(other.experiment))
    // And the curves are there from the beginning.
    if index == 0 {
      let points = entered.lab.timeline.points(of: "loss", branch: 1)
      #expect(points.map(\.lastStep) == whole.lab.timeline.points(of: "loss", branch: 1).map(\.lastStep))
    }
  }

  @Test func whatDoesNotBelongIsRefusedAndTheSessionBeginsAtItsBeginning() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/here.safetensors"
    let lines = small + ["run 5", "save checkpoint \(path)", "run 5"]
    let configuration = LabConfiguration(files: .only([path]))
    var runner = SessionRunner(SessionFile(seed: 5, commands: lines), configuration)
    while try runner.next() != nil {}
    func resumed(_ session: SessionFile, _ configuration: LabConfiguration) -> String {
      var runner = SessionRunner(session, configuration)
      let told = runner.resume() ?? "nothing"
      #expect(runner.position == 0)
      return told
    }
    // Other commands, another seed, no permission, no file, no checkpoint, damaged.
    var others = lines
    others[4] = "set batch 8"
    #expect(resumed(SessionFile(seed: 5, commands: others), configuration).contains("other commands"))
    #expect(resumed(SessionFile(seed: 6, commands: lines), configuration).contains("other commands"))
    #expect(resumed(SessionFile(seed: 5, commands: lines), LabConfiguration(files: .nothing)).contains("not named"))
    #expect(resumed(SessionFile(seed: 5, commands: small), configuration) == "nothing")
    var lab = runner.lab
    _ = try lab.execute("save weights \(path)")
    #expect(resumed(SessionFile(seed: 5, commands: lines), configuration).contains("no checkpoint"))
    try write("nothing of the kind", to: path)
    #expect(resumed(SessionFile(seed: 5, commands: lines), configuration).hasPrefix("begins at the beginning"))
  }

  @Test func aCheckpointNeedsAFinishedMiniBatchAndASessionGoesOnWithoutOne() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/here.safetensors"
    var lab = try smallLab()
    _ = try lab.execute("step 2")
    #expect(throws: StrataError.self) { try lab.execute("save checkpoint \(path)") }
    _ = try lab.execute("next")
    #expect(throws: StrataError.self) { try lab.execute("save checkpoint \(folder.path)/here.txt") }
    let forbidden = LabConfiguration(files: .nothing)
    var runner = SessionRunner(SessionFile(seed: 1, commands: small + ["save checkpoint \(path)", "run 3"]), forbidden)
    while let (_, outcome) = try runner.next() {
      if outcome.text.contains("checkpoint") { #expect(outcome.level == .warning) }
    }
    #expect(runner.lab.moment.step == 3)
    #expect(folder.files.isEmpty)
  }

  @Test func aSavedSessionKnowsHowItEnded() throws {
    let folder = try TemporaryFolder()
    var lab = try smallLab()
    for line in ["run 20", "back 5", "set rate 0.3", "run 9"] { _ = try lab.execute(line) }
    _ = try lab.execute("save session \(folder.path)/a.strata --checkpoint")
    #expect(folder.files == ["a.safetensors", "a.strata"])
    let session = try SessionFile(text: try #require(read(folder.path + "/a.strata")))
    #expect(session.engineRemark == nil)
    var runner = SessionRunner(session, LabConfiguration(files: .everything))
    while try runner.next() != nil {}
    let verdict = try #require(runner.lab.verdict(on: session))
    #expect(verdict.isAsRecorded && verdict.text.contains("same bits"))
    // Elsewhere the last digits may differ, and that is said.
    var text = try #require(read(folder.path + "/a.strata"))
    let engine = try #require(session.field("engine"))
    let weights = try #require(lab.ending.map { String($0.weights, radix: 16) })
    text = text.replacing(engine, with: "another engine").replacing(weights, with: "12ab")
    let elsewhere = try SessionFile(text: text)
    #expect(elsewhere.engineRemark?.contains("another engine") ?? false)
    #expect(runner.lab.verdict(on: elsewhere)?.text.contains("within rounding") ?? false)
    // Entered at its end.
    runner = SessionRunner(session, LabConfiguration(files: .everything))
    let told = runner.resume() ?? "nothing"
    #expect(told.hasPrefix("entered"), "\(told)")
    #expect(runner.line == nil)
    #expect(runner.lab.ending == lab.ending)
    // A session that was changed ends otherwise.
    let changed = try SessionFile(text: try #require(read(folder.path + "/a.strata")).replacing("run 9", with: "run 8"))
    runner = SessionRunner(changed, LabConfiguration(files: .everything))
    while try runner.next() != nil {}
    #expect(runner.lab.verdict(on: changed)?.isAsRecorded == false)
  }
}
