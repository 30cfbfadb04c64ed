/// The full screen: a frame with samples of what a canvas can hold, and the last events in words.
import Foundation
import StrataEngine
import StrataPlot
import StrataTerminal

func complain(_ text: String) -> Never {
  FileHandle.standardError.write(Data((text + "\n").utf8))
  exit(2)
}

extension Canvas {
  mutating func write(_ text: String, _ column: Int, _ row: Int, _ template: Cell = .blank) {
    var place = column
    for scalar in text.unicodeScalars {
      var cell = template
      cell.character = scalar
      self[place, row] = cell
      place += 1
      if scalar.value >= 0x2E80, scalar.value <= 0xFF60 {
        self[place, row] = .continuation
        place += 1
      }
    }
  }
}

func describe(_ event: TerminalEvent) -> String {
  switch event {
  case .key(let key): "key \(key)"
  case .mouse(let mouse):
    "mouse \(mouse.action) \(mouse.button) \(mouse.position.column),\(mouse.position.row) \(mouse.modifiers.rawValue)"
  case .paste(let text): "paste \(text.debugDescription)"
  case .resized(let size): "resized \(size.columns)x\(size.rows)"
  case .woken: "woken"
  case .resumed: "resumed"
  case .signal(let signal): "signal \(signal)"
  }
}

func picture(_ terminal: some TerminalDevice, _ log: [String]) -> Canvas {
  let size = terminal.size
  var canvas = Canvas(size)
  let unicode = terminal.capabilities.unicode
  for column in 0..<size.columns {
    canvas[column, 0] = Cell(unicode == .none ? "-" : "─", foreground: .role(.quiet))
    canvas[column, size.rows - 1] = Cell("=", foreground: .role(.quiet))
  }
  canvas.write("size \(size.columns)x\(size.rows)", 2, 1)
  canvas.write("unicode \(unicode) color \(terminal.capabilities.color) mouse \(terminal.capabilities.mouse)", 2, 2)
  canvas.write("braille ⣿⡇", 2, 3)
  canvas.write("half ▀", 2, 4, Cell(" ", foreground: .rgb(RGB(255, 135, 0)), background: .rgb(RGB(0, 0, 255))))
  canvas.write("wide 日本 end", 2, 5)
  canvas.write("bad", 2, 6, Cell(" ", foreground: .role(.bad), style: .bold))
  canvas.write("reverse", 8, 6, Cell(" ", style: .reverse))
  // What a hostile text might hold: none of it may act.
  canvas.write("control \u{1B}[31m\u{7}\u{9B}\u{200B}\u{0301}|", 20, 6)
  for (index, line) in log.suffix(max(size.rows - 9, 0)).enumerated() { canvas.write(line, 2, 7 + index) }
  canvas[size.columns - 1, size.rows - 1] = Cell("#")
  return canvas
}

func runScreen(_ options: [String]) {
  let terminal = CursesTerminal()
  do {
    try terminal.start()
  } catch {
    complain("\(error)")
  }
  var log = options.isEmpty ? [] : ["options \(options.joined(separator: " "))"]
  var count = 0
  while true {
    terminal.show(picture(terminal, log), cursor: count % 2 == 1 ? CellPosition(column: 3, row: 2) : nil)
    guard let event = terminal.nextEvent(timeout: nil) else { continue }
    count += 1
    log.append("\(count) \(describe(event))")
    switch event {
    case .key(.character("q")):
      terminal.stop()
      print("goodbye")
      exit(0)
    case .key(.control("z")):
      terminal.suspend()
      log.append("back")
    case .key(.character("w")):
      let wake = terminal.wake
      Thread.detachNewThread { wake() }
    case .key(.character("e")): FileHandle.standardError.write(Data("a word on standard error\n".utf8))
    case .key(.character("L")):
      terminal.lend {
        print("lent out; press enter")
        _ = readLine()
      }
      log.append("returned")
    case .key(let key):
      if case .function(let number) = key.code { crash(number) }
    case .signal(let signal):
      terminal.stop()
      print("ended by \(signal)")
      exit(signal.exitStatus)
    default: break
    }
  }
}

private func shade(_ hash: Int) -> RGB {
  RGB(
    UInt8(truncatingIfNeeded: hash >> 16) | 0x80, UInt8(truncatingIfNeeded: hash >> 8), UInt8(truncatingIfNeeded: hash))
}

/// Frames of ever other colours, one a key.
func runColors() {
  let terminal = CursesTerminal()
  do { try terminal.start() } catch { complain("\(error)") }
  let isDirect = terminal.capabilities.color == .direct
  for frame in 0... {
    var canvas = Canvas(Size(columns: 64, rows: 34))
    for place in 0..<1984 {
      let index = frame * 1984 + place
      let foreground = isDirect ? shade(index &* 2_654_435_761) : xtermColor(UInt8((index / 7 + frame) % 8))
      let background = isDirect ? shade(index &* 40_503) : xtermColor(UInt8(index % 7 + frame % 2))
      canvas[place % 64, 2 + place / 64] = Cell("x", foreground: .rgb(foreground), background: .rgb(background))
    }
    canvas.write("frame \(frame) end", 0, 33)
    terminal.show(canvas, cursor: nil)
    if case .signal? = terminal.nextEvent(timeout: nil) { return }
  }
}

/// Frames that differ from the one before in random places, narrow and wide characters over one another; "f" shows the same
/// frame once more from nothing.
func runPatchwork() {
  let terminal = CursesTerminal()
  do { try terminal.start() } catch { complain("\(error)") }
  var canvas = Canvas(Size(columns: 40, rows: 12))
  var state: UInt64 = 1
  func random(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int(state >> 33) % limit
  }
  for frame in 0... {
    canvas.write("frame \(frame) end", 0, 11)
    terminal.show(canvas, cursor: nil)
    switch terminal.nextEvent(timeout: nil) {
    case .key(.character("f")): terminal.lend {}
    case .signal: return
    default:
      for _ in 0..<60 {
        let (column, row) = (random(40), random(11))
        let glyphs: [Unicode.Scalar] = ["a", "日", "⣿", "é", " ", "本", "\u{0}", "\u{301}"]
        var cell = Cell(glyphs[random(glyphs.count)], foreground: .role(ColorRole.allCases[random(8)]))
        if random(5) == 0 { cell.background = .rgb(RGB(0, 0, 255)) }
        canvas[column, row] = cell
        if cell.character == "日" { canvas[column + 1, row] = .continuation }
      }
    }
  }
}
