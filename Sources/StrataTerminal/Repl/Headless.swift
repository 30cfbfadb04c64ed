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
///
/// With `resumes` it is entered at its newest checkpoint. Remarks on that, and on how the end compares with the one that
/// was recorded, go to standard error, beside the answers.
public func runHeadless(
  _ session: SessionFile, _ configuration: LabConfiguration, json: Bool, resumes: Bool = false, atMost: Double? = nil
) -> Int32 {
  do {
    // Told at once, not after an hour of learning.
    try session.checkFiles(configuration.files)
  } catch {
    if json { print(Outcome.json(command: "", error: error)) }
    writeToStandardError("\(error)\n")
    return 1
  }
  let began = configuration.now()
  var runner = SessionRunner(session, configuration)
  let interrupts = InterruptFlag()
  let capabilities = TerminalCapabilities.ofStandardOutput()
  func printable(_ text: String) -> String { capabilities.unicode == .none && !json ? asciiText(text) : text }
  func remark(_ text: String?) {
    if let text { writeToStandardError(printable("· \(text)\n")) }
  }
  remark(session.engineRemark)
  if resumes { remark(runner.resume() ?? "begins at the beginning: the session has no line 'save checkpoint FILE'") }
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
        if let atMost, configuration.now() - began > atMost {
          bar.clear()
          _ = runner.interrupt()
          writeToStandardError(
            printable(
              "line \(line.number), '\(line.text)': broken off after \(NumberText.short(atMost)) seconds\n"))
          return 1
        }
        switch try runner.advance(for: 0.05) {
        case .running(let progress): bar.show(progress)
        case .finished(let final): outcome = final
        }
      }
      bar.clear()
      if case .restore? = outcome.request {
        throw StrataError("a session brings nothing back: its lines are all there is", try: "strata repl")
      }
      try perform(outcome.request, runner.lab, capabilities)
      if json { print(outcome.json(command: line.text)) } else { try printOutcome(outcome, runner.lab, capabilities) }
      // Whoever follows a long session in a file sees each line when it is done.
      fflush(nil)
    } catch let failure as SessionFailure {
      bar.clear()
      if json { print(Outcome.json(command: line.text, error: failure.error)) }
      writeToStandardError(printable("\(failure)\n"))
      return 1
    } catch {
      if json, let error = error as? StrataError { print(Outcome.json(command: line.text, error: error)) }
      writeToStandardError(printable("line \(line.number): \(error)\n"))
      return 1
    }
    if wasInterrupted { return 130 }
  }
  remark(runner.lab.verdict(on: session)?.text)
  return 0
}

/// Executes a session to its end and gives the laboratory there. Tells only how far it is, where output is a terminal.
/// Throws at the line that fails, or where ctrl-C stops it.
public func executeSession(_ session: SessionFile, _ configuration: LabConfiguration) throws -> Lab {
  var runner = SessionRunner(session, configuration)
  let interrupts = InterruptFlag()
  let capabilities = TerminalCapabilities.ofStandardOutput()
  while let line = runner.line {
    var bar = ProgressLine(isShown: true)
    defer { bar.clear() }
    var outcome = try runner.begin() ?? Outcome()
    while runner.isRunning {
      if interrupts.take() { throw StrataError("stopped in line \(line.number), '\(line.text)'") }
      switch try runner.advance(for: 0.05) {
      case .running(let progress): bar.show(progress)
      case .finished(let final): outcome = final
      }
    }
    try perform(outcome.request, runner.lab, capabilities)
  }
  return runner.lab
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
  case .saveView(_, _, let path): print("written: \(path)")
  default: break
  }
}

/// What a command asks for beside being shown: a picture in a file, with or without anybody who reads.
private func perform(
  _ request: Outcome.Request?, _ lab: Lab, _ capabilities: TerminalCapabilities
) throws(StrataError) {
  switch request {
  case .view(let name, let arguments)?:
    // A view that cannot be shown is refused, whether or not it is printed.
    _ = try viewOptions(arguments, of: name, for: lab)
  case .saveView(let name, let arguments, let path)?:
    try saveView(name, arguments, of: lab, to: path, charset: capabilities.unicode == .none ? .ascii : .unicode)
  default: break
  }
}

/// A view as text for a terminal, or for a file where output is none.
func viewText(
  _ name: String, _ arguments: [String], of lab: Lab, _ capabilities: TerminalCapabilities
) throws(StrataError) -> String {
  guard let view = view(named: name) else { throw StrataError("there is no view '\(name)'", try: "help show") }
  let options = try view.options(arguments, for: lab)
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
