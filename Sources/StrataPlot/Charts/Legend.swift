/// Names of curves, each beside a piece of its line, with its value where a marker stands.

struct Legend {
  struct Entry {
    var sample: String
    var name: String
    var value: String
    var role: ColorRole
  }

  var entries: [Entry]
  private var charset = Charset.unicode

  init(entries: [Entry]) { self.entries = entries }

  init(_ chart: LineChart, style: DrawingStyle) {
    charset = style.charset
    let place = chart.readingPlace
    entries = chart.series.enumerated().filter { !$0.element.name.isEmpty }.map { index, curve in
      let value = place.flatMap { curve.value(at: $0) }
      return Entry(
        sample: Legend.sample(curve.pattern, index: index, charset: style.charset), name: style.text(curve.name),
        value: value.map { formatNumber($0, significant: 3, padded: true) } ?? "", role: curve.role)
    }
    entries += chart.pointSets.filter { !$0.name.isEmpty }.map { set in
      Entry(sample: " \(set.shape.character(style.charset))", name: style.text(set.name), value: "", role: set.role)
    }
  }

  static func sample(_ pattern: LinePattern, index: Int, charset: Charset) -> String {
    if charset == .ascii {
      guard let mark = asciiMark(index) else { return ".'" }
      return "\(mark)\(mark)"
    }
    switch pattern {
    case .solid: return "──"
    case .dashed: return "╌╌"
    case .dotted: return "··"
    }
  }

  private var nameWidth: Int { entries.map { TextLayout.width($0.name) }.max() ?? 0 }
  private var valueWidth: Int { entries.map { $0.value.count }.max() ?? 0 }
  private var width: Int { 3 + nameWidth + (valueWidth > 0 ? valueWidth + 1 : 0) }

  /// The corner of the place where the fewest dots are hidden, right before left and top before bottom; nil where
  /// there is no room, or where every corner is busy.
  func corner(in inner: Rectangle, avoiding grid: DotGrid) -> Rectangle? {
    guard !entries.isEmpty, width + 2 <= inner.columns * 3 / 5, entries.count + 1 <= inner.rows * 2 / 3 else {
      return nil
    }
    let right = inner.columns - width - 1
    let bottom = inner.rows - entries.count - 1
    var best: (hidden: Int, column: Int, row: Int)?
    // One row is left free at the top for the names of markers.
    for (column, row) in [(right, 1), (right, bottom), (1, 1), (1, bottom)] {
      var hidden = 0
      for y in row..<(row + entries.count) {
        for x in column..<(column + width) where !grid.isEmpty(column: x, row: y) { hidden += 1 }
      }
      if hidden < best?.hidden ?? .max { best = (hidden, column, row) }
    }
    guard let best, best.hidden * 12 <= width * entries.count else { return nil }
    return Rectangle(
      column: inner.column + best.column, row: inner.row + best.row, columns: width, rows: entries.count)
  }

  /// One entry a row.
  func draw(on canvas: inout Canvas, in area: Rectangle) {
    for (index, entry) in entries.enumerated() {
      let row = area.row + index
      canvas.fill(Rectangle(column: area.column, row: row, columns: area.columns, rows: 1))
      canvas.write(entry.sample, column: area.column, row: row, foreground: .role(entry.role), style: .bold)
      canvas.write(entry.name, column: area.column + 3, row: row, foreground: .role(entry.role), limit: nameWidth)
      canvas.write(entry.value, endingBefore: area.column + area.columns, row: row, style: .bold)
    }
  }

  /// The columns that all entries take in one row.
  var lineWidth: Int { total(entries) }

  private func total(_ entries: [Entry]) -> Int {
    entries.reduce(-2) { $0 + Legend.width($1) + 2 }
  }

  private static func width(_ entry: Entry) -> Int {
    3 + TextLayout.width(entry.name) + (entry.value.isEmpty ? 0 : entry.value.count + 1)
  }

  /// All entries in one row, at its end; without their values, then without the last ones, where they do not fit.
  func drawLine(on canvas: inout Canvas, row: Int, after column: Int) {
    let room = canvas.size.columns - column
    var shown = entries
    if total(shown) > room {
      for index in shown.indices { shown[index].value = "" }
    }
    while !shown.isEmpty, total(shown) > room { shown.removeLast() }
    var place = canvas.size.columns - total(shown)
    for entry in shown {
      let width = Legend.width(entry)
      canvas.write(entry.sample, column: place, row: row, foreground: .role(entry.role), style: .bold)
      canvas.write(entry.name, column: place + 3, row: row, foreground: .role(entry.role))
      canvas.write(entry.value, endingBefore: place + width, row: row, style: .bold)
      place += width + 2
    }
  }
}
