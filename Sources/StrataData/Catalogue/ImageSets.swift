import StrataEngine

/// The image sets that are fetched rather than embedded: MNIST and those that took its form.
public enum ImageSet: String, CaseIterable, Sendable {
  case mnist
  case fashion

  /// The folder's name below a data place.
  var folder: String { rawValue }

  /// One sentence on what it is, where it comes from and under which licence.
  var about: String {
    switch self {
    case .mnist:
      "70,000 handwritten digits, 28×28 pixels. Y. LeCun, C. Cortes, C. J. C. Burges: The MNIST database of handwritten "
        + "digits (1998), CC BY-SA 3.0."
    case .fashion:
      "70,000 pictures of clothing, 28×28 pixels. H. Xiao, K. Rasul, R. Vollgraf: Fashion-MNIST (2017), MIT licence, "
        + "copyright Zalando SE."
    }
  }

  var classNames: [String] {
    switch self {
    case .mnist: (0...9).map(String.init)
    case .fashion:
      ["T-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag", "ankle boot"]
    }
  }

  /// Where its files stand: in a data place itself or in its folder there. The place itself counts for MNIST alone,
  /// because the files of both have the same names.
  func find(in places: DataPlaces) -> IDXPair? {
    for place in places.folders {
      let candidates = self == .mnist ? [place, "\(place)/\(folder)"] : ["\(place)/\(folder)"]
      for candidate in candidates {
        if let pair = IDXPair(folder: candidate) { return pair }
      }
    }
    return nil
  }

  func load(_ places: DataPlaces) throws(StrataError) -> SourceData {
    guard let pair = find(in: places) else {
      let searched = places.folders.map { "\($0)/\(folder)" }.joined(separator: " and ")
      throw StrataError(
        "\(rawValue) is not on this machine: looked in \(searched.isEmpty ? "no folder (HOME is not set)" : searched)",
        try: "strata data get \(rawValue)")
    }
    return try pair.load(name: rawValue, about: about, classNames: classNames)
  }
}
