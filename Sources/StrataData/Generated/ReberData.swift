// The embedded Reber grammar: strings whose last symbol but one is the same as the second, with any number of others
// between. To foretell it a network must keep one bit over a time that has no bound.
//
//            ┌─ T ─ (Reber string) ─ T ─┐          inside:  B ─ T ─(S)*─ X ─ S ─ E      and so on, see `inner`
//       B ───┤                          ├── E
//            └─ P ─ (Reber string) ─ P ─┘
//
// Wherever two symbols are possible each comes with probability 1/2. Source: A. Reber 1967; A. Cleeremans, D.
// Servan-Schreiber, J. McClelland 1989; here as S. Hochreiter, J. Schmidhuber 1997, Long short-term memory, experiment 1:
// 256 strings to learn from, 256 to test, and a string counts where the symbols that may come next are the most active
// outputs at each of its steps. Their LSTM needed 8440 strings at best.
import StrataEngine

enum ReberData {
  static let symbols = ["B", "T", "P", "S", "X", "V", "E"]
  /// The shortest string: BTBTXSETE.
  static let shortest = 9

  /// The inner grammar: from each node, the symbols that may be written and the nodes they lead to.
  private static let inner: [[(symbol: String, node: Int)]] = [
    [("B", 1)],
    [("T", 2), ("P", 3)],
    [("S", 2), ("X", 4)],
    [("T", 3), ("V", 5)],
    [("X", 3), ("S", 6)],
    [("P", 4), ("V", 6)],
    [("E", 7)],
  ]

  /// The whole grammar: the inner one stands in it twice, once for each second symbol.
  static let automaton: SymbolAutomaton = {
    let copy = inner.count + 1
    func state(_ kept: Int, _ node: Int) -> Int { 2 + kept * copy + node }
    let (last, end) = (2 + 2 * copy, 3 + 2 * copy)
    var next = [[Int?]](repeating: [Int?](repeating: nil, count: symbols.count), count: end + 1)
    func join(_ from: Int, _ symbol: String, _ to: Int) { next[from][symbols.firstIndex(of: symbol) ?? 0] = to }
    join(0, "B", 1)
    for (kept, symbol) in ["T", "P"].enumerated() {
      join(1, symbol, state(kept, 0))
      for (node, arcs) in inner.enumerated() {
        for arc in arcs { join(state(kept, node), arc.symbol, state(kept, arc.node)) }
      }
      join(state(kept, inner.count), symbol, last)
    }
    join(last, "E", end)
    return SymbolAutomaton(next: next)
  }()

  /// `--samples` strings; `--length` draws again what would take more time steps.
  static func reber(_ options: DataOptions) throws(StrataError) -> SourceData {
    let most = options.length ?? .max
    guard most >= shortest - 1 else {
      throw StrataError(
        "the shortest string of the grammar takes \(shortest - 1) time steps; got --length \(most)",
        try: "data reber --length 20")
    }
    let count = options.samples ?? 512
    try SequenceLimits.check(count, length: 60, features: symbols.count, name: "reber")
    var random = RandomStream(seed: options.seed, name: "data reber")
    var sequences: [SymbolSequence] = []
    while sequences.count < count {
      let sequence = string(&random)
      if sequence.inputs.count <= most { sequences.append(sequence) }
    }
    let length = sequences.map(\.inputs.count).max() ?? 0
    return SourceData(
      name: "reber",
      about:
        "Strings of the embedded Reber grammar, up to \(length + 1) symbols, generated. At every time step the next "
        + "symbol is asked for; the last but one is the same as the second.",
      samples: Samples(sequences, alphabet: symbols, length: length), featureNames: symbols, targetNames: symbols,
      hasSymbols: true, grammar: automaton, standardTest: .fraction(0.5))
  }

  /// One string: at every node each way is taken as often.
  private static func string(_ random: inout RandomStream) -> SymbolSequence {
    var (string, allowed): ([Int], [UInt64]) = ([], [])
    var state = 0
    while !automaton.isEnd(state) {
      let ways = automaton.symbols(in: state)
      let symbol = ways[random.integer(below: ways.count)]
      allowed.append(automaton.allowed(in: state))
      string.append(symbol)
      state = automaton.next[state][symbol] ?? 0
    }
    return SymbolSequence(string, allowed: Array(allowed.dropFirst()))
  }
}
