// The line of time: every branch over the same axis of steps, where each left another, the marks, where moments are kept,
// and what was done last.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let timeline = View(
    "timeline", title: "timeline", summary: "every branch against the step, marks, what is kept, what was done",
    reasonMissing: { $0.journal.steps.isEmpty ? "nothing has been done yet" : nil },
    note: { lab, _ in
      let memory = lab.timeline.memory
      return "\(formatGrouped(memory.keyframes)) moments · \(formatQuantity(Double(memory.bytes)))B of "
        + "\(formatQuantity(Double(memory.bound)))B"
    }
  ) { lab, options, size in
    let lanes = TimelineLanes(lab, columns: size.columns)
    var lines = lanes.lines
    let room = size.rows - lines.count - 1
    let steps = lab.journal.steps
    if room > 0, !steps.isEmpty {
      lines.append(TextLine(""))
      let width = "\(steps.count)".count
      for (number, entry) in zip(steps.indices, steps).suffix(room) {
        let place = TextLayout.padded("\(number + 1)", to: width, .right)
        lines.append(
          TextLine([
            TextRun(" \(place)  ", .accent), TextRun(TextLayout.padded(entry.line, to: 34)),
            TextRun("  step \(formatGrouped(entry.startStep))", .quiet),
          ]))
      }
    }
    return .text(TextBlock(lines, firstLine: options.scroll))
  }
}

/// The lanes over a common axis.
private struct TimelineLanes {
  private let lab: Lab
  private let lead: Int
  private let width: Int
  private let last: Int

  init(_ lab: Lab, columns: Int) {
    self.lab = lab
    let labels = lab.timeline.branches.map { TextLayout.width($0.label) } + [5]
    lead = min((labels.max() ?? 5) + 3, max(columns / 3, 4))
    width = max(columns - lead - 2, 4)
    last = max(lab.timeline.branches.map(\.end.step).max() ?? 0, 1)
  }

  private func column(_ step: Int) -> Int { min(max(step, 0) * (width - 1) / last, width - 1) }

  private func lane(_ label: String, _ cells: String, _ role: ColorRole, isHere: Bool = false) -> TextLine {
    let text = TextLayout.padded(TextLayout.truncated((isHere ? "▸ " : "  ") + label, to: lead - 1), to: lead)
    return TextLine([TextRun(text, isHere ? .accent : .quiet), TextRun(cells, role)])
  }

  var lines: [TextLine] {
    [axis] + lab.timeline.branches.map(branch) + [marks].compactMap { $0 } + [kept]
  }

  private var axis: TextLine {
    let end = formatGrouped(last)
    let space = max(width - 1 - end.count, 1)
    return lane("step", "0" + String(repeating: " ", count: space) + end, .quiet)
  }

  private func branch(_ branch: Branch) -> TextLine {
    var cells = [Character](repeating: " ", count: width)
    let (first, end) = (column(branch.fork?.step ?? 0), column(branch.end.step))
    for place in first...max(first, end) { cells[place] = "─" }
    for fork in lab.timeline.branches.compactMap(\.fork) where fork.branch == branch.number {
      cells[column(fork.step)] = "┬"
    }
    cells[first] = branch.fork == nil ? "├" : "└"
    if end > first { cells[end] = "┤" }
    let isHere = branch.number == lab.timeline.branchNumber
    if isHere { cells[column(lab.moment.step)] = "●" }
    var line = lane(branch.label, String(cells), isHere ? .plain : .past, isHere: isHere)
    // What makes it different stands behind its end, where there is room.
    if let difference = lab.timeline.difference(of: branch), width - end > 8 {
      let kept = String(cells[...end])
      line = lane(branch.label, kept, isHere ? .plain : .past, isHere: isHere)
      line.runs.append(TextRun(" " + TextLayout.truncated(difference, to: width - end - 2), .quiet))
    }
    return line
  }

  private var marks: TextLine? {
    let here = lab.timeline.marks
    guard !here.isEmpty else { return nil }
    var cells = [Character](repeating: " ", count: width)
    var free = 0
    for mark in here.sorted(by: { $0.step < $1.step }) {
      let place = max(column(mark.step), free)
      let text = "▾" + mark.name
      guard place + text.count <= width else { continue }
      for (offset, character) in text.enumerated() { cells[place + offset] = character }
      free = place + text.count + 1
    }
    return lane("marks", String(cells), .accent)
  }

  /// How densely moments are kept along the way to here: the more, the sooner one is there.
  private var kept: TextLine {
    var counts = [Double](repeating: .nan, count: width)
    for step in lab.timeline.keyframeSteps {
      let place = column(step)
      counts[place] = (counts[place].isNaN ? 0 : counts[place]) + 1
    }
    // A single moment shows as the lowest block; many fill the cell.
    let heights = counts.map { $0.isNaN ? Double.nan : 1 + min(7, ($0 - 1).squareRoot() * 2) }
    let blocks: [Character] = heights.map { height in
      height.isNaN ? " " : Array("▁▂▃▄▅▆▇█")[min(7, max(0, Int(height) - 1))]
    }
    return lane("kept", String(blocks), .series1)
  }
}
