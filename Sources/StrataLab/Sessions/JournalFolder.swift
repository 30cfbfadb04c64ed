// The folder of journals: one file a laboratory. What is in it, what may go, and what can be had back.
//
//   $XDG_STATE_HOME/strata/journals/20261125-004345-1234.journal      by default ~/.local/state/strata/journals
//
// Several laboratories share it without speaking to each other: each holds the lock of its own file while it is alive.
// Nothing in here is ever deleted silently, and a journal that was not ended never by itself.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A journal of a laboratory that is no more.
public struct JournalSummary: Hashable, Sendable {
  /// The file's name.
  public var name: String
  /// When something was last put into it, in seconds since 1970.
  public var changed: Int
  /// How many commands can be brought back, and the last of them.
  public var commandCount = 0
  public var lastLine = ""
  /// The run that was going on, and whether it can be brought back in part.
  public var unfinishedLine: String?
  public var cameFar = false
  /// When and why it was left on purpose; nil when it was not.
  public var ended: Int?
  public var reason = ""
  /// What is wrong with the file.
  public var flaw: String?

  /// Whether it ended without quitting and has something to bring back.
  public var isOffered: Bool { ended == nil && (commandCount > 0 || cameFar) }
}

/// Where journals lie.
public struct JournalFolder: Sendable {
  /// Nil where neither `XDG_STATE_HOME` nor `HOME` is set.
  public let path: String?
  /// Seconds since 1970.
  let now: @Sendable () -> Int

  /// Ended journals that are kept, and for how many days.
  public static let keptCount = 20
  public static let keptDays = 30

  public init(_ path: String?, now: @escaping @Sendable () -> Int = DateText.now) {
    self.path = path
    self.now = now
  }

  /// The folder of the XDG convention, from `XDG_STATE_HOME` or `HOME`; relative and empty values count as absent.
  public init(environment: [String: String], now: @escaping @Sendable () -> Int = DateText.now) {
    let state = environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let home = environment["HOME"].flatMap { $0.hasPrefix("/") ? $0 + "/.local/state" : nil }
    self.init((state ?? home).map { $0 + "/strata/journals" }, now: now)
  }

  // Making.

  /// Makes a journal with these bytes in it. Throws why not.
  func make(_ bytes: [UInt8]) throws(StrataError) -> OpenJournal {
    guard let path else {
      throw StrataError("neither XDG_STATE_HOME nor HOME names a folder")
    }
    try makeFolders(path)
    let second = now()
    let stamp = DateText.universal(second).filter { $0.isNumber || $0 == "T" }.replacing("T", with: "-")
    for attempt in 1...1_000 {
      let name = "\(stamp)-\(getpid())" + (attempt > 1 ? "-\(attempt)" : "") + JournalFolder.ending
      guard access("\(path)/\(name)", F_OK) != 0, access("\(path)/.\(name).part", F_OK) != 0 else { continue }
      return try OpenJournal.make(name, in: path, bytes)
    }
    throw StrataError("it is full of journals of this very second")
  }

  static let ending = ".journal"

  private func makeFolders(_ path: String) throws(StrataError) {
    if access(path, F_OK) == 0 { return }
    var made = ""
    for part in path.split(separator: "/") {
      made += "/" + part
      guard mkdir(made, 0o700) == 0 || errno == EEXIST || access(made, F_OK) == 0 else {
        throw OpenJournal.failure(errno)
      }
    }
  }

  // Looking.

  /// The journals of laboratories that are no more: those that were not ended first, the newest first of each.
  public func list() -> [JournalSummary] {
    let all = names(ending: JournalFolder.ending).compactMap { summary(of: $0) }
    let unended = all.filter { $0.ended == nil }.sorted { ($0.changed, $0.name) > ($1.changed, $1.name) }
    let ended = all.filter { $0.ended != nil }.sorted { ($0.ended ?? 0, $0.name) > ($1.ended ?? 0, $1.name) }
    return unended + ended
  }

  private func names(ending: String) -> [String] {
    guard let path, let stream = opendir(path) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if name.hasSuffix(ending), !name.unicodeScalars.contains(where: \.steersTerminal) { names.append(name) }
    }
    return names
  }

  /// What a journal holds; nil when its laboratory is alive, or when it is no file.
  private func summary(of name: String) -> JournalSummary? {
    guard let path else { return nil }
    let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer {
      flock(descriptor, LOCK_UN)
      close(descriptor)
    }
    var status = stat()
    // A shared lock: two that look at the same time do not take each other for the owner.
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, flock(descriptor, LOCK_SH | LOCK_NB) == 0
    else { return nil }
    var summary = JournalSummary(name: name, changed: Int(status.st_mtim.tv_sec))
    do throws(StrataError) {
      let file = try JournalFile(try OpenJournal.contents(of: descriptor, size: Int(status.st_size)))
      let commands = file.commands
      summary.commandCount = commands.count
      summary.lastLine = commands.last?.line ?? ""
      summary.unfinishedLine = file.unfinished?.line
      summary.cameFar = file.unfinished?.tick != nil
      summary.ended = file.end?.second
      summary.reason = file.end?.why ?? ""
      summary.flaw = file.flaw
    } catch {
      summary.flaw = error.problem
    }
    return summary
  }

  /// Opens and locks a journal of the list.
  func claim(_ name: String) throws(StrataError) -> OpenJournal {
    guard let path, !name.contains("/") else { throw StrataError("that journal is gone", try: "restore list") }
    return try OpenJournal.claim("\(path)/\(name)")
  }

  // Deleting.

  /// Deletes a journal, unless its laboratory is alive.
  func delete(_ name: String) throws(StrataError) {
    let journal = try claim(name)
    guard unlink(journal.path) == 0 else {
      throw StrataError("the journal cannot be deleted: \(OpenJournal.reason(errno))")
    }
    if let path { try? OpenJournal.bringToDisk(folder: path) }
  }

  /// Deletes ended journals that are old or that are too many, and what was left of journals that were being made.
  /// Returns a line for each kind that was deleted.
  public func cleanUp() -> [String] {
    var told: [String] = []
    let ended = list().filter { $0.ended != nil }
    let oldest = now() - JournalFolder.keptDays * 86_400
    let old = ended.filter { ($0.ended ?? 0) < oldest }
    let superfluous = ended.filter { ($0.ended ?? 0) >= oldest }.dropFirst(JournalFolder.keptCount)
    let oldCount = old.count { (try? delete($0.name)) != nil }
    if oldCount > 0 {
      told.append("\(JournalFolder.counted(oldCount, "older than \(JournalFolder.keptDays) days")) deleted")
    }
    let superfluousCount = superfluous.count { (try? delete($0.name)) != nil }
    if superfluousCount > 0 {
      let which = "beyond the newest \(JournalFolder.keptCount)"
      told.append("\(JournalFolder.counted(superfluousCount, which)) deleted")
    }
    let unfinished = names(ending: JournalFolder.ending + ".part").count { deleteUnfinished($0) }
    if unfinished > 0 {
      told.append("\(JournalFolder.counted(unfinished, "that had come to hold nothing")) deleted")
    }
    return told
  }

  /// Deletes the beginning of a journal whose laboratory died over making it. A day old: a living one takes no second.
  private func deleteUnfinished(_ name: String) -> Bool {
    guard let path else { return false }
    var status = stat()
    guard stat("\(path)/\(name)", &status) == 0, Int(status.st_mtim.tv_sec) < now() - 86_400 else { return false }
    return (try? delete(name)) != nil
  }

  private static func counted(_ count: Int, _ which: String) -> String {
    count == 1 ? "1 journal \(which) was" : "\(count) journals \(which) were"
  }
}
