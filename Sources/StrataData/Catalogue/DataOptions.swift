import StrataEngine

/// How much of the data is kept apart to measure on.
public enum TestPart: Sendable, Hashable {
  /// Nothing.
  case none
  /// A share in 0..<1, drawn at random and class by class.
  case fraction(Double)
  /// So many samples, drawn at random and class by class.
  case count(Int)
  /// The last share of the samples in their own order; the first train.
  case lastFraction(Double)
  /// The last so many samples in their own order; the first train.
  case lastCount(Int)

  /// From what is typed: `0`, `0.2`, `360`, `last-half`, `last-0.3`, `last-500`.
  public init(_ text: String) throws(StrataError) {
    let isLast = text.hasPrefix("last-")
    let amount = isLast ? String(text.dropFirst(5)) : text
    if isLast, amount == "half" {
      self = .lastFraction(0.5)
    } else if let count = Int(amount), count >= 0 {
      self = count == 0 ? .none : isLast ? .lastCount(count) : .count(count)
    } else if let share = Double(amount), share >= 0, share < 1 {
      self = share == 0 ? .none : isLast ? .lastFraction(share) : .fraction(share)
    } else {
      throw StrataError(
        "--test \(text): expected a share in 0..<1, a count, or last-half",
        try: "--test 0.2 (a fifth, drawn class by class), --test 500, or --test last-half (first half trains)")
    }
  }
}

/// Which column of a table is to be learned.
public enum LabelColumn: Sendable, Hashable {
  /// The last one.
  case last
  /// None: unsupervised.
  case none
  /// By its header or, as a whole number, by its place counted from 1.
  case named(String)
}

/// What the numbers of a table's label column are.
public enum TargetKind: String, Sendable, Hashable {
  /// Names of classes.
  case classes
  /// Values to be approximated.
  case values
}

/// What `data NAME` can be told besides the name.
public struct DataOptions: Sendable, Hashable {
  /// How many samples; nil for the source's own number.
  public var samples: Int?
  /// The deviation of the noise added; nil for the source's own.
  public var noise: Double?
  /// What is kept apart; nil for the source's own choice.
  public var test: TestPart?
  /// Everything random in the data follows from it.
  public var seed: UInt64 = 0
  /// Whether inputs are brought to mean 0 and deviation 1.
  public var standardize = false
  /// How pixels are made 0 or 1; nil to leave them grey.
  public var binarize: Binarization?
  /// How many training labels are kept; nil for all.
  public var labels: Int?
  /// Whether the labels that are kept are those of the first samples in their own order, not drawn class by class.
  public var keepsFirstLabels = false
  /// The label column of a table.
  public var label: LabelColumn?
  /// Whether a table's label column holds classes or values; nil to find out.
  public var target: TargetKind?
  /// The shape of one sample, where a file's rows are flat pictures.
  public var shape: Shape?
  /// Whether a CSV file's first row holds names; nil to find out.
  public var header: Bool?
  /// What stands between the cells of a CSV file; nil to find out.
  public var delimiter: UInt8?
  /// The number of inputs of `parity`, and the width of `shifter`'s rows.
  public var bits: Int?
  /// The height and width of `bars-and-stripes`.
  public var side: Int?
  /// The number of classes of sets that can have several.
  public var classes: Int?
  /// How many time steps the sequences have.
  public var length: Int?
  /// The range that each input of a function is drawn from.
  public var range: ClosedRange<Double>?
  /// The keys that were set: those that do not apply to a source are refused, not ignored.
  public private(set) var given: [String] = []

  /// No option given: every source does what is usual for it.
  public init() {}

  /// Every option in the order to show it: key, form and meaning, for help and completion.
  public static let descriptions: [SettingDescription] = [
    SettingDescription("samples", .integer(1...10_000_000), "how many samples"),
    SettingDescription("noise", .number(0...1e6), "the standard deviation of the noise added"),
    SettingDescription(
      "test", .text(form: "0.2 | 360 | last-half | 0"),
      "what is kept apart to measure on: a share, a count, the last half"),
    SettingDescription("seed", .integer(0...Int.max), "the seed of everything random in the data"),
    SettingDescription(
      "standardize", .choice(["yes", "no"]), "bring every input to mean 0 and deviation 1 by the training part"),
    SettingDescription(
      "binarize", .choice(["no", "threshold", "stochastic"]),
      "make every pixel 0 or 1: 1 from one half on, or drawn once with the grey value as the probability"),
    SettingDescription(
      "labels", .text(form: "50 | first-50"),
      "keep so many training labels, evenly over the classes or those of the first samples, and hide the others"),
    SettingDescription("label", .text(form: "NAME | NUMBER | none"), "the column that holds the label"),
    SettingDescription(
      "target", .choice(["classes", "values", "auto"]), "whether numbers in the label column are classes or values"),
    SettingDescription("shape", .text(form: "28x28"), "see every row as a picture of this height and width"),
    SettingDescription("header", .choice(["yes", "no", "auto"]), "whether the first row holds the columns' names"),
    SettingDescription("delimiter", .choice(["comma", "semicolon", "tab", "auto"]), "what stands between cells"),
    SettingDescription("bits", .integer(2...12), "the number of inputs, or of pixels in a row"),
    SettingDescription("side", .integer(2...6), "the height and width of the images"),
    SettingDescription("classes", .integer(2...10), "the number of classes"),
    SettingDescription("length", .integer(2...10_000), "the time steps of a sequence"),
    SettingDescription("range", .text(form: "-3:3"), "the range that each input is taken from"),
  ]

  /// Sets one option from what was typed. A flag such as `--standardize` has the empty text.
  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    switch key {
    case "samples": samples = try whole(key, text)
    case "noise": noise = try number(key, text)
    case "test": test = try TestPart(text)
    case "seed":
      guard let value = UInt64(text) else { throw StrataError("--seed \(text): expected a whole number from 0 on") }
      seed = value
    case "standardize": standardize = try choice(key, text.isEmpty ? "yes" : text) == "yes"
    case "binarize":
      let chosen = try choice(key, text)
      binarize = Binarization(rawValue: chosen)
    case "labels":
      keepsFirstLabels = text.hasPrefix("first-")
      guard let count = Int(keepsFirstLabels ? String(text.dropFirst(6)) : text), (1...10_000_000).contains(count)
      else {
        throw StrataError(
          "--labels \(text): expected a whole number, 1 to 10000000",
          try: "--labels 50 (evenly over the classes), or --labels first-50")
      }
      labels = count
    case "label":
      guard !text.isEmpty else { throw StrataError("--label: expected a column's name, its number, or none") }
      label = text == "none" ? LabelColumn.none : text == "last" ? .last : .named(text)
    case "target":
      let chosen = try choice(key, text)
      target = TargetKind(rawValue: chosen)
    case "shape": shape = try DataOptions.shape(text)
    case "header":
      let chosen = try choice(key, text.isEmpty ? "yes" : text)
      header = chosen == "auto" ? nil : chosen == "yes"
    case "delimiter": delimiter = try DataOptions.delimiter(text)
    case "bits": bits = try whole(key, text)
    case "side": side = try whole(key, text)
    case "classes": classes = try whole(key, text)
    case "length": length = try whole(key, text)
    case "range": range = try DataOptions.range(text)
    default:
      throw StrataError(
        "--\(key): no such option of data",
        try: "one of " + DataOptions.descriptions.map { "--" + $0.key }.joined(separator: " "))
    }
    if !given.contains(key) { given.append(key) }
  }

  private func whole(_ key: String, _ text: String) throws(StrataError) -> Int {
    guard case .integer(let bounds)? = DataOptions.descriptions.first(where: { $0.key == key })?.kind else {
      throw StrataError("--\(key) takes no whole number")
    }
    guard let value = Int(text), bounds.contains(value) else {
      throw StrataError("--\(key) \(text): expected a whole number, \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return value
  }

  private func number(_ key: String, _ text: String) throws(StrataError) -> Double {
    guard let value = Double(text), value.isFinite, value >= 0, value <= 1e6 else {
      throw StrataError("--\(key) \(text): expected a number from 0 on")
    }
    return value
  }

  private func choice(_ key: String, _ text: String) throws(StrataError) -> String {
    guard case .choice(let words)? = DataOptions.descriptions.first(where: { $0.key == key })?.kind,
      words.contains(text)
    else {
      let words = [
        "header": "yes, no or auto", "target": "classes, values or auto", "binarize": "no, threshold or stochastic",
      ]
      throw StrataError("--\(key) \(text): expected \(words[key] ?? "yes or no")")
    }
    return text
  }

  private static func shape(_ text: String) throws(StrataError) -> Shape {
    let extents = text.split(omittingEmptySubsequences: false) { $0 == "x" || $0 == "×" }.map { Int($0) ?? 0 }
    guard (1...3).contains(extents.count), extents.allSatisfy({ (1...65_536).contains($0) }) else {
      throw StrataError("--shape \(text): expected extents such as 28x28 or 32x32x3 (height, width, channels)")
    }
    return Shape(extents)
  }

  private static func delimiter(_ text: String) throws(StrataError) -> UInt8? {
    switch text {
    case "comma", ",": return UInt8(ascii: ",")
    case "semicolon", ";": return UInt8(ascii: ";")
    case "tab", "\t", "\\t": return UInt8(ascii: "\t")
    case "auto": return nil
    default: throw StrataError("--delimiter \(text): expected comma, semicolon, tab or auto")
    }
  }

  private static func range(_ text: String) throws(StrataError) -> ClosedRange<Double> {
    let ends = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard ends.count == 2, let low = ends[0], let high = ends[1], low < high, abs(low) <= 1e6, abs(high) <= 1e6 else {
      throw StrataError("--range \(text): expected two numbers, the smaller first, such as -3:3")
    }
    return low...high
  }
}
