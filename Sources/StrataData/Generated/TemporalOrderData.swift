// Temporal order: two of the symbols matter, an X or a Y early and an X or a Y in the middle, and the class is which two and
// in which order. All others are there to be forgotten.
//
// A sequence begins with E, ends with B, and has a, b, c, d drawn at random between. Source: S. Hochreiter, J. Schmidhuber
// 1997, Long short-term memory, experiment 6a (task 3a): there sequences have 100 to 110 symbols, the first that matters
// stands at 10 to 20 and the second at 50 to 60. Here all are of one length, with the same proportions.
import StrataEngine

enum TemporalOrderData {
  static let symbols = ["a", "b", "c", "d", "X", "Y", "B", "E"]
  static let classes = ["XX", "XY", "YX", "YY"]

  /// `--samples` sequences of `--length` symbols, one class a sequence.
  static func temporalOrder(_ options: DataOptions) throws(StrataError) -> SourceData {
    let length = options.length ?? 30
    let size = symbols.count
    guard (10...5_000).contains(length) else {
      throw StrataError(
        "the sequences have 10 to 5000 symbols; got --length \(length)", try: "data temporal-order --length 30")
    }
    let count = options.samples ?? 2_500
    try SequenceLimits.check(count, length: length, features: size, name: "temporal-order")
    var random = RandomStream(seed: options.seed, name: "data temporal-order")
    var inputs = [UInt8](repeating: 0, count: count * length * size)
    var labels: [Int32] = []
    for row in 0..<count {
      var string = (0..<length).map { _ in random.integer(below: 4) }
      (string[0], string[length - 1]) = (7, 6)
      let (first, second) = (random.integer(below: 2), random.integer(below: 2))
      string[place(length / 10...length / 5, &random)] = 4 + first
      string[place(length / 2...length * 3 / 5, &random)] = 4 + second
      for (time, symbol) in string.enumerated() { inputs[(row * length + time) * size + symbol] = 1 }
      labels.append(Int32(2 * first + second))
    }
    return SourceData(
      name: "temporal-order",
      about:
        "Sequences of \(length) symbols; the class is which of X and Y came early and which in the middle, generated.",
      samples: Samples(
        inputs: SampleStore(sampleShape: [length, size], storage: .bytes(inputs, scale: 1, offset: 0)),
        targets: .classes(labels: labels, names: classes)),
      featureNames: symbols, hasSymbols: true)
  }

  private static func place(_ range: ClosedRange<Int>, _ random: inout RandomStream) -> Int {
    range.lowerBound + random.integer(below: range.count)
  }
}
