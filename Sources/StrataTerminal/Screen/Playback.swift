// A lesson on the screen: the narration stands above the panels; page down goes on to the next pause.
import StrataEngine
import StrataLab
import StrataPlot

/// A session that is being played.
struct Playback: Sendable {
  var session: SessionFile
  /// The next line to execute, an index into the session's lines.
  var next = 0
  /// Whether lines follow each other by themselves until the next pause.
  var isPlaying = false
  /// Whether somebody else goes on to the next line: the recorder.
  var isRecorded = false
  private var narration: [String] = []

  init(_ session: SessionFile) { self.session = session }

  mutating func say(_ text: String) {
    narration.append(text)
  }

  /// A new part begins: what was said before goes.
  mutating func beginPart() { narration = [] }

  var isOver: Bool { next >= session.lines.count }

  private var lines: [TextLine] { narration.map { TextLine($0) } }

  /// Rows that the narration wants: its text and a foot.
  func height(columns: Int) -> Int {
    let text = lines.flatMap { $0.wrapped(to: max(columns - 4, 10)) }.count
    return min(max(text, 1) + 2, 10)
  }

  func draw(on canvas: inout Canvas, style: DrawingStyle) {
    let done = isOver ? "the end" : "\(next) of \(session.lines.count) · page down goes on"
    let inner = canvas.panel(
      in: canvas.bounds, title: session.field("title") ?? "lesson", note: done, focused: true, style: style)
    canvas.draw(in: inner) { place in
      let wrapped = lines.flatMap { $0.wrapped(to: max(place.size.columns - 2, 1), style: style) }
      // The newest words matter most where not all fit.
      for (row, line) in wrapped.suffix(place.size.rows).enumerated() {
        place.write(line, column: 1, row: row, charset: style.charset)
      }
    }
  }
}

extension Studio {
  /// Puts a session on the screen, at its beginning.
  public mutating func play(_ session: SessionFile) -> [StudioEffect] {
    lesson = Playback(session)
    hasStarted = true
    return playOn()
  }

  /// Executes the lines up to the next pause; where a run begins, the rest waits for its end.
  mutating func playOn() -> [StudioEffect] {
    guard var playback = lesson, !lab.isRunning else { return [] }
    if playback.isOver {
      answer = TextLine("the lesson is over: go on by hand, or q to leave", .good)
      lesson?.isPlaying = false
      return []
    }
    if !playback.isPlaying { playback.beginPart() }
    playback.isPlaying = true
    lesson = playback
    overlay = nil
    var effects: [StudioEffect] = []
    while let now = lesson, now.isPlaying, !now.isOver, !lab.isRunning {
      let line = now.session.lines[now.next]
      lesson?.next += 1
      effects += execute(line.text)
    }
    if lesson?.isOver == true, !lab.isRunning { lesson?.isPlaying = false }
    return effects.filter { $0 != .quit }
  }
}
