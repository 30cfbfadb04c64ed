/// What was taken for what: a row for each true class, a column for each answer.
///
/// Right answers stand in brackets on the diagonal and are blue, errors are orange, each the stronger the larger its
/// share of the row. Where the table has no room it becomes a heat map of these shares.

public struct ConfusionMatrix: Hashable, Sendable, Drawable {
  public var labels: [String]
  /// counts[true][answer]; missing ones are zero.
  public var counts: [[Int]]

  public init(labels: [String], counts: [[Int]]) {
    self.labels = labels
    self.counts = counts
  }

  private var classes: Int { labels.count }

  func count(_ truth: Int, _ answer: Int) -> Int {
    counts.indices.contains(truth) && counts[truth].indices.contains(answer) ? max(counts[truth][answer], 0) : 0
  }

  private func total(_ truth: Int) -> Int { (0..<classes).reduce(0) { $0 + count(truth, $1) } }

  public var total: Int { (0..<classes).reduce(0) { $0 + total($1) } }
  public var right: Int { (0..<classes).reduce(0) { $0 + count($1, $1) } }

  /// The error that is made most often; the first of several.
  public var mostFrequentError: (truth: Int, answer: Int, count: Int)? {
    var worst: (truth: Int, answer: Int, count: Int)?
    for truth in 0..<classes {
      for answer in 0..<classes where answer != truth && count(truth, answer) > worst?.count ?? 0 {
        worst = (truth, answer, count(truth, answer))
      }
    }
    return worst
  }

  /// Accuracy, errors, and the most frequent error, in words.
  var summary: [String] {
    let accuracy = formatPercent(Double(right) / Double(max(total, 1)))
    let first = "accuracy \(accuracy) · \(total - right) of \(total) wrong"
    guard let worst = mostFrequentError else { return [first] }
    return [first, "most often \(labels[worst.truth]) taken for \(labels[worst.answer]): \(worst.count)×"]
  }

  /// Writes the summary in one row, or in two if there are two and one would be too short.
  private func drawSummary(on canvas: inout Canvas, row: Int, style: DrawingStyle) {
    let whole = summary.joined(separator: " · ")
    let fits = TextLayout.width(style.text(whole)) <= canvas.size.columns || row + 1 >= canvas.size.rows
    for (offset, line) in (fits ? [whole] : summary).enumerated() {
      canvas.write(line, column: 0, row: row + offset, charset: style.charset)
    }
  }

  private func color(_ truth: Int, _ answer: Int) -> RGB? {
    let share = Double(count(truth, answer)) / Double(max(total(truth), 1))
    guard share > 0 else { return nil }
    let full = truth == answer ? RGB(hex: 0x1F6FB2) : RGB(hex: 0xD55E00)
    // The root makes a single error among hundreds visible.
    return RGB(hex: 0x181818).mixed(with: full, share: 0.25 + 0.75 * share.squareRoot())
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard classes > 0, total > 0 else { return drawMessage(nothingYet, on: &canvas, style: style) }
    let size = canvas.size
    let names = labels.map { style.text($0) }
    let nameWidth = min(names.map { TextLayout.width($0) }.max() ?? 0, 14)
    let digits = (0..<classes).reduce(1) { widest, truth in
      (0..<classes).reduce(widest) { max($0, String(count(truth, $1)).count) }
    }
    let left = nameWidth + 1
    let room = (size.columns - left - 7) / classes
    let width = min(max(digits + 2, nameWidth + 1), room)
    guard width >= digits + 2, size.rows >= classes + 2 else { return drawShares(on: &canvas, style: style) }
    if nameWidth >= 4 { canvas.write("true", column: 0, row: 0, foreground: .role(.quiet)) }
    for (answer, name) in names.enumerated() {
      let text = TextLayout.truncated(name, to: width - 1, ellipsis: style.ellipsis)
      canvas.write(
        TextLayout.padded(text, to: width - 1, .right), column: left + answer * width, row: 0, foreground: .role(.title)
      )
    }
    canvas.write("right", column: left + classes * width + 1, row: 0, foreground: .role(.quiet))
    for truth in 0..<classes {
      drawRow(truth, name: names[truth], on: &canvas, left: left, width: width, style: style)
    }
    drawSummary(on: &canvas, row: classes + 1, style: style)
  }

  private func drawRow(
    _ truth: Int, name: String, on canvas: inout Canvas, left: Int, width: Int, style: DrawingStyle
  ) {
    let row = truth + 1
    canvas.write(
      TextLayout.truncated(name, to: left - 1, ellipsis: style.ellipsis), endingBefore: left - 1, row: row,
      foreground: .role(.title))
    for answer in 0..<classes {
      let number = count(truth, answer)
      let place = left + answer * width
      let ground = color(truth, answer).map(Color.rgb)
      let text = number == 0 ? style.text("·") : String(number)
      if let ground {
        canvas.fill(Rectangle(column: place, row: row, columns: width, rows: 1), with: Cell(" ", background: ground))
      }
      let ink: Color = number == 0 ? .role(.quiet) : .rgb(RGB(255, 255, 255))
      let end = place + width - 1
      canvas.write(text, endingBefore: end, row: row, foreground: ink, style: truth == answer ? .bold : [])
      if truth == answer {
        canvas.put("[", column: end - text.unicodeScalars.count - 1, row: row, foreground: ink, style: .bold)
        canvas.put("]", column: end, row: row, foreground: ink, style: .bold)
      }
    }
    let share = total(truth) > 0 ? formatPercent(Double(count(truth, truth)) / Double(total(truth))) : ""
    canvas.write(share, endingBefore: left + classes * width + 7, row: row, foreground: .role(.quiet))
  }

  private func drawShares(on canvas: inout Canvas, style: DrawingStyle) {
    let size = canvas.size
    let summaryRows = size.rows >= 8 ? 2 : size.rows >= 4 ? 1 : 0
    let above = Rectangle(column: 0, row: 0, columns: size.columns, rows: size.rows - summaryRows)
    canvas.draw(in: above) { shares.draw(on: &$0, style: style) }
    if summaryRows > 0 { drawSummary(on: &canvas, row: size.rows - summaryRows, style: style) }
  }

  private var shares: HeatMap {
    HeatMap(
      Grid(rows: classes, columns: classes) { truth, answer in
        Float(count(truth, answer)) / Float(max(total(truth), 1))
      }, range: 0...1, rowLabels: labels, columnLabels: labels, rowTitle: "true", columnTitle: "answer")
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    guard classes > 0, total > 0 else { return drawMessage(nothingYet, on: &svg, in: frame) }
    let nameWidth = Double(labels.map { TextLayout.width($0) }.max() ?? 0) * SVG.characterWidth
    let inner = frame.inset(left: nameWidth + 16, top: 26, right: 70, bottom: 48)
    let across = min(inner.width / Double(classes), 60)
    let down = min(inner.height / Double(classes), 30)
    for truth in 0..<classes {
      let y = inner.y + Double(truth) * down
      svg.text(labels[truth], x: inner.x - 6, y: y + down / 2 + 4, anchor: .end, color: .role(.title))
      svg.text(
        labels[truth], x: inner.x + (Double(truth) + 0.5) * across, y: inner.y - 8, anchor: .middle,
        color: .role(.title))
      for answer in 0..<classes {
        let cell = Frame(x: inner.x + Double(answer) * across, y: y, width: across, height: down)
        let share = Double(count(truth, answer)) / Double(max(total(truth), 1))
        let full = truth == answer ? RGB(hex: 0x1F6FB2) : RGB(hex: 0xD55E00)
        let ground = RGB(255, 255, 255).mixed(with: full, share: share > 0 ? 0.1 + 0.9 * share.squareRoot() : 0)
        svg.rectangle(cell, fill: .rgb(ground), stroke: .rgb(RGB(hex: 0xDDDDDD)), strokeWidth: 0.5)
        let number = count(truth, answer)
        let text = truth == answer ? "[\(number)]" : number == 0 ? "·" : "\(number)"
        svg.text(
          text, x: cell.middle, y: y + down / 2 + 4, anchor: .middle,
          color: ground.lightness < 0.55 ? .rgb(RGB(255, 255, 255)) : .plain, bold: truth == answer)
      }
      if total(truth) > 0 {
        svg.text(
          formatPercent(Double(count(truth, truth)) / Double(total(truth))),
          x: inner.x + Double(classes) * across + 8, y: y + down / 2 + 4, color: .role(.quiet))
      }
    }
    for (index, line) in summary.enumerated() {
      svg.text(line, x: frame.x + 8, y: inner.y + Double(classes) * down + 20 + Double(index) * SVG.lineHeight)
    }
  }
}
