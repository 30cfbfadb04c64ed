// Regression data from a function: a named one, or whatever was typed.
import StrataEngine

enum FunctionData {
  /// The options that apply to functions.
  static let options = ["samples", "noise", "range", "test", "seed", "standardize"]

  /// Samples of a function of x (evenly spaced, so that the whole curve is seen) or of x and y (uniformly drawn), with
  /// normal noise on the values.
  static func load(_ text: String, _ options: DataOptions) throws(StrataError) -> SourceData {
    let named = NamedFunction.named(text)
    let expression = try Expression(named?.text ?? text)
    let inputs = expression.uses(.y) ? 2 : 1
    let standard = inputs == 1 ? -3.0...3.0 : -2.0...2.0
    let ranges = [options.range ?? named?.xRange ?? standard, options.range ?? named?.yRange ?? standard].prefix(inputs)
    let count = options.samples ?? (inputs == 1 ? 200 : 600)
    let noise = options.noise ?? 0

    var random = RandomStream(seed: options.seed, name: "data function")
    var places: [Scalar] = []
    var values: [Scalar] = []
    for sample in 0..<count {
      let point = ranges.map { range in
        let share = inputs == 1 ? Double(sample) / Double(max(count - 1, 1)) : random.uniform()
        return Double(Scalar(range.lowerBound + share * (range.upperBound - range.lowerBound)))
      }
      let value = expression.evaluate(x: point[0], y: point.last ?? 0)
      guard Scalar(value).isFinite else {
        let place = zip(["x", "y"], point).map { "\($0) = \(Scalar($1))" }.joined(separator: ", ")
        throw StrataError("\(text) is \(value) at \(place)", try: "--range with a range in which it has values")
      }
      places += point.map { Scalar($0) }
      values.append(Scalar(noise > 0 ? value + noise * random.normal() : value))
    }
    let summary = named.map { "\($0.summary): " } ?? ""
    return SourceData(
      name: text,
      about: "\(summary)\(expression), \(count) samples\(noise > 0 ? ", noise \(noise)" : "").",
      samples: Samples(
        inputs: SampleStore(sampleShape: [inputs], storage: .scalars(places)),
        targets: .values(SampleStore(sampleShape: [1], storage: .scalars(values)))),
      featureNames: Array(["x", "y"].prefix(inputs)), targetNames: [named?.name ?? "f"],
      inputRanges: ranges.map { Scalar($0.lowerBound)...Scalar($0.upperBound) })
  }
}
