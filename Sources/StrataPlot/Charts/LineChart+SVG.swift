/// A line chart as vectors.

extension LineChart {
  public func draw(on svg: inout SVG, in frame: Frame) {
    guard let axes else { return drawMessage(emptyMessage, on: &svg, in: frame) }
    let legend = hasLegend ? series.filter { !$0.name.isEmpty } : []
    let sets = hasLegend ? pointSets.filter { !$0.name.isEmpty } : []
    let below = frame.inset(top: legend.isEmpty && sets.isEmpty ? 0 : SVG.lineHeight)
    let inner = axes.draw(on: &svg, in: below)
    for marker in markers {
      guard let share = axes.x.fraction(of: marker.x), (0...1).contains(share) else { continue }
      let x = inner.x + share * inner.width
      svg.line(x, inner.y, x, inner.bottom, color: .role(marker.role), pattern: .dashed)
      let anchor = share < 0.8 ? SVGAnchor.start : .end
      svg.text(marker.label, x: share < 0.8 ? x + 4 : x - 4, y: inner.y + 10, anchor: anchor, color: .role(marker.role))
    }
    for curve in series.reversed() {
      drawBand(curve, on: &svg, axes: axes, inner: inner)
      drawCurve(curve, on: &svg, axes: axes, inner: inner)
    }
    for set in pointSets {
      for point in set.points {
        let place = axes.place(point, in: inner)
        guard place.x >= inner.x - 1, place.x <= inner.right + 1, place.y >= inner.y - 1, place.y <= inner.bottom + 1
        else { continue }
        set.shape.draw(on: &svg, x: place.x, y: place.y, color: .role(set.role))
      }
    }
    if !note.isEmpty {
      svg.text(note, x: inner.x + 6, y: inner.bottom - 6, color: .role(.warning))
    }
    drawLegend(legend, sets, on: &svg, x: inner.x, y: frame.y + 14)
  }

  private func drawLegend(_ curves: [Series], _ sets: [PointSet], on svg: inout SVG, x: Double, y: Double) {
    var place = x
    for curve in curves {
      svg.line(place, y - 4, place + 24, y - 4, color: .role(curve.role), width: 2, pattern: curve.pattern)
      let value = readingPlace.flatMap { curve.value(at: $0) }.map { " " + formatNumber($0, significant: 3) } ?? ""
      let text = curve.name + value
      svg.text(text, x: place + 30, y: y)
      place += 30 + (Double(TextLayout.width(text)) + 3) * SVG.characterWidth
    }
    for set in sets {
      set.shape.draw(on: &svg, x: place + 6, y: y - 4, color: .role(set.role))
      svg.text(set.name, x: place + 16, y: y)
      place += 16 + (Double(TextLayout.width(set.name)) + 3) * SVG.characterWidth
    }
  }

  private func drawCurve(_ curve: Series, on svg: inout SVG, axes: Axes, inner: Frame) {
    let box = (x: inner.x...inner.right, y: inner.y...inner.bottom)
    var run: [Place] = []
    var last: Place?
    func flush() {
      if run.count == 1, let only = run.first { svg.circle(only.x, only.y, radius: 1.5, fill: .role(curve.role)) }
      svg.polyline(run, color: .role(curve.role), pattern: curve.pattern)
      run = []
    }
    for point in curve.points {
      let place = axes.place(point, in: inner)
      guard place.x.isFinite, place.y.isFinite else {
        flush()
        last = nil
        continue
      }
      if let last {
        if let (from, to) = clipped(from: last, to: place, in: box) {
          // A line that comes back into the frame begins a new run at the edge.
          if run.last.map({ $0 != from }) ?? true {
            flush()
            run = [from]
          }
          run.append(to)
        } else {
          flush()
        }
      } else if box.x.contains(place.x), box.y.contains(place.y) {
        run = [place]
      }
      last = place
    }
    flush()
  }

  private func drawBand(_ curve: Series, on svg: inout SVG, axes: Axes, inner: Frame) {
    let places = curve.band.compactMap { band -> (Place, Place)? in
      let low = axes.place(Point(band.x, band.low), in: inner)
      let high = axes.place(Point(band.x, band.high), in: inner)
      guard low.x.isFinite, low.y.isFinite, high.y.isFinite, low.x >= inner.x, low.x <= inner.right else { return nil }
      return (
        (low.x, low.y.clamped(inner.y, inner.bottom)), (high.x, high.y.clamped(inner.y, inner.bottom))
      )
    }
    svg.polyline(
      places.map(\.1) + places.reversed().map(\.0), color: nil, fill: .role(curve.role), opacity: 0.2)
  }
}
