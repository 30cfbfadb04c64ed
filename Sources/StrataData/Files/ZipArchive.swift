// Zip archives, as far as NPZ files need them (APPNOTE.TXT 6.3): the directory at the end, members stored or deflated, sizes
// of 32 or 64 bits. Every length and offset is checked against the file before it is used.
import CFiles
import StrataEngine

struct ZipArchive {
  struct Member {
    var name: String
    var isDeflated: Bool
    var compressedSize: Int
    var size: Int
    var checksum: UInt32
    var headerOffset: Int
  }

  let path: String
  let bytes: [UInt8]
  private(set) var members: [Member] = []

  static func recognises(_ head: [UInt8]) -> Bool {
    head.starts(with: [0x50, 0x4b, 3, 4]) || head.starts(with: [0x50, 0x4b, 5, 6])
  }

  init(path: String, bytes: [UInt8]) throws(StrataError) {
    self.path = path
    self.bytes = bytes
    let end = try findEnd()
    var count = try value(end + 10, 2)
    var offset = try value(end + 16, 4)
    // Archives beyond 32 bits say so and have a second end record, found by a locator before the first.
    if count == 0xffff || offset == 0xffff_ffff, end >= 20, try value(end - 20, 4) == 0x0706_4b50 {
      let record = try value(end - 12, 8)
      guard try value(record, 4) == 0x0606_4b50 else { throw damaged(record, "the 64-bit end record") }
      count = try value(record + 32, 8)
      offset = try value(record + 48, 8)
    }
    for _ in 0..<count {
      let (member, next) = try entry(at: offset)
      members.append(member)
      offset = next
    }
  }

  /// The bytes of a member. Throws when they are damaged or not what the directory says.
  func contents(of member: Member) throws(StrataError) -> [UInt8] {
    let place = "\(path), member \(member.name)"
    guard try value(member.headerOffset, 4) == 0x0403_4b50 else {
      throw damaged(member.headerOffset, "a member's header")
    }
    let start =
      member.headerOffset + 30 + (try value(member.headerOffset + 26, 2))
      + (try value(member.headerOffset + 28, 2))
    guard member.compressedSize <= bytes.count - start else {
      throw StrataError("\(place): \(member.compressedSize) bytes are announced from byte \(start) on, past the end")
    }
    let packed = bytes[start..<start + member.compressedSize]
    if !member.isDeflated {
      guard member.size == member.compressedSize else {
        throw StrataError("\(place): two sizes are announced, \(member.compressedSize) and \(member.size) bytes")
      }
      return try checked(Array(packed), member, place)
    }
    // Deflate packs at most 1032 to one: more is a lie, and no memory is taken for it.
    guard member.size / 1032 <= member.compressedSize else {
      throw StrataError("\(place): \(member.compressedSize) compressed bytes cannot hold the \(member.size) announced")
    }
    var message = [CChar](repeating: 0, count: Int(CF_MESSAGE_SIZE))
    var isGood = false
    let expanded = [UInt8](unsafeUninitializedCapacity: member.size) { buffer, used in
      isGood = packed.withUnsafeBufferPointer {
        cf_inflate($0.baseAddress, $0.count, buffer.baseAddress, member.size, &message)
      }
      used = isGood ? member.size : 0
    }
    guard isGood else { throw StrataError("\(place) is damaged: \(text(of: message))") }
    return try checked(expanded, member, place)
  }

  private func checked(_ contents: [UInt8], _ member: Member, _ place: String) throws(StrataError) -> [UInt8] {
    guard cf_crc32(0, contents, contents.count) == member.checksum else {
      throw StrataError(
        "\(place) is damaged: its checksum is not the one in the directory", try: "fetch the file again")
    }
    return contents
  }

  /// The place of the end record: it is the last thing in the file but for a comment of at most 65,535 bytes.
  private func findEnd() throws(StrataError) -> Int {
    var place = bytes.count - 22
    while place >= 0, place >= bytes.count - 22 - 0xffff {
      if try value(place, 4) == 0x0605_4b50, try value(place + 20, 2) == bytes.count - place - 22 { return place }
      place -= 1
    }
    throw StrataError(
      "\(path) is cut short or no zip archive: no directory was found at its end", try: "fetch or save the file again")
  }

  private func entry(at offset: Int) throws(StrataError) -> (Member, next: Int) {
    guard try value(offset, 4) == 0x0201_4b50 else { throw damaged(offset, "an entry of the directory") }
    let flags = try value(offset + 8, 2)
    let method = try value(offset + 10, 2)
    let nameStart = offset + 46
    let extraStart = nameStart + (try value(offset + 28, 2))
    let next = extraStart + (try value(offset + 30, 2)) + (try value(offset + 32, 2))
    guard next <= bytes.count else { throw damaged(offset, "an entry of the directory") }
    let name = String(decoding: bytes[nameStart..<extraStart], as: UTF8.self)
    guard flags & 1 == 0 else { throw StrataError("\(path), member \(name) is encrypted") }
    guard method == 0 || method == 8 else {
      throw StrataError("\(path), member \(name): only stored and deflated members are read (compression \(method))")
    }
    var size = try value(offset + 24, 4)
    var compressedSize = try value(offset + 20, 4)
    var headerOffset = try value(offset + 42, 4)
    // The 64-bit extra field holds those of the three that do not fit, in this order.
    var extra = extraStart
    let extraEnd = extraStart + (try value(offset + 30, 2))
    while extra + 4 <= extraEnd {
      let length = try value(extra + 2, 2)
      if try value(extra, 2) == 1 {
        var place = extra + 4
        if size == 0xffff_ffff {
          size = try value(place, 8)
          place += 8
        }
        if compressedSize == 0xffff_ffff {
          compressedSize = try value(place, 8)
          place += 8
        }
        if headerOffset == 0xffff_ffff { headerOffset = try value(place, 8) }
      }
      extra += 4 + length
    }
    return (
      Member(
        name: name, isDeflated: method == 8, compressedSize: compressedSize, size: size,
        checksum: UInt32(truncatingIfNeeded: try value(offset + 16, 4)), headerOffset: headerOffset), next
    )
  }

  /// A little-endian number at a place. Throws where that is outside the file or the number is absurd.
  private func value(_ offset: Int, _ count: Int) throws(StrataError) -> Int {
    guard offset >= 0, offset <= bytes.count - count else { throw damaged(offset, "\(count) bytes") }
    var value: UInt64 = 0
    for index in 0..<count { value |= UInt64(bytes[offset + index]) << (8 * UInt64(index)) }
    guard value < 1 << 48 else { throw damaged(offset, "a size that a file can have") }
    return Int(value)
  }

  private func damaged(_ offset: Int, _ expected: String) -> StrataError {
    StrataError("\(path), byte \(offset): expected \(expected); the archive is damaged or cut short")
  }
}
