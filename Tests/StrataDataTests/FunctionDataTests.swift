import StrataData
import StrataEngine
import Testing

/// Functions as regression data, and what a word after `data` may be.
struct FunctionDataTests {
  private func load(_ name: String, _ options: [(String, String)] = []) throws -> DataSet {
    var parsed = DataOptions()
    for (key, text) in options { try parsed.set(key, to: text) }
    return try DataCatalogue.load(name, options: parsed, environment: [:])
  }

  private func values(_ store: SampleStore) -> [Scalar] { store.tensor(Array(0..<Int32(store.count))).elements }

  private func targets(_ samples: Samples) -> [Scalar] {
    if case .values(let store) = samples.targets { return values(store) }
    return []
  }

  @Test func anExpressionIsSampledEvenly() throws {
    let data = try load("sin(3*x)+0.3*x^2", [("samples", "101"), ("test", "0"), ("range", "-2:2")])
    #expect(data.inputRanges == [-2...2])
    #expect(data.featureNames == ["x"])
    let inputs = values(data.train.inputs)
    #expect(inputs.count == 101)
    #expect(inputs.first == -2 && inputs[50] == 0 && inputs.last == 2)
    let expression = try Expression("sin(3*x)+0.3*x^2")
    for (x, value) in zip(inputs, targets(data.train)) {
      #expect(value == Scalar(expression.evaluate(x: Double(x))))
    }
  }

  @Test func aSurfaceIsSampledWithinItsRanges() throws {
    let data = try load("rosenbrock", [("samples", "300")])
    #expect(data.inputShape == [2])
    #expect(data.train.count == 240 && data.test.count == 60)
    #expect(data.inputRanges == [-2...2, -1...3])
    for (index, value) in values(data.train.inputs).enumerated() {
      #expect(data.inputRanges[index % 2].contains(value))
    }
  }

  @Test func noiseIsOnTheValuesOnly() throws {
    let exact = try load("sine", [("samples", "4000"), ("test", "0")])
    let noisy = try load("sine", [("samples", "4000"), ("test", "0"), ("noise", "0.5")])
    #expect(exact.train.inputs == noisy.train.inputs)
    let differences = zip(targets(exact.train), targets(noisy.train)).map { Double($1 - $0) }
    let variance = differences.reduce(0) { $0 + $1 * $1 } / 4000
    #expect(abs(variance.squareRoot() - 0.5) < 0.02)
    #expect(abs(differences.reduce(0, +) / 4000) < 0.03)
  }

  @Test func whereAFunctionHasNoValueTheErrorSaysWhere() {
    do {
      _ = try load("log(x)")
      Issue.record("log(-3) has no value")
    } catch let error as StrataError {
      #expect(error.problem.contains("x = -3"))
      #expect(error.suggestion?.contains("--range") == true)
    } catch { Issue.record("\(error)") }
  }

  @Test(arguments: [("diigts", "data digits"), ("mnsit", "data mnist"), ("sadle", "data saddle")])
  func anUnknownNameGetsTheNearest(name: String, suggestion: String) {
    do {
      _ = try load(name)
      Issue.record("\(name) was accepted")
    } catch let error as StrataError {
      #expect(error.suggestion == suggestion)
    } catch { Issue.record("\(error)") }
  }

  @Test func aWrongExpressionGetsItsColumn() {
    do {
      _ = try load("sin(3*x")
      Issue.record("accepted")
    } catch let error as StrataError {
      #expect(error.problem.hasPrefix("column 8"))
    } catch { Issue.record("\(error)") }
  }

  @Test func referencesTellFilesFromNames() throws {
    #expect(try DataReference("digits", environment: [:]) == .entry("digits"))
    #expect(try DataReference("saddle", environment: [:]) == .function("saddle"))
    #expect(try DataReference("x/2", environment: [:]) == .function("x/2"))
    #expect(try DataReference("/dev", environment: [:]) == .file("/dev"))
    #expect(throws: StrataError.self) { try DataReference("missing.csv", environment: [:]) }
  }

  @Test func optionsAreKnownForEveryReference() {
    #expect(DataCatalogue.options(for: .entry("parity")).map(\.key).contains("bits"))
    #expect(DataCatalogue.options(for: .function("sine")).map(\.key).contains("range"))
    #expect(DataCatalogue.options(for: .file("a.csv")).map(\.key).contains("label"))
    #expect(!DataCatalogue.options(for: .entry("digits")).map(\.key).contains("noise"))
  }
}
