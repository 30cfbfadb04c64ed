/// Inputs brought to mean 0 and deviation 1, feature by feature, by what the training part says.
///
/// `z = (x − mean) / deviation`. The test part is brought over by the training part's numbers: its own would leak what is
/// only to be measured. A feature that is constant in the training part is left alone (mean 0, deviation 1 here).
public struct Standardization: Sendable, Equatable {
  /// One number a feature.
  public var means: [Scalar]
  /// One positive number a feature: the root of the mean squared difference from the mean.
  public var deviations: [Scalar]

  /// Measures the features of a store: sums in double precision, sample after sample.
  public init(measuredOn store: SampleStore) {
    let size = store.sampleSize
    var sums = [Double](repeating: 0, count: size)
    var squares = sums
    let count = Double(max(store.count, 1))
    Standardization.forEachValue(of: store) { sums[$0] += $1 }
    let centres = sums.map { $0 / count }
    // A second pass around the mean: the difference of two large sums would lose the deviation.
    Standardization.forEachValue(of: store) { squares[$0] += ($1 - centres[$0]) * ($1 - centres[$0]) }
    means = []
    deviations = []
    for feature in 0..<size {
      let deviation = (squares[feature] / count).squareRoot()
      let constant = !(deviation > 1e-7 * max(abs(centres[feature]), 1e-30))
      means.append(constant ? 0 : Scalar(centres[feature]))
      deviations.append(constant ? 1 : Scalar(deviation))
    }
  }

  /// The store standardised. Bytes become numbers: every feature has a scale of its own now.
  public func applied(to store: SampleStore) -> SampleStore {
    var values = [Scalar](repeating: 0, count: store.count * store.sampleSize)
    var index = 0
    Standardization.forEachValue(of: store) { feature, value in
      values[index] = Scalar((value - Double(means[feature])) / Double(deviations[feature]))
      index += 1
    }
    return SampleStore(sampleShape: store.sampleShape, storage: .scalars(values))
  }

  /// A feature's range after standardisation.
  public func applied(to range: ClosedRange<Scalar>, feature: Int) -> ClosedRange<Scalar> {
    let low = (range.lowerBound - means[feature]) / deviations[feature]
    return low...max(low, (range.upperBound - means[feature]) / deviations[feature])
  }

  private static func forEachValue(of store: SampleStore, _ body: (_ feature: Int, _ value: Double) -> Void) {
    let size = store.sampleSize
    switch store.storage {
    case .scalars(let values):
      for sample in 0..<store.count {
        for feature in 0..<size { body(feature, Double(values[sample * size + feature])) }
      }
    case .bytes(let values, let scale, let offset):
      for sample in 0..<store.count {
        for feature in 0..<size { body(feature, Double(Scalar(values[sample * size + feature]) * scale + offset)) }
      }
    }
  }
}
