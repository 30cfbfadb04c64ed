// Between the studio, which is a value and knows no file, and the journals on the disk. Lives on the worker's thread.
import StrataEngine
import StrataLab

struct ScreenJournal {
  /// Nil where a session is only played.
  private let keeper: JournalKeeper?

  init(_ folder: JournalFolder?, for lab: Lab) { keeper = folder.map { JournalKeeper($0, for: lab) } }

  /// At the start: clears away what is old, and offers what can be brought back. Returns whether there is news to draw.
  func open(on studio: inout Studio) -> Bool {
    guard let keeper else { return false }
    let deleted = keeper.folder.cleanUp()
    let offer = keeper.offer()
    if let offer { studio.offerRestoring(offer) }
    if !deleted.isEmpty { studio.tell(Outcome(lines: deleted)) }
    return offer != nil || !deleted.isEmpty
  }

  /// Does what the studio asks for about journals; returns what it asks of the terminal.
  func carryOut(_ effects: [StudioEffect], on studio: inout Studio) -> [StudioEffect] {
    var others: [StudioEffect] = []
    for effect in effects {
      switch effect {
      case .restore(let request): if !begin(request, on: &studio) { others.append(.ring) }
      case .restored(let isComplete):
        if let told = keeper?.adopt(studio.lab, isComplete: isComplete) { studio.tell(told) }
      default: others.append(effect)
      }
    }
    return others
  }

  /// False when it was refused.
  private func begin(_ request: RestoreRequest, on studio: inout Studio) -> Bool {
    do throws(StrataError) {
      guard let keeper else {
        throw StrataError("while a session is played, no laboratory is brought back", try: "quit, then strata")
      }
      switch try keeper.answer(request, studio.lab) {
      case .told(let outcome): _ = studio.present(outcome)
      case .begin(let restoration): studio.begin(restoration)
      }
      return true
    } catch {
      studio.fail(error)
      return false
    }
  }

  /// Brings to the disk what has happened.
  func keep(_ studio: inout Studio) {
    guard studio.restoration == nil, let told = keeper?.keep(studio.lab) else { return }
    studio.tell(told)
  }

  func close(_ studio: Studio, onPurpose: Bool) {
    // Half of a laboratory that was coming back is nothing to keep: its own journal still offers the whole.
    guard studio.restoration == nil else { return }
    if onPurpose { keeper?.end(studio.lab) } else { keeper?.leave(studio.lab) }
  }
}
