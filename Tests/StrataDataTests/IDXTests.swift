import Foundation
import StrataData
import StrataEngine
import Testing

/// IDX files as images with labels, good and bad.
struct IDXTests {
  private let pixels: [UInt8] = (0..<60).map { UInt8($0 * 4) }

  /// A folder with MNIST's names: 5 images of 3×4, and 2 to test with.
  private func folder(compressed: Bool) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let ending = compressed ? ".gz" : ""
    for (name, bytes) in [
      ("train-images-idx3-ubyte", idx([5, 3, 4], pixels)), ("train-labels-idx1-ubyte", idx([5], [0, 1, 2, 1, 0])),
      ("t10k-images-idx3-ubyte", idx([2, 3, 4], Array(pixels.prefix(24)))),
      ("t10k-labels-idx1-ubyte", idx([2], [2, 0])),
    ] {
      try folder.write(compressed ? gzip(bytes) : bytes, to: name + ending)
    }
    return folder
  }

  @Test(arguments: [true, false])
  func aFolderHoldsBothParts(compressed: Bool) throws {
    let folder = try folder(compressed: compressed)
    for path in [folder.path, folder.path + "/train-images-idx3-ubyte" + (compressed ? ".gz" : "")] {
      let data = try load(path, [])
      #expect(data.inputShape == [3, 4])
      #expect(labels(data.train) == [0, 1, 2, 1, 0])
      #expect(labels(data.test) == [2, 0])
      #expect(data.classNames == ["0", "1", "2"])
      #expect(data.train.inputs.storage == .bytes(pixels, scale: 1 / 255, offset: 0))
    }
  }

  @Test func imagesWithoutATestPairAreSplit() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(idx([5, 3, 4], pixels), to: "my.train-images-idx3-ubyte")
    try folder.write(idx([5], [0, 1, 2, 1, 0]), to: "my.train-labels-idx1-ubyte")
    let data = try load(path, [("test", "2")])
    #expect(data.train.count == 3)
    #expect(data.test.count == 2)
  }

  /// Writes the images as given beside good labels and loads them.
  private func loadImages(_ bytes: [UInt8], labels: [UInt8] = idx([5], [0, 1, 2, 1, 0])) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(bytes, to: "train-images-idx3-ubyte")
    try folder.write(labels, to: "train-labels-idx1-ubyte")
    _ = try load(path)
  }

  @Test func badFilesSayWhereAndWhat() {
    let good = idx([5, 3, 4], pixels)
    expectError(saying: "cut short", "5×3×4 = 60", "57") { try loadImages(good.dropLast(3)) }
    expectError(saying: "goes on after") { try loadImages(good + [1]) }
    expectError(saying: "byte 2", "13") { try loadImages([0, 0, 13] + good.dropFirst(3)) }
    expectError(saying: "byte 3", "5") { try loadImages([0, 0, 8, 5] + good.dropFirst(4)) }
    expectError(saying: "byte 4", "0") { try loadImages(idx([0, 3, 4], [])) }
    expectError(saying: "within the 3 extents") { try loadImages(good.prefix(9) + []) }
    expectError(saying: "single numbers") { try loadImages(idx([5], [1, 2, 3, 4, 5])) }
    expectError(saying: "4 labels for the 5 images") { try loadImages(good, labels: idx([4], [0, 1, 2, 1])) }
    expectError(saying: "cannot hold them", "4294967295") {
      try loadImages(idx([0xffff_ffff, 0xffff_ffff, 28], pixels))
    }
    expectError(saying: "cannot hold them") { try loadImages(idx([60_000, 28, 28], pixels)) }
  }

  /// A gzip file that begins with an IDX header and goes on with very many zeros.
  private func bomb(_ extents: [Int], runs: Int) -> [UInt8] {
    let header = idx(extents, [])
    let stored = [0] + littleEndian(header.count, bytes: 2) + littleEndian(~header.count, bytes: 2) + header
    return gzip(stored + deflatedZeros(runs: runs), of: header.count + 1 + 258 * runs, crc: 0)
  }

  @Test func compressedFilesAreReadNoFurtherThanTheirHeaderAsks() {
    // 200 MB of zeros in 1.3 MB, of which the header asks for 48 bytes.
    expectError(saying: "goes on after the 48 bytes") { try loadImages(bomb([4, 3, 4], runs: 800_000)) }
    // A gigabyte announced by a file of 13 kB, which at the very most could hold 14 megabytes.
    expectError(saying: "cannot hold them") { try loadImages(bomb([1_000_000, 32, 32], runs: 8000)) }
  }

  @Test func damagedCompressionIsNoticed() throws {
    let whole = gzip(idx([5, 3, 4], pixels))
    expectError(saying: "damaged near byte", "unexpected end") { try loadImages(Array(whole.dropLast(20))) }
    // Without the last 8 bytes the data are all there, but not their checksum.
    expectError(saying: "damaged near byte") { try loadImages(Array(whole.dropLast(8))) }
    var flipped = whole
    flipped[40] ^= 1
    expectError(saying: "damaged near byte") { try loadImages(flipped) }
  }

  @Test func missingLabelsAreNamed() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(idx([5, 3, 4], pixels), to: "train-images-idx3-ubyte")
    expectError(saying: "no labels beside it", "labels-idx1") { _ = try load(path) }
  }

  @Test func filesThatCannotBeRead() throws {
    let folder = try TemporaryFolder()
    expectError(saying: "no such file") { _ = try load(folder.path + "/none.csv") }
    let empty = try folder.write("", to: "empty")
    expectError(saying: "empty") { _ = try load(empty) }
    expectError(saying: "no folders") { _ = try load(folder.path) }
    expectError(saying: "device or a pipe") { _ = try load("/dev/zero") }
    let locked = try folder.write("1,2\n", to: "locked.csv")
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: locked)
    try asAnotherUser { expectError(saying: "permission denied") { _ = try load(locked) } }
  }

  /// Runs the body without the superuser's right to read everything, where the tests run as that user: Linux keeps the
  /// user for file access by thread.
  private func asAnotherUser(_ body: () -> Void) throws {
    guard geteuid() == 0 else { return body() }
    #if os(Linux)
      typealias SetUser = @convention(c) (UInt32) -> Int32
      let setUser = unsafeBitCast(try #require(dlsym(nil, "setfsuid")), to: SetUser.self)
      _ = setUser(65534)
      defer { _ = setUser(0) }
      body()
    #endif
  }
}
