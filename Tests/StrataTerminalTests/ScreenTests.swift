/// The full screen on a pseudo-terminal: drawing, sizes, colours, leaving.
import Testing

@Suite struct ScreenTests {
  private func started(
    columns: Int = 80, rows: Int = 24, environment: [String: String] = [:]
  ) throws -> TerminalSession {
    let session = try TerminalSession(["screen"], columns: columns, rows: rows, environment: environment)
    try session.wait(for: "the first frame") { $0.contains("#") && $0.contains("size \(columns)x\(rows)") }
    return session
  }

  @Test func drawsLeavesAndRestores() throws {
    let session = try started()
    let screen = session.screen
    #expect(screen.isAlternate)
    #expect(screen.mouseIsOn)
    #expect(!screen.cursorIsVisible)
    #expect(!session.modesAreSane)
    #expect(screen.lines[0] == String(repeating: "─", count: 80))
    #expect(screen.lines[2] == "  unicode full color xterm256 mouse true")
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

  @Test func coloursAndStylesArrive() throws {
    let session = try started()
    let half = session.screen.cell(7, 4)
    #expect(half.character == "▀")
    #expect(half.foreground == 208)
    #expect(half.background == 21)
    let bad = session.screen.cell(2, 6)
    #expect(bad.foreground != nil && bad.isBold)
    #expect(session.screen.cell(8, 6).isReversed)
    #expect(session.screen.cell(2, 1) == VirtualCell(character: "s"))
  }

  @Test(.enabled(if: TerminalSession.hasDescription(of: "xterm-direct"), "comes with ncurses-term"))
  func directColour() throws {
    let session = try started(environment: ["TERM": "xterm-direct"])
    #expect(session.screen.lines[2].contains("color direct"))
    #expect(session.screen.cell(7, 4).foreground == 0x1FC8400)
  }

  /// More colours than the terminal has pairs of: frame after frame, each cell keeps its own.
  @Test(arguments: [("xterm", 12), ("xterm-direct", 36)].filter { TerminalSession.hasDescription(of: $0.0) })
  func manyColours(terminal: String, frames: Int) throws {
    let session = try TerminalSession(["colors"], columns: 64, rows: 34, environment: ["TERM": terminal])
    for frame in 0...frames {
      try session.wait(for: "frame \(frame) end")
      // What the probe paints from row 2 on: a colour for each cell, on one of another ground.
      for (column, row) in [(0, 2), (17, 2), (40, 5), (63, 32)] {
        let cell = session.screen.cell(column, row)
        let index = frame * 1984 + (row - 2) * 64 + column
        if terminal == "xterm" {
          #expect(cell.foreground == (index / 7 + frame) % 8, "frame \(frame), \(column), \(row)")
          #expect(cell.background == index % 7 + frame % 2, "frame \(frame), \(column), \(row)")
        } else {
          let colors = [2_654_435_761, 40_503].map { 0x1800000 | (index &* $0 & 0xFCFCFC) }
          #expect([cell.foreground, cell.background] == colors, "frame \(frame), \(column), \(row)")
        }
      }
      session.type("n")
    }
  }

  /// What many small changes leave on the screen is what painting all of it shows, also where wide characters were torn.
  @Test func changesAddUpToTheWhole() throws {
    let session = try TerminalSession(["patchwork"], columns: 40, rows: 12)
    var frame = 0
    try session.wait(for: "frame 0 end")
    for _ in 0..<15 {
      for _ in 0..<5 {
        session.type("n")
        frame += 1
        try session.wait(for: "frame \(frame) end")
      }
      let before = visible(session.screen)
      session.type("f")
      frame += 1
      try session.wait(for: "frame \(frame) end")
      #expect(session.screen.isAlternate)
      #expect(visible(session.screen) == before, "frame \(frame)")
    }
  }

  /// The cells of the first eleven rows as text, with their colours where they are seen.
  private func visible(_ screen: VirtualScreen) -> [String] {
    (0..<11).map { row in
      (0..<screen.columns).map { column in
        let cell = screen.cell(column, row)
        let isBlank = cell.character == " " || cell.character.value == 0
        let colors = "\(isBlank ? -1 : cell.foreground ?? -1)/\(cell.background ?? -1)"
        return "\(cell.character.escaped(asASCII: false))\(colors)"
      }.joined(separator: " ")
    }
  }

  @Test func nothingHostileReachesTheTerminal() throws {
    let session = try started()
    #expect(session.screen.lines[6].hasSuffix("control ?[31m????|"))
    #expect(session.screen.bells == 0)
    #expect(session.screen.cell(40, 6).foreground == nil)
  }

  @Test func followsItsSize() throws {
    let session = try started()
    for (columns, rows) in [(120, 40), (20, 8), (1, 1), (200, 60), (80, 24)] {
      session.resize(columns: columns, rows: rows)
      if columns < 20 { continue }
      try session.wait(for: "a frame of \(columns)x\(rows)") {
        $0.contains("size \(columns)x\(rows)") && $0.cell(columns - 1, rows - 1).character == "#"
      }
      #expect(session.screen.lines[0] == String(repeating: "─", count: columns))
    }
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
  }

  @Test(arguments: [
    ("xterm-256color", "unicode full color xterm256 mouse true"),
    ("xterm", "unicode full color ansi16 mouse true"),
    ("linux", "unicode blocks color ansi16 mouse false"),
    ("vt100", "unicode none color none mouse false"),
  ])
  func everyTerminalGetsWhatItCanShow(terminal: String, expected: String) throws {
    let session = try started(environment: ["TERM": terminal])
    #expect(session.screen.lines[2] == "  " + expected)
    #expect(session.screen.unknown == [])
    if terminal == "vt100" {
      #expect(session.screen.lines[0] == String(repeating: "-", count: 80))
      #expect(session.screen.lines[3] == "  braille *:")
      #expect(session.output.allSatisfy { $0 < 0x80 })
    }
    if terminal == "linux" {
      #expect(session.screen.lines[0] == String(repeating: "─", count: 80))
      #expect(session.screen.lines[3] == "  braille *:")
      #expect(session.screen.lines[4] == "  half ▀")
    }
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
    #expect(session.modesAreSane)
    #expect(session.screen.contains("goodbye"))
  }

  @Test(arguments: ["C", "POSIX", ""])
  func withoutUTF8OnlyASCIIIsSent(language: String) throws {
    let session = try started(environment: ["LANG": language])
    #expect(session.screen.lines[2].hasPrefix("  unicode none color xterm256"))
    #expect(session.output.allSatisfy { $0 < 0x80 })
  }

  @Test func aMissingUTF8LocaleIsReplaced() throws {
    let session = try started(environment: ["LANG": "tlh_QX.UTF-8"])
    #expect(session.screen.lines[2].hasPrefix("  unicode full"))
    #expect(session.screen.lines[3] == "  braille ⣿⡇")
  }

  @Test func noColorMeansNoColour() throws {
    let session = try started(environment: ["NO_COLOR": "1"])
    #expect(session.screen.lines[2].contains("color none"))
    #expect(session.screen.cells.allSatisfy { $0.foreground == nil && $0.background == nil })
    #expect(session.screen.cell(2, 6).isBold)
    #expect(session.screen.cell(8, 6).isReversed)
  }

  @Test(arguments: [
    ("dumb", "cursor can be placed"), ("no-such-terminal", "description of the terminal"),
    ("", "TERM is not set"),
  ])
  func aTerminalThatCannotIsToldSo(terminal: String, expected: String) throws {
    let session = try TerminalSession(["screen"], environment: ["TERM": terminal])
    #expect(try session.waitForExit() == .status(2))
    let text = session.screen.lines.joined()
    #expect(text.contains(expected))
    #expect(text.contains("strata repl"))
    #expect(session.modesAreSane)
  }

  @Test func standardErrorWaitsForTheEnd() throws {
    let session = try started()
    session.type("e")
    try session.wait(for: "key e")
    #expect(!session.screen.contains("a word on standard error"))
    session.type("q")
    #expect(try session.waitForExit() == .status(0))
    #expect(session.screen.contains("a word on standard error"))
  }

  @Test func theTerminalCanBeLentOut() throws {
    let session = try started()
    session.type("L")
    try session.wait(for: "lent out; press enter")
    #expect(!session.screen.isAlternate)
    #expect(session.modesAreSane)
    session.type("\r")
    try session.wait(for: "returned")
    #expect(session.screen.isAlternate && session.screen.mouseIsOn && !session.modesAreSane)
    #expect(session.screen.contains("size 80x24"))
  }
}
