/// From colours as meaning to the colour numbers of the terminal at hand, for each depth.
import StrataPlot

/// A colour of the terminal: a number of its palette (-1 its own), made brighter by bold where the palette has only 8.
struct TerminalColor: Hashable, Sendable {
  var number: Int32
  var isBold = false
  static let own = TerminalColor(number: -1)
}

/// The mapping for one depth.
struct TerminalColors: Sendable {
  private let depth: ColorDepth
  private let roles: [TerminalColor]

  init(depth: ColorDepth) {
    self.depth = depth
    roles = ColorRole.allCases.map { Self.color($0, depth) }
  }

  func color(_ color: Color) -> TerminalColor {
    switch color {
    case .role(let role): roles[Int(role.rawValue)]
    case .rgb(let rgb): Self.nearest(rgb, depth)
    }
  }

  private static func color(_ role: ColorRole, _ depth: ColorDepth) -> TerminalColor {
    if depth == .none || role == .plain { return .own }
    let ansi: Int32 =
      switch role {
      case .plain: -1
      case .quiet: 8
      case .title: 15
      case .accent: 14
      case .good: 10
      case .warning: 11
      case .bad: 9
      case .series1: 12
      case .series2: 11
      case .series3: 10
      case .series4: 13
      case .series5: 14
      case .series6: 9
      case .past: 8
      case .bar: 4
      }
    return palette(ansi, depth)
  }

  /// One of the 16 colours that everybody's terminal lets them choose.
  private static func palette(_ number: Int32, _ depth: ColorDepth) -> TerminalColor {
    switch depth {
    case .none: .own
    case .ansi8: TerminalColor(number: number & 7, isBold: number > 7)
    case .ansi16, .palette256: TerminalColor(number: number)
    case .direct: TerminalColor(number: number & 7, isBold: number > 7)
    }
  }

  static func nearest(_ rgb: RGB, _ depth: ColorDepth) -> TerminalColor {
    switch depth {
    case .none: return .own
    case .ansi8, .ansi16:
      let number =
        (rgb.red > 127 ? 1 : 0) + (rgb.green > 127 ? 2 : 0) + (rgb.blue > 127 ? 4 : 0)
      return TerminalColor(number: Int32(number))
    case .palette256:
      func level(_ value: UInt8) -> Int32 { value < 48 ? 0 : value < 115 ? 1 : Int32(value - 35) / 40 }
      return TerminalColor(number: 16 + 36 * level(rgb.red) + 6 * level(rgb.green) + level(rgb.blue))
    case .direct:
      // Six bits a channel: more colours than an eye can tell in a cell, few enough for the terminal's pairs.
      let number = (Int32(rgb.red & 0xFC) << 16) | (Int32(rgb.green & 0xFC) << 8) | Int32(rgb.blue & 0xFC)
      return TerminalColor(number: number < 8 ? 0 : number)
    }
  }
}
