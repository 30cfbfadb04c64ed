/// Colour as meaning: the terminal, the SVG writer and the tests each decide how to show it.

/// A 24-bit colour.
public struct RGB: Hashable, Sendable {
  public var red: UInt8
  public var green: UInt8
  public var blue: UInt8
  public init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

/// What a colour stands for. The terminal has one table from role to colour for each depth.
public enum ColorRole: UInt8, Hashable, Sendable, CaseIterable {
  /// The terminal's own foreground or background.
  case plain
  /// Frames, axes, hints: present but quiet.
  case quiet
  /// Titles and the name of the program.
  case title
  /// What is selected or current.
  case accent
  /// A good outcome, a warning, a failure.
  case good, warning, bad
  /// Lines of a chart, in their order: train, test, and what else there is.
  case series1, series2, series3, series4, series5, series6
  /// An abandoned branch.
  case past
  /// The background of bars (status line, key bar).
  case bar
}

/// A cell's colour: a role, or a shade of an image.
public enum Color: Hashable, Sendable {
  case role(ColorRole)
  case rgb(RGB)
  public static let plain = Color.role(.plain)
}

/// How the text of a cell stands out where colour cannot.
public struct TextStyle: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  public static let bold = TextStyle(rawValue: 1)
  public static let dim = TextStyle(rawValue: 2)
  public static let underline = TextStyle(rawValue: 4)
  public static let reverse = TextStyle(rawValue: 8)
}
