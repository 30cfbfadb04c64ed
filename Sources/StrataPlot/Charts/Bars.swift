/// Labelled horizontal bars: probabilities of classes, gradient norms of layers.

#if canImport(Glibc)
  import Glibc
#endif

public struct Bars: Hashable, Sendable, Drawable {
  public struct Bar: Hashable, Sendable {
    public var label: String
    public var value: Double
    public var role: ColorRole
    /// Points at this bar: what is selected, or what is right.
    public var isMarked: Bool
    public init(_ label: String, _ value: Double, role: ColorRole = .series1, isMarked: Bool = false) {
      self.label = label
      self.value = value
      self.role = role
      self.isMarked = isMarked
    }
  }

  /// How the values are written.
  public enum Format: Hashable, Sendable {
    case number(significant: Int)
    /// A share as a percentage.
    case percent
    case count
  }

  public var bars: [Bar]
  public var scale: Scale.Kind
  /// The values at the two ends; nil: from zero (or the decade below the smallest) to the largest.
  public var range: ClosedRange<Double>?
  public var format: Format

  public init(
    _ bars: [Bar], scale: Scale.Kind = .linear, range: ClosedRange<Double>? = nil,
    format: Format = .number(significant: 3)
  ) {
    self.bars = bars
    self.scale = scale
    self.range = range
    self.format = format
  }

  /// From nothing to the longest bar.
  private var axis: Scale {
    if let range { return Scale(scale, from: range.lowerBound, to: range.upperBound) }
    let values = bars.map(\.value).filter { $0.isFinite && (scale == .linear || $0 > 0) }
    if scale == .logarithmic {
      guard let low = values.min(), let high = values.max() else { return Scale(.logarithmic, from: 0.1, to: 1) }
      return Scale(.logarithmic, from: pow(10, (log10(low) - 0.3).rounded(.down)), to: max(high, 1e-300))
    }
    let low = min(values.min() ?? 0, 0)
    let high = max(values.max() ?? 0, 0)
    return Scale(from: low, to: low == high ? 1 : high)
  }

  private func text(_ value: Double) -> String {
    switch format {
    case .number(let significant): return formatNumber(value, significant: significant)
    case .percent: return formatPercent(value)
    case .count: return formatQuantity(value)
    }
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard !bars.isEmpty else { return drawMessage(nothingYet, on: &canvas, style: style) }
    let size = canvas.size
    guard size.rows > 0, size.columns > 0 else { return }
    let shown = bars.count <= size.rows ? bars.count : max(size.rows - 1, 0)
    // A blank row between bars keeps them apart where there is room for it.
    let step = bars.count * 2 - 1 <= size.rows ? 2 : 1
    let labels = bars.map { style.text($0.label) }
    let values = bars.map { style.text(text($0.value)) }
    let labelWidth = min(labels.map { TextLayout.width($0) }.max() ?? 0, max(size.columns * 2 / 5, 1))
    let valueWidth = values.map { TextLayout.width($0) }.max() ?? 0
    let left = 2 + labelWidth + 1
    let hasValues = left + 4 + valueWidth <= size.columns
    let length = size.columns - left - (hasValues ? valueWidth + 1 : 0)
    for (index, bar) in bars.prefix(shown).enumerated() {
      let row = index * step
      if bar.isMarked {
        canvas.put(style.pick("▸", ">"), column: 0, row: row, foreground: .role(.accent), style: .bold)
      }
      canvas.write(
        TextLayout.truncated(labels[index], to: labelWidth, ellipsis: style.ellipsis), column: 2, row: row,
        foreground: .role(bar.isMarked ? .accent : .plain), style: bar.isMarked ? .bold : [])
      if length > 0 { drawBar(bar, on: &canvas, column: left, length: length, row: row, style: style) }
      if hasValues {
        let color = ColorRole.bad
        canvas.write(
          values[index], endingBefore: size.columns, row: row,
          foreground: .role(bar.value.isFinite ? (bar.isMarked ? .accent : .plain) : color))
      }
    }
    if shown < bars.count {
      canvas.write(
        "… \(bars.count - shown) more", column: 2, row: shown, foreground: .role(.quiet), charset: style.charset)
    }
  }

  private func drawBar(
    _ bar: Bar, on canvas: inout Canvas, column: Int, length: Int, row: Int, style: DrawingStyle
  ) {
    let axis = axis
    let zero = (scale == .linear ? axis.fraction(of: 0) ?? 0 : 0).clamped(0, 1)
    guard let end = axis.fraction(of: bar.value)?.clamped(0, 1) else { return }
    let color = Color.role(bar.role)
    let from = Int((min(zero, end) * Double(length * 8)).rounded())
    let to = Int((max(zero, end) * Double(length * 8)).rounded())
    for place in 0..<length {
      let covered = min(to, place * 8 + 8) - max(from, place * 8)
      guard covered > 0 else { continue }
      // Blocks grow from the left; a bar that begins within its cell has only a half block to do so.
      let begins = from > place * 8
      let character: Unicode.Scalar
      if style.charset == .ascii {
        character = covered >= 4 ? "#" : "-"
      } else if begins {
        character = covered >= 6 ? "█" : "▐"
      } else {
        character = Unicode.Scalar(0x2590 - UInt32(covered)) ?? "█"
      }
      canvas.put(character, column: column + place, row: row, foreground: color)
    }
    if to == from, bar.value != 0 {
      let place = min(from / 8, length - 1)
      canvas.put(style.pick("▏", "."), column: column + place, row: row, foreground: color)
    }
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    guard !bars.isEmpty else { return drawMessage(nothingYet, on: &svg, in: frame) }
    let labelWidth = Double(bars.map { TextLayout.width($0.label) }.max() ?? 0) * SVG.characterWidth
    let valueWidth = Double(bars.map { TextLayout.width(text($0.value)) }.max() ?? 0) * SVG.characterWidth
    let inner = frame.inset(left: labelWidth + 24, top: 8, right: valueWidth + 20, bottom: 8)
    let step = min(inner.height / Double(bars.count), 26)
    let axis = axis
    let zero = (scale == .linear ? axis.fraction(of: 0) ?? 0 : 0).clamped(0, 1)
    for (index, bar) in bars.enumerated() {
      let y = inner.y + Double(index) * step
      let size = min(SVG.fontSize, step)
      svg.text(
        bar.label, x: inner.x - 8, y: y + step / 2 + size / 3, anchor: .end,
        color: .role(bar.isMarked ? .accent : .plain), bold: bar.isMarked, size: size)
      if let end = axis.fraction(of: bar.value)?.clamped(0, 1) {
        svg.rectangle(
          Frame(
            x: inner.x + min(zero, end) * inner.width, y: y + step * 0.15,
            width: max(abs(end - zero) * inner.width, 0.5),
            height: step * 0.7), fill: .role(bar.role))
      }
      svg.text(text(bar.value), x: inner.right + 8, y: y + step / 2 + size / 3, size: size)
    }
    svg.line(
      inner.x + zero * inner.width, inner.y, inner.x + zero * inner.width, inner.y + step * Double(bars.count),
      color: .role(.quiet))
  }
}
