// How the columns of a table become inputs and targets.
import StrataEngine

/// Which columns become which inputs.
struct InputPlan {
  private enum Part {
    /// A number; missing ones become the column's mean.
    case number(column: Int, mean: Scalar)
    /// One input a category, 1 where the row is of it. All 0 where the cell is missing.
    case oneHot(column: Int, places: [String: Int])
  }

  private var parts: [Part] = []
  private(set) var names: [String] = []
  /// How many inputs there are.
  var width: Int { names.count }

  init(_ columns: [CSVColumn], except label: Int?, path: String, notes: inout [String]) throws(StrataError) {
    var leftOut: [String] = []
    var filled = 0
    for (index, column) in columns.enumerated() where index != label {
      switch column.kind {
      case .numbers:
        try InputPlan.checkNumbers(column, index, path)
        parts.append(.number(column: index, mean: Scalar(column.mean)))
        names.append(column.name)
        filled += column.missing
      case .categories:
        let categories = column.categories
        parts.append(.oneHot(column: index, places: Dictionary(uniqueKeysWithValues: zip(categories, 0...))))
        names += categories.map { "\(column.name)=\($0)" }
      case .texts, .empty: leftOut.append(column.name)
      }
    }
    if filled > 0 { notes.append("\(filled) missing numbers replaced by their column's mean") }
    if !leftOut.isEmpty {
      let listed = leftOut.prefix(5).joined(separator: ", ") + (leftOut.count > 5 ? ", …" : "")
      notes.append("left out: \(listed) (empty, or more than \(CSVColumn.maximumCategories) different texts)")
    }
    guard !parts.isEmpty else {
      throw StrataError(
        "\(path) has no column to learn from besides the label"
          + (columns.count == 1 ? ": it has one column" : ""),
        try: columns.count == 1 ? "--delimiter comma, semicolon or tab, or --label none" : "--label none")
    }
  }

  /// Throws for a text among numbers, with its line, and for a number that is too large.
  static func checkNumbers(_ column: CSVColumn, _ index: Int, _ path: String) throws(StrataError) {
    if let (text, line) = column.firstText {
      let shown = text.count > 40 ? text.prefix(39) + "…" : text
      throw StrataError(
        "\(path), line \(line), column \(index + 1) (\(column.name)): expected a number, found \"\(shown)\"",
        try: text.contains(",") ? "a point, not a comma, before the decimals" : nil)
    }
    guard Scalar(column.least).isFinite, Scalar(column.greatest).isFinite else {
      throw StrataError("\(path), column \(index + 1) (\(column.name)): its numbers are too large to be held")
    }
  }

  /// Appends one row's inputs.
  func append(_ row: [CSVCell], _ scanner: CSVScanner, to inputs: inout [Scalar]) {
    for part in parts {
      switch part {
      case .number(let column, let mean):
        inputs.append(scanner.number(row[column]).map { Scalar($0) } ?? mean)
      case .oneHot(let column, let places):
        let start = inputs.count
        for _ in 0..<places.count { inputs.append(0) }
        if !scanner.isMissing(row[column]), let place = places[scanner.key(row[column])] { inputs[start + place] = 1 }
      }
    }
  }
}

/// What the label column becomes.
struct TargetPlan {
  let column: Int
  /// The class of each text or number in the column; nil where the targets are numbers.
  private(set) var classes: [String: Int32]?
  private(set) var names: [String] = []

  init(_ column: CSVColumn, column index: Int, path: String, forced: TargetKind?) throws(StrataError) {
    self.column = index
    switch column.kind {
    case .empty: throw StrataError("\(path): the label column \(column.name) is empty", try: "--label none")
    case .texts where column.hasTooMany:
      throw StrataError(
        "\(path): the label column \(column.name) has more than \(TargetRule.mostClasses) different texts",
        try: "--label with another column, or --label none")
    case .categories, .texts:
      guard forced != .values else {
        let (text, line) = column.firstText ?? ("", 0)
        throw StrataError("\(path), line \(line): expected a number as the target, found \"\(text)\"")
      }
      names = column.categories
    case .numbers:
      try InputPlan.checkNumbers(column, index, path)
      guard forced == .classes || (forced == nil && column.numbersAreClasses) else { return }
      guard column.values.count <= TargetRule.mostClasses else {
        throw StrataError(
          "\(path): the label column \(column.name) has more than \(TargetRule.mostClasses) different numbers",
          try: "--target values")
      }
      names = column.values.sorted().map { TargetRule.name(of: $0) }
    }
    classes = Dictionary(uniqueKeysWithValues: zip(names, 0...))
  }
}
