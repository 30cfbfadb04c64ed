// The checksum that finds a damaged or torn line of a journal: CRC-32 as in gzip and zip (zlib's).
import CFiles

/// A checksum over bytes that can be continued: continuing over a second piece gives the checksum of both in a row.
public struct CRC32: Hashable, Sendable {
  public private(set) var value: UInt32 = 0

  public init() {}

  /// Goes on over these bytes.
  public mutating func update(_ bytes: some Collection<UInt8>) {
    let continued = bytes.withContiguousStorageIfAvailable { cf_crc32(value, $0.baseAddress, $0.count) }
    if let continued {
      // zlib answers a missing pointer with its starting value.
      if !bytes.isEmpty { value = continued }
    } else {
      update(Array(bytes))
    }
  }

  /// Eight hexadecimal digits.
  public var text: String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }
}
