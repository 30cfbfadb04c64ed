// A sheet of small pictures in lines: in each line the same kind of thing, in each place the same sample (or unit, or
// moment). Lines stand below each other with their names before them, or, where that makes the pictures larger, side by
// side with their names above.
import StrataEngine
import StrataPlot

struct TileSheet {
  /// One kind of picture.
  struct Line {
    /// The sign that the listing uses, and what it is in a word.
    var sign: String
    var word: String
    var shading = Shading.grey
    var range = ImageTiles.Range.fixed(0...1)
    /// Why there are no pictures; nil when there are.
    var missing: String?
    /// The number around the picture where it is smaller than the sheet's tiles.
    var ground: Float = 0
    /// Whether the line may be left out where room is short.
    var isOptional = false
    /// The picture at a place, of so many places: with a caption, if there is one.
    var tile: (_ place: Int, _ places: Int) -> ImageTile = { _, _ in ImageTile(Grid(rows: 0, columns: 0, values: [])) }

    var title: String { [sign, word].filter { !$0.isEmpty }.joined(separator: " ") }
  }

  var lines: [Line]
  /// The size of all tiles.
  var rows: Int
  var columns: Int
  /// How many places there are to show; the sheet shows as many as fit.
  var count: Int
  var hasCaptions = false
  /// Lines stay below each other: places are moments, and go from left to right.
  var isFilm = false
  /// What stands above the places of a film, and before that.
  var heading: ((_ place: Int, _ places: Int) -> String)?
  var headingTitle = ""

  /// How the sheet is laid out in a place.
  struct Plan {
    var isStacked = true
    var lines = 0
    var places = 0
    var scale = 0.0
    var showsCaptions = false
    fileprivate var score = -1.0
  }

  private var labelColumns: Int {
    min(((lines.map(\.title) + [headingTitle]).map { TextLayout.width($0) }.max() ?? 0) + 1, 16)
  }

  private func pixels(_ scale: Double) -> (rows: Int, columns: Int) {
    scale >= 1
      ? (rows * Int(scale), columns * Int(scale))
      : (max(Int(Double(rows) * scale), 1), max(Int(Double(columns) * scale), 1))
  }

  /// Whole factors enlarge; anything reduces.
  private func whole(_ scale: Double) -> Double { scale >= 1 ? min(scale.rounded(.down), 12) : max(scale, 0) }

  /// Cells that a row of tiles takes.
  private func cells(_ height: Int, _ captions: Bool) -> Int { captions ? (height + 2) / 2 + 2 : (height + 3) / 2 }

  func plan(_ size: Size) -> Plan {
    guard rows > 0, columns > 0, count > 0, size.columns > 3, size.rows > 0 else { return Plan() }
    let least = max(lines.count { !$0.isOptional }, 1)
    var best = Plan()
    for shown in (isFilm ? 1 : min(least, lines.count))...max(lines.count, 1) {
      for captions in hasCaptions ? [true, false] : [false] {
        for plan in [stacked(shown, captions, size)] + (isFilm ? [] : [beside(shown, captions, size)]) {
          if plan.score > best.score { best = plan }
        }
      }
    }
    return best
  }

  /// More and larger pictures are better, the first few most of all; reduced ones are hard to read; a line that is not
  /// there tells nothing.
  private func scored(_ plan: Plan) -> Plan {
    guard plan.places > 0, plan.lines > 0, plan.scale > 0 else { return Plan() }
    func worth(_ count: Int) -> Double { Double(min(count, 6)) + Double(max(count - 6, 0)) * 0.3 }
    // A reduced picture of fourteen pixels can still be read.
    let size = min(Double(rows) * plan.scale / 14, 1)
    let legible = plan.scale >= 1 ? plan.scale : 0.8 * plan.scale * size * size
    var plan = plan
    plan.score = worth(plan.lines) * worth(min(plan.places, count)) * legible * (plan.showsCaptions ? 1.2 : 1)
    return plan
  }

  private func stacked(_ shown: Int, _ captions: Bool, _ size: Size) -> Plan {
    let top = heading == nil || size.rows < 4 ? 0 : 1
    let each = (size.rows - top) / shown
    let free = each * 2 - (captions ? 5 : 2)
    let across = size.columns - labelColumns - 1
    guard free > 0, across > 1 else { return Plan() }
    let scale = whole(min(Double(free) / Double(rows), Double(across - 1) / Double(columns)))
    var plan = Plan(isStacked: true, lines: shown, scale: scale, showsCaptions: captions)
    plan.places = min(across / (pixels(scale).columns + 1), count)
    return scored(plan)
  }

  private func beside(_ shown: Int, _ captions: Bool, _ size: Size) -> Plan {
    let each = (size.columns - (shown - 1)) / shown
    let (across, down) = (each - 1, (size.rows - 1) * 2 - 1)
    guard across > 1, down > 1 else { return Plan() }
    let largest = min(Double(across - 1) / Double(columns), Double(down - (captions ? 4 : 1)) / Double(rows))
    var best = Plan()
    // Smaller ones where more of them fit then.
    for scale in Set([whole(largest), min(whole(largest), 2), min(whole(largest), 1), min(whole(largest), 0.5)]).sorted(
      by: >)
    {
      let (height, width) = pixels(scale)
      let step = captions ? (height + 2) / 2 * 2 + 2 : height + 1
      var plan = Plan(isStacked: false, lines: shown, scale: scale, showsCaptions: captions)
      plan.places = min(across / (width + 1) * (down / step), count)
      let scored = scored(plan)
      if scored.score > best.score { best = scored }
    }
    return best
  }

  func figure(_ size: Size) -> Figure {
    let plan = plan(size)
    guard plan.places > 0 else { return .message(count == 0 ? "nothing to show yet" : "too small") }
    let shown = pixels(plan.scale)
    if !plan.isStacked {
      // Equally wide, so that the same place is at the same place in each.
      let each = (size.columns - (plan.lines - 1)) / plan.lines
      return .columns(
        lines.prefix(plan.lines).map { Part(content($0, plan), title: $0.title, length: .cells(each)) }, gap: 1)
    }
    let height = cells(shown.rows, plan.showsCaptions)
    var parts: [Part] = []
    if let heading, size.rows >= 4 {
      parts.append(Part(.lines([headingLine(heading, plan, pitch: shown.columns + 1)]), length: .cells(1)))
    }
    for line in lines.prefix(plan.lines) {
      let label = TextBlock([TextLine(line.sign, .title, style: .bold), TextLine(line.word, .quiet)])
      let isOneRow = height < 2 || line.sign.isEmpty || line.word.isEmpty
      let text = Figure.text(isOneRow ? TextBlock([TextLine(line.title, .title, style: .bold)]) : label)
      parts.append(
        Part(
          .columns([Part(text, length: .cells(labelColumns)), Part(content(line, plan))], gap: 0),
          length: .cells(min(height, size.rows / plan.lines))))
    }
    return .rows(parts + [Part(.empty)])
  }

  private func content(_ line: Line, _ plan: Plan) -> Figure {
    if let missing = line.missing { return .text(TextBlock([TextLine(" " + missing, .quiet)], wraps: true)) }
    let shown = pixels(plan.scale)
    let tiles = (0..<plan.places).map { place in
      var tile = line.tile(place, plan.places)
      if case .values(let grid) = tile.content {
        let fitted = grid.fitted(rows: rows, columns: columns, ground: line.ground)
        tile.content = .values(
          plan.scale >= 1 ? fitted : fitted.reduced(rows: shown.rows, columns: shown.columns))
      }
      // Where one line has captions all have them, be they blank: the same place stays at the same height.
      if !plan.showsCaptions { tile.caption = "" } else if tile.caption.isEmpty { tile.caption = " " }
      return tile
    }
    return .tiles(ImageTiles(tiles, shading: line.shading, range: line.range))
  }

  private func headingLine(_ heading: (Int, Int) -> String, _ plan: Plan, pitch: Int) -> TextLine {
    var text = TextLayout.padded(headingTitle, to: labelColumns + 1)
    for place in 0..<plan.places {
      let start = labelColumns + 1 + place * pitch
      let title = heading(place, plan.places)
      // A title that would run into the one before is left out.
      guard TextLayout.width(text) <= start, !title.isEmpty else { continue }
      text = TextLayout.padded(text, to: start) + title + " "
    }
    return TextLine(text, .quiet)
  }
}
