// The nearest right word for a wrong one.

/// Suggestions for words that were mistyped.
enum Nearest {
  /// Edits that turn one word into the other: insert, delete, replace, swap neighbours (Damerau 1964, Levenshtein
  /// 1966; the restricted form). Case does not count. Words are cut at 40 characters.
  static func distance(_ first: String, _ second: String) -> Int {
    let a = Array(first.lowercased().prefix(40))
    let b = Array(second.lowercased().prefix(40))
    if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
    var older = [Int](repeating: 0, count: b.count + 1)
    var old = Array(0...b.count)
    var new = old
    for i in 1...a.count {
      new[0] = i
      for j in 1...b.count {
        let cost = a[i - 1] == b[j - 1] ? 0 : 1
        new[j] = min(old[j] + 1, new[j - 1] + 1, old[j - 1] + cost)
        if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { new[j] = min(new[j], older[j - 2] + 1) }
      }
      (older, old, new) = (old, new, older)
    }
    return old[b.count]
  }

  /// The candidate that was probably meant; nil when none is near. A third of the letters may be wrong, or the word
  /// may be the beginning of a candidate.
  static func to(_ word: String, among candidates: some Sequence<String>) -> String? {
    guard !word.isEmpty else { return nil }
    var best: (word: String, distance: Int)?
    var continuation: String?
    for candidate in candidates {
      let distance = distance(word, candidate)
      if distance <= max(1, max(word.count, candidate.count) / 3), distance < (best?.distance ?? .max) {
        best = (candidate, distance)
      }
      if continuation == nil, word.count > 1, candidate.lowercased().hasPrefix(word.lowercased()) {
        continuation = candidate
      }
    }
    return best?.word ?? continuation
  }

  /// `; did you mean accuracy?`, or nothing.
  static func question(_ word: String, among candidates: some Sequence<String>) -> String {
    to(word, among: candidates).map { "; did you mean \($0)?" } ?? ""
  }
}
