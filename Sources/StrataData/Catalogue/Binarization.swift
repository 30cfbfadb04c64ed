// Grey pixels made 0 or 1, for models whose units are binary.
import StrataEngine

/// How a pixel in 0...1 becomes 0 or 1.
public enum Binarization: String, Sendable, Hashable {
  /// 1 from one half on.
  case threshold
  /// 1 with the grey value as the probability, drawn once (Salakhutdinov, Murray 2008).
  case stochastic

  /// For what is told of the data.
  var sentence: String {
    switch self {
    case .threshold: "Pixels from 0.5 on are 1, the others 0."
    case .stochastic: "Pixels are 0 or 1, drawn once with the grey value as the probability of 1."
    }
  }

  /// The store with bytes 0 and 1. Pixels that are surely one of them draw nothing.
  ///
  /// Throws, with the name, when a number is outside 0...1.
  func applied(to store: SampleStore, of name: String, random: inout RandomStream) throws(StrataError) -> SampleStore {
    var bits: [UInt8] = []
    switch store.storage {
    case .bytes(let bytes, let scale, let offset):
      // What a byte becomes depends on nothing else, so it is worked out once for each of the 256.
      let values = (0...255).map { Double(Scalar($0) * scale + offset) }
      if let bad = bytes.first(where: { !Binarization.isPixel(values[Int($0)]) }) {
        throw Binarization.refusal(of: values[Int(bad)], name)
      }
      bits = bytes.map { bit(values[Int($0)], &random) }
    case .scalars(let values):
      if let bad = values.first(where: { !Binarization.isPixel(Double($0)) }) {
        throw Binarization.refusal(of: Double(bad), name)
      }
      bits = values.map { bit(Double($0), &random) }
    }
    return SampleStore(sampleShape: store.sampleShape, storage: .bytes(bits, scale: 1, offset: 0))
  }

  private func bit(_ value: Double, _ random: inout RandomStream) -> UInt8 {
    switch self {
    case .threshold: value >= 0.5 ? 1 : 0
    case .stochastic: value <= 0 ? 0 : value >= 1 || random.uniform() < value ? 1 : 0
    }
  }

  /// 255 times the nearest number to 1/255 may lie a rounding above 1.
  private static func isPixel(_ value: Double) -> Bool { value >= 0 && value <= 1 + 1e-6 }

  private static func refusal(of value: Double, _ name: String) -> StrataError {
    StrataError(
      "--binarize needs pixels in 0...1, and \(name) holds \(Scalar(value))",
      try: "bring the numbers to 0...1 in the file, or leave --binarize away")
  }
}
