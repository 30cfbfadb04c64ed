import StrataEngine

/// What the first pass learns of a column.
struct CSVColumn {
  /// What a column's cells are.
  enum Kind: Equatable {
    case numbers
    /// A few texts, in the order of their classes.
    case categories
    /// More different texts than a category has.
    case texts
    /// Nothing but missing cells.
    case empty
  }

  var name: String
  var numbers = 0
  var missing = 0
  var sum = 0.0
  var isWhole = true
  var least = Double.infinity
  var greatest = -Double.infinity
  /// The first cell that is no number, and its line.
  var firstText: (text: String, line: Int)?
  private var textCount = 0
  /// The different texts; stops growing beyond the most that classes may be.
  private(set) var texts: Set<String> = []
  /// The different numbers; stops growing likewise.
  private(set) var values: Set<Double> = []
  /// The number in the row before: runs of one number, such as a picture's margin, need no look into the set.
  private var previous: Double?

  /// The most different texts that become one-hot inputs.
  static let maximumCategories = 100

  init(name: String) { self.name = name }

  mutating func add(_ scanner: CSVScanner, _ cell: CSVCell) {
    if scanner.isMissing(cell) {
      missing += 1
    } else if let value = scanner.number(cell) {
      numbers += 1
      sum += value
      isWhole = isWhole && value == value.rounded()
      least = min(least, value)
      greatest = max(greatest, value)
      if value != previous, values.count <= TargetRule.mostClasses { values.insert(value) }
      previous = value
    } else {
      textCount += 1
      if firstText == nil { firstText = (scanner.text(cell), scanner.line) }
      if texts.count <= TargetRule.mostClasses { texts.insert(scanner.text(cell)) }
    }
  }

  /// Numbers where at least half of the cells that are there are numbers: single texts among them are mistakes to be told.
  var kind: Kind {
    if numbers + textCount == 0 { return .empty }
    if numbers >= textCount, numbers > 0 { return .numbers }
    return differentCount > CSVColumn.maximumCategories ? .texts : .categories
  }

  var mean: Double { sum / Double(max(numbers, 1)) }

  /// How many different cells there are: a column of texts may have numbers among them.
  private var differentCount: Int { texts.count + values.count }

  /// Whether there are more different cells than classes may be.
  var hasTooMany: Bool { differentCount > TargetRule.mostClasses }

  /// The different cells by what they are called, in the order of their bytes.
  var categories: [String] {
    texts.union(values.map { TargetRule.name(of: $0) }).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Whether numbers in the label column are the names of classes.
  var numbersAreClasses: Bool {
    TargetRule.areClasses(different: values.count, areWhole: isWhole, count: numbers)
  }
}
