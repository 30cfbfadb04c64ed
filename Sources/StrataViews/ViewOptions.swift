// What a view is asked to show: which layer, which sample, which part of the axis. The screen keeps one of these; the
// line REPL makes one from the words after `show VIEW`.
import StrataEngine

/// The choices of whoever looks.
public struct ViewOptions: Hashable, Sendable {
  /// A layer, counted from 1; nil: all of them, or the view's own choice.
  public var layer: Int?
  /// Logarithmic axes where a view has them.
  public var isLogarithmic = false
  /// The last so many steps of a history; nil: all.
  public var lastSteps: Int?
  /// A sample of the shown part, counted from 0.
  public var sample = 0
  /// Whether samples come from the training part instead of the test part.
  public var showsTraining = false
  /// Only samples that are answered wrongly.
  public var onlyWrong = false
  /// Whether units are sorted by how useful they are; nil: as suits the model.
  public var isSorted: Bool?
  /// A tensor by name or symbol, or a measurement.
  public var tensor: String?
  /// Only these branches; nil: all of them.
  public var branches: Set<Int>?
  /// In slow motion: how many terms of a sum have been added; nil shows it whole.
  public var term: Int?
  /// How far a long view is scrolled, in lines.
  public var scroll = 0

  public init() {}

  /// From the words after a view's name: `2 --log --last 500`, `layer1.weight`, `--sample 7 --train`.
  public init(_ words: [String]) throws(StrataError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      switch word {
      case "--log": isLogarithmic = true
      case "--train": showsTraining = true
      case "--wrong": onlyWrong = true
      case "--sorted": isSorted = true
      case "--unsorted": isSorted = false
      case "--branches":
        let numbers = (rest.popFirst() ?? "").split(separator: ",").compactMap { Int($0) }
        guard !numbers.isEmpty else {
          throw StrataError("--branches wants numbers with commas between", try: "show loss --branches 1,2")
        }
        branches = Set(numbers)
      case "--last": lastSteps = try ViewOptions.count(rest.popFirst(), after: word)
      case "--sample": sample = try ViewOptions.count(rest.popFirst(), after: word)
      case "--term": term = max(try ViewOptions.count(rest.popFirst(), after: word), 1)
      case "--layer": layer = try ViewOptions.count(rest.popFirst(), after: word)
      default:
        if let number = Int(word), number > 0 {
          layer = number
        } else if word.hasPrefix("--") {
          throw StrataError(
            "views have no option \(word); they have --layer, --log, --last, --sample, --train, --wrong, --sorted, --unsorted, "
              + "--branches, --term",
            try: "show loss --log")
        } else {
          // Names of several words: free energy gap.
          tensor = tensor.map { "\($0) \(word)" } ?? word
        }
      }
    }
  }

  private static func count(_ word: String?, after option: String) throws(StrataError) -> Int {
    guard let word, let value = Int(word), value >= 0 else {
      throw StrataError(
        "\(option) wants a whole number, got \(word.map { "'\($0)'" } ?? "nothing")", try: "\(option) 100")
    }
    return value
  }
}
