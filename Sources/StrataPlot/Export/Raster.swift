/// Pixels: what image-like figures are made of, before they become half blocks or rectangles.

/// A picture of coloured pixels, some of which may be empty.
public struct Raster: Hashable, Sendable {
  public let width: Int
  public let height: Int
  private var pixels: [RGB?]

  /// An empty picture; sides beyond 16 384 are cut.
  public init(width: Int, height: Int) {
    self.width = min(max(width, 0), 16384)
    self.height = min(max(height, 0), 16384)
    pixels = [RGB?](repeating: nil, count: self.width * self.height)
  }

  /// The pixel at a place, column first; nil where it is empty or outside.
  public subscript(x: Int, y: Int) -> RGB? {
    get { x >= 0 && x < width && y >= 0 && y < height ? pixels[y * width + x] : nil }
    set { if x >= 0, x < width, y >= 0, y < height { pixels[y * width + x] = newValue } }
  }
}
