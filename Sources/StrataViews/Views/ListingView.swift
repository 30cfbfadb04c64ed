// The program of the learner, with the line that comes next marked, as a debugger shows source.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let listing = View(
    "listing", title: "listing", summary: "the learner's program: the next line marked, with the tensors it touches",
    reasonMissing: noLearner,
    note: { lab, _ in lab.experiment.learner.map { "\($0.title) · step \($0.clock.steps)" } ?? "" }
  ) { lab, options, size in
    guard let learner = lab.experiment.learner else { return .empty }
    return .text(TextBlock(listingLines(learner, size: size)))
  }
}

/// Why views of a learner are empty before there is one.
@Sendable func noLearner(_ lab: Lab) -> String? {
  lab.experiment.learner == nil ? lab.experiment.missing?.hint ?? "nothing learns yet" : nil
}

private func listingLines(_ learner: any Learner, size: Size) -> [TextLine] {
  let listing = learner.listing
  // Asked once: a learner makes its list of tensors afresh for every question.
  let tensors = Dictionary(learner.tensors.map { ($0.name, $0) }) { first, _ in first }
  let digits = "\(listing.count)".count
  var lines: [TextLine] = []
  var currentRows = 0..<0
  for (index, line) in listing.enumerated() {
    let isNext = index == learner.line
    let shape = (line.counter ?? line.writes.first).flatMap { tensors[$0] }.map(written) ?? ""
    let start = lines.count
    lines += numbered(
      line, number: index + 1, digits: digits, isNext: isNext, shape: shape, columns: size.columns,
      reserved: line.counter == nil ? 0 : TextLayout.width(shape) + 2)
    if isNext { currentRows = start..<lines.count }
  }
  // Two lines at the foot tell what the next line touches; the rest scrolls so that the next line is in sight.
  let foot = touched(listing[learner.line], tensors, columns: size.columns)
  let room = max(size.rows - foot.count - 1, 1)
  if lines.count > room {
    let first = min(
      max(currentRows.upperBound - room, min(currentRows.lowerBound - 2, lines.count - room)), lines.count - room)
    lines = Array(lines[max(first, 0)..<min(max(first, 0) + room, lines.count)])
  }
  guard size.rows > foot.count + 2 else { return lines }
  while lines.count < room { lines.append("") }
  return lines + [TextLine(String(repeating: "─", count: size.columns), .quiet)] + foot
}

/// `x 32×64`, `iter 2`
private func written(_ named: NamedTensor) -> String {
  // A single number is told itself: which turn of a loop.
  named.tensor.shape.rank == 0 && named.tensor.count == 1
    ? "\(named.symbol) \(formatNumber(Double(named.tensor[flat: 0]), significant: 4))"
    : named.tensor.count > 0 ? "\(named.symbol) \(named.tensor.shape)" : ""
}

/// A line with its number and marker; a long one goes on below, broken where statements end. `reserved` columns stay free
/// for a shape that must be seen.
private func numbered(
  _ line: ListingLine, number: Int, digits: Int, isNext: Bool, shape: String, columns: Int, reserved: Int
) -> [TextLine] {
  let marker = isNext ? "▶" : " "
  let label = String(repeating: " ", count: digits - "\(number)".count) + "\(number)"
  let indent = digits + 4
  let role: ColorRole = isNext ? .accent : .plain
  let style: TextStyle = isNext ? .bold : []
  let room = max(columns - indent - reserved, 8)
  var pieces: [String] = []
  for statement in line.text.components(separatedBy: ";  ") {
    if let last = pieces.last, TextLayout.width(last) + TextLayout.width(statement) + 3 <= room {
      pieces[pieces.count - 1] = last + ";  " + statement
    } else {
      pieces.append(statement)
    }
  }
  // A statement that is longer than the line goes on below, further in.
  pieces = pieces.flatMap { piece -> [String] in
    guard TextLayout.width(piece) > room, room > 12 else { return [piece] }
    let lead = String(piece.prefix { $0 == " " })
    let wrapped = TextLayout.wrapped(String(piece.dropFirst(lead.count)), to: room - 2 - lead.count)
    return wrapped.enumerated().map { lead + ($0.offset > 0 ? "  " : "") + $0.element }
  }
  return pieces.enumerated().map { index, piece in
    let lead = index == 0 ? "\(marker) \(label)  " : String(repeating: " ", count: indent)
    let body = TextRun(piece, role, style: style)
    let runs = [TextRun(lead, isNext ? .accent : .quiet, style: style), body]
    let isFirst = index == 0
    guard isFirst, !shape.isEmpty else { return TextLine(runs) }
    let space = columns - TextLine(runs).width - TextLayout.width(shape)
    guard space >= 2 else { return TextLine(runs) }
    return TextLine(runs + [TextRun(String(repeating: " ", count: space)), TextRun(shape, .quiet)])
  }
}

/// What the next line reads and writes, by the listing's signs.
private func touched(_ line: ListingLine, _ tensors: [String: NamedTensor], columns: Int) -> [TextLine] {
  func signs(_ names: [String]) -> String {
    let signs = names.compactMap { tensors[$0]?.symbol }
    let text = signs.joined(separator: ", ")
    return TextLayout.width(text) > columns - 9 ? TextLayout.truncated(text, to: max(columns - 9, 1)) : text
  }
  return [
    TextLine([TextRun(" reads  ", .quiet), TextRun(signs(line.reads), .series1)]),
    TextLine([TextRun(" writes ", .quiet), TextRun(signs(line.writes), .series2)]),
  ]
}

extension String {
  /// Splits at a separator of several characters.
  fileprivate func components(separatedBy separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let place = rest.firstRange(of: separator) {
      parts.append(String(rest[..<place.lowerBound]))
      rest = rest[place.upperBound...]
    }
    return parts + [String(rest)]
  }
}
