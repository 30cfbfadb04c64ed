// What the network makes of its whole input space, where that is a plane or a line: the decision map of a classifier,
// the fitted curve or surface of a regression, with the data on top.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let boundary = View(
    "boundary", title: "answers over the input space",
    summary: "decision map of data with two inputs, fitted curve of data with one",
    reasonMissing: { lab in
      if let reason = noLearner(lab) { return reason }
      guard lab.experiment.learner is any Predictor else { return "this learner answers no inputs" }
      let inputs = lab.experiment.data?.inputShape.elementCount ?? 0
      return inputs == 1 || inputs == 2
        ? nil : "the input has \(inputs) numbers; only one or two can be drawn: data spirals, data sine"
    },
    note: { lab, _ in
      let hasLandscape = (lab.experiment.model as? BeliefNetwork).map { $0.classCount == 0 } ?? false
      return (lab.experiment.data?.name ?? "") + (hasLandscape ? " · free energy" : "")
    }
  ) { lab, options, size in
    guard let data = lab.experiment.data, let predictor = lab.experiment.learner as? any Predictor else {
      return .empty
    }
    return data.inputShape.elementCount == 1
      ? curve(predictor, data, columns: size.columns) : plane(predictor, data, options, size: size)
  }
}

/// The range of one input: as the data set says, else as its samples lie, with a margin.
private func range(_ data: DataSet, input: Int) -> ClosedRange<Double> {
  if data.inputRanges.indices.contains(input) {
    let given = data.inputRanges[input]
    return Double(given.lowerBound)...Double(given.upperBound)
  }
  let x = data.train.inputs.tensor(0..<Int32(data.train.count))
  let size = data.inputShape.elementCount
  let values = (0..<data.train.count).map { Double(x[flat: $0 * size + input]) }
  let (low, high) = (values.min() ?? 0, values.max() ?? 1)
  let margin = max((high - low) * 0.1, 1e-3)
  return (low - margin)...(high + margin)
}

private func curve(_ predictor: any Predictor, _ data: DataSet, columns: Int) -> Figure {
  let range = range(data, input: 0)
  let count = max(columns * 2, 16)
  let places = (0..<count).map {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double($0) / Double(count - 1)
  }
  let output = predictor.predict(Tensor([count, 1], elements: places.map { Scalar($0) })).output
  let width = output.count / count
  let curves = (0..<min(width, 3)).map { unit in
    LineChart.Series(
      width == 1 ? "network" : "output \(unit)", role: [.series1, .series3, .series4][unit],
      points: places.indices.map { Point(places[$0], Double(output[flat: $0 * width + unit])) })
  }
  return .curve(
    CurveMap(
      data: [
        pointSet("train", data.train, role: .series2, shape: .dot),
        pointSet("test", data.test, role: .series5, shape: .cross),
      ].filter { !$0.points.isEmpty }, curves: curves, xLabel: data.featureNames.first ?? "x",
      yLabel: data.targetNames.first ?? "y", xRange: range))
}

private func pointSet(_ name: String, _ samples: Samples, role: ColorRole, shape: PointShape) -> LineChart.PointSet {
  let shown = Int32(min(samples.count, 400))
  let x = samples.inputs.tensor(0..<shown)
  let points: [Point] = (0..<Int(shown)).compactMap { row in
    switch samples.targets {
    case .values(let store): Point(Double(x[flat: row]), Double(store.tensor([Int32(row)])[flat: 0]))
    case .classes(let labels, _): labels[row] < 0 ? nil : Point(Double(x[flat: row]), Double(labels[row]))
    case .none, .steps: nil
    }
  }
  return LineChart.PointSet(name, role: role, shape: shape, points: points)
}

private func plane(_ predictor: any Predictor, _ data: DataSet, _ options: ViewOptions, size: Size) -> Figure {
  let (xs, ys) = (range(data, input: 0), range(data, input: 1))
  let columns = min(max(size.columns, 4), 120)
  let rows = min(max(size.rows * 2, 4), 80)
  var inputs: [Scalar] = []
  inputs.reserveCapacity(rows * columns * 2)
  for row in 0..<rows {
    for column in 0..<columns {
      inputs.append(Scalar(xs.lowerBound + (xs.upperBound - xs.lowerBound) * (Double(column) + 0.5) / Double(columns)))
      inputs.append(Scalar(ys.upperBound - (ys.upperBound - ys.lowerBound) * (Double(row) + 0.5) / Double(rows)))
    }
  }
  let answer = predictor.predict(Tensor([rows * columns, 2], elements: inputs))
  let width = answer.output.count / (rows * columns)
  let samples = options.showsTraining || data.test.count == 0 ? data.train : data.test
  let field: PlaneMap.Field
  if let classes = answer.classes {
    let certainty = Grid(rows: rows, columns: columns) { row, column in
      sureness(answer.output, row: row * columns + column, width: width)
    }
    field = .classes(
      Grid(rows: rows, columns: columns) { Float(classes[$0 * columns + $1]) }, certainty: certainty)
  } else if let stack = (predictor as? any Learner)?.model as? BeliefNetwork {
    // A machine without classes has a landscape: deep where it expects its inputs.
    let energies = stack.levels[0].freeEnergies(Tensor([rows * columns, 2], elements: inputs))
    let values = Grid(rows: rows, columns: columns, values: energies.map { Float($0) })
    field = .scalar(values, shading: .sequential, contours: contourHeights(values))
  } else {
    let values = Grid(rows: rows, columns: columns) { answer.output[flat: ($0 * columns + $1) * width] }
    field = .scalar(values, shading: .sequential, contours: contourHeights(values))
  }
  return .plane(
    PlaneMap(
      x: xs, y: ys, field: field, samples: planeSamples(samples, predictor), classNames: data.classNames,
      xLabel: data.featureNames.first ?? "x", yLabel: data.featureNames.count > 1 ? data.featureNames[1] : "y"))
}

/// How sure an answer is, from 0 (could be either) to 1.
private func sureness(_ output: Tensor, row: Int, width: Int) -> Float {
  if width == 1 { return min(abs(output[flat: row] - 0.5) * 2, 1) }
  var (first, second) = (-Float.infinity, -Float.infinity)
  for unit in 0..<width {
    let value = output[flat: row * width + unit]
    if value > first { (first, second) = (value, first) } else { second = max(second, value) }
  }
  return min(max(first - second, 0), 1)
}

/// Heights for about eight contour lines.
func contourHeights(_ grid: Grid, count: Int = 8) -> [Double] {
  guard let range = grid.finiteRange, range.lowerBound < range.upperBound else { return [] }
  let (low, high) = (Double(range.lowerBound), Double(range.upperBound))
  return (1...count).map { low + (high - low) * Double($0) / Double(count + 1) }
}

private func planeSamples(_ samples: Samples, _ predictor: any Predictor) -> [PlaneMap.Sample] {
  let shown = Int32(min(samples.count, 500))
  let x = samples.inputs.tensor(0..<shown)
  guard case .classes(let labels, _) = samples.targets else {
    return (0..<Int(shown)).map { PlaneMap.Sample(Point(Double(x[flat: 2 * $0]), Double(x[flat: 2 * $0 + 1]))) }
  }
  let named = shown > 0 ? predictor.predict(x).classes : nil
  return (0..<Int(shown)).map { row in
    PlaneMap.Sample(
      Point(Double(x[flat: 2 * row]), Double(x[flat: 2 * row + 1])), category: Int(labels[row]),
      isMarked: labels[row] >= 0 && named.map { $0[row] != labels[row] } ?? false)
  }
}
