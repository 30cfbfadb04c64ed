// Keeps the journal of one laboratory on the disk. Whoever owns the laboratory calls `keep` after everything that
// happens and before showing what came of it: then whatever was seen is there after a crash.
//
// Nothing that goes wrong here stops the laboratory. It is told once; with every command it is tried again, and when it
// works again that is told too, with nothing missing in the file.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The journal of a laboratory, as a file that grows. Belongs to one thread.
public final class JournalKeeper {
  public let folder: JournalFolder
  private let clock: () -> Double
  private let threads: Int
  private var file: OpenJournal?
  /// What is in the file.
  private var state = Written()
  /// Entries that the laboratory came with: as long as there are no more, nothing was done in it.
  private var brought: Int
  private var isFailing = false
  /// How many entries there were when it last failed: without a new one it is not tried again at once.
  private var failedEntries = 0
  /// When a run's progress was last noted, and how long to wait for the next time.
  private var noted = 0.0
  private var spacing = JournalKeeper.leastSpacing
  /// The list as it was shown last: its numbers stay until it is shown again.
  private var listed: [JournalSummary]?
  /// The journal that is being executed again.
  private var claimed: OpenJournal?

  private struct Written {
    var writer = JournalWriter()
    /// How many entries.
    var entries = 0
    /// Whether a movement has begun of which no end is told.
    var isMoving = false
    /// The tick that the run going on was last noted at.
    var tick: Int?

    mutating func endMovement() {
      isMoving = false
      tick = nil
    }
  }

  private static let leastSpacing = 1.0
  private static let remedy = "save session FILE, on another disk"

  /// For a laboratory at its beginning, on so many compute threads. No file is made before something was done in it.
  public init(_ folder: JournalFolder, for lab: Lab, threads: Int = Compute.threads) {
    self.folder = folder
    self.threads = threads
    clock = lab.configuration.now
    brought = lab.journal.entries.count
  }

  // Writing.

  /// Brings to the disk what has happened since the last call. Returns what there is to tell about that: that it does
  /// not work, or works again.
  public func keep(_ lab: Lab) -> Outcome? { keep(lab, isLast: false) }

  private func keep(_ lab: Lab, isLast: Bool) -> Outcome? {
    if file?.isDeleted == true, state.entries < lab.journal.entries.count { forgetFile() }
    guard state.entries < lab.journal.entries.count || lab.isRunning || state.isMoving else { return nil }
    guard file != nil || isWorthAFile(lab) else { return nil }
    let now = clock()
    let isDue = isLast || now - noted >= spacing
    if isFailing, !isDue, lab.journal.entries.count == failedEntries { return nil }
    var next = state
    let records = JournalKeeper.records(of: lab, &next, notesProgress: isDue)
    guard !records.isEmpty else { return nil }
    do {
      try write(records, lab, &next)
    } catch {
      failedEntries = lab.journal.entries.count
      noted = now
      return tellFailure(error)
    }
    state = next
    if isDue {
      // Noting may take a hundredth of the time.
      noted = clock()
      spacing = max(JournalKeeper.leastSpacing, (noted - now) * 100)
    }
    guard isFailing else { return nil }
    isFailing = false
    return Outcome("the journal is being written again; nothing is missing in it")
  }

  private func isWorthAFile(_ lab: Lab) -> Bool {
    lab.journal.entries[min(brought, lab.journal.entries.count)...].contains(where: \.isTranscribed)
      || lab.unfinishedMovement?.tick != nil
  }

  /// What is to be told in addition to what is written.
  private static func records(of lab: Lab, _ next: inout Written, notesProgress: Bool) -> [JournalRecord] {
    var records: [JournalRecord] = []
    for entry in lab.journal.entries[next.entries...] {
      guard entry.isTranscribed else {
        records.append(.asked(entry.line))
        continue
      }
      records.append(.did(entry.line, tick: entry.isSettled ? entry.moment.tick : nil))
      if entry.isSettled { next.endMovement() }
    }
    next.entries = lab.journal.entries.count
    if let (line, tick) = lab.unfinishedMovement {
      if !next.isMoving { records.append(.began(line)) }
      next.isMoving = true
      if notesProgress, let tick, tick != next.tick {
        records.append(.reached(tick))
        next.tick = tick
      }
    } else if next.isMoving {
      records.append(.stopped)
      next.endMovement()
    }
    return records
  }

  private func write(_ records: [JournalRecord], _ lab: Lab, _ next: inout Written) throws(StrataError) {
    var bytes: [UInt8] = []
    if file == nil {
      let header = JournalHeader(
        seed: lab.initialSeed, started: folder.now(), threads: threads, folder: JournalKeeper.workingFolder)
      bytes += next.writer.bytes(of: header)
    }
    for record in records { bytes += next.writer.bytes(of: record) }
    if file == nil {
      file = try folder.make(bytes)
    } else {
      try file?.append(bytes)
    }
  }

  private func tellFailure(_ error: StrataError) -> Outcome? {
    guard !isFailing else { return nil }
    isFailing = true
    let place = folder.path.map { " in \($0.safe)" } ?? ""
    return Outcome(
      "the journal\(place) cannot be written: \(error.problem)",
      "what is done now would not survive a crash; the laboratory goes on and tries again with every command",
      "try: \(error.suggestion ?? JournalKeeper.remedy)", level: .warning)
  }

  private func forgetFile() {
    file = nil
    state = Written()
  }

  /// The folder that relative paths count from; nil where it cannot be told.
  public static var workingFolder: String? {
    guard let path = getcwd(nil, 0) else { return nil }
    defer { free(path) }
    return String(validatingCString: path)
  }

  // The end.

  /// The laboratory is left on purpose: its journal is kept for a while, and not offered at the next start.
  public func end(_ lab: Lab) { end(lab, why: "quit") }

  private func end(_ lab: Lab, why: String) {
    _ = keep(lab, isLast: true)
    guard file != nil, !isFailing else { return }
    var writer = state.writer
    try? file?.append(writer.bytes(of: .ended(at: folder.now(), why: why)))
    forgetFile()
  }

  /// The laboratory is left, but not on purpose: all that is known goes to the disk, and it will be offered.
  public func leave(_ lab: Lab) { _ = keep(lab, isLast: true) }

  // Bringing back.

  /// Which laboratory ended without quitting, told at a start; nil when none did.
  public func offer() -> Outcome? {
    listed = folder.list()
    let offered = (listed ?? []).filter(\.isOffered)
    guard let newest = offered.first else { return nil }
    var outcome = Outcome(newest.described)
    if offered.count > 1 { outcome.append("and \(offered.count - 1) more: restore list") }
    return outcome
  }

  /// What `restore` came to.
  public enum Answer: Sendable {
    case told(Outcome)
    /// Execute this; then call `adopt`, also where it was broken off or something was refused.
    case begin(Restoration)
  }

  /// Carries out what `restore` asked for.
  public func answer(_ request: RestoreRequest, _ lab: Lab) throws(StrataError) -> Answer {
    switch request {
    case .list:
      listed = folder.list()
      return .told(JournalKeeper.table(listed ?? []))
    case .forget(let number):
      let summary = try listedJournal(number)
      try folder.delete(summary.name)
      return .told(Outcome("deleted: \(summary.described)"))
    case .bringBack(let number):
      let summary: JournalSummary
      if let number { summary = try listedJournal(number) } else { summary = try newestOffered() }
      let configuration = lab.configuration
      _ = keep(lab)
      guard !isFailing else {
        throw StrataError(
          "the present laboratory is in no journal, and bringing back another would lose it",
          try: JournalKeeper.remedy)
      }
      let journal = try folder.claim(summary.name)
      let file = try JournalFile(try journal.bytes())
      guard !file.commands.isEmpty || file.unfinished?.tick != nil else {
        throw StrataError("nothing in it can be brought back: \(summary.flaw ?? "it is empty")", try: "restore list")
      }
      claimed = consume journal
      return .begin(Restoration(file, configuration, threads: threads, folder: JournalKeeper.workingFolder))
    }
  }

  private func listedJournal(_ number: Int) throws(StrataError) -> JournalSummary {
    if listed == nil { listed = folder.list() }
    let all = listed ?? []
    guard all.indices.contains(number - 1) else {
      throw StrataError(
        all.isEmpty
          ? "there is no laboratory to bring back"
          : "the list goes from 1 to \(all.count); there is no \(number)", try: "restore list")
    }
    return all[number - 1]
  }

  private func newestOffered() throws(StrataError) -> JournalSummary {
    let all = folder.list()
    listed = all
    if let newest = all.first(where: \.isOffered) { return newest }
    throw StrataError(
      "no laboratory ended without quitting"
        + (all.isEmpty ? "" : "; \(all.count) that \(all.count == 1 ? "was" : "were") quit can be had back"),
      try: all.isEmpty ? "help restore" : "restore list")
  }

  /// The laboratory that was brought back is the one to keep from now on: its commands go into a new journal, then that
  /// of the laboratory before is ended, then, when all is back, the one that it came from. Returns what there is to tell.
  public func adopt(_ lab: Lab, isComplete: Bool) -> Outcome? {
    var before = file.take()
    var beforeState = state
    forgetFile()
    brought = 0
    listed = nil
    let failure = keep(lab, isLast: true)
    guard !isFailing else {
      claimed = nil
      return failure
    }
    var told: [String] = []
    if before != nil {
      let record = JournalRecord.ended(at: folder.now(), why: "replaced")
      try? before?.append(beforeState.writer.bytes(of: record))
      told.append("what was done before is kept: restore list has it")
    }
    if isComplete, let note = endClaimed() { told.append(note) }
    claimed = nil
    return told.isEmpty ? nil : Outcome(lines: told)
  }

  /// Marks the journal that was executed again as ended. Of a damaged one, what could not be read is not thrown away.
  private func endClaimed() -> String? {
    guard let path = claimed?.path else { return nil }
    do throws(StrataError) {
      guard let bytes = try claimed?.bytes() else { return nil }
      let file = try JournalFile(bytes)
      if file.isDamaged {
        guard rename(path, path + ".damaged") == 0 else { throw OpenJournal.failure(errno) }
        return "the damaged journal is kept as \(path.safe).damaged"
      }
      guard file.end == nil else { return nil }
      var writer = JournalWriter(after: file)
      claimed?.cut(to: file.soundBytes)
      try claimed?.append(writer.bytes(of: .ended(at: folder.now(), why: "restored")))
    } catch {
      return "the old journal could not be marked as restored and will be offered again: \(error.problem)"
    }
    return nil
  }
}
