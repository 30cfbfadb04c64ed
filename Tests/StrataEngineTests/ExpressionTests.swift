import StrataEngine
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a user types is read as mathematics has it, printed back tidily, and bad text is answered with its column.
struct ExpressionTests {
  @Test(
    arguments: [
      ("1+2*3", 7), ("(1+2)*3", 9), ("2^3^2", 512), ("-2^2", -4), ("2^-1", 0.5), ("10-4-3", 3), ("24/4/2", 3),
      ("--3", 3),
      ("2*-3", -6), ("1/2x", 1), ("3x", 6), ("2sin(0)+1", 1), ("(x+1)(x-1)", 3), ("x y", 6), ("2e", 2 * M_E),
      ("2e3", 2000), ("1.5e-1", 0.15), (".5", 0.5), ("5.", 5), ("x1*x2", 6), ("min(x, y)", 2), ("max(x,y,7)", 7),
      ("abs(-x)", 2), ("step(0)", 1), ("step(-0.1)", 0), ("sign(-4)", -1), ("floor(-0.5)", -1), ("relu(-x)", 0),
      ("sigmoid(0)", 0.5), ("sqrt(16)", 4), ("exp(0)", 1), ("log(e)", 1), ("cos(pi)", -1), ("2·3×4−1", 23),
      ("tanh(0)", 0),
      ("x - (y - x)", 1), ("x^2/y", 4.0 / 3), ("-x^2", -4), ("(-x)^2", 4), ("e^x", M_E * M_E),
      ("tan(x)", -2.185039863261519),
    ] as [(String, Double)])
  func valuesAtTwoAndThree(text: String, expected: Double) throws {
    #expect(abs(try Expression(text).evaluate(x: 2, y: 3) - expected) < 1e-12)
  }

  @Test(arguments: [
    ("sin(3*x)+0.3*x^2", "sin(3*x) + 0.3*x^2"), ("x+x", "2*x"), ("3x-x", "2*x"), ("x*x*x", "x^3"), ("x-x", "0"),
    ("0*sin(x)", "0"), ("x/x", "1"), ("x/3", "x/3"), ("1/2x", "x/2"), ("-x^2", "-x^2"), ("2*(x*3)", "6*x"),
    ("x/y/3", "x/(3*y)"), ("1-x", "-x + 1"), ("2^-x", "2^(-x)"), ("(x+1)^2", "(x + 1)^2"), ("x-(y-1)", "x - y + 1"),
    ("(-2)^x", "(-2)^x"), ("min(x,y)", "min(x, y)"), ("1/x", "1/x"), ("1/x^2", "1/x^2"), ("-1/x", "-1/x"),
    ("0.1+0.2x", "0.2*x + 0.1"), ("pi*x", "pi*x"), ("(x^y)^2", "(x^y)^2"), ("1e-5x", "1e-05*x"),
  ])
  func printsTidily(text: String, expected: String) throws {
    #expect(try Expression(text).description == expected)
  }

  @Test(arguments: [
    ("x^3", "3*x^2"), ("sin(3*x)", "3*cos(3*x)"), ("cos(x)", "-sin(x)"), ("exp(2x)", "2*exp(2*x)"), ("log(x)", "1/x"),
    ("5", "0"), ("y^2", "0"), ("x*y", "y"), ("x^2 + 3x + 1", "2*x + 3"), ("1/x", "-1/x^2"),
    ("sqrt(x)", "1/(2*sqrt(x))"),
    ("abs(x)", "sign(x)"), ("relu(x)", "step(x)"), ("step(x)", "0"), ("tanh(x)", "-tanh(x)^2 + 1"), ("e^x", "e^x"),
    ("sin(3*x)+0.3*x^2", "3*cos(3*x) + 0.6*x"), ("2^x", "2^x*log(2)"), ("tan(x)", "1/cos(x)^2"), ("pi*x", "pi"),
  ])
  func derivativesAreReadable(text: String, expected: String) throws {
    #expect(try Expression(text).derivative(by: .x).description == expected)
  }

  @Test(arguments: [
    ("", "column 1"), ("x +", "column 4"), ("(x", "column 3"), ("x)", "column 2"), ("sin x", "column 5"),
    ("foo(x)", "column 1"), ("x * * 2", "column 5"), ("2 3", "column 3"), ("x $ 2", "column 3"), ("min(x)", "column 6"),
    ("1e999", "column 1"), ("..", "column 1"), ("3^", "column 3"), ("sin()", "column 5"), ("xy", "column 1"),
    ("x\u{1b}[2J", "column 2"), ("x,y", "column 2"), ("x = 2", "column 3"),
  ])
  func errorsNameTheColumn(text: String, column: String) {
    do {
      _ = try Expression(text)
      Issue.record("\(text) was accepted")
    } catch {
      #expect(error.problem.hasPrefix(column + ":"), "\(error)")
      #expect(!error.problem.unicodeScalars.contains { $0.value < 32 })
    }
  }

  @Test func hostileTextIsRefused() {
    for text in [
      String(repeating: "(", count: 900) + "x", String(repeating: "x^", count: 400) + "x",
      String(repeating: "sin(", count: 200) + "x" + String(repeating: ")", count: 200),
      String(repeating: "1+", count: 100_000) + "1",
    ] {
      #expect(throws: StrataError.self) { try Expression(text) }
    }
  }

  @Test func longTextsAndTheirDerivativesAreHandledOrRefused() throws {
    let product = (1...60).map { "(x^\($0)+y)" }.joined(separator: "*")
    let sum = String(repeating: "x+", count: 499) + "x"
    let deep = String(repeating: "exp(x*", count: 55) + "x" + String(repeating: ")", count: 55)
    let tower = String(repeating: "x^(", count: 29) + "x" + String(repeating: ")", count: 29)
    for text in [product, sum, deep, tower, String(repeating: "-", count: 998) + "x"] {
      var expression = try Expression(text)
      // Derivatives of derivatives grow; sooner or later one is refused, and none takes the program down.
      for _ in 0..<4 {
        guard let next = try? expression.derivative(by: .x) else { break }
        expression = next
        #expect(!expression.description.isEmpty)
      }
    }
    #expect(try Expression(sum).description == "500*x")
  }

  /// A random expression as text and as a closure that computes it by another way.
  private struct Sample {
    var text: String
    var value: @Sendable (Double, Double) -> Double
  }

  private func random(_ stream: inout RandomStream, depth: Int) -> Sample {
    switch stream.integer(below: depth == 0 ? 3 : 10) {
    case 0: return Sample(text: "x") { x, _ in x }
    case 1: return Sample(text: "y") { _, y in y }
    case 2:
      let number = Double(1 + stream.integer(below: 40)) / 8
      return Sample(text: "\(number)") { _, _ in number }
    case 3, 4:
      let (a, b) = (random(&stream, depth: depth - 1), random(&stream, depth: depth - 1))
      return Sample(text: "(\(a.text)+\(b.text))") { a.value($0, $1) + b.value($0, $1) }
    case 5:
      let (a, b) = (random(&stream, depth: depth - 1), random(&stream, depth: depth - 1))
      return Sample(text: "(\(a.text) - \(b.text))") { a.value($0, $1) - b.value($0, $1) }
    case 6:
      let (a, b) = (random(&stream, depth: depth - 1), random(&stream, depth: depth - 1))
      return Sample(text: "\(a.text)*\(b.text)") { a.value($0, $1) * b.value($0, $1) }
    case 7:
      let (a, b) = (random(&stream, depth: depth - 1), random(&stream, depth: depth - 1))
      return Sample(text: "(\(a.text))/(2+(\(b.text))^2)") { a.value($0, $1) / (2 + b.value($0, $1) * b.value($0, $1)) }
    case 8:
      let a = random(&stream, depth: depth - 1)
      return Sample(text: "-(\(a.text))^3") { -pow(a.value($0, $1), 3) }
    default:
      let a = random(&stream, depth: depth - 1)
      let all: [(String, @Sendable (Double) -> Double)] = [
        ("sin", { sin($0) }), ("cos", { cos($0) }), ("tanh", { tanh($0) }), ("sigmoid", { 1 / (1 + exp(-$0)) }),
        ("abs", { $0.magnitude }), ("relu", { max($0, 0) }),
      ]
      let (name, function) = all[stream.integer(below: all.count)]
      return Sample(text: "\(name)(\(a.text))") { function(a.value($0, $1)) }
    }
  }

  private func agree(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    abs(a - b) <= tolerance * max(1, abs(a), abs(b))
  }

  @Test func randomExpressionsAgreeWithDirectArithmetic() throws {
    var stream = RandomStream(seed: 1, name: "expressions")
    for _ in 0..<600 {
      let sample = random(&stream, depth: 4)
      if sample.text.count > Expression.maximumLength { continue }
      let expression = try Expression(sample.text)
      let again = try Expression(expression.description)
      #expect(again == expression, "\(sample.text) prints as \(expression)")
      for _ in 0..<4 {
        let (x, y) = (stream.normal(), stream.normal())
        let expected = sample.value(x, y)
        if abs(expected) > 1e6 { continue }
        #expect(agree(expression.evaluate(x: x, y: y), expected, 1e-9), "\(sample.text) at \(x), \(y)")
      }
    }
  }

  @Test func derivativesAgreeWithDifferences() throws {
    var stream = RandomStream(seed: 2, name: "expressions")
    var compared = 0
    for _ in 0..<600 {
      let sample = random(&stream, depth: 3)
      let expression = try Expression(sample.text)
      for variable in Expression.Variable.allCases {
        let derivative = try expression.derivative(by: variable)
        let (x, y) = (0.3 + stream.uniform(), -0.4 - stream.uniform())
        func value(_ h: Double) -> Double {
          variable == .x ? expression.evaluate(x: x + h, y: y) : expression.evaluate(x: x, y: y + h)
        }
        func slope(_ h: Double) -> Double { (value(h) - value(-h)) / (2 * h) }
        // Where two step widths disagree a kink is near or the numbers are wild: nothing to compare with.
        let expected = slope(1e-5)
        guard agree(expected, slope(1e-4), 1e-5), abs(expected) < 1e4 else { continue }
        compared += 1
        #expect(agree(derivative.evaluate(x: x, y: y), expected, 1e-4), "d/d\(variable) \(expression) = \(derivative)")
      }
    }
    #expect(compared > 800)
  }

  @Test(arguments: ["min(x, y)", "max(x^2, y)", "tan(x)", "x^y", "log(x + 2)", "sqrt(x + 3)", "exp(x*y)", "abs(x - y)"])
  func derivativesOfTheOtherFunctions(text: String) throws {
    let expression = try Expression(text)
    let derivative = try expression.derivative(by: .x)
    for (x, y) in [(0.7, 0.2), (0.3, 0.9), (1.2, 1.3)] {
      let expected = (expression.evaluate(x: x + 1e-6, y: y) - expression.evaluate(x: x - 1e-6, y: y)) / 2e-6
      #expect(agree(derivative.evaluate(x: x, y: y), expected, 1e-6))
    }
  }

  @Test func knowsItsVariables() throws {
    #expect(try Expression("sin(x)").uses(.x))
    #expect(try !Expression("sin(x)").uses(.y))
    #expect(try Expression("x2 - 1").uses(.y))
  }

  @Test func noValueIsNan() throws {
    #expect(try Expression("log(x)").evaluate(x: -1).isNaN)
    #expect(try Expression("sqrt(x)").evaluate(x: -1).isNaN)
    #expect(try Expression("1/x").evaluate(x: 0) == .infinity)
    #expect(try Expression("max(log(x), 1)").evaluate(x: -1).isNaN)
  }
}
