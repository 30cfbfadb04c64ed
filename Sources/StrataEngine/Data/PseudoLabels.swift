// Labels that nobody gave: guessed by whoever is sure enough, and taken back again.
//
// A guess is a label like any other to whoever learns; which ones are guesses, and what the label really is where that is
// known, stands beside the data. The truth is only for telling: no guess ever looks at it. Source: Lee 2013.

/// What came of guessing.
public struct GuessSummary: Hashable, Sendable {
  /// Samples without a label of their own.
  public var asked = 0
  /// How many of them got a guess.
  public var guessed = 0
  /// How many guesses are right; nil where nobody knows.
  public var right: Int?
}

extension DataSet {
  /// The classes that training rows really have, where labels were hidden and are known; else the labels as they are.
  private var knownLabels: [Int32]? {
    if let fullLabels { return fullLabels }
    if case .classes(let labels, _) = train.targets { return labels }
    return nil
  }

  /// Without any guesses.
  public func withoutGuesses() -> DataSet {
    guard !guessed.isEmpty, case .classes(var labels, let names) = train.targets else { return self }
    for row in guessed { labels[Int(row)] = -1 }
    var new = self
    new.train.targets = .classes(labels: labels, names: names)
    new.guessed = []
    return new
  }

  /// Every training sample without a label of its own gets the class that `predictor` names for it, where its probability
  /// is at least `threshold`; older guesses are taken back first. Throws where there is nothing to guess, or the
  /// predictor names no classes.
  public func guessing(by predictor: any Predictor, threshold: Double) throws(StrataError) -> (DataSet, GuessSummary) {
    var new = withoutGuesses()
    guard case .classes(var labels, let names) = new.train.targets else {
      throw StrataError("\(name) has no classes to guess", try: "data digits --labels 50")
    }
    let rows = labels.indices.filter { labels[$0] < 0 }.map { Int32($0) }
    guard !rows.isEmpty else {
      throw StrataError("every training sample of \(name) has its label", try: "data digits --labels 50")
    }
    var summary = GuessSummary(asked: rows.count, right: fullLabels == nil ? nil : 0)
    for start in stride(from: 0, to: rows.count, by: 500) {
      let chunk = rows[start..<min(start + 500, rows.count)]
      let prediction = predictor.predict(train.inputs.tensor(chunk))
      guard let classes = prediction.classes else {
        throw StrataError("this model names no classes, so it cannot guess labels", try: "unroll")
      }
      let width = prediction.output.matrixExtents.columns
      for (place, row) in chunk.enumerated() {
        let named = classes[place]
        let p =
          width == 1
          ? (named == 1 ? prediction.output[place, 0] : 1 - prediction.output[place, 0])
          : prediction.output[place, Int(named)]
        guard Double(p) >= threshold, names.indices.contains(Int(named)) else { continue }
        labels[Int(row)] = named
        new.guessed.append(row)
        if let fullLabels, fullLabels[Int(row)] == named { summary.right = (summary.right ?? 0) + 1 }
      }
    }
    summary.guessed = new.guessed.count
    new.train.targets = .classes(labels: labels, names: names)
    return (new, summary)
  }

  /// Only these training samples show their labels, their true ones. Throws where somebody's label is not known.
  public func labelling(only rows: [Int32]) throws(StrataError) -> DataSet {
    guard case .classes(_, let names) = train.targets, let known = knownLabels else {
      throw StrataError("\(name) has no classes", try: "data digits")
    }
    var labels = [Int32](repeating: -1, count: train.count)
    for row in rows {
      guard known[Int(row)] >= 0 else {
        throw StrataError("nobody knows the label of training sample \(row)", try: "data digits --labels 50")
      }
      labels[Int(row)] = known[Int(row)]
    }
    var new = self
    new.fullLabels = known
    new.guessed = []
    new.train.targets = .classes(labels: labels, names: names)
    return new
  }
}
