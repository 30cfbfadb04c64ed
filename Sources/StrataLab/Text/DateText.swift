// Times of day as text. Nothing that is learned depends on them.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Seconds since 1970 as text.
public enum DateText {
  /// `2026-11-25T00:43:45Z`
  public static func universal(_ second: Int) -> String {
    var (time, parts) = (time_t(second), tm())
    gmtime_r(&time, &parts)
    return formatted(&parts, "%Y-%m-%dT%H:%M:%SZ")
  }

  /// `2026-11-25 00:43`, where the user is.
  public static func local(_ second: Int) -> String {
    var (time, parts) = (time_t(second), tm())
    localtime_r(&time, &parts)
    return formatted(&parts, "%Y-%m-%d %H:%M")
  }

  /// Now, in seconds since 1970.
  @Sendable public static func now() -> Int { time(nil) }

  private static func formatted(_ parts: inout tm, _ format: String) -> String {
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = buffer.withUnsafeMutableBytes { bytes in
      strftime(bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count, format, &parts)
    }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}
