/// The line editor inside the screen, and the prompt on a plain terminal.
import Foundation
import StrataEngine
import StrataPlot
import StrataTerminal

private let words = ["train", "trace", "test", "日本語", "quit"]

private func complete(_ request: CompletionRequest) -> CompletionAnswer {
  if request.before.hasPrefix("load ") { return .paths }
  if request.before.hasPrefix("train ") { return .words(["--rate", "--rounds", "--momentum"]) }
  return .words(words)
}

func runEditor(history path: String?) {
  let terminal = CursesTerminal()
  do { try terminal.start() } catch { complain("\(error)") }
  let history = LineHistory.open(path)
  let editor = LineEditor(complete: complete)
  var log: [String] = []
  editor.begin(prompt: "strata> ")
  while true {
    var canvas = Canvas(terminal.size)
    let state = editor.state
    canvas.write(state.prompt + state.text, 0, canvas.size.rows - 1)
    canvas.write("cursor \(state.cursor) column \(state.cursorColumn)", 0, 0)
    canvas.write("choice: \(state.completions.joined(separator: " "))", 0, 1)
    for (index, line) in log.suffix(15).enumerated() { canvas.write(line, 0, 2 + index) }
    terminal.show(canvas, cursor: CellPosition(column: state.cursorColumn, row: canvas.size.rows - 1))
    switch terminal.nextEvent(timeout: nil) {
    case .key(let key):
      switch editor.feed(key) {
      case .editing: continue
      case .accepted("quit"):
        terminal.stop()
        exit(0)
      case .accepted(let line):
        history.add(line)
        log.append("accepted \(line)")
      case .cancelled: log.append("cancelled")
      case .ended: log.append("ended")
      }
      editor.begin(prompt: "strata> ")
    case .paste(let text): editor.insert(text)
    case .signal(let signal):
      terminal.stop()
      exit(signal.exitStatus)
    default: break
    }
  }
}

func runPrompt(history path: String?) {
  let history = LineHistory.open(path)
  let prompt = LinePrompt(complete: complete)
  while true {
    do {
      switch try prompt.ask("strata> ") {
      case .ended:
        print("bye")
        exit(0)
      case .interrupted: print("interrupted at the prompt")
      case .line("work"):
        // Long work that looks at the flag, as a run of the laboratory does between two instructions.
        let interrupt = InterruptFlag()
        print("working")
        fflush(nil)
        while !interrupt.take() { usleep(200) }
        print("work stopped")
      case .line(let line):
        history.add(line)
        print("got \(line.debugDescription)")
      }
    } catch {
      print("\(error)")
    }
    fflush(nil)
  }
}
