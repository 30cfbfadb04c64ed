/// The terminal as the event loop sees it: shows canvases, gives events. The only interface of the project that has two
/// implementations: `CursesTerminal` and, for tests, `RecordingTerminal`.
import StrataEngine
import StrataPlot

/// Which glyphs arrive as glyphs.
public enum UnicodeLevel: Int, Hashable, Sendable, Comparable {
  /// ASCII only: the encoding is not UTF-8, or the terminal is of a kind that never had more.
  case none
  /// Box drawing, half blocks and shades, the letters of Europe; no braille, no eighth blocks. The Linux console's font.
  case blocks
  case full
  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}

/// What the terminal at hand can do.
public struct TerminalCapabilities: Hashable, Sendable {
  public var unicode: UnicodeLevel
  /// None where there are none or none are wanted (`NO_COLOR`); bold, underline and reverse still work.
  public var color: ColorDepth
  public var mouse: Bool
  public init(unicode: UnicodeLevel, color: ColorDepth, mouse: Bool) {
    self.unicode = unicode
    self.color = color
    self.mouse = mouse
  }
}

/// A screen of character cells with a keyboard.
///
/// Everything belongs to the thread that called `start`, except `wake`, which any thread may call.
public protocol TerminalDevice: AnyObject {
  /// Takes over the terminal.
  /// - Throws: `StrataError` when there is no terminal or it cannot do; the terminal is then as before.
  func start() throws(StrataError)
  /// Gives the terminal back as it was. Harmless when not started.
  func stop()
  var size: Size { get }
  var capabilities: TerminalCapabilities { get }
  /// Shows a canvas from the top left corner; what it does not cover is blank. The cursor is hidden where nil.
  func show(_ canvas: Canvas, cursor: CellPosition?)
  /// The next event; nil when there is none in time. A `timeout` of nil waits for ever, zero does not wait.
  func nextEvent(timeout: Duration?) -> TerminalEvent?
  /// Ends the wait of `nextEvent` with `.woken`, now or the next time; several calls before that count once.
  var wake: @Sendable () -> Void { get }
  /// Stops the process as ctrl-Z does, with the shell's screen in between; returns when it was continued. Draw again then.
  func suspend()
  /// Gives the terminal to something else for the time of `body` (a pager, an editor). Draw again then.
  func lend(_ body: () -> Void)
  /// The terminal's bell.
  func ring()
}
