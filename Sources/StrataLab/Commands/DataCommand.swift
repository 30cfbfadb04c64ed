// Choosing data. What there is and which options apply comes from the catalogue.
import StrataData
import StrataEngine

extension Command {
  static let data = Command(
    "data", .build,
    "chooses what to learn from: a name, a file, a folder, a function of x and y; alone it describes it",
    forms: [
      Form([], "describes the data") { _ throws(StrataError) in
        .look { (lab) throws(StrataError) in try describe(lab.experiment.data) }
      },
      Form([.word("list")], "lists the data that come with a name") { _ throws(StrataError) in
        .look { (_) throws(StrataError) in list() }
      },
      Form(
        [.word("text"), Place("FILE", .path, "a text, to be learned character by character")],
        "a text file by character: the next one is asked for",
        options: { _ in DataCatalogue.textOptions.map { OptionDescription($0) } }
      ) { arguments throws(StrataError) in
        let path = arguments.text("FILE") ?? ""
        let options = try chosen(arguments)
        return .edit(readsFiles: true) { (experiment, surroundings) throws(StrataError) in
          let path = DataPlaces(environment: surroundings.environment).expanding(path)
          try surroundings.files.check(path, to: "read")
          return set(try DataCatalogue.loadText(path, options: options), &experiment)
        }
      },
      Form(
        [
          Place(
            "NAME", .known(.dataSets), orFile: true, "a name of the list, a path, or an expression such as sin(3*x)")
        ],
        optionsUsage: "[--OPTION …]",
        options: { _ in DataOptions.descriptions.map { OptionDescription($0) } }
      ) { arguments throws(StrataError) in
        let name = arguments.text("NAME") ?? ""
        let options = try chosen(arguments)
        return .edit(readsFiles: true) { (experiment, surroundings) throws(StrataError) in
          set(try loadData(name, options, surroundings), &experiment)
        }
      },
    ],
    examples: ["data digits", "data moons --samples 300 --noise 0.1", "data reber --samples 100", "data list"])

  private static func chosen(_ arguments: Arguments) throws(StrataError) -> DataOptions {
    var options = DataOptions()
    for option in arguments.options { try options.set(option.name, to: option.value) }
    return options
  }

  private static func set(_ data: DataSet, _ experiment: inout Experiment) -> Outcome {
    let notes = experiment.setData(data)
    return Outcome(summary(data), numbers: numbers(data), notes: notes)
  }

  /// Loads data by name, path or function, as far as files may be touched.
  static func loadData(
    _ name: String, _ options: DataOptions, _ surroundings: Surroundings
  ) throws(StrataError) -> DataSet {
    if case .file(let path) = try reference(name, surroundings) { try surroundings.files.check(path, to: "read") }
    return try DataCatalogue.load(name, options: options, environment: surroundings.environment)
  }

  /// What the name stands for. A session that may touch no file does not learn which files there are either.
  private static func reference(_ name: String, _ surroundings: Surroundings) throws(StrataError) -> DataReference {
    if !DataCatalogue.names.contains(name), (try? Expression(name)) == nil {
      try surroundings.files.check(DataPlaces(environment: surroundings.environment).expanding(name), to: "read")
    }
    return try DataReference(name, environment: surroundings.environment)
  }

  private static func numbers(_ data: DataSet) -> [Outcome.Number] {
    var numbers = [
      Outcome.Number("train", Double(data.train.count)), Outcome.Number("test", Double(data.test.count)),
      Outcome.Number("classes", Double(data.classNames.count)),
    ]
    if let labelled = labelledCount(data) { numbers.append(Outcome.Number("labelled", Double(labelled))) }
    if let known = data.distribution {
      numbers.append(Outcome.Number("patterns", Double(known.count)))
      numbers.append(Outcome.Number("entropy", known.entropyBits))
    }
    return numbers
  }

  /// How many training samples show their labels; nil where all do, or there are none to show.
  private static func labelledCount(_ data: DataSet) -> Int? {
    guard let labelled = data.train.labelledCount, labelled < data.train.count else { return nil }
    return labelled
  }

  /// `digits · 1797 samples · 8×8 · 10 classes · 1437 train / 360 test`.
  static func summary(_ data: DataSet) -> String {
    var parts = [data.name, "\(data.train.count + data.test.count) samples", "\(data.inputShape)"]
    switch data.train.targets {
    case .classes(_, let names): parts.append("\(names.count) classes")
    case .values(let store) where store.sampleShape.rank == 2:
      let width = store.sampleShape[1]
      parts.append("\(width) target\(width == 1 ? "" : "s") at each of \(store.sampleShape[0]) time steps")
    case .values(let store): parts.append(store.sampleSize == 1 ? "1 target" : "\(store.sampleSize) targets")
    case .none: parts.append("no targets")
    case .steps(_, let names, let length): parts.append("\(names.count) symbols at each of \(length) time steps")
    }
    parts.append(
      data.test.count > 0 ? "\(data.train.count) train / \(data.test.count) test" : "\(data.train.count) train, no test"
    )
    if let labelled = labelledCount(data) { parts.append("\(labelled) of \(data.train.count) labelled") }
    return parts.joined(separator: " · ")
  }

  private static func describe(_ data: DataSet?) throws(StrataError) -> Outcome {
    guard let data else { throw StrataError("there are no data yet", try: "data digits   (or: data list)") }
    var outcome = Outcome(summary(data), data.about, numbers: numbers(data))
    if let known = data.distribution {
      outcome.append("\(known.count) patterns, entropy \(NumberText.short(known.entropyBits)) bits")
    }
    if data.hasSymbols {
      outcome.append("symbols: " + data.featureNames.joined(separator: " "))
    } else if !data.featureNames.isEmpty {
      outcome.append("inputs: " + data.featureNames.joined(separator: ", "))
    }
    if !data.classNames.isEmpty, data.classNames.count <= 40 {
      outcome.append("classes: " + data.classNames.joined(separator: ", "))
    }
    if !data.targetNames.isEmpty, !data.hasSymbols {
      outcome.append("targets: " + data.targetNames.joined(separator: ", "))
    }
    return outcome
  }

  private static func list() -> Outcome {
    var table = TextTable(columns: ["data", "", "licence"])
    for entry in DataCatalogue.entries { table.rows.append([entry.name, entry.summary, entry.licence]) }
    for function in NamedFunction.all { table.rows.append([function.name, function.summary, ""]) }
    var outcome = Outcome(table: table)
    outcome.append(
      "or a file: CSV, IDX, NPY, NPZ; a folder of PNGs; an expression of x and y; data text FILE: a text by character")
    return outcome
  }
}

extension Vocabulary {
  static let dataSets = Vocabulary { _ in
    DataCatalogue.entries.map { Suggestion($0.name, $0.summary) }
      + NamedFunction.all.map { Suggestion($0.name, $0.summary) }
  }
}
