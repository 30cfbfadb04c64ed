/// `kill -9` at random instants: while a command is being typed, while a run goes on, while files are being saved. What was
/// seen to be done is there afterwards, to the same bits, and no file is half written.
///
/// STRATA_KILLS=400 kills so often; the usual number is small.
import Foundation
import StrataEngine
import StrataLab
import Testing

@Suite struct KillTests {
  static let count = ProcessInfo.processInfo.environment["STRATA_KILLS"].flatMap { Int($0) } ?? 25

  @Test("killed at any instant, nothing that was acknowledged is missing", arguments: 0..<count)
  func killed(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), name: "kills")
    let victim = try Victim(lines: Self.session(&random))
    // So many acknowledgements are waited for, with some more bytes typed, the last command perhaps in part; then the
    // instant is at once or within the next milliseconds, wherever the program is by then. Where there is saving, it is
    // when something happens to the files.
    let wanted = random.integer(below: victim.lines.count + 1)
    let further = random.integer(below: 120) + (victim.isSaving ? 60 : 0)
    let microseconds = random.integer(below: 2) * random.integer(below: 20_000)
    victim.feed(upTo: wanted, further: further)
    victim.readAcknowledgements(wanted)
    let files = victim.files
    victim.readFor(microseconds: victim.isSaving ? 50_000 : microseconds) { victim.isSaving && victim.files != files }
    victim.kill()
    try check(victim, seed: seed, throughProgram: seed % 5 == 0)
  }

  /// Commands that move, change, look and save, in a laboratory that learns in microseconds.
  private static func session(_ random: inout RandomStream) -> [String] {
    // A larger network takes longer to save.
    let isSaving = random.integer(below: 3) == 0
    var lines = [
      "data moons --samples 40", "add dense \(isSaving ? 100_000 : 6) tanh", "add dense 2 softmax", "set batch 7",
    ]
    let usual = [
      "next", "step 3", "run 20 steps", "run 2 epochs", "set rate 0.3", "set rate 0.05", "back 2", "goto 3", "branch 1",
      "say Look at it.", "print W1", "help", "set weight W1[0,0] 0.25", "change 1 dense 5 relu", "nonsense",
      "back 100000", "save session s.strata", "save weights w.safetensors", "run 60000 steps", "finish",
    ]
    let saving = ["save weights w.safetensors", "save session s.strata", "next", "save weights w.safetensors"]
    for _ in 0..<20 {
      let pool = isSaving ? saving : usual
      lines.append(pool[random.integer(below: pool.count)])
    }
    return lines
  }

  private func check(_ victim: Victim, seed: Int, throughProgram: Bool) throws {
    let journals = try victim.journals()
    #expect(journals.count <= 1)
    guard let journal = journals.first else {
      // Nothing was acknowledged that belongs into a journal: the first command does.
      #expect(victim.acknowledged == 0, "seed \(seed)")
      return
    }
    let file = try JournalFile(Array(try Data(contentsOf: journal)))
    #expect(file.flaw == nil || !file.isDamaged, "seed \(seed): \(file.flaw ?? "")")
    #expect(file.end == nil)
    // The same lines straight, up to as many as the journal has.
    let recorded = file.commands.map(\.line)
    let folder = try Folder()
    var straight = Lab(LabConfiguration(environment: ["HOME": folder.path]))
    for (index, line) in victim.script.enumerated() {
      guard straight.journal.transcript.count < recorded.count || index < 2 * victim.acknowledged else { break }
      // Into a folder of its own.
      _ = try? straight.execute(line.replacing(" s.strata", with: " ~/s.strata").replacing(" w.", with: " ~/w."))
    }
    // Were an acknowledged command missing, the laboratory that did them all would have more.
    #expect(straight.journal.transcript == recorded, "seed \(seed)")
    if let tick = file.unfinished?.tick, tick > straight.moment.tick {
      _ = try straight.execute("step \(tick - straight.moment.tick)")
    }
    var restoration = Restoration(file, LabConfiguration(), threads: 2)
    var lab = restoration.laboratory(LabConfiguration())
    guard case .finished(let outcome, true) = restoration.advance(&lab, for: 1_000) else {
      Issue.record("seed \(seed): it did not come back")
      return
    }
    #expect(!outcome.text.contains("before it was"), "seed \(seed): \(outcome.text)")
    #expect(lab.moment == straight.moment, "seed \(seed)")
    // What is large enough is computed by several threads, and other tests change their number: only small ones are the
    // same to the bit here.
    let isSmall = straight.experiment.model.parameterCount < 1_000
    if isSmall { #expect(bits(lab) == bits(straight), "seed \(seed)") }
    try checkFiles(victim, seed: seed)
    if throughProgram, isSmall {
      try killWhileComingBack(victim, recorded, seed: seed)
      try checkProgram(victim, straight, seed: seed)
    }
  }

  /// Killed once more, on the way back: it is still there.
  private func killWhileComingBack(_ victim: Victim, _ recorded: [String], seed: Int) throws {
    let again = try Victim(lines: ["restore"], in: victim.folder)
    again.feed(upTo: 1, further: 0)
    again.readFor(microseconds: seed * 997 % 60_000)
    again.kill()
    let files = try victim.journals().map { try JournalFile(Array(try Data(contentsOf: $0))) }
    #expect(files.contains { $0.end == nil && $0.commands.map(\.line).starts(with: recorded) }, "seed \(seed)")
  }

  /// On the screen, each key is a command: the restored laboratory is as far as any that was seen.
  @Test("killed while keys are held down on the screen", arguments: 0..<max(count / 5, 2))
  func killedOnTheScreen(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), name: "keys")
    let home = try Folder()
    let program = TerminalSession.products.appendingPathComponent("strata").path
    let session = try TerminalSession(
      [], program: program, columns: 80, rows: 24, environment: ["HOME": home.path])
    try session.wait(for: "Press s")
    var looks = random.integer(below: 12)
    for _ in 0..<random.integer(below: 40) { session.type(random.integer(below: 4) == 0 ? "s" : "n") }
    try session.wait(for: "some instant") { _ in
      looks -= 1
      return looks <= 0
    }
    session.signal(SIGKILL)
    _ = try session.waitForExit()
    let seen = try #require(session.screen.lines[0].split(separator: "step ").last?.split(separator: " ").first)
    let place = URL(fileURLWithPath: "\(home.path)/.local/state/strata/journals")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    guard let name = names.first(where: { $0.hasSuffix(".journal") }) else {
      #expect(seen == "0")
      return
    }
    let file = try JournalFile(Array(try Data(contentsOf: place.appendingPathComponent(name))))
    var restoration = Restoration(file, LabConfiguration(), threads: 2)
    var lab = restoration.laboratory(LabConfiguration())
    _ = restoration.advance(&lab, for: 1_000)
    #expect(lab.moment.step >= (Int(seen) ?? .max), "seed \(seed): saw step \(seen), have \(lab.moment.step)")
  }

  /// Every file is whole: the old one or the new one. What is not, is recognised by its name.
  private func checkFiles(_ victim: Victim, seed: Int) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: victim.folder.path) where name != "state" {
      let path = "\(victim.folder.path)/\(name)"
      switch name {
      case "s.strata":
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let session = try SessionFile(text: text)
        #expect(session.text == text && text.hasSuffix("\n"), "seed \(seed)")
        #expect(session.lines.count >= 4)
      case "w.safetensors":
        var other = Lab()
        _ = try other.execute("data moons --samples 40")
        for layer in try Self.layers(of: path) { _ = try other.execute("add \(layer)") }
        _ = try other.execute("load weights \(path)")
      default:
        #expect(name.hasPrefix(".") && name.hasSuffix(".part"), "seed \(seed): \(name)")
        let left = name.split(separator: ".").compactMap { Int($0) }
        #expect(left.first == Int(victim.process), "seed \(seed): \(name)")
      }
    }
  }

  /// The layers of the model whose weights a file holds, from its description.
  private static func layers(of path: String) throws -> [String] {
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let length = data.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
    let header = try JSONSerialization.jsonObject(with: data.dropFirst(8).prefix(length)) as? [String: Any]
    let description = (header?["__metadata__"] as? [String: String])?["model"] ?? ""
    return description.components(separatedBy: "; ")
  }

  /// The next start brings it back: the same weights, to the bit.
  private func checkProgram(_ victim: Victim, _ straight: Lab, seed: Int) throws {
    guard !straight.experiment.model.parameters.isEmpty else { return }
    let again = try Victim(lines: ["restore", "save weights again.safetensors", "quit"], in: victim.folder)
    again.feed(upTo: 3, further: 0)
    again.waitForEnd()
    #expect(again.output.contains("brought back"), "seed \(seed): \(again.output)")
    var lab = straight
    _ = try lab.execute("save weights \(victim.folder.path)/straight.safetensors")
    let (one, other) = ("\(victim.folder.path)/again.safetensors", "\(victim.folder.path)/straight.safetensors")
    #expect(try Data(contentsOf: URL(fileURLWithPath: one)) == Data(contentsOf: URL(fileURLWithPath: other)))
    // Once brought back, and quit: nothing is offered any more.
    let files = try victim.journals().map { try JournalFile(Array(try Data(contentsOf: $0))) }
    #expect(files.count { $0.end == nil } <= 1, "seed \(seed)")
  }

  /// Every number of an experiment, and where it stands.
  private func bits(_ lab: Lab) -> [String] {
    ["\(lab.moment) branch \(lab.timeline.branchNumber) of \(lab.timeline.branches.count)"]
      + lab.experiment.tensors.map { named in
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for element in named.tensor.elements { hash = (hash ^ UInt64(element.bitPattern)) &* 0x0000_0100_0000_01b3 }
        return "\(named.name) \(named.tensor.shape) \(hash)"
      }
  }
}

/// A folder of its own for a test, gone with it.
final class Folder {
  let path: String
  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// `strata repl` between two pipes. Behind every command stands another that is echoed, so that it is seen when the
/// command is done.
final class Victim {
  let lines: [String]
  let folder: Folder
  private let task = Process()
  private let (input, terminal) = (Pipe(), Pipe())
  private(set) var output = ""
  var process: Int32 { task.processIdentifier }

  init(lines: [String], in folder: Folder? = nil) throws {
    self.lines = lines
    self.folder = try folder ?? Folder()
    task.executableURL = TerminalSession.products.appendingPathComponent("strata")
    task.arguments = ["repl"]
    task.currentDirectoryURL = URL(fileURLWithPath: self.folder.path)
    var variables = ["LANG": "C.UTF-8", "XDG_STATE_HOME": "\(self.folder.path)/state", "SWIFT_BACKTRACE": "enable=no"]
    for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] { variables[name] = ProcessInfo.processInfo.environment[name] }
    task.environment = variables
    task.standardInput = input
    task.standardOutput = terminal
    task.standardError = FileHandle.nullDevice
    // A program that is gone does not take the test with it.
    signal(SIGPIPE, SIG_IGN)
    try task.run()
  }

  /// All that would be typed.
  var script: [String] { lines.indices.flatMap { [lines[$0], "say done-\($0)."] } }

  /// Types so many commands, and some bytes of those that follow.
  func feed(upTo count: Int, further: Int) {
    let whole = script.prefix(2 * count).map { $0 + "\n" }.joined()
    let rest = script.dropFirst(2 * count).map { $0 + "\n" }.joined()
    try? input.fileHandleForWriting.write(contentsOf: Data((whole + rest.prefix(further)).utf8))
  }

  /// How many commands from the first on are known to be done.
  var acknowledged: Int {
    lines.indices.first { !output.contains("done-\($0).\n") } ?? lines.count
  }

  func readAcknowledgements(_ count: Int) {
    while acknowledged < count, read(milliseconds: 30_000) {}
  }

  /// Takes what comes until the time is up, or until something has happened.
  func readFor(microseconds: Int, until hasHappened: () -> Bool = { false }) {
    let end = DispatchTime.now() + .microseconds(microseconds)
    while DispatchTime.now() < end, !hasHappened() { _ = read(milliseconds: 0) }
  }

  /// Whether it saves a file that takes a while to write.
  var isSaving: Bool { lines.contains { $0.contains("dense 100000") } }

  /// What it has written so far, and how much of it.
  var files: [String: Int] {
    var sizes: [String: Int] = [:]
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] where name != "state" {
      var status = stat()
      if stat("\(folder.path)/\(name)", &status) == 0 { sizes[name] = Int(status.st_size) }
    }
    return sizes
  }

  private func read(milliseconds: Int32) -> Bool {
    let descriptor = terminal.fileHandleForReading.fileDescriptor
    var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&ready, 1, milliseconds) > 0 else { return false }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return false }
    output += String(decoding: buffer[..<count], as: UTF8.self)
    return true
  }

  func kill() {
    Glibc.kill(process, SIGKILL)
    task.waitUntilExit()
    while read(milliseconds: 0) {}
  }

  func waitForEnd() {
    while read(milliseconds: 30_000) {}
    task.waitUntilExit()
  }

  func journals() throws -> [URL] {
    let place = URL(fileURLWithPath: "\(folder.path)/state/strata/journals")
    let names = (try? FileManager.default.contentsOfDirectory(atPath: place.path)) ?? []
    return names.filter { $0.hasSuffix(".journal") }.map { place.appendingPathComponent($0) }
  }
}
