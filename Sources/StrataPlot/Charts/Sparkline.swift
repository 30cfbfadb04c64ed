/// A whole chart in one line of text.

/// Blocks of growing height from nothing to full; ASCII has characters of growing weight.
func blockCharacter(eighths: Int, charset: Charset) -> Unicode.Scalar {
  let level = min(max(eighths, 0), 8)
  if charset == .ascii { return asciiHeights[level] }
  return level == 0 ? " " : Unicode.Scalar(0x2580 + UInt32(level)) ?? " "
}

private let asciiHeights: [Unicode.Scalar] = [" ", ".", ".", ":", ":", "=", "+", "#", "#"]

/// Values as blocks ▁▂▃▄▅▆▇█ from zero to the largest, thinned to so many columns by their means.
///
/// A value that is no number is a blank, so that nothing measured is not taken for zero. Negative values stand at zero.
public func sparkline(_ values: [Double], columns: Int? = nil, charset: Charset = .unicode) -> String {
  let count = min(max(columns ?? values.count, 0), values.count)
  guard count > 0 else { return "" }
  var means: [Double] = []
  for column in 0..<count {
    let from = column * values.count / count
    let to = max((column + 1) * values.count / count, from + 1)
    let finite = values[from..<to].filter(\.isFinite)
    means.append(finite.isEmpty ? .nan : finite.reduce(0) { $0 + $1 / Double(finite.count) })
  }
  let top = means.filter(\.isFinite).max() ?? 0
  var text = String.UnicodeScalarView()
  for mean in means {
    if mean.isNaN {
      text.append(" ")
    } else {
      let share = top > 0 ? max(mean, 0) / top : 0
      text.append(blockCharacter(eighths: 1 + Int((share * 7).rounded()), charset: charset))
    }
  }
  return String(text)
}

/// Counts as blocks.
public func sparkline(_ counts: [Int], columns: Int? = nil, charset: Charset = .unicode) -> String {
  sparkline(counts.map(Double.init), columns: columns, charset: charset)
}

/// A share in [0, 1] as a bar of so many columns: `████████░░░░`.
public func progressBar(_ share: Double, columns: Int, charset: Charset = .unicode) -> String {
  let columns = min(max(columns, 0), Canvas.largest.columns)
  let done = share.isNaN ? 0 : Int((share.clamped(0, 1) * Double(columns)).rounded(.down))
  return String(repeating: charset == .ascii ? "#" : "█", count: done)
    + String(repeating: charset == .ascii ? "." : "░", count: columns - done)
}
