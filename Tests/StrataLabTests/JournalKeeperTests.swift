// Journals on the disk: a laboratory that died comes back bit for bit, several do not disturb each other, what goes
// wrong with files is told and stops nothing.
import StrataEngine
import StrataLab
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite struct JournalKeeperTests {
  /// A laboratory whose journal is kept. Letting go of it is dying: the lock goes, and no end is written.
  final class Kept {
    var lab: Lab
    let keeper: JournalKeeper
    var told: [Outcome] = []

    init(_ folder: JournalFolder, _ configuration: LabConfiguration = LabConfiguration(), seed: UInt64 = 1) {
      lab = Lab(configuration, seed: seed)
      keeper = JournalKeeper(folder, for: lab, threads: 2)
    }

    func keep() { if let outcome = keeper.keep(lab) { told.append(outcome) } }

    func type(_ lines: String...) throws {
      for line in lines {
        _ = try lab.execute(line)
        keep()
      }
    }

    /// Brings a laboratory back and goes on with it.
    func restore(_ number: Int? = nil) throws -> (outcome: Outcome, isComplete: Bool) {
      guard case .begin(var restoration) = try keeper.answer(.bringBack(number), lab) else {
        throw StrataError("nothing was begun")
      }
      lab = restoration.laboratory(lab.configuration)
      while true {
        if case .finished(let outcome, let isComplete) = restoration.advance(&lab, for: 0.002) {
          if let outcome = keeper.adopt(lab, isComplete: isComplete) { told.append(outcome) }
          return (outcome, isComplete)
        }
      }
    }

    func list() throws -> String {
      guard case .told(let outcome) = try keeper.answer(.list, lab) else { return "" }
      return outcome.text
    }
  }

  /// The files in a folder.
  static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      if name.hasSuffix(".journal") { names.append(name) }
    }
    return names
  }

  /// A clock that goes on a little whenever somebody looks at it, so that slices end after so many looks.
  static func steadyClock(_ step: Double) -> @Sendable () -> Double {
    final class Ticks: @unchecked Sendable { var count = 0.0 }
    let ticks = Ticks()
    return {
      ticks.count += step
      return ticks.count
    }
  }

  @Test func aLaboratoryThatDiedComesBackToTheSameBits() throws {
    let folder = try TemporaryFolder()
    let journals = JournalFolder(folder.path)
    var kept: Kept? = Kept(journals, seed: 5)
    for line in small { try kept?.type(line) }
    try kept?.type(
      "say Now.", "run 30", "back 12", "set rate 0.3", "run 20", "branch 1", "step 3", "break when loss < 0.2", "run",
      "set weight W1[0,1] 0.125", "print W1", "help", "next")
    let lab = try #require(kept?.lab)
    kept = nil

    let other = Kept(journals, seed: 1)
    let offer = try #require(other.keeper.offer())
    #expect(offer.text.contains("17 commands, the last 'next'"), "\(offer.text)")
    let result = try other.restore()
    #expect(result.isComplete && result.outcome.level == .information, "\(result.outcome.text)")
    #expect(fingerprint(other.lab.experiment) == fingerprint(lab.experiment))
    #expect(other.lab.journal.transcript == lab.journal.transcript)
    #expect(other.lab.initialSeed == 5)
    #expect(other.lab.timeline.branches.count == lab.timeline.branches.count)
    // It is offered no more, but the new one would be.
    #expect(Kept(journals).keeper.offer() == nil)
    #expect(try other.list().contains("restored"))
  }

  /// At every instant of random sessions, with runs begun, changed on the way, broken off: what is in the file leads to
  /// where the laboratory stands.
  @Test(arguments: 0..<12)
  func everyInstantComesBack(seed: Int) throws {
    let folder = try TemporaryFolder()
    let configuration = LabConfiguration(now: Self.steadyClock(0.02))
    let kept = Kept(JournalFolder(folder.path), configuration, seed: UInt64(seed))
    for line in small { try kept.type(line) }
    var dice = Dice(UInt64(seed))
    for _ in 0..<60 {
      let moves = ["run", "run 40", "run 3 epochs", "next", "step 5", "back 2", "back 3 epochs", "goto 10", "branch 1"]
      let others = ["set rate 0.3", "set rate 0.1", "print W1", "help", "break when loss < 0.3", "delete 1", "say So."]
      switch dice.roll(5) {
      case 0...1 where !kept.lab.isRunning: _ = try? kept.lab.begin(dice.pick(moves))
      case 2: _ = try? kept.lab.begin(dice.pick(others))
      case 3: _ = kept.lab.interrupt()
      default: _ = try? kept.lab.advance(for: 0.05)
      }
      kept.keep()
      try expectSame(kept, in: folder)
    }
    #expect(kept.told.isEmpty)
  }

  /// What the only journal of a folder leads to is where the laboratory stands, or where it stood when a run was noted.
  private func expectSame(_ kept: Kept, in folder: TemporaryFolder) throws {
    let name = try #require(folder.files.first { $0.hasSuffix(".journal") })
    let file = try JournalFile(Array(try #require(read("\(folder.path)/\(name)")).utf8))
    #expect(file.flaw == nil)
    let configuration = LabConfiguration()
    var restoration = Restoration(file, configuration, threads: 2)
    var lab = restoration.laboratory(configuration)
    guard case .finished(let outcome, true) = restoration.advance(&lab, for: 100) else {
      Issue.record("not finished: \(lab.journal.transcript)")
      return
    }
    #expect(outcome.level == .information, "\(outcome.text)")
    if kept.lab.isRunning {
      let noted = file.unfinished?.tick ?? lab.moment.tick
      #expect(lab.moment.tick == noted)
      #expect(Array(lab.journal.transcript.prefix(kept.lab.journal.transcript.count)) == kept.lab.journal.transcript)
    } else {
      #expect(fingerprint(lab.experiment) == fingerprint(kept.lab.experiment), "\(lab.journal.transcript)")
      #expect(lab.journal.transcript == kept.lab.journal.transcript)
    }
  }

  @Test func aRunComesBackAsFarAsItWasNoted() throws {
    let folder = try TemporaryFolder()
    // Each look takes a tenth of a second, so that several notes are due.
    let configuration = LabConfiguration(now: Self.steadyClock(0.1))
    var kept: Kept? = Kept(JournalFolder(folder.path), configuration)
    for line in small { try kept?.type(line) }
    _ = try kept?.lab.begin("run")
    for slice in 0..<40 {
      _ = try kept?.lab.advance(for: 0.5)
      if slice == 20 { _ = try kept?.lab.begin("set rate 0.02") }
      kept?.keep()
    }
    let reached = try #require(kept?.lab.moment.tick)
    kept = nil
    let other = Kept(JournalFolder(folder.path))
    #expect(other.keeper.offer()?.text.contains("in the middle of 'run'") == true)
    let result = try other.restore()
    #expect(result.outcome.text.contains("run was going on"))
    let tick = other.lab.moment.tick
    #expect(tick > reached / 2 && tick <= reached)
    #expect(other.lab.experiment.learner?.value(of: "rate") == "0.02")
    var straight = Lab()
    for line in other.lab.journal.transcript { _ = try straight.execute(line) }
    #expect(fingerprint(straight.experiment) == fingerprint(other.lab.experiment))
  }

  @Test func nothingDoneLeavesNothingBehind() throws {
    let folder = try TemporaryFolder()
    let lab = try smallLab()
    // Commands that a laboratory came with are not the user's.
    let keeper = JournalKeeper(JournalFolder(folder.path), for: lab)
    #expect(keeper.keep(lab) == nil)
    var looked = lab
    _ = try looked.execute("help")
    #expect(keeper.keep(looked) == nil)
    keeper.end(looked)
    #expect(folder.files.isEmpty)
    _ = try looked.execute("next")
    #expect(keeper.keep(looked) == nil)
    #expect(folder.files.count == 1)
    let name = try #require(folder.files.first)
    let file = try JournalFile(Array(try #require(read("\(folder.path)/\(name)")).utf8))
    #expect(file.commands.map(\.line) == looked.journal.transcript)
    var status = stat()
    #expect(stat("\(folder.path)/\(name)", &status) == 0 && status.st_mode & 0o777 == 0o600)
  }

  @Test func severalDoNotDisturbEachOther() throws {
    let folder = try TemporaryFolder()
    let journals = JournalFolder(folder.path)
    let (first, second) = (Kept(journals), Kept(journals))
    var third: Kept? = Kept(journals)
    for line in small {
      try first.type(line)
      try second.type(line)
      try third?.type(line)
    }
    try first.type("next")
    try second.type("run 5")
    try third?.type("run 7")
    // Nobody is offered what is alive.
    #expect(first.keeper.offer() == nil && second.keeper.offer() == nil)
    third = nil
    #expect(first.keeper.offer()?.text.contains("'run 7'") == true)
    #expect(second.keeper.offer() != nil)
    // Two cannot have it: the second is told so while the first brings it back.
    guard case .begin = try first.keeper.answer(.bringBack(1), first.lab) else { throw StrataError("not begun") }
    let error = #expect(throws: StrataError.self) { try second.keeper.answer(.bringBack(1), second.lab) }
    #expect(error?.problem.contains("being restored") == true)
    #expect(folder.files.count == 3)
  }

  @Test func whatIsReplacedIsKept() throws {
    let folder = try TemporaryFolder()
    let journals = JournalFolder(folder.path)
    var dead: Kept? = Kept(journals)
    for line in small { try dead?.type(line) }
    dead = nil
    let kept = Kept(journals)
    try kept.type("data xor", "add dense 2 softmax", "run 3")
    let before = fingerprint(kept.lab.experiment)
    _ = try kept.restore()
    #expect(kept.told.map(\.text).joined().contains("restore list has it"))
    let list = try kept.list()
    #expect(list.contains("replaced") && list.contains("restored"))
    // And back again.
    let number = try #require(list.split(separator: "\n").dropFirst().firstIndex { $0.contains("replaced") })
    _ = try kept.restore(number)
    #expect(fingerprint(kept.lab.experiment) == before)
  }

  @Test func leftOnPurposeItIsKeptButNotOffered() throws {
    let folder = try TemporaryFolder()
    let journals = JournalFolder(folder.path)
    let kept = Kept(journals)
    for line in small { try kept.type(line) }
    _ = try kept.lab.begin("run")
    _ = try kept.lab.advance(for: 0.001)
    kept.keeper.end(kept.lab)
    let other = Kept(journals)
    #expect(other.keeper.offer() == nil)
    let error = #expect(throws: StrataError.self) { try other.keeper.answer(.bringBack(nil), other.lab) }
    #expect(error?.description.contains("1 that was quit can be had back") == true)
    #expect(try other.list().contains("quit"))
    _ = try other.restore(1)
    #expect(other.lab.moment.tick == kept.lab.moment.tick)
    // Asked to end from outside: that is offered.
    let third = Kept(journals)
    try third.type("data xor", "add dense 2 softmax")
    third.keeper.leave(third.lab)
  }

  @Test func numbersStayUntilTheListIsShownAgain() throws {
    let folder = try TemporaryFolder()
    let journals = JournalFolder(folder.path)
    for seed in 1...3 {
      let kept = Kept(journals, seed: UInt64(seed))
      try kept.type("data xor", "say \(seed)")
    }
    let kept = Kept(journals)
    let list = try kept.list()
    let third = try #require(list.split(separator: "\n").first { $0.hasPrefix("3 ") })
    _ = try kept.keeper.answer(.forget(2), kept.lab)
    #expect(folder.files.count == 2)
    #expect(throws: StrataError.self) { try kept.keeper.answer(.bringBack(2), kept.lab) }
    #expect(throws: StrataError.self) { try kept.keeper.answer(.bringBack(4), kept.lab) }
    _ = try kept.restore(3)
    #expect(third.contains(try #require(kept.lab.journal.transcript.last)))
  }
}
