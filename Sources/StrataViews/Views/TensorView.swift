// Any tensor, by its role and rank: images as tiles, matrices as heat maps, vectors as bars, whatever layer or learner
// it comes from. A new layer is drawable the day it is written.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let tensor = View(
    "tensor", title: "tensor", summary: "any tensor as a picture, chosen by its role and rank",
    usage: "[NAME] [--sample N]",
    reasonMissing: { allTensors($0).isEmpty ? "nothing to look at yet: data digits" : nil },
    note: { lab, options in
      chosen(lab, options).map { "\($0.name) \($0.tensor.shape) · \($0.role.rawValue)" } ?? ""
    }
  ) { lab, options, size in
    guard let named = chosen(lab, options) else {
      return .message("there is no tensor '\(options.tensor ?? "")': print lists them")
    }
    guard named.tensor.count > 0 else { return .message("\(named.name) has not been computed yet") }
    return picture(named, lab: lab, sample: options.sample, size: size)
  }
}

/// The tensor asked for, else the one that the last executed line wrote.
private func chosen(_ lab: Lab, _ options: ViewOptions) -> NamedTensor? {
  let tensors = allTensors(lab)
  if let name = options.tensor { return tensors.first { $0.name == name || $0.symbol == name } }
  if let learner = lab.experiment.learner {
    let listing = learner.listing
    let last = listing[(learner.line + listing.count - 1) % listing.count]
    if let name = last.writes.first, let named = tensors.first(where: { $0.name == name }), named.tensor.count > 0 {
      return named
    }
  }
  return tensors.first
}

/// One picture a row: of a batch, of particles; of a matrix of generative weights, of each unit.
private func visibleTiles(_ named: NamedTensor, _ image: PictureShape, size: Size) -> Figure {
  let count = named.tensor.shape[0]
  let crowd = Crowd(count, image, hasCaptions: false, in: size)
  guard crowd.count > 0 else { return .message("too small") }
  let isSigned = ![.activation, .probability, .sample].contains(named.role)
  return .tiles(
    ImageTiles(
      (0..<crowd.count).map { ImageTile(crowd.fitted(image.grid(named.tensor, row: $0))) },
      shading: isSigned ? .signed : .grey,
      total: count))
}

private func picture(_ named: NamedTensor, lab: Lab, sample: Int, size: Size) -> Figure {
  let tensor = named.tensor
  let isSigned = named.role == .parameter || named.role == .gradient || named.role == .moment
  let shading: Shading = isSigned ? .signed : .sequential
  let shape = tensor.shape
  // A batch of inputs that are images: tiles.
  if named.axes.first == "batch", shape.rank == 3 {
    let each = shape[1] * shape[2]
    return .tiles(
      ImageTiles(
        (0..<min(shape[0], 200)).map { index in
          ImageTile(Grid(rows: shape[1], columns: shape[2]) { tensor[flat: index * each + $0 * shape[2] + $1] })
        }, shading: isSigned ? .signed : .grey))
  }
  if named.axes.last == "map", shape.rank == 4 {
    return MapPictures.tiles(tensor, sample: min(sample, shape[0] - 1), size: size, hasCaptions: true)
  }
  if named.axes == ["row", "column", "in", "out"] { return KernelPictures(named).figure(size) }
  // States of visible units that are an image's: the same.
  let input = lab.experiment.data?.inputShape ?? []
  if shape.rank == 2, input.rank >= 2, shape[1] == input.elementCount, ["visible", "vis"].contains(named.axes.last) {
    return visibleTiles(named, PictureShape(input), size: size)
  }
  switch shape.rank {
  case 0:
    return .lines([TextLine("\(named.symbol) = \(formatNumber(Double(tensor[flat: 0]), significant: 6))")])
  case 1:
    if shape[0] <= max(size.rows, 4) {
      return .bars(Bars((0..<shape[0]).map { Bars.Bar("\($0)", Double(tensor[flat: $0])) }))
    }
    return .rows([
      Part(
        .heatMap(HeatMap(Grid(rows: 1, columns: shape[0], values: tensor.elements), shading: shading)),
        length: .share(1)),
      Part(.histogram(Histogram(Bins(of: sampled(tensor)))), title: "distribution", length: .share(2)),
    ])
  default:
    let (rows, columns) = tensor.matrixExtents
    return .heatMap(
      HeatMap(
        Grid(rows: rows, columns: columns, values: tensor.elements), shading: shading,
        rowTitle: named.axes.first ?? "", columnTitle: named.axes.dropFirst().joined(separator: "·")))
  }
}
