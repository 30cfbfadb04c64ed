// A laboratory that comes back, on the screen: the panels show it on its way, ctrl-C stops it there.
import StrataEngine
import StrataLab
import StrataPlot

extension Studio {
  /// Offers what can be brought back, over the panels. Every key but `r` only takes the offer away.
  public mutating func offerRestoring(_ offer: Outcome) {
    let hint = TextLine([
      TextRun("r", .accent, style: .bold), TextRun(" brings it back; any other key goes on, and "),
      TextRun(":restore", .accent), TextRun(" still can"),
    ])
    overlay = Overlay(
      title: "a laboratory ended without quitting", lines: offer.lines.map { TextLine($0) } + [hint], offered: "restore"
    )
  }

  /// Tells something about the journal, over the panels, below what is told there already.
  mutating func tell(_ outcome: Outcome) {
    let role: ColorRole = outcome.level == .warning ? .warning : .plain
    let lines = outcome.lines.map { TextLine($0, role) }
    if overlay == nil { overlay = Overlay(title: "journal", lines: []) }
    overlay?.lines += lines
  }

  /// The laboratory is replaced by one that comes back.
  public mutating func begin(_ restoration: Restoration) {
    lab = restoration.laboratory(lab.configuration)
    self.restoration = restoration
    options.layer = nil
    overlay = nil
    lesson = nil
    answer = TextLine("coming back", .quiet)
  }

  mutating func advanceRestoration(for seconds: Double) -> [StudioEffect] {
    switch restoration?.advance(&lab, for: seconds) {
    case .running(let progress)?: answer = TextLine(progress.text, .quiet)
    case .finished(let outcome, let isComplete)?:
      restoration = nil
      return presentRestored(outcome, isComplete: isComplete)
    case nil: break
    }
    return []
  }

  mutating func stopRestoring() -> [StudioEffect] {
    guard let outcome = restoration?.interrupt(&lab) else { return [] }
    restoration = nil
    return presentRestored(outcome, isComplete: false)
  }

  private mutating func presentRestored(_ outcome: Outcome, isComplete: Bool) -> [StudioEffect] {
    if outcome.request != nil {
      // The view that was looked at last.
      var look = Outcome()
      look.request = outcome.request
      _ = present(look)
    }
    var told = outcome
    told.request = nil
    _ = present(told)
    return [.restored(isComplete: isComplete)]
  }

  /// On the way only looking and leaving is possible: nil where the line may be done.
  func mayExecuteWhileRestoring(_ line: String) -> Bool {
    guard let parsed = try? CommandTable.parse(line), let action = try? parsed.form.action(parsed.arguments),
      case .look = action
    else { return false }
    return ["show", "help", "quit", "print", "network", "breaks", "branches"].contains(parsed.command.word)
  }

  /// What a command comes to on the way; nil where it is to be done as ever.
  mutating func executeWhileRestoring(_ line: String) -> [StudioEffect]? {
    guard !mayExecuteWhileRestoring(line) else { return nil }
    fail(
      StrataError(
        "the laboratory is coming back (\(restoration?.place ?? "")); wait, or stop it there first", try: "ctrl-C"))
    return [.ring]
  }
}
