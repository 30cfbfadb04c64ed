/// The journal through the whole program: killed and started again on a terminal, on a full disk, without a home.
import Foundation
import StrataLab
import Testing

@Suite struct JournalTests {
  private func strata(_ arguments: [String] = [], home: Folder, columns: Int = 100, rows: Int = 30) throws
    -> TerminalSession
  {
    try TerminalSession(
      arguments, program: TerminalSession.products.appendingPathComponent("strata").path, columns: columns, rows: rows,
      environment: ["HOME": home.path])
  }

  @Test("on the screen: killed, started again, offered, brought back; after quitting no offer")
  func screen() throws {
    let home = try Folder()
    var session = try strata(home: home)
    try session.wait(for: "Press s")
    session.type(":run 3 epochs\r")
    try session.wait(for: "epoch 3.0")
    session.type("s")
    try session.wait(for: "strata> step")
    session.signal(SIGKILL)
    #expect(try session.waitForExit() == .signal(SIGKILL))

    session = try strata(home: home)
    try session.wait(for: "ended without quitting")
    try session.wait(for: "5 commands, the last 'step'")
    session.type("r")
    try session.wait(for: "brought back: 5 commands")
    try session.wait(for: "epoch 3.0")
    session.type("s")
    try session.wait(for: "strata> step")
    session.type("q")
    #expect(try session.waitForExit() == .status(0))

    session = try strata(home: home)
    try session.wait(for: "Press s")
    session.type(":restore\r")
    try session.wait(for: "no laboratory ended without quitting")
    #expect(!session.transcript.contains("brings it back"))
    session.type(":restore list\r")
    try session.wait(for: "restore forget N")
    try session.wait(for: "the endings") { $0.contains(" quit") && $0.contains("restored") }
    // The first closes the list.
    session.type("qq")
    #expect(try session.waitForExit() == .status(0))
  }

  @Test("asked to end from outside, it is offered again")
  func terminated() throws {
    let home = try Folder()
    var session = try strata(home: home)
    try session.wait(for: "Press s")
    session.type("n")
    try session.wait(for: "strata> next")
    session.signal(SIGTERM)
    #expect(try session.waitForExit() == .status(143))
    session = try strata(["repl"], home: home)
    try session.wait(for: "restore brings it back")
    session.type("restore\r")
    // Before the prompt is there, the terminal takes control keys for itself.
    try session.wait(for: "what came back and the prompt") {
      $0.contains("brought back: 4 commands") && $0.lines.last { !$0.isEmpty } == "strata>"
    }
    session.type("\u{4}")
    #expect(try session.waitForExit() == .status(0))
    session = try strata(["repl"], home: home)
    try session.wait(for: "strata>")
    #expect(!session.transcript.contains("ended without quitting"))
  }

  /// Runs the line-by-line laboratory from a shell, and gives what it said.
  private func shell(_ script: String, input: String, home: Folder) throws -> (
    output: String, errors: String, status: Int32
  ) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    let program = TerminalSession.products.appendingPathComponent("strata").path
    process.arguments = ["-c", "\(script); exec '\(program)' repl"]
    var variables = ["LANG": "C.UTF-8", "HOME": home.path]
    for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] { variables[name] = ProcessInfo.processInfo.environment[name] }
    process.environment = variables
    let (entrance, exit, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = entrance
    process.standardOutput = exit
    process.standardError = errors
    try process.run()
    try entrance.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try entrance.fileHandleForWriting.close()
    let output = String(decoding: exit.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (output, said, process.terminationStatus)
  }

  @Test("a disk that takes no more: told once, the laboratory goes on, the journal's lines stay whole")
  func full() throws {
    let home = try Folder()
    let lines = (0..<60).map { "say number \($0)" }
    let result = try shell(
      "ulimit -f 1", input: "data xor\n" + lines.joined(separator: "\n") + "\nsave session \(home.path)/s.strata\n",
      home: home)
    #expect(result.output.contains("number 59"))
    #expect(result.errors.ranges(of: "cannot be written").count == 1, "\(result.errors)")
    #expect(result.errors.contains("files may not become that large") && result.errors.contains("save session"))
    let folder = "\(home.path)/.local/state/strata/journals"
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
    let file = try JournalFile(Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))))
    #expect(file.flaw == nil)
    #expect(file.commands.count > 3 && file.commands.count < 60)
    #expect(file.commands.map(\.line) == Array((["data xor"] + lines).prefix(file.commands.count)))
    // What was to be saved meanwhile is whole or not there.
    if let text = try? String(contentsOfFile: "\(home.path)/s.strata", encoding: .utf8) {
      #expect(text.hasSuffix("number 59\n"))
    }
  }

  @Test("on the screen too, it is told once over the panels and any key goes on")
  func fullOnTheScreen() throws {
    let home = try Folder()
    let program = TerminalSession.products.appendingPathComponent("strata").path
    let session = try TerminalSession(
      ["-c", "ulimit -f 0; exec '\(program)'"], program: "/bin/sh", columns: 100, rows: 30,
      environment: ["HOME": home.path])
    try session.wait(for: "Press s")
    session.type("n")
    try session.wait(for: "cannot be written")
    try session.wait(for: "files may not become that large")
    session.type("n")
    try session.wait(for: "the panels") { !$0.contains("cannot be written") && $0.contains("step 2") }
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
    let folder = "\(home.path)/.local/state/strata/journals"
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
  }

  @Test("without a home: told once, the laboratory goes on")
  func homeless() throws {
    let home = try Folder()
    let result = try shell("unset HOME", input: "data xor\nadd dense 2 softmax\nrun 10\nprint step\n", home: home)
    #expect(result.status == 0)
    #expect(result.output.contains("step = 10"))
    #expect(result.errors.ranges(of: "neither XDG_STATE_HOME nor HOME").count == 1)
  }
}
