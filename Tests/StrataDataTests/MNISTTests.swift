import StrataData
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The real MNIST, where it is on this machine: in `$STRATA_DATA`, or beside the package in `shared/data/mnist`.
enum RealMNIST {
  static let environment: [String: String]? = {
    var places = DataPlaces.processEnvironment()["STRATA_DATA"].map { [$0] } ?? []
    var folder = #filePath.split(separator: "/").dropLast()
    while !folder.isEmpty {
      places.append("/" + folder.joined(separator: "/") + "/shared/data")
      folder = folder.dropLast()
    }
    return places.map { ["STRATA_DATA": $0] }.first { (try? DataCatalogue.load("mnist", environment: $0)) != nil }
  }()
}

struct MNISTTests {
  @Test(.enabled(if: RealMNIST.environment != nil, "MNIST is not on this machine: set STRATA_DATA"))
  func theCanonicalNumbers() throws {
    let data = try DataCatalogue.load("mnist", environment: try #require(RealMNIST.environment))
    #expect(data.train.count == 60_000)
    #expect(data.test.count == 10_000)
    #expect(data.inputShape == [28, 28])
    guard case .classes(let labels, let names) = data.train.targets else {
      Issue.record("MNIST has classes")
      return
    }
    // The first labels as everyone knows them, and the counts of LeCun's files.
    #expect(labels.prefix(10) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
    #expect(
      names.indices.map { label in labels.count { $0 == Int32(label) } } == [
        5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949,
      ])
    guard case .bytes(let bytes, let scale, _) = data.train.inputs.storage else {
      Issue.record("images stay bytes")
      return
    }
    // The published mean of the training pixels.
    let mean = Double(bytes.reduce(0) { $0 + Int($1) }) / Double(bytes.count) * Double(scale)
    #expect(abs(mean - 0.1307) < 5e-5)
  }

  @Test(.enabled(if: RealMNIST.environment != nil, "MNIST is not on this machine: set STRATA_DATA"))
  func partsOfItKeepTheTwoPartsApart() throws {
    var options = DataOptions()
    try options.set("samples", to: "500")
    try options.set("test", to: "100")
    let data = try DataCatalogue.load("mnist", options: options, environment: try #require(RealMNIST.environment))
    #expect(data.train.count == 500)
    #expect(data.test.count == 100)
    #expect(data.classNames.count == 10)
    try options.set("test", to: "last-half")
    #expect(throws: StrataError.self) {
      try DataCatalogue.load("mnist", options: options, environment: RealMNIST.environment ?? [:])
    }
  }

  @Test func whereItIsMissingTheErrorSaysHowToGetIt() {
    do {
      _ = try DataCatalogue.load("mnist", environment: ["STRATA_DATA": "/nowhere", "HOME": "/none"])
      Issue.record("there is no such folder")
    } catch {
      #expect(error.problem.contains("/nowhere/mnist"))
      #expect(error.problem.contains("/none/.local/share/strata/mnist"))
      #expect(error.suggestion == "strata data get mnist")
    }
  }
}
