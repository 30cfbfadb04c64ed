// One frame of the screen: a pure function of the studio.
import StrataEngine
import StrataLab
import StrataPlot
import StrataViews

extension Studio {
  /// The whole screen.
  public func draw() -> Canvas {
    var canvas = Canvas(size)
    if lesson?.isBlank == true { return canvas }
    let layout = layout
    canvas.draw(in: layout.status) { drawStatus(on: &$0) }
    if let lesson, layout.body.row > 1 {
      canvas.draw(in: Rectangle(column: 0, row: 1, columns: size.columns, rows: layout.body.row - 1)) {
        lesson.draw(on: &$0, question: lab.question, style: style)
      }
    }
    for placed in layout.panels { draw(placed, on: &canvas) }
    if layout.panels.isEmpty, layout.body.rows > 0 {
      canvas.write(
        "the window is too small", column: 0, row: layout.body.row, foreground: .role(.warning), charset: style.charset)
    }
    if let overlay { draw(overlay, on: &canvas, in: layout.body) }
    canvas.draw(in: layout.time) { line in
      line.write(TimeBar.line(lab, columns: line.size.columns, style: style), column: 0, row: 0, charset: style.charset)
    }
    canvas.draw(in: layout.message) { drawMessageLine(on: &$0) }
    canvas.draw(in: layout.keys) { drawKeys(on: &$0) }
    return canvas
  }

  private func draw(_ placed: Placed, on canvas: inout Canvas) {
    guard let name = name(in: placed.slot), let view = view(named: name) else { return }
    let isFocused = placed.slot == .chosen(offset: 0)
    let figure = view.panel(lab, options, size: placed.area.size, isFocused: isFocused)
    canvas.draw(in: placed.area) { figure.draw(on: &$0, style: style) }
  }

  // The status line.

  private func drawStatus(on canvas: inout Canvas) {
    let bar = Cell(" ", foreground: .plain, background: .role(.bar))
    canvas.fill(canvas.bounds, with: bar)
    let state = stateText
    var column = canvas.write(
      " strata ", column: 0, row: 0, foreground: .role(.title), background: .role(.bar), style: .bold,
      charset: style.charset)
    let right = size.columns - state.width - 1
    for part in statusParts where column + TextLayout.width(part) + 3 <= right {
      column += canvas.write(part + "   ", column: column + 1, row: 0, background: .role(.bar), charset: style.charset)
    }
    guard right > 0 else { return }
    canvas.draw(in: Rectangle(column: right, row: 0, columns: size.columns - right, rows: 1)) { place in
      place.fill(place.bounds, with: bar)
      var column = 0
      for run in state.runs {
        column += place.write(
          run.text, column: column, row: 0, foreground: run.foreground, background: .role(.bar), style: run.style,
          charset: style.charset)
      }
    }
  }

  /// What is learned from and how, the most important first.
  private var statusParts: [String] {
    var parts: [String] = []
    if let data = lab.experiment.data, data.train.count > 0 {
      parts.append(
        "\(data.name) \(data.inputShape) · \(formatGrouped(data.train.count)) train \(formatGrouped(data.test.count)) test"
      )
    }
    if let learner = lab.experiment.learner {
      var settings = [type(of: learner).keyword]
      if let optimizer = learner.value(of: "optimizer") { settings.append(optimizer) }
      if let rate = learner.value(of: "rate") { settings.append("ε \(rate)") }
      if let momentum = learner.value(of: "momentum"), momentum != "0" { settings.append("μ \(momentum)") }
      if let batch = learner.value(of: "batch") { settings.append("batch \(batch)") }
      parts.append(settings.joined(separator: " · "))
    }
    return parts
  }

  /// Running or paused, the step, the epoch, the speed.
  private var stateText: TextLine {
    let moment = lab.moment
    var runs: [TextRun] = []
    if restoration != nil {
      runs.append(TextRun("↻ coming back ", .warning, style: .bold))
    } else if lab.fault != nil {
      runs.append(TextRun("✗ stopped ", .bad, style: .bold))
    } else if lab.isTravelling {
      runs.append(TextRun("◀ going back ", .warning, style: .bold))
    } else if lab.isRunning, lesson?.isHeld == true, lesson?.hand == nil {
      runs.append(TextRun("‖ held ", .accent, style: .bold))
    } else if lab.isRunning {
      runs.append(TextRun("▶ running ", .good, style: .bold))
    } else {
      runs.append(TextRun("‖ paused ", .accent, style: .bold))
    }
    if let learner = lab.experiment.learner {
      let phase = learner.listing[learner.line].phase
      if size.columns >= 100, !lab.isRunning { runs.append(TextRun("before \(phase) ", .quiet)) }
    }
    runs.append(TextRun("step \(formatGrouped(moment.step)) · epoch \(formatDecimal(moment.epoch, decimals: 1))"))
    if let speed = lab.throughput, size.columns >= 90 { runs.append(TextRun(" · \(formatQuantity(speed))/s")) }
    return TextLine(runs)
  }

  // The line of commands, and the keys.

  private func drawMessageLine(on canvas: inout Canvas) {
    if !hasStarted {
      canvas.write(
        TextLine([
          TextRun(" Press ", .plain), TextRun("s", .accent, style: .bold),
          TextRun(" to step one line, ", .plain), TextRun("space", .accent, style: .bold),
          TextRun(" to let it learn, ", .plain), TextRun("?", .accent, style: .bold), TextRun(" for all keys.", .plain),
        ]), column: 0, row: 0, charset: style.charset)
      return
    }
    var column = canvas.write("strata> ", column: 0, row: 0, foreground: .role(.title), charset: style.charset)
    column += canvas.write(
      lastCommand, column: column, row: 0, limit: max(size.columns * 2 / 3, 1), charset: style.charset)
    canvas.write(TextLine([TextRun("   ")]) + answer, column: column, row: 0, charset: style.charset)
  }

  /// The keys on the bar with the columns that they take.
  private var keyBar: [(binding: KeyBinding, text: String, columns: Range<Int>)] {
    var column = 0
    var shown: [(KeyBinding, String, Range<Int>)] = []
    for binding in KeyMap.bindings where KeyMap.isMeant(binding, in: self) {
      guard let title = binding.barTitle, let key = binding.keys.first else { continue }
      let width = TextLayout.width(" \(key.barName) \(title) ")
      guard column + width <= size.columns else { break }
      shown.append((binding, title, column..<column + width))
      column += width + 1
    }
    return shown
  }

  func keyBarAction(at column: Int) -> StudioAction? { keyBar.first { $0.columns.contains(column) }?.binding.action }

  private func drawKeys(on canvas: inout Canvas) {
    canvas.fill(canvas.bounds, with: Cell(" ", background: .role(.bar)))
    for (binding, title, columns) in keyBar {
      let key = " \(binding.keys[0].barName)"
      let used = canvas.write(
        key, column: columns.lowerBound, row: 0, foreground: .role(.accent), background: .role(.bar), style: .bold,
        charset: style.charset)
      canvas.write(
        " \(title)", column: columns.lowerBound + used, row: 0, background: .role(.bar), charset: style.charset)
    }
  }

  // What lies over the panels.

  private func draw(_ overlay: Overlay, on canvas: inout Canvas, in body: Rectangle) {
    let width = min(
      max((overlay.lines.map(\.width).max() ?? 0) + 4, TextLayout.width(overlay.title) + 30, 40), body.columns)
    let lines = overlay.lines.flatMap { $0.wrapped(to: max(width - 4, 1), style: style) }
    let rows = min(lines.count + 2, body.rows)
    guard rows >= 3, width >= 8 else { return }
    let area = Rectangle(
      column: body.column + (body.columns - width) / 2, row: body.row + body.rows - rows, columns: width, rows: rows)
    canvas.fill(area)
    let more = lines.count > rows - 2
    let note =
      more
      ? "\(overlay.scroll + 1)–\(min(overlay.scroll + rows - 2, lines.count)) of \(lines.count) · ↓ more · esc closes"
      : "esc closes"
    let inner = canvas.panel(in: area, title: overlay.title, note: note, focused: true, style: style)
    canvas.draw(in: inner) { place in
      let first = min(overlay.scroll, max(lines.count - (rows - 2), 0))
      for (row, line) in lines.dropFirst(max(first, 0)).prefix(rows - 2).enumerated() {
        place.write(line, column: 1, row: row, charset: style.charset)
      }
    }
  }

  /// The help page: every key, every command, from the tables that also carry them out.
  func helpLines() -> [TextLine] {
    var lines = [TextLine("Keys", .title, style: .bold)]
    let width = KeyMap.bindings.map { TextLayout.width($0.label) }.max() ?? 0
    func add(_ bindings: [KeyBinding]) {
      for binding in bindings {
        lines.append(
          TextLine([TextRun(TextLayout.padded("  " + binding.label, to: width + 4), .accent), TextRun(binding.help)]))
      }
    }
    add(KeyMap.bindings.filter { KeyMap.isMeant($0, in: self) })
    lines += [TextLine(""), TextLine("Keys at other times", .title, style: .bold)]
    add(KeyMap.bindings.filter { !KeyMap.isMeant($0, in: self) })
    lines += [TextLine(""), TextLine("Commands (type : first; help WORD tells more)", .title, style: .bold)]
    let column = CommandTable.all.map { TextLayout.width($0.word) }.max() ?? 0
    for command in CommandTable.all {
      let word = TextLayout.padded("  " + command.word, to: column + 4)
      lines.append(TextLine([TextRun(word, .accent), TextRun(command.summary)]))
    }
    lines += [TextLine(""), TextLine("Views (show NAME, or tab)", .title, style: .bold)]
    for view in views {
      let usage = TextLayout.padded("  " + view.name, to: 18)
      lines.append(TextLine([TextRun(usage, .accent), TextRun(view.summary)]))
    }
    return lines
  }
}
