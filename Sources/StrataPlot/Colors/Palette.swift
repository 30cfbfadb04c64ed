/// Colours for numbers and for classes.
///
/// The sequential palettes grow lighter evenly and survive colour blindness and a grey copier. Of the diverging ones
/// `redBlue` has a light middle (paper), `blueOrange` a dark one: on a dark terminal a weight of zero is then dark, and
/// what the network has learned shines. Every palette has 64 levels, so that a screen of images stays within a few
/// thousand colour pairs.

public enum Palette: String, Hashable, Sendable, CaseIterable {
  case grey, viridis, cividis
  /// Diverging: blue below the middle, red or orange above it.
  case redBlue, blueOrange

  /// How many different colours a palette has.
  public static let levels = 64

  /// What stands for a number that is none: nothing in the palettes looks like it.
  public static let notFinite = RGB(255, 0, 200)

  public var isDiverging: Bool { self == .redBlue || self == .blueOrange }

  /// The colour at a fraction in [0, 1]; values outside are cut, and NaN is `notFinite`.
  public func color(at fraction: Double) -> RGB {
    guard !fraction.isNaN else { return Palette.notFinite }
    let level = Int((min(max(fraction, 0), 1) * Double(Palette.levels - 1)).rounded())
    switch self {
    case .grey:
      let shade = UInt8((level * 255 + 31) / 63)
      return RGB(shade, shade, shade)
    case .viridis: return RGB(hex: PaletteTable.viridis[level])
    case .cividis: return RGB(hex: PaletteTable.cividis[level])
    case .redBlue: return RGB(hex: PaletteTable.redBlue[level])
    case .blueOrange: return RGB(hex: PaletteTable.blueOrange[level])
    }
  }

  /// The colour of a class: Okabe and Ito, "Color Universal Design", 2008; the eighth, black, is grey here because
  /// the ground may be black. More classes than colours repeat them: glyphs tell these apart.
  public static func category(_ index: Int) -> RGB {
    let count = categories.count
    return categories[((index % count) + count) % count]
  }

  static let categories: [RGB] = [
    RGB(0x56, 0xB4, 0xE9), RGB(0xE6, 0x9F, 0x00), RGB(0x00, 0x9E, 0x73), RGB(0xCC, 0x79, 0xA7), RGB(0xF0, 0xE4, 0x42),
    RGB(0xD5, 0x5E, 0x00), RGB(0x00, 0x72, 0xB2), RGB(0x99, 0x99, 0x99),
  ]
}

extension RGB {
  /// From 0xRRGGBB.
  public init(hex: UInt32) {
    self.init(UInt8(hex >> 16 & 0xFF), UInt8(hex >> 8 & 0xFF), UInt8(hex & 0xFF))
  }

  /// This colour with a share in [0, 1] of another one.
  public func mixed(with other: RGB, share: Double) -> RGB {
    let share = share.isNaN ? 0 : min(max(share, 0), 1)
    func mix(_ a: UInt8, _ b: UInt8) -> UInt8 { UInt8((Double(a) + (Double(b) - Double(a)) * share).rounded()) }
    return RGB(mix(red, other.red), mix(green, other.green), mix(blue, other.blue))
  }

  /// How light the colour looks, in [0, 1]: the luma of ITU-R BT.601.
  public var lightness: Double { (0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)) / 255 }

  /// `#rrggbb`.
  public var hexText: String {
    let digits = Array("0123456789abcdef".unicodeScalars)
    var text = "#"
    for part in [red, green, blue] {
      text.unicodeScalars.append(digits[Int(part >> 4)])
      text.unicodeScalars.append(digits[Int(part & 15)])
    }
    return text
  }
}
