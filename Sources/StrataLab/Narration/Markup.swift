// What narration is written in: *important*, _emphasised_, `typed`, and $formulas$.
//
// Text without these marks is as it always was. A mark counts only where it embraces something: an asterisk or an
// underscore inside a word, or with a space on the inner side, is itself; so is one that is never closed. `\*` is an
// asterisk whatever stands around it.

/// A stretch of narration in one style.
public struct MarkupSpan: Hashable, Sendable {
  public var text: String
  public var style: Style

  public struct Style: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// `*important*`
    public static let strong = Style(rawValue: 1)
    /// `_emphasised_`
    public static let emphasis = Style(rawValue: 2)
    /// `` `typed` ``
    public static let code = Style(rawValue: 4)
    /// `$x^2$`
    public static let formula = Style(rawValue: 8)
  }

  public init(_ text: String, _ style: Style = []) {
    self.text = text
    self.style = style
  }
}

/// Narration with its marks understood.
public enum Markup {
  /// The stretches of a line, in order.
  public static func spans(of text: String) -> [MarkupSpan] {
    guard text.contains(where: { "*_`$\\".contains($0) }) else { return [MarkupSpan(text)] }
    return spans(of: Array(text), style: [])
  }

  /// The line without its marks.
  public static func plain(_ text: String) -> String { spans(of: text).map(\.text).joined() }

  private static func spans(of characters: [Character], style: MarkupSpan.Style) -> [MarkupSpan] {
    var result: [MarkupSpan] = []
    var plain = ""
    var place = 0
    func close() {
      if !plain.isEmpty { result.append(MarkupSpan(plain, style)) }
      plain = ""
    }
    while place < characters.count {
      let character = characters[place]
      if character == "\\", place + 1 < characters.count, "*_`$\\".contains(characters[place + 1]) {
        plain.append(characters[place + 1])
        place += 2
      } else if !style.contains(inner(character)), let end = end(of: character, from: place, in: characters) {
        close()
        let inside = Array(characters[place + 1..<end])
        switch character {
        case "*": result += spans(of: inside, style: style.union(.strong))
        case "_": result += spans(of: inside, style: style.union(.emphasis))
        case "`": result.append(MarkupSpan(String(inside), style.union(.code)))
        default: result.append(MarkupSpan(Formula.unicode(String(inside)), style.union(.formula)))
        }
        place = end + 1
      } else {
        plain.append(character)
        place += 1
      }
    }
    close()
    return result
  }

  /// What a mark makes of what it embraces; inside of it the same mark is itself.
  private static func inner(_ mark: Character) -> MarkupSpan.Style {
    switch mark {
    case "*": .strong
    case "_": .emphasis
    case "`": .code
    default: .formula
    }
  }

  /// Where a stretch that begins here ends; nil where none begins.
  private static func end(of mark: Character, from start: Int, in characters: [Character]) -> Int? {
    func isWord(_ index: Int) -> Bool {
      characters.indices.contains(index) && (characters[index].isLetter || characters[index].isNumber)
    }
    let isEmphasis = mark == "*" || mark == "_"
    guard isEmphasis || mark == "`" || mark == "$", start + 1 < characters.count else { return nil }
    let first = characters[start + 1]
    guard first != mark else { return nil }
    if mark != "`", first.isWhitespace { return nil }
    if isEmphasis, isWord(start - 1) { return nil }
    var index = start + 2
    while index < characters.count {
      if characters[index] == mark {
        let last = characters[index - 1]
        switch mark {
        case "`": return index
        // A second dollar before a digit is money: $5 and $6.
        case "$" where !last.isWhitespace && last != "\\" && !(isWord(index + 1) && characters[index + 1].isNumber):
          return index
        case "*", "_": if !last.isWhitespace, last != "\\", last != mark, !isWord(index + 1) { return index }
        default: break
        }
      }
      index += 1
    }
    return nil
  }
}
