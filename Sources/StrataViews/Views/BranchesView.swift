// Every way that was tried: where each branch left, how far it went, how good it is.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let branches = View(
    "branches", title: "branches", summary: "every way that was tried, with its measurements",
    reasonMissing: {
      $0.timeline.branches.count < 2 ? "only one way was tried so far: go back and do something else" : nil
    }
  ) { lab, _, _ in
    let timeline = lab.timeline
    let headlines = lab.experiment.learner.map { type(of: $0).headlines.map { "test " + $0 } } ?? []
    let names = (["loss", "test loss"] + headlines).filter { timeline.measuredNames.contains($0) }
    let columns: [StrataPlot.Table.Column] =
      [.init("branch"), .init("left"), .init("ends at", .right)] + names.map { .init($0, .right) } + [
        .init("first difference")
      ]
    let rows: [[TextLine]] = timeline.branches.map { branch in
      let values = names.map { name in
        TextLine(timeline.latest(name, branch: branch.number).map { formatNumber($0.value, significant: 3) } ?? "–")
      }
      let difference = timeline.difference(of: branch)
      let isHere = branch.number == timeline.branchNumber
      return [
        TextLine((isHere ? "▸ " : "  ") + branch.label, isHere ? .accent : .plain),
        TextLine(branch.fork.map { "\(timeline.name(ofParent: $0.branch)) at step \($0.step)" } ?? "the first", .quiet),
        TextLine("step \(branch.end.step)"),
      ] + values + [TextLine(difference ?? "")]
    }
    let selected = timeline.branches.firstIndex { $0.number == timeline.branchNumber }
    return .table(StrataPlot.Table(columns: columns, rows: rows, selected: selected))
  }
}
