// Journals where something is wrong: with the disk, the folder, the file, or what it says.
import StrataEngine
import StrataLab
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct JournalTroubleTests {
  typealias Kept = JournalKeeperTests.Kept

  /// A journal in a folder, as a laboratory that died leaves it.
  private func leave(_ records: [JournalRecord], in folder: TemporaryFolder, _ name: String = "a.journal") throws {
    var writer = JournalWriter()
    var bytes = writer.bytes(of: JournalHeader(seed: 1, started: 1, threads: 2))
    for record in records { bytes += writer.bytes(of: record) }
    try write(String(decoding: bytes, as: UTF8.self), to: "\(folder.path)/\(name)")
  }

  @Test func aFolderThatCannotBeMadeIsToldOnceAndLaterNothingIsMissing() throws {
    let folder = try TemporaryFolder()
    let file = "\(folder.path)/file"
    try write("in the way", to: file)
    let kept = Kept(JournalFolder("\(file)/journals"))
    for line in small { try kept.type(line) }
    #expect(kept.told.count == 1)
    let warning = try #require(kept.told.first)
    #expect(warning.level == .warning)
    #expect(warning.text.contains("part of its folder's path is a file") && warning.text.contains("save session"))
    // Another laboratory would be lost, so it is not begun.
    let error = #expect(throws: StrataError.self) { try kept.keeper.answer(.bringBack(nil), kept.lab) }
    #expect(error != nil)
    unlink(file)
    try kept.type("next")
    #expect(kept.told.count == 2)
    #expect(kept.told.last?.text.contains("nothing is missing") == true)
    let name = try #require(JournalKeeperTests.names(in: "\(file)/journals").first)
    let journal = try JournalFile(Array(try #require(read("\(file)/journals/\(name)")).utf8))
    #expect(journal.commands.map(\.line) == kept.lab.journal.transcript)
    unlink("\(file)/journals/\(name)")
    rmdir("\(file)/journals")
    rmdir(file)
  }

  @Test func withoutAHomeItIsToldOnce() throws {
    let kept = Kept(JournalFolder(environment: ["HOME": "", "XDG_STATE_HOME": "relative"]))
    #expect(kept.keeper.offer() == nil)
    for line in small { try kept.type(line) }
    #expect(kept.told.count == 1)
    #expect(kept.told.first?.text.contains("neither XDG_STATE_HOME nor HOME") == true)
    kept.keeper.end(kept.lab)
  }

  @Test func theFolderFollowsTheConvention() {
    #expect(JournalFolder(environment: ["HOME": "/h"]).path == "/h/.local/state/strata/journals")
    #expect(JournalFolder(environment: ["HOME": "/h", "XDG_STATE_HOME": "/s"]).path == "/s/strata/journals")
    #expect(JournalFolder(environment: [:]).path == nil)
  }

  @Test func deletedUnderWayItIsMadeAgainWhole() throws {
    let folder = try TemporaryFolder()
    let kept = Kept(JournalFolder(folder.path))
    for line in small { try kept.type(line) }
    for name in folder.files { unlink("\(folder.path)/\(name)") }
    try kept.type("next")
    let name = try #require(folder.files.first)
    let journal = try JournalFile(Array(try #require(read("\(folder.path)/\(name)")).utf8))
    #expect(journal.commands.map(\.line) == kept.lab.journal.transcript)
  }

  @Test func ofADamagedJournalTheFrontComesBackAndTheRestIsKept() throws {
    let folder = try TemporaryFolder()
    try leave([.did("data xor", tick: 0), .did("add dense 2 softmax", tick: 0), .did("next", tick: 6)], in: folder)
    let path = "\(folder.path)/a.journal"
    let text = try #require(read(path)).replacing("did 6 next", with: "did 6 nexT")
    try write(text, to: path)
    let kept = Kept(JournalFolder(folder.path))
    #expect(
      kept.keeper.offer()?.text.contains("line 8 is damaged") == true, "\(String(describing: kept.keeper.offer()))")
    #expect(read(path) == text)
    let result = try kept.restore()
    #expect(result.outcome.level == .warning && result.outcome.text.contains("line 8 is damaged"))
    #expect(kept.lab.journal.transcript == ["data xor", "add dense 2 softmax"])
    #expect(read(path + ".damaged") == text)
    #expect(kept.told.map(\.text).joined().contains("a.journal.damaged"))
    #expect(Kept(JournalFolder(folder.path)).keeper.offer() == nil)
  }

  @Test func aTornLastLineIsLeftOutAndItsJournalEnded() throws {
    let folder = try TemporaryFolder()
    try leave([.did("data xor", tick: 0), .did("add dense 2 softmax", tick: 0)], in: folder)
    let path = "\(folder.path)/a.journal"
    try write(try #require(read(path)) + "12345678 did 3 ne", to: path)
    let kept = Kept(JournalFolder(folder.path))
    let result = try kept.restore()
    #expect(result.isComplete && result.outcome.text.contains("cut off"))
    let file = try JournalFile(Array(try #require(read(path)).utf8))
    #expect(file.flaw == nil && file.end?.why == "restored")
  }

  @Test func whatFailsIsNamedAndWhatCameBeforeStays() throws {
    let folder = try TemporaryFolder()
    try leave(
      [.did("data xor", tick: 0), .did("data gone.csv", tick: 0), .did("add dense 2 softmax", tick: 0)], in: folder)
    let kept = Kept(JournalFolder(folder.path))
    let result = try kept.restore()
    #expect(!result.isComplete)
    #expect(result.outcome.text.contains("command 2 of 3, 'data gone.csv', was refused"), "\(result.outcome.text)")
    #expect(kept.lab.experiment.data?.name == "xor")
    // It is still offered.
    #expect(kept.keeper.offer()?.text.contains("3 commands") == true)
  }

  @Test func aDifferenceIsTold() throws {
    let folder = try TemporaryFolder()
    try leave(
      [.did("data xor", tick: 0), .did("add dense 2 softmax", tick: 0), .did("next", tick: 4711)], in: folder)
    let kept = Kept(JournalFolder(folder.path))
    let result = try kept.restore()
    #expect(result.isComplete && result.outcome.level == .warning)
    #expect(result.outcome.text.contains("before it was 4711"), "\(result.outcome.text)")
  }

  @Test(arguments: ["save weights", "save session", "help", "quit", "restore", "restore forget 1"])
  func aStrangersJournalWritesNoFile(line: String) throws {
    let folder = try TemporaryFolder()
    let target = line.hasPrefix("save") ? " \(folder.path)/written" : ""
    try leave(
      [.did("data xor", tick: 0), .did("add dense 2 softmax", tick: 0), .did(line + target, tick: 0)], in: folder)
    let kept = Kept(JournalFolder(folder.path))
    let result = try kept.restore()
    #expect(!result.isComplete && result.outcome.text.contains("belongs into no journal"))
    #expect(!folder.files.contains("written"))
  }

  @Test func aRunThatNothingEndsIsEnded() throws {
    let folder = try TemporaryFolder()
    try leave(
      [.did("data xor", tick: 0), .did("add dense 2 softmax", tick: 0), .did("run", tick: 60), .did("next", tick: 66)],
      in: folder)
    let kept = Kept(JournalFolder(folder.path))
    let result = try kept.restore()
    #expect(result.isComplete && result.outcome.level == .warning)
  }

  @Test func whatIsNoJournalIsLeftAlone() throws {
    let folder = try TemporaryFolder()
    mkfifo("\(folder.path)/pipe.journal", 0o600)
    symlink("/etc/passwd", "\(folder.path)/link.journal")
    try write("nonsense", to: "\(folder.path)/text.journal")
    try write("strata journal 1\n", to: "\(folder.path)/short.journal")
    try write("", to: "\(folder.path)/empty.journal")
    let kept = Kept(JournalFolder(folder.path))
    #expect(kept.keeper.offer() == nil)
    #expect(kept.keeper.folder.cleanUp().isEmpty)
    let list = try kept.list()
    #expect(list.contains("3 ") && list.contains("damaged"))
    #expect(throws: StrataError.self) { try kept.keeper.answer(.bringBack(1), kept.lab) }
    #expect(throws: StrataError.self) { try kept.keeper.answer(.bringBack(nil), kept.lab) }
    #expect(folder.files.count == 5)
    _ = try kept.keeper.answer(.forget(1), kept.lab)
    #expect(folder.files.count == 4)
  }

  @Test func oldOnesGoAndThatIsTold() throws {
    let folder = try TemporaryFolder()
    let day = 86_400
    let now = 1_000 * day
    let done: [JournalRecord] = [.did("data xor", tick: 0)]
    for number in 0..<24 {
      try leave(done + [.ended(at: now - number * day, why: "quit")], in: folder, "new-\(number).journal")
    }
    for number in 0..<2 {
      try leave(done + [.ended(at: now - (31 + number) * day, why: "quit")], in: folder, "old-\(number).journal")
    }
    try leave(done, in: folder, "unended.journal")
    try write("strata", to: "\(folder.path)/.half.journal.part")
    try write("strata", to: "\(folder.path)/.younger.journal.part")
    try write("unrelated", to: "\(folder.path)/notes.txt")
    var times = [timespec(tv_sec: now - 2 * day, tv_nsec: 0), timespec(tv_sec: now - 2 * day, tv_nsec: 0)]
    utimensat(AT_FDCWD, "\(folder.path)/.half.journal.part", &times, 0)
    times = [timespec(tv_sec: now, tv_nsec: 0), timespec(tv_sec: now, tv_nsec: 0)]
    utimensat(AT_FDCWD, "\(folder.path)/.younger.journal.part", &times, 0)
    let journals = JournalFolder(folder.path, now: { now })
    #expect(
      journals.cleanUp() == [
        "2 journals older than 30 days were deleted", "4 journals beyond the newest 20 were deleted",
        "1 journal that had come to hold nothing was deleted",
      ])
    #expect(
      Set(folder.files)
        == Set((0..<20).map { "new-\($0).journal" } + ["unended.journal", ".younger.journal.part", "notes.txt"]))
    #expect(journals.cleanUp().isEmpty)
  }
}
