// A text file by character: windows of so many characters, one-hot over the characters that occur in it; at each the next
// character is asked for.
//
// The windows follow each other without a gap, so that an epoch asks for every character once. What is kept apart for the
// test is the end of the text.
import StrataEngine

enum CharacterFile {
  static let options = ["length", "samples", "test", "seed"]
  /// The most characters of an alphabet: a text in a Latin, Greek or Cyrillic script has about a hundred.
  static let largestAlphabet = 256
  /// The most bytes of a text.
  static let limit = 1 << 26

  static func load(_ path: String, _ options: DataOptions) throws(StrataError) -> SourceData {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    try DataCatalogue.check(options, apply: self.options, to: "a text")
    let input = try InputFile(path)
    var stream = try input.expanded()
    let text = try characters(of: try stream.rest(limit: limit), path: path)
    let alphabet = Set(text).sorted()
    guard alphabet.count <= largestAlphabet else {
      throw StrataError(
        "\(path) has \(alphabet.count) different characters, and at most \(largestAlphabet) are told apart",
        try: "a text in an alphabetic script")
    }
    let length = options.length ?? 50
    let count = (text.count - 1) / length
    guard count >= 2 else {
      throw StrataError(
        "\(path) has \(text.count) characters, which are not two windows of \(length) and the character after",
        try: "a longer text, or --length \(max((text.count - 1) / 4, 2))")
    }
    guard count * length * alphabet.count <= 1 << 30 else {
      throw StrataError(
        "\(path) has \(text.count) characters of \(alphabet.count) kinds; that is more than is held in memory",
        try: "a part of it")
    }
    let names = alphabet.map(symbolName)
    return SourceData(
      name: name,
      about:
        "\(name) by character: \(text.count) characters of \(alphabet.count) kinds, in windows of \(length). The next "
        + "character is asked for at every time step.",
      samples: windows(text, alphabet: alphabet, names: names, length: length, count: count),
      featureNames: names, targetNames: names, hasSymbols: true,
      standardTest: .lastFraction(0.1))
  }

  /// The text, without carriage returns. Throws, with the byte, where it is no UTF-8 or holds what no text holds.
  private static func characters(of bytes: [UInt8], path: String) throws(StrataError) -> [Character] {
    if let place = bytes.firstIndex(where: { $0 < 32 && ![9, 10, 12, 13].contains($0) }) {
      throw StrataError(
        "\(path) is no text: byte \(place) is \(bytes[place]), a control character", try: "data \(path)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw StrataError("\(path) is no UTF-8 text", try: "iconv -f latin1 -t utf8 \(path) > text.txt")
    }
    // As one Character, a return and a line end would be a letter of their own.
    return text.filter { $0 != "\r" && $0 != "\u{c}" }.map { $0 == "\r\n" ? "\n" : $0 }
  }

  private static func windows(
    _ text: [Character], alphabet: [Character], names: [String], length: Int, count: Int
  ) -> Samples {
    let size = alphabet.count
    let places = Dictionary(uniqueKeysWithValues: zip(alphabet, 0...))
    let codes = text.prefix(count * length + 1).map { places[$0] ?? 0 }
    var inputs = [UInt8](repeating: 0, count: count * length * size)
    for step in 0..<count * length { inputs[step * size + codes[step]] = 1 }
    return Samples(
      inputs: SampleStore(sampleShape: [length, size], storage: .bytes(inputs, scale: 1, offset: 0)),
      targets: .steps(
        labels: codes.dropFirst().map { Int32($0) }, names: names, length: length))
  }
}
