// The weights of one layer as pictures: each unit of an image's first layer is the picture that it looks for.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let filters = View(
    "filters", title: "filters", summary: "weights as images: what each unit of a layer looks for", usage: "[LAYER]",
    reasonMissing: { noParameters($0) },
    note: { lab, options in filtersNote(lab, options) }
  ) { lab, options, size in
    let layer = options.layer ?? 1
    guard let weight = allTensors(lab).first(where: { $0.name == "layer\(layer).weight" }) else {
      return .message("layer \(layer) has no weights")
    }
    let inputShape = lab.experiment.model.parts.first { $0.index == layer }?.inputShape
    return .tiles(
      ImageTiles(
        unitTiles(weight.tensor, inputShape: inputShape), shading: .signed, range: .common, selected: nil))
  }
}

private func filtersNote(_ lab: Lab, _ options: ViewOptions) -> String {
  let layer = options.layer ?? 1
  guard let weight = lab.experiment.model.parameters.first(where: { $0.name == "layer\(layer).weight" }) else {
    return ""
  }
  return "W\(layer) \(weight.tensor.shape)"
}

/// One picture a unit: the weights that come into it, arranged as the input is. Inputs that are no image become the
/// most square picture that holds them.
private func unitTiles(_ weight: Tensor, inputShape: Shape?) -> [ImageTile] {
  let (inputs, units) = (weight.shape[0], weight.shape[1])
  var (rows, columns) = squarest(inputs)
  if let shape = inputShape, shape.rank >= 2, shape[0] * shape[1] == inputs { (rows, columns) = (shape[0], shape[1]) }
  return (0..<min(units, 1024)).map { unit in
    ImageTile(
      Grid(rows: rows, columns: columns) { row, column in
        let k = row * columns + column
        return k < inputs ? weight[flat: k * units + unit] : .nan
      })
  }
}

/// Rows and columns of the most square rectangle for so many numbers: exact where a factor is near the root.
func squarest(_ count: Int) -> (rows: Int, columns: Int) {
  guard count > 3 else { return (1, max(count, 1)) }
  var rows = Int(Double(count).squareRoot())
  while rows > 1, count % rows != 0 { rows -= 1 }
  if rows * rows * 4 < count {
    rows = Int(Double(count).squareRoot())
    return (rows, (count + rows - 1) / rows)
  }
  return (rows, count / rows)
}
