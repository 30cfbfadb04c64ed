// What the program takes from the world around it: the environment and where its own files lie.
import StrataLab

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

enum Surroundings {
  /// The variables that matter here.
  static var variables: [String: String] {
    var found: [String: String] = [:]
    for name in ["STRATA_DATA", "STRATA_SESSIONS", "XDG_DATA_HOME", "XDG_STATE_HOME", "HOME", "NO_COLOR"] {
      if let value = getenv(name) { found[name] = String(cString: value) }
    }
    return found
  }

  /// Lets so many seconds go by.
  @Sendable static func wait(seconds: Double) {
    var time = timespec(tv_sec: Int(seconds), tv_nsec: Int((seconds - seconds.rounded(.down)) * 1e9))
    nanosleep(&time, nil)
  }

  /// Where journals are kept.
  static var journals: JournalFolder { JournalFolder(environment: variables) }

  /// A file that may not become larger (`ulimit -f`) is an error that is told, not the end of the program.
  static func letFilesFail() { signal(SIGXFSZ, SIG_IGN) }

  /// Where the command line's history is kept (XDG base directories); nil where there is no home.
  static var historyFile: String? {
    let variables = variables
    if let state = variables["XDG_STATE_HOME"], state.hasPrefix("/") { return state + "/strata/history" }
    return variables["HOME"].map { $0 + "/.local/state/strata/history" }
  }
}
