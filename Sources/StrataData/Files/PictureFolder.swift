// A folder with a folder of PNG pictures for each class: what many small collections are.
//
//     shapes/circle/1.png, shapes/circle/2.png, …, shapes/square/1.png, …
//
// Also with `train` and `test` above the classes, when the test part comes with the data.
import CFiles
import StrataEngine

enum PictureFolder {
  static let magic: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
  /// The most bytes of pixels taken from one folder.
  static let limit = 1 << 32
  /// The most bytes of one picture's file, and the longest side.
  private static let fileLimit = 1 << 28
  private static let longestSide: UInt32 = 4096

  static func load(path: String, name: String) throws(StrataError) -> SourceData {
    let folders = try subfolders(path)
    if folders == ["test", "train"] {
      let classes = try subfolders("\(path)/train")
      var size: PictureSize?
      let train = try pictures("\(path)/train", classes, size: &size)
      let test = try pictures("\(path)/test", classes, size: &size)
      var source = SourceData(name: name, about: "PNG pictures in folders, one a class.", samples: train)
      source.ownTest = test
      return source
    }
    var size: PictureSize?
    let samples = try pictures(path, folders, size: &size)
    return SourceData(name: name, about: "PNG pictures in folders, one a class.", samples: samples)
  }

  /// The size that all pictures must have: the first one's.
  private struct PictureSize {
    var picture: cf_picture
    var first: String
    var bytes: Int { Int(picture.width) * Int(picture.height) * Int(picture.channels) }
  }

  private static func subfolders(_ path: String) throws(StrataError) -> [String] {
    let folders = try InputFile.names(in: path).filter { InputFile.kind(of: "\(path)/\($0)") == .folder }
    guard !folders.isEmpty else {
      throw StrataError("\(path) holds no folders: expected one folder of PNG pictures for each class")
    }
    guard folders.count <= TargetRule.mostClasses else {
      throw StrataError("\(path) holds \(folders.count) folders; at most \(TargetRule.mostClasses) classes are read")
    }
    return folders
  }

  private static func pictures(
    _ path: String, _ classes: [String], size: inout PictureSize?
  ) throws(StrataError) -> Samples {
    var pixels: [UInt8] = []
    var labels: [Int32] = []
    for (label, folder) in classes.enumerated() {
      let files = try InputFile.names(in: "\(path)/\(folder)").filter { $0.lowercased().hasSuffix(".png") }
      guard !files.isEmpty else { throw StrataError("\(path)/\(folder) holds no PNG pictures (*.png)") }
      for file in files {
        try append("\(path)/\(folder)/\(file)", to: &pixels, size: &size)
        labels.append(Int32(label))
        guard pixels.count <= limit else { throw StrataError("\(path): its pictures have more than \(limit) bytes") }
      }
    }
    let picture = size?.picture ?? cf_picture()
    let extents = [Int(picture.height), Int(picture.width)] + (picture.channels == 3 ? [3] : [])
    return Samples(
      inputs: SampleStore(sampleShape: Shape(extents), storage: .bytes(pixels, scale: 1 / 255, offset: 0)),
      targets: .classes(labels: labels, names: classes))
  }

  /// Decodes one picture behind the others. Throws, with its name, for one that is bad or of another size.
  private static func append(_ path: String, to pixels: inout [UInt8], size: inout PictureSize?) throws(StrataError) {
    let input = try InputFile(path)
    let bytes = try input.bytes(limit: fileLimit)
    guard bytes.starts(with: magic) else {
      throw StrataError("\(path) is no PNG picture: its first 8 bytes are not those of the format")
    }
    var message = [CChar](repeating: 0, count: Int(CF_MESSAGE_SIZE))
    var picture = cf_picture()
    guard cf_png_header(bytes, bytes.count, &picture, &message) else {
      throw StrataError("\(path) is damaged: \(text(of: message))")
    }
    guard picture.width <= longestSide, picture.height <= longestSide else {
      throw StrataError(
        "\(path) has \(picture.width)×\(picture.height) pixels (width×height); at most \(longestSide) a side are read")
    }
    let expected = size ?? PictureSize(picture: picture, first: path)
    size = expected
    let wanted = expected.picture
    guard picture.width == wanted.width, picture.height == wanted.height, picture.channels == wanted.channels else {
      throw StrataError(
        "\(path) is \(shown(picture)), and \(expected.first) is \(shown(wanted)): all pictures must have one size",
        try: "bring the pictures to one size and kind before loading them")
    }
    // Deflate packs at most 1032 to one, and a pixel of one bit becomes up to three bytes.
    guard expected.bytes / (1032 * 24) <= bytes.count else {
      throw StrataError("\(path) is cut short: \(bytes.count) bytes cannot hold \(shown(picture)) pixels")
    }
    let start = pixels.count
    pixels.append(contentsOf: repeatElement(0, count: expected.bytes))
    let isGood = pixels.withUnsafeMutableBufferPointer {
      cf_png_pixels(bytes, bytes.count, wanted.channels, $0.baseAddress! + start, expected.bytes, &message)
    }
    guard isGood else { throw StrataError("\(path) is damaged: \(text(of: message))") }
  }

  private static func shown(_ picture: cf_picture) -> String {
    "\(picture.width)×\(picture.height) \(picture.channels == 1 ? "grey" : "colour")"
  }
}
