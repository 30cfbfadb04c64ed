/// A terminal for tests: gives the events of a script and keeps what is shown.
import StrataEngine
import StrataPlot

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Shows nothing and needs no terminal. Events come in the order in which they were fed; `feed` and `wake` may be called from
/// any thread, everything else belongs to one.
public final class RecordingTerminal: TerminalDevice {
  public private(set) var isStarted = false
  public private(set) var size: Size
  public let capabilities: TerminalCapabilities
  public let wake: @Sendable () -> Void
  /// What was shown last, and how many canvases were shown in all.
  public private(set) var canvas: Canvas?
  public private(set) var frames = 0
  public private(set) var cursor: CellPosition?
  public private(set) var suspensions = 0
  public private(set) var rings = 0
  private let queue = EventQueue()

  public init(
    columns: Int = 80, rows: Int = 24,
    capabilities: TerminalCapabilities = TerminalCapabilities(unicode: .full, color: .xterm256, mouse: true)
  ) {
    size = Size(columns: columns, rows: rows)
    self.capabilities = capabilities
    let queue = queue
    wake = { queue.add(.woken) }
  }

  public func start() { isStarted = true }
  public func stop() { isStarted = false }

  public func show(_ canvas: Canvas, cursor: CellPosition?) {
    self.canvas = canvas
    self.cursor = cursor
    frames += 1
  }

  /// The rows of what was shown last.
  public var lines: [String] { canvas?.lines ?? [] }

  public func feed(_ events: TerminalEvent...) { for event in events { queue.add(event) } }

  /// Feeds keys by their names, separated by blanks ("s space ctrl-c"). False, and nothing fed, when one is no key.
  @discardableResult public func feed(keys names: String) -> Bool {
    let keys = names.split(separator: " ").map { Key(String($0)) }
    guard !keys.contains(nil) else { return false }
    for case let key? in keys { queue.add(.key(key)) }
    return true
  }

  /// Feeds every character of a text as a key, a line end as enter.
  public func type(_ text: String) {
    for scalar in text.unicodeScalars { queue.add(.key(scalar == "\n" ? .enter : .character(scalar))) }
  }

  /// The next event of the script. A script that is over hangs up rather than let a test wait for ever: with a `timeout` of
  /// nil, 20 seconds without an event give `.signal(.hangUp)`.
  public func nextEvent(timeout: Duration?) -> TerminalEvent? {
    guard let event = queue.take(within: timeout ?? .seconds(20)) else {
      return timeout == nil ? .signal(.hangUp) : nil
    }
    if case .resized(let size) = event { self.size = size }
    return event
  }

  public func suspend() { suspensions += 1 }
  public func lend(_ body: () -> Void) { body() }
  public func ring() { rings += 1 }
}

/// Events on their way from any thread to one.
private final class EventQueue: @unchecked Sendable {
  // Both live as long as the queue and never move; everything else is touched only with the mutex held.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let arrival = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var events: [TerminalEvent] = []

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(arrival, nil)
  }

  deinit {
    pthread_cond_destroy(arrival)
    pthread_mutex_destroy(mutex)
    arrival.deallocate()
    mutex.deallocate()
  }

  func add(_ event: TerminalEvent) {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    // Waking twice before anybody looked is waking once.
    if event != .woken || !events.contains(.woken) { events.append(event) }
    pthread_cond_signal(arrival)
  }

  func take(within duration: Duration) -> TerminalEvent? {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    var deadline = timespec()
    clock_gettime(CLOCK_REALTIME, &deadline)
    let (seconds, attoseconds) = duration.components
    let nanoseconds = deadline.tv_nsec + Int(attoseconds / 1_000_000_000)
    deadline.tv_sec += Int(clamping: seconds) + nanoseconds / 1_000_000_000
    deadline.tv_nsec = nanoseconds % 1_000_000_000
    while events.isEmpty {
      if pthread_cond_timedwait(arrival, mutex, &deadline) == ETIMEDOUT { break }
    }
    return events.isEmpty ? nil : events.removeFirst()
  }
}
