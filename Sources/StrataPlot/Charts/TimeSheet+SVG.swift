/// A time sheet on paper: all time steps have room there.

extension TimeSheet {
  public func draw(on svg: inout SVG, in frame: Frame) {
    guard count > 0, !lines.isEmpty else { return drawMessage(nothingYet, on: &svg, in: frame) }
    let titles = lines.map { max(TextLayout.width($0.title), TextLayout.width($0.note)) }.max() ?? 0
    let inner = frame.inset(left: Double(titles) * SVG.characterWidth + 14, top: 22, right: 8, bottom: 6)
    let step = inner.width / Double(count)
    let words = lines.count { if case .words = $0.content { true } else { false } }
    let left = max(inner.height - Double(words) * SVG.lineHeight, 0)
    let weights = lines.reduce(0) { sum, line in
      if case .words = line.content { sum } else { sum + line.wantedRows }
    }
    let spacing = TimeSheet.spacing(max(Int(step / SVG.characterWidth), 1))
    for number in stride(from: 0, to: count, by: spacing) {
      svg.text(
        "\(number)", x: inner.x + (Double(number) + 0.5) * step, y: inner.y - 6, anchor: .middle, color: .role(.quiet))
    }
    var y = inner.y
    for line in lines {
      var height = SVG.lineHeight
      if case .words = line.content {} else { height = left * Double(line.wantedRows) / Double(max(weights, 1)) }
      svg.text(line.title, x: frame.x + 6, y: y + 13, color: .role(.title), bold: true)
      if height >= 2 * SVG.lineHeight { svg.text(line.note, x: frame.x + 6, y: y + 29, color: .role(.quiet)) }
      for (unit, label) in line.labels.enumerated() where height >= Double(line.labels.count) * SVG.fontSize {
        let middle = (Double(unit) + 0.5) * (height - 4) / Double(line.labels.count)
        svg.text(label, x: inner.x - 6, y: y + middle + 4, anchor: .end, color: .role(.quiet))
      }
      let place = Frame(x: inner.x, y: y, width: inner.width, height: max(height - 4, 0))
      draw(line.content, on: &svg, in: place, step: step)
      y += height
    }
  }

  private func draw(_ content: Content, on svg: inout SVG, in place: Frame, step: Double) {
    switch content {
    case .words(let runs):
      let size = min(SVG.fontSize, max(step / 0.62, 5))
      for (index, run) in runs.prefix(count).enumerated() {
        svg.text(
          run.text, x: place.x + (Double(index) + 0.5) * step, y: place.y + 13, anchor: .middle, color: run.foreground,
          bold: run.style.contains(.bold), size: size)
      }
    case .shades(let grid, let shading, let range):
      let shown = grid.reduced(rows: 192, columns: grid.columns)
      svg.image(ImageTile(shown).raster(shading.onPaper, range), in: place)
      svg.rectangle(place, fill: nil, stroke: .role(.quiet))
    case .heights(let values, let range, let role):
      let span = max(range.upperBound - range.lowerBound, .leastNonzeroMagnitude)
      for (index, value) in values.prefix(count).enumerated() where value.isFinite {
        let height = ((value - range.lowerBound) / span).clamped(0, 1) * place.height
        svg.rectangle(
          Frame(
            x: place.x + (Double(index) + 0.1) * step, y: place.bottom - height, width: step * 0.8, height: height),
          fill: .role(role))
      }
    }
  }
}
