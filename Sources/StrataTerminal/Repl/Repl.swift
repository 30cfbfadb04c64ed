// The laboratory line by line: readline asks, the laboratory answers, plots are printed as text.
import StrataEngine
import StrataLab
import StrataPlot
import StrataViews

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Reads commands until the end of the input or `quit`. Returns the exit status: 0, also after refused commands on a
/// terminal; 1 when input from a file or a pipe had a line that was refused.
/// Its journal is kept in `journals`, and what is left there by others is offered.
public func runRepl(_ lab: Lab, history: LineHistory, journals: JournalFolder) -> Int32 {
  var repl = Repl(lab: lab, history: history, journals: journals)
  return repl.run()
}

struct Repl {
  var lab: Lab
  let history: LineHistory
  let keeper: JournalKeeper
  let capabilities = TerminalCapabilities.ofStandardOutput()
  let isInteractive = isatty(0) == 1
  private var failed = false

  init(lab: Lab, history: LineHistory, journals: JournalFolder) {
    self.lab = lab
    self.history = history
    keeper = JournalKeeper(journals, for: lab)
  }

  mutating func run() -> Int32 {
    if isInteractive { print("Strata: help lists the commands, quit leaves. Begin with: data digits") }
    openJournals()
    let shared = Shared(lab)
    let prompt = LinePrompt { request in
      .words(shared.lab.completions(for: request.line, at: request.line.count).map(\.text))
    }
    let interrupts = InterruptFlag()
    while true {
      let answer: LinePrompt.Answer
      do {
        answer = try prompt.ask(isInteractive ? "strata> " : "")
      } catch {
        complain(error)
        continue
      }
      switch answer {
      case .ended:
        if isInteractive { print() }
        // A terminal that has gone away ends the input too, but nobody meant that.
        if isInteractive, isatty(0) == 0 { keeper.leave(lab) } else { keeper.end(lab) }
        return failed ? 1 : 0
      case .interrupted: continue
      case .line(let line):
        if isInteractive { history.add(line) }
        if !execute(line, interrupts) {
          keeper.end(lab)
          return failed && !isInteractive ? 1 : 0
        }
        // Whoever reads along in a pipe sees each outcome when it is there.
        fflush(nil)
        shared.lab = lab
      }
    }
  }

  /// What completion looks at; the prompt's closure outlives no call of `run`.
  private final class Shared {
    var lab: Lab
    init(_ lab: Lab) { self.lab = lab }
  }

  /// Does one line; false when it asks to leave.
  private mutating func execute(_ line: String, _ interrupts: InterruptFlag) -> Bool {
    _ = interrupts.take()
    do {
      var outcome = try lab.begin(line)
      var bar = ProgressLine(isShown: capabilities.color != .none || isatty(1) == 1)
      while lab.isRunning {
        if interrupts.take() {
          outcome = lab.interrupt()
          break
        }
        switch try lab.advance(for: 0.05) {
        case .running(let progress):
          bar.show(progress)
          tell(keeper.keep(lab))
        case .finished(let final): outcome = final
        }
      }
      bar.clear()
      tell(keeper.keep(lab))
      if case .restore(let request)? = outcome.request {
        try restore(request, interrupts)
        return true
      }
      return try show(outcome)
    } catch {
      tell(keeper.keep(lab))
      complain(error)
    }
    return true
  }

  // The journal.

  /// Clears away what is old, and offers what can be brought back.
  private func openJournals() {
    for line in keeper.folder.cleanUp() { writeToStandardError(printable(line) + "\n") }
    guard isInteractive, let offer = keeper.offer() else { return }
    let lines = ["A laboratory ended without quitting:"] + offer.lines.map { "  \($0)" }
    print(printable((lines + ["restore brings it back; restore list shows all"]).joined(separator: "\n")))
  }

  private func tell(_ outcome: Outcome?) {
    if let outcome { writeToStandardError(printable(outcome.text) + "\n") }
  }

  /// Carries out what `restore` asked for; ctrl-C stops on the way, and what was reached stays.
  private mutating func restore(_ request: RestoreRequest, _ interrupts: InterruptFlag) throws(StrataError) {
    switch try keeper.answer(request, lab) {
    case .told(let outcome): print(printable(outcome.text))
    case .begin(var restoration):
      lab = restoration.laboratory(lab.configuration)
      var bar = ProgressLine(isShown: true)
      var result: (outcome: Outcome, isComplete: Bool)?
      while result == nil {
        if interrupts.take() {
          result = (restoration.interrupt(&lab), false)
          break
        }
        switch restoration.advance(&lab, for: 0.05) {
        case .running(let progress): bar.show(progress)
        case .finished(let outcome, let isComplete): result = (outcome, isComplete)
        }
      }
      bar.clear()
      guard let result else { return }
      tell(keeper.adopt(lab, isComplete: result.isComplete))
      if !result.isComplete { failed = true }
      print(printable(result.outcome.text))
    }
  }

  private mutating func show(_ outcome: Outcome) throws(StrataError) -> Bool {
    if case .say(let text)? = outcome.request, let shown = narrationText(text, capabilities) {
      print(shown)
    } else if !outcome.lines.isEmpty {
      print(printable(outcome.lines.joined(separator: "\n")))
    }
    switch outcome.request {
    case .ask(let question) where isInteractive:
      let what = question.kind == .number ? "a number" : "one of them"
      print("  answer \(what), hint for a hint, answer alone to see it")
    case .quit: return false
    case .view(let name, let arguments): print(try viewText(name, arguments, of: lab, capabilities))
    case .saveView(let name, let arguments, let path):
      try saveView(name, arguments, of: lab, to: path, charset: capabilities.unicode == .none ? .ascii : .unicode)
      print("written: \(path)")
    case .pause where isInteractive:
      print("(enter goes on)", terminator: "")
      fflush(nil)
      _ = readLine()
    default: break
    }
    return true
  }

  private func printable(_ text: String) -> String { capabilities.unicode == .none ? asciiText(text) : text }

  private mutating func complain(_ error: StrataError) {
    failed = true
    let text = printable("error: \(error.problem)" + (error.suggestion.map { "\n  try: \($0)" } ?? ""))
    writeToStandardError(text + "\n")
  }
}

/// Writes to standard error by its number: the C variable is nothing that threads may share.
public func writeToStandardError(_ text: String) {
  fflush(nil)
  var bytes = Array(text.utf8)[...]
  while !bytes.isEmpty {
    let written = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    guard written > 0 else { return }
    bytes = bytes.dropFirst(written)
  }
}

/// One line that is written over and over while a run goes on; nothing where output is no terminal.
struct ProgressLine {
  let isShown: Bool
  private var width = 0
  private var last = 0.0

  init(isShown: Bool) { self.isShown = isShown && isatty(1) == 1 }

  mutating func show(_ progress: StrataLab.Progress) {
    let now = LabConfiguration.monotonicSeconds()
    guard isShown, now - last >= 0.1 else { return }
    last = now
    var text = progress.text
    if let fraction = progress.fraction {
      let filled = Int((fraction * 24).rounded())
      text = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled) + " " + text
    }
    text = TextLayout.truncated(text, to: max((TerminalCapabilities.standardOutputSize?.columns ?? 80) - 1, 10))
    let new = TextLayout.width(text)
    print("\r" + text + String(repeating: " ", count: max(width - new, 0)), terminator: "")
    fflush(nil)
    width = new
  }

  mutating func clear() {
    guard isShown, width > 0 else { return }
    print("\r" + String(repeating: " ", count: width) + "\r", terminator: "")
    fflush(nil)
    width = 0
  }
}
