import StrataData
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Data for models of distributions: sets that are known exactly, pixels of 0 and 1, few labels.
struct BoltzmannDataTests {
  // MARK: Exact distributions

  @Test func barsAreThoseOfTheWakeSleepPaper() throws {
    let data = try load("bars")
    let known = try #require(data.distribution)
    #expect(data.inputShape == [4, 4])
    #expect(data.classNames == ["vertical", "horizontal"])
    #expect(data.train.count == 4000 && data.test.count == 0)
    #expect(known.patterns.shape == [30, 16])
    #expect(abs(known.entropyBits - 3.4284) < 5e-5)
    #expect(known.patterns.elements.allSatisfy { $0 == 0 || $0 == 1 })
    // Both orientations give the empty image; only one gives a single column.
    #expect(abs(probability(of: [Scalar](repeating: 0, count: 16), known) - pow(0.8, 4)) < 1e-12)
    let column = (0..<16).map { $0 % 4 == 1 ? Scalar(1) : 0 }
    #expect(abs(probability(of: column, known) - 2.0 / 3 * 0.2 * pow(0.8, 3)) < 1e-12)
  }

  @Test(arguments: 2...6) func barsAndStripesHaveTheEntropyOfTheFormula(side: Int) throws {
    let data = try load("bars-and-stripes", [("side", "\(side)"), ("samples", "10"), ("test", "0")])
    let known = try #require(data.distribution)
    #expect(data.inputShape == [side, side])
    #expect(known.count == 2 * (1 << side) - 2)
    // Two images of probability 2^−side, all others of half that.
    #expect(abs(known.entropyBits - (Double(side) + 1 - pow(2, 1 - Double(side)))) < 1e-12)
  }

  @Test func shiftsThatGiveTheSameImageAddUp() throws {
    let known = try #require(try load("shifter").distribution)
    // The 2 constant rows are the same however shifted, the 2 alternating ones whichever way.
    #expect(known.patterns.shape == [252 * 3 + 2 * 2 + 2, 16])
    let usual = Double(252 * 3 + 2) / 768 * log2(768)
    #expect(abs(known.entropyBits - (usual + 4.0 / 768 * log2(384) + 2.0 / 256 * log2(256))) < 1e-9)
    #expect(abs(known.probabilities.reduce(0, +) - 1) < 1e-12)
    #expect(try load("shifter", [("bits", "11")]).distribution == nil)
  }

  @Test(arguments: ["bars", "bars-and-stripes", "shifter"]) func samplesFollowTheDistribution(name: String) throws {
    let count = 20_000
    let bits = name == "shifter" ? [("bits", "4")] : []
    let data = try load(name, [("samples", "\(count)"), ("test", "0"), ("seed", "5")] + bits)
    let known = try #require(data.distribution)
    let size = data.inputShape.elementCount
    let places = Dictionary(
      uniqueKeysWithValues: (0..<known.count).map {
        (Array(known.patterns.elements[$0 * size..<($0 + 1) * size]), $0)
      })
    var counts = [Double](repeating: 0, count: known.count)
    let pixels = values(data.train.inputs)
    for sample in 0..<count {
      let place = try #require(places[Array(pixels[sample * size..<(sample + 1) * size])])
      counts[place] += 1
    }
    let chiSquared = zip(counts, known.probabilities).reduce(0.0) {
      let expected = $1.1 * Double(count)
      return $0 + ($1.0 - expected) * ($1.0 - expected) / expected
    }
    // Mean: the degrees of freedom; variance: twice that. Five deviations on either side.
    let freedom = Double(known.count - 1)
    #expect(abs(chiSquared - freedom) < 5 * (2 * freedom).squareRoot())
  }

  @Test func shifterLabelsNameTheShift() throws {
    let width = 7
    let data = try load("shifter", [("bits", "\(width)"), ("samples", "600"), ("test", "0")])
    #expect(data.inputShape == [2, width])
    #expect(data.classNames == ["left", "none", "right"])
    let pixels = values(data.train.inputs)
    for (sample, label) in labels(data.train).enumerated() {
      let image = pixels[sample * 2 * width..<(sample + 1) * 2 * width]
      let (above, below) = (Array(image.prefix(width)), Array(image.suffix(width)))
      // What moves to the left came from one further right.
      #expect((0..<width).allSatisfy { below[$0] == above[($0 + 1 - Int(label) + width) % width] })
    }
    for label in 0..<3 { #expect(abs(labels(data.train).count { $0 == Int32(label) } - 200) < 60) }
  }

  @Test(arguments: ["bars", "bars-and-stripes", "shifter"]) func aSeedDrawsTheSameData(name: String) throws {
    let few = [("samples", "100")]
    #expect(try load(name, few + [("seed", "3")]) == load(name, few + [("seed", "3")]))
    #expect(try load(name, few + [("seed", "3")]) != load(name, few + [("seed", "4")]))
  }

  @Test func standardisedDataAreNoLongerThosePatterns() throws {
    #expect(try load("bars", [("standardize", "yes")]).distribution == nil)
    #expect(try load("digits").distribution == nil)
  }

  // MARK: Pixels of 0 and 1

  @Test func thresholdIsOneHalf() throws {
    let grey = try load("digits", [("test", "0.2")])
    let binary = try load("digits", [("test", "0.2"), ("binarize", "threshold")])
    for (before, after) in [(grey.train, binary.train), (grey.test, binary.test)] {
      #expect(values(after.inputs) == values(before.inputs).map { $0 >= 0.5 ? 1 : 0 })
      guard case .bytes(_, scale: 1, offset: 0) = after.inputs.storage else {
        Issue.record("binary pixels are bytes")
        continue
      }
    }
    #expect(try load("digits", [("binarize", "no")]) == load("digits", []))
  }

  @Test func stochasticPixelsHaveTheGreyValueAsTheirMean() throws {
    let options = [("test", "0.2"), ("seed", "9")]
    let grey = try load("digits", options)
    let binary = try load("digits", options + [("binarize", "stochastic")])
    for (before, after) in [(grey.train, binary.train), (grey.test, binary.test)] {
      var difference = 0.0
      var variance = 0.0
      for (p, bit) in zip(values(before.inputs), values(after.inputs)) {
        #expect(bit == 0 || bit == 1)
        if p == 0 || p == 1 { #expect(bit == p) }
        difference += Double(bit - p)
        variance += Double(p * (1 - p))
      }
      #expect(variance > 0 && abs(difference) < 4 * variance.squareRoot())
    }
    #expect(try binary == load("digits", options + [("binarize", "stochastic")]))
    let other = try load("digits", [("test", "0.2"), ("seed", "10"), ("binarize", "stochastic")])
    #expect(other.train.inputs != binary.train.inputs)
  }

  @Test func imageFilesAreBinarised() throws {
    let folder = try TemporaryFolder()
    let images = try folder.write(idx([2, 2, 2], [0, 127, 128, 255, 255, 0, 64, 200]), to: "train-images-idx3-ubyte")
    try folder.write(idx([2], [0, 1]), to: "train-labels-idx1-ubyte")
    let data = try load(images, [("test", "0"), ("binarize", "threshold")])
    #expect(values(data.train.inputs) == [0, 0, 1, 1, 1, 0, 0, 1])
    #expect(data.inputShape == [2, 2])
    let pictures = try TemporaryFolder()
    try pictures.write(png(width: 2, height: 1, channels: 1, [0, 200]), to: "a/1.png")
    try pictures.write(png(width: 2, height: 1, channels: 1, [130, 10]), to: "b/1.png")
    let drawn = try load(pictures.path, [("test", "0"), ("binarize", "threshold")])
    #expect(values(drawn.train.inputs) == [0, 1, 1, 0])
    let array = try folder.write(npy(npyHeader("|u1", "(2, 2)"), [0, 255, 130, 20]), to: "x.npy")
    #expect(try values(load(array, [("test", "0"), ("binarize", "threshold")]).train.inputs) == [0, 1, 1, 0])
  }

  @Test func onlyPixelsCanBeBinarised() throws {
    let folder = try TemporaryFolder()
    let array = try folder.write(npy(npyHeader("|u1", "(2, 2)"), [0, 1, 7, 2]), to: "x.npy")
    expectError(saying: "0...1", "7") { _ = try load(array, [("test", "0"), ("binarize", "threshold")]) }
    expectError(saying: "moons takes no --binarize") { _ = try load("moons", [("binarize", "threshold")]) }
    expectError(saying: "--binarize and --standardize exclude each other") {
      _ = try load("digits", [("binarize", "stochastic"), ("standardize", "yes")])
    }
    #expect(try load("digits", [("binarize", "no"), ("standardize", "yes")]).standardization != nil)
  }

  // MARK: Few labels

  @Test func labelsAreEvenPerClass() throws {
    let all = try load("digits", [])
    let data = try load("digits", [("labels", "50")])
    #expect(data.train.labelledCount == 50)
    #expect(data.about.contains("50 of 1437 labelled"))
    for digit in 0..<10 { #expect(labels(data.train).count { $0 == Int32(digit) } == 5) }
    #expect(data.test == all.test)
    #expect(data.train.inputs == all.train.inputs)
    for (label, original) in zip(labels(data.train), labels(all.train)) { #expect(label == original || label == -1) }
    let odd = labels(try load("digits", [("labels", "57")]).train)
    for digit in 0..<10 { #expect((5...6).contains(odd.count { $0 == Int32(digit) })) }
  }

  @Test func moreLabelsContainTheFewer() throws {
    let few = labels(try load("digits", [("labels", "13"), ("seed", "2")]).train)
    let more = labels(try load("digits", [("labels", "200"), ("seed", "2")]).train)
    for (label, other) in zip(few, more) where label >= 0 { #expect(label == other) }
    let again = labels(try load("digits", [("labels", "13"), ("seed", "2")]).train)
    #expect(few == again)
    let all = try load("digits", [])
    #expect(try load("digits", [("labels", "1437")]).train == all.train)
  }

  @Test func theFirstLabelsInTheirOrder() throws {
    let all = labels(try load("digits", [("test", "last-397")]).train)
    let first = labels(try load("digits", [("test", "last-397"), ("labels", "first-50")]).train)
    #expect(first.count == 1400 && Array(first.prefix(50)) == Array(all.prefix(50)))
    #expect(first.dropFirst(50).allSatisfy { $0 == -1 })
    // Not the same as evenly drawn ones; and an option given again replaces the one before.
    #expect(labels(try load("digits", [("test", "last-397"), ("labels", "50")]).train) != first)
    #expect(labels(try load("digits", [("labels", "first-9"), ("labels", "10")]).train).count { $0 == 3 } == 1)
  }

  @Test func aSmallClassGivesAllItHas() throws {
    let folder = try TemporaryFolder()
    let rows = (0..<12).map { "\($0).5,\($0 < 2 ? "rare" : "usual")\n" }.joined()
    let table = try folder.write("x,kind\n" + rows, to: "table.csv")
    let data = try load(table, [("test", "0"), ("labels", "8")])
    let counts = (0..<2).map { label in labels(data.train).count { $0 == Int32(label) } }
    #expect(counts.sorted() == [2, 6])
  }

  @Test func labelsThatAreNotThereAreRefused() throws {
    expectError(saying: "1437", "1438") { _ = try load("digits", [("labels", "1438")]) }
    expectError(saying: "1437", "1438") { _ = try load("digits", [("labels", "first-1438")]) }
    for text in ["0", "-3", "first", "first-", "first-x", "last-3", "1.5"] {
      expectError(saying: "--labels \(text)", "whole number") { _ = try load("digits", [("labels", text)]) }
    }
    expectError(saying: "takes no --labels") { _ = try load("sine", [("labels", "3")]) }
    let folder = try TemporaryFolder()
    let array = try folder.write(npy(npyHeader("|u1", "(2, 2)"), [0, 1, 1, 0]), to: "x.npy")
    expectError(saying: "x.npy has no classes") { _ = try load(array, [("test", "0"), ("labels", "1")]) }
  }

  @Test(arguments: [
    ("labels", "0"), ("labels", "-1"), ("labels", "many"), ("side", "1"), ("side", "7"), ("binarize", "yes"),
    ("binarize", ""),
  ])
  func badOptionsAreRefused(key: String, text: String) {
    var options = DataOptions()
    #expect(throws: StrataError.self) { try options.set(key, to: text) }
    #expect(options == DataOptions())
  }

  private func probability(of pattern: [Scalar], _ known: KnownDistribution) -> Double {
    let size = pattern.count
    return (0..<known.count).reduce(0.0) { sum, row in
      Array(known.patterns.elements[row * size..<(row + 1) * size]) == pattern ? sum + known.probabilities[row] : sum
    }
  }
}
