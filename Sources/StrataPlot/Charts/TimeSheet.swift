/// Lines over a common time: at each time step a column, in it the words, the shades and the heights of that moment.
///
/// All lines share the columns, so that what stands above each other belongs together. Where not all time steps have room
/// a stretch of them is shown, and the axis says which. Words take one row; shades and heights share what is left.

public struct TimeSheet: Hashable, Sendable, Drawable {
  public enum Content: Hashable, Sendable {
    /// A word a time step, each in its colour; empty ones for nothing.
    case words([TextRun])
    /// A row a unit, a column a time step; the numbers at the two ends of the shades.
    case shades(Grid, Shading, ClosedRange<Double>)
    /// A number a time step as the height of a block over the lower end; NaN is a gap.
    case heights([Double], ClosedRange<Double>, ColorRole)
  }

  /// One line.
  public struct Line: Hashable, Sendable {
    public var title: String
    /// Under the title, where there is a second row.
    public var note: String
    public var content: Content
    /// What the rows of shades are; shown where each has a row of cells.
    public var labels: [String]

    public init(_ title: String, note: String = "", _ content: Content, labels: [String] = []) {
      self.title = title
      self.note = note
      self.content = content
      self.labels = labels
    }

    /// The rows that show everything: half a cell a unit, four for heights.
    public var wantedRows: Int {
      switch content {
      case .words: 1
      case .shades(let grid, _, _): max((grid.rows + 1) / 2, 1)
      case .heights: 4
      }
    }

    /// The rows beyond which nothing more is seen.
    var mostRows: Int {
      if case .shades(let grid, _, _) = content { max(grid.rows, 1) } else { wantedRows }
    }
  }

  public var lines: [Line]
  /// How many time steps there are.
  public var count: Int
  /// The first that is shown, where not all have room.
  public var first: Int
  /// A step that is pointed at.
  public var selected: Int?

  public init(_ lines: [Line], count: Int, first: Int = 0, selected: Int? = nil) {
    self.lines = lines
    self.count = count
    self.first = first
    self.selected = selected
  }

  /// How the time steps lie in so many columns.
  struct Layout {
    var titleColumns: Int
    var stepColumns: Int
    var steps: Range<Int>

    func column(_ step: Int) -> Int { titleColumns + (step - steps.lowerBound) * stepColumns }
  }

  func layout(columns: Int, style: DrawingStyle) -> Layout {
    let widest = lines.map { max(TextLayout.width(style.text($0.title)), TextLayout.width(style.text($0.note))) }.max()
    let titles = min((widest ?? 0) + 1, columns / 4)
    let words = lines.reduce(1) { most, line in
      guard case .words(let runs) = line.content else { return most }
      return runs.reduce(most) { max($0, min(TextLayout.width(style.text($1.text)), 6)) }
    }
    let across = columns - titles
    guard across > 0, count > 0 else { return Layout(titleColumns: titles, stepColumns: 1, steps: 0..<0) }
    let width = min(max(across / count, words), max(words, 6))
    let shown = min(across / width, count)
    let start = min(max(first, 0), count - shown)
    return Layout(titleColumns: titles, stepColumns: width, steps: start..<start + shown)
  }

  /// The rows of each line: words one, the others a share of what is left; 0 where none is left.
  func rows(in available: Int) -> [Int] {
    var rows = lines.map { line in if case .words = line.content { 1 } else { 0 } }
    var left = available - rows.reduce(0, +)
    // First what each needs to show everything, in turns; then whole cells for every unit, where there is room for all.
    var isGrowing = true
    while left > 0, isGrowing {
      isGrowing = false
      for index in lines.indices where left > 0 && rows[index] < lines[index].wantedRows {
        rows[index] += 1
        left -= 1
        isGrowing = true
      }
    }
    for index in lines.indices.sorted(by: { !lines[$0].labels.isEmpty && lines[$1].labels.isEmpty }) {
      let more = lines[index].mostRows - rows[index]
      guard more > 0, more <= left else { continue }
      rows[index] += more
      left -= more
    }
    return rows
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard count > 0, !lines.isEmpty else { return drawMessage(nothingYet, on: &canvas, style: style) }
    let layout = layout(columns: canvas.size.columns, style: style)
    let hasAxis = canvas.size.rows > lines.count
    let top = hasAxis ? 1 : 0
    let rows = rows(in: canvas.size.rows - top)
    guard !layout.steps.isEmpty, canvas.size.columns > 4, rows.allSatisfy({ $0 > 0 }), canvas.size.rows >= lines.count
    else { return drawMessage("too small", on: &canvas, style: style) }
    if hasAxis { drawAxis(on: &canvas, layout, style) }
    var row = top
    for (line, height) in zip(lines, rows) {
      canvas.write(
        line.title, column: 0, row: row, foreground: .role(.title), style: .bold, limit: layout.titleColumns - 1,
        charset: style.charset)
      if height > 1, height < max(line.labels.count, 1) || line.labels.isEmpty {
        canvas.write(
          line.note, column: 0, row: row + 1, foreground: .role(.quiet), limit: layout.titleColumns - 1,
          charset: style.charset)
      }
      if height >= line.labels.count {
        for (unit, label) in line.labels.enumerated() {
          canvas.write(
            label, endingBefore: layout.titleColumns - 1, row: row + unit, foreground: .role(.quiet), limit: 6,
            charset: style.charset)
        }
      }
      draw(line.content, on: &canvas, row: row, rows: height, layout, style)
      row += height
    }
  }

  private func drawAxis(on canvas: inout Canvas, _ layout: Layout, _ style: DrawingStyle) {
    let hidden = layout.steps.count < count
    canvas.write(
      hidden ? "t of \(count)" : "t", column: 0, row: 0, foreground: .role(.quiet), limit: layout.titleColumns - 1,
      charset: style.charset)
    var free = 0
    for step in layout.steps where step % TimeSheet.spacing(layout.stepColumns) == 0 {
      let column = layout.column(step)
      guard column >= free, column + "\(step)".count <= canvas.size.columns else { continue }
      canvas.write("\(step)", column: column, row: 0, foreground: .role(.quiet))
      free = column + "\(step)".count + 1
    }
    if let selected, layout.steps.contains(selected) {
      canvas.put(
        style.pick("▾", "v"), column: layout.column(selected), row: 0, foreground: .role(.accent), style: .bold)
    }
  }

  /// Every how many time steps one is numbered: five columns at least between two numbers.
  static func spacing(_ stepColumns: Int) -> Int {
    [1, 2, 5, 10].first { $0 * stepColumns >= 5 } ?? 10
  }

  private func draw(
    _ content: Content, on canvas: inout Canvas, row: Int, rows: Int, _ layout: Layout, _ style: DrawingStyle
  ) {
    switch content {
    case .words(let runs):
      for step in layout.steps where step < runs.count {
        canvas.write(
          TextLine([runs[step]]), column: layout.column(step), row: row, limit: layout.stepColumns,
          charset: style.charset)
      }
    case .shades(let grid, let shading, let range):
      drawShades(grid, shading, range, on: &canvas, row: row, rows: rows, layout, style)
    case .heights(let values, let range, let role):
      let width = layout.stepColumns > 2 ? layout.stepColumns - 1 : layout.stepColumns
      for step in layout.steps where step < values.count && values[step].isFinite {
        let share = (values[step] - range.lowerBound) / max(range.upperBound - range.lowerBound, .leastNonzeroMagnitude)
        // What is above the lower end is seen, be it the smallest.
        let eighths = share > 0 ? max(Int((share.clamped(0, 1) * Double(rows * 8)).rounded()), 1) : 0
        for up in 0..<rows {
          let part = min(max(eighths - up * 8, 0), 8)
          guard part > 0 else { break }
          for column in 0..<width {
            canvas.put(
              blockCharacter(eighths: part, charset: style.charset), column: layout.column(step) + column,
              row: row + rows - 1 - up, foreground: .role(role))
          }
        }
      }
    }
  }

  private func drawShades(
    _ grid: Grid, _ shading: Shading, _ range: ClosedRange<Double>, on canvas: inout Canvas, row: Int, rows: Int,
    _ layout: Layout, _ style: DrawingStyle
  ) {
    let shown = grid.reduced(rows: rows * 2, columns: grid.columns)
    guard shown.rows > 0 else { return }
    // Whole pixels for every unit; what remains below stays empty.
    let tall = max(rows * 2 / shown.rows, 1)
    let (start, width) = (layout.steps.lowerBound, layout.stepColumns)
    if style.hasColor, style.charset == .unicode {
      var pixels = Raster(width: layout.steps.count * width, height: tall * shown.rows)
      for y in 0..<pixels.height {
        for x in 0..<pixels.width { pixels[x, y] = shading.color(shown[y / tall, start + x / width], in: range) }
      }
      return canvas.drawPixels(pixels, column: layout.titleColumns, row: row)
    }
    for y in 0..<(tall * shown.rows + 1) / 2 {
      for x in 0..<layout.steps.count * width {
        let upper = shown[y * 2 / tall, start + x / width]
        let below = (y * 2 + 1) / tall
        let lower = below < shown.rows ? shown[below, start + x / width] : upper
        canvas.put(
          shading.character(upper / 2 + lower / 2, in: range), column: layout.titleColumns + x, row: row + y)
      }
    }
  }
}
