// Samples as points of a plane, coloured by class: a code of two units as it is, any other numbers by their two leading
// principal components. It shows whether a code, which nobody told of the classes, keeps them apart.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let map = View(
    "map", title: "map of the samples",
    summary: "samples as points, coloured by class: a code of two units, or two principal components",
    usage: "[input | LAYER] [--train]",
    reasonMissing: { lab in
      guard let data = lab.experiment.data, data.train.count > 0 else { return "there are no data yet: data digits" }
      return data.inputShape.elementCount > 1 ? nil : "the samples are single numbers: data digits"
    },
    problem: { _, options in
      guard let word = options.tensor, word != "input" else { return nil }
      return StrataError("a map is of the input or of a layer's units; got '\(word)'", try: "show map input")
    },
    note: { lab, options in SampleMap(lab, options)?.note ?? "" }
  ) { lab, options, _ in
    guard let map = SampleMap(lab, options) else { return .message("this model has no such layer") }
    return map.figure
  }
}

/// Points with their classes.
private struct SampleMap {
  let note: String
  private let points: [Point]
  private let samples: Samples
  private let classNames: [String]
  private let axes: (String, String)

  /// So many samples tell where their classes lie; more would only hide one another.
  private static let mostSamples = 400

  init?(_ lab: Lab, _ options: ViewOptions) {
    guard let data = lab.experiment.data else { return nil }
    let part = options.showsTraining || data.test.count == 0 ? data.train : data.test
    let count = min(part.count, SampleMap.mostSamples)
    guard count > 0 else { return nil }
    samples = part
    classNames = data.classNames
    let input = part.inputs.tensor(0..<Int32(count))
    let flat = input.reshaped(to: Shape(rows: count, columns: input.matrixExtents.columns))
    guard let (name, numbers) = SampleMap.numbers(lab, options, flat, of: data) else { return nil }
    let columns = numbers.matrixExtents.columns
    if columns == 2 {
      points = (0..<count).map { Point(Double(numbers[flat: $0 * 2]), Double(numbers[flat: $0 * 2 + 1])) }
      axes = ("\(name) unit 0", "unit 1")
      note = "\(count) samples · \(name)"
    } else if columns > 2, numbers.firstNonFinite == nil {
      let components = PrincipalComponents(of: numbers, count: 2)
      let code = components.code(of: numbers)
      points = (0..<count).map { Point(Double(code[flat: $0 * 2]), Double(code[flat: $0 * 2 + 1])) }
      axes = ("component 1", "component 2")
      note = "\(name) · 2 of \(columns) components, \(formatPercent(components.share)) of the variance"
    } else {
      return nil
    }
  }

  /// What is drawn: the layer that is asked for, else the top of a stack, else the input; the input too where the model
  /// cannot take it.
  private static func numbers(
    _ lab: Lab, _ options: ViewOptions, _ input: Tensor, of data: DataSet
  ) -> (String, Tensor)? {
    let model = lab.experiment.model
    guard model.takes(data) else { return ("input", input) }
    if options.tensor == "input" || (options.layer == nil && !(model is any StackedModel)) { return ("input", input) }
    let top = (model as? any StackedModel)?.levelCount ?? model.parts.count
    let layer = options.layer ?? top
    guard (1...max(top, 1)).contains(layer) else { return nil }
    if let stack = model as? AutoencoderStack { return ("code of level \(layer)", stack.passUp(input, through: layer)) }
    if let stack = model as? ConvolutionalBeliefNetwork {
      return ("level \(layer)", stack.passUp(input, through: layer))
    }
    if let stack = model as? BeliefNetwork { return ("level \(layer)", stack.passUp(input, through: layer)) }
    if let network = model as? Network, let shape = network.inputShape {
      let traces = network.traces(for: input.reshaped(to: shape.batched(input.matrixExtents.rows)))
      return traces.indices.contains(layer - 1) ? ("layer \(layer)", traces[layer - 1].output) : nil
    }
    return nil
  }

  var figure: Figure {
    func range(_ values: [Double]) -> ClosedRange<Double> {
      let finite = values.filter(\.isFinite)
      let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
      let margin = max((high - low) * 0.05, 1e-3)
      return (low - margin)...(high + margin)
    }
    let shown = points.enumerated().map { row, point in PlaneMap.Sample(point, category: category(row)) }
    return .plane(
      PlaneMap(
        x: range(points.map(\.x)), y: range(points.map(\.y)), samples: shown, classNames: classNames, xLabel: axes.0,
        yLabel: axes.1))
  }

  private func category(_ row: Int) -> Int {
    if case .classes(let labels, _) = samples.targets { return Int(labels[row]) }
    return 0
  }
}
