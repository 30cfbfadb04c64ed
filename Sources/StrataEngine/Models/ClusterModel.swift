// Cluster centres: each stands for the samples that are nearest to it.

/// Some centres in the space of the inputs.
public struct ClusterModel: PlacedModel {
  public static let keyword = "clusters"
  public var kind: String { "set of clusters" }

  /// The shape of one input sample.
  public private(set) var inputShape: Shape
  /// μ, one centre a row: `[clusters, features]`.
  public internal(set) var centres: Tensor
  /// Whether the centres stand somewhere; else whoever learns puts them among the data first.
  public internal(set) var isPlaced = false

  public var count: Int { centres.shape[0] }

  /// Throws unless there are clusters, and few enough.
  public init(inputShape: Shape, count: Int) throws(StrataError) {
    guard (1...100_000).contains(count), Double(count) * Double(inputShape.elementCount) <= 2e8 else {
      throw StrataError("1 to 100000 clusters were expected, got \(count)", try: "kmeans 10")
    }
    self.inputShape = inputShape
    centres = Tensor(Shape(rows: count, columns: inputShape.elementCount))
  }

  /// The centres are drawn among the data when learning begins.
  public mutating func initialize(seed: UInt64) {
    isPlaced = false
    centres.fill(0)
  }

  /// Fits other data when their inputs have as many numbers.
  public mutating func adapt(to data: DataSet) throws(StrataError) -> [Int] {
    guard data.inputShape.elementCount == centres.matrixExtents.columns else {
      throw StrataError(
        "the centres have \(centres.matrixExtents.columns) numbers, but these data have inputs of \(data.inputShape)",
        try: "kmeans \(count)")
    }
    inputShape = data.inputShape
    return []
  }

  public var places: [ParameterPlace<ClusterModel>] {
    [ParameterPlace("clusters.centre", "μ", ["cluster", "feature"], \.centres)]
  }

  public var parts: [ModelPart] {
    [
      ModelPart(
        index: 1, words: "kmeans \(count)", name: "clusters", inputShape: inputShape, outputShape: [count],
        parameterCount: centres.count)
    ]
  }

  public mutating func setParameters(_ tensors: [NamedTensor]) throws(StrataError) {
    try replaceParameters(tensors)
    if !tensors.isEmpty { isPlaced = true }
  }
}
