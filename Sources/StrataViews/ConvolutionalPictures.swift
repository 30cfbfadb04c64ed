// Pictures of a convolutional Boltzmann machine: what its maps look for, and one sample on its way up.
import StrataEngine
import StrataLab
import StrataPlot

extension MiniBatch {
  /// The stack of convolutional machines; nil for other models.
  var convolutional: ConvolutionalBeliefNetwork? { model as? ConvolutionalBeliefNetwork }
}

/// What the maps of one level look for in the input: kernels, above the first level put together from those below.
struct FieldPictures {
  let network: ConvolutionalBeliefNetwork
  let number: Int

  /// Nil where the model is another, or a tensor is asked for that is no kernel of the first level.
  init?(_ lab: Lab, _ options: ViewOptions) {
    guard let network = lab.experiment.model as? ConvolutionalBeliefNetwork else { return nil }
    let batch = MiniBatch(lab)
    var number = options.layer ?? batch?.level ?? 1
    if let name = options.tensor {
      guard let named = lab.experiment.tensor(named: name), named.name == "level1.weight" else { return nil }
      number = 1
    }
    guard network.levels.indices.contains(number - 1) else { return nil }
    (self.network, self.number) = (network, number)
  }

  var note: String {
    let level = network.levels[number - 1]
    if number == 1 { return "\(level.maps) kernels \(level.kernelRows)×\(level.kernelColumns)" }
    let symbols = (1...number).map { "W\($0)" }.joined(separator: "∗")
    return "\(symbols) · \(level.maps) maps, seen at the input"
  }

  func figure(_ size: Size) -> Figure {
    let maps = network.levels[number - 1].maps
    // One field tells the size of all.
    let extents = network.fields(of: number, units: [0]).shape
    let shape = PictureShape(extents.dropFirst)
    let crowd = Crowd(maps, shape, hasCaptions: false, in: size)
    guard crowd.count > 0 else { return .message("too small") }
    let fields = network.fields(of: number, units: Array(0..<crowd.count))
    let tiles = (0..<crowd.count).map { ImageTile(crowd.fitted(shape.grid(fields, row: $0))) }
    return .tiles(ImageTiles(tiles, shading: .signed, range: .common, total: maps))
  }
}

/// One sample on its way up a convolutional stack: what each level believes, map by map.
struct LevelPictures {
  let network: ConvolutionalBeliefNetwork
  let input: Tensor
  let back: Tensor
  let beliefs: [ConvolutionalBeliefNetwork.LevelBelief]
  let caption: String

  /// Nil without data, or where the model is another.
  init?(_ lab: Lab, _ options: ViewOptions) {
    guard let network = lab.experiment.model as? ConvolutionalBeliefNetwork, let data = lab.experiment.data,
      data.train.count + data.test.count > 0
    else { return nil }
    let isTraining = options.showsTraining || data.test.count == 0
    let samples = isTraining ? data.train : data.test
    let index = min(options.sample, samples.count - 1)
    self.network = network
    let picture = samples.inputs.tensor([Int32(index)])
    guard picture.count == network.levels[0].visible.shape.elementCount else { return nil }
    input = picture.reshaped(to: network.levels[0].visible.shape.batched(1))
    beliefs = network.beliefs(input, through: network.levelCount)
    back = network.reconstruction(of: input)
    var text = "\(isTraining ? "train" : "test") sample \(index)"
    if case .classes(let labels, let names) = samples.targets, labels[index] >= 0 {
      text += ", a \(names[Int(labels[index])])"
    }
    caption = text
  }

  func figure(_ options: ViewOptions, size: Size) -> Figure {
    let left = max(min(size.columns / 4, 34), 12)
    let isNarrow = size.columns < 40
    let levels = options.layer.map { [$0] } ?? Array(1...network.levelCount)
    var lines = levels.flatMap { number -> [(title: String, tensor: Tensor)] in
      let belief = beliefs[number - 1]
      let block = network.levels[number - 1].block
      return [
        ("level \(number), hidden", belief.hidden),
        ("level \(number), pooled by \(block.rows)×\(block.columns)", belief.pooled),
      ]
    }
    // Where room is short, what is passed up says more than what it was made of.
    let fitting = max(size.rows / 4, 1)
    if lines.count > fitting { lines = lines.indices.filter { $0 % 2 == 1 }.map { lines[$0] } }
    lines = Array(lines.prefix(fitting))
    let each = Size(
      columns: isNarrow ? size.columns : size.columns - left - 2, rows: max(size.rows / lines.count - 1, 1))
    let rows = lines.map {
      Part(MapPictures.tiles($0.tensor, size: each), title: $0.title, note: "\($0.tensor.shape.dropFirst)")
    }
    guard !isNarrow else { return .rows(rows) }
    let small = Size(columns: left, rows: max(size.rows / 2 - 1, 1))
    let beside = [
      Part(MapPictures.tiles(input, size: small), title: "x"),
      Part(MapPictures.tiles(back, size: small), title: "back"),
    ]
    return .columns([Part(.rows(beside), length: .cells(left)), Part(.rows(rows))], gap: 2)
  }
}

extension Tensor {
  /// At each place the largest number of all maps: where any of them is on. Every number is `scale` places high and wide,
  /// so that pooled maps lie over the maps that they were made of. The tensor is `[batch, row, column, map]`.
  func anywhere(sample: Int, scale: (rows: Int, columns: Int) = (1, 1)) -> Grid {
    guard let shape = MapShape(self.shape.dropFirst), sample < self.shape[0] else {
      return Grid(rows: 0, columns: 0, values: [])
    }
    let start = sample * shape.rows * shape.columns * shape.maps
    return withUnsafeElements { x in
      Grid(rows: shape.rows * scale.rows, columns: shape.columns * scale.columns) { row, column in
        let place = start + (row / scale.rows * shape.columns + column / scale.columns) * shape.maps
        return (0..<shape.maps).reduce(Float(0)) { max($0, x[place + $1]) }
      }
    }
  }

  /// The mean over all places of each map, `[batch, map]`.
  var meansOfMaps: Tensor {
    let maps = shape[shape.rank - 1]
    let places = count / maps / shape[0]
    var means = Tensor(Shape(rows: shape[0], columns: maps))
    for sample in 0..<shape[0] {
      for place in 0..<places {
        for map in 0..<maps {
          means[flat: sample * maps + map] += self[flat: (sample * places + place) * maps + map] / Float(places)
        }
      }
    }
    return means
  }
}
