// Tensors printed: parts of them as aligned numbers, whole ones by their shape and their statistics.
import StrataEngine

/// The part of a tensor that an index names.
struct TensorPart {
  let named: NamedTensor
  let ranges: [(range: Range<Int>, isSingle: Bool)]
  /// The numbers, row-major.
  let values: [Scalar]

  /// Throws when the tensor has no such part.
  init(_ reference: TensorReference, of named: NamedTensor) throws(StrataError) {
    self.named = named
    let ranges = try reference.ranges(in: named)
    self.ranges = ranges
    let count = ranges.reduce(1) { $0 * $1.range.count }
    var values: [Scalar] = []
    values.reserveCapacity(count)
    var position = ranges.map(\.range.lowerBound)
    for _ in 0..<count {
      values.append(named.tensor[flat: named.tensor.offset(of: position)])
      for axis in ranges.indices.reversed() {
        position[axis] += 1
        if position[axis] < ranges[axis].range.upperBound { break }
        position[axis] = ranges[axis].range.lowerBound
      }
    }
    self.values = values
  }

  /// Axes that are not a single position.
  var openAxes: [Int] { ranges.indices.filter { !ranges[$0].isSingle } }
}

/// What a tensor's numbers are like.
public struct TensorStatistics: Hashable, Sendable {
  public var minimum: Double
  public var maximum: Double
  public var mean: Double
  /// The root of the mean squared difference from the mean.
  public var deviation: Double
  /// How many are nan or infinite; these are left out of the others.
  public var nonFinite: Int

  /// All nan for a tensor without finite numbers.
  public init(_ tensor: Tensor) {
    var (sum, squares, count, bad) = (0.0, 0.0, 0, 0)
    var (low, high) = (Double.infinity, -Double.infinity)
    tensor.withUnsafeElements { elements in
      for element in elements {
        let value = Double(element)
        guard value.isFinite else {
          bad += 1
          continue
        }
        count += 1
        sum += value
        squares += value * value
        low = min(low, value)
        high = max(high, value)
      }
    }
    let n = Double(count)
    mean = count > 0 ? sum / n : .nan
    deviation = count > 0 ? max(0, squares / n - mean * mean).squareRoot() : .nan
    minimum = count > 0 ? low : .nan
    maximum = count > 0 ? high : .nan
    nonFinite = bad
  }
}

/// Lines of text for tensors.
enum TensorText {
  /// The most rows and columns of a matrix that are written out.
  static let maximumRows = 20
  static let maximumColumns = 12

  /// A part written out: a number, a row, or a matrix with the indices at its edges.
  static func lines(of part: TensorPart) -> [String] {
    let open = part.openAxes
    guard let columnAxis = open.last else { return [value(part.values.first ?? .nan)] }
    let columns = part.ranges[columnAxis].range
    guard open.count > 1 else { return matrix(part.values, rowLabels: [""], columns: columns) }
    let rowAxis = open[open.count - 2]
    let rows = part.ranges[rowAxis].range
    let size = rows.count * columns.count
    let labels = rows.map(String.init)
    if open.count == 2 { return matrix(part.values, rowLabels: labels, columns: columns) }
    // More axes: one matrix a position of the outer ones, the first few.
    var lines: [String] = []
    let outer = Array(open.dropLast(2))
    let blocks = size == 0 ? 0 : part.values.count / size
    for block in 0..<min(blocks, 4) {
      var rest = block
      var position: [String] = []
      for axis in outer.reversed() {
        let range = part.ranges[axis].range
        position.insert("\(range.lowerBound + rest % range.count)", at: 0)
        rest /= range.count
      }
      lines.append("[\(position.joined(separator: ",")),:,:]")
      lines += matrix(Array(part.values[block * size..<(block + 1) * size]), rowLabels: labels, columns: columns)
    }
    if blocks > 4 { lines.append("… \(blocks - 4) more") }
    return lines
  }

  private static func matrix(_ values: [Scalar], rowLabels: [String], columns: Range<Int>) -> [String] {
    let count = columns.count
    guard count > 0 else { return ["(empty)"] }
    let shownRows = min(rowLabels.count, maximumRows)
    let shownColumns = min(count, maximumColumns)
    var table = TextTable(columns: [""] + columns.prefix(shownColumns).map(String.init))
    let decimals = decimals(for: values)
    for row in 0..<shownRows {
      let numbers = values[row * count..<row * count + shownColumns].map { text($0, decimals: decimals) }
      table.rows.append([rowLabels[row]] + numbers)
    }
    var lines = table.lines
    if count > shownColumns { lines = lines.map { $0 + "  …" } }
    if rowLabels.count > shownRows { lines.append("… \(rowLabels.count - shownRows) more rows") }
    return lines
  }

  /// One number on its own: enough digits to tell it from its neighbours.
  static func value(_ value: Scalar) -> String {
    value.isFinite ? "\(value)" : NumberText.short(Double(value))
  }

  /// As many decimals as give the largest number four significant digits; nil for mixed magnitudes.
  private static func decimals(for values: [Scalar]) -> Int? {
    let largest = values.filter(\.isFinite).map { abs(Double($0)) }.max() ?? 0
    if largest == 0 { return 0 }
    if values.allSatisfy({ $0 == $0.rounded() }) && largest < 1e6 { return 0 }
    switch largest {
    case 1e5...: return nil
    case 1e3...: return 1
    case 1e2...: return 2
    case 1e1...: return 3
    case 1e-2...: return 4
    case 1e-4...: return 6
    default: return nil
    }
  }

  private static func text(_ value: Scalar, decimals: Int?) -> String {
    guard let decimals else { return NumberText.short(Double(value)) }
    return NumberText.fixed(Double(value), decimals: decimals)
  }

  /// `h1  32×64  min 0  mean 0.31  max 2.9`.
  static func summary(_ named: NamedTensor) -> String {
    guard named.tensor.count > 0 else { return "\(named.symbol)  not computed yet" }
    if named.tensor.count == 1 { return "\(named.symbol)  \(value(named.tensor[flat: 0]))" }
    let statistics = TensorStatistics(named.tensor)
    let bad = statistics.nonFinite > 0 ? "  not finite \(statistics.nonFinite)" : ""
    return "\(named.symbol)  \(named.tensor.shape)  min \(NumberText.short(statistics.minimum))"
      + "  mean \(NumberText.short(statistics.mean))  max \(NumberText.short(statistics.maximum))\(bad)"
  }
}
