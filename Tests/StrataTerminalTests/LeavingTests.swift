/// However the program ends or stops, the terminal is the shell's again, and the exit status tells the truth.
import Foundation
import Testing

@Suite struct LeavingTests {
  private func started(_ environment: [String: String] = [:]) throws -> TerminalSession {
    let session = try TerminalSession(["screen"], environment: environment)
    try session.wait(for: "#")
    return session
  }

  private func expectSane(_ session: TerminalSession, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(!session.screen.isAlternate, sourceLocation: sourceLocation)
    #expect(!session.screen.mouseIsOn, sourceLocation: sourceLocation)
    #expect(session.screen.cursorIsVisible, sourceLocation: sourceLocation)
    #expect(session.screen.modes.isDisjoint(with: [1, 2004]), sourceLocation: sourceLocation)
    #expect(session.modesAreSane, sourceLocation: sourceLocation)
  }

  #if arch(x86_64)
    private static let trap = SIGILL
  #else
    private static let trap = SIGTRAP
  #endif

  // Optimised code traps without a word.
  #if DEBUG
    private static let indexMessage = "Index out of range"
  #else
    private static let indexMessage = ""
  #endif

  /// F1 to F7 of the probe: index out of range, fatalError, a wild pointer, abort, no stack left, a floating-point signal, no
  /// stack left on another thread.
  @Test(arguments: [
    ("\u{1B}OP", trap, indexMessage), ("\u{1B}OQ", trap, "asked to die"), ("\u{1B}OR", SIGSEGV, ""),
    ("\u{1B}OS", SIGABRT, ""), ("\u{1B}[15~", SIGSEGV, ""), ("\u{1B}[17~", SIGFPE, ""), ("\u{1B}[18~", SIGSEGV, ""),
  ])
  func crashes(key: String, signal: Int32, message: String) throws {
    let session = try started()
    session.type(key)
    #expect(try session.waitForExit() == .signal(signal))
    expectSane(session)
    if !message.isEmpty { #expect(session.transcript.contains(message)) }
  }

  @Test func aCrashOnATerminalWithoutASecondScreen() throws {
    let session = try started(["TERM": "vt100"])
    session.type("\u{1B}OQ")
    #expect(try session.waitForExit() == .signal(Self.trap))
    #expect(session.modesAreSane)
    #expect(session.transcript.contains("asked to die"))
  }

  @Test(arguments: [(SIGTERM, Int32(143), "terminate"), (SIGINT, 130, "interrupt"), (SIGHUP, 129, "hangUp")])
  func signalsAreEvents(number: Int32, status: Int32, name: String) throws {
    let session = try started()
    session.signal(number)
    #expect(try session.waitForExit() == .status(status))
    expectSane(session)
    #expect(session.screen.contains("ended by \(name)"))
  }

  @Test func quitSignal() throws {
    let session = try started()
    session.signal(SIGQUIT)
    #expect(try session.waitForExit() == .signal(SIGQUIT))
    expectSane(session)
  }

  /// In a shell with job control, as a person would.
  @Test(arguments: [true, false]) func stopsAndGoesOn(byKey: Bool) throws {
    let session = try TerminalSession(["-i"], program: "/bin/sh", environment: ["PS1": "prompt> ", "ENV": ""])
    try session.wait(for: "prompt>")
    session.type("\(TerminalSession.probe) screen\n")
    try session.wait(for: "the screen") { $0.isAlternate && $0.contains("#") }
    if byKey {
      session.type("\u{1A}")
    } else {
      let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
      let ours = processes.filter { parent(of: $0) == session.process }
      try #require(ours.count == 1)
      kill(ours[0], SIGTSTP)
    }
    try session.wait(for: "the shell's prompt") {
      !$0.isAlternate && $0.lines.last(where: { !$0.isEmpty }) == "prompt>"
    }
    expectSane(session)
    session.type("echo be''tween\n")
    try session.wait(for: "between")
    session.type("fg\n")
    try session.wait(for: "the screen again") {
      $0.isAlternate && $0.contains("size 80x24") && $0.contains(byKey ? "back" : "resumed")
    }
    #expect(session.screen.mouseIsOn)
    session.type("q")
    try session.wait(for: "goodbye")
    session.type("exit\n")
    _ = try session.waitForExit()
  }

  private func parent(of process: Int32) -> Int32? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return nil }
    let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
    return fields.count > 2 ? Int32(fields[2]) : nil
  }

  /// Without a shell to continue it, ctrl-Z must not hang.
  @Test func ctrlZWithoutAShell() throws {
    let session = try started()
    session.type("\u{1A}")
    try session.wait(for: "back")
    #expect(session.screen.isAlternate)
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
  }

  @Test func stoppedWithoutWarning() throws {
    let session = try started()
    session.signal(SIGSTOP)
    session.signal(SIGCONT)
    try session.wait(for: "resumed")
    #expect(session.screen.isAlternate && session.screen.mouseIsOn)
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
  }

  @Test func theTerminalGoesAway() throws {
    let session = try started()
    session.hangUp()
    #expect(try session.waitForExit() == .status(129))
  }
}
