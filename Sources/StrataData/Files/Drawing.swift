// Vector drawings as pixels, by the libraries that do this well: librsvg and cairo, opened only when they are needed.
import CFiles
import StrataEngine

/// Draws SVG.
public enum Drawing {
  /// The bytes of a PNG of an SVG document of so many pixels, drawn at `scale` times its size. Throws, with the package to
  /// install, where the library is not there or the machine has no font.
  public static func png(
    svg: String, width: Double, height: Double, scale: Double = 2
  ) throws(StrataError) -> [UInt8] {
    var text = svg
    var png: [UInt8] = []
    var message = [CChar](repeating: 0, count: Int(CF_MESSAGE_SIZE))
    let result = text.withUTF8 { bytes in
      withUnsafeMutablePointer(to: &png) { png in
        bytes.withMemoryRebound(to: CChar.self) { bytes in
          cf_svg_to_png(
            bytes.baseAddress, bytes.count, width, height, scale,
            { context, bytes, count in
              context!.assumingMemoryBound(to: [UInt8].self).pointee
                .append(contentsOf: UnsafeBufferPointer(start: bytes, count: count))
              return true
            }, png, &message)
        }
      }
    }
    switch result {
    case cf_drawing_done: return png
    case cf_drawing_no_library:
      throw StrataError(
        "PNG needs librsvg, which is not on this machine (Debian, Ubuntu: apt-get install librsvg2-2); "
          + ".svg and .txt need nothing", try: "a file that ends in .svg")
    case cf_drawing_no_fonts:
      throw StrataError(
        "PNG needs a font, and there is none on this machine (Debian, Ubuntu: apt-get install fonts-dejavu-core); "
          + ".svg and .txt need nothing", try: "a file that ends in .svg")
    default:
      let reason = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
      throw StrataError("the picture cannot be drawn as PNG: \(reason)", try: "a file that ends in .svg")
    }
  }
}
