/// A distribution over time: one histogram behind the other, the oldest at the back, the newest in front.
///
/// All ridges share one axis. Their heights are each one's own by default, because a distribution often begins as a
/// single peak (biases at zero) beside which all later ones would be flat; a common height compares them. With colours
/// the ridges are filled, each column of cells resolved into eighths; without, they are outlines that hide what is
/// behind them.

public struct Ridgeline: Hashable, Sendable, Drawable {
  /// One histogram and when it was taken.
  public struct Ridge: Hashable, Sendable {
    public var label: String
    public var bins: Bins
    public init(_ label: String, _ bins: Bins) {
      self.label = label
      self.bins = bins
    }
  }

  /// What the full height of a ridge stands for.
  public enum Height: Hashable, Sendable {
    /// Its own highest bin.
    case own
    /// The highest bin of all: equal heights are equal densities.
    case common
  }

  /// From the oldest to the newest.
  public var ridges: [Ridge]
  public var height: Height
  public var palette: Palette
  public var marksZero: Bool

  public init(_ ridges: [Ridge], height: Height = .own, palette: Palette = .viridis, marksZero: Bool = true) {
    self.ridges = ridges
    self.height = height
    self.palette = palette
    self.marksZero = marksZero
  }

  private var known: [Ridge] { ridges.filter { $0.bins.canBeDrawn } }

  private func scale(_ shown: [Ridge]) -> Scale? { Scale(covering: shown.flatMap { [$0.bins.lower, $0.bins.upper] }) }

  /// At most so many ridges, evenly chosen, with the newest among them.
  private func chosen(atMost count: Int) -> [Ridge] {
    let all = known
    guard all.count > count, count > 0 else { return count > 0 ? all : [] }
    if count == 1 { return [all[all.count - 1]] }
    return (0..<count).map { all[$0 * (all.count - 1) / (count - 1)] }
  }

  /// Heights of all ridges as shares of the full height.
  private func shares(_ shown: [Ridge], columns: Int, scale: Scale) -> [[Double]] {
    let all = shown.map { $0.bins.densities(columns: columns, over: scale) }
    let highest = all.lazy.joined().max() ?? 0
    return all.map { ridge in
      let top = height == .common ? highest : ridge.max() ?? 0
      return ridge.map { top > 0 && $0.isFinite ? $0 / top : 0 }
    }
  }

  func color(_ index: Int, of count: Int) -> RGB {
    palette.color(at: count < 2 ? 0.75 : 0.2 + 0.75 * Double(index) / Double(count - 1))
  }

  /// Baselines from the top in some unit, and the height of the highest ridge.
  private func places(_ count: Int, in height: Double) -> (baselines: [Double], amplitude: Double) {
    guard count > 1 else { return ([height], height) }
    let amplitude = max(height * 0.35, height / Double(count))
    let step = (height - amplitude) / Double(count - 1)
    return ((0..<count).map { amplitude + Double($0) * step }, amplitude)
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    let size = canvas.size
    let hasAxis = size.rows >= 4
    let rows = size.rows - (hasAxis ? 1 : 0)
    // Closer than two rows, ridges could not be told apart.
    let shown = chosen(atMost: max(rows / 2, min(rows, 1)))
    guard let scale = scale(shown), size.columns > 0 else {
      return drawMessage(nothingYet, on: &canvas, style: style)
    }
    let labels = shown.map { style.text($0.label) }
    let widest = labels.map { TextLayout.width($0) }.max() ?? 0
    let left = widest > 0 && widest * 4 <= size.columns ? widest + 1 : 0
    let columns = size.columns - left
    let shares = shares(shown, columns: columns, scale: scale)
    if style.hasColor, style.charset == .unicode {
      fill(shares, on: &canvas, left: left, rows: rows)
    } else {
      outline(shares, on: &canvas, left: left, rows: rows, style: style)
    }
    if left > 0 { drawLabels(labels, on: &canvas, rows: rows, style: style) }
    if hasAxis {
      let axis = RangeAxis(scale: scale, mean: shown.last?.bins.mean, marksZero: marksZero)
      axis.draw(on: &canvas, column: left, columns: columns, row: rows, style: style)
    }
  }

  private func drawLabels(_ labels: [String], on canvas: inout Canvas, rows: Int, style: DrawingStyle) {
    let places = places(labels.count, in: Double(rows))
    var used: Set<Int> = []
    // The newest first, so that it is never the one without a label.
    for (index, label) in labels.enumerated().reversed() {
      let row = min(max(Int(places.baselines[index].rounded()) - 1, 0), rows - 1)
      guard used.insert(row).inserted else { continue }
      let color = style.hasColor ? Color.rgb(color(index, of: labels.count)) : .role(.quiet)
      canvas.write(label, column: 0, row: row, foreground: color)
    }
  }

  /// Each cell has eight lines; the colour at its foot rises as a block before whatever else fills most of the cell.
  private func fill(_ shares: [[Double]], on canvas: inout Canvas, left: Int, rows: Int) {
    let places = places(shares.count, in: Double(rows * 8))
    for column in 0..<(canvas.size.columns - left) {
      var owners = [Int](repeating: -1, count: rows * 8)
      for (index, ridge) in shares.enumerated() where ridge[column] > 0 {
        let base = Int(places.baselines[index].rounded())
        let height = max(Int((ridge[column] * places.amplitude).rounded()), 1)
        for line in max(base - height, 0)..<min(base, rows * 8) { owners[line] = index }
      }
      for row in 0..<rows {
        let lines = Array(owners[(row * 8)..<(row * 8 + 8)])
        let foot = lines[7]
        let height = lines.reversed().prefix { $0 == foot }.count
        let rest = mostFrequent(lines.dropLast(height))
        func color(_ owner: Int) -> Color { owner < 0 ? .plain : .rgb(self.color(owner, of: shares.count)) }
        if foot < 0, let rest, rest >= 0 {
          // Only the upper part is filled: the same block in reverse.
          let block = blockCharacter(eighths: height, charset: .unicode)
          canvas.put(block, column: left + column, row: row, foreground: color(rest), style: .reverse)
        } else if foot >= 0 {
          let block = blockCharacter(eighths: height, charset: .unicode)
          canvas.put(
            block, column: left + column, row: row, foreground: color(foot), background: rest.map(color) ?? .plain)
        }
      }
    }
  }

  private func mostFrequent(_ lines: ArraySlice<Int>) -> Int? {
    var best: (owner: Int, count: Int)?
    for owner in lines {
      let count = lines.count { $0 == owner }
      if count > best?.count ?? 0 { best = (owner, count) }
    }
    return best?.owner
  }

  /// From the front to the back, drawing only what rises above everything in front of it.
  private func outline(_ shares: [[Double]], on canvas: inout Canvas, left: Int, rows: Int, style: DrawingStyle) {
    var grid = DotGrid(columns: canvas.size.columns - left, rows: rows, charset: style.charset)
    let places = places(shares.count, in: Double(grid.dotsDown - 1))
    var horizon = [Int](repeating: Int.max, count: grid.dotsAcross)
    let perColumn = grid.dotsAcross / max(grid.columns, 1)
    for (index, ridge) in shares.enumerated().reversed() {
      let pen = Pen(color: .role(index == shares.count - 1 ? .series1 : .quiet))
      var last: Int?
      for x in 0..<grid.dotsAcross {
        let height = ridge[x / perColumn] * places.amplitude
        let y = Int((places.baselines[index] - height).rounded())
        // A steep flank is a line, not two distant dots.
        for place in min(y, last ?? y)...max(y, last ?? y) where place < horizon[x] { grid.set(x, place, pen) }
        last = y
        horizon[x] = min(horizon[x], y)
      }
    }
    grid.draw(on: &canvas, column: left, row: 0)
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    let shown = chosen(atMost: max(Int(frame.height / 14), 1))
    guard let scale = scale(shown) else { return drawMessage(nothingYet, on: &svg, in: frame) }
    let widest = Double(shown.map { TextLayout.width($0.label) }.max() ?? 0)
    let inner = frame.inset(left: widest * SVG.characterWidth + 20, top: 10, right: 14, bottom: 28)
    let columns = 120
    let shares = shares(shown, columns: columns, scale: scale)
    let places = places(shown.count, in: inner.height)
    for (index, ridge) in shares.enumerated() {
      let base = inner.y + places.baselines[index]
      var outline: [Place] = [(inner.x, base)]
      for (column, share) in ridge.enumerated() {
        outline.append(
          (inner.x + (Double(column) + 0.5) / Double(columns) * inner.width, base - share * places.amplitude))
      }
      outline.append((inner.right, base))
      svg.polyline(outline, color: .rgb(RGB(255, 255, 255)), width: 0.8, fill: .rgb(color(index, of: shares.count)))
      let every = max(Int((SVG.lineHeight * Double(shown.count) / max(inner.height, 1)).rounded(.up)), 1)
      if (shown.count - 1 - index) % every == 0 {
        svg.text(shown[index].label, x: inner.x - 8, y: base, anchor: .end, color: .role(.quiet))
      }
    }
    for tick in scale.ticks(atMost: max(Int(inner.width / 80), 2)) {
      let x = inner.x + (scale.fraction(of: tick.value) ?? 0) * inner.width
      svg.line(x, inner.bottom, x, inner.bottom + 4, color: .role(.quiet))
      svg.text(tick.label, x: x, y: inner.bottom + 17, anchor: .middle, color: .role(.quiet))
    }
  }
}
