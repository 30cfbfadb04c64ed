// A file or a folder that holds data: told by what is in it, not by its name's ending.
import StrataEngine

enum DataFile {
  /// The most bytes of a file that is read whole.
  static let limit = 1 << 32
  /// The options that apply to every kind.
  static let common = ["samples", "test", "seed", "standardize"]

  static func load(_ path: String, _ options: DataOptions) throws(StrataError) -> SourceData {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    if InputFile.kind(of: path) == .folder {
      guard let pair = IDXPair(folder: path) else { throw StrataError("\(path) holds no IDX files") }
      try DataCatalogue.check(options, apply: common, to: name)
      return try pair.load(name: name, about: "Images from \(name).")
    }
    let input = try InputFile(path)
    var stream = try input.expanded()
    let head = try stream.read(8)
    if IDX.recognises(head) {
      try DataCatalogue.check(options, apply: common, to: name)
      return try IDXPair(images: path).load(name: name, about: "Images from \(name).")
    }
    throw StrataError("\(path) is of no kind that is read")
  }
}
