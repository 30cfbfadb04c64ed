/// What reaches the event loop: keys, the mouse, and what happens to the terminal and the process.
import StrataPlot

/// A place on the screen; row 0 is the top.
public struct CellPosition: Hashable, Sendable {
  public var column: Int
  public var row: Int
  public init(column: Int, row: Int) {
    self.column = column
    self.row = row
  }
}

/// One thing that the mouse did, at a cell.
public struct MouseEvent: Hashable, Sendable {
  public enum Action: Hashable, Sendable {
    case press, release
    /// Moved to another cell with the button held.
    case drag
    case wheelUp, wheelDown
  }
  public enum Button: Hashable, Sendable { case none, left, middle, right }

  public var action: Action
  public var button: Button
  public var position: CellPosition
  public var modifiers: Key.Modifiers

  public init(
    _ action: Action, _ button: Button = .none, column: Int, row: Int, modifiers: Key.Modifiers = []
  ) {
    self.action = action
    self.button = button
    position = CellPosition(column: column, row: row)
    self.modifiers = modifiers
  }
}

/// A request from outside to end, with the exit status that shells expect of a program ended by it.
public enum TerminalSignal: Hashable, Sendable {
  /// SIGINT from outside; ctrl-C at the keyboard is the key `.control("c")`.
  case interrupt
  case terminate
  /// The terminal went away. Nothing that is shown any more reaches anybody.
  case hangUp

  /// 128 and the signal's number.
  public var exitStatus: Int32 {
    switch self {
    case .hangUp: 129
    case .interrupt: 130
    case .terminate: 143
    }
  }
}

/// What the event loop gets from the terminal.
public enum TerminalEvent: Hashable, Sendable {
  case key(Key)
  case mouse(MouseEvent)
  /// Text pasted in one piece: line ends are "\n", other control characters but tab are gone.
  case paste(String)
  /// The size is another; draw again.
  case resized(Size)
  /// Somebody called `wake`.
  case woken
  /// The process stopped and was continued; the screen is the terminal's again, draw again.
  case resumed
  case signal(TerminalSignal)
}
