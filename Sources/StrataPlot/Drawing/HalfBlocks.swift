/// Pixels in cells: the upper and the lower half of a cell are two pixels, so pixels are about square.

extension Canvas {
  /// Draws a picture with its top left pixel in the upper half of a cell. Empty pixels show what is there.
  mutating func drawPixels(_ raster: Raster, column: Int, row: Int) {
    for y in stride(from: 0, to: raster.height, by: 2) {
      for x in 0..<raster.width {
        let upper = raster[x, y].map(Color.rgb)
        let lower = raster[x, y + 1].map(Color.rgb)
        let place = (column + x, row + y / 2)
        switch (upper, lower) {
        case (nil, nil): break
        case (let upper?, let lower?) where upper == lower:
          put(" ", column: place.0, row: place.1, foreground: lower, background: upper)
        case (let upper?, nil): put("▀", column: place.0, row: place.1, foreground: upper)
        case (nil, let lower?): put("▄", column: place.0, row: place.1, foreground: lower)
        case (let upper?, let lower?):
          put("▀", column: place.0, row: place.1, foreground: upper, background: lower)
        }
      }
    }
  }
}
