import StrataData
import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Sequences as the tests read them back from the numbers.
private struct Strings {
  /// The symbols that go in, one string a sample; steps without a symbol are left out.
  var inputs: [[String]] = []
  /// The label of each time step; −1 where nothing is asked.
  var labels: [[Int32]] = []
  var allowed: [[UInt64]] = []
  let names: [String]

  init(_ samples: Samples, _ data: DataSet) {
    names = data.featureNames
    let (length, size) = (data.inputShape[0], data.inputShape[1])
    let numbers = values(samples.inputs)
    for row in 0..<samples.count {
      var symbols: [String] = []
      for time in 0..<length {
        let start = (row * length + time) * size
        let step = numbers[start..<start + size]
        if let place = step.firstIndex(of: 1) {
          #expect(symbols.count == time && step.reduce(0, +) == 1)
          symbols.append(names[place - start])
        } else {
          #expect(step.allSatisfy { $0 == 0 })
        }
      }
      inputs.append(symbols)
      if case .steps(let all, _, let steps) = samples.targets {
        #expect(steps == length)
        labels.append(Array(all[row * length..<(row + 1) * length]))
      }
      if let sets = samples.allowed { allowed.append(Array(sets[row * length..<(row + 1) * length])) }
    }
  }

  /// A whole string: what goes in and, behind it, the last label.
  func string(_ row: Int) -> String {
    inputs[row].joined() + (labels[row].last { $0 >= 0 }.map { names[Int($0)] } ?? "")
  }
}

struct SequenceDataTests {
  // MARK: Reber

  /// The inner grammar as a regular expression, worked out by hand from the published diagram.
  private static let tail = "(XT*VP)*(S|XT*VV)"
  private func isReber(_ string: String) throws -> Bool {
    let inner = "B(TS*X\(Self.tail)|PT*V(V|P\(Self.tail)))E"
    return try Regex("B(T\(inner)T|P\(inner)P)E").wholeMatch(in: string) != nil
  }

  @Test func recogniserKnowsThePublishedStrings() throws {
    for string in ["BTBTXSETE", "BPBPVVEPE", "BTBTSSXXTVVETE", "BPBPVPXVPXVPXVVEPE", "BTBTXXVPSETE"] {
      #expect(try isReber(string))
    }
    for string in ["BTBTXSEPE", "BTBTXVETE", "BPBPVVEP", "BTBTSSXXTVPETE"] { #expect(try !isReber(string)) }
  }

  @Test func everyReberStringIsOfTheGrammar() throws {
    let data = try load("reber", [("samples", "3000")])
    #expect(data.train.count == 1500 && data.test.count == 1500)
    #expect(data.featureNames == ["B", "T", "P", "S", "X", "V", "E"] && data.hasSymbols)
    #expect(data.symbolNames == data.featureNames)
    var (symbols, withT) = (0, 0)
    for samples in [data.train, data.test] {
      let strings = Strings(samples, data)
      for row in 0..<samples.count {
        let string = strings.string(row)
        #expect(try isReber(string), "\(string)")
        symbols += string.count
        withT += string.hasPrefix("BT") ? 1 : 0
        // What is asked is the next symbol, and nothing behind the end.
        let letters = string.map(String.init)
        let length = letters.count - 1
        #expect(strings.labels[row].prefix(length).map { strings.names[Int($0)] } == Array(letters.dropFirst()))
        #expect(strings.labels[row].dropFirst(length).allSatisfy { $0 == -1 })
        #expect(strings.allowed[row].dropFirst(length).allSatisfy { $0 == 0 })
      }
    }
    // The mean length is 12, worked out from the diagram; its deviation is about 4.
    #expect(abs(Double(symbols) / 3000 - 12) < 0.4)
    #expect(abs(Double(withT) / 3000 - 0.5) < 0.05)
  }

  @Test func whatMayComeNextIsWhatComes() throws {
    let data = try load("reber", [("samples", "20000"), ("test", "0")])
    let strings = Strings(data.train, data)
    // For every beginning that is there often: the symbols seen behind it, and what is said about them.
    var seen: [String: (count: Int, next: UInt64, allowed: Set<UInt64>)] = [:]
    for row in 0..<data.train.count {
      var beginning = ""
      for (time, symbol) in strings.inputs[row].enumerated() {
        beginning += symbol
        var entry = seen[beginning] ?? (0, 0, [])
        entry.count += 1
        entry.next |= 1 << UInt64(strings.labels[row][time])
        entry.allowed.insert(strings.allowed[row][time])
        seen[beginning] = entry
      }
    }
    let often = seen.filter { $0.value.count >= 40 }
    #expect(often.count > 100)
    for (beginning, entry) in often { #expect(entry.allowed == [entry.next], "\(beginning)") }
  }

  @Test func theGrammarAcceptsItsStringsAndNoOthers() throws {
    let data = try load("reber")
    let grammar = try #require(data.grammar)
    let strings = Strings(data.train, data)
    var (right, wrong) = (0, 0)
    for row in 0..<data.train.count {
      var letters = strings.string(row).map(String.init)
      // Every other string with a letter exchanged, most of them then none any more.
      if row % 2 == 1 { letters[row % letters.count] = data.featureNames[row / 2 % 7] }
      let accepted = grammar.accepts(letters.map { data.featureNames.firstIndex(of: $0) ?? 0 })
      #expect(try accepted == isReber(letters.joined()), "\(letters.joined())")
      if accepted { right += 1 } else { wrong += 1 }
    }
    #expect(right > 100 && wrong > 80)
    #expect(!grammar.accepts([]) && !grammar.accepts([0, 1, 0, 99]))
    let counting = try #require(try load("anbn", [("length", "4")]).grammar)
    // n up to 4: that is what the test part goes up to.
    for n in 1...6 {
      let string = [Int](repeating: 0, count: n) + [Int](repeating: 1, count: n) + [2]
      #expect(counting.accepts(string) == (n <= 4))
      #expect(!counting.accepts(Array(string.dropLast())) && !counting.accepts([0] + string))
    }
  }

  @Test func longReberStringsAreDrawnAgain() throws {
    let data = try load("reber", [("length", "12")])
    #expect(data.inputShape == [12, 7])
    expectError(saying: "shortest", "8", "--length 7") { _ = try load("reber", [("length", "7")]) }
  }

  // MARK: Counting

  @Test func anbnCountsAndIsTestedOnLongerStrings() throws {
    let data = try load("anbn", [("length", "12")])
    #expect(data.inputShape == [24, 3] && data.train.count == 500 && data.test.count == 6)
    let (train, test) = (Strings(data.train, data), Strings(data.test, data))
    func n(_ strings: Strings, _ row: Int) -> Int { strings.inputs[row].count { $0 == "a" } }
    #expect(Set((0..<500).map { n(train, $0) }) == Set(1...6))
    #expect((0..<6).map { n(test, $0) } == Array(7...12))
    for (strings, count) in [(train, 500), (test, 6)] {
      for row in 0..<count {
        let n = n(strings, row)
        #expect(strings.string(row) == String(repeating: "a", count: n) + String(repeating: "b", count: n) + "E")
        // Nothing is asked while there are a; then only what comes is allowed.
        #expect(strings.labels[row].prefix(n).allSatisfy { $0 == -1 })
        let asked = Array(repeating: Int32(1), count: n - 1) + [2]
        #expect(Array(strings.labels[row][n..<2 * n]) == asked)
        #expect(strings.allowed[row] == strings.labels[row].map { $0 < 0 ? 0 : 1 << UInt64($0) })
      }
    }
    #expect(try load("anbn", [("test", "2")]).test.count == 2)
  }

  // MARK: Temporal order

  @Test func temporalOrderIsWhichCameFirst() throws {
    let data = try load("temporal-order", [("length", "100"), ("samples", "800"), ("test", "0")])
    #expect(data.inputShape == [100, 8] && data.classNames == ["XX", "XY", "YX", "YY"])
    let strings = Strings(data.train, data)
    for (row, label) in labels(data.train).enumerated() {
      let symbols = strings.inputs[row]
      #expect(symbols.count == 100 && symbols.first == "E" && symbols.last == "B")
      let places = symbols.indices.filter { ["X", "Y"].contains(symbols[$0]) }
      #expect(places.map { symbols[$0] }.joined() == data.classNames[Int(label)])
      #expect(places.count == 2 && (10...20).contains(places[0]) && (50...60).contains(places[1]))
      #expect(symbols.count { ["a", "b", "c", "d"].contains($0) } == 96)
    }
    for label in 0..<4 { #expect(abs(labels(data.train).count { $0 == Int32(label) } - 200) < 62) }
    expectError(saying: "10 to 5000", "--length 9") { _ = try load("temporal-order", [("length", "9")]) }
  }

  // MARK: Adding

  @Test func addingAsksForTheSumOfTheTwoMarked() throws {
    let data = try load("adding", [("length", "41"), ("samples", "2000"), ("test", "0")])
    #expect(data.inputShape == [41, 2] && data.featureNames == ["value", "mark"] && !data.hasSymbols)
    let (numbers, sums) = (values(data.train.inputs), targets(data.train))
    #expect(numbers.enumerated().allSatisfy { $0.offset % 2 == 1 || (0..<1).contains($0.element) })
    var places = Set<Int>()
    for row in 0..<2000 {
      let steps = (0..<41).map { (value: numbers[(row * 41 + $0) * 2], mark: numbers[(row * 41 + $0) * 2 + 1]) }
      let marked = steps.indices.filter { steps[$0].mark == 1 }
      #expect(steps.count { $0.mark == 0 } == 39)
      #expect(marked.count == 2 && marked[0] < 20 && marked[1] >= 20)
      places.formUnion(marked)
      #expect(sums[row] == steps[marked[0]].value + steps[marked[1]].value)
    }
    #expect(places == Set(0..<41))
    // The mean as the answer leaves the variance of a sum of two uniform numbers.
    let error = sums.reduce(0.0) { $0 + (Double($1) - 1) * (Double($1) - 1) } / 2000
    #expect(abs(error - 1.0 / 6) < 0.02)
  }

  // MARK: Sine waves

  @Test func sineWavesGoOnAsTheirRecurrenceSays() throws {
    let data = try load("waves", [("length", "30"), ("samples", "60"), ("test", "0")])
    #expect(data.inputShape == [30, 1])
    let (x, t) = (values(data.train.inputs), targets(data.train))
    var frequencies: [Double] = []
    for row in 0..<60 {
      let wave = x[row * 30..<(row + 1) * 30].map(Double.init) + [Double(t[row * 30 + 29])]
      #expect(Array(t[row * 30..<row * 30 + 29]) == Array(x[row * 30 + 1..<(row + 1) * 30]))
      // x(t+1) + x(t−1) = 2 cos ω · x(t), with the same ω at every step.
      let middle = (1..<30).max { abs(wave[$0]) < abs(wave[$1]) } ?? 1
      let cosine = (wave[middle - 1] + wave[middle + 1]) / (2 * wave[middle])
      for time in 1..<30 { #expect(abs(wave[time - 1] + wave[time + 1] - 2 * cosine * wave[time]) < 1e-5) }
      frequencies.append(acos(cosine))
    }
    let periods = frequencies.map { 2 * Double.pi / $0 }
    #expect(periods.allSatisfy { (7.99...32.1).contains($0) })
    #expect((periods.max() ?? 0) - (periods.min() ?? 0) > 15)
    let noisy = try load("waves", [("noise", "0.1"), ("samples", "60"), ("test", "0"), ("length", "30")])
    #expect(values(noisy.train.inputs).contains { abs($0) > 1.05 })
  }

  // MARK: All of them

  @Test(arguments: ["reber", "anbn", "temporal-order", "adding", "waves"]) func aSeedDrawsTheSame(name: String) throws {
    #expect(try load(name, [("seed", "3"), ("samples", "40")]) == load(name, [("seed", "3"), ("samples", "40")]))
    #expect(try load(name, [("seed", "3"), ("samples", "40")]) != load(name, [("seed", "4"), ("samples", "40")]))
  }

  @Test(arguments: ["anbn", "temporal-order", "adding", "waves"]) func tooMuchIsRefused(name: String) {
    expectError(saying: "at most", "10000000") {
      _ = try load(name, [("samples", "10000000"), ("length", name == "anbn" ? "100" : "5000")])
    }
  }

  @Test func rowsOfDigitsAreSequences() throws {
    #expect(try load("digits").inputShape == [8, 8])
  }
}

/// Texts by character.
struct CharacterFileTests {
  private func loadText(_ path: String, _ options: [(String, String)] = []) throws -> DataSet {
    var parsed = DataOptions()
    for (key, text) in options { try parsed.set(key, to: text) }
    return try DataCatalogue.loadText(path, options: parsed)
  }

  @Test func windowsFollowEachOtherWithoutAGap() throws {
    let folder = try TemporaryFolder()
    let text = "zwölf\r\nBären aßen\tgern Brei.\n"
    let path = try folder.write(text, to: "bears.txt")
    let data = try loadText(path, [("length", "4"), ("test", "0")])
    // Without the carriage return 27 characters: six windows of 4 and one after each.
    #expect(data.train.count == 6 && data.inputShape[0] == 4)
    #expect(data.featureNames.contains("ö") && data.featureNames.contains("↵") && !data.featureNames.contains("\n"))
    let strings = Strings(data.train, data)
    #expect(strings.inputs.joined().joined() == "zwölf↵Bären␣aßen⇥gern␣Br")
    let names = data.symbolNames
    #expect(strings.labels.joined().map { names[Int($0)] }.joined() == "wölf↵Bären␣aßen⇥gern␣Bre")
    #expect(Set(names).count == names.count && names == data.featureNames)
  }

  @Test func theEndIsTheTest() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(String(repeating: "ab", count: 100) + String(repeating: "c", count: 21), to: "t.txt")
    let data = try loadText(path, [("length", "10")])
    #expect(data.train.count == 19 && data.test.count == 3)
    #expect(Strings(data.test, data).inputs.last == [String](repeating: "c", count: 10))
    #expect(data.train.allowed == nil)
  }

  @Test func whatIsNoTextIsRefused() throws {
    let folder = try TemporaryFolder()
    let binary = try folder.write([65, 66, 0, 67, 68, 69], to: "a.bin")
    expectError(saying: "byte 2", "control character") { _ = try loadText(binary) }
    let latin = try folder.write([UInt8](repeating: 65, count: 200) + [0xe4, 65, 65], to: "latin1.txt")
    expectError(saying: "no UTF-8", "iconv") { _ = try loadText(latin) }
    let short = try folder.write("only a few", to: "short.txt")
    expectError(saying: "10 characters", "--length 2") { _ = try loadText(short) }
    let empty = try folder.write("", to: "empty.txt")
    expectError(saying: "0 characters") { _ = try loadText(empty) }
    let many = try folder.write(
      String(String.UnicodeScalarView((0x4e00..<0x4f00).compactMap { Unicode.Scalar($0) })) + "abc", to: "many.txt")
    expectError(saying: "259 different", "256") { _ = try loadText(many) }
    expectError(saying: "no such file") { _ = try loadText(folder.path + "/nothing") }
    expectError(saying: "takes no --noise") { _ = try loadText(short, [("noise", "1")]) }
  }
}
