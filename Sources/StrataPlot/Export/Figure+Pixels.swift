/// Figures that are pictures anyway, as pixels.
///
/// Signed numbers have the colours of paper, as in SVG. Charts with text have no pixels of their own: that would need fonts. They are saved as SVG.

extension Figure {
  /// The picture of image-like figures (tiles, heat maps, planes), each number a square of `scale` pixels; nil for
  /// figures that are made of lines and text. Captions, labels and legends are not in it.
  public func pixels(scale: Int = 8) -> Raster? {
    switch self {
    case .tiles(let tiles): return tiles.raster().enlarged(scale)
    case .heatMap(let map): return map.raster().enlarged(scale)
    case .plane(let map):
      switch map.field {
      case .none: return nil
      case .classes(let grid, _), .scalar(let grid, _, _):
        return map.raster(width: grid.columns, height: grid.rows, ground: RGB(255, 255, 255)).enlarged(scale)
      }
    case .panel(let panel): return panel.figure.pixels(scale: scale)
    default: return nil
    }
  }
}

extension ImageTiles {
  /// All tiles in a nearly square arrangement, one pixel apart.
  func raster() -> Raster {
    let width = tiles.map(\.width).max() ?? 0
    let height = tiles.map(\.height).max() ?? 0
    guard width > 0, height > 0 else { return Raster(width: 0, height: 0) }
    let columns = max(Int(Double(tiles.count).squareRoot().rounded(.up)), 1)
    let rows = (tiles.count + columns - 1) / columns
    var result = Raster(width: columns * (width + 1) - 1, height: rows * (height + 1) - 1)
    for (index, (tile, range)) in zip(tiles, tileRanges()).enumerated() {
      let raster = tile.raster(shading.onPaper, range)
      for y in 0..<raster.height {
        for x in 0..<raster.width {
          result[index % columns * (width + 1) + x, index / columns * (height + 1) + y] = raster[x, y]
        }
      }
    }
    return result
  }
}
