/// Keys, mouse, paste and wake-ups, typed at a pseudo-terminal.
import Testing

@Suite struct InputTests {
  private func started(terminal: String = "xterm-256color") throws -> TerminalSession {
    let session = try TerminalSession(["screen"], columns: 80, rows: 40, environment: ["TERM": terminal])
    try session.wait(for: "#")
    return session
  }

  @Test(arguments: [
    ("x", "x"), ("é", "é"), ("日", "日"), (" ", "space"), ("\r", "enter"), ("\n", "enter"), ("\t", "tab"),
    ("\u{7F}", "backspace"), ("\u{1B}", "escape"), ("\u{3}", "ctrl-c"), ("\u{12}", "ctrl-r"), ("\u{1B}x", "alt-x"),
    ("\u{1B}é", "alt-é"), ("\u{1B}[", "alt-["), ("\u{1B}OA", "up"), ("\u{1B}[A", "up"), ("\u{1B}OD", "left"),
    ("\u{1B}[1;5D", "ctrl-left"), ("\u{1B}[1;2C", "shift-right"), ("\u{1B}[1;3A", "alt-up"),
    ("\u{1B}[Z", "shift-tab"), ("\u{1B}OH", "home"), ("\u{1B}[F", "end"), ("\u{1B}[5~", "pageup"),
    ("\u{1B}[6~", "pagedown"), ("\u{1B}[3~", "delete"), ("\u{1B}[2~", "insert"), ("\u{1B}[21~", "f10"),
    ("\u{1B}[3;5~", "ctrl-delete"), ("\u{1B}\u{1B}[A", "alt-up"),
  ])
  func keys(bytes: String, name: String) throws {
    let session = try started()
    session.type(bytes)
    try session.wait(for: "key \(name)") { $0.lines.contains("  1 key \(name)") }
  }

  @Test func theConsoleHasItsOwnKeys() throws {
    let session = try started(terminal: "linux")
    session.type("\u{1B}[[J\u{1B}[1~\u{1B}[Ax")
    try session.wait(for: "home, up and x") {
      $0.contains("1 key home") && $0.contains("2 key up") && $0.contains("3 key x")
    }
  }

  @Test func theMouse() throws {
    let session = try started()
    session.type("\u{1B}[<0;11;3M")
    try session.wait(for: "mouse press left 10,2 0")
    session.type("\u{1B}[<32;12;3M\u{1B}[<0;12;3m\u{1B}[<65;1;1M\u{1B}[<64;80;40M\u{1B}[<18;5;6M")
    try session.wait(for: "the rest") {
      $0.contains("mouse drag left 11,2 0") && $0.contains("mouse release left 11,2 0")
        && $0.contains("mouse wheelDown none 0,0 0") && $0.contains("mouse wheelUp none 79,39 0")
        && $0.contains("mouse press right 4,5 4")
    }
  }

  @Test func aPasteIsOneEvent() throws {
    let session = try started()
    session.type("\u{1B}[200~add dense 64\rnext\u{1B}[31m\u{7}é\u{1B}[201~q")
    #expect(try session.waitForExit() == .status(0))
    let again = try started()
    again.type("\u{1B}[200~add dense 64\rnext\u{7}é\u{1B}[201~")
    try again.wait(for: "1 paste \"add dense 64\\nnexté\"")
  }

  @Test func unknownSequencesTypeNothing() throws {
    let session = try started()
    session.type("\u{1B}[I\u{1B}[?62;4c\u{1B}[99~\u{1B}O!y")
    try session.wait(for: "a key") { $0.contains("1 key") }
    session.type("z")
    try session.wait(for: "2 key z")
    #expect(session.screen.contains("1 key y"))
  }

  @Test func aCharacterInTwoPieces() throws {
    let session = try started()
    session.type(bytes: [0xC3])
    session.type(bytes: [0xA9])
    try session.wait(for: "1 key é")
  }

  @Test func anotherThreadWakesTheLoop() throws {
    let session = try started()
    session.type("w")
    try session.wait(for: "2 woken")
  }

  @Test func randomBytesNeverHurt() throws {
    let session = try started()
    var state: UInt64 = 42
    for round in 0..<20 {
      var bytes: [UInt8] = []
      for _ in 0..<100 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let byte = UInt8(truncatingIfNeeded: state >> 33)
        // What the probe acts on is left out: q, w, e, L, ctrl-Z; and escape, which could spell a key that crashes it.
        bytes.append([0x71, 0x77, 0x65, 0x4C, 0x1A, 0x1B].contains(byte) ? 0x2E : byte)
      }
      session.type(bytes: bytes)
      session.type("\r\(round % 10)")
      try session.wait(for: "key \(round % 10)")
    }
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
    #expect(session.modesAreSane)
  }
}
