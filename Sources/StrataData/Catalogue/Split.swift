// Which samples train, which are only measured on, and which labels are seen.
import StrataEngine

/// The rows of the two parts, each in the data's own order; no row is in both and none is missing.
struct Split: Equatable {
  var train: [Int32]
  var test: [Int32]

  /// Draws the test part. Where the targets are classes, each class gives its share, so that a rare one is in both parts.
  init(_ samples: Samples, test part: TestPart, seed: UInt64) throws(StrataError) {
    let count = samples.count
    let wanted: Int
    var takesLast = false
    switch part {
    case .none: wanted = 0
    // Upwards, as scikit-learn's train_test_split rounds.
    case .fraction(let share): wanted = Int((share * Double(count)).rounded(.up))
    case .count(let number): wanted = number
    case .lastFraction(let share):
      wanted = Int((share * Double(count)).rounded(.up))
      takesLast = true
    case .lastCount(let number):
      wanted = number
      takesLast = true
    }
    guard wanted < count || wanted == 0 else {
      throw StrataError(
        "a test part of \(wanted) leaves none of the \(count) samples to train on", try: "a smaller --test, such as 0.2"
      )
    }
    let rows = (0..<count).map { Int32($0) }
    if takesLast {
      train = Array(rows.dropLast(wanted))
      test = Array(rows.suffix(wanted))
      return
    }
    let chosen = Split.drawing(wanted, of: samples, seed: seed, stream: "data split")
    var isChosen = [Bool](repeating: false, count: count)
    for row in chosen { isChosen[Int(row)] = true }
    train = rows.filter { !isChosen[Int($0)] }
    test = chosen
  }

  /// `wanted` rows drawn at random, class by class where there are classes, in their own order.
  static func drawing(_ wanted: Int, of samples: Samples, seed: UInt64, stream: String) -> [Int32] {
    if wanted == 0 { return [] }
    var random = RandomStream(seed: seed, name: stream)
    var groups = Split.groups(samples)
    let shares = quotas(of: groups.map(\.count), wanted: wanted)
    var chosen: [Int32] = []
    for index in groups.indices where shares[index] > 0 {
      random.shuffle(&groups[index])
      chosen += groups[index].prefix(shares[index])
    }
    return chosen.sorted()
  }

  /// `--labels N`: hides all labels but `wanted`. Each class keeps as many as the others, where it has as many; which ones,
  /// and which classes keep one more, is drawn at random; or it is the first ones that have a label. Throws where there are
  /// no classes or fewer labels.
  static func labelling(
    _ wanted: Int, of samples: Samples, seed: UInt64, name: String, takesFirst: Bool = false
  ) throws(StrataError) -> Samples {
    guard case .classes(let labels, let names) = samples.targets, let count = samples.labelledCount else {
      throw StrataError("\(name) has no classes, so there are no labels to hide", try: "leave --labels away")
    }
    guard wanted <= count else {
      throw StrataError(
        "\(name)'s training part has \(count) labels, \(wanted) were asked for", try: "--labels \(count)")
    }
    if takesFirst { return showing(Array(samples.labelledRows.prefix(wanted)), labels, samples, names) }
    var random = RandomStream(seed: seed, name: "data labels")
    var classes = names.indices.map { Int32($0) }
    random.shuffle(&classes)
    var groups = Array(Split.groups(samples).prefix(names.count))
    for index in groups.indices { random.shuffle(&groups[index]) }
    var kept: [Int32] = []
    // Round after round, every class that has a label left gives one.
    var round = 0
    while kept.count < wanted {
      for label in classes where kept.count < wanted && round < groups[Int(label)].count {
        kept.append(groups[Int(label)][round])
      }
      round += 1
    }
    return showing(kept, labels, samples, names)
  }

  /// The samples with the labels of these rows, and no others.
  private static func showing(_ rows: [Int32], _ labels: [Int32], _ samples: Samples, _ names: [String]) -> Samples {
    var shown = [Int32](repeating: -1, count: labels.count)
    for row in rows { shown[Int(row)] = labels[Int(row)] }
    return Samples(inputs: samples.inputs, targets: .classes(labels: shown, names: names))
  }

  /// The rows of each class, the unlabelled ones last; all rows in one group where there are no classes.
  private static func groups(_ samples: Samples) -> [[Int32]] {
    guard case .classes(let labels, let names) = samples.targets else { return [(0..<samples.count).map { Int32($0) }] }
    var groups = [[Int32]](repeating: [], count: names.count + 1)
    for (row, label) in labels.enumerated() {
      groups[label < 0 ? names.count : Int(label)].append(Int32(row))
    }
    return groups
  }

  /// Shares out `wanted` in proportion to the sizes, by largest remainders, emptying a group only when nothing else is left.
  private static func quotas(of sizes: [Int], wanted: Int) -> [Int] {
    let total = sizes.reduce(0, +)
    var quotas = sizes.map { $0 * wanted / total }
    let byRemainder = sizes.indices.sorted {
      let (first, second) = (sizes[$0] * wanted % total, sizes[$1] * wanted % total)
      return first == second ? $0 < $1 : first > second
    }
    var missing = wanted - quotas.reduce(0, +)
    for spare in [1, 0] {
      while missing > 0 {
        let before = missing
        for index in byRemainder where missing > 0 && quotas[index] + spare < sizes[index] {
          quotas[index] += 1
          missing -= 1
        }
        if missing == before { break }
      }
    }
    return quotas
  }

  /// `--samples N` of data that are there already: so many of them, class by class, in their own order.
  static func choosing(_ wanted: Int?, of samples: Samples, seed: UInt64, name: String) throws(StrataError) -> Samples {
    guard let wanted, wanted != samples.count else { return samples }
    guard wanted < samples.count else {
      throw StrataError(
        "\(name) has \(samples.count) samples, \(wanted) were asked for", try: "--samples \(samples.count)")
    }
    return samples.selecting(drawing(wanted, of: samples, seed: seed, stream: "data samples"))
  }

  /// The part of a data set's own test part that is wanted; all of it by default.
  static func reducing(_ own: Samples, to part: TestPart?, seed: UInt64, name: String) throws(StrataError) -> Samples {
    switch part {
    case nil: return own
    case .none?: return own.selecting([])
    case .fraction(let share)?:
      let wanted = Int((share * Double(own.count)).rounded(.up))
      return own.selecting(drawing(wanted, of: own, seed: seed, stream: "data split"))
    case .count(let wanted)?:
      guard wanted <= own.count else {
        throw StrataError("\(name) has a test part of \(own.count) samples, \(wanted) were asked for")
      }
      return own.selecting(drawing(wanted, of: own, seed: seed, stream: "data split"))
    case .lastFraction?, .lastCount?:
      throw StrataError(
        "\(name) has a test part of its own, so no last part of the training data is taken for it",
        try: "leave --test away, or say how many of its \(own.count) test samples to take")
    }
  }
}
