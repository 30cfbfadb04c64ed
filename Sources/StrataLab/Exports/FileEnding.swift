// What a file is to hold is told by the ending of its name, in whatever case: `loss.png`, `LOSS.PNG`.
import StrataEngine

/// How a view is written to a file.
public enum PictureFormat: String, CaseIterable, Sendable {
  case svg, png, txt

  /// By the ending of a file's name. Throws with the endings there are.
  public init(path: String, view: String) throws(StrataError) {
    guard let format = FileEnding.of(path).flatMap({ PictureFormat(rawValue: $0) }) else {
      throw StrataError(
        "a picture's file ends in .svg, .png or .txt; got \(path.quoted)", try: "save plot \(view) \(view).svg")
    }
    self = format
  }
}

enum FileEnding {
  /// What stands behind the last dot of a file's name, in small letters; nil where there is none or nothing before it.
  static func of(_ path: String) -> String? {
    let name = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return nil }
    return name[name.index(after: dot)...].lowercased()
  }

  /// The path without its ending and the dot. The path itself where there is none.
  static func removed(from path: String) -> String {
    guard let ending = of(path) else { return path }
    return String(path.dropLast(ending.count + 1))
  }
}
