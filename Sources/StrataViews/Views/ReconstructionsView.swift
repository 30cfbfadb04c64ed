// What comes back of a sample when the model has only its hidden units to remember it by: input, reconstruction,
// difference, hidden units, sample by sample. Taken from the present mini-batch, so that stepping fills it line by line;
// before the first mini-batch test samples are put through.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let reconstructions = View(
    "reconstructions", title: "reconstructions",
    summary: "samples of the mini-batch: input, what comes back, the difference, hidden units", usage: "[--sample N]",
    reasonMissing: { lab in
      if let reason = noLearner(lab) { return reason }
      guard let learner = lab.experiment.learner else { return nil }
      if learner.model is any StackedModel || learner.model is HelmholtzMachine { return nil }
      let output = learner.model.parts.last?.outputShape?.elementCount ?? 0
      return learner is any Predictor && output > 3 && output == learner.data.inputShape.elementCount
        ? nil : "this model does not give its input back: rbm 64"
    },
    note: { lab, options in
      guard let batch = MiniBatch(lab) else { return "" }
      if !Reconstructions.hasBatch(batch) { return "test samples, probabilities all the way" }
      return (batch.level.map { "level \($0) · " } ?? "") + "step \(batch.learner.clock.steps)"
    }
  ) { lab, options, size in
    guard let batch = MiniBatch(lab) else { return .empty }
    let reconstructions = Reconstructions(batch, options)
    return reconstructions.sheet(data: lab.experiment.data)?.figure(size) ?? .message("nothing to reconstruct")
  }
}

/// The lines of the sheet.
private struct Reconstructions {
  let batch: MiniBatch
  let options: ViewOptions
  private var image: PictureShape

  /// At most so many samples are looked at: no screen has room for more.
  private static let mostSamples = 96

  init(_ batch: MiniBatch, _ options: ViewOptions) {
    self.batch = batch
    self.options = options
    image = PictureShape(batch.learner.data.inputShape)
  }

  /// Whether a mini-batch has come in.
  static func hasBatch(_ batch: MiniBatch) -> Bool {
    ["v0", "input", "wake.vis"].contains { batch.kept($0) != nil }
  }

  func sheet(data: DataSet?) -> TileSheet? {
    if Reconstructions.hasBatch(batch) {
      if let stack = batch.convolutional { return convolution(stack) }
      return batch.autoencoders != nil ? autoencoder() : (batch.hasDirections ? twoDirections() : level())
    }
    return data.flatMap { throughTheModel($0) }
  }

  /// The rows of a batch that are shown.
  private func chosen(_ tensor: Tensor) -> Range<Int> {
    let rows = tensor.matrixExtents.rows
    let first = min(options.sample, max(rows - 1, 0))
    return first..<min(first + Reconstructions.mostSamples, rows)
  }

  private func rows(_ tensor: Tensor, _ range: Range<Int>) -> Tensor? {
    range.upperBound <= tensor.matrixExtents.rows ? tensor.rows(range) : nil
  }

  // A level of a stack.

  private func level() -> TileSheet? {
    let below = (batch.level ?? 1) - 1
    guard let given = batch.kept(below > 0 ? "input" : "v0") else { return nil }
    let range = chosen(given)
    func down(_ name: String) -> Tensor? {
      batch.fresh(name).flatMap { rows($0, range) }.map { batch.picture(of: $0, layer: below) }
    }
    let (v0, v1) = (down("v0"), down("v1"))
    var lines: [TileSheet.Line] = []
    if below > 0 { lines.append(line("x", "input", rows(given, range), "input")) }
    lines.append(line(batch.symbol("v0"), below > 0 ? "seen" : "input", v0, "v0"))
    lines.append(line(batch.symbol("v1"), "back", v1, "v1"))
    lines.append(difference(v0, v1, batch.symbol("difference"), "v1"))
    lines.append(hidden(batch.symbol("h0"), "hidden", "h0", range))
    if batch.has("v1.sample") {
      lines.append(line(batch.symbol("v1.sample"), "drawn", down("v1.sample"), "v1.sample", isOptional: true))
    }
    lines.append(hidden(batch.symbol("h0.sample"), "drawn", "h0.sample", range, isOptional: true))
    return sheet(lines, count: range.count)
  }

  // A level of a stack of convolutional machines.

  private func convolution(_ stack: ConvolutionalBeliefNetwork) -> TileSheet? {
    let below = (batch.level ?? 1) - 1
    guard let given = batch.kept(below > 0 ? "input" : "v0") else { return nil }
    let range = chosen(given)
    let input = rows(given, range)
    // Pooling units do not say where in their blocks something was: the input does.
    func down(_ name: String) -> Tensor? {
      batch.fresh(name).flatMap { rows($0, range) }.map { stack.picture(of: $0, layer: below, seen: input) }
    }
    let (v0, v1) = (down("v0"), down("v1"))
    var lines: [TileSheet.Line] = []
    if below > 0 { lines.append(line("x", "input", input, "input")) }
    lines.append(line(batch.symbol("v0"), below > 0 ? "seen" : "input", v0, "v0"))
    lines.append(line(batch.symbol("v1"), "back", v1, "v1"))
    lines.append(difference(v0, v1, batch.symbol("difference"), "v1"))
    let block = stack.levels[below].block
    lines.append(places(batch.symbol("h0"), "where", "h0", range))
    lines.append(places(batch.symbol("p0"), "pooled", "p0", range, (block.rows, block.columns)))
    lines.append(places(batch.symbol("h0.sample"), "drawn", "h0.sample", range, isOptional: true))
    return sheet(lines, count: range.count)
  }

  /// Where units are on, in whatever map.
  private func places(
    _ sign: String, _ word: String, _ name: String, _ range: Range<Int>, _ scale: (rows: Int, columns: Int) = (1, 1),
    isOptional: Bool = false
  ) -> TileSheet.Line {
    var line = TileSheet.Line(sign: sign, word: word, isOptional: isOptional)
    guard let states = batch.fresh(name).flatMap({ rows($0, range) }) else {
      line.missing = batch.whyMissing(name)
      return line
    }
    line.range = .common
    line.tile = { place, _ in ImageTile(states.anywhere(sample: place, scale: scale)) }
    return line
  }

  // A level of a stack of autoencoders.

  private func autoencoder() -> TileSheet? {
    guard let given = batch.kept("input") else { return nil }
    let below = (batch.level ?? 1) - 1
    let range = chosen(given)
    func down(_ name: String) -> Tensor? {
      batch.fresh(name).flatMap { rows($0, range) }.map { batch.picture(of: $0, layer: below) }
    }
    let clean = below == 0 ? "input" : "level\(below).passed"
    let (seen, back) = (down(clean), down("reconstruction"))
    var lines = [line("x", "input", rows(given, range), "input")]
    if below > 0 { lines.append(line(batch.symbol(clean), "seen", seen, clean)) }
    if batch.has("corrupted") {
      lines.append(line(batch.symbol("corrupted"), "noisy", down("corrupted"), "corrupted"))
    }
    lines.append(line("y", "back", back, "reconstruction"))
    lines.append(difference(seen, back, "\(batch.symbol(clean)) − y", "reconstruction"))
    lines.append(hidden(batch.symbol("code"), "code", "code", range))
    return sheet(lines, count: range.count)
  }

  // A model with recognition and generation.

  private func twoDirections() -> TileSheet? {
    guard let given = batch.kept("wake.vis") else { return nil }
    let range = chosen(given)
    func shown(_ name: String) -> Tensor? { batch.fresh(name).flatMap { rows($0, range) } }
    let (input, back) = (shown("wake.vis"), shown("pwake.vis"))
    let first = batch.unitSign(1)
    let fantasy = batch.has("sleep.vis.probability") ? "sleep.vis.probability" : "sleep.vis"
    let lines = [
      line("data", "", input, "wake.vis"),
      line("back", "", back, "pwake.vis"),
      difference(input, back, "error", "pwake.vis"),
      line("fantasy", "", shown(fantasy), fantasy),
      hidden(first, "probs", "wake.\(first).probability", range),
      hidden(first, "states", "wake.\(first)", range, isOptional: true),
    ]
    return sheet(lines, count: range.count)
  }

  // Before the first mini-batch, and for networks that give their input back.

  private func throughTheModel(_ data: DataSet) -> TileSheet? {
    let samples = data.test.count > 0 ? data.test : data.train
    guard samples.count > 0 else { return nil }
    let first = min(options.sample, samples.count - 1)
    let input = samples.inputs.tensor(Int32(first)..<Int32(min(first + 24, samples.count)))
    let count = input.matrixExtents.rows
    let flat = input.reshaped(to: Shape(rows: count, columns: input.matrixExtents.columns))
    let back =
      batch.stack?.reconstruction(of: flat) ?? batch.autoencoders?.reconstruction(of: flat)
      ?? (batch.learner as? any Predictor)?.predict(input).output
    guard let back, back.count == input.count else { return nil }
    let lines = [line("x", "input", flat, ""), line("p(x)", "back", back, ""), difference(flat, back, "x − p(x)", "")]
    return sheet(lines, count: count)
  }

  // Lines.

  private func line(
    _ sign: String, _ word: String, _ pictures: Tensor?, _ name: String, isOptional: Bool = false
  ) -> TileSheet.Line {
    var line = TileSheet.Line(sign: sign, word: word, isOptional: isOptional)
    guard let pictures else {
      line.missing = batch.whyMissing(name)
      return line
    }
    // Real numbers need not lie between 0 and 1: then black is the least that is shown.
    if let range = Grid(rows: 1, columns: pictures.count, values: pictures.elements).finiteRange,
      range.lowerBound < -0.001 || range.upperBound > 1.001
    {
      line.range = .common
      line.ground = range.lowerBound
    }
    let image = image
    line.tile = { place, _ in ImageTile(image.grid(pictures, row: place)) }
    return line
  }

  private func difference(_ a: Tensor?, _ b: Tensor?, _ sign: String, _ name: String) -> TileSheet.Line {
    var line = TileSheet.Line(sign: sign, word: "", shading: .signed, range: .fixed(-1...1))
    guard let a, let b, a.count == b.count else {
      line.missing = name.isEmpty ? "nothing to compare" : batch.whyMissing(name)
      return line
    }
    var difference = a
    difference.withUnsafeMutableElements { x in
      b.withUnsafeElements { y in for i in 0..<x.count { x[i] -= y[i] } }
    }
    let image = image
    if difference.elements.contains(where: { abs($0) > 1.001 }) { line.range = .common }
    let columns = difference.matrixExtents.columns
    line.tile = { place, _ in
      let error = (0..<columns).reduce(0.0) {
        let d = Double(difference[flat: place * columns + $1])
        return $0 + d * d
      }
      return ImageTile(image.grid(difference, row: place), caption: formatNumber(error, significant: 2))
    }
    return line
  }

  private func hidden(
    _ sign: String, _ word: String, _ name: String, _ range: Range<Int>, isOptional: Bool = false
  ) -> TileSheet.Line {
    var line = TileSheet.Line(sign: sign, word: word, isOptional: isOptional)
    guard let states = batch.fresh(name).flatMap({ rows($0, range) }) else {
      line.missing = batch.whyMissing(name)
      return line
    }
    let square = PictureShape(units: states.matrixExtents.columns)
    let hasOthers =
      batch.stack?.levels.contains { $0.hiddenUnits == .rectified } ?? batch.autoencoders?.levels.contains {
        $0.plan.activation != .sigmoid && $0.plan.activation != .softmax
      } ?? false
    if hasOthers { line.range = .common }
    line.tile = { place, _ in ImageTile(square.grid(states, row: place)) }
    return line
  }

  private func sheet(_ lines: [TileSheet.Line], count: Int) -> TileSheet {
    TileSheet(lines: lines, rows: image.rows, columns: image.columns, count: count, hasCaptions: true)
  }
}
