// Classes of points in the plane: what a decision boundary is drawn for.
//
// Samples take the classes in turn, so that every stretch of them is balanced. Noise is normal, the same in both directions.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

enum PlanarData {
  /// Two interleaved half circles of radius 1, after scikit-learn's `make_moons`.
  static func moons(_ options: DataOptions) -> SourceData {
    points("moons", "Two interleaved half circles, generated.", options, noise: 0.1) { place, label in
      let angle = .pi * place
      return label == 0 ? (cos(angle), sin(angle)) : (1 - cos(angle), 0.5 - sin(angle))
    }
  }

  /// A circle of radius 1 around one of radius 1/2, after scikit-learn's `make_circles`.
  static func circles(_ options: DataOptions) -> SourceData {
    points("circles", "A circle within a circle, generated.", options, noise: 0.05) { place, label in
      let angle = 2 * .pi * place
      let radius = label == 0 ? 1 : 0.5
      return (radius * cos(angle), radius * sin(angle))
    }
  }

  /// Spirals of one and a half turns from the middle to radius 1, one a class, after the two-spirals problem
  /// (Lang, Witbrock 1988).
  static func spirals(_ options: DataOptions) -> SourceData {
    let classes = options.classes ?? 2
    return points(
      "spirals", "\(classes) interleaved spirals, generated.", options, classes: classes, noise: 0.02
    ) { place, label in
      let radius = 0.05 + 0.95 * place
      let angle = 3 * .pi * place + 2 * .pi * Double(label) / Double(classes)
      return (radius * cos(angle), radius * sin(angle))
    }
  }

  /// Normal clouds around centres that stand evenly on a circle of radius 1.
  static func blobs(_ options: DataOptions) -> SourceData {
    let classes = options.classes ?? 3
    return points(
      "blobs", "\(classes) round clouds of points, generated.", options, classes: classes, noise: 0.25
    ) { _, label in
      let angle = 2 * .pi * (Double(label) / Double(classes) + 0.25)
      return (cos(angle), sin(angle))
    }
  }

  /// Points on curves: `curve` maps a place in 0...1 along the class's curve to x and y.
  private static func points(
    _ name: String, _ about: String, _ options: DataOptions, classes: Int = 2, noise standardNoise: Double,
    curve: (_ place: Double, _ label: Int) -> (x: Double, y: Double)
  ) -> SourceData {
    let count = options.samples ?? 400
    let noise = options.noise ?? standardNoise
    var random = RandomStream(seed: options.seed, name: "data \(name)")
    var values: [Scalar] = []
    var labels: [Int32] = []
    values.reserveCapacity(2 * count)
    let steps = Double(max((count + classes - 1) / classes - 1, 1))
    for sample in 0..<count {
      let label = sample % classes
      let point = curve(Double(sample / classes) / steps, label)
      values.append(Scalar(point.x + noise * random.normal()))
      values.append(Scalar(point.y + noise * random.normal()))
      labels.append(Int32(label))
    }
    let inputs = SampleStore(sampleShape: [2], storage: .scalars(values))
    return SourceData(
      name: name, about: "\(about) Noise \(noise).",
      samples: Samples(inputs: inputs, targets: .classes(labels: labels, names: (0..<classes).map(String.init))),
      featureNames: ["x1", "x2"], inputRanges: spans(of: inputs))
  }

  /// The range of each feature with a tenth of room on both sides, for drawing.
  static func spans(of store: SampleStore) -> [ClosedRange<Scalar>] {
    guard case .scalars(let values) = store.storage, store.count > 0 else { return [] }
    let size = store.sampleSize
    return (0..<size).map { feature in
      var low = values[feature]
      var high = low
      for index in stride(from: feature, to: values.count, by: size) {
        low = min(low, values[index])
        high = max(high, values[index])
      }
      let room = max((high - low) / 10, 1e-3)
      return low - room...high + room
    }
  }
}
