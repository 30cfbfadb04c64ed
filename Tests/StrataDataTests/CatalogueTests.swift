import StrataData
import StrataEngine
import Testing

/// The catalogue's own sets: what they hold, and that options do what they say.
struct CatalogueTests {
  /// Loads with options as typed, without a home or data folder.
  private func load(_ name: String, _ options: [(String, String)] = []) throws -> DataSet {
    var parsed = DataOptions()
    for (key, text) in options { try parsed.set(key, to: text) }
    return try DataCatalogue.load(name, options: parsed, environment: [:])
  }

  private func labels(_ samples: Samples) -> [Int32] {
    if case .classes(let labels, _) = samples.targets { return labels }
    return []
  }

  private func values(_ store: SampleStore) -> [Scalar] { store.tensor(Array(0..<Int32(store.count))).elements }

  @Test func digitsAreThoseOfScikitLearn() throws {
    let data = try load("digits", [("test", "0")])
    #expect(data.train.count == 1797)
    #expect(data.inputShape == [8, 8])
    #expect(data.classNames == ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"])
    // load_digits().target[:10], bincount(target), data.sum(), data[1796]: Python, scikit-learn 1.9.
    #expect(labels(data.train).prefix(10) == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    let counts = (0..<10).map { digit in labels(data.train).count { $0 == digit } }
    #expect(counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    #expect(values(data.train.inputs).reduce(0.0) { $0 + Double($1) * 16 } == 561718)
    #expect(values(data.train.inputs).suffix(64).prefix(8).map { $0 * 16 } == [0, 0, 10, 14, 8, 1, 0, 0])
  }

  @Test func digitsSplitClassByClass() throws {
    let data = try load("digits")
    #expect(data.train.count == 1437)
    #expect(data.test.count == 360)
    for digit in 0..<10 {
      let all = labels(data.train).count { $0 == digit } + labels(data.test).count { $0 == digit }
      #expect(abs(Double(labels(data.test).count { $0 == digit }) - Double(all) / 5) < 1)
    }
  }

  @Test func lastHalfKeepsTheOrder() throws {
    let all = try load("digits", [("test", "0")])
    let halves = try load("digits", [("test", "last-half")])
    #expect(halves.train.count == 898)
    #expect(halves.test.count == 899)
    #expect(labels(halves.train) + labels(halves.test) == labels(all.train))
    #expect(values(halves.train.inputs) + values(halves.test.inputs) == values(all.train.inputs))
  }

  @Test func aSeedDrawsTheSameSplitAndAnotherSeedAnother() throws {
    #expect(try load("digits", [("seed", "3")]) == load("digits", [("seed", "3")]))
    #expect(try load("digits", [("seed", "3")]) != load("digits", [("seed", "4")]))
  }

  @Test func fewerSamplesAreDrawnEvenly() throws {
    let data = try load("digits", [("samples", "100"), ("test", "20")])
    #expect(data.train.count == 80)
    #expect(data.test.count == 20)
    for digit in 0..<10 { #expect(labels(data.train).contains(Int32(digit))) }
  }

  @Test func irisIsFishers() throws {
    let data = try load("iris", [("test", "0")])
    #expect(data.train.count == 150)
    #expect(data.classNames == ["setosa", "versicolor", "virginica"])
    #expect(data.featureNames == ["sepal length", "sepal width", "petal length", "petal width"])
    let numbers = values(data.train.inputs)
    // Rows 35 and 38 (counted from 1) are the two that UCI's copy has wrong.
    #expect(Array(numbers[34 * 4..<35 * 4]) == [4.9, 3.1, 1.5, 0.2])
    #expect(Array(numbers[37 * 4..<38 * 4]) == [4.9, 3.6, 1.4, 0.1])
    let sums = (0..<4).map { feature in stride(from: feature, to: 600, by: 4).reduce(0.0) { $0 + Double(numbers[$1]) } }
    for (sum, expected) in zip(sums, [876.5, 458.6, 563.7, 179.9]) { #expect(abs(sum - expected) < 1e-3) }
  }

  @Test(arguments: [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor", [0, 1, 1, 0])])
  func truthTables(name: String, answers: [Int32]) throws {
    let data = try load(name)
    #expect(values(data.train.inputs) == [0, 0, 0, 1, 1, 0, 1, 1])
    #expect(labels(data.train) == answers)
    #expect(data.classNames == ["0", "1"])
    #expect(data.test.count == 0)
    #expect(data.inputRanges.count == 2)
    let noisy = try load(name, [("samples", "40")])
    #expect(noisy.train.count == 32)
    #expect(noisy.test.count == 8)
  }

  @Test func parityCountsOnes() throws {
    let data = try load("parity", [("bits", "5")])
    #expect(data.train.count == 32)
    let numbers = values(data.train.inputs)
    for row in 0..<32 {
      let ones = numbers[row * 5..<row * 5 + 5].reduce(0, +)
      #expect(Int(ones) % 2 == Int(labels(data.train)[row]))
    }
  }

  @Test(arguments: ["moons", "circles", "spirals", "blobs"])
  func planarSetsFillTheirRanges(name: String) throws {
    let data = try load(name, [("samples", "300"), ("test", "60")])
    #expect(data.train.count == 240)
    #expect(data.test.count == 60)
    #expect(data.inputShape == [2])
    #expect(data.inputRanges.count == 2)
    for part in [data.train, data.test] {
      for (index, value) in values(part.inputs).enumerated() { #expect(data.inputRanges[index % 2].contains(value)) }
    }
    let counts = data.classNames.indices.map { label in labels(data.train).count { $0 == Int32(label) } }
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
  }

  @Test func noNoiseLiesOnTheCurve() throws {
    let data = try load("circles", [("noise", "0"), ("test", "0")])
    let numbers = values(data.train.inputs)
    for (row, label) in labels(data.train).enumerated() {
      let radius = (numbers[2 * row] * numbers[2 * row] + numbers[2 * row + 1] * numbers[2 * row + 1]).squareRoot()
      #expect(abs(radius - (label == 0 ? 1 : 0.5)) < 1e-6)
    }
  }

  @Test func standardisationUsesTheTrainingPartOnly() throws {
    let plain = try load("iris", [("test", "0.4"), ("seed", "2")])
    let data = try load("iris", [("test", "0.4"), ("seed", "2"), ("standardize", "")])
    let scale = try #require(data.standardization)
    let numbers = values(data.train.inputs)
    for feature in 0..<4 {
      let column = stride(from: feature, to: numbers.count, by: 4).map { Double(numbers[$0]) }
      let mean = column.reduce(0, +) / Double(column.count)
      let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count)
      #expect(abs(mean) < 1e-5)
      #expect(abs(variance - 1) < 1e-4)
      let before = values(plain.test.inputs)[feature]
      let after = values(data.test.inputs)[feature]
      #expect(abs(after - (before - scale.means[feature]) / scale.deviations[feature]) < 1e-5)
    }
    #expect(plain.standardization == nil)
  }

  @Test func constantFeaturesAreLeftAlone() throws {
    // The first pixel of every digit is paper.
    let data = try load("digits", [("standardize", "yes")])
    let scale = try #require(data.standardization)
    #expect(scale.means[0] == 0 && scale.deviations[0] == 1)
    #expect(values(data.train.inputs).allSatisfy { $0.isFinite })
  }

  @Test func optionsThatDoNotApplyAreRefused() throws {
    #expect(throws: StrataError.self) { try load("digits", [("noise", "0.1")]) }
    #expect(throws: StrataError.self) { try load("moons", [("bits", "3")]) }
    #expect(throws: StrataError.self) { try load("moons", [("classes", "3")]) }
  }

  @Test(arguments: [
    ("test", "1.5"), ("test", "-1"), ("test", "half"), ("test", "last-"), ("samples", "0"), ("samples", "x"),
    ("noise", "-1"), ("noise", "nan"), ("seed", "-1"), ("bits", "13"), ("range", "3:1"), ("shape", "0x3"),
    ("shape", "3x3x3x3"), ("header", "maybe"), ("delimiter", "dot"), ("standardize", "perhaps"), ("label", ""),
    ("colour", "red"),
  ])
  func badOptionsAreRefused(key: String, text: String) {
    var options = DataOptions()
    #expect(throws: StrataError.self) { try options.set(key, to: text) }
    #expect(options == DataOptions())
  }

  @Test func aTestPartMustLeaveSomethingToTrainOn() {
    #expect(throws: StrataError.self) { try load("iris", [("test", "150")]) }
    #expect(throws: StrataError.self) { try load("iris", [("samples", "151")]) }
  }

  @Test func everyEntryHasHelpAndOptionsThatExist() {
    let keys = DataOptions.descriptions.map(\.key)
    for entry in DataCatalogue.entries {
      #expect(!entry.summary.isEmpty && !entry.licence.isEmpty && !entry.source.isEmpty)
      for key in entry.options { #expect(keys.contains(key), "\(entry.name) \(key)") }
    }
    #expect(Set(DataCatalogue.entries.map(\.name)).count == DataCatalogue.entries.count)
  }
}
