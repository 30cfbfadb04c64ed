/// The real terminal: owner of the curses screen. A thin layer: canvases become runs of changed cells, bytes become events.
import CCurses
import StrataEngine
import StrataPlot

/// The full screen of the terminal on standard input and output. A process has one; a second one cannot start meanwhile.
///
/// Dying by a trap or a fatal signal restores the terminal with the exit status unchanged; SIGTERM, SIGINT and SIGHUP come
/// as events. What is written to standard error while the screen is up appears when it is given back.
public final class CursesTerminal: TerminalDevice {
  /// What the user may forbid; what the terminal cannot do is never used anyway.
  public struct Options: Hashable, Sendable {
    public var usesColor = true
    public var usesUnicode = true
    public var usesMouse = true
    public init(usesColor: Bool = true, usesUnicode: Bool = true, usesMouse: Bool = true) {
      self.usesColor = usesColor
      self.usesUnicode = usesUnicode
      self.usesMouse = usesMouse
    }
  }

  public private(set) var size = Size(columns: 0, rows: 0)
  public private(set) var capabilities = TerminalCapabilities(unicode: .none, color: .none, mouse: false)
  public let wake: @Sendable () -> Void = { ccurses_wake() }

  private let options: Options
  private var isStarted = false
  private var shown: Canvas?
  private var painter: CellPainter
  private var decoder = KeyDecoder()
  private var isWoken = false
  private var isClosed = false

  public init(_ options: Options = Options()) {
    self.options = options
    painter = CellPainter(capabilities: capabilities, hasBrightColors: false)
  }

  public func start() throws(StrataError) {
    guard !isStarted else { return }
    let isUTF8 = ccurses_use_locale()
    var abilities = ccurses_abilities()
    let wishes = ccurses_options(
      color: options.usesColor && !TerminalCapabilities.colorIsUnwanted, mouse: options.usesMouse, capture_errors: true)
    let problem = ccurses_start(wishes, &abilities)
    if let error = StrataError(problem) { throw error }
    capabilities = TerminalCapabilities(abilities, isUTF8: isUTF8)
    if !options.usesMouse { capabilities.mouse = false }
    if !options.usesUnicode { capabilities.unicode = .none }
    painter = CellPainter(capabilities: capabilities, hasBrightColors: abilities.colors >= 16)
    decoder = KeyDecoder(described: Self.describedKeys())
    isStarted = true
    isWoken = false
    isClosed = false
    shown = nil
    followSize()
  }

  public func stop() {
    guard isStarted else { return }
    isStarted = false
    ccurses_stop()
  }

  deinit { stop() }

  private static func describedKeys() -> [(bytes: [UInt8], key: Key)] {
    KeySequences.capabilities.compactMap { name, key in
      ccurses_capability(name).map { (Array(String(cString: $0).utf8), key) }
    }
  }

  private func followSize() {
    size = TerminalCapabilities.standardOutputSize ?? Size(columns: 80, rows: 24)
    ccurses_resize(Int32(size.rows), Int32(size.columns))
    shown = nil
  }

  public func show(_ canvas: Canvas, cursor: CellPosition?) {
    guard isStarted else { return }
    var whole = canvas
    if canvas.size != size {
      whole = Canvas(size)
      for row in 0..<min(size.rows, canvas.size.rows) {
        for column in 0..<min(size.columns, canvas.size.columns) { whole[column, row] = canvas[column, row] }
      }
    }
    // Curses would scroll the rows that moved, by sequences that not every emulator of an xterm knows (SU, SD): one that
    // does not leaves old characters standing.
    if let shown, CellPainter.movesRows(whole, over: shown) { ccurses_rewrite() }
    if !painter.paint(whole, over: shown) { _ = painter.paint(whole, over: nil) }
    shown = whole
    ccurses_show(cursor.map { Int32(clamping: $0.row) } ?? -1, cursor.map { Int32(clamping: $0.column) } ?? -1)
  }

  public func nextEvent(timeout: Duration?) -> TerminalEvent? {
    guard isStarted else { return nil }
    let deadline = timeout.map { ContinuousClock.now + $0 }
    while true {
      if let event = takeSignal() { return event }
      if let event = decoder.next() { return .some(event) }
      if isWoken {
        isWoken = false
        return .woken
      }
      if isClosed { return .signal(.hangUp) }
      let rest = deadline.map { max(ContinuousClock.now.duration(to: $0), .zero) }
      let patience = decoder.patience
      let limit = [rest, patience].compactMap { $0 }.min()
      let happened = wait(limit)
      if happened != 0 { continue }
      if patience != nil, let event = decoder.flush() { return event }
      if let rest, rest == .zero { return nil }
    }
  }

  /// Waits, takes input, and says what happened: a set of `ccurses_happening`.
  private func wait(_ limit: Duration?) -> Int32 {
    let milliseconds = limit.map { duration -> Int32 in
      let (seconds, attoseconds) = duration.components
      return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
    var count: Int32 = 0
    let happened = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 4096) { buffer in
      let happened = ccurses_wait(milliseconds ?? -1, buffer.baseAddress, Int32(buffer.count), &count)
      decoder.feed(UnsafeBufferPointer(rebasing: buffer[0..<Int(count)]))
      return happened
    }
    if happened & Int32(ccurses_woken.rawValue) != 0 { isWoken = true }
    if happened & Int32(ccurses_closed.rawValue) != 0 { isClosed = true }
    return happened
  }

  private func takeSignal() -> TerminalEvent? {
    if ccurses_take_signal(ccurses_hangup) { return .signal(.hangUp) }
    if ccurses_take_signal(ccurses_terminate) { return .signal(.terminate) }
    if ccurses_take_signal(ccurses_interrupt) { return .signal(.interrupt) }
    if ccurses_take_signal(ccurses_stop_request) {
      stopProcess(wholeJob: false)
      return .resumed
    }
    if ccurses_take_signal(ccurses_continue) {
      // Stopped by SIGSTOP, which cannot be seen coming: the shell may have changed the modes since.
      ccurses_leave()
      ccurses_enter()
      followSize()
      return .resumed
    }
    if ccurses_take_signal(ccurses_window_change) {
      followSize()
      return .resized(size)
    }
    return nil
  }

  public func suspend() {
    guard isStarted else { return }
    stopProcess(wholeJob: true)
  }

  private func stopProcess(wholeJob: Bool) {
    ccurses_leave()
    ccurses_stop_process(wholeJob)
    ccurses_enter()
    followSize()
  }

  public func lend(_ body: () -> Void) {
    guard isStarted else { return body() }
    ccurses_leave()
    body()
    ccurses_enter()
    followSize()
  }

  public func ring() { ccurses_bell() }

  /// Lets a thread that runs out of stack be survived by the terminal too. To be called on that thread, once.
  public static func guardThread() { ccurses_guard_thread() }
}
