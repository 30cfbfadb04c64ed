// `strata run`, `strata replay`, `strata lessons`: sessions without a screen, on the screen, and those that come along.
import ArgumentParser
import StrataData
import StrataEngine
import StrataLab
import StrataTerminal
import StrataViews

/// `strata run FILE`
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Execute a session without a screen.",
    discussion: """
      The exit status tells success: 0 when every line was accepted and every `expect` met, 1 otherwise. `-` reads \
      standard input, where the header may be left out. A session may read and write only files named by --allow-file.
      """)

  @Argument(help: "The session's file, or - for standard input.")
  var file: String

  @Flag(help: "One JSON object a command, with all numbers in full precision.")
  var json = false

  @Option(name: .customLong("allow-file"), help: "A file that the session may read or write. May be repeated.")
  var allowedFiles: [String] = []

  @Flag(help: "Enter the session at its newest checkpoint (save checkpoint FILE), named by --allow-file.")
  var resume = false

  @Option(name: .customLong("at-most"), help: "Fail when it takes longer than so many seconds.")
  var atMost: Double?

  @OptionGroup var options: LabOptions

  func validate() throws {
    if let atMost, !(atMost > 0) { throw ValidationError("--at-most wants more than 0 seconds, got \(atMost)") }
  }

  func run() throws {
    let session = try SessionSource.read(file, seed: options.seed)
    throw ExitCode(
      runHeadless(
        session, options.configuration(files: .only(allowedFiles)), json: json, resumes: resume,
        atMost: atMost))
  }
}

/// `strata replay FILE`
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play a session on the screen: page down goes on to the next pause.")

  @Argument(help: "The session's file, or the name of a lesson.")
  var file: String

  @Option(name: .customLong("allow-file"), help: "A file that the session may read or write. May be repeated.")
  var allowedFiles: [String] = []

  @OptionGroup var options: LabOptions

  func run() throws {
    let path = Lessons.path(of: file) ?? file
    let session = try SessionSource.read(path, seed: options.seed)
    let lab = Lab(options.configuration(files: .only(allowedFiles), isWatched: true), seed: session.seed)
    throw ExitCode(
      try runScreen(lab, session: session, on: CursesTerminal(), history: .open(Surroundings.historyFile)))
  }
}

/// `strata lessons`
struct Lessons: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the lessons that come with Strata.", discussion: "strata replay NAME plays one.")

  func run() throws {
    guard let folder = Lessons.folder else {
      throw StrataError(
        "the folder of lessons was not found beside the program",
        try: "run strata from its checkout, or set STRATA_SESSIONS")
    }
    let names = try Lessons.inOrder(Lessons.names(in: folder), folder)
    let width = names.map(\.count).max() ?? 0
    for name in names {
      let session = try SessionSource.read("\(folder)/\(name).strata", seed: 1)
      let minutes = session.field("minutes").map { " (\($0) min)" } ?? ""
      let padding = String(repeating: " ", count: width - name.count)
      print("\(name)\(padding)  \(session.field("title") ?? "")\(minutes)")
      if let teaches = session.field("teaches") { print(String(repeating: " ", count: width + 2) + teaches) }
    }
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
