/// A picture as a PNG file (ISO/IEC 15948), without any library.
///
/// The pixels are stored, not compressed: a deflate stream (RFC 1951) may consist of stored blocks only, and the
/// pictures of this laboratory are small. Empty pixels are transparent.

extension Raster {
  /// The bytes of a PNG file with eight bits for each of red, green, blue and opacity.
  ///
  /// A picture without pixels becomes a single transparent one, because the format has none without.
  public func png() -> [UInt8] {
    guard width > 0, height > 0 else { return Raster(width: 1, height: 1).png() }
    var scanlines: [UInt8] = []
    scanlines.reserveCapacity(height * (width * 4 + 1))
    for y in 0..<height {
      scanlines.append(0)
      for x in 0..<width {
        guard let pixel = self[x, y] else {
          scanlines += [0, 0, 0, 0]
          continue
        }
        scanlines += [pixel.red, pixel.green, pixel.blue, 255]
      }
    }
    var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    // Width, height, bit depth, colour type (RGB and alpha), compression, filter, interlace.
    file += chunk("IHDR", bytes(UInt32(width)) + bytes(UInt32(height)) + [8, 6, 0, 0, 0])
    file += chunk("IDAT", zlibStored(scanlines))
    file += chunk("IEND", [])
    return file
  }
}

private func bytes(_ value: UInt32) -> [UInt8] {
  [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
}

private func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
  let body = Array(type.utf8) + data
  return bytes(UInt32(data.count)) + body + bytes(crc32(body))
}

/// A zlib stream (RFC 1950) of stored blocks of at most 65 535 bytes.
private func zlibStored(_ data: [UInt8]) -> [UInt8] {
  var stream: [UInt8] = [0x78, 0x01]
  var start = 0
  repeat {
    let end = min(start + 65535, data.count)
    let length = UInt16(end - start)
    stream.append(end == data.count ? 1 : 0)
    stream += [UInt8(length & 0xFF), UInt8(length >> 8), UInt8(~length & 0xFF), UInt8(~length >> 8)]
    stream += data[start..<end]
    start = end
  } while start < data.count
  return stream + bytes(adler32(data))
}

private func adler32(_ data: [UInt8]) -> UInt32 {
  var a: UInt32 = 1
  var b: UInt32 = 0
  for byte in data {
    a = (a + UInt32(byte)) % 65521
    b = (b + a) % 65521
  }
  return b << 16 | a
}

private let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
}

private func crc32(_ data: [UInt8]) -> UInt32 {
  ~data.reduce(0xFFFF_FFFF) { crcTable[Int(($0 ^ UInt32($1)) & 0xFF)] ^ ($0 >> 8) }
}
