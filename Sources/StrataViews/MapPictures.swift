// One sample on its way through a network whose layers have maps: what every layer makes of it, map by map.
import StrataEngine
import StrataLab
import StrataPlot

struct MapPictures {
  let network: Network
  /// `[1] + inputShape`
  let input: Tensor
  let traces: [LayerTrace]
  let caption: String
  let data: DataSet

  /// Nil without a network, data, or where no layer has maps.
  init?(_ lab: Lab, _ options: ViewOptions) {
    guard MapPictures.reasonMissing(lab) == nil, let network = lab.experiment.model as? Network,
      let data = lab.experiment.data
    else { return nil }
    let isTraining = options.showsTraining || data.test.count == 0
    let samples = isTraining ? data.train : data.test
    let index = Int32(min(options.sample, samples.count - 1))
    self.network = network
    self.data = data
    input = samples.inputs.tensor([index])
    traces = network.traces(for: input)
    var text = "\(isTraining ? "train" : "test") sample \(index)"
    if case .classes(let labels, let names) = samples.targets, labels[Int(index)] >= 0 {
      text += ", a \(names[Int(labels[Int(index)])])"
    }
    caption = text
  }

  static func reasonMissing(_ lab: Lab) -> String? {
    guard let data = lab.experiment.data else { return "no data yet: data digits" }
    guard let network = lab.experiment.model as? Network, !network.outputShapes.isEmpty else {
      return "no network of layers yet: add conv 8 3x3 relu"
    }
    guard data.train.count + data.test.count > 0 else { return "\(data.name) has no samples" }
    return network.layers.contains { $0 is any LocalLayer } ? nil : "no layer has maps: add conv 8 3x3 relu"
  }

  /// The numbers of layers (from 1) whose outputs are maps.
  var mapLayers: [Int] { network.outputShapes.indices.filter { isMaps(network.outputShapes[$0]) }.map { $0 + 1 } }

  func isMaps(_ shape: Shape) -> Bool { shape.rank == 3 }

  /// What goes into a layer, and what comes out.
  func below(_ layer: Int) -> Tensor { layer == 1 ? input : traces[layer - 2].output }
  func output(_ layer: Int) -> Tensor { traces[layer - 1].output }

  /// The maps of the first sample of a tensor `[batch, row, column, map]`; a picture without maps is one.
  static func grids(_ tensor: Tensor, sample: Int = 0, atMost limit: Int) -> [Grid] {
    guard let shape = MapShape(tensor.shape.dropFirst), sample < tensor.shape[0] else { return [] }
    let start = sample * shape.rows * shape.columns * shape.maps
    return tensor.withUnsafeElements { x in
      (0..<min(shape.maps, limit)).map { map in
        Grid(rows: shape.rows, columns: shape.columns) { x[start + ($0 * shape.columns + $1) * shape.maps + map] }
      }
    }
  }

  /// Maps as tiles: as many as have room, dark where least. Maps with numbers below 0 are shaded around it.
  static func tiles(_ tensor: Tensor, sample: Int = 0, size: Size, hasCaptions: Bool = false) -> Figure {
    guard let shape = MapShape(tensor.shape.dropFirst) else { return .message("no maps") }
    var picture = PictureShape(units: 1)
    (picture.rows, picture.columns) = (shape.rows, shape.columns)
    let crowd = Crowd(shape.maps, picture, hasCaptions: hasCaptions, in: size)
    guard crowd.count > 0 else { return .message("too small") }
    let grids = grids(tensor, sample: sample, atMost: crowd.count)
    let isSigned = grids.contains { ($0.finiteRange?.lowerBound ?? 0) < 0 }
    return .tiles(
      ImageTiles(
        grids.enumerated().map { ImageTile(crowd.fitted($1), caption: hasCaptions ? "\($0)" : "") },
        shading: isSigned ? .signed : .grey, total: shape.maps))
  }

  /// What the network answers for the sample.
  func answer(_ lab: Lab) -> Bars? {
    guard let prediction = (lab.experiment.learner as? any Predictor)?.predict(input), prediction.output.count <= 12
    else { return nil }
    let named = prediction.classes.map { Int($0[0]) }
    return Bars(
      (0..<prediction.output.count).map { unit in
        Bars.Bar(
          data.classNames.indices.contains(unit) ? data.classNames[unit] : "y\(unit)",
          Double(prediction.output[flat: unit]), role: named == unit ? .accent : .series1)
      }, range: prediction.classes == nil ? nil : 0...1,
      format: prediction.classes == nil ? .number(significant: 3) : .percent)
  }
}

/// The kernels of a convolution as pictures: unit by unit, and for each unit one picture a map that it looks at.
struct KernelPictures {
  let number: Int
  let named: NamedTensor

  /// Nil where the layer that is asked for is no convolution.
  init?(_ lab: Lab, _ options: ViewOptions) {
    let asked = options.tensor
    let kernels = lab.experiment.tensors.filter { $0.axes == ["row", "column", "in", "out"] && $0.tensor.count > 0 }
    let layer = options.layer ?? 1
    guard
      let named = asked.map({ name in kernels.first { $0.name == name || $0.symbol == name } })
        ?? kernels.first(where: { $0.name == "layer\(layer).weight" })
    else { return nil }
    self.named = named
    number = layer
  }

  init(_ named: NamedTensor) { (number, self.named) = (0, named) }

  var note: String {
    let shape = named.tensor.shape
    return "\(named.symbol) \(shape)" + (shape[2] > 1 ? " · below→unit" : "")
  }

  func figure(_ size: Size) -> Figure {
    let weight = named.tensor
    let (rows, columns, below, units) = (weight.shape[0], weight.shape[1], weight.shape[2], weight.shape[3])
    var picture = PictureShape(units: 1)
    (picture.rows, picture.columns) = (rows, columns)
    // Captions need six cells; below that the order alone tells.
    let hasCaptions = below > 1 && columns >= 6
    let count = ImageTiles.fitting(below * units, rows: rows, columns: columns, hasCaptions: hasCaptions, in: size)
    guard count > 0 else { return .message("too small") }
    let tiles = (0..<count).map { place in
      let (unit, map) = (place / below, place % below)
      return ImageTile(
        Grid(rows: rows, columns: columns) { weight[$0, $1, map, unit] }, caption: hasCaptions ? "\(map)→\(unit)" : "")
    }
    return .tiles(ImageTiles(tiles, shading: .signed, range: .common, total: below * units))
  }
}
