// One unit of a feature map: the part of the input that it sees, and how its number is made, window times kernel plus bias,
// with all the numbers.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let receptive = View(
    "receptive", title: "receptive field",
    summary: "a unit's field marked on the input, and its window × kernel + bias with numbers",
    usage: "[LAYER | UNIT such as h1[3,4,0]] [--sample N] [--train] [--term K]",
    reasonMissing: { MapPictures.reasonMissing($0) },
    problem: { lab, options in
      guard let pictures = MapPictures(lab, options) else { return nil }
      do throws(StrataError) {
        _ = try ReceptiveUnit(pictures, options)
        return nil
      } catch { return error }
    },
    note: { lab, options in MapPictures(lab, options)?.caption ?? "" }
  ) { lab, options, size in
    guard let pictures = MapPictures(lab, options),
      let unit = (try? ReceptiveUnit(pictures, options)) ?? (try? ReceptiveUnit(pictures, ViewOptions()))
    else { return .message("no layer has maps") }
    return unit.figure(pictures, term: options.term, size: size)
  }
}

/// A unit of a map.
private struct ReceptiveUnit {
  let layer: Int
  let row: Int
  let column: Int
  let map: Int
  let sign: String

  /// The unit that is asked for; else the most excited one of the layer. Throws where there is no such unit.
  init(_ pictures: MapPictures, _ options: ViewOptions) throws(StrataError) {
    let network = pictures.network
    func sign(_ layer: Int) -> String { network.signs(layer - 1).output }
    var name = options.tensor ?? ""
    var position: [Int]?
    if let open = name.firstIndex(of: "["), name.hasSuffix("]") {
      let inside = name[name.index(after: open)...].dropLast()
      let numbers = inside.split(separator: ",", omittingEmptySubsequences: false).map {
        Int($0.filter { $0 != " " })
      }
      guard numbers.count == 3, !numbers.contains(nil) else {
        throw StrataError(
          "a unit's row, column and map were expected in the brackets, got [\(inside)]",
          try: "show receptive h\(pictures.mapLayers.first ?? 1)[0,0,0]")
      }
      position = numbers.compactMap { $0 }
      name = String(name[..<open])
    }
    let known = pictures.mapLayers
    let named = known.first { [sign($0), "layer\($0)", "layer\($0).output"].contains(name) }
    guard name.isEmpty || named != nil else {
      throw StrataError(
        "'\(name)' has no maps; those with maps are \(known.map(sign).joined(separator: ", "))",
        try: "show receptive \(sign(known.first ?? 1))[0,0,0]")
    }
    let convolution = known.first { network.layers[$0 - 1] is any LocalLayer }
    let layer = named ?? options.layer ?? convolution ?? known.first ?? 0
    guard known.contains(layer) else {
      throw StrataError(
        "layer \(layer) has no maps; layers with maps are \(known.map(String.init).joined(separator: ", "))",
        try: "show receptive \(known.first ?? 1)")
    }
    let shape = network.outputShapes[layer - 1]
    if let position {
      guard zip(position, shape.dimensions).allSatisfy({ $0 >= 0 && $0 < $1 }) else {
        throw StrataError(
          "\(sign(layer)) is \(shape), so units are [0…\(shape[0] - 1), 0…\(shape[1] - 1), 0…\(shape[2] - 1)]; got "
            + "[\(position.map(String.init).joined(separator: ","))]", try: "show receptive \(sign(layer))[0,0,0]")
      }
      (row, column, map) = (position[0], position[1], position[2])
    } else {
      let output = pictures.output(layer)
      let best = (0..<output.count).max { output[flat: $0] < output[flat: $1] } ?? 0
      let place = output.position(of: best)
      (row, column, map) = (place[1], place[2], place[3])
    }
    self.layer = layer
    self.sign = sign(layer)
  }

  private var text: String { "\(sign)[\(row),\(column),\(map)]" }

  func figure(_ pictures: MapPictures, term: Int?, size: Size) -> Figure {
    let network = pictures.network
    if let term, let convolution = network.layers[layer - 1] as? Convolution,
      let window = convolution.window(of: [0, row, column, map], input: pictures.below(layer))
    {
      let motion = SlowMotion(
        window, function: convolution.function, signs: network.signs(layer - 1), place: "\(row),\(column),\(map)",
        shown: term)
      return slowly(motion, pictures, network.receptiveField(of: layer, row: row, column: column), size: size)
    }
    let field = network.receptiveField(of: layer, row: row, column: column)
    let signs = network.signs(layer - 1)
    let explained = network.layers[layer - 1].explain(
      .output, at: [0, row, column, map], input: pictures.below(layer), outputGradient: nil, joined: false,
      trace: pictures.traces[layer - 1], signs: signs)
    var lines = [TextLine("\(text) of layer \(layer), \(network.layers[layer - 1].words)", .title, style: .bold)]
    // Of the first layer the window itself tells.
    if layer > 1 { lines.append(TextLine("sees \(field?.text ?? "all") of x", .quiet)) }
    lines += (explained ?? ["\(text) is what stands there in \(signs.input)"]).map { TextLine($0) }
    let words = Figure.text(TextBlock(lines, wraps: true))
    let picture = Part(marked(pictures, field), title: "x", note: "field marked")
    let window = (network.layers[layer - 1] as? Convolution)?
      .window(of: [0, row, column, map], input: pictures.below(layer))
    let needed = lines.map(\.width).max() ?? 0
    var (beside, right) = (picture, [Part(words)])
    // Numbers need whole lines: where they do not fit beside the picture they stand below it, if there is room for both.
    let left = size.rows - lines.count
    if needed + 20 > size.columns, left >= 6 {
      var above = [picture]
      if let window { above.append(Part(tiles(window))) }
      return .rows([Part(.columns(above, gap: 2), length: .cells(left)), Part(words)])
    }
    beside.length = .cells(min(max(size.columns - needed - 2, 16), max(size.columns / 3, 16), 60))
    if let window, size.rows >= lines.count + 6 {
      right = [Part(words, length: .cells(lines.count + 1)), Part(tiles(window))]
    }
    return .columns([beside, Part(.rows(right))], gap: 2)
  }

  /// The sum up to a term: the picture with the field, window and kernel, the newest terms.
  private func slowly(_ motion: SlowMotion, _ pictures: MapPictures, _ field: PictureArea?, size: Size) -> Figure {
    let rows = max(size.rows / 3, 4)
    let above = Figure.columns(
      [Part(marked(pictures, field), title: "x", note: "field marked"), Part(motion.figure)], gap: 2)
    return .rows([
      Part(above, length: .cells(size.rows - rows)), Part(.text(TextBlock(motion.lines(rows: rows)))),
    ])
  }

  /// Window, kernel and their product, of the map that adds most.
  private func tiles(_ window: ConvolutionWindow) -> Figure {
    let map = window.largestMaps(1).first ?? 0
    let at = map * window.rows * window.columns
    func grid(_ numbers: (Int) -> Float) -> Grid {
      Grid(rows: window.rows, columns: window.columns) { numbers(at + $0 * window.columns + $1) }
    }
    let tiles = [
      ImageTile(grid { window.inputs[$0] }, caption: "x"),
      ImageTile(grid { window.weights[$0] }, caption: "W"),
      ImageTile(grid { window.inputs[$0] * window.weights[$0] }, caption: "x·W"),
    ]
    return .tiles(ImageTiles(tiles, shading: .signed, range: .perTile))
  }

  /// The input with a frame around the field.
  private func marked(_ pictures: MapPictures, _ field: PictureArea?) -> Figure {
    guard let shape = MapShape(pictures.input.shape.dropFirst) else { return .message("no picture") }
    let mean = Grid(rows: shape.rows, columns: shape.columns) { row, column in
      let at = (row * shape.columns + column) * shape.maps
      return (0..<shape.maps).reduce(Float(0)) { $0 + pictures.input[flat: at + $1] } / Float(shape.maps)
    }
    guard let field, let range = mean.finiteRange, range.upperBound > range.lowerBound else {
      return .tiles(ImageTiles([ImageTile(mean)]))
    }
    // One more pixel around, so that a field at the edge has its frame too.
    var raster = Raster(width: shape.columns + 2, height: shape.rows + 2)
    for y in 0..<raster.height {
      for x in 0..<raster.width {
        let (row, column) = (y - 1, x - 1)
        let isNear =
          row >= field.rows.lowerBound - 1 && row <= field.rows.upperBound + 1
          && column >= field.columns.lowerBound - 1 && column <= field.columns.upperBound + 1
        if isNear, !field.contains(row: row, column: column) {
          raster[x, y] = RGB(240, 160, 40)
        } else if row >= 0, row < shape.rows, column >= 0, column < shape.columns {
          raster[x, y] = Shading.grey.color(
            mean[row, column], in: Double(range.lowerBound)...Double(range.upperBound))
        }
      }
    }
    return .tiles(ImageTiles([ImageTile(raster)]))
  }
}
