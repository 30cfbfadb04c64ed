import CFiles
import StrataEngine

/// The 8×8 handwritten digits that come with the program.
enum Digits {
  static let count = 1797

  static func load() -> SourceData {
    let size = 64
    var labels: [Int32] = []
    labels.reserveCapacity(count)
    let text = UnsafeRawPointer(cf_digits()).assumingMemoryBound(to: UInt8.self)
    for digit in 0..<count { labels.append(Int32(text[digit * (size + 1) + size]) - 48) }
    let pixels = [UInt8](unsafeUninitializedCapacity: count * size) { pixels, used in
      for digit in 0..<count {
        for pixel in 0..<size {
          let symbol = text[digit * (size + 1) + pixel]
          // 0-9 stand for themselves, a-g for 10-16.
          pixels[digit * size + pixel] = symbol < 58 ? symbol - 48 : symbol - 87
        }
      }
      used = count * size
    }
    return SourceData(
      name: "digits",
      about: "1797 handwritten digits, 8×8 pixels, from 13 writers. E. Alpaydin, C. Kaynak: Optical Recognition of "
        + "Handwritten Digits, UCI Machine Learning Repository 1998, CC BY 4.0.",
      samples: Samples(
        inputs: SampleStore(sampleShape: [8, 8], storage: .bytes(pixels, scale: 1 / 16, offset: 0)),
        targets: .classes(labels: labels, names: (0...9).map(String.init))))
  }
}
