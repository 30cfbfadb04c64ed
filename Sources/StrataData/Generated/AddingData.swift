// The adding problem: a long row of random numbers, two of them marked, and at the end their sum is asked for. What lies
// between must be let pass.
//
// A time step has a value, uniform in [0, 1), and a mark, 1 at two of the steps, one in each half, else 0. Always answering
// 1, the mean, gives a squared error of 1/6. Source: S. Hochreiter, J. Schmidhuber 1997, Long short-term memory,
// experiment 4, in the form that is commonly used since (values from 0 to 1, marks 0 and 1).
import StrataEngine

enum AddingData {
  /// `--samples` sequences of `--length` time steps, one sum a sequence.
  static func adding(_ options: DataOptions) throws(StrataError) -> SourceData {
    let length = options.length ?? 50
    let count = options.samples ?? 5_000
    try SequenceLimits.check(count, length: length, features: 2, name: "adding")
    var random = RandomStream(seed: options.seed, name: "data adding")
    var inputs = [Scalar](repeating: 0, count: count * length * 2)
    var sums: [Scalar] = []
    for row in 0..<count {
      let start = row * length * 2
      for time in 0..<length { inputs[start + 2 * time] = Scalar(random.uniform()) }
      let half = length / 2
      let marked = [random.integer(below: half), half + random.integer(below: length - half)]
      for time in marked { inputs[start + 2 * time + 1] = 1 }
      sums.append(inputs[start + 2 * marked[0]] + inputs[start + 2 * marked[1]])
    }
    return SourceData(
      name: "adding",
      about:
        "\(length) random numbers, two of them marked; their sum is asked for at the end, generated. The mean as the "
        + "answer gives a squared error of 1/6, a loss of 0.083.",
      samples: Samples(
        inputs: SampleStore(sampleShape: [length, 2], storage: .scalars(inputs)),
        targets: .values(SampleStore(sampleShape: [1], storage: .scalars(sums)))),
      featureNames: ["value", "mark"], targetNames: ["sum"])
  }
}
