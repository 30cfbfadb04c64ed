// Sine waves, each with a frequency and a phase of its own: what comes next is asked for at every time step. A network has to
// find out the frequency from the first few values; from then on x(t+1) = 2 cos ω · x(t) − x(t−1).
//
// Learned on data, such a network goes on by itself: each answer becomes the next input.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

enum WaveData {
  /// The shortest and the longest wave, in time steps.
  static let periods = 8.0...32.0

  /// `--samples` waves of `--length` time steps, with normal noise on all values.
  static func waves(_ options: DataOptions) throws(StrataError) -> SourceData {
    let length = options.length ?? 50
    let count = options.samples ?? 500
    try SequenceLimits.check(count, length: length, features: 2, name: "waves")
    let noise = options.noise ?? 0
    var random = RandomStream(seed: options.seed, name: "data waves")
    var inputs: [Scalar] = []
    var targets: [Scalar] = []
    for _ in 0..<count {
      let period = periods.lowerBound + random.uniform() * (periods.upperBound - periods.lowerBound)
      let phase = random.uniform() * 2 * Double.pi
      let wave = (0...length).map { time in
        let exact = sin(phase + 2 * .pi * Double(time) / period)
        return Scalar(noise > 0 ? exact + noise * random.normal() : exact)
      }
      inputs += wave.dropLast()
      targets += wave.dropFirst()
    }
    return SourceData(
      name: "waves",
      about:
        "Sine waves of 8 to 32 time steps\(noise > 0 ? ", noise \(noise)" : ""), \(length) values each, generated. The "
        + "next value is asked for at every time step.",
      samples: Samples(
        inputs: SampleStore(sampleShape: [length, 1], storage: .scalars(inputs)),
        targets: .values(SampleStore(sampleShape: [length, 1], storage: .scalars(targets)))),
      featureNames: ["x"], targetNames: ["x"])
  }
}
