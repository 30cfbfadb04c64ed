/// The command line inside the screen: readline's keys, completion, history.
import Foundation
import Testing

@Suite struct LineEditorTests {
  private func started(history: String? = nil, environment: [String: String] = [:]) throws -> TerminalSession {
    let session = try TerminalSession(["edit"] + (history.map { [$0] } ?? []), environment: environment)
    try session.wait(for: "strata>")
    return session
  }

  /// Waits until the bottom row holds the prompt with this text, and the cursor stands in this column.
  private func expectLine(
    _ session: TerminalSession, _ text: String, column: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try session.wait(for: "line \"\(text)\" with the cursor in \(column)", sourceLocation: sourceLocation) {
      $0.lines[23] == text && $0.row == 23 && $0.column == column && $0.cursorIsVisible
    }
  }

  @Test func editing() throws {
    let session = try started()
    session.type("step 10")
    try expectLine(session, "strata> step 10", column: 15)
    // Word left, to the line's start, delete a character, kill to the end, yank.
    session.type("\u{1B}[1;5D")
    try expectLine(session, "strata> step 10", column: 13)
    session.type("\u{1}")
    try expectLine(session, "strata> step 10", column: 8)
    session.type("\u{1B}[3~\u{B}")
    try expectLine(session, "strata>", column: 8)
    session.type("\u{19}\u{19}")
    try expectLine(session, "strata> tep 10tep 10", column: 20)
    // Undo both yanks and the rest, word by word.
    session.type("\u{1F}")
    try expectLine(session, "strata> tep 10", column: 14)
    session.type("\u{17}\u{1B}b\u{1B}d")
    try expectLine(session, "strata>", column: 8)
    session.type("ab\u{1B}[D\u{1B}[Dc\r")
    try session.wait(for: "accepted cab")
  }

  @Test func wideCharacters() throws {
    let session = try started()
    session.type("é日本x")
    try expectLine(session, "strata> é日本x", column: 14)
    session.type("\u{1B}[D\u{1B}[D")
    try expectLine(session, "strata> é日本x", column: 11)
    try session.wait(for: "cursor 2 column 11")
    session.type("\u{7F}")
    try expectLine(session, "strata> é本x", column: 9)
    session.type("\r")
    try session.wait(for: "accepted é本x")
  }

  @Test func completion() throws {
    let session = try started()
    session.type("tr\t")
    try session.wait(for: "choice: train trace")
    try expectLine(session, "strata> tra", column: 11)
    session.type("i\t")
    try expectLine(session, "strata> train", column: 14)
    #expect(!session.screen.contains("trace"))
    session.type("--r\t")
    try session.wait(for: "choice: --rate --rounds")
    session.type("a\t")
    try expectLine(session, "strata> train --rate", column: 21)
    session.type("\u{15}日\t\r")
    try session.wait(for: "accepted 日本語")
    session.type("xyz\t\r")
    try session.wait(for: "accepted xyz")
  }

  @Test func completionOfPaths() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["alpha.csv", "alpine.csv"] { try Data().write(to: folder.appendingPathComponent(name)) }
    let session = try started()
    session.type("load \(folder.path)/al\t")
    try session.wait(for: "choice: alpha.csv alpine.csv")
    session.type("h\t\r")
    try session.wait(for: "accepted load \(folder.path)/alpha.csv")
  }

  @Test func history() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID())/state/history")
    defer { try? FileManager.default.removeItem(at: file.deletingLastPathComponent().deletingLastPathComponent()) }
    let session = try started(history: file.path)
    for line in ["add dense 64", "run 5", "run 5", "step"] {
      session.type(line + "\r")
      try session.wait(for: "accepted \(line)")
    }
    session.type("\u{1B}OA\u{1B}OA")
    try expectLine(session, "strata> run 5", column: 13)
    session.type("\u{1B}OA")
    try expectLine(session, "strata> add dense 64", column: 20)
    session.type("\u{1B}>\u{12}un")
    try expectLine(session, "(reverse-i-search)`un': run 5", column: 25)
    // Giving up the search gives back the line; giving up the line begins another.
    session.type("\u{1B}")
    try expectLine(session, "strata>", column: 8)
    session.type("\u{12}dense")
    try session.wait(for: "(reverse-i-search)`dense': add dense 64")
    session.type("\r")
    try session.wait(for: "the line found") { $0.lines.filter { $0 == "accepted add dense 64" }.count == 2 }
    session.type("quit\r")
    #expect(try session.waitForExit() == .status(0))
    #expect(try String(contentsOf: file, encoding: .utf8) == "add dense 64\nrun 5\nstep\nadd dense 64\n")

    let again = try started(history: file.path)
    again.type("\u{1B}[A\u{1B}[A")
    try expectLine(again, "strata> step", column: 12)
  }

  @Test func givingUp() throws {
    let session = try started()
    session.type("half a li\u{3}")
    try session.wait(for: "cancelled")
    try expectLine(session, "strata>", column: 8)
    session.type("x\u{1B}")
    try session.wait(for: "cancelled twice") { $0.lines.filter { $0 == "cancelled" }.count == 2 }
    session.type("\u{12}zz\u{3}")
    try session.wait(for: "cancelled in a search") { $0.lines.filter { $0 == "cancelled" }.count == 3 }
    try expectLine(session, "strata>", column: 8)
    session.type("\u{4}")
    try session.wait(for: "ended")
    session.type("still here\r")
    try session.wait(for: "accepted still here")
  }

  @Test func aPasteIsText() throws {
    let session = try started()
    session.type("\u{1B}[200~run\t5\nstep\u{1B}[201~")
    try expectLine(session, "strata> run 5 step", column: 18)
  }

  @Test func followsTheSizeWhileEditing() throws {
    let session = try started()
    session.type("a\t")
    session.resize(columns: 100, rows: 30)
    try session.wait(for: "the line at the new bottom") { $0.lines[29] == "strata> a" }
  }

  /// Keys that crashed readline 8.2 where they are fed in one by one: here they must not.
  @Test(arguments: [
    "ab\r\u{12}\u{18}O", "\u{1D}\u{1B}X\r", "\u{18}(\u{18}e\u{18})\u{18}e", "\u{1B}\u{A}\u{1B}x",
    "one\rtwo\r\u{1B}[Aa\u{1B}[Ab\u{3}\u{1B}[A\u{1B}[A\u{1F}\u{1F}\r\r", "x\r\u{10}\u{F}\u{F}\u{10}\u{1B}r\r",
  ])
  func unusualKeys(keys: String) throws {
    let session = try started()
    session.type(keys + "\u{3}\u{3}alive\r")
    try session.wait(for: "accepted alive")
  }

  @Test func randomKeysNeverHurt() throws {
    let session = try started()
    var state: UInt64 = 7
    let pieces = [
      "\u{1B}[A", "\u{1B}[", "\u{1B}", "\u{12}", "\u{18}", "\t", "\r", "tr", "日", "\u{1F}", "\u{19}", "\u{1B}y",
    ]
    for round in 0..<20 {
      var bytes: [UInt8] = []
      for _ in 0..<60 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let number = Int(state >> 40)
        // Without "q" nothing spells "quit".
        if number % 3 == 0 {
          bytes += Array(pieces[number / 3 % pieces.count].utf8)
        } else {
          bytes.append(UInt8(number & 0x7F))
        }
      }
      session.type(bytes: bytes.map { $0 == 0x71 ? 0x2E : $0 })
      session.type("\u{3}\u{3}alive \(round)\r")
      try session.wait(for: "accepted alive \(round)")
    }
    session.type("quit\r")
    #expect(try session.waitForExit() == .status(0))
    #expect(session.modesAreSane)
  }
}
