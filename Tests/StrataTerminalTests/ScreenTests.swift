/// The full screen on a pseudo-terminal: drawing, sizes, keys, mouse, leaving.
import Testing

@Suite struct ScreenTests {
  @Test func drawsLeavesAndRestores() throws {
    let session = try TerminalSession(["screen"])
    try session.wait(for: "the first frame") { $0.contains("#") && $0.contains("size 80x24") }
    let screen = session.screen
    #expect(screen.isAlternate)
    #expect(screen.mouseIsOn)
    #expect(!screen.cursorIsVisible)
    #expect(!session.modesAreSane)
    #expect(screen.lines[0] == String(repeating: "─", count: 80))
    #expect(screen.lines[2] == "  unicode full color palette256 mouse true")
    #expect(screen.lines[3] == "  braille ⣿⡇")
    #expect(screen.lines[5] == "  wide 日本 end")
    #expect(screen.lines[23] == String(repeating: "=", count: 79) + "#")
    #expect(screen.unknown == [])
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
    #expect(!session.screen.isAlternate)
    #expect(!session.screen.mouseIsOn)
    #expect(session.screen.cursorIsVisible)
    #expect(session.screen.modes.isDisjoint(with: [1, 2004]))
    #expect(session.modesAreSane)
    #expect(session.screen.contains("goodbye"))
  }
}
