/// Keys have names, the same both ways; and the terminal that tests use in place of a real one.
import Foundation
import StrataPlot
import StrataTerminal
import Testing

@Suite struct KeyTests {
  @Test(arguments: [
    (Key.character("s"), "s"), (.character("S"), "S"), (.space, "space"), (.control("c"), "ctrl-c"),
    (.alt("x"), "alt-x"), (.backTab, "shift-tab"), (.function(5), "f5"), (.character("f"), "f"),
    (.character("-"), "minus"), (Key(.left, [.control, .alt]), "ctrl-alt-left"), (.pageDown, "pagedown"),
    (.character("日"), "日"), (.control(" "), "ctrl-space"), (.character("?"), "?"),
  ])
  func names(key: Key, name: String) {
    #expect(key.description == name)
    #expect(Key(name) == key)
  }

  @Test(arguments: ["", "f0", "f99", "ctrl-", "nokey", "ctrl-nokey"]) func whatIsNoKey(name: String) {
    #expect(Key(name) == nil)
  }

  @Test func onlyPlainCharactersAreTyped() {
    #expect(Key.character("é").typed == "é")
    #expect(Key.alt("x").typed == nil)
    #expect(Key.enter.typed == nil)
  }
}

@Suite struct RecordingTerminalTests {
  @Test func playsItsScriptAndKeepsTheCanvas() {
    let terminal = RecordingTerminal(columns: 20, rows: 5)
    #expect(terminal.feed(keys: "s ctrl-c f5"))
    #expect(!terminal.feed(keys: "s nokey"))
    terminal.type("a\n")
    terminal.feed(.resized(Size(columns: 30, rows: 6)))
    var events: [TerminalEvent] = []
    while let event = terminal.nextEvent(timeout: .zero) { events.append(event) }
    #expect(
      events == [
        .key(.character("s")), .key(.control("c")), .key(.function(5)), .key(.character("a")), .key(.enter),
        .resized(Size(columns: 30, rows: 6)),
      ])
    #expect(terminal.size == Size(columns: 30, rows: 6))
    var canvas = Canvas(terminal.size)
    canvas[2, 1] = Cell("x")
    terminal.show(canvas, cursor: CellPosition(column: 3, row: 1))
    #expect(terminal.lines[1] == "  x")
    #expect(terminal.cursor == CellPosition(column: 3, row: 1))
    #expect(terminal.frames == 1)
  }

  @Test func isWokenFromAnotherThreadOnce() {
    let terminal = RecordingTerminal()
    let wake = terminal.wake
    wake()
    wake()
    #expect(terminal.nextEvent(timeout: nil) == .woken)
    #expect(terminal.nextEvent(timeout: .zero) == nil)
    Thread.detachNewThread { wake() }
    #expect(terminal.nextEvent(timeout: nil) == .woken)
  }
}
