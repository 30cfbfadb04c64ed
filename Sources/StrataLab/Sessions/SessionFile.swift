// A session as a file: plain text, readable, editable, diffable.
//
//   strata session 1
//   seed 7
//   title Digits
//
//   # comments and empty lines are left out
//   data digits
//   add dense 10 softmax
//   say Now it learns.
//   run 5 epochs
//   expect test accuracy > 0.85
//
// The first line names format and version; fields follow up to the first empty line, `seed` among them; then a command
// a line. A file may come from a stranger: its size is bounded, and no control character gets through.
import StrataEngine

/// One command of a session.
public struct SessionLine: Hashable, Sendable {
  /// Counted from 1 in the file.
  public var number: Int
  public var text: String

  public init(number: Int, text: String) {
    self.number = number
    self.text = text
  }
}

/// A session read from, or to be written to, a file.
public struct SessionFile: Hashable, Sendable {
  public static let version = 1
  /// What a header may hold besides `seed`.
  public static let fields = ["title", "teaches", "minutes", "after", "engine", "ends"]
  public static let maximumBytes = 4_000_000
  public static let maximumLines = 100_000

  public var seed: UInt64
  /// The other header fields, in their order.
  public var header: [(name: String, value: String)] { headerFields.map { ($0.name, $0.value) } }
  /// The commands; empty lines and comments are left out.
  public var lines: [SessionLine]
  private var headerFields: [Field]

  private struct Field: Hashable, Sendable {
    var name: String
    var value: String
  }

  /// A header field by its name; nil when it is not there.
  public func field(_ name: String) -> String? { headerFields.first { $0.name == name }?.value }

  /// A session of these commands.
  public init(seed: UInt64, commands: [String]) {
    self.seed = seed
    headerFields = []
    // After the version, the seed and an empty line.
    lines = commands.enumerated().map { SessionLine(number: $0 + 4, text: $1) }
  }

  /// One more command at the end.
  mutating func append(_ command: String) {
    lines.append(SessionLine(number: (lines.last?.number ?? 3 + headerFields.count) + 1, text: command))
  }

  /// Adds a header field, or replaces it.
  mutating func setField(_ name: String, _ value: String) {
    headerFields.removeAll { $0.name == name }
    headerFields.append(Field(name: name, value: value))
    for index in lines.indices { lines[index].number = index + 4 + headerFields.count }
  }

  /// Reads a file's bytes. Throws with the line's number and what was expected.
  public init(_ bytes: [UInt8]) throws(StrataError) {
    guard bytes.count <= SessionFile.maximumBytes else {
      throw StrataError(
        "a session has at most \(NumberText.bytes(SessionFile.maximumBytes)); this one has \(NumberText.bytes(bytes.count))"
      )
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw StrataError("a session is text in UTF-8; this is not")
    }
    try self.init(text: text)
  }

  /// Reads a session's text. Throws with the line's number and what was expected.
  public init(text: String) throws(StrataError) {
    var all: [Substring] = []
    for line in text.split(separator: "\n", maxSplits: SessionFile.maximumLines, omittingEmptySubsequences: false) {
      // Swift counts CR LF as one character, so a line ends with it only where the whole file does.
      all += line.split(separator: "\r\n", omittingEmptySubsequences: false)
    }
    guard all.count <= SessionFile.maximumLines else {
      throw StrataError("a session has at most \(NumberText.grouped(SessionFile.maximumLines)) lines")
    }
    for (index, line) in all.enumerated() {
      if let scalar = line.unicodeScalars.first(where: { $0.steersTerminal && $0 != "\t" }) {
        let code = String(scalar.value, radix: 16, uppercase: true)
        throw StrataError("line \(index + 1) holds the control character U+\(code); a session is plain text")
      }
      guard line.utf8.count <= TypedLine.maximumLength else {
        throw StrataError("line \(index + 1) is longer than \(TypedLine.maximumLength) characters")
      }
    }
    try SessionFile.checkFirst(all.first.map(String.init) ?? "")
    var seed: UInt64?
    var fields: [Field] = []
    var index = 1
    while index < all.count, !all[index].allSatisfy(\.isWhitespace) {
      let words = all[index].split(separator: " ", maxSplits: 1).map(String.init)
      let value = words.count > 1 ? SessionFile.trimmed(words[1]) : ""
      switch words.first {
      case let word? where word.hasPrefix("#"): break
      case "seed"?:
        guard let number = UInt64(value) else {
          throw StrataError(
            "line \(index + 1): a whole number was expected after seed, got \(value.quoted)", try: "seed 1")
        }
        seed = number
      case let word? where SessionFile.fields.contains(word) && !value.isEmpty:
        fields.append(Field(name: word, value: value))
      default:
        throw StrataError(
          "line \(index + 1): the header holds seed and \(SessionFile.fields.joined(separator: ", ")), then comes an "
            + "empty line; got \(String(all[index]).quoted)", try: "an empty line before the first command")
      }
      index += 1
    }
    guard let seed else {
      throw StrataError("line 2: the header must hold the seed", try: "seed 1")
    }
    self.seed = seed
    headerFields = fields
    lines = []
    for (index, line) in all.enumerated().dropFirst(index) {
      let text = SessionFile.trimmed(String(line))
      if !text.isEmpty, text.first != "#" { lines.append(SessionLine(number: index + 1, text: text)) }
    }
  }

  private static func trimmed(_ text: String) -> String {
    var rest = text.drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }

  private static func checkFirst(_ line: String) throws(StrataError) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count == 3, words[0] == "strata", words[1] == "session", let number = Int(words[2]) else {
      throw StrataError(
        "line 1: a session begins with 'strata session \(version)'; got \(line.quoted)",
        try: "strata session \(version)")
    }
    guard number == version else {
      throw StrataError("line 1: this session has version \(number); versions up to \(version) are understood")
    }
  }

  /// The file's text.
  public var text: String {
    var all = ["strata session \(SessionFile.version)", "seed \(seed)"]
    all += headerFields.map { "\($0.name) \($0.value)" }
    all.append("")
    all += lines.map(\.text)
    return all.joined(separator: "\n") + "\n"
  }
}

extension Lab {
  /// What was done so far, as a session.
  public var session: SessionFile {
    var session = SessionFile(seed: initialSeed, commands: journal.transcript)
    session.setField("engine", Compute.fingerprint)
    if let ending = ending { session.setField("ends", ending.text) }
    return session
  }
}
