// What a session from a stranger wants of the files of this machine: told before anything of it is done.
import StrataData
import StrataEngine

/// A file that a session wants to read or write.
public struct FileNeed: Hashable, Sendable {
  public enum Purpose: String, Hashable, Sendable {
    case read, write
  }
  /// The line, counted from 1 in the file.
  public var line: Int
  public var path: String
  public var purpose: Purpose

  /// `line 12 writes weights.safetensors`
  public var text: String { "line \(line) \(purpose == .read ? "reads" : "writes") \(path.safe)" }
}

extension SessionFile {
  /// The files that the session's lines name and that it may not touch, in the order of the lines, each once.
  /// Lines that are no commands name none: they fail when they are done.
  public func filesNeeded(beyond access: FileAccess) -> [FileNeed] {
    var needs: [FileNeed] = []
    var known: Set<[String]> = []
    for line in lines {
      guard let parsed = try? CommandTable.parse(line.text), !parsed.form.doesWithoutFiles else { continue }
      for place in parsed.form.places where place.takesFiles {
        guard let path = parsed.arguments.text(place.name), SessionFile.isFile(path, at: place) else { continue }
        let purpose: FileNeed.Purpose =
          parsed.command.word == "save" || parsed.command.word == "export" ? .write : .read
        guard (try? access.check(path, to: purpose.rawValue)) == nil else { continue }
        if known.insert([path, purpose.rawValue]).inserted {
          needs.append(FileNeed(line: line.number, path: path, purpose: purpose))
        }
      }
    }
    return needs
  }

  /// Throws, with every file and how to allow them, when the session needs what it may not touch.
  public func checkFiles(_ access: FileAccess) throws(StrataError) {
    let needs = filesNeeded(beyond: access)
    guard !needs.isEmpty else { return }
    throw SessionFile.error(for: needs)
  }

  /// What is said about files that were not named on the command line.
  public static func error(for needs: [FileNeed]) -> StrataError {
    // All of them where a person would read all; a stranger may have written thousands.
    let shown = needs.prefix(12)
    var paths: [String] = []
    for need in shown where !paths.contains(need.path) { paths.append(need.path) }
    let more = needs.count > shown.count ? ", and \(needs.count - shown.count) more" : ""
    let options = paths.map { "--allow-file \(TypedLine.quoted($0.safe))" }.joined(separator: " ")
    return StrataError(
      "the session wants files that were not named on the command line: "
        + shown.map(\.text).joined(separator: ", ") + more,
      try: options)
  }

  /// Where a name or a file may stand: whether it is a file. Only the text is looked at, no disk.
  private static func isFile(_ word: String, at place: Place) -> Bool {
    if case .path = place.kind { return true }
    return !DataCatalogue.names.contains(word) && (try? Expression(word)) == nil
  }
}

extension CommandTable {
  /// Whether a line only looks, or only concerns a question or narration: then a player goes on as if it had not been
  /// typed. A line that is not understood does nothing, and so only looks.
  public static func onlyLooks(_ line: String) -> Bool {
    guard let parsed = try? parse(line) else { return true }
    if ["ask", "hint", "answer"].contains(parsed.command.word) { return true }
    guard let action = try? parsed.form.action(parsed.arguments) else { return true }
    if case .look = action { return true }
    return false
  }
}
