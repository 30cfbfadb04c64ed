/// From meanings and shades to the colours that a terminal has.
///
/// The table of roles is made for a dark ground and a projector: saturated lines apart in lightness, quiet things
/// still readable from the last row. Lines of charts use Okabe and Ito's colours (2008).

/// How many colours a terminal shows.
public enum ColorDepth: Hashable, Sendable, CaseIterable {
  /// No colour at all: `NO_COLOR`, or a terminal without.
  case none
  case ansi16
  case xterm256
  /// 24 bits.
  case direct
}

/// A colour as a terminal takes it.
public enum TerminalColor: Hashable, Sendable {
  /// The terminal's own.
  case standard
  /// An index into its table of 16 or 256.
  case index(UInt8)
  case direct(RGB)
}

extension Color {
  /// This colour on a terminal of a depth.
  public func terminal(_ depth: ColorDepth) -> TerminalColor {
    switch (self, depth) {
    case (_, .none), (.role(.plain), _): return .standard
    case (.rgb(let rgb), .ansi16): return .index(StrataPlot.ansi16(rgb))
    case (.rgb(let rgb), .xterm256): return .index(StrataPlot.xterm256(rgb))
    case (.rgb(let rgb), .direct): return .direct(rgb)
    case (.role(let role), .ansi16): return .index(StrataPlot.ansi16(role))
    case (.role(let role), .xterm256): return .index(StrataPlot.xterm256(role.darkTheme))
    case (.role(let role), .direct): return .direct(role.darkTheme)
    }
  }
}

extension ColorRole {
  /// The colour of a role on a dark ground.
  public var darkTheme: RGB {
    switch self {
    case .plain: return RGB(hex: 0xE4E4E4)
    case .quiet: return RGB(hex: 0x8A8A8A)
    case .title: return RGB(hex: 0xD7D7AF)
    case .accent: return RGB(hex: 0xFFD75F)
    case .good: return RGB(hex: 0x5FD787)
    case .warning: return RGB(hex: 0xFFAF5F)
    case .bad: return RGB(hex: 0xFF5F5F)
    case .series1: return RGB(hex: 0x5FBFFF)
    case .series2: return RGB(hex: 0xFFAF00)
    case .series3: return RGB(hex: 0x00D787)
    case .series4: return RGB(hex: 0xD787D7)
    case .series5: return RGB(hex: 0xFFFF5F)
    case .series6: return RGB(hex: 0xFF875F)
    case .past: return RGB(hex: 0x767676)
    case .bar: return RGB(hex: 0x303030)
    }
  }

  /// The colour of a role on white paper, for SVG.
  public var lightTheme: RGB {
    switch self {
    case .plain: return RGB(hex: 0x222222)
    case .quiet: return RGB(hex: 0x777777)
    case .title: return RGB(hex: 0x333333)
    case .accent: return RGB(hex: 0xB35900)
    case .good: return RGB(hex: 0x007A55)
    case .warning: return RGB(hex: 0xB35900)
    case .bad: return RGB(hex: 0xC0282D)
    case .series1: return RGB(hex: 0x0072B2)
    case .series2: return RGB(hex: 0xE69F00)
    case .series3: return RGB(hex: 0x009E73)
    case .series4: return RGB(hex: 0xCC79A7)
    case .series5: return RGB(hex: 0x8C8000)
    case .series6: return RGB(hex: 0xD55E00)
    case .past: return RGB(hex: 0xAAAAAA)
    case .bar: return RGB(hex: 0xEEEEEE)
    }
  }

  /// The role of the line with this number in a chart, counted from 0.
  public static func series(_ index: Int) -> ColorRole {
    let roles: [ColorRole] = [.series1, .series2, .series3, .series4, .series5, .series6]
    return roles[((index % 6) + 6) % 6]
  }
}

/// The entry of xterm's table of 256 colours that looks most alike; never one of the first 16, which users redefine.
///
/// Chosen among the corners of the cube around the colour and the nearest greys.
public func xterm256(_ color: RGB) -> UInt8 {
  let (red, green, blue) = (levelBelow(color.red), levelBelow(color.green), levelBelow(color.blue))
  var best = (index: 16, distance: Int.max)
  func consider(_ index: Int, _ candidate: RGB) {
    let distance = difference(color, candidate)
    if distance < best.distance { best = (index, distance) }
  }
  for r in red...min(red + 1, 5) {
    for g in green...min(green + 1, 5) {
      for b in blue...min(blue + 1, 5) {
        consider(16 + 36 * r + 6 * g + b, RGB(cubeLevels[r], cubeLevels[g], cubeLevels[b]))
      }
    }
  }
  let grey = (299 * Int(color.red) + 587 * Int(color.green) + 114 * Int(color.blue) - 8000) / 10000
  for step in max(grey, 0)...max(min(grey + 1, 23), max(grey, 0)) where step < 24 {
    let shade = UInt8(8 + 10 * step)
    consider(232 + step, RGB(shade, shade, shade))
  }
  return UInt8(best.index)
}

/// The colour that xterm shows for an entry of its table, with the usual sixteen first ones.
public func xtermColor(_ index: UInt8) -> RGB {
  switch index {
  case 0..<16: return ansiColors[Int(index)]
  case 16..<232:
    let place = Int(index) - 16
    return RGB(cubeLevels[place / 36], cubeLevels[place / 6 % 6], cubeLevels[place % 6])
  default:
    let shade = UInt8(8 + 10 * (Int(index) - 232))
    return RGB(shade, shade, shade)
  }
}

/// One of the sixteen colours of the first terminals: black, the greys, or the colour of the same hue.
///
/// Plain distance would turn a pale red into grey, and then a positive weight looks like none.
public func ansi16(_ color: RGB) -> UInt8 {
  let parts = [Int(color.red), Int(color.green), Int(color.blue)]
  let high = parts.max() ?? 0
  let low = parts.min() ?? 0
  if high - low < 40 {
    let mean = parts.reduce(0, +) / 3
    return mean < 56 ? 0 : mean < 168 ? 8 : mean < 242 ? 7 : 15
  }
  if high < 56 { return 0 }
  // The table counts in bits: red 1, green 2, blue 4; the bright ones are 8 further.
  let hue = parts.enumerated().reduce(0) { $0 + (($1.element - low) * 2 >= high - low ? 1 << $1.offset : 0) }
  return UInt8(hue + (high >= 150 ? 8 : 0))
}

/// The entry of the sixteen colours for a role: chosen by hand, because nearness knows no meaning.
public func ansi16(_ role: ColorRole) -> UInt8 {
  switch role {
  case .plain: return 7
  case .quiet, .past: return 8
  case .title: return 15
  case .accent: return 11
  case .good: return 10
  case .warning: return 3
  case .bad: return 9
  case .series1: return 14
  case .series2: return 11
  case .series3: return 10
  case .series4: return 13
  case .series5: return 15
  case .series6: return 9
  case .bar: return 4
  }
}

private let cubeLevels: [UInt8] = [0, 95, 135, 175, 215, 255]

/// The last level of the cube that is not above a value.
private func levelBelow(_ value: UInt8) -> Int { value < 95 ? 0 : (Int(value) - 55) / 40 }

/// How different two colours look: in lightness, and in how red, green and blue differ from each other.
///
/// The plain distance between colours would turn a dark red or blue into grey, whose lightness is nearer, and the sign
/// of a weight with it.
private func difference(_ a: RGB, _ b: RGB) -> Int {
  let red = Int(a.red) - Int(b.red)
  let green = Int(a.green) - Int(b.green)
  let blue = Int(a.blue) - Int(b.blue)
  let lightness = 299 * red + 587 * green + 114 * blue
  let hue = (red - green) * (red - green) + (green - blue) * (green - blue) + (blue - red) * (blue - red)
  return 4 * lightness * lightness + 1_000_000 * hue
}

/// xterm's default table.
private let ansiColors: [RGB] = [
  RGB(0, 0, 0), RGB(205, 0, 0), RGB(0, 205, 0), RGB(205, 205, 0), RGB(0, 0, 238), RGB(205, 0, 205), RGB(0, 205, 205),
  RGB(229, 229, 229), RGB(127, 127, 127), RGB(255, 0, 0), RGB(0, 255, 0), RGB(255, 255, 0), RGB(92, 92, 255),
  RGB(255, 0, 255), RGB(0, 255, 255), RGB(255, 255, 255),
]
