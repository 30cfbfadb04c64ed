// Two threads: a worker owns the studio (it trains and draws), the caller's thread owns the terminal (it reads keys,
// edits the command line and paints the newest frame). They share a mailbox and the newest frame, nothing else.
import Dispatch
import StrataEngine
import StrataLab
import StrataPlot
import Synchronization

/// Runs the full screen until the user leaves. Returns the exit status. Its journal is kept in `journals`, and what is
/// left there by others is offered; a session that is only played has none.
public func runScreen(
  _ lab: Lab, session: SessionFile? = nil, on terminal: any TerminalDevice, history: LineHistory,
  journals: JournalFolder? = nil
) throws(StrataError) -> Int32 {
  try terminal.start()
  let isASCII = terminal.capabilities.unicode == .none
  let style = DrawingStyle(charset: isASCII ? .ascii : .unicode, hasColor: terminal.capabilities.color != .none)
  let studio = Studio(lab, size: terminal.size, style: style)
  let worker = Worker(studio, journals: journals, wake: terminal.wake)
  // The first picture comes from this thread: it is there before any other thread has begun.
  terminal.show(studio.draw(), cursor: nil)
  worker.start(playing: session)
  let loop = ScreenLoop(terminal: terminal, worker: worker, history: history)
  let status = loop.run()
  worker.finish(onPurpose: status == 0)
  terminal.stop()
  return status
}

/// The thread that owns the studio.
final class Worker: Sendable {
  enum Mail: Sendable {
    case message(StudioMessage)
    case completions(String, Mutex2<[Completion]?>)
    case play(SessionFile)
    case finish(onPurpose: Bool)
  }

  /// A value that two threads hand over.
  final class Mutex2<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    let ready = DispatchSemaphore(value: 0)
    init(_ value: Value) { self.value = Mutex(value) }
  }

  private struct Box: Sendable {
    var mail: [Mail] = []
    var frame: Canvas?
    var effects: [StudioEffect] = []
    var typesNumber = false
  }

  private let box = Mutex(Box())
  fileprivate let letters = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)
  private let wake: @Sendable () -> Void
  private let first: Studio
  private let journals: JournalFolder?

  init(_ studio: Studio, journals: JournalFolder?, wake: @escaping @Sendable () -> Void) {
    first = studio
    self.journals = journals
    self.wake = wake
  }

  func send(_ mail: Mail) {
    box.withLock { $0.mail.append(mail) }
    letters.signal()
  }

  /// Whether the newest frame asks for a number: then its first character opens the line.
  var typesNumber: Bool { box.withLock { $0.typesNumber } }

  /// The newest frame since the last call, and what the studio asked for.
  func take() -> (frame: Canvas?, effects: [StudioEffect]) {
    box.withLock { box in
      defer {
        box.frame = nil
        box.effects = []
      }
      return (box.frame, box.effects)
    }
  }

  func start(playing session: SessionFile?) {
    if let session { send(.play(session)) }
    DispatchQueue(label: "laboratory", qos: .userInitiated).async { [self] in
      work()
      ended.signal()
    }
  }

  /// On purpose: nobody wants the laboratory back.
  func finish(onPurpose: Bool) {
    send(.finish(onPurpose: onPurpose))
    ended.wait()
  }

  private func work() {
    CursesTerminal.guardThread()
    Compute.prepare()
    var studio = first
    var pacer = FramePacer()
    let journal = ScreenJournal(journals, for: studio.lab)
    if journal.open(on: &studio) {
      let frame = studio.draw()
      box.withLock { $0.frame = frame }
      wake()
    }
    while true {
      if !studio.isBusy { wait(for: studio) }
      let mail = box.withLock { box in
        defer { box.mail = [] }
        return box.mail
      }
      var effects: [StudioEffect] = []
      for letter in mail {
        switch letter {
        case .message(let message): effects += journal.carryOut(studio.update(message), on: &studio)
        case .play(let session): effects += journal.carryOut(studio.play(session), on: &studio)
        case .completions(let line, let answer):
          answer.value.withLock { $0 = studio.completions(for: line) }
          answer.ready.signal()
        case .finish(let onPurpose):
          journal.close(studio, onPurpose: onPurpose)
          return
        }
      }
      if studio.deadline != nil { effects += studio.update(.clock) }
      if studio.isBusy { effects += journal.carryOut(studio.advance(for: FramePacer.slice), on: &studio) }
      // What is shown from here on is on the disk.
      journal.keep(&studio)
      if !mail.isEmpty || !studio.isBusy || pacer.isDue {
        let frame = pacer.timed { studio.draw() }
        let typesNumber = studio.lab.question?.kind == .number
        box.withLock { box in
          box.frame = frame
          box.typesNumber = typesNumber
        }
        wake()
      }
      if !effects.isEmpty {
        box.withLock { $0.effects += effects }
        wake()
      }
    }
  }
}

extension Worker {
  /// Until a letter comes, or the time that the studio wants to be told of.
  private func wait(for studio: Studio) {
    guard let deadline = studio.deadline else { return letters.wait() }
    let seconds = min(max(deadline - studio.lab.configuration.now(), 0), 3600)
    _ = letters.wait(timeout: .now() + .microseconds(Int(seconds * 1e6) + 100))
  }
}

/// Decides when the next frame is worth drawing: at most 30 a second, and so that drawing takes at most a few per cent
/// of the time, since a live screen must not slow learning down.
struct FramePacer {
  /// Seconds of execution between two looks at the mail.
  static let slice = 0.008
  private static let share = 0.03
  private var last = 0.0
  private var cost = 0.0

  var isDue: Bool { LabConfiguration.monotonicSeconds() - last >= max(1.0 / 30, cost / FramePacer.share) }

  mutating func timed(_ draw: () -> Canvas) -> Canvas {
    let start = LabConfiguration.monotonicSeconds()
    let canvas = draw()
    last = LabConfiguration.monotonicSeconds()
    // At least four frames a second, however much one costs.
    cost = min(last - start, 0.25 * FramePacer.share)
    return canvas
  }
}

/// The thread that owns the terminal.
struct ScreenLoop {
  let terminal: any TerminalDevice
  let worker: Worker
  let history: LineHistory

  func run() -> Int32 {
    let worker = worker
    let editor = LineEditor { request in
      let answer = Worker.Mutex2<[Completion]?>(nil)
      worker.send(.completions(request.line, answer))
      _ = answer.ready.wait(timeout: .now() + .milliseconds(200))
      return answer.value.withLock { completions in
        guard let completions else { return .words([]) }
        return .words(completions.map(\.text))
      }
    }
    var isEditing = false
    var frame = Canvas(terminal.size)
    while true {
      guard let event = terminal.nextEvent(timeout: nil) else { continue }
      switch event {
      case .signal(let signal): return signal.exitStatus
      case .resized(let size): worker.send(.message(.resized(size)))
      case .resumed: show(frame, isEditing ? editor : nil)
      case .paste(let text):
        if isEditing {
          editor.insert(text)
          show(frame, editor)
        }
      case .mouse(let event): if !isEditing { worker.send(.message(.mouse(event))) }
      case .key(let key) where isEditing:
        switch editor.feed(key) {
        case .editing: break
        case .accepted(let line):
          isEditing = false
          history.add(line)
          worker.send(.message(.line(line)))
        case .cancelled, .ended: isEditing = false
        }
        show(frame, isEditing ? editor : nil)
      case .key(.character(":")):
        // Not by way of the worker: what is typed next must find the editor.
        editor.begin(prompt: "strata> ")
        isEditing = true
        show(frame, editor)
      case .key(let key):
        // For the same reason the first character of a number opens the line here.
        if worker.typesNumber, let typed = key.typed, "0123456789+-.".unicodeScalars.contains(typed) {
          editor.begin(prompt: "strata> ", text: "answer \(typed)")
          isEditing = true
          show(frame, editor)
        } else {
          worker.send(.message(.key(key)))
        }
      case .woken:
        let news = worker.take()
        if let newest = news.frame { frame = newest }
        for effect in news.effects {
          switch effect {
          case .quit: return 0
          case .ring: terminal.ring()
          case .redraw: terminal.show(Canvas(terminal.size), cursor: nil)
          case .suspend: terminal.suspend()
          case .restore, .restored: break
          case .editLine(let text):
            editor.begin(prompt: "strata> ", text: text)
            isEditing = true
          }
        }
        show(frame, isEditing ? editor : nil)
      }
    }
  }

  /// Paints a frame with, while a line is edited, the line over its place and what could follow above it.
  private func show(_ frame: Canvas, _ editor: LineEditor?) {
    guard let state = editor?.state, frame.size.rows >= 2 else { return terminal.show(frame, cursor: nil) }
    var canvas = frame
    let row = frame.size.rows - 2
    let columns = frame.size.columns
    canvas.fill(Rectangle(column: 0, row: row, columns: columns, rows: 1))
    // A line longer than the screen is shown around its cursor.
    let text = state.prompt + state.text
    let shift = max(state.cursorColumn - columns + 2, 0)
    canvas.write(String(text.dropFirst(shift)), column: 0, row: row)
    if !state.completions.isEmpty, row >= 2 {
      let line = state.completions.joined(separator: "  ")
      canvas.fill(
        Rectangle(column: 0, row: row - 1, columns: columns, rows: 1), with: Cell(" ", background: .role(.bar)))
      canvas.write(line, column: 0, row: row - 1, foreground: .role(.accent), background: .role(.bar), limit: columns)
    }
    terminal.show(canvas, cursor: CellPosition(column: state.cursorColumn - shift, row: row))
  }
}
