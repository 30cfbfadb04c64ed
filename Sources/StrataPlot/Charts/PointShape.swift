/// Shapes that tell classes apart where colours cannot.

public enum PointShape: Int, Hashable, Sendable, CaseIterable {
  case circle, triangle, square, diamond, star, ring, cross, plus
  /// Small, for many points of one kind.
  case dot

  /// The shape of a class; there are eight, then they repeat.
  public static func category(_ index: Int) -> PointShape {
    PointShape(rawValue: ((index % 8) + 8) % 8) ?? .circle
  }

  /// The character that shows it.
  public func character(_ charset: Charset) -> Unicode.Scalar {
    switch (self, charset) {
    case (.circle, .unicode): return "●"
    case (.triangle, .unicode): return "▲"
    case (.square, .unicode): return "■"
    case (.diamond, .unicode): return "◆"
    case (.star, .unicode): return "★"
    case (.ring, .unicode): return "○"
    case (.cross, .unicode): return "✖"
    case (.plus, .unicode): return "✚"
    case (.dot, .unicode): return "•"
    case (.circle, .ascii): return "o"
    case (.triangle, .ascii): return "^"
    case (.square, .ascii): return "#"
    case (.diamond, .ascii): return "%"
    case (.star, .ascii): return "*"
    case (.ring, .ascii): return "0"
    case (.cross, .ascii): return "x"
    case (.plus, .ascii): return "+"
    case (.dot, .ascii): return "."
    }
  }

  func draw(on svg: inout SVG, x: Double, y: Double, color: Color, size: Double = 4) {
    guard x.isFinite, y.isFinite else { return }
    let white = Color.rgb(RGB(255, 255, 255))
    func polygon(_ corners: [(Double, Double)]) {
      svg.polyline(corners.map { (x + $0.0 * size, y + $0.1 * size) }, color: white, width: 0.5, fill: color)
    }
    switch self {
    case .circle: svg.circle(x, y, radius: size, fill: color, stroke: white)
    case .dot: svg.circle(x, y, radius: size * 0.6, fill: color)
    case .ring: svg.circle(x, y, radius: size, fill: nil, stroke: color)
    case .triangle: polygon([(0, -1.2), (1.1, 0.9), (-1.1, 0.9)])
    case .square: polygon([(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)])
    case .diamond: polygon([(0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)])
    case .star:
      polygon([
        (0, -1.4), (0.4, -0.4), (1.4, -0.4), (0.6, 0.3), (0.9, 1.3), (0, 0.7), (-0.9, 1.3),
        (-0.6, 0.3), (-1.4, -0.4), (-0.4, -0.4),
      ])
    case .cross:
      svg.line(x - size, y - size, x + size, y + size, color: color, width: 2)
      svg.line(x - size, y + size, x + size, y - size, color: color, width: 2)
    case .plus:
      svg.line(x - size, y, x + size, y, color: color, width: 2)
      svg.line(x, y - size, x, y + size, color: color, width: 2)
    }
  }
}
