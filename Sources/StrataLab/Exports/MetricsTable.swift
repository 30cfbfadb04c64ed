// Everything that was measured, as a table for other programs.
//
// A row is a branch and a stretch of its steps, from `first step` to `step`. For the newest few thousand measurements of a
// quantity the stretch is one step. Older ones are kept in buckets of 2, 4, 8, … steps: such a row has the value at `step`,
// and beside it, in columns of their own, the least and the greatest of the stretch. A quantity whose history holds no
// bucket has no such columns. Each row stands under the branch on which it was measured, so nothing stands twice; with
// one branch chosen come the rows of the way there from the beginning. What was not measured is blank. Epochs are no
// column: how many steps make one may change on the way, and the history does not keep it.
import StrataData
import StrataEngine

/// The measurements of a laboratory in rows.
public struct MetricsTable: Sendable {
  /// What was measured in one stretch of steps.
  struct Row: Sendable {
    var branch: Int
    var firstStep: Int
    var lastStep: Int
    /// By the index of the quantity.
    var values: [Int: HistoryPoint] = [:]
  }

  /// The quantities, in the order in which they were first measured.
  let names: [String]
  /// Whether some of a quantity's history is in buckets, by its index.
  let isBucketed: [Bool]
  let rows: [Row]
  /// Buckets that reach over the place where the way left a branch: they say nothing about one side alone.
  let leftOut: Int

  /// All branches, or the way to the end of one. Throws where there is no such branch, or nothing was measured.
  init(_ timeline: Timeline, branch chosen: Int?) throws(StrataError) {
    // The last step of each branch that belongs to the way.
    var limits: [(branch: Branch, last: Int)] = []
    if let chosen {
      var branch = try timeline.requireBranch(chosen)
      var limit = Int.max
      limits.append((branch, limit))
      while let fork = branch.fork {
        limit = min(limit, fork.step)
        branch = timeline.allBranches[fork.branch - 1]
        limits.append((branch, limit))
      }
      limits.reverse()
    } else {
      limits = timeline.branches.map { ($0, Int.max) }
    }
    var names: [String] = []
    for (branch, _) in limits {
      for series in branch.history.all where !names.contains(series.name) { names.append(series.name) }
    }
    var isBucketed = [Bool](repeating: false, count: names.count)
    var rows: [Row] = []
    var leftOut = 0
    for (branch, last) in limits {
      var own: [Stretch: [Int: HistoryPoint]] = [:]
      for series in branch.history.all {
        guard let index = names.firstIndex(of: series.name) else { continue }
        for point in series.points() where point.firstStep <= last {
          guard point.lastStep <= last else {
            leftOut += 1
            continue
          }
          if point.firstStep != point.lastStep { isBucketed[index] = true }
          own[Stretch(last: point.lastStep, first: point.firstStep), default: [:]][index] = point
        }
      }
      rows += own.sorted { $0.key < $1.key }.map {
        Row(branch: branch.number, firstStep: $0.key.first, lastStep: $0.key.last, values: $0.value)
      }
    }
    guard !rows.isEmpty else { throw StrataError("nothing has been measured yet", try: "run 10") }
    self.names = names
    self.isBucketed = isBucketed
    self.rows = rows
    self.leftOut = leftOut
  }

  /// Rows are in the order of their last step; of two that end together the longer comes first.
  private struct Stretch: Hashable, Comparable {
    var last: Int
    var first: Int
    static func < (a: Stretch, b: Stretch) -> Bool { (a.last, a.first) < (b.last, b.first) }
  }

  /// The names of the columns.
  var columns: [String] {
    ["branch", "first step", "step"]
      + names.indices.flatMap { index in
        isBucketed[index] ? [names[index], "\(names[index]) minimum", "\(names[index]) maximum"] : [names[index]]
      }
  }

  /// A row's numbers in the order of the columns; nil where a quantity was not measured.
  private func values(_ row: Row) -> [Double?] {
    names.indices.flatMap { index -> [Double?] in
      let point = row.values[index]
      return isBucketed[index] ? [point?.last, point?.minimum, point?.maximum] : [point?.last]
    }
  }

  /// Comma-separated values (RFC 4180, lines ended by a line feed), the names of the columns first. A number that is not
  /// finite is `nan`, `inf` or `-inf`; one that was not measured is nothing at all.
  var csv: String {
    var text = columns.map(MetricsTable.field).joined(separator: ",") + "\n"
    for row in rows {
      text += "\(row.branch),\(row.firstStep),\(row.lastStep)"
      for value in values(row) { text += "," + (value.map(MetricsTable.number) ?? "") }
      text += "\n"
    }
    return text
  }

  /// An object a line, of what was measured. A number that is not finite is null, which JSON has no other way to say;
  /// one that was not measured is not there.
  var jsonLines: String {
    let keys = columns.map { JSONText.string($0) }
    var text = ""
    for row in rows {
      text += "{\(keys[0]):\(row.branch),\(keys[1]):\(row.firstStep),\(keys[2]):\(row.lastStep)"
      for (key, value) in zip(keys.dropFirst(3), values(row)) {
        guard let value else { continue }
        text += ",\(key):" + (value.isFinite ? MetricsTable.number(value) : "null")
      }
      text += "}\n"
    }
    return text
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    return "\(value)"
  }

  private static func field(_ text: String) -> String {
    guard text.contains(where: { ",\"\n\r".contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }
}

extension Lab {
  /// Throws unless metrics can be written to a file of this name.
  public static func checkMetricsFile(_ path: String) throws(StrataError) {
    guard ["csv", "jsonl"].contains(FileEnding.of(path)) else {
      throw StrataError("metrics go to a file that ends in .csv or .jsonl; got \(path.quoted)", try: "metrics.csv")
    }
  }

  /// Writes what was measured to a `.csv` or `.jsonl` file: of all branches, or of the way to the end of one.
  public func exportMetrics(to path: String, branch: Int?) throws(StrataError) -> Outcome {
    try Lab.checkMetricsFile(path)
    let table = try MetricsTable(timeline, branch: branch)
    try configuration.files.check(path, to: "write")
    try AtomicFile.write(FileEnding.of(path) == "csv" ? table.csv : table.jsonLines, to: expanded(path))
    var outcome = Outcome(
      "\(path): \(NumberText.grouped(table.rows.count)) rows of \(table.names.joined(separator: ", "))")
    let buckets = zip(table.names, table.isBucketed).filter(\.1).map(\.0)
    if !buckets.isEmpty {
      outcome.notes.append(
        "older rows of \(buckets.joined(separator: ", ")) are stretches of steps: from 'first step' to 'step', with "
          + "the value at 'step', minimum and maximum")
    }
    if table.leftOut > 0 {
      outcome.notes.append(
        "\(table.leftOut) \(table.leftOut == 1 ? "stretch that reaches" : "stretches that reach") over a place where the way "
          + "left a branch \(table.leftOut == 1 ? "is" : "are") left out")
    }
    return outcome
  }
}
