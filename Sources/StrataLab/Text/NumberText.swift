// Numbers as people read them. Full precision is for `--json`; here four digits that carry the meaning.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Numbers written for reading.
public enum NumberText {
  /// At most `digits` significant digits, without trailing zeros: `0.07132`, `1.2e-05`, `nan`.
  public static func short(_ value: Double, digits: Int = 4) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return formatted("%.*g", digits, value)
  }

  /// A fixed number of decimals, for columns that should stand straight.
  public static func fixed(_ value: Double, decimals: Int) -> String {
    if !value.isFinite { return short(value) }
    return formatted("%.*f", decimals, value)
  }

  /// A count with thin groups of three: `4 160`.
  public static func grouped(_ count: Int) -> String {
    let digits = Array(String(count.magnitude))
    var text = count < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += " " }
      text.append(digit)
    }
    return text
  }

  /// A large rate with a unit letter: `410 k`, `1.3 M`, `87`.
  public static func scaled(_ value: Double) -> String {
    switch value {
    case 1e9...: short(value / 1e9, digits: 3) + " G"
    case 1e6..<1e9: short(value / 1e6, digits: 3) + " M"
    case 1e4..<1e6: short(value / 1e3, digits: 3) + " k"
    default: short(value, digits: 4)
    }
  }

  /// A span of time: `0.4 ms`, `12 s`.
  public static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-3: short(seconds * 1e6, digits: 2) + " µs"
    case ..<1: short(seconds * 1e3, digits: 2) + " ms"
    case ..<120: short(seconds, digits: 3) + " s"
    default: short(seconds / 60, digits: 3) + " min"
    }
  }

  /// Bytes: `12 KB`, `256 MB`.
  public static func bytes(_ count: Int) -> String {
    count < 1_000_000
      ? short(Double(count) / 1e3, digits: 3) + " KB" : short(Double(count) / 1e6, digits: 3) + " MB"
  }

  private static func formatted(_ format: String, _ precision: Int, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 400)
    let count = withVaList([Int32(clamping: precision), value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
