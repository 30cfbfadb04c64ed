// What `strata lessons` prints: the course as a list, and one lesson in full. Lines of at most 80 columns.
import StrataEngine
import StrataLab
import StrataPlot

public enum LessonText {
  static let columns = 80

  /// Title, minutes, what comes before and what is learned, for each lesson.
  public static func list(_ lessons: [(name: String, session: SessionFile)]) -> [String] {
    let width = lessons.map { TextLayout.width($0.name) }.max() ?? 0
    let margin = String(repeating: " ", count: width + 2)
    return lessons.flatMap { name, session in
      var title = session.field("title") ?? ""
      let facts = [session.field("minutes").map { "\($0) min" }, session.field("after").map { "after \($0)" }]
        .compactMap { $0 }.joined(separator: ", ")
      if !facts.isEmpty { title += " (\(facts))" }
      let text = [title] + (session.field("teaches").map { [$0] } ?? [])
      return text.flatMap { TextLayout.wrapped($0, to: max(columns - width - 2, 20)) }.enumerated().map {
        ($0.offset == 0 ? TextLayout.padded(name, to: width + 2) : margin) + $0.element
      }
    }
  }

  /// One lesson: what it teaches, its parts with their first words, its questions, the commands that it uses, and the
  /// files that it would want.
  public static func details(_ session: SessionFile, name: String, next: [String]) -> [String] {
    let outline = SessionOutline(session)
    var lines = [session.field("title") ?? name]
    if let teaches = session.field("teaches") { lines.append(teaches) }
    var facts = session.field("minutes").map { ["\($0) minutes"] } ?? []
    facts.append("\(outline.parts.count) parts")
    if !outline.questions.isEmpty {
      facts.append("\(outline.questions.count) question\(outline.questions.count == 1 ? "" : "s")")
    }
    if let after = session.field("after") { facts.append("after \(after)") }
    if !next.isEmpty { facts.append("before \(next.joined(separator: ", "))") }
    lines += [facts.joined(separator: " · "), ""]
    for (index, part) in outline.parts.enumerated() {
      let number = TextLayout.padded("\(index + 1)", to: 3, .right)
      var text = sentence(part.narration)
      if part.questions > 0 { text = "? " + text }
      lines.append(TextLayout.truncated("\(number)  \(text)", to: columns))
    }
    var commands: [String] = []
    for command in outline.parts.flatMap(\.commands) where !commands.contains(command) { commands.append(command) }
    lines.append("")
    let label = "commands  "
    let wrapped = TextLayout.wrapped(commands.joined(separator: ", "), to: columns - label.count)
    for (index, line) in wrapped.enumerated() {
      lines.append((index == 0 ? label : String(repeating: " ", count: label.count)) + line)
    }
    let needs = session.filesNeeded(beyond: .nothing)
    lines += needs.map { "files     \($0.text)" }
    return lines + ["", "strata replay \(name) plays it."]
  }

  /// The first sentence of what a part says.
  private static func sentence(_ narration: [String]) -> String {
    let text = narration.joined(separator: " ")
    var result = ""
    for word in text.split(separator: " ") {
      result += (result.isEmpty ? "" : " ") + word
      if let last = word.last, ".?!".contains(last), result.count > 12 { break }
    }
    return result
  }
}
