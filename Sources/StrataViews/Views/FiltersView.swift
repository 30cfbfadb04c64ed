// The weights of one layer as pictures: each unit is the picture that it looks for. Above the first layer weights are
// multiplied down to the input, which shows what a unit would look for if the layers below were linear.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let filters = View(
    "filters", title: "filters", summary: "weights as images: what each unit of a layer looks for",
    usage: "[LAYER | TENSOR] [--sorted | --unsorted]",
    reasonMissing: { noParameters($0) },
    note: { lab, options in
      FieldPictures(lab, options)?.note ?? KernelPictures(lab, options)?.note ?? Filters(lab, options)?.note ?? ""
    }
  ) { lab, options, size in
    if let fields = FieldPictures(lab, options) { return fields.figure(size) }
    if let kernels = KernelPictures(lab, options) { return kernels.figure(size) }
    guard let filters = Filters(lab, options) else {
      return .message("layer \(options.layer ?? 1) has no weights")
    }
    return filters.figure(size)
  }
}

/// The weights of one layer, and those below it as far as they lead to the input.
struct Filters {
  let number: Int
  let named: NamedTensor
  let isGenerative: Bool
  let isSorted: Bool
  private var chain: [Tensor] = []
  private var symbols: [String] = []
  private let shape: PictureShape
  private let activity: Tensor?
  /// Whether the pictures are of the input; else they are the weights themselves, arranged as a square.
  private let isProjected: Bool

  init?(_ lab: Lab, _ options: ViewOptions, generative: Bool? = nil) {
    let batch = MiniBatch(lab)
    let tensors = allTensors(lab).filter { $0.role == .parameter }
    let parts = lab.experiment.model.parts
    let isMachine = !(lab.experiment.model is Network)
    let asked = options.tensor.flatMap { name in tensors.first { $0.name == name || $0.symbol == name } }
    let owner = asked.flatMap { named in parts.first { named.name.hasPrefix($0.name + ".") }?.index }
    let index = owner ?? options.layer ?? batch?.level ?? 1
    let isGenerative = generative ?? asked?.name.contains(".generative.") ?? false
    number = index
    self.isGenerative = isGenerative
    isSorted = options.isSorted ?? isMachine
    guard let part = parts.first(where: { $0.index == index }), let first = parts.first?.inputShape else { return nil }
    func weight(_ part: ModelPart, _ isGenerative: Bool) -> NamedTensor? {
      let weights = PartWeights(part, among: tensors)
      return isGenerative ? weights.down : weights.up
    }
    guard let named = weight(part, isGenerative), named.tensor.shape.rank == 2 else { return nil }
    self.named = named
    activity = batch.flatMap { batch in batch.activityName(of: part).flatMap { batch.kept($0) } }
    // Layers without weights (dropout, an activation alone) are passed over.
    let below = parts.filter { $0.index < index }.compactMap { weight($0, isGenerative) }
    let all = below.map(\.tensor) + [named.tensor]
    let widths = all.map {
      isGenerative ? ($0.matrixExtents.columns, $0.shape[0]) : ($0.shape[0], $0.matrixExtents.columns)
    }
    // Kernels of convolutions are no matrix from layer to layer.
    let fits = all.allSatisfy { $0.shape.rank == 2 } && zip(widths, widths.dropFirst()).allSatisfy { $0.1 == $1.0 }
    isProjected = fits && widths.first?.0 == first.elementCount
    chain = isProjected ? all : [named.tensor]
    symbols = (isProjected ? below.map(\.symbol) : []) + [named.symbol]
    shape = isProjected ? PictureShape(first) : PictureShape(units: widths.last?.0 ?? 1)
  }

  var unitCount: Int { isGenerative ? named.tensor.shape[0] : named.tensor.matrixExtents.columns }

  var note: String {
    // Multiplied down to the input where it is a product.
    let product = (isGenerative ? symbols.reversed() : symbols).joined(separator: "·")
    return "\(product) \(named.tensor.shape)" + (isSorted ? " · sorted" : "")
  }

  /// Units in the order in which they are shown. Usefulness is the norm of a unit's weights times the spread of its
  /// activity, in coarse steps, so that units do not change places with every mini-batch.
  var order: [Int] {
    guard isSorted else { return (0..<unitCount).map { $0 } }
    let norms = isGenerative ? named.tensor.rowNorms : named.tensor.columnNorms
    let means = activity.map(\.columnMeans) ?? []
    let steps = norms.enumerated().map { unit, norm -> Int in
      let p = means.count == norms.count ? means[unit] : 0.5
      let usefulness = norm * max(min(p, 1) * (1 - min(p, 1)), 0.01)
      return usefulness > 0 ? Int((usefulness.logarithm * 3).rounded()) : .min
    }
    return steps.indices.sorted { steps[$0] != steps[$1] ? steps[$0] > steps[$1] : $0 < $1 }
  }

  /// The pictures of some units.
  func grids(_ units: [Int]) -> [Grid] {
    let weights = projectedWeights(chain, isGenerative: isGenerative, units: units)
    return units.indices.map { shape.grid(weights, row: $0) }
  }

  var size: PictureShape { shape }

  func figure(_ size: Size) -> Figure {
    let crowd = Crowd(unitCount, shape, hasCaptions: isSorted, in: size)
    guard crowd.count > 0 else { return .message("too small") }
    let units = Array(order.prefix(crowd.count))
    let tiles = zip(units, grids(units)).map { unit, grid in
      ImageTile(crowd.fitted(grid), caption: isSorted ? "\(unit)" : "")
    }
    return .tiles(ImageTiles(tiles, shading: .signed, range: .common, total: unitCount))
  }
}

extension Double {
  /// log₂, of positive numbers, without a mathematics library: the exponent and the significand's straight line.
  fileprivate var logarithm: Double { Double(exponent) + significand - 1 }
}
