/// The prompt of the line-by-line laboratory, and ctrl-C as something to look at.
import CReadline
import StrataEngine

/// Asks for lines on standard input: with readline (history, completion, editing keys) on a terminal, plainly and without an
/// echo from a file or a pipe.
public final class LinePrompt {
  public enum Answer: Hashable, Sendable {
    case line(String)
    /// ctrl-C: the line is given up. Ask again.
    case interrupted
    /// ctrl-D, or the end of the input.
    case ended
  }

  private let completer: CompleterBox

  public init(complete: @escaping Completer = { _ in .words([]) }) {
    TerminalCapabilities.useLocale()
    completer = CompleterBox(complete)
  }

  /// Asks for one line, without its line end. It is in the history only once it is added there.
  /// - Throws: `StrataError` for a line that is longer than a megabyte; the rest of it comes with the next call.
  public func ask(_ prompt: String) throws(StrataError) -> Answer {
    var isWhole = true
    let result = creadline_ask(prompt, CompleterBox.entry, completer.context, &isWhole)
    if !isWhole {
      throw StrataError(
        "A line of the input is longer than \(creadline_longest_line) bytes; a command is a short line of text.")
    }
    switch result {
    case creadline_accepted:
      let bytes = UnsafeRawBufferPointer(start: creadline_text(), count: creadline_text_length())
      return .line(String(decoding: bytes, as: UTF8.self))
    case creadline_interrupted: return .interrupted
    default: return .ended
    }
  }
}

/// While one exists, ctrl-C (SIGINT) raises a flag instead of ending the program.
///
/// For work between two prompts: look at `take` after every instruction. Not for the full screen, where ctrl-C is a key.
public final class InterruptFlag: Sendable {
  public init() { creadline_interrupts_begin() }
  deinit { creadline_interrupts_end() }
  /// Whether ctrl-C was pressed since the last call. Cheap; from any thread.
  public func take() -> Bool { creadline_take_interrupt() }
}
