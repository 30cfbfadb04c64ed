/// What the front end can show: which characters, and whether there is colour.

/// The characters that may be used.
public enum Charset: Hashable, Sendable, CaseIterable {
  /// Box drawing, blocks and braille.
  case unicode
  /// Printable ASCII only.
  case ascii
}

/// Passed to everything that draws.
public struct DrawingStyle: Hashable, Sendable {
  public var charset: Charset
  /// Without colour, images are drawn with characters of different weight and signs are told by shape.
  public var hasColor: Bool

  public init(charset: Charset = .unicode, hasColor: Bool = true) {
    self.charset = charset
    self.hasColor = hasColor
  }

  public static let standard = DrawingStyle()
  /// Unicode without colour: text files, `NO_COLOR`.
  public static let plain = DrawingStyle(hasColor: false)
  /// ASCII without colour.
  public static let ascii = DrawingStyle(charset: .ascii, hasColor: false)

  /// The text as this style can show it.
  public func text(_ text: String) -> String { charset == .ascii ? asciiText(text) : text }

  /// One of two characters.
  func pick(_ unicode: Unicode.Scalar, _ ascii: Unicode.Scalar) -> Unicode.Scalar {
    charset == .ascii ? ascii : unicode
  }

  /// What ends a text that is cut off.
  var ellipsis: String { charset == .ascii ? "..." : "…" }
}
