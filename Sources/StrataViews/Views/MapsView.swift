// One input on its way through the layers: the picture, every layer's feature maps, the answer. Of a pooling layer that is
// asked for alone also which numbers it kept. Of a convolutional Boltzmann machine: hidden and pooling units, level by level.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let maps = View(
    "maps", title: "feature maps", summary: "one input through the layers: feature maps, what pooling kept, the answer",
    usage: "[LAYER] [--sample N] [--train]",
    reasonMissing: { lab in lab.experiment.model is ConvolutionalBeliefNetwork ? nil : MapPictures.reasonMissing(lab) },
    problem: { lab, options in
      if let layer = options.layer, let stack = lab.experiment.model as? ConvolutionalBeliefNetwork {
        guard stack.levels.indices.contains(layer - 1) else {
          return StrataError("the stack has levels 1 to \(stack.levelCount), got \(layer)", try: "show maps 1")
        }
        return nil
      }
      guard let layer = options.layer, let pictures = MapPictures(lab, options), !pictures.mapLayers.contains(layer)
      else { return nil }
      let known = pictures.mapLayers.map(String.init).joined(separator: ", ")
      return StrataError("layer \(layer) has no maps; layers with maps are \(known)", try: "show maps")
    },
    note: { lab, options in LevelPictures(lab, options)?.caption ?? MapPictures(lab, options)?.caption ?? "" }
  ) { lab, options, size in
    if let levels = LevelPictures(lab, options) {
      return options.layer.map { levels.network.levels.indices.contains($0 - 1) } ?? true
        ? levels.figure(options, size: size) : .empty
    }
    guard let pictures = MapPictures(lab, options) else { return .empty }
    if let layer = options.layer, pictures.mapLayers.contains(layer) {
      return oneLayer(layer, pictures, size: size)
    }
    return allLayers(pictures, lab, size: size)
  }
}

private func title(_ layer: Int, _ pictures: MapPictures) -> String {
  "\(layer) \(pictures.network.layers[layer - 1].words)"
}

private func allLayers(_ pictures: MapPictures, _ lab: Lab, size: Size) -> Figure {
  // Layers that leave a picture's shape alone say little beside their neighbours: they go first where room is short.
  var layers = pictures.mapLayers
  let fitting = max(size.rows / 5, 1)
  if layers.count > fitting {
    layers = layers.filter { pictures.network.layers[$0 - 1] is any LocalLayer }
  }
  let left = max(min(size.columns / 4, 34), 12)
  let each = Size(columns: size.columns - left - 2, rows: max(size.rows / max(min(layers.count, fitting), 1) - 1, 1))
  let rows = layers.prefix(fitting).map { layer in
    Part(
      MapPictures.tiles(pictures.output(layer), size: each), title: title(layer, pictures),
      note: "\(pictures.network.outputShapes[layer - 1])")
  }
  guard size.columns >= 40 else { return .rows(rows) }
  var beside = [
    Part(
      MapPictures.tiles(pictures.input, size: Size(columns: left, rows: size.rows / 2 - 1)), title: "x",
      note: "\(pictures.network.inputShape ?? [])")
  ]
  if let bars = pictures.answer(lab) { beside.append(Part(.bars(bars), title: "y")) }
  return .columns([Part(.rows(beside), length: .cells(left)), Part(.rows(rows))], gap: 2)
}

private func oneLayer(_ layer: Int, _ pictures: MapPictures, size: Size) -> Figure {
  let output = pictures.output(layer)
  var parts = [(title(layer, pictures), "\(output.shape.dropFirst)", output)]
  if let pool = pictures.network.layers[layer - 1] as? any PoolingLayer {
    let below = pictures.below(layer)
    var lines = [("below", "\(below.shape.dropFirst)", below)]
    if let kept = pool.keptNumbers(of: below, trace: pictures.traces[layer - 1]) {
      lines.append(("kept, the rest left out", "", kept))
    }
    parts = lines + parts
  }
  let each = Size(columns: size.columns, rows: max(size.rows / parts.count - 1, 1))
  if parts.count == 1 { return MapPictures.tiles(output, size: size, hasCaptions: true) }
  return .rows(parts.map { Part(MapPictures.tiles($0.2, size: each), title: $0.0, note: $0.1) })
}
