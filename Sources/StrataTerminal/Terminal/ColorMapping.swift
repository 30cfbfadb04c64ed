/// Until the tables of StrataPlot are here: the same interface with the plainest mapping.
import StrataPlot

/// How many colours a terminal shows.
public enum ColorDepth: Hashable, Sendable, CaseIterable { case none, ansi16, xterm256, direct }

enum TerminalColor: Hashable, Sendable {
  case standard
  case index(UInt8)
  case direct(RGB)
}

extension Color {
  func terminal(_ depth: ColorDepth) -> TerminalColor {
    func level(_ value: UInt8) -> UInt8 { value < 48 ? 0 : value < 115 ? 1 : (value - 35) / 40 }
    switch (self, depth) {
    case (_, .none), (.role(.plain), _): return .standard
    case (.role(.quiet), _), (.role(.past), _): return .index(8)
    case (.role(.bar), _): return .index(4)
    case (.role(let role), _): return .index(8 + role.rawValue % 8)
    case (.rgb(let rgb), .ansi16):
      return .index((rgb.red > 127 ? 1 : 0) + (rgb.green > 127 ? 2 : 0) + (rgb.blue > 127 ? 4 : 0))
    case (.rgb(let rgb), .xterm256):
      return .index(16 + 36 * level(rgb.red) + 6 * level(rgb.green) + level(rgb.blue))
    case (.rgb(let rgb), .direct): return .direct(rgb)
    }
  }
}
