// Journals as they are told: one in a sentence, all of them as a table.

extension JournalSummary {
  /// `2026-11-25 00:43 · 12 commands, the last 'run 5 epochs'`
  public var described: String {
    var parts = [DateText.local(changed)]
    if commandCount > 0 {
      parts.append(
        "\(NumberText.grouped(commandCount)) command\(commandCount == 1 ? "" : "s"), the last \(lastLine.quoted)")
    }
    if let unfinishedLine { parts.append("in the middle of \(unfinishedLine.quoted)") }
    if let flaw { parts.append(flaw) }
    return parts.joined(separator: " · ")
  }

  /// How it ended.
  var ending: String { ended == nil ? "not ended" : reason }
}

extension JournalKeeper {
  /// The journals with their numbers.
  static func table(_ journals: [JournalSummary]) -> Outcome {
    guard !journals.isEmpty else { return Outcome("there is no laboratory to bring back") }
    var table = TextTable(columns: ["", "when", "commands", "last", ""])
    for (index, journal) in journals.enumerated() {
      let last = journal.unfinishedLine ?? journal.lastLine
      table.rows.append([
        "\(index + 1)", DateText.local(journal.ended ?? journal.changed), "\(journal.commandCount)",
        last.count > 40 ? "\(last.prefix(40))…" : last, journal.ending + (journal.flaw == nil ? "" : " · damaged"),
      ])
    }
    var outcome = Outcome(table: table)
    outcome.append("restore N brings one back; restore forget N deletes its journal")
    return outcome
  }
}
