// One sample of a sequence as lines over time: what goes in, what the network answers, what was asked for.
import StrataEngine
import StrataLab
import StrataPlot

struct SequenceSheet {
  let data: DataSet
  let samples: Samples
  let row: Int
  /// `[1, time, features]`.
  let input: Tensor
  /// The time steps up to the end of the sequence: those behind it are left out.
  let count: Int
  private let targets: Targets
  private let allowed: [UInt64]

  /// A sample of the part, the last one where there are fewer.
  init?(_ data: DataSet, _ samples: Samples, row: Int) {
    guard data.inputShape.rank == 2, samples.count > 0, data.inputShape.elementCount > 0 else { return nil }
    self.data = data
    self.samples = samples
    self.row = min(row, samples.count - 1)
    input = samples.inputs.tensor([Int32(self.row)])
    targets = samples.targets.selecting([Int32(self.row)])
    let length = data.inputShape[0]
    let start = self.row * length
    allowed = samples.allowed.map { Array($0[start..<start + length]) } ?? []
    let last = data.hasSymbols ? input.symbols(in: 0..<length).lastIndex { $0 != nil } : nil
    count = (last ?? length - 1) + 1
  }

  /// What goes in: symbols, a line of heights for each of a few numbers, or the rows of a picture.
  var inputLines: [TimeSheet.Line] {
    let features = data.inputShape[1]
    if data.hasSymbols {
      return [.init("x", .words(input.symbols(in: 0..<count).map { TextRun($0.map { data.featureNames[$0] } ?? "") }))]
    }
    if features > 4 {
      let grid = Grid(rows: features, columns: count) { input[flat: $1 * features + $0] }
      let range = grid.finiteRange.map { Double(min($0.lowerBound, 0))...Double(max($0.upperBound, 1)) } ?? 0...1
      return [.init("x", .shades(grid, .grey, range))]
    }
    return (0..<features).map { feature in
      let values = (0..<count).map { Double(input[flat: $0 * features + feature]) }
      let name = data.featureNames.indices.contains(feature) ? data.featureNames[feature] : "x\(feature + 1)"
      // A mark is there or not: no height.
      if features > 1, values.allSatisfy({ $0 == 0 || $0 == 1 }) {
        return .init(name, .words(values.map { TextRun($0 == 1 ? "●" : "", .accent) }))
      }
      return .init(name, .heights(values, SequenceSheet.range(values), .series1))
    }
  }

  /// From 0, or from the smallest where that is below it, to the largest.
  private static func range(_ values: [Double]) -> ClosedRange<Double> {
    let finite = values.filter(\.isFinite)
    let (low, high) = (min(finite.min() ?? 0, 0), max(finite.max() ?? 1, 0))
    return low < high ? low...high : 0...1
  }

  /// The answers of `[1, time, out]`, or of `[1, out]` at the end, beside what was asked for.
  func answerLines(_ output: Tensor, isCompact: Bool = false) -> [TimeSheet.Line] {
    switch targets {
    case .steps(let labels, let names, _): symbolLines(output, labels, names, isCompact)
    case .values(let store) where targets.arePerStep: valueLines(output, store)
    case .classes(let labels, let names): endLine(output, labels, names)
    case .none, .values: []
    }
  }

  private func symbolLines(
    _ output: Tensor, _ labels: [Int32], _ names: [String], _ isCompact: Bool
  ) -> [TimeSheet.Line] {
    let size = names.count
    guard output.count >= count * size else { return [] }
    let answers = output.symbols(in: 0..<count)
    var lines: [TimeSheet.Line] = []
    if size <= 16, !isCompact {
      let grid = Grid(rows: size, columns: count) { output[flat: $1 * size + $0] }
      lines.append(.init("y", note: "0…1", .shades(grid, .sequential, 0...1), labels: names))
    }
    let isRight = (0..<count).map { time in labels[time] < 0 ? nil : answers[time] == Int(labels[time]) }
    lines.append(
      .init(
        "answer",
        .words(
          answers.enumerated().map { time, symbol in
            guard let right = isRight[time], let symbol else { return TextRun("") }
            return TextRun(names[symbol], right ? .good : .bad)
          })))
    lines.append(.init("asked", .words(labels.prefix(count).map { TextRun($0 < 0 ? "" : names[Int($0)]) })))
    lines.append(verdictLine(output, isRight, size))
    return lines
  }

  /// Where it is known what may come: whether exactly that is most active; else whether the answer is right.
  private func verdictLine(_ output: Tensor, _ isRight: [Bool?], _ size: Int) -> TimeSheet.Line {
    func mark(_ isGood: Bool?) -> TextRun {
      isGood.map { TextRun($0 ? "✓" : "✗", $0 ? .good : .bad) } ?? TextRun("")
    }
    guard !allowed.isEmpty else { return .init("right", .words(isRight.map(mark))) }
    return .init(
      "legal",
      .words(
        (0..<count).map { time in
          guard isRight[time] != nil else { return TextRun("") }
          return mark(SequenceSheet.isLegal(output, at: time, size, allowed[time]))
        }))
  }

  /// Whether all allowed symbols are more active than all others.
  private static func isLegal(_ output: Tensor, at time: Int, _ size: Int, _ allowed: UInt64) -> Bool {
    let step = (0..<size).map { (isAllowed: allowed >> UInt64($0) & 1 == 1, value: output[flat: time * size + $0]) }
    let least = step.filter(\.isAllowed).map(\.value).min() ?? -.infinity
    let most = step.filter { !$0.isAllowed }.map(\.value).max() ?? -.infinity
    return least > most
  }

  private func valueLines(_ output: Tensor, _ store: SampleStore) -> [TimeSheet.Line] {
    let width = store.sampleShape[1]
    let asked = store.tensor([0])
    guard output.count == asked.count else { return [] }
    return (0..<width).flatMap { unit -> [TimeSheet.Line] in
      func values(_ tensor: Tensor) -> [Double] { (0..<count).map { Double(tensor[flat: $0 * width + unit]) } }
      let range = SequenceSheet.range(values(output) + values(asked))
      let name = width == 1 ? "" : " \(data.targetNames.indices.contains(unit) ? data.targetNames[unit] : "\(unit)")"
      return [
        .init("y" + name, .heights(values(output), range, .series2)),
        .init("asked" + name, .heights(values(asked), range, .past)),
      ]
    }
  }

  /// One class for the whole sequence, under its last time step.
  private func endLine(_ output: Tensor, _ labels: [Int32], _ names: [String]) -> [TimeSheet.Line] {
    guard output.count == names.count, let label = labels.first, label >= 0 else { return [] }
    let grid = Grid(rows: names.count, columns: count) { row, time in time == count - 1 ? output[flat: row] : .nan }
    return [.init("y", note: "0…1", .shades(grid, .sequential, 0...1), labels: names)]
  }

  /// What came of it, in words: `is XY, taken for XX`, `9 of 11 right`.
  func remark(_ output: Tensor, classes: [Int32]?) -> String {
    switch targets {
    case .classes(let labels, let names):
      guard let label = labels.first, label >= 0, let named = classes?.first else { return "" }
      let right = named == label
      return "is \(names[Int(label)])" + (right ? " · right" : ", taken for \(names[Int(named)])")
    case .steps(let labels, _, _):
      guard let classes, classes.count >= count else { return "" }
      let asked = (0..<count).filter { labels[$0] >= 0 }
      return "\(asked.count { classes[$0] == labels[$0] }) of \(asked.count) right"
    case .values(let store):
      let asked = store.tensor([0])
      guard asked.count == output.count, asked.count > 0 else { return "" }
      if asked.count == 1 {
        return "asked \(formatNumber(Double(asked[flat: 0]), significant: 3)), answered "
          + formatNumber(Double(output[flat: 0]), significant: 3)
      }
      let error = zip(asked.elements, output.elements).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      return "squared error \(formatNumber(error / Double(asked.count), significant: 3))"
    case .none: return ""
    }
  }
}

/// The sample of the shown part that is selected, where the data are sequences.
func selectedSequence(_ lab: Lab, _ options: ViewOptions) -> SequenceSheet? {
  guard let data = lab.experiment.data else { return nil }
  return SequenceSheet(data, shownSamples(data, options), row: options.sample)
}

/// The network's recurrent layers with their numbers, from the input up.
func recurrentLayers(_ lab: Lab) -> [(number: Int, layer: any RecurrentLayer)] {
  guard let network = lab.experiment.model as? Network, network.inputShape != nil else { return [] }
  return network.layers.enumerated().compactMap { index, layer in
    (layer as? any RecurrentLayer).map { (index + 1, $0) }
  }
}

/// Why a view of time has nothing to show; nil where it has.
func whyNoSequence(_ lab: Lab) -> String? {
  guard let data = lab.experiment.data else { return "no data yet: data reber" }
  guard data.inputShape.rank == 2 else { return "\(data.name) is no data of sequences: data reber" }
  guard data.train.count + data.test.count > 0 else { return "\(data.name) has no samples" }
  return recurrentLayers(lab).isEmpty ? "no layer has a state: add lstm 8" : nil
}

/// The time step that the next line of a recurrent layer does; nil between the passes through time.
func presentTimeStep(_ lab: Lab) -> Int? {
  guard let learner = lab.experiment.learner, learner.listing.indices.contains(learner.line),
    let counter = learner.listing[learner.line].counter,
    let time = learner.tensors.first(where: { $0.name == counter })?.tensor, time.count == 1
  else { return nil }
  return Int(time[flat: 0])
}

/// States of one sample, `[1, time, units]`, as rows of units.
func stateGrid(_ states: Tensor, count: Int, units: Range<Int>) -> Grid {
  let width = states.shape[states.shape.rank - 1]
  return Grid(rows: units.count, columns: count) { states[flat: $1 * width + units.lowerBound + $0] }
}

/// At least −1 to 1: squashed states keep their shades from step to step; unbounded ones need more.
func stateRange(_ grid: Grid) -> ClosedRange<Double> {
  let largest = grid.finiteRange.map { max(abs(Double($0.lowerBound)), abs(Double($0.upperBound))) } ?? 1
  return -max(largest, 1)...max(largest, 1)
}
