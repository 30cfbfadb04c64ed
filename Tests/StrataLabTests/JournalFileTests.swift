// The format of a journal: whatever happens to its bytes, no command comes out of it that did not go in.
import StrataEngine
import StrataLab
import Testing

@Suite struct JournalFileTests {
  static let records: [JournalRecord] = [
    .did("data moons --samples 40", tick: 0), .did("add dense 6 tanh", tick: 0), .asked("help run"),
    .did("say Größe, 日本, \"quotes\"", tick: 0), .began("run 50"), .reached(120), .did("print W1", tick: nil),
    .did("step 130", tick: 130), .did("set rate 0.5", tick: 130), .began("run 50"), .stopped, .did("back", tick: 0),
    .began("run until loss < 0.1"), .reached(77),
  ]
  static let header = JournalHeader(seed: 7, started: 1_795_567_425, threads: 2, folder: "/home/ada")

  func bytes(_ records: [JournalRecord] = records, header: JournalHeader = header) -> [UInt8] {
    var writer = JournalWriter()
    return records.reduce(into: writer.bytes(of: header)) { $0 += writer.bytes(of: $1) }
  }

  @Test func whatGoesInComesOut() throws {
    let file = try JournalFile(bytes())
    #expect(file.header == Self.header)
    #expect(file.records == Self.records)
    #expect(file.flaw == nil)
    #expect(file.commands.map(\.line).first == "data moons --samples 40")
    #expect(file.commands.count == 7)
    #expect(file.commands[3].tick == nil && file.commands[4].tick == 130)
    #expect(file.unfinished?.line == "run until loss < 0.1" && file.unfinished?.tick == 77)
    #expect(file.end == nil)
    let ended = try JournalFile(bytes(Self.records + [.ended(at: 99, why: "quit")]))
    #expect(ended.end?.second == 99 && ended.end?.why == "quit")
  }

  @Test func itIsPlainText() throws {
    let text = String(decoding: bytes(), as: UTF8.self)
    #expect(text.hasPrefix("strata journal 1\nseed 7\nstarted 1795567425 2026-11-25T00:43:45Z\nthreads 2\n"))
    #expect(text.contains(" did 130 set rate 0.5\n"))
    #expect(text.contains(" reached 120\n"))
  }

  @Test func cutOffAnywhereTheWholeLinesStay() throws {
    let all = bytes()
    let headerCount = bytes([]).count
    for count in 0..<all.count {
      let part = Array(all[..<count])
      guard count >= headerCount else {
        #expect(throws: StrataError.self, "\(count) bytes") { try JournalFile(part) }
        continue
      }
      let file = try JournalFile(part)
      let wholeLines = part[headerCount...].count { $0 == 10 }
      #expect(file.records == Array(Self.records.prefix(wholeLines)), "\(count) bytes")
      #expect((file.flaw == nil) == (part.last == 10), "\(count) bytes")
      #expect(!file.isDamaged)
    }
  }

  @Test func aChangedByteIsFound() throws {
    let all = bytes()
    let headerCount = bytes([]).count
    for place in all.indices {
      for mask: UInt8 in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff, all[place] ^ 10, all[place] ^ 32]
      where mask != 0 {
        var changed = all
        changed[place] ^= mask
        guard let file = try? JournalFile(changed) else {
          #expect(place < headerCount)
          continue
        }
        let linesBefore = all[headerCount..<max(place, headerCount)].count { $0 == 10 }
        #expect(file.flaw != nil, "byte \(place) changed by \(mask)")
        // A record of the header that was changed makes every record invalid: no wrong seed.
        #expect(file.records == Array(Self.records.prefix(place < headerCount ? 0 : linesBefore)), "byte \(place)")
      }
    }
  }

  @Test func missingDoubledAndSwappedLinesAreFound() throws {
    let lines = String(decoding: bytes(), as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init).dropLast()
    func read(_ lines: [String]) throws -> JournalFile {
      try JournalFile(Array((lines.joined(separator: "\n") + "\n").utf8))
    }
    for place in 6..<lines.count - 1 {
      var missing = Array(lines)
      missing.remove(at: place)
      #expect(try read(missing).records == Array(Self.records.prefix(place - 6)))
      var doubled = Array(lines)
      doubled.insert(lines[place], at: place)
      #expect(try read(doubled).records == Array(Self.records.prefix(place - 5)))
      var swapped = Array(lines)
      swapped.swapAt(place, place + 1)
      let found = try read(swapped)
      #expect(found.records == Array(Self.records.prefix(place - 6)))
      #expect(found.isDamaged && found.flaw?.contains("line \(place + 1)") == true)
    }
  }

  @Test(arguments: [
    "", "strata journal 2\n\n", "strata session 1\nseed 1\n\n", "strata journal 1\n\n", "strata journal 1\nseed x\n\n",
    "strata journal 1\nseed 1\nstarted 1 x\nthreads 0\n\n", "strata journal 1\nseed 1\nstarted -1 x\nthreads 1\n\n",
    "strata journal 1\nseed 1\nevil\n\n", "strata journal 1\nfolder /\u{1b}[2J\n\n",
  ]) func beginningsThatAreNoneAreRefused(text: String) {
    let error = #expect(throws: StrataError.self) { try JournalFile(Array(text.utf8)) }
    #expect(error?.description.unicodeScalars.contains("\u{1b}") == false)
  }

  /// A stranger can compute checksums too.
  @Test(arguments: [
    "did 0 say \u{1b}[2J", "did 0 \u{202e}abc", "did 0 ", "did -1 next", "did x next", "did", "reached -3", "reached",
    "ended x quit", "nothing", "asked ", "stopped now", "did 0 say " + String(repeating: "a", count: 50_000),
  ]) func recordsThatAreNoneEndIt(text: String) throws {
    var writer = JournalWriter()
    var all = writer.bytes(of: Self.header) + writer.bytes(of: .did("next", tick: 1))
    let crc = checksum(continuing: checksum(of: all), Array((text + "\n").utf8))
    all += Array("\(hexadecimal(crc)) \(text)\n".utf8)
    let file = try JournalFile(all)
    #expect(file.records == [.did("next", tick: 1)])
    #expect(file.isDamaged)
  }

  @Test func aRecordWithAChecksumMadeByHandCounts() throws {
    var writer = JournalWriter()
    var all = writer.bytes(of: Self.header) + writer.bytes(of: .did("next", tick: 1))
    let crc = checksum(continuing: checksum(of: all), Array("did 2 step\n".utf8))
    all += Array("\(hexadecimal(crc)) did 2 step\n".utf8)
    #expect(try JournalFile(all).records == [.did("next", tick: 1), .did("step", tick: 2)])
  }

  /// The checksum over a journal's header and its records without their own checksums.
  private func checksum(of bytes: [UInt8]) -> UInt32 {
    var crc: UInt32 = 0
    var isHeader = true
    for line in bytes.split(separator: 10, omittingEmptySubsequences: false).dropLast() {
      crc = checksum(continuing: crc, Array(line.dropFirst(isHeader ? 0 : 9)) + [10])
      if line.isEmpty { isHeader = false }
    }
    return crc
  }

  /// CRC-32, a bit at a time (ISO 3309).
  private func checksum(continuing crc: UInt32, _ bytes: [UInt8]) -> UInt32 {
    var crc = ~crc
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0xedb8_8320 : 0) }
    }
    return ~crc
  }

  private func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  @Test func noiseIsNoJournal() {
    var dice = Dice(3)
    for _ in 0..<500 {
      let noise = (0..<dice.roll(300)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
      let file = try? JournalFile(Array("strata journal 1\nseed 1\nstarted 1 x\nthreads 1\n\n".utf8) + noise)
      #expect(file?.records.isEmpty == true)
    }
    #expect(throws: StrataError.self) { try JournalFile([UInt8](repeating: 10, count: JournalFile.maximumBytes + 1)) }
  }
}
