// `strata data`: the data sets there are, and fetching those that are too large to come along.
import ArgumentParser
import StrataData
import StrataEngine
import StrataPlot
import StrataTerminal

struct Data: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List data sets, or fetch one that is too large to come along.", subcommands: [List.self, Get.self],
    defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the data sets.")

    func run() {
      let entries = DataCatalogue.entries
      let width = entries.map { TextLayout.width($0.name) }.max() ?? 0
      for entry in entries { print("\(TextLayout.padded(entry.name, to: width))  \(entry.summary)") }
      let names = FetchableSet.all.map(\.name).joined(separator: ", ")
      print("\nTo fetch: \(names)   (strata data get NAME)")
    }
  }

  struct Get: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Fetch a data set.",
      discussion: "Goes on where an earlier attempt was broken off, and checks what came against published checksums.")

    @Argument(help: "The set: \(FetchableSet.all.map(\.name).joined(separator: ", ")).")
    var name: String

    @Option(help: "Another source: a URL prefix or a folder.")
    var from: String?

    @Option(help: "Another place to put it: a folder.")
    var into: String?

    func run() throws {
      guard let place = into ?? DataPlaces(environment: Surroundings.variables).downloads else {
        throw StrataError(
          "neither STRATA_DATA nor HOME says where data are to go", try: "strata data get \(name) --into FOLDER")
      }
      let interrupts = InterruptFlag()
      var bar = FetchLine()
      let report = try DataStore.get(name, from: from, into: place) { progress in
        bar.show(progress)
        return !interrupts.take()
      }
      bar.clear()
      print("\(name): \(report.fetched.count) fetched, \(report.present.count) there already, in \(report.folder)")
      print("source: \(report.source)\nlicence: \(report.licence)\nuse it: data \(name)")
    }
  }
}

/// One line that tells how far fetching has come; nothing where output is no terminal.
struct FetchLine {
  private let isShown = TerminalCapabilities.standardOutputSize != nil
  private var isOpen = false

  mutating func show(_ progress: FetchProgress) {
    guard isShown else { return }
    isOpen = true
    let total = progress.total.map { " of \(formatQuantity(Double($0)))B" } ?? ""
    let share = progress.total.map { Double(progress.done) / Double(max($0, 1)) } ?? 0
    let filled = Int(share * 24)
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
    let text =
      "\(bar) \(progress.file) (\(progress.number) of \(progress.count)) \(formatQuantity(Double(progress.done)))B\(total)"
      + " · \(formatQuantity(progress.rate))B/s"
    writeToStandardError("\r\u{1B}[K" + text)
  }

  mutating func clear() {
    if isOpen { writeToStandardError("\r\u{1B}[K") }
    isOpen = false
  }
}
