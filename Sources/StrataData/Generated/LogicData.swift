// Truth tables of yes/no functions: AND and OR, which one threshold unit can learn, XOR and parity, which it cannot
// (Minsky, Papert 1969).
import StrataEngine

enum LogicData {
  static func and(_ options: DataOptions) -> SourceData {
    table("and", "1 where both inputs are 1.", bits: 2, options) { $0 == 0b11 }
  }

  static func or(_ options: DataOptions) -> SourceData {
    table("or", "1 where at least one input is 1.", bits: 2, options) { $0 != 0 }
  }

  static func xor(_ options: DataOptions) -> SourceData {
    table("xor", "1 where exactly one input is 1.", bits: 2, options) { $0.nonzeroBitCount == 1 }
  }

  static func parity(_ options: DataOptions) -> SourceData {
    let bits = options.bits ?? 4
    return table("parity", "1 where an odd number of the \(bits) inputs is 1.", bits: bits, options) {
      $0.nonzeroBitCount % 2 == 1
    }
  }

  /// The truth table itself, rows counted in binary with the first input as the highest bit; or so many noisy copies.
  private static func table(
    _ name: String, _ about: String, bits: Int, _ options: DataOptions, answer: (_ inputs: Int) -> Bool
  ) -> SourceData {
    let rows = 1 << bits
    let count = options.samples ?? rows
    let noise = options.noise ?? (options.samples == nil ? 0 : 0.1)
    var random = RandomStream(seed: options.seed, name: "data \(name)")
    var values: [Scalar] = []
    var labels: [Int32] = []
    values.reserveCapacity(count * bits)
    for sample in 0..<count {
      let row = sample % rows
      for bit in (0..<bits).reversed() {
        let exact: Double = row >> bit & 1 == 1 ? 1 : 0
        values.append(Scalar(noise > 0 ? exact + noise * random.normal() : exact))
      }
      labels.append(answer(row) ? 1 : 0)
    }
    let inputs = SampleStore(sampleShape: [bits], storage: .scalars(values))
    let what = options.samples == nil ? "The truth table." : "Copies of the truth table's rows, noise \(noise)."
    return SourceData(
      name: name, about: "\(about) \(what)",
      samples: Samples(inputs: inputs, targets: .classes(labels: labels, names: ["0", "1"])),
      featureNames: (1...bits).map { "x\($0)" },
      inputRanges: bits == 2 ? room(PlanarData.spans(of: inputs)) : [],
      standardTest: options.samples == nil ? .none : .fraction(0.2))
  }

  /// At least −0.5...1.5, so that the corners do not stand on the edge of the picture.
  private static func room(_ spans: [ClosedRange<Scalar>]) -> [ClosedRange<Scalar>] {
    spans.map { min($0.lowerBound, -0.5)...max($0.upperBound, 1.5) }
  }
}
