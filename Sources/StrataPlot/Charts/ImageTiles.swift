/// Many small pictures side by side: samples, filters, reconstructions, feature maps.
///
/// Tiles are enlarged by whole factors while all of them fit; when not all fit even at their own size the figure says
/// which ones it shows. A tile larger than the whole place is reduced. The selected tile has a frame, and the part that
/// is shown contains it.

/// One picture of a row of pictures.
public struct ImageTile: Hashable, Sendable {
  /// What the picture is made of.
  public enum Content: Hashable, Sendable {
    /// Numbers, coloured by the figure's shading.
    case values(Grid)
    /// Colours as they are.
    case colors(Raster)
  }

  public var content: Content
  public var caption: String
  /// The caption's role, for right and wrong.
  public var captionRole: ColorRole

  public init(_ grid: Grid, caption: String = "", captionRole: ColorRole = .quiet) {
    content = .values(grid)
    self.caption = caption
    self.captionRole = captionRole
  }

  public init(_ raster: Raster, caption: String = "", captionRole: ColorRole = .quiet) {
    content = .colors(raster)
    self.caption = caption
    self.captionRole = captionRole
  }

  var width: Int {
    switch content {
    case .values(let grid): return grid.columns
    case .colors(let raster): return raster.width
    }
  }

  var height: Int {
    switch content {
    case .values(let grid): return grid.rows
    case .colors(let raster): return raster.height
    }
  }
}

public struct ImageTiles: Hashable, Sendable, Drawable {
  /// Which numbers the darkest and the brightest shade stand for.
  public enum Range: Hashable, Sendable {
    /// Each tile uses the whole palette.
    case perTile
    /// The same shade is the same number in all tiles.
    case common
    /// As given.
    case fixed(ClosedRange<Double>)
  }

  public var tiles: [ImageTile]
  public var shading: Shading
  public var range: Range
  public var selected: Int?
  /// How many there are, where `tiles` are only the first of them: as many as have room are made.
  public var total: Int

  public init(
    _ tiles: [ImageTile], shading: Shading = .grey, range: Range = .common, selected: Int? = nil, total: Int = 0
  ) {
    self.tiles = tiles
    self.shading = shading
    self.range = range
    self.selected = selected
    self.total = max(total, tiles.count)
  }

  /// How many of `count` tiles of one size have room in a place: no others need be made.
  public static func fitting(_ count: Int, rows: Int, columns: Int, hasCaptions: Bool, in size: Size) -> Int {
    TileLayout(
      tile: (columns, rows), count: count, shown: count, captions: hasCaptions, selected: nil, size: size)?.visible
      .count
      ?? 0
  }

  private var commonRange: ClosedRange<Double> {
    if case .fixed(let range) = range { return range }
    var whole: ClosedRange<Float>?
    for tile in tiles {
      guard case .values(let grid) = tile.content, let own = grid.finiteRange else { continue }
      whole =
        min(
          own.lowerBound, whole?.lowerBound ?? own.lowerBound)...max(
          own.upperBound, whole?.upperBound ?? own.upperBound)
    }
    return shading.range(covering: whole)
  }

  /// The range of each of the tiles.
  func tileRanges() -> [ClosedRange<Double>] {
    let common = commonRange
    return tiles.map { tile in
      guard range == .perTile, case .values(let grid) = tile.content else { return common }
      return shading.range(covering: grid.finiteRange)
    }
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard let layout = TileLayout(self, size: canvas.size) else {
      let message = tiles.isEmpty ? nothingYet : "too small"
      return drawMessage(message, on: &canvas, style: style)
    }
    let ranges = tileRanges()
    var pixels = Raster(width: canvas.size.columns, height: canvas.size.rows * 2)
    for (place, index) in layout.visible.enumerated() {
      let origin = layout.origin(place)
      if style.hasColor, style.charset == .unicode {
        paint(layout.fitted(tiles[index]), ranges[index], on: &pixels, at: origin, factor: layout.factor)
        if index == selected { frame(origin, layout, on: &pixels) }
      } else {
        drawCharacters(layout.fitted(tiles[index]), ranges[index], on: &canvas, at: origin, factor: layout.factor)
        if index == selected { bracket(origin, layout, on: &canvas, style: style) }
      }
    }
    canvas.drawPixels(pixels, column: 0, row: 0)
    for (place, index) in layout.visible.enumerated() where layout.hasCaptions {
      let origin = layout.origin(place)
      let isSelected = index == selected
      let text = TextLayout.truncated(style.text(tiles[index].caption), to: layout.width, ellipsis: style.ellipsis)
      canvas.write(
        text, column: origin.x + max((layout.width - TextLayout.width(text)) / 2, 0),
        row: (origin.y + layout.height + 1) / 2, foreground: .role(isSelected ? .accent : tiles[index].captionRole),
        style: isSelected ? .bold : [])
    }
    if let note = layout.note(of: total) {
      canvas.write(
        note, endingBefore: canvas.size.columns, row: canvas.size.rows - 1, foreground: .role(.quiet),
        charset: style.charset)
    }
  }

  private func frame(_ origin: (x: Int, y: Int), _ layout: TileLayout, on pixels: inout Raster) {
    // Yellow and orange are colours of the other palettes; white is not, up to their very ends.
    let color = shading == .grey ? ColorRole.accent.darkTheme : RGB(255, 255, 255)
    for x in (origin.x - 1)...(origin.x + layout.width) {
      pixels[x, origin.y - 1] = color
      pixels[x, origin.y + layout.height] = color
    }
    for y in origin.y..<(origin.y + layout.height) {
      pixels[origin.x - 1, y] = color
      pixels[origin.x + layout.width, y] = color
    }
  }

  private func bracket(
    _ origin: (x: Int, y: Int), _ layout: TileLayout, on canvas: inout Canvas, style: DrawingStyle
  ) {
    for y in stride(from: origin.y, to: origin.y + layout.height, by: 2) {
      canvas.put("[", column: origin.x - 1, row: (y + 1) / 2, foreground: .role(.accent), style: .bold)
      canvas.put("]", column: origin.x + layout.width, row: (y + 1) / 2, foreground: .role(.accent), style: .bold)
    }
  }

  private func paint(
    _ tile: ImageTile, _ range: ClosedRange<Double>, on pixels: inout Raster, at origin: (x: Int, y: Int), factor: Int
  ) {
    let raster = tile.raster(shading, range)
    for y in 0..<(raster.height * factor) {
      for x in 0..<(raster.width * factor) { pixels[origin.x + x, origin.y + y] = raster[x / factor, y / factor] }
    }
  }

  /// Without colour or half blocks each cell shows the mean of the two pixels that it covers.
  private func drawCharacters(
    _ tile: ImageTile, _ range: ClosedRange<Double>, on canvas: inout Canvas, at origin: (x: Int, y: Int), factor: Int
  ) {
    for y in stride(from: 0, to: tile.height * factor, by: 2) {
      for x in 0..<(tile.width * factor) {
        let upper = tile.value(x / factor, y / factor, range)
        let lower = y + 1 < tile.height * factor ? tile.value(x / factor, (y + 1) / factor, range) : upper
        let character = shading.character(upper / 2 + lower / 2, in: range)
        canvas.put(character, column: origin.x + x, row: (origin.y + 1) / 2 + y / 2)
      }
    }
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    guard !tiles.isEmpty, let width = tiles.map(\.width).max(), let height = tiles.map(\.height).max(), width > 0,
      height > 0
    else { return drawMessage(nothingYet, on: &svg, in: frame) }
    let hasCaptions = tiles.contains { !$0.caption.isEmpty }
    let gap = 6.0
    let extra = gap + (hasCaptions ? SVG.lineHeight : 0)
    var best = (scale: 0.0, columns: 1)
    for columns in 1...tiles.count {
      let rows = (tiles.count + columns - 1) / columns
      let scale =
        min(
          (frame.width - gap) / Double(columns) - gap,
          ((frame.height - gap) / Double(rows) - extra) * Double(width) / Double(height))
        / Double(width)
      if scale > best.scale { best = (scale, columns) }
    }
    guard best.scale > 0 else { return drawMessage("too small", on: &svg, in: frame) }
    let ranges = tileRanges()
    for (index, tile) in tiles.enumerated() {
      let place = Frame(
        x: frame.x + gap + Double(index % best.columns) * (Double(width) * best.scale + gap),
        y: frame.y + gap + Double(index / best.columns) * (Double(height) * best.scale + extra),
        width: Double(tile.width) * best.scale, height: Double(tile.height) * best.scale)
      svg.image(tile.raster(shading.onPaper, ranges[index]), in: place)
      svg.rectangle(
        place, fill: nil, stroke: .role(index == selected ? .accent : .bar), strokeWidth: index == selected ? 2 : 0.5)
      svg.text(
        tile.caption, x: place.middle, y: place.bottom + 13, anchor: .middle, color: .role(tile.captionRole))
    }
  }
}

extension ImageTile {
  /// The number at a place; of a colour, its lightness in the range.
  func value(_ x: Int, _ y: Int, _ range: ClosedRange<Double>) -> Float {
    switch content {
    case .values(let grid): return grid[y, x]
    case .colors(let raster):
      let lightness = raster[x, y]?.lightness ?? 0
      return Float(range.lowerBound + lightness * (range.upperBound - range.lowerBound))
    }
  }

  /// The picture in its own size.
  func raster(_ shading: Shading, _ range: ClosedRange<Double>) -> Raster {
    switch content {
    case .colors(let raster): return raster
    case .values(let grid):
      var raster = Raster(width: grid.columns, height: grid.rows)
      for y in 0..<raster.height {
        for x in 0..<raster.width { raster[x, y] = shading.color(grid[y, x], in: range) }
      }
      return raster
    }
  }
}
