// `strata export`: a session executed for what comes out at its end: what was measured, the network for PyTorch, or the
// session itself as a recording.
import ArgumentParser
import StrataData
import StrataEngine
import StrataLab
import StrataPlot
import StrataTerminal

/// `strata export metrics|network|cast SESSION OUT`
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Execute a session and write what came of it for other programs.",
    subcommands: [Metrics.self, NetworkScript.self, Cast.self])

  /// What all of them are given.
  struct Source: ParsableArguments {
    @Argument(help: "The session's file, the name of a lesson, or - for standard input.")
    var session: String

    @Argument(help: "The file to be written.", completion: .file())
    var out: String

    @Option(name: .customLong("allow-file"), help: "A file that the session may read or write. May be repeated.")
    var allowedFiles: [String] = []

    @OptionGroup var options: LabOptions

    func read() throws -> SessionFile {
      try SessionSource.read(Lessons.path(of: session) ?? session, seed: options.seed)
    }

    /// Executes the session, which may touch only the files that were allowed, and writes what is asked of its end.
    func execute(_ write: (Lab) throws -> Outcome) throws {
      let lab = try executeSession(try read(), options.configuration(files: .only(allowedFiles)))
      print(try write(lab.trusted).text)
    }
  }

  struct Metrics: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Everything that the session measured, as .csv or .jsonl.",
      discussion: "A row for each branch and step, or stretch of steps; strata commands tells the columns (export).")

    @OptionGroup var source: Source

    @Option(help: "Only the way to the end of this branch.")
    var branch: Int?

    func run() throws {
      try Lab.checkMetricsFile(source.out)
      try source.execute { try $0.exportMetrics(to: source.out, branch: branch) }
    }
  }

  struct NetworkScript: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "network", abstract: "The network as a script for PyTorch, with its weights and a few samples.",
      discussion: "OUT ends in .py. Beside it are written OUT.safetensors and OUT.samples.safetensors, without the .py."
    )

    @OptionGroup var source: Source

    func run() throws {
      _ = try Lab.networkFiles(for: source.out)
      try source.execute { try $0.exportNetwork(to: source.out) }
    }
  }

  struct Cast: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "The session as it plays on the screen, as a recording for asciinema (version 2).",
      discussion:
        "The narration stays as long as reading it takes, commands are typed. The same session gives the same file.")

    @OptionGroup var source: Source

    @Option(help: "Columns and rows of the screen.")
    var size = "100x30"

    @Option(help: "How many times as fast.")
    var speed = 1.0

    /// The size in cells; nil where it is none.
    private var cells: Size? {
      let parts = size.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
      guard parts.count == 2, let columns = parts[0], let rows = parts[1] else { return nil }
      guard (40...400).contains(columns), (12...200).contains(rows) else { return nil }
      return Size(columns: columns, rows: rows)
    }

    func validate() throws {
      guard cells != nil else {
        throw ValidationError("--size wants columns and rows, 40x12 to 400x200, such as 100x30; got '\(size)'")
      }
      guard speed >= 0.1, speed <= 100 else { throw ValidationError("--speed wants 0.1 to 100, got \(speed)") }
      guard source.out.lowercased().hasSuffix(".cast") else {
        throw ValidationError("a recording's file ends in .cast; got '\(source.out)'")
      }
    }

    func run() throws {
      guard let cells else { return }
      let text = try recordCast(
        try source.read(), source.options.configuration(files: .only(source.allowedFiles)), size: cells, speed: speed)
      try AtomicFile.write(text, to: source.out)
      print("\(source.out): \(text.utf8.count / 1000) KB; asciinema play \(source.out)")
    }
  }
}
