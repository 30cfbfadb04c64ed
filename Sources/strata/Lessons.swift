// `strata lessons`: the sessions that come along, in the order of the course, and one of them in full.
import ArgumentParser
import StrataEngine
import StrataLab
import StrataPlot
import StrataTerminal

/// `strata lessons [NAME]`
struct Lessons: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the lessons that come with Strata, or tell about one.", discussion: "strata replay NAME plays one.")

  @Argument(help: "A lesson: its parts, questions and commands.")
  var name: String?

  func run() throws {
    guard let folder = Lessons.folder else {
      throw StrataError(
        "the folder of lessons was not found beside the program",
        try: "run strata from its checkout, or set STRATA_SESSIONS")
    }
    let names = Lessons.names(in: folder)
    var sessions: [(name: String, session: SessionFile)] = []
    for name in try Lessons.inOrder(names, folder) {
      sessions.append((name, try SessionSource.read("\(folder)/\(name).strata", seed: 1)))
    }
    let lines: [String]
    if let name {
      guard let found = sessions.first(where: { $0.name == name }) else {
        throw StrataError(
          "there is no lesson '\(name)'; there are \(sessions.map(\.name).joined(separator: ", "))",
          try: "strata lessons")
      }
      lines = LessonText.details(
        found.session, name: name, next: sessions.filter { $0.session.field("after") == name }.map(\.name))
    } else {
      lines = LessonText.list(sessions)
    }
    let isASCII = TerminalCapabilities.ofStandardOutput().unicode == .none
    for line in lines { print(isASCII ? asciiText(line) : line) }
  }

  /// The order of the course: each behind the one that its header names.
  private static func inOrder(_ names: [String], _ folder: String) throws(StrataError) -> [String] {
    var before: [String: String] = [:]
    for name in names {
      before[name] = try SessionSource.read("\(folder)/\(name).strata", seed: 1).field("after")
    }
    var ordered: [String] = []
    func add(_ name: String) {
      guard !ordered.contains(name) else { return }
      ordered.append(name)
      for next in names where before[next] == name { add(next) }
    }
    for name in names where before[name].map({ !names.contains($0) }) ?? true { add(name) }
    // A circle is nobody's end: its members still are lessons.
    return ordered + names.filter { !ordered.contains($0) }
  }

  /// Where the lessons lie: `$STRATA_SESSIONS`, or the folder `sessions` at or above the program's own place.
  static var folder: String? { SessionSource.lessonFolder(variables: Surroundings.variables) }

  static func names(in folder: String) -> [String] { SessionSource.names(in: folder) }

  /// The file of a lesson called by its name; nil when there is none.
  static func path(of name: String) -> String? {
    guard let folder, !name.contains("/"), names(in: folder).contains(name) else { return nil }
    return "\(folder)/\(name).strata"
  }
}
