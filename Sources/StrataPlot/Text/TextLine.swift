/// A line of text in several colours and styles: what listings, tables and status lines are made of.

/// A run of text in one style.
public struct TextRun: Hashable, Sendable {
  public var text: String
  public var foreground: Color
  public var style: TextStyle

  public init(_ text: String, _ foreground: ColorRole = .plain, style: TextStyle = []) {
    self.init(text, color: .role(foreground), style: style)
  }

  public init(_ text: String, color: Color, style: TextStyle = []) {
    self.text = text
    foreground = color
    self.style = style
  }
}

/// One line: runs one after the other.
public struct TextLine: Hashable, Sendable, ExpressibleByStringLiteral {
  public var runs: [TextRun]

  public init(_ runs: [TextRun]) { self.runs = runs }

  public init(_ text: String, _ foreground: ColorRole = .plain, style: TextStyle = []) {
    runs = [TextRun(text, foreground, style: style)]
  }

  public init(stringLiteral text: String) { self.init(text) }

  /// The characters alone.
  public var text: String { runs.map(\.text).joined() }

  /// The columns that the line takes.
  public var width: Int { runs.reduce(0) { $0 + TextLayout.width($1.text) } }

  public static func + (left: TextLine, right: TextLine) -> TextLine { TextLine(left.runs + right.runs) }
}
