/// A plane as vectors.

extension PlaneMap {
  public func draw(on svg: inout SVG, in frame: Frame) {
    guard !isEmpty else { return drawMessage(nothingYet, on: &svg, in: frame) }
    let axes = axes
    var place = frame.x + 40
    for (name, category) in legend {
      PointShape.category(category).draw(on: &svg, x: place, y: frame.y + 12, color: .rgb(Palette.category(category)))
      svg.text(name, x: place + 10, y: frame.y + 16)
      place += 10 + Double(TextLayout.width(name) + 3) * SVG.characterWidth
    }
    for (path, _) in pathLegend {
      svg.line(place - 6, frame.y + 12, place + 8, frame.y + 12, color: .role(path.role), width: 2)
      svg.text(path.name, x: place + 14, y: frame.y + 16, color: .role(path.role))
      place += 14 + Double(TextLayout.width(path.name) + 3) * SVG.characterWidth
    }
    let hasLegend = !legend.isEmpty || !pathLegend.isEmpty
    let inner = axes.draw(on: &svg, in: frame.inset(top: hasLegend ? SVG.lineHeight : 0))
    svg.image(raster(width: 120, height: 90, ground: RGB(255, 255, 255)), in: inner)
    for (from, to) in contourSegments() {
      let (a, b) = (axes.place(from, in: inner), axes.place(to, in: inner))
      svg.line(a.x, a.y, b.x, b.y, color: .rgb(RGB(255, 255, 255)), width: 0.8)
    }
    let across = inner.width / (axes.x.upper - axes.x.lower)
    let up = inner.height / (axes.y.upper - axes.y.lower)
    for arrow in arrows {
      let start = axes.place(arrow.at, in: inner)
      let (dx, dy) = (arrow.dx * across, arrow.dy * up)
      let length = (dx * dx + dy * dy).squareRoot()
      guard length > 0, length.isFinite, start.x.isFinite, start.y.isFinite else { continue }
      let (ux, uy) = (dx / length, -dy / length)
      let end = (x: start.x + ux * 10, y: start.y + uy * 10)
      svg.line(start.x, start.y, end.x, end.y, color: .plain)
      svg.polyline(
        [
          end, (end.x - 4 * ux - 2.5 * uy, end.y - 4 * uy + 2.5 * ux),
          (end.x - 4 * ux + 2.5 * uy, end.y - 4 * uy - 2.5 * ux),
        ],
        color: nil, fill: .plain)
    }
    for path in paths {
      let places = path.points.map { axes.place($0, in: inner) }.filter { inner.contains($0) }
      svg.polyline(places, color: .role(path.role), width: 2, pattern: path.pattern)
      if let first = places.first { PointShape.ring.draw(on: &svg, x: first.x, y: first.y, color: .role(path.role)) }
      if let last = places.last { PointShape.circle.draw(on: &svg, x: last.x, y: last.y, color: .role(path.role)) }
    }
    for sample in samples {
      let place = axes.place(sample.at, in: inner)
      guard inner.contains(place) else { continue }
      guard sample.category >= 0 else {
        svg.circle(place.x, place.y, radius: 1.5, fill: .role(.quiet), stroke: .role(.quiet))
        continue
      }
      if sample.isMarked { svg.circle(place.x, place.y, radius: 8, fill: nil, stroke: .plain) }
      PointShape.category(sample.category).draw(
        on: &svg, x: place.x, y: place.y, color: .rgb(Palette.category(sample.category)))
    }
  }
}

extension Frame {
  func contains(_ place: Place) -> Bool { place.x >= x && place.x <= right && place.y >= y && place.y <= bottom }
}
