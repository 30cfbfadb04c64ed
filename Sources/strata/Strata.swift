// The executable: subcommands, nothing else.
import ArgumentParser

@main
struct Strata: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "strata", abstract: "A laboratory for deep learning in the terminal.",
    subcommands: [Bench.self])
}
