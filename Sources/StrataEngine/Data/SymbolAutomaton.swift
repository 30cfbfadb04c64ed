// A grammar as a finite automaton: from each state, which symbols may come and where each leads. What strings of symbols are
// drawn from, and what strings that a network writes are judged by.

/// A finite automaton whose arcs are symbols.
public struct SymbolAutomaton: Sendable, Equatable {
  /// The state behind each symbol, a row a state; nil where the symbol may not come. State 0 is the beginning, and a state
  /// that nothing leaves is an end.
  public let next: [[Int?]]

  /// Traps unless every arc leads to a state that there is.
  public init(next: [[Int?]]) {
    precondition(next.allSatisfy { $0.allSatisfy { $0.map(next.indices.contains) ?? true } }, "an arc leads nowhere")
    self.next = next
  }

  /// The symbols that may come in a state, ascending.
  public func symbols(in state: Int) -> [Int] { next[state].indices.filter { next[state][$0] != nil } }

  /// The same as a set: bit k for symbol k.
  public func allowed(in state: Int) -> UInt64 { symbols(in: state).reduce(0) { $0 | 1 << UInt64($1) } }

  /// Whether a string ends in this state.
  public func isEnd(_ state: Int) -> Bool { next[state].allSatisfy { $0 == nil } }

  /// The state behind a beginning of a string; nil where no string begins so.
  public func state(after symbols: [Int]) -> Int? {
    var state = 0
    for symbol in symbols {
      guard next[state].indices.contains(symbol), let behind = next[state][symbol] else { return nil }
      state = behind
    }
    return state
  }

  /// Whether a whole string is of the grammar.
  public func accepts(_ string: [Int]) -> Bool { state(after: string).map(isEnd) ?? false }
}
