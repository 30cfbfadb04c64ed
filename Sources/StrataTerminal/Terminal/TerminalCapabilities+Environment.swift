/// What the terminal at hand can do, found out from terminfo, locale and environment, with and without the screen.
import CCurses
import StrataEngine
import StrataPlot

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension TerminalCapabilities {
  /// The terminal on standard output, asked without taking it over: for text and colours line by line. No colour and no
  /// mouse where that is a file, a pipe, or a terminal that cannot.
  public static func ofStandardOutput() -> TerminalCapabilities {
    let isUTF8 = ccurses_use_locale()
    var abilities = ccurses_abilities()
    let problem = ccurses_probe(&abilities)
    if problem == ccurses_output_is_no_terminal {
      return TerminalCapabilities(unicode: isUTF8 ? .full : .none, color: .none, mouse: false)
    }
    if problem != ccurses_no_problem { abilities.colors = 0 }
    if colorIsUnwanted { abilities.colors = 0 }
    return TerminalCapabilities(abilities, isUTF8: isUTF8)
  }

  /// Takes the character encoding from the environment; every text that reaches readline or curses needs it.
  static func useLocale() { _ = ccurses_use_locale() }

  /// Columns and rows of the terminal on standard output; nil when that is none.
  public static var standardOutputSize: Size? {
    var rows: Int32 = 0
    var columns: Int32 = 0
    ccurses_size(&rows, &columns)
    return rows > 0 && columns > 0 ? Size(columns: Int(columns), rows: Int(rows)) : nil
  }

  /// `NO_COLOR` is set and not empty (no-color.org).
  static var colorIsUnwanted: Bool { environment("NO_COLOR")?.isEmpty == false }

  init(_ abilities: ccurses_abilities, isUTF8: Bool) {
    let color: ColorDepth =
      switch abilities.colors {
      case ..<8: .none
      case ..<256: .ansi16
      default: abilities.direct ? .direct : .xterm256
      }
    self.init(
      unicode: isUTF8 ? Self.unicodeLevel(terminal: environment("TERM") ?? "") : .none, color: color,
      mouse: abilities.mouse)
  }

  /// What a terminal of this name can show of UTF-8: names of hardware from before Unicode none; the Linux console what its
  /// font of 256 or 512 glyphs has.
  private static func unicodeLevel(terminal: String) -> UnicodeLevel {
    if terminal == "linux" || terminal.hasPrefix("linux-") { return .blocks }
    let old = ["vt", "ansi", "pcansi", "wy", "cons25", "sun", "hp", "adm", "tvi", "tek", "dumb", "unknown"]
    return terminal.isEmpty || old.contains(where: { terminal.hasPrefix($0) }) && !terminal.hasPrefix("vte")
      ? .none : .full
  }
}

private func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

extension StrataError {
  /// Why the screen cannot start, and what to do instead; nil when there is no problem.
  init?(_ problem: ccurses_problem) {
    let name = environment("TERM") ?? ""
    let repl = "`strata repl` works on any terminal, `strata run FILE` without one"
    switch problem {
    case ccurses_no_problem: return nil
    case ccurses_input_is_no_terminal:
      self.init("The full screen needs a terminal, but standard input is none (a pipe or a file).", try: repl)
    case ccurses_output_is_no_terminal:
      self.init("The full screen needs a terminal, but standard output is none (a pipe or a file).", try: repl)
    case ccurses_terminal_unnamed:
      self.init(
        "The full screen needs to know the kind of terminal, but the variable TERM is not set.",
        try: "`TERM=xterm-256color strata`, or `strata repl`")
    case ccurses_terminal_unknown:
      self.init(
        "The full screen needs a description of the terminal \"\(name)\" (TERM), but this system has none.",
        try: "`TERM=xterm-256color strata`, or install ncurses-term, or `strata repl`")
    case ccurses_terminal_poor:
      self.init(
        "The full screen needs a terminal whose cursor can be placed; \"\(name)\" (TERM) cannot.", try: "`strata repl`")
    default:
      self.init("The full screen could not start: the system has no memory or no files left.", try: "`strata repl`")
    }
  }
}
