/// Text laid out by display width: how wide it is, cut to fit, padded, wrapped.
///
/// Widths are columns of a terminal, so that Chinese labels stand as straight as English ones. Every function also
/// strips what a terminal would obey (see DisplayWidth.swift).

/// Where a text stands in a wider space.
public enum TextAlignment: Hashable, Sendable { case left, center, right }

public enum TextLayout {
  /// The columns that a text takes when it is drawn.
  public static func width(_ text: String) -> Int {
    glyphs(of: text).reduce(0) { $0 + $1.width }
  }

  /// The text as it is drawn: no control characters, one scalar a character.
  public static func clean(_ text: String) -> String { string(glyphs(of: text)[...]) }

  /// The text in at most so many columns; a longer one ends in the ellipsis.
  public static func truncated(_ text: String, to columns: Int, ellipsis: String = "…") -> String {
    let all = glyphs(of: text)
    return string(cut(all, to: columns, ellipsis: glyphs(of: ellipsis))[...])
  }

  /// The text with blanks around it up to so many columns; a longer text stays as it is.
  public static func padded(_ text: String, to columns: Int, _ alignment: TextAlignment = .left) -> String {
    let room = min(max(columns, 0), Canvas.largest.columns) - width(text)
    guard room > 0 else { return clean(text) }
    let before: Int
    switch alignment {
    case .left: before = 0
    case .center: before = room / 2
    case .right: before = room
    }
    return String(repeating: " ", count: before) + clean(text) + String(repeating: " ", count: room - before)
  }

  /// The text in exactly so many columns: truncated or padded.
  public static func fitted(
    _ text: String, to columns: Int, _ alignment: TextAlignment = .left, ellipsis: String = "…"
  ) -> String {
    padded(truncated(text, to: columns, ellipsis: ellipsis), to: columns, alignment)
  }

  /// The text in lines of at most so many columns, broken at blanks, between East Asian characters, and inside a word
  /// only where the word alone is too long. Line breaks in the text are kept.
  public static func wrapped(_ text: String, to columns: Int) -> [String] {
    guard columns > 0 else { return [] }
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .flatMap { wrappedParagraph(glyphs(of: String($0)), to: columns) }
  }

  private static func wrappedParagraph(_ all: [Glyph], to columns: Int) -> [String] {
    var lines: [String] = []
    var start = 0
    while true {
      var end = start
      var used = 0
      var lastBreak: Int?
      while end < all.count, used + all[end].width <= columns {
        used += all[end].width
        if all[end].scalar == " " { lastBreak = end }
        end += 1
        if end < all.count, mayBreak(before: all[end], after: all[end - 1]) { lastBreak = end }
      }
      if end == all.count {
        lines.append(string(all[start...]))
        return lines
      }
      if all[end].scalar == " " { lastBreak = end }
      // A glyph wider than the line still has to go somewhere, or this would never end.
      var stop = end == start ? start + 1 : end
      if let lastBreak, lastBreak > start { stop = lastBreak }
      lines.append(trimmed(string(all[start..<stop])))
      start = stop
      while start < all.count, all[start].scalar == " " { start += 1 }
      if start == all.count { return lines }
    }
  }

  /// Wide characters may be parted, but no line begins with closing punctuation.
  private static func mayBreak(before next: Glyph, after previous: Glyph) -> Bool {
    guard next.width == 2 || previous.width == 2 else { return false }
    let closing: Set<Unicode.Scalar> = ["、", "。", "，", "．", "！", "？", "：", "；", "）", "」", "』", "】", "》", "”", "’"]
    let opening: Set<Unicode.Scalar> = ["（", "「", "『", "【", "《", "“", "‘"]
    return !closing.contains(next.scalar) && !opening.contains(previous.scalar)
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.last == " " { text.removeLast() }
    return text
  }

  private static func string(_ glyphs: ArraySlice<Glyph>) -> String {
    var view = String.UnicodeScalarView()
    for glyph in glyphs { view.append(glyph.scalar) }
    return String(view)
  }
}

/// The longest beginning of the glyphs that fits, ending in the ellipsis if something is missing.
func cut(_ all: [Glyph], to columns: Int, ellipsis: [Glyph]) -> [Glyph] {
  guard columns > 0 else { return [] }
  var used = 0
  for glyph in all { used += glyph.width }
  if used <= columns { return all }
  var tail = ellipsis
  while tail.reduce(0, { $0 + $1.width }) > columns { tail.removeLast() }
  let room = columns - tail.reduce(0) { $0 + $1.width }
  var result: [Glyph] = []
  used = 0
  for glyph in all {
    if used + glyph.width > room { break }
    used += glyph.width
    result.append(glyph)
  }
  return result + tail
}
