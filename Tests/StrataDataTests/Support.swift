// What the tests of this module share: folders that vanish, and the file formats made by hand, so that the readers are not
// tested with writers of their own.
import Foundation
import StrataData
import StrataEngine
import Testing

/// A folder that is removed with everything in it when the test lets go of it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/strata-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = "\(path)/\(name)"
    if name.contains("/") {
      try FileManager.default.createDirectory(
        atPath: (file as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    }
    // Not Data.write, and not over an old file: both wait for the disk, and the fuzz tests write thousands of files.
    unlink(file)
    let stream = try #require(fopen(file, "wb"))
    let written = fwrite(bytes, 1, bytes.count, stream)
    #expect(fclose(stream) == 0 && written == bytes.count)
    return file
  }

  @discardableResult
  func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

  func bytes(of name: String) -> [UInt8]? {
    FileManager.default.contents(atPath: "\(path)/\(name)").map { Array($0) }
  }

  var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path))?.sorted() ?? [] }
}

/// Loads a path with options as typed.
func load(_ path: String, _ options: [(String, String)] = [("test", "0")]) throws -> DataSet {
  var parsed = DataOptions()
  for (key, text) in options { try parsed.set(key, to: text) }
  return try DataCatalogue.load(path, options: parsed, environment: [:])
}

func values(_ store: SampleStore) -> [Scalar] { store.tensor(Array(0..<Int32(store.count))).elements }

func labels(_ samples: Samples) -> [Int32] {
  if case .classes(let labels, _) = samples.targets { return labels }
  return []
}

func targets(_ samples: Samples) -> [Scalar] {
  if case .values(let store) = samples.targets { return values(store) }
  return []
}

/// Expects an error whose text holds all the pieces: the place, what was found, what was expected.
func expectError(
  saying pieces: String..., location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error; expected one saying \(pieces)", sourceLocation: location)
  } catch let error as StrataError {
    for piece in pieces {
      #expect(error.description.contains(piece), "\(error)", sourceLocation: location)
    }
  } catch {
    Issue.record("\(error) is no StrataError", sourceLocation: location)
  }
}

func bigEndian(_ value: Int, bytes count: Int = 4) -> [UInt8] {
  (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

func littleEndian(_ value: Int, bytes count: Int = 4) -> [UInt8] { bigEndian(value, bytes: count).reversed() }

/// An IDX file of bytes.
func idx(_ extents: [Int], _ bytes: [UInt8]) -> [UInt8] {
  [0, 0, 8, UInt8(extents.count)] + extents.flatMap { bigEndian($0) } + bytes
}

private let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
}

func crc32(_ bytes: [UInt8]) -> UInt32 {
  ~bytes.reduce(~UInt32(0)) { crcTable[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
}

/// Deflate without compression: blocks of at most 65,535 bytes.
func storedDeflate(_ bytes: [UInt8]) -> [UInt8] {
  var out: [UInt8] = []
  var start = 0
  repeat {
    let end = min(start + 0xffff, bytes.count)
    out.append(end == bytes.count ? 1 : 0)
    out += littleEndian(end - start, bytes: 2) + littleEndian(~(end - start), bytes: 2)
    out += bytes[start..<end]
    start = end
  } while start < bytes.count
  return out
}

/// Deflate of `1 + 258 * runs` zeros with the fixed code (RFC 1951, 3.2.6): a literal, runs of 258 at distance 1, the end.
func deflatedZeros(runs: Int) -> [UInt8] {
  var out: [UInt8] = []
  var held: UInt32 = 0
  var count: UInt32 = 0
  func put(_ value: UInt32, _ bits: UInt32) {
    held |= value << count
    count += bits
    while count >= 8 {
      out.append(UInt8(truncatingIfNeeded: held))
      held >>= 8
      count -= 8
    }
  }
  put(1, 1)  // last block
  put(1, 2)  // fixed code
  put(0b0000_1100, 8)  // literal 0, its 8 bits from the highest on
  for _ in 0..<runs {
    put(0b1010_0011, 8)  // length 258
    put(0, 5)  // distance 1
  }
  put(0, 7)  // end of block
  if count > 0 { put(0, 8 - count) }
  return out
}

/// A gzip file around deflated data.
func gzip(_ deflated: [UInt8], of bytes: Int, crc: UInt32) -> [UInt8] {
  [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3] + deflated + littleEndian(Int(crc)) + littleEndian(bytes)
}

func gzip(_ bytes: [UInt8]) -> [UInt8] { gzip(storedDeflate(bytes), of: bytes.count, crc: crc32(bytes)) }

/// A PNG of 8 bits: 1 channel grey, 3 colour.
func png(width: Int, height: Int, channels: Int, _ pixels: [UInt8]) -> [UInt8] {
  func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] {
    let named = Array(type.utf8) + body
    return bigEndian(body.count) + named + bigEndian(Int(crc32(named)))
  }
  var raw: [UInt8] = []
  for row in 0..<height { raw += [0] + pixels[row * width * channels..<(row + 1) * width * channels] }
  var (a, b) = (1, 0)
  for byte in raw {
    a = (a + Int(byte)) % 65521
    b = (b + a) % 65521
  }
  let header = bigEndian(width) + bigEndian(height) + [8, channels == 1 ? 0 : 2, 0, 0, 0]
  return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header)
    + chunk("IDAT", [0x78, 0x01] + storedDeflate(raw) + bigEndian(b << 16 | a)) + chunk("IEND", [])
}

/// An NPY file with a header as given.
func npy(_ header: String, _ data: [UInt8], version: UInt8 = 1) -> [UInt8] {
  let length = littleEndian(header.utf8.count, bytes: version == 1 ? 2 : 4)
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + data
}

func npyHeader(_ descr: String, _ shape: String, fortran: Bool = false) -> String {
  "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n"
}

/// A zip archive of stored members.
func zip(_ members: [(name: String, bytes: [UInt8])]) -> [UInt8] {
  var out: [UInt8] = []
  var directory: [UInt8] = []
  for (name, bytes) in members {
    let common =
      littleEndian(0, bytes: 2) + littleEndian(0, bytes: 2) + littleEndian(0, bytes: 4)
      + littleEndian(Int(crc32(bytes))) + littleEndian(bytes.count) + littleEndian(bytes.count)
      + littleEndian(name.utf8.count, bytes: 2) + littleEndian(0, bytes: 2)
    directory +=
      littleEndian(0x0201_4b50) + littleEndian(20, bytes: 2) + littleEndian(20, bytes: 2) + common
      + [UInt8](repeating: 0, count: 10) + littleEndian(out.count) + Array(name.utf8)
    out += littleEndian(0x0403_4b50) + littleEndian(20, bytes: 2) + common + Array(name.utf8) + bytes
  }
  let end =
    littleEndian(0x0605_4b50) + littleEndian(0) + littleEndian(members.count, bytes: 2)
    + littleEndian(members.count, bytes: 2) + littleEndian(directory.count) + littleEndian(out.count) + [0, 0]
  return out + directory + end
}
