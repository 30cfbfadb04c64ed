import StrataEngine

/// What the word after `data` stands for.
public enum DataReference: Sendable, Equatable {
  /// A name of the catalogue.
  case entry(String)
  /// A file or folder, `~` expanded. The only case that touches a path that was typed.
  case file(String)
  /// A named function or an expression.
  case function(String)

  /// Finds out what a word stands for: names first, then files that are there, then functions.
  ///
  /// Throws, with the nearest name, when it is none of these. Looks at no file but the one named.
  public init(_ text: String, environment: [String: String]) throws(StrataError) {
    if DataCatalogue.entries.contains(where: { $0.name == text }) {
      self = .entry(text)
      return
    }
    if NamedFunction.named(text) != nil {
      self = .function(text)
      return
    }
    let path = DataPlaces(environment: environment).expanding(text)
    if InputFile.kind(of: path) != .absent {
      self = .file(path)
      return
    }
    do {
      _ = try Expression(text)
      self = .function(text)
    } catch {
      if DataReference.looksLikeAPath(text) {
        throw StrataError("cannot read \(path): there is no such file or folder", try: DataReference.nearest(to: text))
      }
      // Something with an operator or a parenthesis was meant as an expression: its own error helps more.
      if text.contains(where: { "()+*^".contains($0) }) { throw error }
      throw StrataError(
        "no data is called \"\(text)\": expected a name, a file, a folder or a function of x and y",
        try: DataReference.nearest(to: text) ?? "data list")
    }
  }

  private static func looksLikeAPath(_ text: String) -> Bool {
    let endings = [".csv", ".tsv", ".txt", ".data", ".gz", ".npy", ".npz", ".png", "ubyte"]
    return text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") || text.hasPrefix("~")
      || text.hasSuffix("/") || endings.contains { text.hasSuffix($0) }
  }

  /// The name that differs least, as a command; nil when none is near.
  private static func nearest(to text: String) -> String? {
    guard text.count <= 40 else { return nil }
    let ranked = DataCatalogue.names.map { ($0, distance(Array($0), Array(text))) }
    guard let best = ranked.min(by: { $0.1 < $1.1 }), best.1 <= (best.0.count < 4 ? 1 : max(2, best.0.count / 3)) else {
      return nil
    }
    return "data \(best.0)"
  }

  /// Insertions, deletions and replacements between two words (Levenshtein 1966).
  private static func distance(_ a: [Character], _ b: [Character]) -> Int {
    var row = Array(0...b.count)
    for (i, first) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, second) in b.enumerated() {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (first == second ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }
}
