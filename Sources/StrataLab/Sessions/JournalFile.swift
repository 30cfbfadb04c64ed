// A journal on disk: plain text that grows at its end while a laboratory is alive, and from which it can be had back.
//
//   strata journal 1
//   seed 7
//   started 1795567425 2026-11-25T00:43:45Z
//   threads 2
//   folder /home/ada
//
//   1c291ca3 did 0 data digits
//   5f0e4b77 did 0 add dense 10 softmax
//   90a1c2de began run
//   2d3e11c0 reached 40800
//
// The header ends with an empty line; a record a line follows. In front of each stands a checksum over everything before
// it, the header included, and the record itself. So a line that is damaged is found, and so is a header with another
// seed, a line that is missing and one that is out of its place: from there on nothing counts. What a crash cuts off in
// the middle of a line was never acknowledged. A file may be damaged or come from a stranger: its size is bounded, and
// no control character gets through.
import StrataData
import StrataEngine

/// One record of a journal.
public enum JournalRecord: Hashable, Sendable {
  /// A command that belongs into a session. The commands up to it lead to this tick; nil where it was a look in the
  /// middle of a run.
  case did(String, tick: Int?)
  /// A command that does not belong into a session: `help`, `save`.
  case asked(String)
  /// A movement is going on.
  case began(String)
  /// It has come to this tick.
  case reached(Int)
  /// It was broken off, and nothing of it remains to be told.
  case stopped
  /// The laboratory was left on purpose, at this second since 1970, and why.
  case ended(at: Int, why: String)

  /// The record without its checksum.
  var text: String {
    switch self {
    case .did(let line, let tick): "did \(tick.map(String.init) ?? "-") \(line)"
    case .asked(let line): "asked \(line)"
    case .began(let line): "began \(line)"
    case .reached(let tick): "reached \(tick)"
    case .stopped: "stopped"
    case .ended(let second, let why): "ended \(second) \(why)"
    }
  }

  /// Reads a record; nil for what is none.
  init?(_ text: String) {
    let words = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let rest = words.count > 1 ? words[1] : ""
    let halves = rest.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch words[0] {
    case "did":
      guard halves.count == 2, !halves[1].isEmpty else { return nil }
      let tick = Int(halves[0])
      guard halves[0] == "-" || (tick ?? -1) >= 0 else { return nil }
      self = .did(halves[1], tick: tick)
    case "asked" where !rest.isEmpty: self = .asked(rest)
    case "began" where !rest.isEmpty: self = .began(rest)
    case "reached":
      guard let tick = Int(rest), tick >= 0 else { return nil }
      self = .reached(tick)
    case "stopped" where words.count == 1: self = .stopped
    case "ended":
      guard halves.count == 2, let second = Int(halves[0]), second >= 0 else { return nil }
      self = .ended(at: second, why: halves[1])
    default: return nil
    }
  }
}

/// What stands in front of a journal's records.
public struct JournalHeader: Hashable, Sendable {
  public var seed: UInt64
  /// Seconds since 1970.
  public var started: Int
  public var threads: Int
  /// The folder in which it was working: paths in its commands may count from there. Nil where that is not known.
  public var folder: String?

  public init(seed: UInt64, started: Int, threads: Int, folder: String? = nil) {
    self.seed = seed
    self.started = started
    self.threads = threads
    self.folder = folder?.unicodeScalars.contains(where: \.steersTerminal) == true ? nil : folder
  }

  var text: String {
    var lines = [
      "strata journal \(JournalFile.version)", "seed \(seed)", "started \(started) \(DateText.universal(started))",
      "threads \(threads)",
    ]
    if let folder { lines.append("folder \(folder)") }
    return lines.joined(separator: "\n") + "\n\n"
  }
}

/// Turns a header and records into a file's bytes, a piece after the other.
public struct JournalWriter: Sendable {
  private var checksum = CRC32()

  public init() {}

  public mutating func bytes(of header: JournalHeader) -> [UInt8] {
    let bytes = Array(header.text.utf8)
    checksum.update(bytes)
    return bytes
  }

  public mutating func bytes(of record: JournalRecord) -> [UInt8] {
    let bytes = Array((record.text + "\n").utf8)
    checksum.update(bytes)
    return Array("\(checksum.text) ".utf8) + bytes
  }

  /// Goes on behind what was read of a file.
  init(after file: JournalFile) { checksum = file.checksum }
}

/// A journal that was read.
public struct JournalFile: Hashable, Sendable {
  public static let version = 1
  /// The most that is read, and that is written.
  public static let maximumBytes = 64_000_000
  /// A line of the command language with what stands around it; in its usual spelling quotes may have doubled it.
  static let longestLine = 4 * TypedLine.maximumLength

  public let header: JournalHeader
  public private(set) var records: [JournalRecord] = []
  /// Why not all of it could be read: a damaged line, or a last one that was cut off. Nil when all is well.
  public private(set) var flaw: String?
  /// Whether the flaw is a damaged line, with more behind it that cannot be trusted.
  public private(set) var isDamaged = false
  /// How many bytes are good, from the beginning, and their checksum: where one more record may be put.
  private(set) var soundBytes = 0
  private(set) var checksum = CRC32()

  /// Reads a file's bytes. A flaw among the records ends what is read and is told in `flaw`. Throws when the header
  /// cannot be understood.
  public init(_ bytes: [UInt8]) throws(StrataError) {
    guard bytes.count <= JournalFile.maximumBytes else {
      throw StrataError("a journal has at most \(NumberText.bytes(JournalFile.maximumBytes))")
    }
    var lines = JournalLines(bytes)
    header = try JournalFile.header(&lines)
    checksum.update(bytes[..<lines.position])
    soundBytes = lines.position
    while let line = lines.next() {
      var extended = checksum
      extended.update(bytes[line.range.dropFirst(9).startIndex..<line.range.upperBound])
      guard !line.isCutOff else {
        flaw = "its last line was cut off and is left out"
        return
      }
      guard line.range.count > 10, line.range.count <= JournalFile.longestLine,
        let text = JournalFile.plainText(bytes[line.range.dropLast()]), text.hasPrefix(extended.text + " "),
        let record = JournalRecord(String(text.dropFirst(9)))
      else {
        flaw = "its line \(line.number) is damaged; nothing from there on is brought back"
        isDamaged = true
        return
      }
      records.append(record)
      checksum = extended
      soundBytes = lines.position
    }
  }

  /// The text of a line; nil where it is no UTF-8 or would steer the terminal.
  private static func plainText(_ bytes: ArraySlice<UInt8>) -> String? {
    guard let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: { $0.steersTerminal && $0 != "\t" })
    else { return nil }
    return text
  }

  private static func header(_ lines: inout JournalLines) throws(StrataError) -> JournalHeader {
    func text(_ line: JournalLines.Line?) throws(StrataError) -> String {
      guard let line, !line.isCutOff, line.range.count <= longestLine,
        let text = plainText(lines.bytes[line.range.dropLast()])
      else { throw StrataError("the journal's beginning is damaged or cut off") }
      return text
    }
    let first = try text(lines.next())
    guard first == "strata journal \(version)" else {
      throw StrataError("a journal begins with 'strata journal \(version)'; got \(first.quoted)")
    }
    var seed: UInt64?
    var started: Int?
    var threads: Int?
    var folder: String?
    while true {
      let line = try text(lines.next())
      if line.isEmpty { break }
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      let value = words.count > 1 ? words[1] : ""
      switch words[0] {
      case "seed": seed = UInt64(value)
      case "started": started = value.split(separator: " ").first.flatMap { Int($0) }
      case "threads": threads = Int(value)
      case "folder": folder = value
      default: throw StrataError("the journal's beginning is damaged: \(line.quoted) was not expected")
      }
    }
    guard let seed, let started, started >= 0, let threads, (1...64).contains(threads) else {
      throw StrataError("the journal's beginning lacks seed, started or threads")
    }
    return JournalHeader(seed: seed, started: started, threads: threads, folder: folder)
  }
}

/// The lines of a file, one after the other.
private struct JournalLines {
  struct Line {
    var number: Int
    /// With its line end, where it has one.
    var range: Range<Int>
    var isCutOff: Bool
  }

  let bytes: [UInt8]
  private(set) var position = 0
  private var number = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  mutating func next() -> Line? {
    guard position < bytes.count else { return nil }
    number += 1
    let start = position
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n"))
    position = end.map { $0 + 1 } ?? bytes.count
    return Line(number: number, range: start..<position, isCutOff: end == nil)
  }
}

extension JournalFile {
  /// The commands that make the laboratory again, each with the tick that it led to where that is known.
  public var commands: [RecordedCommand] {
    var commands: [RecordedCommand] = []
    for case .did(let line, let tick) in records { commands.append(RecordedCommand(line: line, tick: tick)) }
    return commands
  }

  /// The movement that was going on when the records end, and how far it had come; nil when none was.
  public var unfinished: (line: String, tick: Int?)? {
    var found: (line: String, tick: Int?)?
    for record in records {
      switch record {
      case .began(let line): found = (line, nil)
      case .reached(let tick): found = (found?.line ?? "run", tick)
      case .stopped: found = nil
      // A look in the middle of a run says nothing about the run.
      case .did(_, let tick): if tick != nil { found = nil }
      case .asked, .ended: break
      }
    }
    return found
  }

  /// When and why it was left on purpose; nil when it was not.
  public var end: (second: Int, why: String)? {
    for case .ended(let second, let why) in records.reversed() { return (second, why) }
    return nil
  }
}

/// One command of a journal.
public struct RecordedCommand: Hashable, Sendable {
  public var line: String
  /// The tick that it and all before it led to; nil where it was a look in the middle of a run.
  public var tick: Int?
}
