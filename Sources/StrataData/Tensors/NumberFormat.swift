// How files hold numbers: their width, kind and byte order, and the way to `Float`.
import StrataEngine

enum NumberFormat: Sendable {
  case float16, bfloat16, float32, float64
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case bool

  /// Bytes a number.
  var size: Int {
    switch self {
    case .int8, .uint8, .bool: 1
    case .float16, .bfloat16, .int16, .uint16: 2
    case .float32, .int32, .uint32: 4
    case .float64, .int64, .uint64: 8
    }
  }

  /// The numbers in a range of bytes that holds a whole count of them, each as the nearest Float.
  func numbers(in bytes: [UInt8], _ range: Range<Int>, isBigEndian: Bool = false) -> [Scalar] {
    precondition(range.count % size == 0 && range.upperBound <= bytes.count, "\(range) of \(bytes.count) bytes")
    let count = range.count / size
    return bytes.withUnsafeBytes { all in
      let source = UnsafeRawBufferPointer(rebasing: all[range])
      func load<Word: FixedWidthInteger>(_ convert: (Word) -> Scalar) -> [Scalar] {
        [Scalar](unsafeUninitializedCapacity: count) { target, used in
          for index in 0..<count {
            let word = source.loadUnaligned(fromByteOffset: index * MemoryLayout<Word>.size, as: Word.self)
            target.initializeElement(at: index, to: convert(isBigEndian ? word.bigEndian : word.littleEndian))
          }
          used = count
        }
      }
      switch self {
      case .float16: return load { (word: UInt16) in NumberFormat.half(word) }
      case .bfloat16: return load { (word: UInt16) in Scalar(Float(bitPattern: UInt32(word) << 16)) }
      case .float32: return load { (word: UInt32) in Scalar(Float(bitPattern: word)) }
      case .float64: return load { (word: UInt64) in Scalar(Double(bitPattern: word)) }
      case .int8: return load { (word: Int8) in Scalar(word) }
      case .int16: return load { (word: Int16) in Scalar(word) }
      case .int32: return load { (word: Int32) in Scalar(word) }
      case .int64: return load { (word: Int64) in Scalar(word) }
      case .uint8: return load { (word: UInt8) in Scalar(word) }
      case .uint16: return load { (word: UInt16) in Scalar(word) }
      case .uint32: return load { (word: UInt32) in Scalar(word) }
      case .uint64: return load { (word: UInt64) in Scalar(word) }
      case .bool: return load { (word: UInt8) in word == 0 ? 0 : 1 }
      }
    }
  }

  /// IEEE 754 half precision, by hand: Swift has no Float16 on every platform.
  static func half(_ word: UInt16) -> Scalar {
    let sign: Float = word & 0x8000 == 0 ? 1 : -1
    let exponent = Int(word >> 10 & 0x1f)
    let fraction = Float(word & 0x3ff)
    switch exponent {
    case 0: return Scalar(sign * fraction * 0x1p-24)
    case 31: return Scalar(fraction == 0 ? sign * .infinity : .nan)
    default: return Scalar(sign * (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1))
    }
  }

  /// The numbers' bytes as 32-bit floats, little endian: what is written.
  static func bytes(of numbers: [Scalar]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 4 * numbers.count) { target, used in
      let raw = UnsafeMutableRawBufferPointer(target)
      for (index, number) in numbers.enumerated() {
        raw.storeBytes(of: Float(number).bitPattern.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
      }
      used = 4 * numbers.count
    }
  }
}

/// The product of extents, or nil where it overflows or an extent is negative.
func elementCount(_ extents: [Int]) -> Int? {
  var product = 1
  for extent in extents {
    let (next, overflow) = product.multipliedReportingOverflow(by: extent)
    if overflow || extent < 0 { return nil }
    product = next
  }
  return product
}
