/// A program running in a pseudo-terminal, driven by a test: typing, looking, waiting for what shall appear.
import CPseudoTerminal
import Foundation
import Testing

/// What a test waited for did not come.
struct Missing: Error, CustomStringConvertible {
  let description: String
}

final class TerminalSession {
  private(set) var screen: VirtualScreen
  private(set) var output: [UInt8] = []
  /// All that was ever sent, also what has left the screen by its top.
  var transcript: String { String(decoding: output, as: UTF8.self) }
  private var buffer = [UInt8](repeating: 0, count: 65536)
  private var child = cpt_child()
  private var status: Int32?
  /// Long, because tests of other modules may have both cores; nobody waits that long when all is well.
  private let patience: TimeInterval = 30

  /// The folder of the test bundle, where the programs of the package lie too.
  static let products: URL = {
    // On Linux the bundle is the executable itself.
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
  }()

  static var probe: String { products.appendingPathComponent("terminal-probe").path }

  /// Whether this machine describes a kind of terminal.
  static func hasDescription(of terminal: String) -> Bool {
    ["/lib/terminfo", "/usr/share/terminfo", "/etc/terminfo"].contains {
      FileManager.default.fileExists(atPath: "\($0)/\(terminal.prefix(1))/\(terminal)")
    }
  }

  /// Starts the probe (or another program) on a terminal. `environment` is added to a bare one.
  init(
    _ arguments: [String], program: String = TerminalSession.probe, columns: Int = 80, rows: Int = 24,
    environment: [String: String] = [:]
  ) throws {
    screen = VirtualScreen(columns: columns, rows: rows)
    var variables = [
      "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": "/nonexistent",
      "INPUTRC": "/dev/null", "SWIFT_BACKTRACE": "enable=no",
    ]
    for name in ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] { variables[name] = ProcessInfo.processInfo.environment[name] }
    for (name, value) in environment { variables[name] = value.isEmpty ? nil : value }
    var list = ([program] + arguments).map { strdup($0) } + [nil]
    var block = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { (list + block).forEach { free($0) } }
    let error = cpt_start(program, &list, &block, Int32(rows), Int32(columns), &child)
    if error != 0 { throw Missing(description: "could not start \(program): errno \(error)") }
  }

  deinit { cpt_end(&child) }

  func type(_ text: String) { type(bytes: Array(text.utf8)) }
  func type(bytes: [UInt8]) { _ = cpt_write(&child, bytes, Int32(bytes.count)) }

  func resize(columns: Int, rows: Int) {
    screen.resize(columns: columns, rows: rows)
    cpt_resize(&child, Int32(rows), Int32(columns))
  }

  func signal(_ number: Int32) { cpt_send_signal(&child, number) }
  var process: Int32 { child.process }
  /// Closes the terminal's window: the line is cut.
  func hangUp() { cpt_hang_up(&child) }
  var modesAreSane: Bool { cpt_modes_are_sane(&child) }

  /// Takes output until the predicate holds.
  func wait(
    for what: String, sourceLocation: SourceLocation = #_sourceLocation, until holds: (VirtualScreen) -> Bool
  ) throws {
    let deadline = Date().addingTimeInterval(patience)
    while !holds(screen) {
      pump(milliseconds: 10)
      if status == nil, cpt_has_ended(&child, &ended) { status = ended }
      if status != nil {
        drain()
        if holds(screen) { return }
        throw missing(what, "the program ended (\(exit))", sourceLocation)
      }
      if Date() > deadline { throw missing(what, "time is up", sourceLocation) }
    }
  }

  /// Waits for a text to be on the screen.
  func wait(for text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    try wait(for: "\"\(text)\"", sourceLocation: sourceLocation) { $0.contains(text) }
  }

  private var ended: Int32 = 0

  /// How a program ends.
  enum Exit: Equatable {
    case status(Int32)
    case signal(Int32)
    case running
  }
  private var exit: Exit {
    guard let status else { return .running }
    return status & 0x7F == 0 ? .status((status >> 8) & 0xFF) : .signal(status & 0x7F)
  }

  /// Takes output until the program ends.
  func waitForExit(sourceLocation: SourceLocation = #_sourceLocation) throws -> Exit {
    let deadline = Date().addingTimeInterval(patience)
    while status == nil {
      pump(milliseconds: 10)
      if cpt_has_ended(&child, &ended) { status = ended }
      if Date() > deadline { throw missing("the end of the program", "time is up", sourceLocation) }
    }
    drain()
    child.process = -1
    return exit
  }

  private func missing(_ what: String, _ why: String, _ sourceLocation: SourceLocation) -> Missing {
    let frame = screen.lines.enumerated().filter { !$0.element.isEmpty }.map { "\($0.offset)| \($0.element)" }
    let text = "waited for \(what): \(why)\n" + frame.joined(separator: "\n")
    Issue.record(Comment(rawValue: text), sourceLocation: sourceLocation)
    return Missing(description: text)
  }

  /// Waits for output and takes what there is of it, up to a limit, since looking costs more than taking.
  private func pump(milliseconds: Int32) {
    var limit = milliseconds
    for _ in 0..<64 {
      let count = Int(cpt_read(&child, &buffer, Int32(buffer.count), limit))
      if count == 0 { return }
      output += buffer[..<count]
      screen.feed(buffer[..<count])
      limit = 0
    }
  }

  private func drain() {
    var before = -1
    while output.count != before {
      before = output.count
      pump(milliseconds: 0)
    }
  }
}
