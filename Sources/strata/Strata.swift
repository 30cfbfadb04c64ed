// The executable: subcommands, nothing else.
import ArgumentParser
import StrataEngine
import StrataLab
import StrataTerminal
import StrataViews

@main
struct Strata: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strata", abstract: "A laboratory for deep learning in the terminal.",
    discussion: "Without a subcommand: the laboratory on the full screen, with handwritten digits loaded.",
    subcommands: [
      Laboratory.self, Repl.self, Run.self, Replay.self, Lessons.self, Data.self, Export.self, Bench.self,
      CommandReference.self,
    ], defaultSubcommand: Laboratory.self)
}

/// Options of everything that makes a laboratory.
struct LabOptions: ParsableArguments {
  @Option(help: "Compute threads.")
  var threads = 2

  @Option(help: "The seed of weights, order and noise.")
  var seed: UInt64 = 1

  @Option(help: "Megabytes that the timeline may keep.")
  var memory = 256

  func validate() throws {
    guard (1...64).contains(threads) else { throw ValidationError("--threads wants 1 to 64, got \(threads)") }
    guard (1...1_000_000).contains(memory) else { throw ValidationError("--memory wants 1 to 1000000, got \(memory)") }
  }

  /// What a laboratory is told of the world; also sets the compute threads.
  /// Where a screen is watched, dreams go at a pace that can be followed.
  func configuration(files: FileAccess, isWatched: Bool = false) -> LabConfiguration {
    Compute.threads = threads
    Surroundings.letFilesFail()
    var configuration = LabConfiguration(
      views: viewNames, environment: Surroundings.variables, files: files, memoryBound: memory * 1_000_000)
    if isWatched { configuration.wait = Surroundings.wait }
    return configuration
  }

  /// An empty laboratory with these options.
  func lab(isWatched: Bool = false) -> Lab { Lab(configuration(files: .everything, isWatched: isWatched), seed: seed) }
}

/// `strata`: the full screen.
struct Laboratory: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lab", abstract: "The laboratory on the full screen (the default).")

  @OptionGroup var options: LabOptions

  @Flag(help: "Begin without data and without a network.")
  var empty = false

  func run() throws {
    var lab = options.lab(isWatched: true)
    if !empty {
      for line in ["data digits", "add dense 64 relu", "add dense 10 softmax"] { _ = try lab.execute(line) }
    }
    let status = try runScreen(
      lab, on: CursesTerminal(), history: .open(Surroundings.historyFile), journals: Surroundings.journals)
    throw ExitCode(status)
  }
}

/// `strata repl`: line by line.
struct Repl: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "The same laboratory, line by line.")

  @OptionGroup var options: LabOptions

  func run() throws {
    throw ExitCode(
      runRepl(
        options.lab(), history: .open(Surroundings.historyFile), journals: Surroundings.journals))
  }
}

/// `strata commands`: the reference of the command language, from the table that carries it out.
struct CommandReference: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "commands", abstract: "Print the reference of the laboratory's commands, as Markdown.")

  func run() { print(CommandTable.commandReference(), terminator: "") }
}
