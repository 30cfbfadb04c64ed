/// What the network should answer for each sample.
public enum Targets: Sendable, Equatable {
  /// Nothing: unsupervised data.
  case none
  /// One class a sample: an index into `names`, or −1 where the label is hidden or unknown.
  case classes(labels: [Int32], names: [String])
  /// Numbers to be approximated, one row a sample: regression, or several yes/no answers.
  case values(SampleStore)

  /// The width of a network's output that fits: the number of classes, or of target numbers; nil without targets.
  public var width: Int? {
    switch self {
    case .none: nil
    case .classes(_, let names): names.count
    case .values(let store): store.sampleSize
    }
  }

  /// The targets of the given rows, in their order.
  public func selecting(_ rows: [Int32]) -> Targets {
    switch self {
    case .none: .none
    case .classes(let labels, let names): .classes(labels: rows.map { labels[Int($0)] }, names: names)
    case .values(let store): .values(store.selecting(rows))
    }
  }
}

/// Samples with their targets: the training part or the test part of a data set.
public struct Samples: Sendable, Equatable {
  public var inputs: SampleStore
  public var targets: Targets

  public init(inputs: SampleStore, targets: Targets) {
    self.inputs = inputs
    self.targets = targets
  }

  /// How many samples there are.
  public var count: Int { inputs.count }
  /// How many samples have a label that is not hidden; nil where the targets are no classes.
  public var labelledCount: Int? {
    if case .classes(let labels, _) = targets { return labels.count { $0 >= 0 } }
    return nil
  }

  /// The rows that can be learned from with their label: all but those whose label is hidden.
  public var labelledRows: [Int32] {
    let all = 0..<Int32(count)
    guard case .classes(let labels, _) = targets else { return Array(all) }
    return all.filter { labels[Int($0)] >= 0 }
  }

  /// The samples whose label is not hidden: themselves where none is.
  public var labelled: Samples {
    guard let shown = labelledCount, shown < count else { return self }
    return selecting(labelledRows)
  }

  /// The given rows, in their order.
  public func selecting(_ rows: [Int32]) -> Samples {
    Samples(inputs: inputs.selecting(rows), targets: targets.selecting(rows))
  }
}

/// Data to learn from: a training part, a test part that is only ever measured on, and what the numbers mean.
public struct DataSet: Sendable, Equatable {
  /// The name it was asked for by: `digits`, `mnist`, `iris.csv`.
  public var name: String
  /// One sentence on what it is and where it comes from, with its licence.
  public var about: String
  public var train: Samples
  /// May be empty (count 0) when no test part was split off.
  public var test: Samples
  /// One name an input feature, or empty (images).
  public var featureNames: [String]
  /// One name a target number, or empty.
  public var targetNames: [String]
  /// For functions and planar sets: the range that each input feature spans, for drawing; else empty.
  public var inputRanges: [ClosedRange<Scalar>]
  /// How the inputs were standardised; nil where they are as they came.
  public var standardization: Standardization?
  /// What the samples are drawn from; nil where nobody knows it exactly.
  public var distribution: KnownDistribution?
  /// The classes of the training samples before some were hidden; nil where none was. Nothing learns from them: they tell
  /// which guesses are right.
  public var fullLabels: [Int32]?
  /// The training rows whose label is a guess.
  public var guessed: [Int32] = []
  /// Whether each time step of an input is one symbol, one-hot: then `featureNames` are the symbols.
  public var hasSymbols = false
  /// What strings of symbols are judged by; nil where no grammar is known.
  public var grammar: SymbolAutomaton?

  public init(
    name: String, about: String, train: Samples, test: Samples, featureNames: [String] = [], targetNames: [String] = [],
    inputRanges: [ClosedRange<Scalar>] = [], standardization: Standardization? = nil,
    distribution: KnownDistribution? = nil
  ) {
    self.name = name
    self.about = about
    self.train = train
    self.test = test
    self.featureNames = featureNames
    self.targetNames = targetNames
    self.inputRanges = inputRanges
    self.standardization = standardization
    self.distribution = distribution
  }

  /// No data: for models that learn from none.
  public static let none = DataSet(
    name: "none", about: "no data",
    train: Samples(inputs: SampleStore(sampleShape: [1], storage: .scalars([])), targets: .none),
    test: Samples(inputs: SampleStore(sampleShape: [1], storage: .scalars([])), targets: .none))

  /// The shape of one sample.
  public var inputShape: Shape { train.inputs.sampleShape }
  /// Whether samples are sequences of named numbers or symbols, and so no pictures.
  public var isSequence: Bool { inputShape.rank == 2 && !featureNames.isEmpty }
  /// Whether all training inputs lie between 0 and 1, so that they can stand for probabilities.
  public var hasProbabilities: Bool {
    train.inputs.range.map { $0.lowerBound >= 0 && $0.upperBound <= 1 } ?? true
  }
  /// The names of the classes; empty when the targets are not classes.
  public var classNames: [String] {
    if case .classes(_, let names) = train.targets { return names }
    return []
  }
}
