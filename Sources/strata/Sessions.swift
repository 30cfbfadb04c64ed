// `strata run`, `strata replay`: sessions without a screen and on the screen.
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

  @Argument(help: "The session's file, the name of a lesson, or - for standard input.")
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
    let session = try SessionSource.read(Lessons.path(of: file) ?? file, seed: options.seed)
    throw ExitCode(
      runHeadless(
        session, options.configuration(files: .only(allowedFiles)), json: json, resumes: resume, atMost: atMost))
  }
}

/// `strata replay FILE`
struct Replay: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Play a session on the screen, with a player's controls.",
    discussion: """
      Page down and page up go to the next stop and the one before, > and < to the next command and the one before, p \
      plays by itself, ] and [ make it faster and slower, home and end go to the ends; a click on the bar goes there. Any \
      command may be given by hand; page down then returns to the session.
      """)

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
