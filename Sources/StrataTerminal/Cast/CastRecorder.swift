// A session as a recording: played on a screen that is only a value, at the pace of a person who reads the narration,
// types the commands, and lets runs go on for a few frames. The clock counts how often it is asked, so that runs end their
// slices at the same place every time; what it says is told nowhere.
import StrataEngine
import StrataLab
import StrataPlot
import Synchronization

/// Plays a session to its end, or to `quit`, and gives the recording (asciinema, version 2). The same session gives the
/// same bytes. Throws with the line that was refused, or whose expectation did not hold.
public func recordCast(
  _ session: SessionFile, _ configuration: LabConfiguration, size: Size, speed: Double = 1
) throws(StrataError) -> String {
  var recorder = CastRecorder(session, configuration, size: size, speed: speed)
  try recorder.play()
  return recorder.writer.text(title: session.field("title") ?? "Strata")
}

/// Seconds that pass only when somebody asks for them.
private final class CountingClock: Sendable {
  private let questions = Mutex(0)
  /// A millisecond a question: a run asks once a mini-batch.
  func next() -> Double {
    questions.withLock {
      $0 += 1
      return Double($0) * 1e-3
    }
  }
}

/// What a person does with a session, and how long it takes.
private struct CastRecorder {
  private let session: SessionFile
  private let speed: Double
  private var studio: Studio
  private(set) var writer: CastWriter

  /// Seconds a key, from the last key to enter, for a glance, for a picture, at a pause, at the end, a frame of a run.
  private static let key = 0.06
  private static let enter = 0.4
  private static let glance = 0.8
  private static let picture = 1.6
  private static let pause = 1.5
  private static let end = 3.0
  private static let frame = 0.1
  /// Characters read a second.
  private static let reading = 15.0

  init(_ session: SessionFile, _ configuration: LabConfiguration, size: Size, speed: Double) {
    let clock = CountingClock()
    var configuration = configuration
    configuration.now = { clock.next() }
    configuration.tellsTime = false
    configuration.wait = nil
    self.session = session
    self.speed = speed
    studio = Studio(Lab(configuration, seed: session.seed), size: size, style: .standard)
    writer = CastWriter(size: size)
  }

  mutating func play() throws(StrataError) {
    studio.begin(session)
    show()
    wait(Self.glance)
    for (index, line) in session.lines.enumerated() {
      let word = line.text.prefix { $0 != " " }
      let isNarration = SessionOutline.talk.contains(String(word))
      if !isNarration { type(line.text) }
      let before = narrationCells
      // One line of the session, where a person's keys go from stop to stop.
      let effects = studio.go(to: index + 1)
      try check(effects, line)
      if try advance(line) { return }
      show()
      let read = zip(before, narrationCells).count { $0 != $1 && $1 != " " }
      switch word {
      case "pause": wait(Self.pause)
      case "say": wait(max(1, Double(line.text.count - 4) / Self.reading))
      case "show": wait(Self.picture)
      default: wait(max(Self.glance, Double(read) / Self.reading))
      }
      if word == "quit" { break }
    }
    wait(Self.end)
  }

  /// Lets a run, a journey or a dream go on: the slices grow, so that a long one has only a few frames more than a short
  /// one. Returns whether the session has left.
  private mutating func advance(_ line: SessionLine) throws(StrataError) -> Bool {
    guard !studio.lab.runsWithoutEnd else {
      throw failure(line, "nothing would end this run in a session: run 10 epochs")
    }
    var slice = 0.008
    while studio.isBusy {
      show()
      wait(Self.frame)
      let effects = studio.advance(for: slice)
      try check(effects, line)
      if effects.contains(.quit) { return true }
      slice *= 1.5
    }
    return false
  }

  /// Writes a command into the line of commands, key by key.
  private mutating func type(_ text: String) {
    let frame = studio.draw()
    guard frame.size.rows >= 2, frame.size.columns >= 4 else { return }
    let row = frame.size.rows - 2
    for count in 0...text.count {
      let line = "strata> " + text.prefix(count)
      let width = TextLayout.width(line)
      // A line longer than the screen is shown around its cursor.
      let shift = max(width - frame.size.columns + 2, 0)
      var canvas = frame
      canvas.fill(Rectangle(column: 0, row: row, columns: frame.size.columns, rows: 1))
      canvas.write(String(line.dropFirst(shift)), column: 0, row: row)
      writer.show(canvas, cursor: CellPosition(column: width - shift, row: row))
      wait(count == text.count ? Self.enter : Self.key)
    }
  }

  private mutating func show() { writer.show(studio.draw()) }
  private mutating func wait(_ seconds: Double) { writer.wait(seconds / speed) }

  /// What stands in the narration, character by character.
  private var narrationCells: [Unicode.Scalar] {
    let canvas = studio.draw()
    let rows = 1..<max(studio.layout.body.row, 1)
    return rows.flatMap { row in (0..<canvas.size.columns).map { canvas[$0, row].character } }
  }

  private func check(_ effects: [StudioEffect], _ line: SessionLine) throws(StrataError) {
    guard effects.contains(.ring) else { return }
    if let failure = studio.lesson?.failure { throw self.failure(line, failure.error.problem) }
    let said = studio.overlay?.lines.map(\.text) ?? [studio.answer.text]
    throw failure(line, said.joined(separator: "; "))
  }

  private func failure(_ line: SessionLine, _ reason: String) -> StrataError {
    StrataError("line \(line.number), '\(line.text)': \(reason)")
  }
}
