/// Where the tiles of a figure stand: in pixels, of which a cell has one across and two down.

struct TileLayout {
  /// The size of a tile on the screen, in pixels.
  let width: Int
  let height: Int
  let hasCaptions: Bool
  /// The tiles that are shown, in order.
  let visible: Range<Int>
  private let columns: Int
  private let pitch: (x: Int, y: Int)
  private let source: (width: Int, height: Int)

  /// Nil where not even one reduced tile has room, or where there is none.
  init?(_ figure: ImageTiles, size: Size) {
    guard let width = figure.tiles.map(\.width).max(), let height = figure.tiles.map(\.height).max() else { return nil }
    self.init(
      tile: (width, height), count: figure.total, shown: figure.tiles.count,
      captions: figure.tiles.contains { !$0.caption.isEmpty }, selected: figure.selected, size: size)
  }

  /// For `count` tiles of one size, of which the first `shown` are there.
  init?(
    tile: (width: Int, height: Int), count: Int, shown: Int, captions: Bool, selected: Int?, size: Size
  ) {
    let (tileWidth, tileHeight) = tile
    guard tileWidth > 0, tileHeight > 0, shown > 0 else { return nil }
    source = tile
    let captions = captions && size.rows >= 3
    hasCaptions = captions
    // A gap of one pixel around each tile is where the frame of the selected one goes.
    let across = size.columns - 1
    let down = size.rows * 2 - 1
    guard across >= 2, down >= 2 else { return nil }

    func capacity(_ width: Int, _ height: Int, _ down: Int) -> (columns: Int, rows: Int) {
      (across / (width + 1), down / TileLayout.step(height, captions))
    }
    var scale = 1
    while true {
      let room = capacity(tileWidth * (scale + 1), tileHeight * (scale + 1), down)
      if scale >= 16 || room.columns * room.rows < count { break }
      scale += 1
    }
    var (shownWidth, shownHeight) = (tileWidth * scale, tileHeight * scale)
    // What the last row is needed for, once not all fit.
    var room = capacity(shownWidth, shownHeight, down)
    if room.columns * room.rows < count { room = capacity(shownWidth, shownHeight, down - 2) }
    if room.columns == 0 || room.rows == 0 {
      let free = down - (count > 1 ? 2 : 0) - (captions ? 4 : 1)
      let factor = min(Double(across - 1) / Double(tileWidth), Double(free) / Double(tileHeight), 1)
      shownWidth = max(Int(Double(tileWidth) * factor), 1)
      shownHeight = max(Int(Double(tileHeight) * factor), 1)
      room = capacity(shownWidth, shownHeight, down - (count > 1 ? 2 : 0))
      guard room.columns > 0, room.rows > 0 else { return nil }
    }
    width = shownWidth
    height = shownHeight
    pitch = (width + 1, TileLayout.step(height, captions))
    if room.columns * room.rows >= count {
      // Equally long rows look better than a full one and a rest.
      let rows = (count + room.columns - 1) / room.columns
      columns = (count + rows - 1) / rows
      visible = 0..<min(count, shown)
    } else {
      columns = room.columns
      let most = columns * room.rows
      let wanted = min(max(selected ?? 0, 0), shown - 1)
      let firstRow = max(wanted / columns - (room.rows - 1), 0)
      visible = (firstRow * columns)..<min(firstRow * columns + most, shown)
    }
  }

  /// From one tile to the one below; captions stand in a cell row of their own.
  private static func step(_ height: Int, _ hasCaptions: Bool) -> Int {
    hasCaptions ? (height + 2) / 2 * 2 + 2 : height + 1
  }

  /// The top left pixel of the tile at a place.
  func origin(_ place: Int) -> (x: Int, y: Int) {
    (1 + place % columns * pitch.x, 1 + place / columns * pitch.y)
  }

  func note(of count: Int) -> String? {
    if visible.count == count { return nil }
    if visible.lowerBound == 0 { return "\(visible.count) of \(count)" }
    return "\(visible.lowerBound + 1)–\(visible.upperBound) of \(count)"
  }

  /// How many pixels of the screen a pixel of a tile takes in each direction.
  var factor: Int { max(width / source.width, 1) }

  /// The tile with as many pixels as the screen has for it, before they are enlarged.
  func fitted(_ tile: ImageTile) -> ImageTile {
    guard width < source.width || height < source.height else { return tile }
    return tile.reduced(
      width: max(tile.width * width / source.width, 1), height: max(tile.height * height / source.height, 1))
  }
}

extension ImageTile {
  /// The tile with at most so many pixels.
  func reduced(width: Int, height: Int) -> ImageTile {
    if width >= self.width, height >= self.height { return self }
    var result = self
    switch content {
    case .values(let grid): result.content = .values(grid.reduced(rows: height, columns: width))
    case .colors(let raster):
      var small = Raster(width: min(width, raster.width), height: min(height, raster.height))
      for y in 0..<small.height {
        for x in 0..<small.width {
          small[x, y] = raster[x * raster.width / small.width, y * raster.height / small.height]
        }
      }
      result.content = .colors(small)
    }
    return result
  }
}
