// Where data files are looked for and put.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The folders that hold data, from the environment: `$STRATA_DATA` first, then the XDG data folder
/// (`$XDG_DATA_HOME/strata`, by default `~/.local/share/strata`).
public struct DataPlaces: Sendable, Hashable {
  /// The folders in the order in which they are searched.
  public let folders: [String]
  /// Where fetched data go; nil where neither variable nor a home is set.
  public var downloads: String? { folders.first }
  /// The user's home, for `~/` at the front of a path.
  public let home: String?

  /// Reads `STRATA_DATA`, `XDG_DATA_HOME` and `HOME`; empty ones count as absent.
  public init(environment: [String: String]) {
    func value(_ key: String) -> String? {
      guard let text = environment[key], !text.isEmpty else { return nil }
      return text
    }
    home = value("HOME")
    var folders: [String] = []
    if let own = value("STRATA_DATA") { folders.append(own) }
    // The XDG specification has relative paths ignored.
    if let data = value("XDG_DATA_HOME"), data.hasPrefix("/") {
      folders.append(data + "/strata")
    } else if let home {
      folders.append(home + "/.local/share/strata")
    }
    self.folders = folders
  }

  /// The environment of this process.
  public static func processEnvironment() -> [String: String] {
    var environment: [String: String] = [:]
    for key in ["STRATA_DATA", "XDG_DATA_HOME", "HOME"] {
      if let value = getenv(key) { environment[key] = String(cString: value) }
    }
    return environment
  }

  /// The path with `~/` replaced by the home.
  public func expanding(_ path: String) -> String {
    if let home, path == "~" || path.hasPrefix("~/") { return home + path.dropFirst() }
    return path
  }
}
