/// The lines that were typed before, shared by the editor in the screen and the plain prompt.
import CReadline

/// A history of lines, kept in a file where one is named. A process has one: opening another forgets the first.
public struct LineHistory: Sendable {
  /// Reads the newest `limit` lines of a file, which need not exist; nil keeps the history in memory only.
  public static func open(_ path: String?, limit: Int = 1000) -> LineHistory {
    creadline_history_open(path, Int32(clamping: limit))
    return LineHistory()
  }

  /// Appends a line, in memory and at once in the file; an empty line and a repetition of the last are left out.
  /// Returns false when the file could not be written; the line is then in memory only.
  @discardableResult public func add(_ line: String) -> Bool { creadline_history_add(line) }
}
