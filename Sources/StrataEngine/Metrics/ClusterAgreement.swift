// How well clusters, which know no classes, agree with classes: by the best matching, and by information.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Counts of samples by cluster and class.
public struct ClusterAgreement: Sendable {
  /// `counts[cluster][class]`
  public private(set) var counts: [[Int]]
  private var total = 0

  public init(clusters: Int, classes: Int) {
    counts = [[Int]](repeating: [Int](repeating: 0, count: classes), count: clusters)
  }

  public mutating func count(cluster: Int, class label: Int) {
    counts[cluster][label] += 1
    total += 1
  }

  /// The class of most of a cluster's samples, the first of equals; nil for a cluster without any.
  public func majority(of cluster: Int) -> Int? {
    guard let most = counts[cluster].max(), most > 0 else { return nil }
    return counts[cluster].firstIndex(of: most)
  }

  /// The share of samples in the cluster of their class, where clusters and classes are matched one to one as well as can
  /// be (the assignment problem: Kuhn 1955). nan without samples.
  public var matchedAccuracy: Double {
    guard total > 0 else { return .nan }
    var right = 0
    for (cluster, label) in assignment(of: counts).enumerated() {
      if let label { right += counts[cluster][label] }
    }
    return Double(right) / Double(total)
  }

  /// The mutual information of cluster and class, divided by the mean of their entropies: 0 to 1. nan without samples.
  public var normalizedMutualInformation: Double {
    guard total > 0, let classes = counts.first?.count else { return .nan }
    let n = Double(total)
    let byCluster = counts.map { Double($0.reduce(0, +)) }
    let byClass = (0..<classes).map { label in Double(counts.reduce(0) { $0 + $1[label] }) }
    func entropy(_ sizes: [Double]) -> Double { sizes.reduce(0) { $1 > 0 ? $0 - $1 / n * log($1 / n) : $0 } }
    var information = 0.0
    for (cluster, row) in counts.enumerated() {
      for (label, count) in row.enumerated() where count > 0 {
        information += Double(count) / n * log(Double(count) * n / (byCluster[cluster] * byClass[label]))
      }
    }
    let mean = (entropy(byCluster) + entropy(byClass)) / 2
    return mean > 0 ? max(information / mean, 0) : 1
  }
}

/// For each row a column of its own, or nil where there are more rows than columns, so that the sum is the largest. By
/// shortest augmenting paths with potentials, in cubic time (Jonker, Volgenant 1987).
func assignment(of gains: [[Int]]) -> [Int?] {
  let columns = gains.first?.count ?? 0
  let n = max(gains.count, columns)
  let most = gains.joined().max() ?? 0
  func cost(_ row: Int, _ column: Int) -> Int {
    row < gains.count && column < columns ? most - gains[row][column] : most
  }
  // Counted from 1; 0 is where a path begins.
  var (u, v) = ([Int](repeating: 0, count: n + 1), [Int](repeating: 0, count: n + 1))
  var owner = [Int](repeating: 0, count: n + 1)
  for row in stride(from: 1, through: n, by: 1) {
    owner[0] = row
    var column = 0
    var least = [Int](repeating: .max, count: n + 1)
    var before = [Int](repeating: 0, count: n + 1)
    var isUsed = [Bool](repeating: false, count: n + 1)
    repeat {
      isUsed[column] = true
      let present = owner[column]
      var (step, next) = (Int.max, 0)
      for j in 1...n where !isUsed[j] {
        let reduced = cost(present - 1, j - 1) - u[present] - v[j]
        if reduced < least[j] { (least[j], before[j]) = (reduced, column) }
        if least[j] < step { (step, next) = (least[j], j) }
      }
      for j in 0...n {
        if isUsed[j] {
          u[owner[j]] += step
          v[j] -= step
        } else if least[j] < .max {
          least[j] -= step
        }
      }
      column = next
    } while owner[column] != 0
    while column != 0 {
      owner[column] = owner[before[column]]
      column = before[column]
    }
  }
  var result = [Int?](repeating: nil, count: gains.count)
  for column in stride(from: 1, through: columns, by: 1) where owner[column] <= gains.count {
    result[owner[column] - 1] = column - 1
  }
  return result
}
