// Frames in time as an asciinema recording, version 2: a header in JSON, then a line for each piece of output with its
// second. Only the rows that changed are written. No clock is read: the same frames at the same times are the same bytes.
// Format: docs.asciinema.org/manual/asciicast/v2.
import StrataLab
import StrataPlot

/// Collects frames.
struct CastWriter: Sendable {
  let size: Size
  private var shown: Canvas?
  private var cursor: CellPosition?
  private var events: [String] = []
  /// Microseconds since the beginning, and when the newest event was.
  private var time = 0
  private var lastTime = 0
  private var longestGap = 0

  init(size: Size) {
    self.size = size
    add("\u{1B}[?25l\u{1B}[2J")
  }

  /// Lets so many seconds go by.
  mutating func wait(_ seconds: Double) { time += Int((max(seconds, 0) * 1e6).rounded()) }

  /// What the screen shows from now on; the cursor is hidden where there is none.
  mutating func show(_ canvas: Canvas, cursor: CellPosition? = nil) {
    var output = ""
    let columns = canvas.size.columns
    for row in 0..<canvas.size.rows {
      let range = row * columns..<(row + 1) * columns
      if let shown, shown.cells[range] == canvas.cells[range] { continue }
      // Erased first: after a full row the terminal's cursor still stands on its last cell.
      output += "\u{1B}[\(row + 1);1H\u{1B}[2K" + canvas.ansi(row: row, depth: .xterm256)
    }
    if let cursor {
      output += "\u{1B}[\(cursor.row + 1);\(cursor.column + 1)H" + (self.cursor == nil ? "\u{1B}[?25h" : "")
    } else if self.cursor != nil {
      output += "\u{1B}[?25l"
    }
    let isSame = output.isEmpty || (shown == canvas && self.cursor == cursor)
    shown = canvas
    self.cursor = cursor
    if !isSame { add(output) }
  }

  private mutating func add(_ output: String) {
    longestGap = max(longestGap, time - lastTime)
    lastTime = time
    let fraction = String(time % 1_000_000)
    let second = "\(time / 1_000_000)." + String(repeating: "0", count: 6 - fraction.count) + fraction
    events.append("[\(second), \"o\", \(JSONText.string(output))]")
  }

  /// The whole recording, up to now. Its limit on idle time is its longest pause: pauses are for reading, and a player
  /// that cuts them has been told so.
  func text(title: String) -> String {
    var whole = self
    // An event without output: how long the last picture stays.
    whole.add("")
    let limit = max(1, (whole.longestGap + 999_999) / 1_000_000)
    let header =
      "{\"version\": 2, \"width\": \(size.columns), \"height\": \(size.rows), \"idle_time_limit\": \(limit), "
      + "\"title\": \(JSONText.string(title)), \"env\": {\"TERM\": \"xterm-256color\"}}"
    return ([header] + whole.events).joined(separator: "\n") + "\n"
  }
}
