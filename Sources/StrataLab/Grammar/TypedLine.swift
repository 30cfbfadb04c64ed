// A line as it was typed, cut into words.
import StrataEngine

/// One word of a line.
public struct Token: Hashable, Sendable {
  /// The word without its quotes; spaces inside square brackets are left out.
  public var text: String
  /// Where it stands, in characters from the beginning of the line.
  public var range: Range<Int>
  /// Whether any of it was quoted: then it is never an option or a comment.
  public var isQuoted: Bool
}

/// A line cut into words: quotes keep spaces together, so do square brackets; `#` at the beginning of a word starts a
/// comment.
public struct TypedLine: Hashable, Sendable {
  public let characters: [Character]
  public let tokens: [Token]
  /// What is wrong with the line as a whole: a quote or bracket that is not closed.
  public let flaw: StrataError?

  /// The longest line that is read.
  public static let maximumLength = 10_000

  public init(_ text: String) {
    characters = Array(text)
    var tokens: [Token] = []
    var flaw: StrataError?
    var place = 0
    while place < characters.count {
      let character = characters[place]
      if character.isWhitespace {
        place += 1
      } else if character == "#" {
        break
      } else {
        tokens.append(TypedLine.word(in: characters, at: &place, flaw: &flaw))
      }
    }
    self.tokens = tokens
    self.flaw = flaw
  }

  private static func word(in characters: [Character], at place: inout Int, flaw: inout StrataError?) -> Token {
    let start = place
    var text = ""
    var isQuoted = false
    var brackets = 0
    while place < characters.count {
      let character = characters[place]
      if character == "\"" || character == "'" {
        isQuoted = true
        place += 1
        var isClosed = false
        while place < characters.count, !isClosed {
          if characters[place] == character {
            isClosed = true
          } else if character == "\"", characters[place] == "\\", place + 1 < characters.count,
            characters[place + 1] == "\"" || characters[place + 1] == "\\"
          {
            place += 1
            text.append(characters[place])
          } else {
            text.append(characters[place])
          }
          place += 1
        }
        if !isClosed {
          flaw = StrataError("a quote \(character) is opened and not closed", try: "close it, or leave it out")
        }
        continue
      }
      if character == "[" { brackets += 1 }
      if character == "]" { brackets = max(0, brackets - 1) }
      if character.isWhitespace {
        if brackets == 0 { break }
      } else {
        text.append(character)
      }
      place += 1
    }
    if brackets > 0 { flaw = StrataError("a bracket [ is opened and not closed", try: "print layer1.weight[0,0]") }
    return Token(text: text, range: start..<place, isQuoted: isQuoted)
  }

  /// The line from a token on, as typed, without spaces at its end.
  func remainder(from index: Int) -> String {
    guard tokens.indices.contains(index) else { return "" }
    var rest = characters[tokens[index].range.lowerBound...]
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }

  /// A word as it has to be typed to be read as it is.
  static func quoted(_ word: String) -> String {
    let isPlain = !word.isEmpty && !word.contains { $0.isWhitespace || $0 == "\"" || $0 == "'" } && word.first != "#"
    if isPlain { return word }
    let escaped = word.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
    return "\"" + String(escaped) + "\""
  }
}
