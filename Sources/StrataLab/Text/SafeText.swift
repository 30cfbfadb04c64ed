// Nothing that a person or a file says may steer the terminal.

extension Unicode.Scalar {
  /// Control characters, and the invisible marks that turn the direction of text around.
  var steersTerminal: Bool {
    switch value {
    case 0...0x1f, 0x7f...0x9f, 0x2028...0x202e, 0x2066...0x2069: true
    default: false
    }
  }
}

extension String {
  /// The text with every control character, line ends included, replaced by `?`, and tabs by a space.
  var safe: String {
    guard unicodeScalars.contains(where: \.steersTerminal) else { return self }
    var scalars = String.UnicodeScalarView()
    for scalar in unicodeScalars { scalars.append(scalar == "\t" ? " " : scalar.steersTerminal ? "?" : scalar) }
    return String(scalars)
  }

  /// For quoting in an error: safe and at most 60 characters.
  var quoted: String {
    let text = count > 60 ? prefix(60) + "…" : self[...]
    return "'\(String(text).safe)'"
  }
}
