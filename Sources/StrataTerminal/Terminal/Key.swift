/// What a person does at the terminal, one press at a time: keys with their modifiers, and their names in words.

/// A key, with the modifiers that were held.
///
/// Keys have names (`"s"`, `"space"`, `"ctrl-c"`, `"alt-left"`, `"f5"`), the same for `description` and `init?(_:)`, so that
/// a key map, its help and a test's script are written alike.
public struct Key: Hashable, Sendable {
  /// Which key, without its modifiers.
  public enum Code: Hashable, Sendable {
    /// A character as typed: shift is in the character already ("S", not shift with "s").
    case character(Unicode.Scalar)
    case enter, tab, escape, backspace, insert, delete
    case up, down, left, right, home, end, pageUp, pageDown
    /// F1 is 1.
    case function(Int)
  }

  /// What was held. Terminals report shift only with keys that are not characters.
  public struct Modifiers: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    public static let shift = Modifiers(rawValue: 1)
    public static let alt = Modifiers(rawValue: 2)
    public static let control = Modifiers(rawValue: 4)
  }

  public var code: Code
  public var modifiers: Modifiers

  public init(_ code: Code, _ modifiers: Modifiers = []) {
    self.code = code
    self.modifiers = modifiers
  }

  public static func character(_ character: Unicode.Scalar) -> Key { Key(.character(character)) }
  /// Ctrl with a character, in lower case: `.control("c")`.
  public static func control(_ character: Unicode.Scalar) -> Key { Key(.character(character), .control) }
  public static func alt(_ character: Unicode.Scalar) -> Key { Key(.character(character), .alt) }
  public static func function(_ number: Int) -> Key { Key(.function(number)) }
  public static let enter = Key(.enter)
  public static let tab = Key(.tab)
  public static let backTab = Key(.tab, .shift)
  public static let escape = Key(.escape)
  public static let backspace = Key(.backspace)
  public static let insert = Key(.insert)
  public static let delete = Key(.delete)
  public static let up = Key(.up)
  public static let down = Key(.down)
  public static let left = Key(.left)
  public static let right = Key(.right)
  public static let home = Key(.home)
  public static let end = Key(.end)
  public static let pageUp = Key(.pageUp)
  public static let pageDown = Key(.pageDown)
  public static let space = Key(.character(" "))

  /// The same key with more modifiers.
  public func adding(_ more: Modifiers) -> Key { Key(code, modifiers.union(more)) }

  /// The character that this key types into a text; nil for every other key.
  public var typed: Unicode.Scalar? {
    guard case .character(let character) = code, modifiers.isEmpty else { return nil }
    return character
  }
}

extension Key: CustomStringConvertible, LosslessStringConvertible {
  private static let names: [(Code, String)] = [
    (.character(" "), "space"), (.character("-"), "minus"), (.enter, "enter"), (.tab, "tab"), (.escape, "escape"),
    (.backspace, "backspace"), (.insert, "insert"), (.delete, "delete"), (.up, "up"), (.down, "down"),
    (.left, "left"), (.right, "right"), (.home, "home"), (.end, "end"), (.pageUp, "pageup"),
    (.pageDown, "pagedown"),
  ]
  private static let prefixes: [(Modifiers, String)] = [(.control, "ctrl-"), (.alt, "alt-"), (.shift, "shift-")]

  /// `"s"`, `"space"`, `"ctrl-c"`, `"shift-tab"`, `"f5"`.
  public var description: String {
    var text = ""
    for (modifier, prefix) in Self.prefixes where modifiers.contains(modifier) { text += prefix }
    if let name = Self.names.first(where: { $0.0 == code })?.1 { return text + name }
    switch code {
    case .character(let character): text.unicodeScalars.append(character)
    case .function(let number): text += "f\(number)"
    default: break
    }
    return text
  }

  /// The key of a name as `description` writes it; nil when there is none.
  public init?(_ description: String) {
    var rest = description[...]
    var modifiers: Modifiers = []
    for (modifier, prefix) in Self.prefixes where rest.hasPrefix(prefix) && rest.count > prefix.count {
      modifiers.insert(modifier)
      rest = rest.dropFirst(prefix.count)
    }
    if let code = Self.names.first(where: { $0.1 == rest })?.0 {
      self.init(code, modifiers)
    } else if rest.first == "f", let number = Int(rest.dropFirst()), (1...63).contains(number) {
      self.init(.function(number), modifiers)
    } else if rest.unicodeScalars.count == 1, let character = rest.unicodeScalars.first {
      self.init(.character(character), modifiers)
    } else {
      return nil
    }
  }
}
