/// Stacks, panels and blocks of text.
import StrataPlot
import Testing

private func lines(_ figure: Figure, _ columns: Int, _ rows: Int, _ style: DrawingStyle = .plain) -> [String] {
  figure.lines(size: Size(columns: columns, rows: rows), style: style)
}

@Suite struct LayoutTests {
  @Test func rowsWithTitles() {
    let figure = Figure.rows([
      Part(.message("a"), title: "head", note: "n"), Part(.message("b"), length: .cells(1)),
    ])
    #expect(lines(figure, 12, 4) == ["head       n", "     a", "", "     b"])
    #expect(lines(figure, 12, 1) == ["     b"])
  }

  @Test func columnsHaveAGap() {
    let figure = Figure.columns([Part(.lines(["left side"])), Part(.lines(["right side"]), length: .cells(5))])
    #expect(lines(figure, 13, 1) == ["left s… righ…"])
  }

  @Test func panels() {
    let panel = Figure.panel(Panel("weights", note: "W1", .message("here")))
    #expect(
      lines(panel, 24, 3) == ["┌ weights ──────── W1 ─┐", "│         here         │", "└──────────────────────┘"])
    let focused = Figure.panel(Panel("weights", note: "W1", isFocused: true, .message("here")))
    #expect(
      lines(focused, 24, 3) == ["┏ weights ━━━━━━━━ W1 ━┓", "┃         here         ┃", "┗━━━━━━━━━━━━━━━━━━━━━━┛"])
    let ascii = Figure.panel(Panel("σ", isFocused: true, .message("∇W")))
    #expect(lines(ascii, 14, 3, .ascii) == ["# sigma =====#", "#   grad W   #", "#============#"])
  }

  @Test func textWraps() {
    let text: [TextLine] = ["one two three", "卷积神经网络 abc"]
    #expect(lines(.lines(text, wraps: true), 8, 6) == ["one two", "three", "卷积神经", "网络 abc", "", ""])
    #expect(lines(.lines(text), 8, 2) == ["one two…", "卷积神…"])
  }

  @Test func textThatGoesOnSaysHowFar() {
    let text: [TextLine] = ["one two three", "a", "b", "c"]
    #expect(lines(.lines(text), 8, 3) == ["one two…", "a", "+2"])
    #expect(lines(.lines(text), 14, 3) == ["one two three", "a", "… 2 more"])
    #expect(lines(.text(TextBlock(text, firstLine: 2)), 8, 3) == ["b", "c", ""])
    #expect(lines(.text(TextBlock(text, firstLine: 99)), 8, 1) == [""])
    #expect(lines(.text(TextBlock(text, firstLine: -5)), 14, 4) == ["one two three", "a", "b", "c"])
  }

  @Test func messagesStandInTheMiddle() {
    #expect(lines(.message("no data yet"), 7, 4) == ["", "no data", "  yet", ""])
    #expect(lines(.message("σ′ ≥ 0"), 20, 1, .ascii) == ["    sigma' >= 0"])
  }
}
