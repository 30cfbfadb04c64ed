/// Palettes and the colours that terminals have.
import StrataPlot
import Testing

@Suite struct ColorTests {
  @Test func palettesHaveTheirAuthorsEnds() {
    #expect(Palette.viridis.color(at: 0) == RGB(hex: 0x440154))
    #expect(Palette.viridis.color(at: 1) == RGB(hex: 0xFDE725))
    #expect(Palette.cividis.color(at: 0) == RGB(hex: 0x00224E))
    #expect(Palette.cividis.color(at: 1) == RGB(hex: 0xFEE838))
    #expect(Palette.redBlue.color(at: 0) == RGB(hex: 0x053061))
    #expect(Palette.redBlue.color(at: 1) == RGB(hex: 0x67001F))
    #expect(Palette.blueOrange.color(at: 0) == RGB(hex: 0xD7FFFF))
    #expect(Palette.blueOrange.color(at: 1) == RGB(hex: 0xFFFFD7))
    #expect(Palette.grey.color(at: 0) == RGB(0, 0, 0))
    #expect(Palette.grey.color(at: 1) == RGB(255, 255, 255))
  }

  @Test(arguments: Palette.allCases) func palettesHaveSixtyFourLevels(_ palette: Palette) {
    let colors = Set((0...10_000).map { palette.color(at: Double($0) / 10_000) })
    #expect(colors.count <= Palette.levels)
    #expect(colors.count > 60)
    #expect(palette.color(at: -7) == palette.color(at: 0))
    #expect(palette.color(at: .infinity) == palette.color(at: 1))
    #expect(palette.color(at: .nan) == Palette.notFinite)
    #expect(!colors.contains(Palette.notFinite))
  }

  @Test(arguments: [Palette.grey, .viridis, .cividis]) func sequentialPalettesGrowLighter(_ palette: Palette) {
    let shades = (0..<64).map { palette.color(at: Double($0) / 63).lightness }
    #expect(zip(shades, shades.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test func divergingPalettesTurnInTheMiddle() {
    for (palette, darkest) in [(Palette.blueOrange, true), (.redBlue, false)] {
      #expect(palette.isDiverging)
      let shades = (0..<64).map { palette.color(at: Double($0) / 63).lightness }
      let turn = shades.indices.sorted { darkest ? shades[$0] < shades[$1] : shades[$0] > shades[$1] }[0]
      #expect((28...35).contains(turn))
    }
  }

  @Test func categoriesRepeat() {
    #expect(Set((0..<8).map(Palette.category)).count == 8)
    #expect(Palette.category(8) == Palette.category(0))
    #expect(Palette.category(-1) == Palette.category(7))
    #expect(Palette.category(Int.min) == Palette.category(0))
  }

  @Test func xtermTableIsItsOwnNearest() {
    for index in UInt8(16)...255 {
      #expect(xtermColor(xterm256(xtermColor(index))) == xtermColor(index), "\(index)")
    }
  }

  /// How different two colours look, as `xterm256` measures it.
  private func difference(_ a: RGB, _ b: RGB) -> Double {
    let (red, green) = (Double(a.red) - Double(b.red), Double(a.green) - Double(b.green))
    let blue = Double(a.blue) - Double(b.blue)
    let lightness = 0.299 * red + 0.587 * green + 0.114 * blue
    let hue = (red - green) * (red - green) + (green - blue) * (green - blue) + (blue - red) * (blue - red)
    return 4 * lightness * lightness + hue
  }

  @Test func xtermIndexIsNearlyTheNearestOfAll() {
    for seed in 0..<2000 {
      let color = RGB(hex: UInt32(truncatingIfNeeded: Int(wobble(seed) * 1e9)) & 0xFFFFFF)
      let best = (UInt8(16)...255).map { difference(color, xtermColor($0)) }.min() ?? 0
      #expect(xterm256(color) >= 16)
      #expect(difference(color, xtermColor(xterm256(color))) <= best * 1.3 + 100, "\(color)")
    }
  }

  @Test func signsSurviveTwoHundredAndFiftySixColours() {
    for level in 1...64 {
      let share = Double(level) / 64
      let above = xtermColor(xterm256(Palette.blueOrange.color(at: 0.5 + share / 2)))
      let below = xtermColor(xterm256(Palette.blueOrange.color(at: 0.5 - share / 2)))
      if share > 0.12 {
        #expect(above.red > above.blue, "\(share)")
        #expect(below.blue > below.red, "\(share)")
      }
    }
  }

  @Test(
    arguments: [
      (0x000000, 0), (0xFFFFFF, 15), (0x808080, 8), (0xE5E5E5, 7), (0xFF0000, 9), (0x00AA00, 10), (0x008000, 2),
      (0x0000FF, 12), (0xFFADAD, 9), (0x9EB0FF, 12), (0xFFFF00, 11), (0x280000, 0), (0x600000, 1), (0x00FFFF, 14),
    ] as [(UInt32, UInt8)]) func sixteenColours(_ hex: UInt32, _ index: UInt8)
  {
    #expect(ansi16(RGB(hex: hex)) == index)
  }

  @Test func everyRoleHasAColour() {
    #expect(Color.plain.terminal(.direct) == .standard)
    for role in ColorRole.allCases where role != .plain {
      #expect(Color.role(role).terminal(.none) == .standard)
      #expect(Color.role(role).terminal(.ansi16) == .index(ansi16(role)))
      #expect(Color.role(role).terminal(.xterm256) == .index(xterm256(role.darkTheme)))
      #expect(Color.role(role).terminal(.direct) == .direct(role.darkTheme))
      if role != .bar {
        #expect(role.darkTheme.lightness > 0.4, "\(role) is hard to read on black")
        #expect(role.lightTheme.lightness < 0.68, "\(role) is hard to read on white")
      }
    }
  }

  @Test func linesOfAChartDifferAtEveryDepth() {
    let roles = (0..<6).map(ColorRole.series)
    #expect(Set(roles).count == 6)
    #expect(Set(roles.map { ansi16($0) }).count == 6)
    #expect(Set(roles.map { xterm256($0.darkTheme) }).count == 6)
    #expect(Set(roles.map(\.lightTheme)).count == 6)
    #expect(ColorRole.series(6) == .series1)
  }

  @Test func hexText() {
    #expect(RGB(0, 15, 255).hexText == "#000fff")
    #expect(RGB(0, 0, 0).mixed(with: RGB(255, 100, 0), share: 0.5) == RGB(128, 50, 0))
    #expect(RGB(1, 2, 3).mixed(with: RGB(9, 9, 9), share: .nan) == RGB(1, 2, 3))
  }
}
