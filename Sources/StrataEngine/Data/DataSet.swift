/// What the network should answer for each sample.
public enum Targets: Sendable, Equatable {
  /// Nothing: unsupervised data.
  case none
  /// One class a sample: an index into `names`, or −1 where the label is hidden or unknown.
  case classes(labels: [Int32], names: [String])
  /// Numbers to be approximated, one row a sample: regression, or several yes/no answers. Where a sample is a sequence
  /// they may be `[time, out]`, an answer a time step.
  case values(SampleStore)
  /// One class at every time step of a sequence: `length` indices into `names` a sample, or −1 where nothing is asked
  /// (after the end of a shorter sequence).
  case steps(labels: [Int32], names: [String], length: Int)

  /// The width of a network's output that fits (at every step, where it is asked there): the number of classes, or of
  /// target numbers; nil without targets.
  public var width: Int? {
    switch self {
    case .none: nil
    case .classes(_, let names): names.count
    case .values(let store): store.sampleShape.rank == 2 ? store.sampleShape[1] : store.sampleSize
    case .steps(_, let names, _): names.count
    }
  }

  /// Whether an answer is wanted at every time step.
  public var arePerStep: Bool {
    switch self {
    case .none, .classes: false
    case .values(let store): store.sampleShape.rank == 2
    case .steps: true
    }
  }

  /// Whether an answer names one of several, once a sample or at every step.
  public var nameClasses: Bool {
    switch self {
    case .none, .values: false
    case .classes, .steps: true
    }
  }

  /// The targets of the given rows, in their order.
  public func selecting(_ rows: [Int32]) -> Targets {
    switch self {
    case .none: .none
    case .classes(let labels, let names): .classes(labels: rows.map { labels[Int($0)] }, names: names)
    case .values(let store): .values(store.selecting(rows))
    case .steps(let labels, let names, let length):
      .steps(
        labels: rows.flatMap { labels[Int($0) * length..<(Int($0) + 1) * length] }, names: names, length: length)
    }
  }
}

/// Samples with their targets: the training part or the test part of a data set.
public struct Samples: Sendable, Equatable {
  public var inputs: SampleStore
  public var targets: Targets
  /// For sequences of a known grammar: at every time step the set of symbols that may be the answer, bit k for class k;
  /// `length` sets a sample. Nil where nobody knows.
  public var allowed: [UInt64]?

  public init(inputs: SampleStore, targets: Targets, allowed: [UInt64]? = nil) {
    self.inputs = inputs
    self.targets = targets
    self.allowed = allowed
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
    let length = count > 0 ? (allowed?.count ?? 0) / count : 0
    return Samples(
      inputs: inputs.selecting(rows), targets: targets.selecting(rows),
      allowed: allowed.map { all in rows.flatMap { all[Int($0) * length..<(Int($0) + 1) * length] } })
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
  /// The names of the classes; empty when the targets are not one class a sample.
  public var classNames: [String] {
    if case .classes(_, let names) = train.targets { return names }
    return []
  }
  /// The names of what an answer may be at each time step; empty where the targets are no classes at every step.
  public var symbolNames: [String] {
    if case .steps(_, let names, _) = train.targets { return names }
    return []
  }
}
