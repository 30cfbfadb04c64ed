/// The command line inside the full screen: GNU readline, fed with keys, drawn by the screen.
import CReadline
import StrataPlot

/// Edits one line at a time with readline's emacs keys, history (up, down, ctrl-R) and completion (tab).
///
/// It never touches the terminal: keys go in by `feed`, and `state` says what to draw. Readline is one per process, so
/// beginning a line in one editor gives up that of another. All of it belongs to one thread.
public final class LineEditor {
  /// What to draw. Cursor and column count from the start of `prompt`.
  public struct State: Hashable, Sendable {
    /// The prompt, or readline's own while it searches the history: "(reverse-i-search)`rate': ".
    public var prompt: String
    public var text: String
    /// The cursor's place in `text`, in Unicode scalars.
    public var cursor: Int
    /// The cursor's column when prompt and text begin at column 0, by display width.
    public var cursorColumn: Int
    /// What a completion offered, while there is a choice; to be shown above the line.
    public var completions: [String]
  }

  /// What a key did.
  public enum Outcome: Hashable, Sendable {
    case editing
    /// Enter: the line is finished. It is in the history only once it is added there.
    case accepted(String)
    /// Escape, ctrl-C or ctrl-G gave up the line.
    case cancelled
    /// ctrl-D on an empty line.
    case ended
  }

  private let completer: CompleterBox
  private var isEditing = false

  public init(complete: @escaping Completer = { _ in .words([]) }) { completer = CompleterBox(complete) }

  deinit { if isEditing { creadline_cancel() } }

  /// Begins a line.
  public func begin(prompt: String, text: String = "") {
    creadline_begin(prompt, Self.withoutControls(text))
    isEditing = true
  }

  /// Takes one key. Any outcome but `.editing` ends the line: `begin` the next.
  public func feed(_ key: Key) -> Outcome {
    guard isEditing else { return .cancelled }
    let isSearching = creadline_is_searching()
    if key == .escape || key == .control("g") || key == .control("c") {
      // The first two end a search only, and put back the line as it was before.
      return isSearching && key != .control("c") ? feed([0x07]) : cancel()
    }
    // Other keys end a search and then act. Readline would do so too, but crashes (8.2, callback interface) when the key is
    // a sequence of bytes of which only the first means something to it.
    if isSearching, !key.belongsToSearch, feed([0x1B]) != .editing { return .editing }
    return feed(key.readlineBytes)
  }

  private func feed(_ bytes: [UInt8]) -> Outcome {
    if bytes.isEmpty { return .editing }
    switch creadline_feed(bytes, Int32(bytes.count), CompleterBox.entry, completer.context) {
    case creadline_accepted:
      isEditing = false
      return .accepted(String(cString: creadline_text()))
    case creadline_ended:
      isEditing = false
      return .ended
    default: return .editing
    }
  }

  /// Puts a text at the cursor; line ends become blanks, other control characters vanish.
  public func insert(_ text: String) {
    guard isEditing else { return }
    creadline_insert(Self.withoutControls(text))
  }

  /// Gives up the line.
  @discardableResult public func cancel() -> Outcome {
    creadline_cancel()
    isEditing = false
    return .cancelled
  }

  /// What to draw now.
  public var state: State {
    guard isEditing else { return State(prompt: "", text: "", cursor: 0, cursorColumn: 0, completions: []) }
    // Readline marks what takes no room in a prompt by these two.
    let prompt = String(
      String.UnicodeScalarView(
        String(cString: creadline_prompt()).unicodeScalars.filter { $0.value != 1 && $0.value != 2 }))
    let text = creadline_text()
    let before = text.map {
      String(decoding: UnsafeRawBufferPointer(start: $0, count: Int(creadline_cursor())), as: UTF8.self)
    }
    let head = before ?? ""
    return State(
      prompt: prompt, text: text.map { String(cString: $0) } ?? "", cursor: head.unicodeScalars.count,
      cursorColumn: TextLayout.width(prompt) + TextLayout.width(head),
      completions: (0..<creadline_shown_count()).map { String(cString: creadline_shown($0)) })
  }

  private static func withoutControls(_ text: String) -> String {
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if scalar == "\n" || scalar == "\t" {
        clean.append(" ")
      } else if scalar.properties.generalCategory != .control {
        clean.append(scalar)
      }
    }
    return String(clean)
  }
}

extension Key {
  /// Whether the key changes a search of the history instead of ending it.
  fileprivate var belongsToSearch: Bool {
    typed != nil || self == .backspace || self == .control("r") || self == .control("s")
  }

  /// The bytes by which an xterm tells readline of this key; empty for keys that mean nothing to it.
  fileprivate var readlineBytes: [UInt8] {
    let isAlt = modifiers.contains(.alt)
    let isControl = modifiers.contains(.control)
    let bytes: [UInt8]
    switch code {
    case .character(let character):
      if isControl {
        guard character.isASCII else { return [] }
        bytes = [UInt8(character.value) & 0x1F]
      } else {
        bytes = Array(String(character).utf8)
      }
    case .enter: bytes = [0x0D]
    case .tab: bytes = modifiers.contains(.shift) ? Array("\u{1B}[Z".utf8) : [0x09]
    case .backspace: bytes = [0x7F]
    case .escape: bytes = [0x1B]
    case .up: bytes = Array("\u{1B}[A".utf8)
    case .down: bytes = Array("\u{1B}[B".utf8)
    // With alt or ctrl, by words.
    case .right: bytes = Array((isControl || isAlt ? "\u{1B}f" : "\u{1B}[C").utf8)
    case .left: bytes = Array((isControl || isAlt ? "\u{1B}b" : "\u{1B}[D").utf8)
    case .home: bytes = Array("\u{1B}[H".utf8)
    case .end: bytes = Array("\u{1B}[F".utf8)
    case .delete: bytes = Array((isControl || isAlt ? "\u{1B}[3;5~" : "\u{1B}[3~").utf8)
    case .pageUp: bytes = Array("\u{1B}[5~".utf8)
    case .pageDown: bytes = Array("\u{1B}[6~".utf8)
    case .insert, .function: bytes = []
    }
    switch code {
    case .character, .backspace: return isAlt ? [0x1B] + bytes : bytes
    default: return bytes
    }
  }
}
