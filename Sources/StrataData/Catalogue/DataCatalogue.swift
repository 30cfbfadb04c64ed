// The data sets that come with a name. Adding one is a generator and an entry in the list.
import StrataEngine

/// One data set of the catalogue.
public struct DataEntry: Sendable {
  /// The word typed: `data moons`.
  public let name: String
  /// One line for lists and help.
  public let summary: String
  /// The keys of the options that apply (see `DataOptions.descriptions`).
  public let options: [String]
  /// Whose the data are.
  public let source: String
  /// The terms under which they may be used.
  public let licence: String
  let load: @Sendable (DataOptions, DataPlaces) throws(StrataError) -> SourceData

  init(
    _ name: String, _ summary: String, options: [String], source: String = "generated", licence: String = "none needed",
    load: @escaping @Sendable (DataOptions, DataPlaces) throws(StrataError) -> SourceData
  ) {
    self.name = name
    self.summary = summary
    self.options = options
    self.source = source
    self.licence = licence
    self.load = load
  }
}

/// All data that can be had by name.
public enum DataCatalogue {
  private static let chosen = ["samples", "test", "seed", "standardize", "labels"]
  private static let pictures = chosen + ["binarize"]
  private static let strings = ["length", "samples", "test", "seed"]
  private static let planar = ["noise"] + chosen

  /// Every data set with a name, in the order to list them.
  public static let entries: [DataEntry] = [
    DataEntry(
      "digits", "1797 handwritten digits, 8×8 pixels, 10 classes", options: pictures,
      source: "E. Alpaydin, C. Kaynak: Optical Recognition of Handwritten Digits, UCI 1998, doi:10.24432/C50P49",
      licence: "CC BY 4.0"
    ) { _, _ in Digits.load() },
    DataEntry(
      "iris", "150 irises, 4 lengths, 3 species", options: chosen,
      source: "R. A. Fisher: The use of multiple measurements in taxonomic problems, 1936, doi:10.24432/C56C76",
      licence: "CC BY 4.0"
    ) { _, _ in Iris.load() },
    DataEntry("xor", "the truth table of exclusive or, or noisy copies", options: planar) { o, _ in LogicData.xor(o) },
    DataEntry("and", "the truth table of and, or noisy copies", options: planar) { o, _ in LogicData.and(o) },
    DataEntry("or", "the truth table of or, or noisy copies", options: planar) { o, _ in LogicData.or(o) },
    DataEntry("parity", "whether an odd number of inputs is 1", options: ["bits"] + planar) { o, _ in
      LogicData.parity(o)
    },
    DataEntry("moons", "two interleaved half circles in the plane", options: planar) { o, _ in PlanarData.moons(o) },
    DataEntry("circles", "a circle within a circle", options: planar) { o, _ in PlanarData.circles(o) },
    DataEntry("spirals", "interleaved spirals", options: ["classes"] + planar) { o, _ in PlanarData.spirals(o) },
    DataEntry("blobs", "round clouds of points", options: ["classes"] + planar) { o, _ in PlanarData.blobs(o) },
    DataEntry("bars", "4×4 images of vertical or horizontal bars, exactly known", options: chosen) { o, _ in
      BarsData.bars(o)
    },
    DataEntry(
      "bars-and-stripes", "images of whole columns or rows, exactly known", options: ["side"] + chosen
    ) { o, _ in BarsData.barsAndStripes(o) },
    DataEntry(
      "shifter", "a row of random pixels above the same shifted by one or not at all", options: ["bits"] + chosen
    ) { o, _ in ShifterData.shifter(o) },
    DataEntry(
      "reber", "strings of the embedded Reber grammar: the next symbol is asked for", options: strings
    ) { o, _ throws(StrataError) in try ReberData.reber(o) },
    DataEntry(
      "anbn", "as many b as there were a: longer strings are the test", options: strings
    ) { o, _ throws(StrataError) in try CountingData.anbn(o) },
    DataEntry(
      "temporal-order", "which of X and Y came early and which late, 4 classes", options: ["length"] + chosen
    ) { o, _ throws(StrataError) in try TemporalOrderData.temporalOrder(o) },
    DataEntry(
      "adding", "random numbers, two of them marked: the sum is asked for at the end", options: strings
    ) { o, _ throws(StrataError) in try AddingData.adding(o) },
    DataEntry(
      "waves", "sine waves of many frequencies: the next value is asked for", options: ["noise"] + strings
    ) { o, _ throws(StrataError) in try WaveData.waves(o) },
    DataEntry(
      "mnist", "70,000 handwritten digits, 28×28 pixels (fetch with: strata data get mnist)", options: pictures,
      source: "Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten digits, 1998",
      licence: "CC BY-SA 3.0"
    ) { _, places throws(StrataError) in try ImageSet.mnist.load(places) },
    DataEntry(
      "fashion", "70,000 pictures of clothing, 28×28 pixels (fetch with: strata data get fashion)", options: pictures,
      source: "H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST, 2017, Zalando SE", licence: "MIT"
    ) { _, places throws(StrataError) in try ImageSet.fashion.load(places) },
  ]

  /// Every name that `data` knows: the sets and the named functions, for completion.
  public static var names: [String] { entries.map(\.name) + NamedFunction.all.map(\.name) }

  /// Loads data by a name of the catalogue, a path, or a function of x and y.
  ///
  /// Throws when there is no such data, an option does not apply, or a file is bad; the error says what would be right.
  public static func load(
    _ name: String, options: DataOptions = DataOptions(),
    environment: [String: String] = DataPlaces.processEnvironment()
  ) throws(StrataError) -> DataSet {
    switch try DataReference(name, environment: environment) {
    case .entry(let name):
      guard let entry = entries.first(where: { $0.name == name }) else {
        throw StrataError("no data is called \(name)")
      }
      try check(options, apply: entry.options, to: name)
      return try entry.load(options, DataPlaces(environment: environment)).dataSet(options)
    case .function(let text):
      try check(options, apply: FunctionData.options, to: text)
      return try FunctionData.load(text, options).dataSet(options)
    case .file(let path):
      return try DataFile.load(path, options).dataSet(options)
    }
  }

  /// A text file, to be learned by character.
  ///
  /// Throws when an option does not apply, or the file is no text; the error says what would be right.
  public static func loadText(_ path: String, options: DataOptions = DataOptions()) throws(StrataError) -> DataSet {
    try CharacterFile.load(path, options).dataSet(options)
  }

  /// The options that may be given with a text.
  public static var textOptions: [SettingDescription] {
    DataOptions.descriptions.filter { CharacterFile.options.contains($0.key) }
  }

  /// The options that may be given with a word after `data`, for help and completion. Of files, those of every kind.
  public static func options(for reference: DataReference) -> [SettingDescription] {
    let keys: [String]
    switch reference {
    case .entry(let name): keys = entries.first { $0.name == name }?.options ?? []
    case .function: keys = FunctionData.options
    case .file: keys = DataFile.common + DataFile.pictures + CSVFile.options
    }
    return DataOptions.descriptions.filter { keys.contains($0.key) }
  }

  /// Refuses options that would have no effect, and ones that exclude each other, before anything is read.
  static func check(_ options: DataOptions, apply keys: [String], to name: String) throws(StrataError) {
    for key in options.given where !keys.contains(key) {
      throw StrataError(
        "\(name) takes no --\(key)", try: "its options are " + keys.map { "--" + $0 }.joined(separator: " "))
    }
    guard options.binarize == nil || !options.standardize else {
      throw StrataError(
        "--binarize and --standardize exclude each other: pixels brought to mean 0 and deviation 1 are not 0 or 1",
        try: "only one of the two")
    }
  }
}
