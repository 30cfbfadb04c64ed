// Frames of several chains as strips of film: a chain in each line, time from left to right, the free energy under each
// frame.
import StrataEngine
import StrataLab
import StrataPlot

struct FilmStrip {
  struct Frame {
    var title: String
    /// `[chains, input]`
    var image: Tensor
    /// One a chain; empty where there is none.
    var freeEnergies: [Double]
  }

  var frames: [Frame]
  /// What each chain is called.
  var names: [String]
  var shape: PictureShape
  var isProbability = true

  /// The frames of a dream; its chains by the classes that they are held at.
  init(_ dream: Dream, classNames: [String]) {
    frames = dream.frames.map {
      Frame(title: "\($0.step)", image: $0.image, freeEnergies: $0.freeEnergies)
    }
    names = dreamNames(dream, classNames: classNames)
    shape = PictureShape(dream.imageShape)
    isProbability = dream.image.elements.allSatisfy { $0 > -0.001 && $0 < 1.001 }
  }

  /// Frames from the first to the newest, evenly chosen where there are more than fit.
  private func index(_ place: Int, _ places: Int) -> Int {
    places < 2 ? frames.count - 1 : place * (frames.count - 1) / (places - 1)
  }

  var sheet: TileSheet {
    let film = self
    let hasEnergies = frames.contains { !$0.freeEnergies.isEmpty }
    let lines = names.enumerated().map { chain, name in
      TileSheet.Line(
        sign: name, word: "", range: isProbability ? .fixed(0...1) : .common,
        tile: { place, places in
          let frame = film.frames[film.index(place, places)]
          let energy = frame.freeEnergies.indices.contains(chain) ? frame.freeEnergies[chain] : .nan
          return ImageTile(
            film.shape.grid(frame.image, row: chain), caption: energy.isNaN ? "" : formatNumber(energy, significant: 3))
        })
    }
    var sheet = TileSheet(
      lines: lines, rows: shape.rows, columns: shape.columns, count: frames.count, hasCaptions: hasEnergies,
      isFilm: true)
    sheet.headingTitle = "step"
    sheet.heading = { place, places in film.frames[film.index(place, places)].title }
    return sheet
  }
}

/// What the chains of a dream are called: the class held, or the one that the label units name now, or a number.
func dreamNames(_ dream: Dream, classNames: [String]) -> [String] {
  func name(_ index: Int) -> String { classNames.indices.contains(index) ? classNames[index] : "\(index)" }
  let named = dream.namedClasses
  return dream.labels.enumerated().map { chain, label in
    if let label { return name(label) }
    if let named, named.indices.contains(chain) { return "≈ " + name(Int(named[chain])) }
    return "#\(chain + 1)"
  }
}
