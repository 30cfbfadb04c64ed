/// Completion of words, asked by the line editor and answered by whoever knows the words.
import CReadline

/// What is asked: the line up to the cursor and, of it, the word that is being typed.
public struct CompletionRequest: Hashable, Sendable {
  /// The line up to the cursor.
  public var line: String
  /// The part of it that a completion replaces: from the last blank on; may be empty.
  public var word: String
  /// The line before `word`.
  public var before: String { String(line.unicodeScalars.dropLast(word.unicodeScalars.count)) }
  public init(line: String, word: String) {
    self.line = line
    self.word = word
  }
}

/// What could stand there.
public enum CompletionAnswer: Hashable, Sendable {
  /// These words, in this order; those that do not begin with what is typed are left out by the editor.
  case words([String])
  /// Files and folders.
  case paths
}

/// Answers completion requests. Called on the thread that feeds the editor.
public typealias Completer = (CompletionRequest) -> CompletionAnswer

/// A completer on its way through C.
final class CompleterBox {
  let complete: Completer
  init(_ complete: @escaping Completer) { self.complete = complete }

  /// What readline calls; `context` is the box.
  static let entry: creadline_completer = { context, line, start, end in
    guard let context, let line else { return }
    let box = Unmanaged<CompleterBox>.fromOpaque(context).takeUnretainedValue()
    let bytes = UnsafeRawBufferPointer(start: line, count: Int(end))
    let request = CompletionRequest(
      line: String(decoding: bytes, as: UTF8.self),
      word: String(decoding: UnsafeRawBufferPointer(rebasing: bytes[Int(start)...]), as: UTF8.self))
    switch box.complete(request) {
    case .words(let words): for word in words { creadline_offer(word) }
    case .paths: creadline_offer_paths()
    }
  }

  var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}
