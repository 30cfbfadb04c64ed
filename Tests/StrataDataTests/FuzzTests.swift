import Foundation
import StrataData
import StrataEngine
import Testing

/// Damaged and random files of every kind: each is read or refused, none takes the program down or much memory.
///
/// Everything follows from the seed, so a failure comes again.
struct FuzzTests {
  /// One small good file of each kind, under the name it is loaded by.
  private static let seeds: [(name: String, bytes: [UInt8])] = {
    let images = idx([4, 3, 3], (0..<36).map { UInt8($0 * 7) })
    let x = npy(npyHeader("<f4", "(3, 2)"), [UInt8](repeating: 0, count: 24))
    let y = npy(npyHeader("|u1", "(3,)", fortran: true), [0, 1, 0])
    let text = "a,b,\"c d\"\n1,2.5,x\n-3,,\"y\"\"z\"\n?,4e3,x\n"
    let header = #"{"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#
    return [
      ("train-images-idx3-ubyte", images), ("train-images-idx3-ubyte.gz", gzip(images)), ("a.npy", x),
      ("a.npz", zip([("x.npy", x), ("y.npy", y)])), ("a.csv", Array(text.utf8)), ("a.csv.gz", gzip(Array(text.utf8))),
      ("pictures/a/1.png", png(width: 2, height: 2, channels: 3, (0..<12).map { UInt8($0) })),
      (
        "w.safetensors",
        littleEndian(header.utf8.count, bytes: 8) + Array(header.utf8) + [0, 0, 0x80, 0x3f, 0, 0, 0, 0]
      ),
    ]
  }()

  /// The file with a few changes: bytes set, flipped, removed, doubled, cut off, or large numbers put in.
  private func mutated(_ bytes: [UInt8], _ random: inout RandomStream) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<1 + random.integer(below: 4) where !bytes.isEmpty {
      let place = random.integer(below: bytes.count)
      switch random.integer(below: 8) {
      case 0: bytes[place] = UInt8(random.integer(below: 256))
      case 1: bytes[place] ^= 1 << UInt8(random.integer(below: 8))
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(UInt8(random.integer(below: 256)), at: place)
      case 4: bytes.removeLast(random.integer(below: bytes.count))
      case 5:
        let word: [UInt8] = random.integer(below: 2) == 0 ? [0xff, 0xff, 0xff, 0xff] : [0x7f, 0xff, 0xff, 0xff]
        for (index, byte) in word.enumerated() where place + index < bytes.count { bytes[place + index] = byte }
      case 6:
        let end = min(place + 1 + random.integer(below: 20), bytes.count)
        bytes.insert(contentsOf: bytes[place..<end], at: place)
      default:
        let words = ["9999999999", "-1", "nan", "\"", "\n", ",", "{", "]", "'", "\u{1b}[", "\u{fffd}", "0x", "1e999"]
        bytes.insert(contentsOf: Array(words[random.integer(below: words.count)].utf8), at: place)
      }
    }
    return bytes
  }

  /// Reads a file by every way that it could be meant; only a `StrataError` may come out.
  private func tryToRead(_ path: String, of folder: String, _ what: String) -> Bool {
    do {
      if path.hasSuffix(".safetensors") {
        _ = try Safetensors.read(path)
      } else if path.hasSuffix(".npy") {
        _ = try NPY.read(path)
        _ = try load(path)
      } else {
        _ = try load(path.hasSuffix(".png") ? folder + "/pictures" : path)
      }
      return true
    } catch let error as StrataError {
      #expect(!error.problem.isEmpty)
      return false
    } catch {
      Issue.record("\(what): \(error) is no StrataError")
      return false
    }
  }

  @Test func damagedFilesAreReadOrRefused() throws {
    let folder = try TemporaryFolder()
    try folder.write(idx([4], [0, 1, 1, 0]), to: "train-labels-idx1-ubyte")
    var random = RandomStream(seed: 1, name: "fuzz")
    let before = peakMemory()
    for (name, good) in FuzzTests.seeds {
      let path = try folder.write(good, to: name)
      #expect(tryToRead(path, of: folder.path, name), "the undamaged \(name) is refused")
      var refused = 0
      for round in 0..<500 {
        try folder.write(mutated(good, &random), to: name)
        if !tryToRead(path, of: folder.path, "\(name), round \(round)") { refused += 1 }
      }
      #expect(refused > 50, "\(name) is believed too easily")
      try FileManager.default.removeItem(atPath: path)
    }
    #expect(peakMemory() - before < 512 << 20)
  }

  @Test func randomBytesAreRefusedOrRead() throws {
    let folder = try TemporaryFolder()
    var random = RandomStream(seed: 2, name: "fuzz")
    let before = peakMemory()
    for round in 0..<1500 {
      let (name, good) = FuzzTests.seeds[random.integer(below: FuzzTests.seeds.count)]
      // Behind a true beginning, so that the readers get further than their first check.
      var bytes = Array(good.prefix(random.integer(below: min(good.count, 40) + 1)))
      for _ in 0..<random.integer(below: 300) { bytes.append(UInt8(random.integer(below: 256))) }
      let path = try folder.write(bytes, to: name)
      _ = tryToRead(path, of: folder.path, "round \(round)")
      try FileManager.default.removeItem(atPath: path)
    }
    #expect(peakMemory() - before < 512 << 20)
  }

  @Test func randomTextIsNoDanger() {
    var random = RandomStream(seed: 3, name: "fuzz")
    let pieces = [
      "x", "y", "(", ")", "+", "-", "*", "/", "^", "sin", "min", ",", "1e", "2.5", ".", " ", "e", "pi", "é", "\u{0}",
      "x1",
      "log(", "--", "^-", "999999999999", "π", "²",
    ]
    for _ in 0..<3000 {
      let text = (0..<random.integer(below: 30)).map { _ in pieces[random.integer(below: pieces.count)] }.joined()
      if let expression = try? Expression(text) {
        _ = expression.evaluate(x: random.normal(), y: random.normal())
        _ = try? expression.derivative(by: .x)
        #expect((try? Expression(expression.description)) != nil, "\(text) prints as \(expression)")
      }
      var options = DataOptions()
      for description in DataOptions.descriptions { try? options.set(description.key, to: text) }
    }
  }

  /// The most memory that this process has had, in bytes.
  private func peakMemory() -> Int {
    var usage = rusage()
    #if canImport(Glibc)
      getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
      return usage.ru_maxrss * 1024
    #else
      getrusage(RUSAGE_SELF, &usage)
      return usage.ru_maxrss
    #endif
  }
}
