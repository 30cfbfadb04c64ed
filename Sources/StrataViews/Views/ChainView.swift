// The Gibbs chain: persistent particles with their free energies; else the newest dream as strips of film; else the few
// steps that contrastive divergence goes from the data.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let chain = View(
    "chain", title: "the chain", summary: "Gibbs chains: particles, or a dream as a film, with free energies",
    reasonMissing: { lab in
      if lab.dream != nil { return nil }
      if let reason = noLearner(lab) { return reason }
      guard lab.experiment.model is BeliefNetwork || lab.experiment.model is HelmholtzMachine else {
        return "\(lab.experiment.model.described) runs no chain: rbm 64"
      }
      return nil
    },
    note: { lab, options in Chain(lab).note }
  ) { lab, options, size in
    Chain(lab).figure(options, size)
  }
}

private struct Chain {
  let lab: Lab
  let batch: MiniBatch?

  init(_ lab: Lab) {
    self.lab = lab
    batch = MiniBatch(lab)
  }

  private var particles: Tensor? { batch?.kept("particles.visible") }
  private var hasParticles: Bool { batch?.has("particles.visible") ?? false }
  private var machine: BoltzmannMachine? {
    guard let batch, let stack = batch.stack else { return nil }
    return stack.levels[(batch.level ?? stack.levels.count) - 1]
  }

  var note: String {
    if let particles, let machine, let batch {
      let states = batch.kept("particles.visible.sample") ?? particles
      let energies = machine.freeEnergies(states, labels: batch.kept("particles.labels.sample") ?? .empty)
      let mean = energies.reduce(0, +) / Double(max(energies.count, 1))
      return "\(energies.count) particles · mean F \(formatNumber(mean, significant: 3))"
    }
    if hasParticles { return "" }
    if let dream = lab.dream { return "dream · \(dream.frames.count) of \(dream.steps + 1) frames kept" }
    return batch?.level == nil ? "" : "from the data · dream --from 0 goes on"
  }

  func figure(_ options: ViewOptions, _ size: Size) -> Figure {
    if hasParticles { return particleFigure(options, size) }
    if let dream = lab.dream {
      return FilmStrip(dream, classNames: lab.experiment.data?.classNames ?? []).sheet.figure(size)
    }
    guard let batch, batch.level != nil else { return .message("no chain has run yet: dream") }
    return fromData(batch, options, size)
  }

  private func particleFigure(_ options: ViewOptions, _ size: Size) -> Figure {
    guard let batch, let machine, let particles else {
      return .message("the particles begin with the first mini-batch: press n")
    }
    let shape = PictureShape(batch.learner.data.inputShape)
    let count = particles.matrixExtents.rows
    let crowd = Crowd(count, shape, hasCaptions: true, in: size)
    guard crowd.count > 0 else { return .message("too small") }
    let shown = 0..<crowd.count
    let pictures = batch.picture(of: particles.rows(shown), layer: (batch.level ?? 1) - 1)
    let states = batch.kept("particles.visible.sample") ?? particles
    let labels = batch.kept("particles.labels.sample")
    let energies = machine.freeEnergies(states.rows(shown), labels: labels?.rows(shown) ?? .empty)
    let tiles = shown.map { index in
      ImageTile(
        crowd.fitted(shape.grid(pictures, row: index)), caption: formatNumber(energies[index], significant: 3))
    }
    let isBinary = batch.stack?.levels[0].visibleUnits == .binary
    return .tiles(ImageTiles(tiles, shading: .grey, range: isBinary ? .fixed(0...1) : .common, total: count))
  }

  /// v⁰ and what the chain has come to, with free energies.
  private func fromData(_ batch: MiniBatch, _ options: ViewOptions, _ size: Size) -> Figure {
    guard let machine, let v0 = batch.kept("v0") else { return .message("no mini-batch yet: press s") }
    let shape = PictureShape(batch.learner.data.inputShape)
    let layer = (batch.level ?? 1) - 1
    let rows = v0.matrixExtents.rows
    let first = min(options.sample, max(rows - 1, 0))
    let range = first..<min(first + 48, rows)
    let isBinary = batch.stack?.levels[0].visibleUnits == .binary
    func line(_ name: String, _ word: String, isOptional: Bool = false) -> TileSheet.Line {
      var line = TileSheet.Line(
        sign: batch.symbol(name), word: word, range: isBinary ? .fixed(0...1) : .common, isOptional: isOptional)
      guard let states = batch.fresh(name), states.matrixExtents.rows >= range.upperBound else {
        line.missing = batch.whyMissing(name)
        return line
      }
      let shown = states.rows(range)
      let labels = batch.kept(name == "v0" ? "labels0" : "labels1")
      let own = labels.flatMap { $0.matrixExtents.rows >= range.upperBound ? $0.rows(range) : nil } ?? .empty
      let energies = machine.freeEnergies(shown, labels: own)
      let pictures = batch.picture(of: shown, layer: layer)
      line.tile = { place, _ in
        ImageTile(shape.grid(pictures, row: place), caption: formatNumber(energies[place], significant: 3))
      }
      return line
    }
    var lines = [line("v0", "data"), line("v1", "chain")]
    if batch.has("v1.sample") { lines.append(line("v1.sample", "drawn", isOptional: true)) }
    return TileSheet(
      lines: lines, rows: shape.rows, columns: shape.columns, count: range.count, hasCaptions: true
    ).figure(size)
  }
}
