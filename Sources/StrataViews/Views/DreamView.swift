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
      return Dream.isPossible(for: model)
        ? "nothing has been dreamt yet: dream" : "\(model.described) cannot dream: rbm 64"
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
    let arrangements = [
      below(dream, classNames, size, hasCurve: true),
      below(dream, classNames, size, hasCurve: false), [],
    ]
    // What is dreamt now comes first: the past is shown where all of the present has room beside it.
    func room(_ parts: [(part: Part, rows: Int)]) -> Size {
      Size(columns: size.columns, rows: size.rows - parts.reduce(0) { $0 + $1.rows })
    }
    let shape = PictureShape(dream.imageShape)
    let chosen = arrangements.first { parts in
      let crowd = Crowd(dream.labels.count, shape, hasCaptions: true, in: room(parts))
      return crowd.isLegible && crowd.count == dream.labels.count
    }
    return .rows([Part(present(dream, classNames, room(chosen ?? [])))] + (chosen ?? []).map(\.part))
  }
}

/// Earlier pictures of the first chains, and the free energies, with the rows that they take.
private func below(
  _ dream: Dream, _ classNames: [String], _ size: Size, hasCurve: Bool
) -> [(part: Part, rows: Int)] {
  guard dream.frames.count > 1, size.rows >= 12 else { return [] }
  var film = FilmStrip(dream, classNames: classNames)
  film.names = Array(film.names.prefix(max(size.rows / 20, 1)))
  let rows = min(max((film.shape.rows / 2 + 3) * film.names.count + 2, 6), size.rows / 3)
  let hasCurve = hasCurve && !dream.freeEnergies.isEmpty
  if size.columns >= 100, hasCurve {
    let half = Size(columns: (size.columns - 2) / 2, rows: rows - 1)
    let parts = [Part(film.sheet.figure(half), title: "earlier"), Part(energies(dream), title: "free energy")]
    return [(Part(.columns(parts, gap: 2), length: .cells(rows)), rows)]
  }
  let strip = film.sheet.figure(Size(columns: size.columns, rows: rows - 1))
  let curve = max(size.rows / 5, 6)
  return [(Part(strip, title: "earlier", length: .cells(rows)), rows)]
    + (hasCurve ? [(Part(energies(dream), title: "free energy", length: .cells(curve)), curve)] : [])
}

private func present(_ dream: Dream, _ classNames: [String], _ size: Size) -> Figure {
  let shape = PictureShape(dream.imageShape)
  let names = dreamNames(dream, classNames: classNames)
  let crowd = Crowd(names.count, shape, hasCaptions: true, in: size)
  guard crowd.count > 0 else { return .message("too small") }
  let tiles = (0..<crowd.count).map { chain in
    ImageTile(
      crowd.fitted(shape.grid(dream.image, row: chain)), caption: names[chain],
      captionRole: dream.labels[chain] == nil ? .quiet : .accent)
  }
  let isProbability = dream.image.elements.allSatisfy { $0 > -0.001 && $0 < 1.001 }
  return .tiles(
    ImageTiles(tiles, shading: .grey, range: isProbability ? .fixed(0...1) : .common, total: names.count))
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
