/// Vector drawings as text: the few SVG 1.1 elements that charts need.
///
/// Coordinates are pixels from the top left. Every text is escaped and stripped of control characters, every number is
/// finite, and nothing else gets in: whatever is plotted, the file is well formed. Colours are those of paper.

/// A place in a drawing, in pixels.
public struct Frame: Hashable, Sendable {
  public var x, y, width, height: Double
  public init(x: Double, y: Double, width: Double, height: Double) {
    self.x = x
    self.y = y
    self.width = max(width.isFinite ? width : 0, 0)
    self.height = max(height.isFinite ? height : 0, 0)
  }

  public var right: Double { x + width }
  public var bottom: Double { y + height }
  public var middle: Double { x + width / 2 }

  public func inset(left: Double = 0, top: Double = 0, right: Double = 0, bottom: Double = 0) -> Frame {
    Frame(x: x + min(left, width), y: y + min(top, height), width: width - left - right, height: height - top - bottom)
  }
}

/// Where a text is anchored.
public enum SVGAnchor: String, Hashable, Sendable { case start, middle, end }

public struct SVG: Sendable {
  public let width: Double
  public let height: Double
  private var body = ""

  /// Pixels of a text line and of an average character at the usual size.
  public static let fontSize = 12.0
  public static let lineHeight = 18.0
  static let characterWidth = 7.3

  public init(width: Double, height: Double) {
    self.width = min(max(width.isFinite ? width : 0, 0), 100_000)
    self.height = min(max(height.isFinite ? height : 0, 0), 100_000)
  }

  /// The whole drawing as a frame.
  public var bounds: Frame { Frame(x: 0, y: 0, width: width, height: height) }

  /// The finished file.
  public var document: String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <svg xmlns="http://www.w3.org/2000/svg" width="\(number(width))" height="\(number(height))" \
    viewBox="0 0 \(number(width)) \(number(height))" \
    font-family="'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="\(number(SVG.fontSize))">
    <rect x="0" y="0" width="\(number(width))" height="\(number(height))" fill="#ffffff"/>
    \(body)</svg>

    """
  }

  public mutating func line(
    _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, color: Color, width: Double = 1,
    pattern: LinePattern = .solid
  ) {
    add(
      "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\""
        + stroke(color, width, pattern) + "/>")
  }

  /// A line through points; closed and filled if a fill is given.
  public mutating func polyline(
    _ points: [(x: Double, y: Double)], color: Color?, width: Double = 1.5, pattern: LinePattern = .solid,
    fill: Color? = nil, opacity: Double = 1
  ) {
    let places = points.filter { $0.x.isFinite && $0.y.isFinite }
    guard places.count > 1 else { return }
    let text = places.map { "\(number($0.x)),\(number($0.y))" }.joined(separator: " ")
    let element = fill == nil ? "polyline" : "polygon"
    let line = color.map { stroke($0, width, pattern) + " stroke-linejoin=\"round\"" } ?? ""
    add(
      "<\(element) points=\"\(text)\" fill=\"\(fill.map(hex) ?? "none")\""
        + (opacity < 1 ? " fill-opacity=\"\(number(opacity))\"" : "") + line + "/>")
  }

  public mutating func rectangle(
    _ frame: Frame, fill: Color?, stroke color: Color? = nil, strokeWidth: Double = 1, opacity: Double = 1
  ) {
    add(
      "<rect x=\"\(number(frame.x))\" y=\"\(number(frame.y))\" width=\"\(number(frame.width))\" "
        + "height=\"\(number(frame.height))\" fill=\"\(fill.map(hex) ?? "none")\""
        + (opacity < 1 ? " fill-opacity=\"\(number(opacity))\"" : "")
        + (color.map { stroke($0, strokeWidth, .solid) } ?? "") + "/>")
  }

  public mutating func circle(_ x: Double, _ y: Double, radius: Double, fill: Color?, stroke color: Color? = nil) {
    add(
      "<circle cx=\"\(number(x))\" cy=\"\(number(y))\" r=\"\(number(radius))\" fill=\"\(fill.map(hex) ?? "none")\""
        + (color.map { stroke($0, 1, .solid) } ?? "") + "/>")
  }

  /// A text on its baseline; `turned` writes it upwards.
  public mutating func text(
    _ text: String, x: Double, y: Double, anchor: SVGAnchor = .start, color: Color = .plain, bold: Bool = false,
    size: Double = SVG.fontSize, turned: Bool = false
  ) {
    guard !text.isEmpty else { return }
    add(
      "<text x=\"\(number(x))\" y=\"\(number(y))\" fill=\"\(hex(color))\""
        + (anchor == .start ? "" : " text-anchor=\"\(anchor.rawValue)\"") + (bold ? " font-weight=\"bold\"" : "")
        + (size == SVG.fontSize ? "" : " font-size=\"\(number(size))\"")
        + (turned ? " transform=\"rotate(-90 \(number(x)) \(number(y)))\"" : "") + " xml:space=\"preserve\">"
        + SVG.escaped(text) + "</text>")
  }

  /// An image as rectangles, one for each run of equal colour in a row.
  ///
  /// All rectangles of a colour are one path in units of pixels, which makes the file several times smaller than an
  /// element for each.
  public mutating func image(_ raster: Raster, in frame: Frame) {
    guard raster.width > 0, raster.height > 0, frame.width > 0, frame.height > 0 else { return }
    var paths: [RGB: String] = [:]
    var order: [RGB] = []
    for row in 0..<raster.height {
      var start = 0
      while start < raster.width {
        let color = raster[start, row]
        var end = start + 1
        while end < raster.width, raster[end, row] == color { end += 1 }
        if let color {
          if paths[color] == nil { order.append(color) }
          paths[color, default: ""] += "M\(start) \(row)h\(end - start)v1h-\(end - start)z"
        }
        start = end
      }
    }
    let scale = "\(fraction(frame.width / Double(raster.width))) \(fraction(frame.height / Double(raster.height)))"
    add(
      "<g transform=\"translate(\(number(frame.x)) \(number(frame.y))) scale(\(scale))\" shape-rendering=\"crispEdges\">"
    )
    for color in order { add("<path fill=\"\(color.hexText)\" d=\"\(paths[color] ?? "")\"/>") }
    add("</g>")
  }

  private mutating func add(_ element: String) { body += element + "\n" }

  private func stroke(_ color: Color, _ width: Double, _ pattern: LinePattern) -> String {
    let dashes: String
    switch pattern {
    case .solid: dashes = ""
    case .dashed: dashes = " stroke-dasharray=\"6 3\""
    case .dotted: dashes = " stroke-dasharray=\"1.5 3\""
    }
    return " stroke=\"\(hex(color))\" stroke-width=\"\(number(width))\"" + dashes
  }

  private func hex(_ color: Color) -> String {
    switch color {
    case .rgb(let rgb): return rgb.hexText
    case .role(let role): return role.lightTheme.hexText
    }
  }

  /// A coordinate with two decimals at most; what is not finite cannot be drawn and lands at 0.
  private func number(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    let bounded = min(max(value, -1e6), 1e6)
    let hundredths = Int((bounded * 100).rounded())
    let whole = hundredths.magnitude / 100
    let rest = hundredths.magnitude % 100
    let sign = hundredths < 0 ? "-" : ""
    if rest == 0 { return "\(sign)\(whole)" }
    return rest % 10 == 0 ? "\(sign)\(whole).\(rest / 10)" : "\(sign)\(whole).\(rest < 10 ? "0" : "")\(rest)"
  }

  /// A factor: more decimals than a coordinate has, because it is multiplied by many pixels.
  private func fraction(_ value: Double) -> String {
    value.isFinite ? formatDecimal(value.clamped(0, 1e6), decimals: 6) : "1"
  }

  /// A text that may stand in an element.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in TextLayout.clean(text).unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
