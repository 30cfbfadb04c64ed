// A row of random pixels above a copy that is shifted: no pixel and no pair of pixels tells the shift, so that features of
// three and more have to be found. After G. Hinton, T. Sejnowski 1986: Learning and relearning in Boltzmann machines.
import StrataEngine

enum ShifterData {
  private static let shifts = ["left", "none", "right"]
  /// The widest rows whose exact distribution is held: 3·2^10 ways.
  private static let widestKnown = 10

  /// Rows of `--bits` pixels, each on with probability 1/2; each shift with probability 1/3. Pixels that leave at one end
  /// come back at the other.
  static func shifter(_ options: DataOptions) -> SourceData {
    let width = options.bits ?? 8
    var random = RandomStream(seed: options.seed, name: "data shifter")
    let samples = Samples(
      drawing: options.samples ?? BarsData.standardCount, shape: [2, width], classNames: shifts, random: &random
    ) { random in
      let shift = random.integer(below: shifts.count)
      return (image(random.bits(width, probability: 0.5), shift: shift, width: width), shift)
    }
    var distribution: KnownDistribution?
    if width <= widestKnown {
      let rows = UInt64(1) << UInt64(width)
      let outcomes = (0..<rows).flatMap { row in
        shifts.indices.map { shift in
          BinaryOutcome(
            pixels: image(row, shift: shift, width: width), probability: 1 / (Double(rows) * Double(shifts.count)))
        }
      }
      distribution = KnownDistribution(outcomes, features: 2 * width)
    }
    return SourceData(
      name: "shifter",
      about: "A row of \(width) random pixels, and below it the same shifted to the left, not at all or to the right, "
        + "generated.",
      samples: samples, distribution: distribution)
  }

  /// The row and below it the row shifted: 0 to the left, 1 not at all, 2 to the right. Pixel 0 is the leftmost.
  private static func image(_ row: UInt64, shift: Int, width: Int) -> UInt64 {
    let width = UInt64(width)
    let all = (UInt64(1) << width) - 1
    let shifted =
      switch shift {
      case 0: row >> 1 | row << (width - 1)
      case 2: row << 1 | row >> (width - 1)
      default: row
      }
    return row | (shifted & all) << width
  }
}
