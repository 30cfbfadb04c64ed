// What a form's places and options were filled with.
import StrataEngine

/// The words of a parsed line by the names of their places, checked against the form.
public struct Arguments: Sendable {
  /// The line in its usual spelling: what the journal and the timeline keep.
  public let line: String
  private let values: [String: [String]]
  /// The options in the order typed; a flag's value is `yes`.
  public let options: [(name: String, value: String)]

  init(line: String, values: [String: [String]], options: [(name: String, value: String)]) {
    self.line = line
    self.values = values
    self.options = options
  }

  /// The word at a place; nil when it was left out. Several words are joined by spaces.
  public func text(_ name: String) -> String? { values[name]?.joined(separator: " ") }
  /// The words of a place that takes several.
  public func words(_ name: String) -> [String] { values[name] ?? [] }
  /// A whole number; the form has checked it.
  public func integer(_ name: String) -> Int? { text(name).flatMap { Int($0) } }
  /// A number; the form has checked it.
  public func number(_ name: String) -> Double? { text(name).flatMap { Double($0) } }
  /// The value of an option; nil when it was not given.
  public func option(_ name: String) -> String? { options.last { $0.name == name }?.value }
  /// Whether a flag was given, and not as `no`.
  public func flag(_ name: String) -> Bool { option(name).map { $0 != "no" } ?? false }
}
