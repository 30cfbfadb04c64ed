import Foundation
import StrataData
import StrataEngine
import Synchronization
import Testing

/// Fetching: from a folder and over HTTP, whole, interrupted, wrong.
struct DataStoreTests {
  private let images = gzip(idx([5, 20, 20], (0..<2000).map { UInt8($0 % 251) }))
  private let labels = gzip(idx([5], [0, 1, 2, 1, 0]))

  /// A set of two files of our own. The sums are of the contents: sha256sum of the expanded files.
  private var shapes: FetchableSet {
    FetchableSet(
      name: "shapes", source: "made for a test", licence: "none", mirrors: [],
      files: [
        .init(
          "train-images-idx3-ubyte.gz",
          .sha256OfContents("e79b02a7c3b727f83912e97343bc83a8dd697c4cf61e37c33d98ebfaf3a40263"), mostBytes: 3000),
        .init("train-labels-idx1-ubyte.gz", .md5OfFile("58506578fbf8c2dd327f8bf5d8b797f7"), mostBytes: 100),
      ])
  }

  private func pages(_ change: (inout HTTPServer.Page) -> Void = { _ in }) -> [String: HTTPServer.Page] {
    var first = HTTPServer.Page(body: images)
    change(&first)
    return ["train-images-idx3-ubyte.gz": first, "train-labels-idx1-ubyte.gz": HTTPServer.Page(body: labels)]
  }

  private let names = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"]

  private func files(in folder: TemporaryFolder) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/shapes"))?.sorted() ?? []
  }

  @Test func fromAFolder() throws {
    let source = try TemporaryFolder()
    let place = try TemporaryFolder()
    // The one compressed as published, the other expanded would only do where contents are summed.
    try source.write(idx([5, 20, 20], (0..<2000).map { UInt8($0 % 251) }), to: "train-images-idx3-ubyte")
    try source.write(labels, to: names[1])
    var seen: [FetchProgress] = []
    let report = try DataStore.get(shapes, from: source.path, into: place.path) {
      seen.append($0)
      return true
    }
    #expect(report.fetched.count == 2 && report.present.isEmpty)
    #expect(report.licence == "none")
    #expect(files(in: place) == names)
    #expect(seen.contains { $0.file == names[0] && $0.done == $0.total && $0.count == 2 })
    #expect(try load(report.folder).train.count == 5)
    let again = try DataStore.get(shapes, from: source.path, into: place.path)
    #expect(again.present == names && again.fetched.isEmpty)
  }

  @Test func overHTTP() throws {
    let server = try HTTPServer(pages())
    let place = try TemporaryFolder()
    var last: FetchProgress?
    let report = try DataStore.get(shapes, from: server.url, into: place.path + "/deep/er") {
      last = $0
      return true
    }
    #expect(report.fetched.count == 2)
    #expect(last?.number == 2)
    #expect(server.requests == names)
    #expect(FileManager.default.contents(atPath: report.folder + "/" + names[0]).map { Array($0) } == images)
  }

  @Test func mirrorsAreTriedInTheirOrder() throws {
    let empty = try HTTPServer([:])
    let server = try HTTPServer(pages())
    let place = try TemporaryFolder()
    var set = shapes
    set.mirrors = [empty.url, server.url]
    let report = try DataStore.get(set, into: place.path)
    #expect(report.fetched.allSatisfy { $0.hasSuffix(server.url) })
    #expect(empty.requests == names)
  }

  @Test func aCutConnectionGoesOnWhereItStopped() throws {
    let server = try HTTPServer(pages { $0.cutAfter = 700 })
    let place = try TemporaryFolder()
    expectError(saying: "700 bytes of it are kept", "goes on from there") {
      _ = try DataStore.get(shapes, from: server.url, into: place.path)
    }
    #expect(files(in: place) == [names[0] + ".part"])
    let report = try DataStore.get(shapes, from: server.url, into: place.path)
    #expect(server.requests == [names[0], names[0] + " 700-", names[1]])
    #expect(files(in: place) == names)
    #expect(try load(report.folder).train.count == 5)
  }

  @Test func aServerWithoutRangesStartsAgain() throws {
    let server = try HTTPServer(
      pages {
        $0.cutAfter = 700
        $0.ignoresRange = true
      })
    let place = try TemporaryFolder()
    expectError(saying: "700 bytes") { _ = try DataStore.get(shapes, from: server.url, into: place.path) }
    _ = try DataStore.get(shapes, from: server.url, into: place.path)
    #expect(files(in: place) == names)
  }

  @Test func aPartThatIsWholeIsTakenAndOneThatIsTooLongIsNot() throws {
    for (part, requests) in [(images, 2), ([UInt8](repeating: 1, count: images.count + 3), 3)] {
      let server = try HTTPServer(pages())
      let place = try TemporaryFolder()
      try place.write(part, to: "shapes/" + names[0] + ".part")
      _ = try DataStore.get(shapes, from: server.url, into: place.path)
      #expect(files(in: place) == names)
      #expect(server.requests.count == requests)
    }
  }

  @Test func wrongBytesAreRemoved() throws {
    let server = try HTTPServer(pages { $0.body = gzip(idx([5, 20, 20], [UInt8](repeating: 7, count: 2000))) })
    let place = try TemporaryFolder()
    expectError(saying: "is not the published file and was removed", "SHA-256") {
      _ = try DataStore.get(shapes, from: server.url, into: place.path)
    }
    #expect(files(in: place) == [])
    let damaged = try HTTPServer(pages { $0.body[900] ^= 1 })
    expectError(saying: "was removed", "damaged") { _ = try DataStore.get(shapes, from: damaged.url, into: place.path) }
    var other = pages()
    other[names[1]]?.body[12] ^= 1
    let wrongLabels = try HTTPServer(other)
    expectError(saying: names[1], "MD5") { _ = try DataStore.get(shapes, from: wrongLabels.url, into: place.path) }
    #expect(files(in: place) == [names[0]])
  }

  @Test func aServerThatNeverStopsIsStopped() throws {
    let server = try HTTPServer(
      pages {
        $0.isEndless = true
        $0.body = [UInt8](repeating: 1, count: 1000)
      })
    let place = try TemporaryFolder()
    expectError(saying: "more than the 3000 bytes") {
      _ = try DataStore.get(shapes, from: server.url, into: place.path)
    }
  }

  @Test func theCallerCanStop() throws {
    let server = try HTTPServer(pages())
    let place = try TemporaryFolder()
    expectError(saying: "stopped while fetching") {
      _ = try DataStore.get(shapes, from: server.url, into: place.path) { _ in false }
    }
    #expect(!files(in: place).contains(names[0]))
    _ = try DataStore.get(shapes, from: server.url, into: place.path)
    #expect(files(in: place) == names)
  }

  @Test func redirectionsAreFollowedButOnlyToTheWeb() throws {
    let server = try HTTPServer(pages())
    let pointing = try HTTPServer([
      names[0]: .init(body: [], redirect: server.url + names[0]),
      names[1]: .init(body: [], redirect: "file:///etc/passwd"),
    ])
    let place = try TemporaryFolder()
    expectError(saying: names[1]) { _ = try DataStore.get(shapes, from: pointing.url, into: place.path) }
    #expect(files(in: place) == [names[0]])
  }

  @Test func whatIsThereButDifferentIsNotTouched() throws {
    let server = try HTTPServer(pages())
    let place = try TemporaryFolder()
    try place.write("mine", to: "shapes/" + names[0])
    expectError(saying: "there already", "move it away") {
      _ = try DataStore.get(shapes, from: server.url, into: place.path)
    }
    #expect(place.bytes(of: "shapes/" + names[0]) == Array("mine".utf8))
  }

  @Test func badSourcesAndPlacesSayWhatIsWrong() throws {
    let place = try TemporaryFolder()
    expectError(saying: "no folder and no URL") { _ = try DataStore.get(shapes, from: "/none", into: place.path) }
    expectError(saying: "does not hold") { _ = try DataStore.get(shapes, from: "/", into: place.path) }
    let empty = try HTTPServer([:])
    expectError(saying: "answered 404") { _ = try DataStore.get(shapes, from: empty.url, into: place.path) }
    expectError(saying: "ftp") { _ = try DataStore.get(shapes, from: "ftp://127.0.0.1:1/", into: place.path) }
    expectError(saying: "could not be fetched") {
      _ = try DataStore.get(shapes, from: "http://127.0.0.1:1/", into: place.path)
    }
    let file = try place.write("x", to: "file")
    expectError(saying: "file") { _ = try DataStore.get(shapes, from: "/", into: file) }
    expectError(saying: "nothing to fetch", "mnist, fashion") { _ = try DataStore.get("imagenet", into: place.path) }
  }

  @Test func twoDownloadsDoNotMix() throws {
    let server = try HTTPServer(pages())
    let place = try TemporaryFolder()
    var inner: StrataError?
    _ = try DataStore.get(shapes, from: server.url, into: place.path) { progress in
      if progress.number == 1, inner == nil {
        do { _ = try DataStore.get(shapes, from: server.url, into: place.path) } catch { inner = error as? StrataError }
      }
      return true
    }
    #expect(inner?.problem.contains("another download") == true)
    #expect(files(in: place) == names)
  }

  @Test func everySetSaysWhoseItIs() {
    for set in FetchableSet.all {
      #expect(!set.source.isEmpty && !set.licence.isEmpty)
      #expect(set.mirrors.allSatisfy { $0.hasSuffix("/") })
      #expect(set.files.count == 4)
    }
  }

  @Test(.enabled(if: RealMNIST.environment != nil, "MNIST is not on this machine: set STRATA_DATA"))
  func theRealMNISTHasThePublishedSums() throws {
    let folder = try #require(RealMNIST.environment?["STRATA_DATA"])
    let source = FileManager.default.fileExists(atPath: folder + "/mnist") ? folder + "/mnist" : folder
    let place = try TemporaryFolder()
    #expect(try DataStore.get("mnist", from: source, into: place.path).fetched.count == 4)
    #expect(try DataCatalogue.load("mnist", environment: ["STRATA_DATA": place.path]).train.count == 60_000)
  }
}
