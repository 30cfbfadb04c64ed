// One number made of many, for conditions: `zeros layer1.output[:,3] == 1` says that unit 3 is dead on this mini-batch.
import StrataEngine

/// What is made of a tensor, or of a part of one.
public enum Reduction: String, CaseIterable, Sendable {
  case mean
  case deviation
  case minimum = "min"
  case maximum = "max"
  /// The Euclidean norm.
  case norm
  /// The share of zeros, 0 ... 1.
  case zeros

  /// Its value now; nil where the tensor has not been computed or has no such part.
  func value(of reference: TensorReference, in experiment: Experiment) -> Double? {
    guard let named = experiment.tensor(named: reference.name), named.tensor.count > 0 else { return nil }
    guard reference.indices != nil else { return named.tensor.withUnsafeElements { value(of: $0) } }
    return (try? TensorPart(reference, of: named)).flatMap { part in
      part.values.withUnsafeBufferPointer { value(of: $0) }
    }
  }

  private func value(of elements: UnsafeBufferPointer<Scalar>) -> Double? {
    guard !elements.isEmpty else { return nil }
    let count = Double(elements.count)
    func sum(_ term: (Double) -> Double) -> Double { elements.reduce(0) { $0 + term(Double($1)) } }
    switch self {
    case .mean: return sum { $0 } / count
    case .deviation:
      let mean = sum { $0 } / count
      return (sum { ($0 - mean) * ($0 - mean) } / count).squareRoot()
    case .minimum: return elements.contains { $0.isNaN } ? .nan : elements.min().map(Double.init)
    case .maximum: return elements.contains { $0.isNaN } ? .nan : elements.max().map(Double.init)
    case .norm: return sum { $0 * $0 }.squareRoot()
    case .zeros: return Double(elements.reduce(0) { $0 + ($1 == 0 ? 1 : 0) }) / count
    }
  }
}
