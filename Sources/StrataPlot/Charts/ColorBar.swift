/// The legend of shades: which colour, or which character, stands for which number.

struct ColorBar {
  var shading: Shading
  var range: ClosedRange<Double>

  /// The columns that `draw` needs: two of colour, a blank, and the widest number.
  var columns: Int { 4 + (labels.map(\.count).max() ?? 0) }

  private var middle: Double { range.lowerBound / 2 + range.upperBound / 2 }

  private var labels: [String] {
    [range.upperBound, middle, range.lowerBound].map { formatNumber($0, significant: 3) }
  }

  /// Upright, the largest number on top; the first column is left free.
  func draw(on canvas: inout Canvas, column: Int, row: Int, rows: Int, style: DrawingStyle) {
    guard rows > 1 else { return }
    func value(_ place: Int, of count: Int) -> Float {
      Float(range.upperBound + (range.lowerBound - range.upperBound) * Double(place) / Double(count - 1))
    }
    if style.hasColor, style.charset == .unicode {
      var pixels = Raster(width: 2, height: rows * 2)
      for y in 0..<(rows * 2) {
        for x in 0..<2 { pixels[x, y] = shading.color(value(y, of: rows * 2), in: range) }
      }
      canvas.drawPixels(pixels, column: column + 1, row: row)
    } else {
      for y in 0..<rows {
        let character = shading.character(value(y, of: rows), in: range)
        canvas.put(character, column: column + 1, row: row + y)
        canvas.put(character, column: column + 2, row: row + y)
      }
    }
    let quiet = Color.role(.quiet)
    canvas.write(labels[0], column: column + 4, row: row, foreground: quiet)
    if rows >= 5 { canvas.write(labels[1], column: column + 4, row: row + (rows - 1) / 2, foreground: quiet) }
    canvas.write(labels[2], column: column + 4, row: row + rows - 1, foreground: quiet)
  }

  /// Upright at the left edge of a frame.
  func draw(on svg: inout SVG, in frame: Frame) {
    var raster = Raster(width: 1, height: Palette.levels)
    for y in 0..<raster.height {
      let share = Double(y) / Double(raster.height - 1)
      raster[0, y] = shading.color(
        Float(range.upperBound + (range.lowerBound - range.upperBound) * share), in: range)
    }
    let bar = Frame(x: frame.x, y: frame.y, width: 14, height: frame.height)
    svg.image(raster, in: bar)
    for (label, share) in zip(labels, [0.0, 0.5, 1]) {
      svg.text(label, x: bar.right + 5, y: bar.y + share * bar.height + 4, color: .role(.quiet))
    }
  }
}
