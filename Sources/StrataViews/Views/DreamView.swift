// A dream: what each chain shows now, where it has come from, and how its free energy fell.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let dream = View(
    "dream", title: "dream", summary: "what the model dreams: every chain's picture, earlier ones, free energies",
    reasonMissing: { lab in
      if lab.dream != nil { return nil }
      let model = lab.experiment.model
      return model is BeliefNetwork || model is HelmholtzMachine
        ? "nothing has been dreamt yet: dream" : "a \(model.kind) cannot dream: rbm 64"
    },
    note: { lab, options in
      guard let dream = lab.dream else { return "" }
      var parts = ["step \(dream.steps)"]
      if !dream.clamps.isEmpty { parts.append("some units held") }
      let energies = dream.freeEnergies
      if !energies.isEmpty {
        let mean = energies.reduce(0, +) / Double(energies.count)
        parts.append("free energy \(formatNumber(mean, significant: 3))")
      }
      return parts.joined(separator: " · ")
    }
  ) { lab, options, size in
    guard let dream = lab.dream else { return .empty }
    let classNames = lab.experiment.data?.classNames ?? []
    let pictures = Part(.tiles(present(dream, classNames, options, size)), length: .share(3))
    let hasEnergies = !dream.freeEnergies.isEmpty && dream.frames.count > 1
    guard size.rows >= 16, dream.frames.count > 1 else {
      return hasEnergies && size.columns >= 100
        ? .columns([pictures, Part(energies(dream), length: .share(2))], gap: 2) : pictures.figure
    }
    var film = FilmStrip(dream, classNames: classNames)
    film.names = Array(film.names.prefix(max(size.rows / 16, 1)))
    let strip = Size(columns: size.columns, rows: min(max(film.shape.rows / 2 + 4, 6), size.rows / 3))
    var below = [Part(film.sheet.figure(strip), title: "earlier", length: .cells(strip.rows + 1))]
    if hasEnergies, size.rows >= 24 || size.columns >= 100 {
      if size.columns >= 100 {
        let half = Size(columns: (size.columns - 2) / 2, rows: strip.rows)
        below = [
          Part(
            .columns([
              Part(film.sheet.figure(half), title: "earlier"), Part(energies(dream), title: "free energy"),
            ], gap: 2), length: .cells(strip.rows + 1))
        ]
      } else {
        below.append(Part(energies(dream), title: "free energy", length: .cells(max(size.rows / 5, 5))))
      }
    }
    return .rows([pictures] + below)
  }
}

private func present(_ dream: Dream, _ classNames: [String], _ options: ViewOptions, _ size: Size) -> ImageTiles {
  let shape = PictureShape(dream.imageShape)
  let names = dreamNames(dream, classNames: classNames)
  let tiles = names.indices.map { chain in
    ImageTile(
      shape.grid(dream.image, row: chain), caption: names[chain],
      captionRole: dream.labels[chain] == nil ? .quiet : .accent)
  }
  let isProbability = dream.image.elements.allSatisfy { $0 > -0.001 && $0 < 1.001 }
  return ImageTiles(tiles, shading: .grey, range: isProbability ? .fixed(0...1) : .common)
}

/// The mean over the chains, with the lowest and the highest behind it.
private func energies(_ dream: Dream) -> Figure {
  let frames = dream.frames.filter { !$0.freeEnergies.isEmpty }
  let points = frames.map {
    Point(Double($0.step), $0.freeEnergies.reduce(0, +) / Double($0.freeEnergies.count))
  }
  let band = frames.map {
    LineChart.Band(
      x: Double($0.step), low: $0.freeEnergies.min() ?? .nan, high: $0.freeEnergies.max() ?? .nan)
  }
  return .line(
    LineChart(
      series: [LineChart.Series("mean of the chains", role: .series1, points: points, band: band)], xLabel: "step",
      yLabel: "F", hasLegend: false))
}
