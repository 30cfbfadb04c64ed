// Images made of whole columns or of whole rows: small enough to be known exactly, and no single pixel tells anything.
//
// The orientation is drawn first, then for each of the `side` columns or rows whether it is on. Both orientations can give
// the empty and the full image, so there are 2·2^side − 2 different ones.
import StrataEngine

enum BarsData {
  static let standardCount = 4000
  private static let orientations = ["vertical", "horizontal"]

  /// Vertical with probability 2/3, each bar on with 0.2; Hinton, Dayan, Frey, Neal 1995: The wake-sleep algorithm for
  /// unsupervised neural networks, Science 268. Entropy 3.4284 bits.
  static func bars(_ options: DataOptions) -> SourceData {
    images(
      "bars", "4×4 images, vertical bars with probability 2/3, else horizontal ones, each bar on with 0.2", side: 4,
      vertical: 2.0 / 3, on: 0.2, options)
  }

  /// Both orientations and both states of every line equally likely; D. MacKay 2003: Information Theory, Inference, and
  /// Learning Algorithms, chapter 43. Entropy `side + 1 − 2^(1 − side)` bits.
  static func barsAndStripes(_ options: DataOptions) -> SourceData {
    let side = options.side ?? 4
    return images(
      "bars-and-stripes", "\(side)×\(side) images, columns or rows, each on or off with probability 1/2", side: side,
      vertical: 0.5, on: 0.5, options)
  }

  private static func images(
    _ name: String, _ about: String, side: Int, vertical: Double, on: Double, _ options: DataOptions
  ) -> SourceData {
    var random = RandomStream(seed: options.seed, name: "data \(name)")
    let samples = Samples(
      drawing: options.samples ?? standardCount, shape: [side, side], classNames: orientations, random: &random
    ) { random in
      let isVertical = random.uniform() < vertical
      let lines = random.bits(side, probability: on)
      return (image(lines, isVertical: isVertical, side: side), isVertical ? 0 : 1)
    }
    let outcomes = (0..<UInt64(1) << UInt64(side)).flatMap { lines in
      let count = lines.nonzeroBitCount
      let probability = (0..<side).reduce(1.0) { product, line in product * (line < count ? on : 1 - on) }
      return [
        BinaryOutcome(pixels: image(lines, isVertical: true, side: side), probability: vertical * probability),
        BinaryOutcome(pixels: image(lines, isVertical: false, side: side), probability: (1 - vertical) * probability),
      ]
    }
    return SourceData(
      name: name, about: "\(about), generated.", samples: samples,
      distribution: KnownDistribution(outcomes, features: side * side))
  }

  /// The image in which the columns or rows are on whose bits are set.
  private static func image(_ lines: UInt64, isVertical: Bool, side: Int) -> UInt64 {
    var pixels: UInt64 = 0
    for row in 0..<side {
      for column in 0..<side where lines >> UInt64(isVertical ? column : row) & 1 == 1 {
        pixels |= 1 << UInt64(row * side + column)
      }
    }
    return pixels
  }
}
