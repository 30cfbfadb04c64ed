// The samples with what the network makes of them: a page of pictures or rows, and for the selected one every class's
// probability.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let samples = View(
    "samples", title: "samples", summary: "samples with the network's answer and its probabilities",
    usage: "[--sample N] [--train] [--wrong]",
    reasonMissing: { lab in
      guard let data = lab.experiment.data else { return "no data yet: data digits" }
      return data.train.count + data.test.count == 0 ? "\(data.name) has no samples" : nil
    },
    note: { lab, options in
      guard let data = lab.experiment.data else { return "" }
      let count = shownSamples(data, options).count
      return "\(partName(data, options)) · sample \(min(options.sample, max(count - 1, 0))) of \(count)"
        + (options.onlyWrong ? " · wrong answers only" : "")
    }
  ) { lab, options, size in
    guard let data = lab.experiment.data else { return .empty }
    let samples = shownSamples(data, options)
    guard samples.count > 0 else { return .message("\(partName(data, options)) has no samples") }
    let page = Page(samples, lab: lab, options: options, atMost: 60)
    guard !page.rows.isEmpty else { return .message("every answer is right") }
    if data.isSequence { return page.sequences(data, samples, size: size) }
    let list = data.inputShape.rank >= 2 ? page.tiles(data) : page.table(data)
    let beside = Size(columns: (size.columns - 2) * 2 / 5, rows: size.rows - 1)
    guard let detail = page.detail(data, size: beside), size.columns >= 40 else { return list }
    return .columns(
      [Part(list, length: .share(3)), Part(detail, title: page.heading(data), length: .share(2))], gap: 2)
  }
}

func shownSamples(_ data: DataSet, _ options: ViewOptions) -> Samples {
  options.showsTraining || data.test.count == 0 ? data.train : data.test
}

func partName(_ data: DataSet, _ options: ViewOptions) -> String {
  options.showsTraining || data.test.count == 0 ? "train" : "test"
}

/// The samples around the selected one, with answers.
private struct Page {
  var rows: [Int32] = []
  var inputs = Tensor.empty
  var targets = Targets.none
  var prediction: Prediction?
  /// Which of `rows` is selected.
  var selected = 0

  init(_ samples: Samples, lab: Lab, options: ViewOptions, atMost limit: Int) {
    let predictor = lab.experiment.learner as? any Predictor
    var candidates: [Int32]
    if options.onlyWrong, let predictor, case .classes(let labels, _) = samples.targets {
      // Wrong answers are looked for among the first thousand, so that a frame stays a frame.
      let searched = Int32(min(samples.count, 1000))
      let named = predictor.predict(samples.inputs.tensor(0..<searched)).classes
      candidates = (0..<searched).filter { row in
        named.map { labels[Int(row)] >= 0 && $0[Int(row)] != labels[Int(row)] } ?? false
      }
      let start = min(options.sample, max(candidates.count - 1, 0)) / limit * limit
      selected = min(options.sample, max(candidates.count - 1, 0)) - start
      candidates = Array(candidates.dropFirst(start).prefix(limit))
    } else {
      let index = min(options.sample, samples.count - 1)
      let start = index / limit * limit
      selected = index - start
      candidates = (Int32(start)..<Int32(min(start + limit, samples.count))).map { $0 }
    }
    rows = candidates
    guard !rows.isEmpty else { return }
    inputs = samples.inputs.tensor(rows)
    targets = samples.targets.selecting(rows)
    prediction = predictor?.predict(inputs)
  }

  private func label(_ index: Int) -> String {
    switch targets {
    case .classes(let labels, let names): labels[index] >= 0 ? names[Int(labels[index])] : "?"
    case .values(let store): formatNumber(Double(store.tensor([Int32(index)])[flat: 0]), significant: 3)
    case .none: ""
    case .steps(let labels, let names, let length):
      labels[index * length..<(index + 1) * length].map { $0 >= 0 ? names[Int($0)] : "" }.joined()
    }
  }

  /// Whether the answer is the input given back.
  private var isReconstruction: Bool {
    guard let prediction, prediction.classes == nil, prediction.output.count == inputs.count else { return false }
    if case .values = targets { return false }
    return true
  }

  private func answer(_ index: Int, _ data: DataSet) -> String? {
    guard let prediction, !isReconstruction, !targets.arePerStep else { return nil }
    if let classes = prediction.classes {
      return data.classNames.indices.contains(Int(classes[index])) ? data.classNames[Int(classes[index])] : nil
    }
    return formatNumber(Double(prediction.output[flat: index * (prediction.output.count / rows.count)]), significant: 3)
  }

  private func isRight(_ index: Int) -> Bool? {
    guard case .classes(let labels, _) = targets, let classes = prediction?.classes, labels[index] >= 0 else {
      return nil
    }
    return classes[index] == labels[index]
  }

  func tiles(_ data: DataSet) -> Figure {
    let shape = data.inputShape
    let (height, width) = (shape[0], shape[1])
    let size = shape.elementCount
    let tiles = rows.indices.map { index in
      let grid = Grid(rows: height, columns: width) { inputs[flat: index * size + $0 * width + $1] }
      let right = isRight(index)
      let text = answer(index, data).map { right == false ? "\(label(index))≠\($0)" : $0 } ?? label(index)
      return ImageTile(grid, caption: text, captionRole: right == false ? .bad : .quiet)
    }
    return .tiles(ImageTiles(tiles, shading: .grey, range: .common, selected: selected))
  }

  func table(_ data: DataSet) -> Figure {
    let size = data.inputShape.elementCount
    let shownInputs = min(size, 6)
    var columns = [StrataPlot.Table.Column("#", .right)]
    columns += (0..<shownInputs).map {
      .init(data.featureNames.indices.contains($0) ? data.featureNames[$0] : "x\($0 + 1)", .right)
    }
    columns += [.init("target"), .init("answer")]
    let lines: [[TextLine]] = rows.indices.map { index in
      let right = isRight(index)
      return [TextLine("\(rows[index])", .quiet)]
        + (0..<shownInputs).map { TextLine(formatNumber(Double(inputs[flat: index * size + $0]), significant: 3)) }
        + [
          TextLine(label(index)),
          TextLine((right == false ? "✗ " : "") + (answer(index, data) ?? "–"), right == false ? .bad : .plain),
        ]
    }
    return .table(StrataPlot.Table(columns: columns, rows: lines, selected: selected))
  }

  /// The sequences in a line each, and below them the selected one over time, with its answers.
  func sequences(_ data: DataSet, _ samples: Samples, size: Size) -> Figure {
    let list = sequenceTable(data, columns: size.columns)
    guard rows.indices.contains(selected), size.rows >= 12,
      let sheet = SequenceSheet(data, samples, row: Int(rows[selected]))
    else { return list }
    let output = prediction.map { $0.output.rows(selected..<selected + 1) }
    let answers = output.map { sheet.answerLines($0, isCompact: size.rows < 24) } ?? []
    let lines = sheet.inputLines + answers
    let wanted = lines.reduce(1) { $0 + $1.wantedRows }
    return .rows([
      Part(list),
      Part(
        .time(TimeSheet(lines, count: sheet.count)), title: "sample \(sheet.row)",
        note: output.map { sheet.remark($0, classes: selectedClasses(length: data.inputShape[0])) } ?? "",
        length: .cells(min(wanted + 1, size.rows / 2))),
    ])
  }

  /// What the selected sample, or each time step of it, is taken for.
  private func selectedClasses(length: Int) -> [Int32]? {
    guard let classes = prediction?.classes else { return nil }
    let each = targets.arePerStep ? length : 1
    return classes.count >= (selected + 1) * each ? Array(classes[selected * each..<(selected + 1) * each]) : nil
  }

  private func sequenceTable(_ data: DataSet, columns: Int) -> Figure {
    let (length, features) = (data.inputShape[0], data.inputShape[1])
    let hasAnswers = !targets.arePerStep
    let lines: [[TextLine]] = rows.indices.map { index in
      let sequence: String
      if data.hasSymbols {
        let symbols = inputs.symbols(in: index * length..<(index + 1) * length)
        sequence = symbolText(symbols.compactMap { $0 }, names: data.featureNames)
      } else {
        let values = (0..<length).map { Double(inputs[flat: (index * length + $0) * features]) }
        // Heights over the smallest: a sparkline begins at zero.
        let least = min(values.min() ?? 0, 0)
        sequence = sparkline(values.map { $0 - least }, columns: min(length, max(columns / 2, 1)))
      }
      let right = isRight(index)
      return [TextLine("\(rows[index])", .quiet), TextLine(sequence)]
        + (hasAnswers
          ? [
            TextLine(label(index)),
            TextLine((right == false ? "✗ " : "") + (answer(index, data) ?? "–"), right == false ? .bad : .plain),
          ] : [])
    }
    let titles = [StrataPlot.Table.Column("#", .right), .init("sequence")]
    return .table(
      StrataPlot.Table(
        columns: titles + (hasAnswers ? [.init("target"), .init("answer")] : []), rows: lines, selected: selected))
  }

  func heading(_ data: DataSet) -> String {
    if case .classes(let labels, _) = targets, labels[selected] < 0 { return "its label is hidden" }
    if case .none = targets { return "" }
    let verdict = isRight(selected).map { $0 ? "right" : "wrong" }
    return "is \(label(selected))" + (verdict.map { " · \($0)" } ?? "")
  }

  /// The selected sample beside what the model gives back.
  private func comparison(_ output: Tensor, _ data: DataSet, size: Size) -> Figure {
    let shape = PictureShape(data.inputShape)
    let selected = selected
    let count = inputs.matrixExtents.columns
    let (given, back) = (shape.grid(inputs, row: selected), shape.grid(output, row: selected))
    let difference = Grid(
      rows: shape.rows, columns: shape.columns, values: zip(given.values, back.values).map { $0 - $1 })
    let error = (0..<count).reduce(0.0) {
      let d = Double(inputs[flat: selected * count + $1] - output[flat: selected * count + $1])
      return $0 + d * d
    }
    let isProbability = (given.values + back.values).allSatisfy { $0 > -0.001 && $0 < 1.001 }
    let range: ImageTiles.Range = isProbability ? .fixed(0...1) : .common
    let lines = [
      TileSheet.Line(sign: "x", word: "", range: range) { _, _ in ImageTile(given) },
      TileSheet.Line(sign: "p(x)", word: "", range: range) { _, _ in ImageTile(back) },
      TileSheet.Line(sign: "x − p(x)", word: "", shading: .signed, range: isProbability ? .fixed(-1...1) : .common) {
        _, _ in ImageTile(difference, caption: "\(formatNumber(error, significant: 2))")
      },
    ]
    return TileSheet(lines: lines, rows: shape.rows, columns: shape.columns, count: 1, hasCaptions: true).figure(size)
  }

  /// The probabilities of the selected sample's classes, or its outputs.
  func detail(_ data: DataSet, size: Size) -> Figure? {
    guard let prediction, rows.indices.contains(selected) else { return nil }
    if isReconstruction { return comparison(prediction.output, data, size: size) }
    let width = prediction.output.count / rows.count
    guard width <= 40, !targets.arePerStep else { return nil }
    var correct: Int?
    if case .classes(let labels, _) = targets { correct = Int(labels[selected]) }
    let single = width == 1 && data.classNames.count == 2
    let bars: [Bars.Bar] = (0..<(single ? 2 : width)).map { unit in
      let raw = Double(prediction.output[flat: selected * width + (single ? 0 : unit)])
      let value = single && unit == 0 ? 1 - raw : raw
      let named = prediction.classes.map { Int($0[selected]) == unit } ?? false
      let name = data.classNames.indices.contains(unit) ? data.classNames[unit] : "y\(unit)"
      return Bars.Bar(
        name, value, role: named ? (correct == unit ? .good : .bad) : .series1, isMarked: correct == unit)
    }
    return .bars(
      Bars(
        bars, range: prediction.classes == nil ? nil : 0...1,
        format: prediction.classes == nil ? .number(significant: 3) : .percent))
  }
}
