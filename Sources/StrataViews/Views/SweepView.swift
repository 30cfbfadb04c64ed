// What a sweep has found: the candidates in their order, and how the best of them came along.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let sweep = View(
    "sweep", title: "sweep", summary: "candidates of a sweep: validation measure by epoch, and the order",
    reasonMissing: { $0.sweepReport == nil ? "nothing has been swept: sweep rate 0.01,0.1" : nil },
    note: { lab, _ in
      lab.sweepReport.map { "\($0.results.count) of \($0.candidateCount) · validation \($0.measure)" } ?? ""
    }
  ) { lab, _, size in
    guard let report = lab.sweepReport else { return .empty }
    let roles: [ColorRole] = [.series1, .series2, .series3, .series4, .series5]
    let ranking = report.ranking
    let series = zip(ranking, roles).map { index, role in
      LineChart.Series(
        report.results[index].name, role: role,
        points: report.results[index].curve.enumerated().map { Point(Double($0.offset + 1), $0.element) })
    }
    let chart = Part(
      .line(LineChart(series: series, xLabel: "epoch", yLabel: report.measure)), length: .share(3))
    let texts = ranking.enumerated().map { place, index in
      let result = report.results[index]
      let best = result.best(isHigher: report.isHigherBetter).map { formatNumber($0, significant: 4) }
      return ["\(place + 1)", result.name, best ?? "–", result.problem ?? "\(result.curve.count)"]
    }
    let columns = [
      Table.Column("", .right), Table.Column("candidate"), Table.Column(report.measure, .right), Table.Column("epochs"),
    ]
    let table = Part(.table(Table(columns: columns, texts: texts)), length: .share(2))
    return size.columns >= 100 ? .columns([chart, table], gap: 2) : .rows([chart, table])
  }
}
