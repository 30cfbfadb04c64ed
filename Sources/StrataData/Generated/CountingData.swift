// aⁿbⁿ: as many b as there were a, then the end. The simplest language that no machine with finitely many states knows: one
// has to count. A network shows that it counts, and has not learned the strings by heart, on strings that are longer than
// all that it learned from.
//
// While there are a, nobody can know when the first b comes, so nothing is asked; from the first b on all is determined.
// Source: F. Gers, J. Schmidhuber 2001, LSTM recurrent networks learn simple context-free and context-sensitive languages.
import StrataEngine

enum CountingData {
  static let symbols = ["a", "b", "E"]

  /// Strings with n from 1 to half of `--length` to learn from; the test part has one with each n up to twice that.
  static func anbn(_ options: DataOptions) throws(StrataError) -> SourceData {
    let most = (options.length ?? 20) / 2
    guard most <= 500 else {
      throw StrataError(
        "strings of up to 1000 symbols can be had; got --length \(most * 2)", try: "data anbn --length 20")
    }
    var random = RandomStream(seed: options.seed, name: "data anbn")
    let length = 4 * most
    let count = options.samples ?? 500
    try SequenceLimits.check(count, length: length, features: symbols.count, name: "anbn")
    let train = (0..<count).map { _ in string(1 + random.integer(below: most)) }
    let test = (most + 1...2 * most).map { string($0) }
    return SourceData(
      name: "anbn",
      about: "n times a, then as often b, then the end E: n up to \(most) to learn from, \(most + 1) to \(2 * most) to "
        + "test, generated. The next symbol is asked for from the first b on.",
      samples: Samples(train, alphabet: symbols, length: length),
      ownTest: Samples(test, alphabet: symbols, length: length), featureNames: symbols, targetNames: symbols,
      hasSymbols: true, grammar: automaton(upTo: 2 * most))
  }

  /// What knows the strings with n up to `most`: a state for each number of a, one for each number of b that is missing.
  static func automaton(upTo most: Int) -> SymbolAutomaton {
    var next = [[Int?]](repeating: [nil, nil, nil], count: 2 * most + 2)
    // After n times a: state n; with m times b still to come: state most + 1 + m; the last is the end.
    for n in 0..<most { next[n][0] = n + 1 }
    for n in 1...most { next[n][1] = most + n }
    for missing in 1..<max(most, 1) { next[most + 1 + missing][1] = most + missing }
    next[most + 1][2] = 2 * most + 1
    return SymbolAutomaton(next: next)
  }

  private static func string(_ n: Int) -> SymbolSequence {
    let string = [Int](repeating: 0, count: n) + [Int](repeating: 1, count: n) + [2]
    let allowed = string.dropFirst().map { UInt64(1) << UInt64($0) }
    return SymbolSequence(string, allowed: allowed, askedFrom: n)
  }
}
