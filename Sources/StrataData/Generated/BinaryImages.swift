// Images of zeros and ones drawn from finitely many outcomes: the samples, and the exact distribution beside them.
//
// An image is a whole number: its pixel i, row by row, is bit i.
import StrataEngine

/// One way an image can come about, and how likely that way is. Several ways may lead to the same image.
struct BinaryOutcome {
  var pixels: UInt64
  var probability: Double
}

extension KnownDistribution {
  /// The images of all ways, with the probabilities of those that lead to the same image added up, ordered as numbers.
  init(_ outcomes: [BinaryOutcome], features: Int) {
    var sums: [UInt64: Double] = [:]
    for outcome in outcomes { sums[outcome.pixels, default: 0] += outcome.probability }
    let images = sums.filter { $0.value > 0 }.sorted { $0.key < $1.key }
    self.init(
      patterns: Tensor(
        [images.count, features], elements: images.flatMap { binaryPixels($0.key, count: features).map { Scalar($0) } }),
      probabilities: images.map(\.value))
  }
}

extension Samples {
  /// Draws images with the index of their class, one after another.
  init(
    drawing count: Int, shape: Shape, classNames: [String], random: inout RandomStream,
    _ draw: (_ random: inout RandomStream) -> (pixels: UInt64, label: Int)
  ) {
    let size = shape.elementCount
    var pixels: [UInt8] = []
    var labels: [Int32] = []
    pixels.reserveCapacity(count * size)
    labels.reserveCapacity(count)
    for _ in 0..<count {
      let image = draw(&random)
      pixels += binaryPixels(image.pixels, count: size)
      labels.append(Int32(image.label))
    }
    self.init(
      inputs: SampleStore(sampleShape: shape, storage: .bytes(pixels, scale: 1, offset: 0)),
      targets: .classes(labels: labels, names: classNames))
  }
}

/// The pixels of an image, 0 or 1 each.
private func binaryPixels(_ image: UInt64, count: Int) -> [UInt8] {
  (0..<UInt64(count)).map { UInt8(image >> $0 & 1) }
}

extension RandomStream {
  /// Bits that are 1 with a probability, each for itself.
  mutating func bits(_ count: Int, probability: Double) -> UInt64 {
    var bits: UInt64 = 0
    for bit in 0..<UInt64(count) where uniform() < probability { bits |= 1 << bit }
    return bits
  }
}
