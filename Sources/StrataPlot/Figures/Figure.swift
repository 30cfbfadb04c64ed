/// A picture as a value: what a view answers, and what every front end can show.
///
/// Figures are composed: stacks of parts, panels around them, charts at the leaves.

public indirect enum Figure: Hashable, Sendable {
  case empty
  /// A sentence in the middle: why there is nothing to see.
  case message(String)
  case text(TextBlock)
  case line(LineChart)
  case curve(CurveMap)
  case histogram(Histogram)
  case ridgeline(Ridgeline)
  case bars(Bars)
  case tiles(ImageTiles)
  case heatMap(HeatMap)
  case confusion(ConfusionMatrix)
  case plane(PlaneMap)
  case table(Table)
  case time(TimeSheet)
  case stack(Stack)
  case panel(Panel)

  /// Parts one below the other.
  public static func rows(_ parts: [Part], gap: Int = 0) -> Figure {
    .stack(Stack(.vertical, parts, gap: gap))
  }

  /// Parts side by side.
  public static func columns(_ parts: [Part], gap: Int = 1) -> Figure {
    .stack(Stack(.horizontal, parts, gap: gap))
  }

  /// Lines of text.
  public static func lines(_ lines: [TextLine], wraps: Bool = false) -> Figure {
    .text(TextBlock(lines, wraps: wraps))
  }
}

extension Figure: Drawable {
  /// The chart that this case holds; nil for the cases without one.
  private var content: (any Drawable)? {
    switch self {
    case .empty, .message: return nil
    case .text(let block): return block
    case .line(let chart): return chart
    case .curve(let chart): return chart
    case .histogram(let chart): return chart
    case .ridgeline(let chart): return chart
    case .bars(let chart): return chart
    case .tiles(let chart): return chart
    case .heatMap(let chart): return chart
    case .confusion(let chart): return chart
    case .plane(let chart): return chart
    case .table(let chart): return chart
    case .time(let sheet): return sheet
    case .stack(let stack): return stack
    case .panel(let panel): return panel
    }
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    if case .message(let text) = self { return drawMessage(text, on: &canvas, style: style) }
    content?.draw(on: &canvas, style: style)
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    if case .message(let text) = self { return drawMessage(text, on: &svg, in: frame) }
    content?.draw(on: &svg, in: frame)
  }
}
