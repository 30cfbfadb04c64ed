// Having a laboratory back that ended without quitting. The laboratory knows no folder of journals: it only says what is
// wanted, and whoever keeps its journal carries that out.
import StrataEngine

/// What `restore` asks for.
public enum RestoreRequest: Hashable, Sendable {
  /// The laboratory with this number in the list; nil: the newest that ended without quitting.
  case bringBack(Int?)
  case list
  case forget(Int)
}

extension Command {
  static let restore = Command(
    "restore", .session, "brings back a laboratory that ended without quitting",
    details: """
      Every accepted command is written to a journal on the disk before its outcome is shown. After a crash the commands \
      are executed again, which gives the same bits; a run that was going on comes back as far as it had been noted, once \
      a second. Laboratories that were quit can be had back too: the newest 20 are kept for 30 days.
      """,
    forms: [
      Form([Place("N", number, optional: true, "its number in the list; the newest if left out")]) {
        arguments throws(StrataError) in
        request(.bringBack(arguments.integer("N")))
      },
      Form([.word("list")], "the laboratories that can be had back") { _ throws(StrataError) in request(.list) },
      Form([.word("forget"), Place("N", number, "its number in the list")], "deletes a journal") {
        arguments throws(StrataError) in
        request(.forget(arguments.integer("N") ?? 0))
      },
    ],
    examples: ["restore", "restore list", "restore forget 2"],
    isTranscribed: false)

  private static let number = WordKind.integer(1...1_000_000)

  private static func request(_ request: RestoreRequest) -> Action {
    .look { (lab) throws(StrataError) in
      guard !lab.isRunning else {
        throw StrataError("a run is going on; stop it first, then restore")
      }
      return Outcome(request: .restore(request))
    }
  }
}
