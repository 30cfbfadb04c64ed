// A session without a screen: executed for real, answers as text or as JSON lines, the exit status tells success.
import StrataEngine
import StrataLab
import StrataPlot
import StrataViews

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Executes a session to its end, or to the first line that fails. Returns the exit status: 0 when every line was
/// accepted and every expectation met, 1 otherwise, 130 when ctrl-C stopped it.
public func runHeadless(_ session: SessionFile, _ configuration: LabConfiguration, json: Bool) -> Int32 {
  do {
    // Told at once, not after an hour of learning.
    try session.checkFiles(configuration.files)
  } catch {
    if json { print(Outcome.json(command: "", error: error)) }
    writeToStandardError("\(error)\n")
    return 1
  }
  var runner = SessionRunner(session, configuration)
  let interrupts = InterruptFlag()
  let capabilities = TerminalCapabilities.ofStandardOutput()
  func printable(_ text: String) -> String { capabilities.unicode == .none && !json ? asciiText(text) : text }
  while let line = runner.line {
    if !json { print(printable("strata> \(line.text)")) }
    var outcome: Outcome
    var bar = ProgressLine(isShown: !json)
    var wasInterrupted = false
    do {
      outcome = try runner.begin() ?? Outcome()
      while runner.isRunning {
        if interrupts.take() {
          outcome = runner.interrupt()
          wasInterrupted = true
          break
        }
        switch try runner.advance(for: 0.05) {
        case .running(let progress): bar.show(progress)
        case .finished(let final): outcome = final
        }
      }
      bar.clear()
      if json { print(outcome.json(command: line.text)) } else { try printOutcome(outcome, runner.lab, capabilities) }
      // Whoever follows a long session in a file sees each line when it is done.
      fflush(nil)
    } catch let failure as SessionFailure {
      bar.clear()
      if json { print(Outcome.json(command: line.text, error: failure.error)) }
      writeToStandardError(printable("\(failure)\n"))
      return 1
    } catch {
      writeToStandardError(printable("line \(line.number): \(error)\n"))
      return 1
    }
    if wasInterrupted { return 130 }
  }
  return 0
}

private func printOutcome(_ outcome: Outcome, _ lab: Lab, _ capabilities: TerminalCapabilities) throws(StrataError) {
  let isASCII = capabilities.unicode == .none
  if case .say(let text)? = outcome.request, let shown = narrationText(text, capabilities) {
    print(shown)
  } else {
    for line in outcome.lines { print(isASCII ? asciiText(line) : line) }
  }
  switch outcome.request {
  case .ask(let question):
    // Nobody is there to answer.
    let text = "  answer: " + Markup.plain(question.fact)
    print(isASCII ? asciiText(text) : text)
  case .view(let name, let arguments):
    print(try viewText(name, arguments, of: lab, capabilities))
  case .saveView(let name, let arguments, let path):
    try saveView(name, arguments, of: lab, to: path)
    print("written: \(path)")
  default: break
  }
}

/// A view as text for a terminal, or for a file where output is none.
func viewText(
  _ name: String, _ arguments: [String], of lab: Lab, _ capabilities: TerminalCapabilities
) throws(StrataError) -> String {
  guard let view = view(named: name) else { throw StrataError("there is no view '\(name)'", try: "help show") }
  let options = try ViewOptions(arguments)
  let size = Size(columns: min(TerminalCapabilities.standardOutputSize?.columns ?? 80, 120), rows: 22)
  let charset: Charset = capabilities.unicode == .none ? .ascii : .unicode
  return view.panel(lab, options, size: size).ansi(size: size, depth: capabilities.color, charset: charset)
}

/// Narration with its emphasis as escape sequences; nil where the terminal shows none: then its plain text is printed.
func narrationText(_ text: String, _ capabilities: TerminalCapabilities) -> String? {
  guard capabilities.color != .none else { return nil }
  let style = DrawingStyle(charset: capabilities.unicode == .none ? .ascii : .unicode)
  let line = TextLine(
    TextLine(markup: text).runs.map {
      TextRun(style.text($0.text), color: $0.foreground, style: $0.style)
    })
  var canvas = Canvas(Size(columns: max(line.width, 1), rows: 1))
  canvas.write(line, column: 0, row: 0)
  return canvas.ansi(depth: capabilities.color)
}
