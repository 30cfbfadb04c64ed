// What a laboratory is told about the world it stands in: which views there are to show, which files may be touched,
// what the clock is. All of it is given from outside, so that tests and sessions of strangers get their own.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A view that `show` knows: the module above the laboratory draws it.
public struct ViewName: Sendable, Hashable {
  /// The word typed: `loss`.
  public var name: String
  /// One sentence for help.
  public var summary: String
  /// What may follow the name: `[LAYER] [--log]`; empty where nothing may.
  public var usage: String

  public init(_ name: String, summary: String, usage: String = "") {
    self.name = name
    self.summary = summary
    self.usage = usage
  }
}

/// Which files commands may read and write.
public struct FileAccess: Sendable, Hashable {
  private enum Policy: Sendable, Hashable {
    case everything
    case only([String])
  }
  private let policy: Policy

  /// Whatever the person who types may touch.
  public static let everything = FileAccess(policy: .everything)
  /// No file: what a session from a stranger gets.
  public static let nothing = FileAccess(policy: .only([]))

  private init(policy: Policy) { self.policy = policy }

  /// Only these files: those that were named on the command line.
  public static func only(_ paths: [String]) -> FileAccess { FileAccess(policy: .only(paths.map(simplified))) }

  /// Throws when a session may not touch this file.
  public func check(_ path: String, to purpose: String) throws(StrataError) {
    guard case .only(let paths) = policy, !paths.contains(FileAccess.simplified(path)) else { return }
    throw StrataError(
      "a session may not \(purpose) the file \(path.quoted): it was not named on the command line",
      try: "--allow-file \(TypedLine.quoted(path.safe))")
  }

  /// The path without doubled slashes and without `.`; `..` is left as it is, because links could lead elsewhere.
  private static func simplified(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    return path.hasPrefix("/") ? "/" + parts : parts
  }
}

/// What a laboratory is told when it is made.
public struct LabConfiguration: Sendable {
  /// The views that `show` and `save plot` offer, in the order of help.
  public var views: [ViewName]
  /// Variables that say where data lie: `STRATA_DATA`, `XDG_DATA_HOME`, `HOME`.
  public var environment: [String: String]
  public var files: FileAccess
  /// The bound on what the timeline keeps, in bytes.
  public var memoryBound: Int
  /// Seconds on a clock that only goes forward. Used to show speed and to space keyframes, never for results.
  public var now: @Sendable () -> Double
  /// Whether what that clock measured is told. Not where it is no clock: in a recording, speed would be invented.
  public var tellsTime = true

  /// Lets so many seconds go by: where a person watches, a dream goes slowly enough to be seen. Nil elsewhere.
  public var wait: (@Sendable (Double) -> Void)?

  public init(
    views: [ViewName] = [], environment: [String: String] = [:], files: FileAccess = .everything,
    memoryBound: Int = 256_000_000, now: @escaping @Sendable () -> Double = LabConfiguration.monotonicSeconds
  ) {
    self.views = views
    self.environment = environment
    self.files = files
    self.memoryBound = memoryBound
    self.now = now
  }

  /// The machine's monotonic clock.
  @Sendable public static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// What edits may see of the world.
  var surroundings: Surroundings { Surroundings(environment: environment, files: files) }
}

/// What a command that changes the experiment may see of the world.
public struct Surroundings: Sendable {
  public var environment: [String: String]
  public var files: FileAccess
}
