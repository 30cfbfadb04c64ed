// Sessions: saved, played again, refused where a stranger's would do harm.
import StrataEngine
import StrataLab
import Testing

@Suite struct SessionTests {
  @Test func aSavedSessionPlaysToTheSameBits() throws {
    let folder = try TemporaryFolder()
    var lab = try smallLab(seed: 5)
    for line in [
      "say Now \"watch\" it.", "run 30", "pause", "back 12", "set rate 0.3", "run 20", "branch 1", "step 3",
      "set weight W1[0,1] 0.125", "next", "expect step > 1", "help", "print W1[0,:]",
    ] { _ = try lab.execute(line) }
    _ = try lab.execute("save session \(folder.path)/walk.strata")
    let text = try #require(read("\(folder.path)/walk.strata"))
    #expect(text.hasPrefix("strata session 1\nseed 5\nengine "))
    #expect(text.contains("\nends step 31 ") && text.contains("\n\ndata moons --samples 40\n"))
    #expect(text.contains("\nsay Now \"watch\" it.\n"))
    #expect(!text.contains("help") && !text.contains("save"))
    let file = try SessionFile(text: text)
    #expect(file.text == text)
    var runner = SessionRunner(file, LabConfiguration(files: .nothing))
    var said: [String] = []
    while let done = try runner.next() {
      if case .say(let words)? = done.outcome.request { said.append(words) }
    }
    #expect(said == ["Now \"watch\" it."])
    #expect(fingerprint(runner.lab.experiment) == fingerprint(lab.experiment))
    #expect(runner.lab.timeline.branches.count == lab.timeline.branches.count)
  }

  @Test func anUnmetExpectationFailsWithItsLine() throws {
    let file = try SessionFile(
      text: "strata session 1\nseed 1\n\n# a comment\ndata xor\nadd dense 2 softmax\n\nexpect step > 3\nnext\n")
    var runner = SessionRunner(file, LabConfiguration(files: .nothing))
    var failure: SessionFailure?
    do {
      while try runner.next() != nil {}
    } catch { failure = error }
    #expect(failure?.line.number == 8)
    #expect(failure?.description.contains("expected step > 3, but step is 0") == true)
    #expect(runner.line?.text == "expect step > 3")
  }

  @Test(arguments: [
    ("", "line 1"), ("strata session 2\nseed 1\n\n", "version 2"), ("session\n", "line 1"),
    ("strata session 1\n\ndata xor\n", "seed"),
    ("strata session 1\nseed x\n\n", "line 2"), ("strata session 1\nseed 1\ndata xor\n", "line 3"),
    ("strata session 1\nseed 1\n\nsay \u{1b}[31m\n", "line 4 holds the control character U+1B"),
    ("strata session 1\nseed 1\n\nsay a\rb\n", "control character U+D"),
    ("strata session 1\nseed 1\n\nsay \u{202e}abc\n", "U+202E"),
    ("strata session 1\nseed 1\n\n" + String(repeating: "a", count: 20_000), "longer"),
  ]) func badFilesAreRefused(text: String, words: String) {
    let error = #expect(throws: StrataError.self) { try SessionFile(text: text) }
    #expect(error?.description.contains(words) == true, "\(String(describing: error))")
  }

  @Test func bytesThatAreNoTextAreRefused() {
    #expect(throws: StrataError.self) { try SessionFile([0xff, 0xfe, 0x00]) }
    #expect(throws: StrataError.self) { try SessionFile([UInt8](repeating: 10, count: 5_000_000)) }
  }

  @Test func linesMayEndAsInWindowsAndHeadersMayHoldMore() throws {
    let file = try SessionFile(text: "strata session 1\r\nseed 3\r\ntitle A lesson\r\n\r\ndata xor\r\n")
    #expect(file.seed == 3)
    #expect(file.field("title") == "A lesson")
    #expect(file.lines == [SessionLine(number: 5, text: "data xor")])
  }

  @Test func aStrangersSessionTouchesNoFile() throws {
    let folder = try TemporaryFolder()
    try write("1,2,a\n3,4,b\n5,6,a\n7,8,b\n", to: "\(folder.path)/table.csv")
    let hostile = [
      "data \(folder.path)/table.csv", "data /etc/passwd", "data ~/.bashrc", "data ../../etc/passwd",
      "load weights /etc/passwd",
      "save session \(folder.path)/x.strata", "save weights \(folder.path)/x.safetensors",
      "save tensor W1 \(folder.path)/x.npy",
      "save plot loss \(folder.path)/x.svg", "data \(folder.path)", "data /dev/zero",
    ]
    for line in hostile {
      let commands = ["data xor", "add dense 2 softmax", "next", line]
      let configuration = LabConfiguration(
        views: [ViewName("loss", summary: "")], environment: ["HOME": folder.path], files: .nothing)
      var runner = SessionRunner(SessionFile(seed: 1, commands: commands), configuration)
      let failure = #expect(throws: SessionFailure.self) { while try runner.next() != nil {} }
      #expect(failure?.error.problem.contains("a session may not") == true, "\(line): \(String(describing: failure))")
    }
    #expect(folder.files == ["table.csv"])
    // Files that were named are allowed, however their path is written.
    let configuration = LabConfiguration(files: .only(["\(folder.path)/./table.csv"]))
    var runner = SessionRunner(SessionFile(seed: 1, commands: ["data \(folder.path)//table.csv"]), configuration)
    while try runner.next() != nil {}
    #expect(runner.lab.experiment.data?.train.count ?? 0 > 0)
  }

  @Test func aRunWithoutEndIsRefused() throws {
    var runner = SessionRunner(
      SessionFile(seed: 1, commands: ["data xor", "add dense 2 softmax", "run"]), LabConfiguration(files: .nothing))
    let failure = #expect(throws: SessionFailure.self) { while try runner.next() != nil {} }
    #expect(failure?.line.text == "run")
    #expect(!runner.lab.isRunning)
  }

  @Test func filesReadOnceAreNotReadAgain() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/table.csv"
    var table = "a,b,label\n"
    for row in 0..<40 { table += "\(row),\(row % 7),\(row % 2 == 0 ? "even" : "odd")\n" }
    try write(table, to: path)
    var lab = try lab("data \(path) --seed 3", "add dense 2 softmax", "run 20")
    _ = try lab.execute("save weights \(folder.path)/w.safetensors")
    _ = try lab.execute("run 20")
    _ = try lab.execute("load weights \(folder.path)/w.safetensors")
    _ = try lab.execute("run 300")
    let end = fingerprint(lab.experiment)
    try write("gone", to: path)
    try write("gone", to: "\(folder.path)/w.safetensors")
    _ = try lab.execute("set memory 1")
    _ = try lab.execute("goto 10")
    _ = try lab.execute("goto 200")
    _ = try lab.execute("goto end")
    #expect(fingerprint(lab.experiment) == end)
    // Making the recorded change again does not read the file either.
    _ = try lab.execute("goto 30")
    _ = try lab.execute("run 10")
    let outcome = try lab.execute("load weights \(folder.path)/w.safetensors")
    #expect(outcome.text.contains("as recorded"))
    #expect(lab.timeline.branches.count == 1)
  }

  @Test func weightsSurviveAFile() throws {
    let folder = try TemporaryFolder()
    var lab = try smallLab()
    _ = try lab.execute("run 30")
    _ = try lab.execute("save weights \(folder.path)/w.safetensors --gradients")
    _ = try lab.execute("save tensor W1[0,:] \(folder.path)/w1.npy")
    let weights = lab.experiment.model.parameters.map(\.tensor)
    _ = try lab.execute("seed 77")
    #expect(lab.experiment.model.parameters.map(\.tensor) != weights)
    _ = try lab.execute("load weights \(folder.path)/w.safetensors")
    #expect(lab.experiment.model.parameters.map(\.tensor) == weights)
    #expect(folder.files == ["w.safetensors", "w1.npy"])
  }
}
