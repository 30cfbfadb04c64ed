// How much is generated at most: lengths and counts multiply, and a number typed too large should not fill the memory.
import StrataEngine

enum SequenceLimits {
  /// Numbers in all inputs together.
  static let mostNumbers = 1 << 28

  /// Throws where so many sequences of `length` time steps would not fit.
  static func check(_ count: Int, length: Int, features: Int, name: String) throws(StrataError) {
    guard count * length * features > mostNumbers else { return }
    throw StrataError(
      "\(count) sequences of \(length) time steps are too many to be held: \(mostNumbers / (length * features)) at most",
      try: "data \(name) --samples 1000")
  }
}
