/// From colours as meaning to the colour numbers that curses knows, for the terminal at hand.
import CCurses
import StrataPlot

/// The colour numbers of one terminal: -1 is its own colour.
struct TerminalPalette: Sendable {
  private let depth: ColorDepth
  /// Terminals with 8 colours make the other 8 of the usual 16 by bold.
  private let hasBrightColors: Bool
  private let foregrounds: [Foreground]
  private let backgrounds: [Int32]

  struct Foreground: Sendable {
    var number: Int32
    /// Styles that the colour needs.
    var style: UInt32 = 0
  }

  init(depth: ColorDepth, hasBrightColors: Bool) {
    self.depth = depth
    self.hasBrightColors = hasBrightColors
    foregrounds = ColorRole.allCases.map { Self.foreground(.role($0), depth, hasBrightColors) }
    backgrounds = ColorRole.allCases.map { Self.background(.role($0), depth, hasBrightColors) }
  }

  func foreground(_ color: Color) -> Foreground {
    switch color {
    case .role(let role): foregrounds[Int(role.rawValue)]
    case .rgb: Self.foreground(color, depth, hasBrightColors)
    }
  }

  func background(_ color: Color) -> Int32 {
    switch color {
    case .role(let role): backgrounds[Int(role.rawValue)]
    case .rgb: Self.background(color, depth, hasBrightColors)
    }
  }

  private static func foreground(_ color: Color, _ depth: ColorDepth, _ hasBrightColors: Bool) -> Foreground {
    switch color.terminal(depth) {
    case .standard: Foreground(number: -1)
    case .index(let index):
      if index < 8 || hasBrightColors {
        Foreground(number: Int32(index))
      } else if index == 8 {
        // Bold black is grey on some terminals and invisible on the others.
        Foreground(number: -1, style: ccurses_dim.rawValue)
      } else {
        Foreground(number: Int32(index & 7), style: ccurses_bold.rawValue)
      }
    case .direct(let rgb): Foreground(number: number(rgb))
    }
  }

  private static func background(_ color: Color, _ depth: ColorDepth, _ hasBrightColors: Bool) -> Int32 {
    switch color.terminal(depth) {
    case .standard: -1
    case .index(let index): hasBrightColors ? Int32(index) : Int32(index & 7)
    case .direct(let rgb): number(rgb)
    }
  }

  /// Six bits a channel: more colours than an eye tells apart in a cell, few enough for the terminal's pairs. A terminal
  /// with direct colour takes the numbers below 8 for its palette.
  private static func number(_ rgb: RGB) -> Int32 {
    let number = Int32(rgb.red & 0xFC) << 16 | Int32(rgb.green & 0xFC) << 8 | Int32(rgb.blue & 0xFC)
    return number < 8 ? 0 : number
  }
}
