/// What every chart offers: itself as cells, as text, as text with colours, and as a vector drawing.

public protocol Drawable: Sendable {
  /// Fills the whole canvas; any size, also none, is fine.
  func draw(on canvas: inout Canvas, style: DrawingStyle)
  /// Draws into a place of a vector drawing.
  func draw(on svg: inout SVG, in frame: Frame)
}

extension Drawable {
  /// Draws into a part of a canvas.
  public func draw(on canvas: inout Canvas, in area: Rectangle, style: DrawingStyle = .standard) {
    canvas.draw(in: area) { inner in
      draw(on: &inner, style: style)
      if style.charset == .ascii { inner = inner.restricted(to: .ascii) }
    }
  }

  /// A canvas of its own.
  public func canvas(size: Size, style: DrawingStyle = .standard) -> Canvas {
    var canvas = Canvas(size)
    draw(on: &canvas, style: style)
    return canvas.restricted(to: style.charset)
  }

  /// Plain text, one string a row, without trailing blanks.
  public func lines(size: Size, style: DrawingStyle = .plain) -> [String] { canvas(size: size, style: style).lines }

  /// Text with escape sequences for colours; plain text at depth `.none`.
  public func ansi(size: Size, depth: ColorDepth, charset: Charset = .unicode) -> String {
    canvas(size: size, style: DrawingStyle(charset: charset, hasColor: depth != .none)).ansi(depth: depth)
  }

  /// An SVG file of so many pixels.
  public func svg(width: Double, height: Double) -> String {
    var svg = SVG(width: width, height: height)
    draw(on: &svg, in: svg.bounds)
    return svg.document
  }
}

/// A quiet sentence in the middle, where there is nothing to draw.
func drawMessage(_ text: String, on canvas: inout Canvas, style: DrawingStyle) {
  let lines = TextLayout.wrapped(style.text(text), to: canvas.size.columns)
  guard !lines.isEmpty, canvas.size.rows > 0 else { return }
  let first = max((canvas.size.rows - lines.count) / 2, 0)
  for (index, line) in lines.enumerated() {
    let column = (canvas.size.columns - TextLayout.width(line)) / 2
    canvas.write(line, column: column, row: first + index, foreground: .role(.quiet), charset: style.charset)
  }
}

func drawMessage(_ text: String, on svg: inout SVG, in frame: Frame) {
  svg.text(text, x: frame.middle, y: frame.y + frame.height / 2, anchor: .middle, color: .role(.quiet))
}

/// What an empty figure says.
let nothingYet = "nothing to show yet"
