/// Writing and copying cells: clipping, wide characters, panels, escape sequences.
import StrataPlot
import Testing

private func canvas(_ columns: Int, _ rows: Int) -> Canvas { Canvas(Size(columns: columns, rows: rows)) }

@Suite struct CanvasTests {
  @Test func writingStaysInside() {
    var area = canvas(8, 2)
    #expect(area.write("train", column: 1, row: 0) == 5)
    #expect(area.write("accuracy", column: 3, row: 1) == 5)
    #expect(area.lines == [" train", "   accu…"])
    for (column, row) in [(0, -1), (0, 2), (8, 0), (-99, 0), (Int.max, 0), (Int.min, 0), (0, Int.max), (0, Int.min)] {
      area.write("outside", column: column, row: row)
    }
    #expect(area.lines == [" train", "   accu…"])
  }

  @Test func writingBeginsLeftOfTheEdge() {
    var area = canvas(5, 1)
    area.write("accuracy", column: -3, row: 0)
    #expect(area.lines == ["uracy"])
    area.fill(area.bounds)
    area.write("网络", column: -1, row: 0)
    #expect(area.lines == [" 络"])
  }

  @Test func limitsEndInAnEllipsis() {
    var area = canvas(20, 3)
    #expect(area.write("cross-entropy", column: 0, row: 0, limit: 6) == 6)
    #expect(area.write("损失函数", column: 0, row: 1, limit: 4) == 3)
    #expect(area.write("cross-entropy", column: 0, row: 2, limit: 8, charset: .ascii) == 8)
    #expect(area.lines == ["cross…", "损…", "cross..."])
    #expect(area.write("x", column: 0, row: 0, limit: 0) == 0)
    #expect(area.write("x", column: 0, row: 0, limit: -1) == 0)
  }

  @Test func wideCharactersTakeTwoCells() {
    var area = canvas(6, 1)
    area.write("a网b", column: 0, row: 0)
    #expect(area[1, 0].character == "网")
    #expect(area[2, 0].isContinuation)
    #expect(area[3, 0].character == "b")
    #expect(area.lines == ["a网b"])
    area.write("x", column: 2, row: 0)
    #expect(area.lines == ["a xb"])
    area.write("网", column: 0, row: 0)
    area.write("y", column: 0, row: 0)
    #expect(area.lines == ["y xb"])
    area.write("网", column: 4, row: 0)
    area.fill(Rectangle(column: 5, row: 0, columns: 1, rows: 1), with: Cell("z"))
    #expect(area.lines == ["y xb z"])
  }

  @Test func aWideCharacterHalfInsideIsABlank() {
    var area = canvas(4, 1)
    area.write("abc网", column: 0, row: 0)
    #expect(area.lines == ["abc…"])
    var source = canvas(4, 1)
    source.write("网络", column: 0, row: 0)
    var target = canvas(3, 1)
    target.blit(source, column: 0, row: 0)
    #expect(target.lines == ["网"])
    target.blit(source, column: -1, row: 0)
    #expect(target.lines == [" 络"])
  }

  @Test func backgroundsAreKeptUnlessGiven() {
    var area = canvas(3, 1)
    area.fill(area.bounds, with: Cell(" ", background: .role(.bar)))
    area.write("a", column: 0, row: 0, foreground: .role(.accent))
    area.write("b", column: 1, row: 0, background: .plain)
    #expect(area[0, 0] == Cell("a", foreground: .role(.accent), background: .role(.bar)))
    #expect(area[1, 0] == Cell("b"))
    area.highlight(Rectangle(column: 1, row: 0, columns: 9, rows: 9), background: .role(.bar), style: .bold)
    #expect(area[1, 0] == Cell("b", background: .role(.bar), style: .bold))
  }

  @Test func linesOfSeveralColours() {
    var area = canvas(12, 1)
    let line = TextLine([TextRun("▶ ", .accent), TextRun("h = σ(z)", .plain, style: .bold)])
    #expect(area.write(line, column: 1, row: 0) == 10)
    #expect(area.lines == [" ▶ h = σ(z)"])
    #expect(area[1, 0].foreground == .role(.accent))
    #expect(area[3, 0].style == .bold)
    area.fill(area.bounds)
    #expect(area.write(line, column: 0, row: 0, limit: 2) == 2)
    #expect(area.lines == ["▶…"])
    #expect(area.write(line, column: 0, row: 0, charset: .ascii) == 12)
    #expect(area.lines == ["> h = sig..."])
  }

  @Test func partsAreCanvasesOfTheirOwn() {
    var area = canvas(6, 3)
    area.fill(area.bounds, with: Cell("."))
    area.draw(in: Rectangle(column: 2, row: 1, columns: 3, rows: 1)) { inner in
      #expect(inner.size == Size(columns: 3, rows: 1))
      #expect(inner.lines == ["..."])
      inner.write("abcdef", column: 1, row: 0)
    }
    #expect(area.lines == ["......", "...a….", "......"])
    area.draw(in: Rectangle(column: 4, row: 2, columns: 5, rows: 5)) { $0.write("xyz", column: 0, row: 0) }
    #expect(area.lines == ["......", "...a….", "....xy"])
    area.draw(in: Rectangle(column: .max, row: .min, columns: 2, rows: 2)) { $0.write("q", column: 0, row: 0) }
    area.draw(in: Rectangle(column: -1, row: -1, columns: 2, rows: 2)) { $0.write("qr", column: 0, row: 1) }
    #expect(area.lines == ["r.....", "...a….", "....xy"])
  }

  @Test func panels() {
    var area = canvas(16, 3)
    let inner = area.panel(in: area.bounds, title: "损失", note: "log")
    #expect(inner == Rectangle(column: 1, row: 1, columns: 14, rows: 1))
    #expect(area.lines == ["┌ 损失 ── log ─┐", "│              │", "└──────────────┘"])
    area = canvas(16, 3)
    area.panel(in: area.bounds, title: "loss", focused: true)
    #expect(area.lines == ["┏ loss ━━━━━━━━┓", "┃              ┃", "┗━━━━━━━━━━━━━━┛"])
    #expect(area[0, 0].foreground == .role(.accent))
    area = canvas(16, 3)
    area.panel(in: area.bounds, title: "σ of layer one and two", note: "left out", style: .ascii)
    #expect(area.lines == ["+ sigma of ... +", "|              |", "+--------------+"])
    area = canvas(16, 3)
    area.panel(in: area.bounds, focused: true, style: .ascii)
    #expect(area.lines == ["#==============#", "#              #", "#==============#"])
  }

  @Test func panelsWithoutRoom() {
    var area = canvas(4, 2)
    #expect(area.panel(in: area.bounds, title: "loss").rows == 1)
    #expect(area.lines == ["loss", ""])
    for (columns, rows) in [(0, 0), (1, 1), (1, 9), (9, 1), (2, 3), (3, 3)] {
      var small = canvas(columns, rows)
      let inner = small.panel(in: small.bounds, title: "title", note: "note")
      #expect(inner.columns <= columns && inner.rows <= rows)
    }
  }

  @Test func absurdSizesAreCut() {
    let area = Canvas(Size(columns: .max, rows: 1))
    #expect(area.size == Size(columns: Canvas.largest.columns, rows: 1))
    #expect(Canvas(Size(columns: -5, rows: 3)).lines == ["", "", ""])
  }

  @Test func dividing() {
    let area = Rectangle(column: 2, row: 1, columns: 20, rows: 10)
    let parts = area.divided(.horizontal, into: [.cells(5), .share(1), .share(2)], gap: 1)
    #expect(parts.map(\.column) == [2, 8, 13])
    #expect(parts.map(\.columns) == [5, 4, 9])
    #expect(parts.allSatisfy { $0.rows == 10 && $0.row == 1 })
    let rows = area.divided(.vertical, into: [.share(1), .share(1), .share(1)])
    #expect(rows.map(\.rows) == [3, 4, 3])
    #expect(area.divided(.vertical, into: [.cells(99), .cells(4), .share(1)]).map(\.rows) == [10, 0, 0])
    #expect(area.divided(.vertical, into: []) == [])
    #expect(area.inset(columns: 30, rows: 1).isEmpty)
  }

  @Test func escapeSequences() {
    var area = canvas(6, 2)
    area.write("ab", column: 0, row: 0, foreground: .role(.series1), style: .bold)
    area.write("c", column: 2, row: 0)
    area.write("d", column: 3, row: 0, foreground: .rgb(RGB(255, 0, 0)), background: .rgb(RGB(0, 0, 0)))
    #expect(area.ansi(depth: .none) == "abcd\n")
    #expect(area.ansi(depth: .ansi16) == "\u{1B}[0;1;96mab\u{1B}[0mc\u{1B}[0;91;40md\u{1B}[0m\n")
    #expect(area.ansi(depth: .xterm256) == "\u{1B}[0;1;38;5;75mab\u{1B}[0mc\u{1B}[0;38;5;196;48;5;16md\u{1B}[0m\n")
    #expect(
      area.ansi(depth: .direct)
        == "\u{1B}[0;1;38;2;95;191;255mab\u{1B}[0mc\u{1B}[0;38;2;255;0;0;48;2;0;0;0md\u{1B}[0m\n")
  }

  @Test func noControlCharacterGetsOut() {
    var area = canvas(3, 1)
    area[0, 0] = Cell("\u{1B}")
    area[1, 0] = Cell("\u{9B}")
    area[2, 0] = Cell("x", style: .bold)
    #expect(area.ansi(depth: .ansi16) == "  \u{1B}[0;1mx\u{1B}[0m")
  }

  @Test func restrictionToASCII() {
    var area = canvas(6, 1)
    area.write("σ网×é", column: 0, row: 0)
    #expect(area.restricted(to: .ascii).lines == ["s? xe"])
    #expect(area.restricted(to: .unicode) == area)
  }
}
