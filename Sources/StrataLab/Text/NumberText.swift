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

  /// The shortest text that reads back as the same number.
  public static func exact(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : value.isFinite ? "\(value)" : short(value)
  }

  /// The logarithm to base 10: the order of magnitude.
  static func logarithm(_ value: Double) -> Double { log10(value) }

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
    case 1e9...: rounded(value / 1e9) + " G"
    case 1e6..<1e9: rounded(value / 1e6) + " M"
    case 1e4..<1e6: rounded(value / 1e3) + " k"
    default: rounded(value)
    }
  }

  /// A span of time: `0.4 ms`, `12 s`.
  public static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<1e-4: rounded(seconds * 1e6) + " µs"
    case ..<1: rounded(seconds * 1e3) + " ms"
    case ..<120: rounded(seconds) + " s"
    default: rounded(seconds / 60) + " min"
    }
  }

  /// Bytes: `12 KB`, `256 MB`.
  public static func bytes(_ count: Int) -> String {
    count < 1_000_000 ? rounded(Double(count) / 1e3) + " KB" : rounded(Double(count) / 1e6) + " MB"
  }

  /// Two or three digits that say how large it is: `0.14`, `3.2`, `47`, `410`.
  private static func rounded(_ value: Double) -> String {
    abs(value) < 10 ? short(value, digits: 2) : fixed(value, decimals: 0)
  }

  private static func formatted(_ format: String, _ precision: Int, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 400)
    let count = withVaList([Int32(clamping: precision), value]) { vsnprintf(&buffer, buffer.count, format, $0) }
    return String(decoding: buffer.prefix(max(0, Int(count))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
