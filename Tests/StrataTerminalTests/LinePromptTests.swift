/// The line-by-line prompt: on a terminal with readline, from a pipe without an echo, and ctrl-C in both states.
import Foundation
import Testing

@Suite struct LinePromptTests {
  private func started(_ environment: [String: String] = [:]) throws -> TerminalSession {
    let session = try TerminalSession(["repl"], environment: environment)
    try session.wait(for: "strata>")
    return session
  }

  /// Waits for an answer and then for the prompt: before that the terminal is still the one that edits, and takes control
  /// keys for itself.
  private func expect(
    _ session: TerminalSession, _ answer: String, times: Int = 1, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try session.wait(for: "\(answer) and the prompt", sourceLocation: sourceLocation) {
      $0.text.ranges(of: answer).count == times && $0.lines.last { !$0.isEmpty } == "strata>" && $0.column == 8
    }
  }

  @Test(arguments: ["xterm-256color", "dumb", "vt100"]) func linesAndTheEnd(terminal: String) throws {
    let session = try started(["TERM": terminal])
    session.type("add dense 64\r")
    try expect(session, "got \"add dense 64\"")
    session.type("tr\t\t")
    try session.wait(for: "trace")
    session.type("i\t--ra\t\r")
    try expect(session, "got \"train --rate \"")
    session.type("\u{10}\u{10}\r")
    try expect(session, "got \"add dense 64\"", times: 2)
    session.type("\u{4}")
    #expect(try session.waitForExit() == .status(0))
    #expect(session.screen.contains("bye"))
    #expect(session.modesAreSane)
  }

  @Test func viKeysForWhoWantsThem() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID()).inputrc")
    try Data("set editing-mode vi\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let session = try started(["INPUTRC": file.path])
    session.type("run 5\u{1B}")
    try session.wait(for: "the cursor on the 5") { $0.contains("strata> run 5") && $0.column == 12 }
    session.type("0x\r")
    try expect(session, "got \"un 5\"")
  }

  @Test func controlCAtThePrompt() throws {
    let session = try started()
    session.type("half a line")
    try session.wait(for: "half a line")
    session.type("\u{3}")
    try expect(session, "interrupted at the prompt")
    session.type("next\r")
    try expect(session, "got \"next\"")
    session.type("\u{3}")
    try expect(session, "interrupted at the prompt", times: 2)
    session.type("\u{4}")
    #expect(try session.waitForExit() == .status(0))
  }

  @Test func controlCStopsTheWorkNotTheProgram() throws {
    let session = try started()
    session.type("work\r")
    try session.wait(for: "working")
    #expect(session.modesAreSane)
    session.type("\u{3}")
    try expect(session, "work stopped")
    session.type("next\r")
    try expect(session, "got \"next\"")
  }

  @Test func terminationRestoresTheTerminal() throws {
    let session = try started()
    session.signal(SIGTERM)
    #expect(try session.waitForExit() == .signal(SIGTERM))
    #expect(session.modesAreSane)
  }

  @Test func stopsAndGoesOn() throws {
    let session = try TerminalSession(["-i"], program: "/bin/sh", environment: ["PS1": "prompt> ", "ENV": ""])
    try session.wait(for: "prompt>")
    session.type("\(TerminalSession.probe) repl\n")
    try session.wait(for: "strata>")
    session.type("ab")
    try session.wait(for: "strata> ab")
    session.type("\u{1A}")
    try session.wait(for: "the shell") { $0.lines.last { !$0.isEmpty } == "prompt>" }
    #expect(session.modesAreSane)
    session.type("fg\n")
    try session.wait(for: "the half line again") { $0.lines.last { !$0.isEmpty } == "strata> ab" }
    session.type("c\r")
    try expect(session, "got \"abc\"")
    session.type("\u{4}")
    try session.wait(for: "bye")
  }

  @Test func linesFromAPipe() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: TerminalSession.probe)
    process.arguments = ["repl"]
    process.environment = ["LANG": "C.UTF-8", "TERM": "xterm"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let long = String(repeating: "x", count: 3_000)
    input.fileHandleForWriting.write(Data("one\r\n\ntwo 日本\n\(long)\nlast without an end".utf8))
    try input.fileHandleForWriting.close()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    #expect(
      text == "got \"one\"\ngot \"\"\ngot \"two 日本\"\ngot \"\(long)\"\ngot \"last without an end\"\nbye\n")
  }

  @Test func aLineWithoutEndIsRefused() throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: TerminalSession.probe)
    process.arguments = ["repl"]
    process.environment = ["LANG": "C.UTF-8"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let writing = Thread {
      input.fileHandleForWriting.write(Data(repeating: 0x78, count: 1_500_000) + Data("\nnext\n".utf8))
      try? input.fileHandleForWriting.close()
    }
    writing.start()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(text.hasPrefix("A line of the input is longer than 1048576 bytes"))
    #expect(text.hasSuffix("got \"next\"\nbye\n"))
  }
}
