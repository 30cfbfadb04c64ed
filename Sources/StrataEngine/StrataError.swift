/// What went wrong, in words for the person who typed or gave the file: the problem with what was expected and
/// what was found, and what to try.
public struct StrataError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One sentence: what was expected, what was found, where.
  public var problem: String
  /// What to try instead, as a sentence or a command; nil when there is nothing sensible to say.
  public var suggestion: String?

  public init(_ problem: String, try suggestion: String? = nil) {
    self.problem = problem
    self.suggestion = suggestion
  }

  public var description: String {
    suggestion.map { "\(problem)\n  try: \($0)" } ?? problem
  }
}
