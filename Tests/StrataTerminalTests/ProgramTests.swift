/// The whole program in a real terminal: what a newcomer does in the first minute, and every way of leaving.
import Foundation
import Testing

@Suite struct ProgramTests {
  private func strata(
    _ arguments: [String] = [], columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]
  )
    throws -> TerminalSession
  {
    // A home of its own: the program keeps the command line's history there.
    let home = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    return try TerminalSession(
      arguments, program: TerminalSession.products.appendingPathComponent("strata").path, columns: columns, rows: rows,
      environment: environment.merging(["HOME": home.path]) { given, _ in given })
  }

  @Test("starts, steps, runs, stops, goes back, takes a command, quits")
  func firstMinute() throws {
    let session = try strata()
    try session.wait(for: "Press s")
    session.type("s")
    try session.wait(for: "strata> step")
    session.type("n")
    try session.wait(for: "step 1")
    session.type(" ")
    try session.wait(for: "running")
    session.type(" ")
    try session.wait(for: "paused")
    session.type(":run until test accuracy > 0.9\r")
    try session.wait(for: "test accuracy 0.9")
    session.type("b")
    try session.wait(for: "strata> back")
    session.type(":set ra\t0.5\r")
    try session.wait(for: "set rate 0.5")
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
    #expect(session.modesAreSane)
    #expect(!session.screen.isAlternate)
  }

  @Test("help, views, resizing to nothing and back")
  func looking() throws {
    let session = try strata(columns: 120, rows: 40)
    try session.wait(for: "Press s")
    session.type("?")
    try session.wait(for: "keys and commands")
    session.type("?\t\t\t")
    for (columns, rows) in [(10, 3), (1, 1), (200, 60), (80, 24)] { session.resize(columns: columns, rows: rows) }
    session.type("n")
    try session.wait(for: "strata> next")
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
  }

  @Test(
    "every kind of terminal",
    arguments: [
      ["TERM": "xterm-256color"], ["TERM": "xterm"], ["TERM": "linux"], ["TERM": "vt100"],
      ["TERM": "xterm-256color", "NO_COLOR": "1"], ["TERM": "xterm-256color", "LANG": "C"],
    ])
  func terminals(environment: [String: String]) throws {
    let session = try strata(environment: environment)
    try session.wait(for: "Press s")
    session.type("n")
    try session.wait(for: "strata> next")
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
    #expect(session.modesAreSane)
  }

  @Test("a lesson under a clicker: every key that clickers send, and none of them does harm")
  func clicker() throws {
    let session = try strata(["replay", "perceptron"])
    try session.wait(for: "part 1 of")
    session.type("\u{1b}[6~")
    try session.wait(for: "part 2 of")
    // F5, escape, shift-F5: the lesson stays where it is.
    session.type("\u{1b}[15~")
    session.type("\u{1b}")
    session.type("\u{1b}[15;2~")
    session.type("b")
    try session.wait(for: "a blank screen") { screen in screen.lines.allSatisfy { $0.allSatisfy { $0 == " " } } }
    session.type("b")
    try session.wait(for: "part 2 of")
    session.type(".")
    try session.wait(for: "a blank screen") { screen in screen.lines.allSatisfy { $0.allSatisfy { $0 == " " } } }
    session.type("\u{1b}[6~")
    try session.wait(for: "part 2 of")
    session.type("\u{1b}[6~")
    try session.wait(for: "part 3 of")
    session.type("\u{1b}[5~")
    try session.wait(for: "part 2 of")
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
    #expect(session.modesAreSane)
  }

  @Test("a number is typed as the answer to a question, however fast")
  func answering() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID().uuidString).strata")
    try "strata session 1\nseed 1\n\nask What is 2 to the power of 5? --answer 32\nsay Good.\n"
      .write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let session = try strata(["replay", file.path])
    try session.wait(for: "? What is 2")
    session.type("32\r")
    try session.wait(for: "right: 32")
    session.type("\u{1b}[6~")
    try session.wait(for: "Good.")
    session.type("p")
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
  }

  @Test("asked to end while it runs, it gives the terminal back")
  func terminated() throws {
    let session = try strata()
    try session.wait(for: "Press s")
    session.type(" ")
    try session.wait(for: "running")
    session.signal(SIGTERM)
    #expect(try session.waitForExit() == .status(143))
    #expect(session.modesAreSane)
  }

  @Test("a terminal that cannot do is told so, with the way out")
  func dumb() throws {
    let session = try strata(environment: ["TERM": "dumb"])
    #expect(try session.waitForExit() == .status(1))
    #expect(session.transcript.contains("strata repl"))
  }
}
