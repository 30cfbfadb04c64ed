import StrataEngine

/// What a source gives before the common part: samples are then chosen, split off for the test, binarised or standardised,
/// and labels hidden, the same way for every source.
struct SourceData {
  var name: String
  /// One sentence on what it is, where it comes from and under which licence.
  var about: String
  var samples: Samples
  /// The test part that comes with the data; nil where one is to be split off.
  var ownTest: Samples?
  var featureNames: [String] = []
  var targetNames: [String] = []
  /// Whether each time step of an input is one symbol: then `featureNames` are the symbols.
  var hasSymbols = false
  /// What strings of symbols are judged by, where their grammar is known.
  var grammar: SymbolAutomaton?
  /// The range of each input for drawing; empty where that makes no sense.
  var inputRanges: [ClosedRange<Scalar>] = []
  /// What the samples are drawn from, where it is known exactly.
  var distribution: KnownDistribution?
  /// What is split off when nothing is asked for.
  var standardTest = TestPart.fraction(0.2)
}

extension SourceData {
  /// Chooses, splits, binarises, standardises and hides labels as the options say.
  func dataSet(_ options: DataOptions) throws(StrataError) -> DataSet {
    var about = about
    var train = samples
    var test: Samples
    let wanted = options.test ?? standardTest
    if let own = ownTest {
      train = try Split.choosing(options.samples, of: train, seed: options.seed, name: "\(name)'s training part")
      test = try Split.reducing(own, to: options.test, seed: options.seed, name: name)
    } else {
      train = try Split.choosing(options.samples, of: train, seed: options.seed, name: name)
      let split = try Split(train, test: wanted, seed: options.seed)
      test = train.selecting(split.test)
      if !split.test.isEmpty { train = train.selecting(split.train) }
    }
    if let binarization = options.binarize {
      var random = RandomStream(seed: options.seed, name: "binarize")
      train.inputs = try binarization.applied(to: train.inputs, of: name, random: &random)
      test.inputs = try binarization.applied(to: test.inputs, of: name, random: &random)
      about += " \(binarization.sentence)"
    }
    var ranges = inputRanges
    var distribution = distribution
    var standardization: Standardization?
    if options.standardize {
      let measured = Standardization(measuredOn: train.inputs)
      train.inputs = measured.applied(to: train.inputs)
      test.inputs = measured.applied(to: test.inputs)
      ranges = ranges.enumerated().map { measured.applied(to: $1, feature: $0) }
      about += " Inputs standardised by the training part."
      standardization = measured
      // Its patterns are those before.
      distribution = nil
    }
    var full: [Int32]?
    if let labels = options.labels {
      if case .classes(let all, _) = train.targets { full = all }
      train = try Split.labelling(
        labels, of: train, seed: options.seed, name: name, takesFirst: options.keepsFirstLabels)
      about += " \(labels) of \(train.count) labelled."
    }
    var data = DataSet(
      name: name, about: about, train: train, test: test, featureNames: featureNames, targetNames: targetNames,
      inputRanges: ranges, standardization: standardization, distribution: distribution)
    data.fullLabels = full
    data.hasSymbols = hasSymbols
    data.grammar = grammar
    return data
  }
}
