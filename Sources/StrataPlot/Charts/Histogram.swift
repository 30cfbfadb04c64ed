/// How values are distributed: bars of eighth blocks over a labelled range, with zero and the mean marked.

#if canImport(Glibc)
  import Glibc
#endif

public struct Histogram: Hashable, Sendable, Drawable {
  public var bins: Bins
  public var role: ColorRole
  /// Whether a line stands at zero, where zero is in the range.
  public var marksZero: Bool
  /// Whether the mean is marked below the axis.
  public var marksMean: Bool
  /// Heights as the logarithm of the counts, so that a few far values are seen beside many near ones.
  public var hasLogCounts: Bool

  public init(
    _ bins: Bins, role: ColorRole = .series1, marksZero: Bool = true, marksMean: Bool = true, hasLogCounts: Bool = false
  ) {
    self.bins = bins
    self.role = role
    self.marksZero = marksZero
    self.marksMean = marksMean
    self.hasLogCounts = hasLogCounts
  }

  private var isEmpty: Bool { !bins.canBeDrawn }

  private var emptyMessage: String {
    bins.notFinite > 0 ? "\(formatCount(bins.notFinite)) values, none of them finite" : nothingYet
  }

  private var scale: Scale { Scale(from: bins.lower, to: bins.upper) }

  /// Heights as shares of the highest.
  private func shares(columns: Int) -> [Double] {
    let heights = bins.heights(columns: columns).map { hasLogCounts ? log1p($0) : $0 }
    let top = heights.max() ?? 0
    return heights.map { top > 0 ? $0 / top : 0 }
  }

  private var note: String {
    bins.notFinite > 0 ? "\(formatCount(bins.notFinite)) not finite" : ""
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard !isEmpty else { return drawMessage(emptyMessage, on: &canvas, style: style) }
    let size = canvas.size
    guard size.columns > 0, size.rows > 0 else { return }
    let hasAxis = size.rows >= 3
    let rows = size.rows - (hasAxis ? 1 : 0)
    let shares = shares(columns: size.columns)
    let zero = marksZero ? RangeAxis.column(of: 0, on: scale, columns: size.columns) : nil
    for (column, share) in shares.enumerated() {
      // A bin with anything in it shows at least the lowest block.
      let eighths = share > 0 ? max(Int((share * Double(rows * 8)).rounded()), 1) : 0
      for row in 0..<rows {
        let level = eighths - (rows - 1 - row) * 8
        if level > 0 {
          canvas.put(
            blockCharacter(eighths: level, charset: style.charset), column: column, row: row, foreground: .role(role))
        } else if column == zero {
          canvas.put(style.pick("┊", ":"), column: column, row: row, foreground: .role(.quiet))
        }
      }
    }
    if !note.isEmpty {
      canvas.write(note, endingBefore: size.columns, row: 0, foreground: .role(.bad), charset: style.charset)
    }
    if hasAxis {
      let axis = RangeAxis(scale: scale, mean: marksMean ? bins.mean : nil, marksZero: marksZero)
      axis.draw(on: &canvas, column: 0, columns: size.columns, row: rows, style: style)
    }
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    guard !isEmpty else { return drawMessage(emptyMessage, on: &svg, in: frame) }
    let inner = frame.inset(left: 14, top: 14, right: 14, bottom: 28)
    let shares = shares(columns: bins.counts.count)
    let width = inner.width / Double(max(shares.count, 1))
    for (index, share) in shares.enumerated() where share > 0 {
      let height = max(share * inner.height, 1)
      svg.rectangle(
        Frame(
          x: inner.x + Double(index) * width, y: inner.bottom - height, width: max(width - 0.5, 0.5), height: height),
        fill: .role(role))
    }
    svg.line(inner.x, inner.bottom, inner.right, inner.bottom, color: .role(.quiet))
    for tick in scale.ticks(atMost: max(Int(inner.width / 80), 2)) {
      let x = inner.x + (scale.fraction(of: tick.value) ?? 0) * inner.width
      svg.line(x, inner.bottom, x, inner.bottom + 4, color: .role(.quiet))
      svg.text(tick.label, x: x, y: inner.bottom + 17, anchor: .middle, color: .role(.quiet))
    }
    if marksZero, let share = scale.fraction(of: 0), (0...1).contains(share) {
      let x = inner.x + share * inner.width
      svg.line(x, inner.y, x, inner.bottom, color: .role(.quiet), pattern: .dashed)
    }
    if marksMean, let mean = bins.mean, let share = scale.fraction(of: mean), (0...1).contains(share) {
      let x = inner.x + share * inner.width
      svg.line(x, inner.y, x, inner.bottom, color: .role(.accent), width: 1.5)
      svg.text(
        "mean " + formatNumber(mean, significant: 2), x: share < 0.8 ? x + 4 : x - 4, y: inner.y + 10,
        anchor: share < 0.8 ? .start : .end, color: .role(.accent))
    }
    if !note.isEmpty { svg.text(note, x: inner.right, y: inner.y, anchor: .end, color: .role(.bad)) }
  }
}
