// The line of time: where we stand between the beginning and the end of this branch, and what is kept of it.
import StrataLab
import StrataPlot

enum TimeBar {
  static let lead = " time "

  /// The columns of the bar itself: after the lead, before the remark.
  private static func barWidth(columns: Int, remark: String) -> Int {
    columns - TextLayout.width(lead) - TextLayout.width(remark) - 3
  }

  static func line(_ lab: Lab, columns: Int, style: DrawingStyle) -> TextLine {
    let remark = remark(lab)
    let width = barWidth(columns: columns, remark: remark)
    guard width >= 8 else { return TextLine(TextLayout.truncated(remark, to: columns), .quiet) }
    let end = max(lab.timeline.branch.end.tick, 1)
    let isEmpty = lab.timeline.branch.end.tick == 0
    let place = isEmpty ? 0 : min(lab.moment.tick * (width - 1) / end, width - 1)
    var cells = [Character](repeating: style.charset == .ascii ? "-" : "─", count: width)
    if !isEmpty {
      for fork in lab.timeline.branches.compactMap(\.fork) where fork.branch == lab.timeline.branchNumber {
        cells[min(fork.tick * (width - 1) / end, width - 1)] = style.charset == .ascii ? "+" : "┬"
      }
    }
    if !isEmpty {
      for mark in lab.timeline.marks where mark.branch == lab.timeline.branchNumber {
        cells[min(mark.tick * (width - 1) / end, width - 1)] = style.charset == .ascii ? "*" : "◆"
      }
    }
    let before = String(cells[..<place])
    let after = String(cells[(place + 1)...])
    return TextLine([
      TextRun(lead, .quiet), TextRun("├", .quiet), TextRun(before, .accent),
      TextRun(style.charset == .ascii ? "O" : "●", .accent, style: .bold), TextRun(after, .quiet), TextRun("┤", .quiet),
      TextRun(" " + remark, .quiet),
    ])
  }

  private static func remark(_ lab: Lab) -> String {
    let memory = lab.timeline.memory
    var parts = ["step \(formatGrouped(lab.moment.step)) of \(formatGrouped(lab.timeline.branch.end.step))"]
    if lab.timeline.branches.count > 1 {
      // Numbers of deleted branches are not given again.
      let (number, count) = (lab.timeline.branchNumber, lab.timeline.branches.count)
      let isGapless = lab.timeline.branches.last?.number == count
      parts.append(isGapless ? "branch \(number)/\(count)" : "branch \(number), one of \(count)")
    }
    parts.append("kept \(megabytes(memory.bytes)) of \(megabytes(memory.bound)) MB")
    return parts.joined(separator: " · ")
  }

  private static func megabytes(_ bytes: Int) -> String { "\(Int((Double(bytes) / 1e6).rounded(.up)))" }

  /// The share of the way at a column of the screen; nil outside the bar.
  static func share(at column: Int, _ lab: Lab, columns: Int) -> Double? {
    let start = TextLayout.width(lead) + 1
    let width = barWidth(columns: columns, remark: remark(lab))
    guard width >= 8, column >= start, column < start + width else { return nil }
    return Double(column - start) / Double(width - 1)
  }
}
