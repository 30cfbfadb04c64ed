// Which answers are right: accuracy, the confusion matrix, the error of each class.

/// Right and wrong answers.
enum Accuracy {
  /// The share of samples whose answer is wrong. Rows of several outputs: the largest output against the largest
  /// target; one output: which side of ½ (of 0 for logits) it lies on.
  static func errorShare(output y: Tensor, target t: Tensor, logits: Bool) -> Double {
    let (rows, columns) = y.matrixExtents
    guard rows > 0 else { return .nan }
    if columns == 1 {
      let threshold: Scalar = logits ? 0 : 0.5
      var wrong = 0
      for row in 0..<rows where (y[flat: row] >= threshold) != (t[flat: row] >= 0.5) { wrong += 1 }
      return Double(wrong) / Double(rows)
    }
    let answered = y.largestInRows
    let expected = t.largestInRows
    var wrong = 0
    for row in 0..<rows where answered[row] != expected[row] { wrong += 1 }
    return Double(wrong) / Double(rows)
  }

  /// The share of sequences whose every asked step is legal: the symbols that may come are exactly the most active
  /// outputs (Hochreiter, Schmidhuber 1997, section 5.1). y `[batch, time, out]`; `allowed` has a set for each step, bit k
  /// for symbol k, empty where nothing is asked.
  static func legalShare(output y: Tensor, allowed: ArraySlice<UInt64>) -> Double {
    let (sequences, steps, width) = (y.shape[0], y.shape[1], y.shape[2])
    guard sequences > 0 else { return .nan }
    var legal = 0
    for sequence in 0..<sequences {
      let isLegal = (0..<steps).allSatisfy { step in
        let row = sequence * steps + step
        let set = allowed[allowed.startIndex + row]
        var least = Scalar.infinity
        var greatest = -Scalar.infinity
        for k in 0..<width {
          let value = y[flat: row * width + k]
          if set >> UInt64(k) & 1 == 1 { least = min(least, value) } else { greatest = max(greatest, value) }
        }
        return set == 0 || least > greatest
      }
      if isLegal { legal += 1 }
    }
    return Double(legal) / Double(sequences)
  }

  /// The class that each row names: the largest output, or the side of the threshold of a single one.
  static func classes(of output: Tensor, logits: Bool) -> [Int32] {
    let (rows, columns) = output.matrixExtents
    guard columns == 1 else { return output.largestInRows }
    let threshold: Scalar = logits ? 0 : 0.5
    return (0..<rows).map { output[flat: $0] >= threshold ? 1 : 0 }
  }
}

/// How often each class was taken for each other.
public struct ConfusionMatrix: Hashable, Sendable {
  /// The names of the classes.
  public let names: [String]
  /// `counts[true class][named class]`.
  public private(set) var counts: [[Int]]

  /// All zero.
  public init(names: [String]) {
    self.names = names
    counts = [[Int]](repeating: [Int](repeating: 0, count: names.count), count: names.count)
  }

  /// Counts one answer; ones outside the classes (a hidden label) are not counted.
  public mutating func count(expected: Int, named: Int) {
    guard names.indices.contains(expected), names.indices.contains(named) else { return }
    counts[expected][named] += 1
  }

  /// All answers counted.
  public var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
  /// The share of right answers; nan without any.
  public var accuracy: Double {
    Double(names.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(total)
  }
  /// For each class the share of its samples that were taken for another; nan where it has none.
  public var errorByClass: [Double] {
    names.indices.map { expected in
      let row = counts[expected]
      return 1 - Double(row[expected]) / Double(row.reduce(0, +))
    }
  }
}
