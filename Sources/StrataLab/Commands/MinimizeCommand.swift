// A function instead of a network: descending it shows what a gradient is.
import StrataEngine

extension Command {
  static let minimize = Command(
    "minimize", .build, "puts a point on a function of x, or of x and y, to be moved downhill step by step",
    forms: [
      Form(
        [Place("EXPRESSION", .words, "such as sin(3*x) + 0.3*x^2, or a name such as rosenbrock")],
        options: { _ in
          [
            OptionDescription("start", .text(form: "1.5 or 1.5,-1"), "where the point begins"),
            OptionDescription("range", .text(form: "-3:3"), "what is drawn of each variable"),
          ]
        }
      ) { arguments throws(StrataError) in
        let text = arguments.text("EXPRESSION") ?? ""
        let named = NamedFunction.named(text)
        let function = try Expression(named?.text ?? text)
        let variables = function.uses(.y) ? 2 : 1
        var ranges = [named?.xRange ?? -3...3, named?.yRange ?? -3...3]
        if let range = arguments.option("range") {
          ranges = [ClosedRange<Double>](repeating: try parsedRange(range), count: 2)
        }
        let shown = Array(ranges.prefix(variables))
        let given = arguments.option("start")
        let start = try given.map { (text) throws(StrataError) in try parsedStart(text) } ?? usualStart(shown)
        let model = try FunctionModel(function, start: start, ranges: shown)
        let name = named?.name ?? "\(function)"
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let empty = Samples(inputs: SampleStore(sampleShape: [variables], storage: .scalars([])), targets: .none)
          let data = DataSet(
            name: name, about: "The function \(function).", train: empty, test: empty,
            featureNames: Array(["x", "y"].prefix(variables)),
            inputRanges: shown.map { Scalar($0.lowerBound)...Scalar($0.upperBound) })
          let notes = experiment.begin(with: model, data: data)
          let place = zip(["x", "y"], start).map { "\($0) = \(NumberText.short($1))" }.joined(separator: ", ")
          return Outcome("minimize \(function) from \(place)", notes: notes)
        }
      }
    ],
    examples: ["minimize x^2 + 3*y^2 --start 2,-1", "minimize wiggle"])

  /// Some way up the slope, and off the axes, where slopes often vanish.
  private static func usualStart(_ ranges: [ClosedRange<Double>]) -> [Double] {
    ranges.enumerated().map { index, range in
      range.lowerBound + (index == 0 ? 0.15 : 0.8) * (range.upperBound - range.lowerBound)
    }
  }

  private static func parsedStart(_ text: String) throws(StrataError) -> [Double] {
    let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
    guard (1...2).contains(numbers.count), let first = numbers[0], let last = numbers[numbers.count - 1] else {
      throw StrataError("--start takes one number or two, such as 1.5,-1; got \(text.quoted)", try: "--start 1,1")
    }
    guard Scalar(first).isFinite, Scalar(last).isFinite else {
      throw StrataError("--start is too far out: \(text.quoted)", try: "--start 1,1")
    }
    return numbers.count == 1 ? [first] : [first, last]
  }

  private static func parsedRange(_ text: String) throws(StrataError) -> ClosedRange<Double> {
    let ends = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low < high, abs(low) <= 1e6, abs(high) <= 1e6 else {
      throw StrataError("--range takes two numbers, the smaller first; got \(text.quoted)", try: "--range -3:3")
    }
    return low...high
  }
}
