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
    #expect(Palette.berlin.color(at: 1) == RGB(hex: 0xFFADAD))
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
    for (palette, darkest) in [(Palette.berlin, true), (.redBlue, false)] {
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

  @Test func xtermIndexIsTheNearest() {
    for seed in 0..<3000 {
      let color = RGB(hex: UInt32(truncatingIfNeeded: Int(wobble(seed) * 1e9)) & 0xFFFFFF)
      func error(_ index: UInt8) -> Int {
        let other = xtermColor(index)
        let parts = [
          (3, Int(color.red) - Int(other.red)), (4, Int(color.green) - Int(other.green)),
          (2, Int(color.blue) - Int(other.blue)),
        ]
        return parts.reduce(0) { $0 + $1.0 * $1.1 * $1.1 }
      }
      let best = (UInt8(16)...255).map(error).min() ?? 0
      #expect(xterm256(color) >= 16)
      #expect(error(xterm256(color)) == best, "\(color)")
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
