// A file or a folder that holds data: told by what is in it, not by its name's ending.
import StrataEngine

enum DataFile {
  /// The most bytes of a file that is read whole.
  static let limit = 1 << 30
  /// The options that apply to every kind.
  static let common = ["samples", "test", "seed", "standardize", "labels"]
  /// The options that apply to pictures besides.
  static let pictures = ["binarize"]

  static func load(_ path: String, _ options: DataOptions) throws(StrataError) -> SourceData {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if InputFile.kind(of: path) == .folder {
      try DataCatalogue.check(options, apply: common + pictures, to: name)
      if let pair = IDXPair(folder: path) { return try pair.load(name: name, about: "Images from \(name).") }
      return try PictureFolder.load(path: path, name: name)
    }
    let input = try InputFile(path)
    var stream = try input.expanded()
    let head = try stream.read(8)
    if IDX.recognises(head) {
      try DataCatalogue.check(options, apply: common + pictures, to: name)
      return try IDXPair(images: path).load(name: name, about: "Images from \(name).")
    }
    if NPYArray.recognises(head) || ZipArchive.recognises(head) {
      try DataCatalogue.check(options, apply: common + pictures + ArrayFile.options, to: name)
      let bytes = try stream.rest(after: head, limit: ArrayFile.limit)
      return NPYArray.recognises(head)
        ? try ArrayFile.loadNPY(path: path, bytes: bytes, name: name, options: options)
        : try ArrayFile.loadNPZ(path: path, bytes: bytes, name: name, options: options)
    }
    if head.starts(with: PictureFolder.magic) {
      throw StrataError("\(path) is one picture; a folder with a folder of pictures a class was expected")
    }
    try DataCatalogue.check(options, apply: common + CSVFile.options, to: name)
    let bytes = try stream.rest(after: head, limit: limit)
    return try CSVFile.load(path: path, bytes: bytes, name: name, options: options)
  }
}
