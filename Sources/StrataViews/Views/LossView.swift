// The curves: loss and whatever else was measured, of training and test, with abandoned branches dimmed behind.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let loss = View(
    "loss", title: "loss", heading: { shownName(of: measurement($1, in: $0), $0) },
    summary: "loss and accuracy over the steps, train and test, branches dimmed",
    usage: "[MEASUREMENT] [--log] [--last N] [--branches A,B]",
    reasonMissing: { lab in
      if let reason = noLearner(lab), lab.timeline.measuredNames.isEmpty { return reason }
      return lab.timeline.measuredNames.isEmpty ? "nothing has been measured yet: press n or space" : nil
    },
    problem: { lab, options in
      let names = measurements(lab)
      guard let name = options.tensor, !names.isEmpty, !names.contains(bare(name, lab)) else { return nil }
      return StrataError(
        "nothing called '\(name)' has been measured",
        try: names.map { $0 == "loss" ? "show loss" : "show loss \($0)" }.joined(separator: ", "))
    },
    note: { lab, options in
      (options.isLogarithmic ? "log" : "") + (options.lastSteps.map { "  last \($0) steps" } ?? "")
    }
  ) { lab, options, size in
    let name = measurement(options, in: lab)
    let upper = chart(lab, options, name: name)
    // Room for two: what is driven down, and what is wanted.
    guard name == "loss", size.rows >= 22, let second = secondName(lab) else { return .line(upper) }
    return .rows([
      Part(.line(upper), length: .share(3)),
      Part(.line(chart(lab, options, name: second, isLogarithmic: false)), length: .share(2)),
    ])
  }
}

/// Everything measured, without the part that it was measured on.
private func measurements(_ lab: Lab) -> [String] {
  var names: [String] = []
  for name in lab.timeline.measuredNames.map({ bare($0, lab) }) where !names.contains(name) { names.append(name) }
  return names
}

/// A measurement's name without `test`; the loss by its own name is the loss.
private func bare(_ name: String, _ lab: Lab) -> String {
  let name = name.hasPrefix("test ") ? String(name.dropFirst(5)) : name
  return name == lossName(lab) ? "loss" : name
}

/// What is asked for where it was measured, else the loss: what another view was asked for means nothing here.
private func measurement(_ options: ViewOptions, in lab: Lab) -> String {
  guard let name = options.tensor.map({ bare($0, lab) }), measurements(lab).contains(name) else { return "loss" }
  return name
}

private func shownName(of measurement: String, _ lab: Lab) -> String {
  measurement == "loss" ? lossName(lab) : measurement
}

/// What people call the number that the learner drives down.
func lossName(_ lab: Lab) -> String { lab.experiment.learner.map { type(of: $0).lossName } ?? "loss" }

/// What else shows how good the model is: the first of these that was measured.
private func secondName(_ lab: Lab) -> String? {
  let measured = lab.timeline.measuredNames
  return ["accuracy", "pseudo-likelihood", "agreement", "kl", "free energy gap"].first { name in
    measured.contains(name) || measured.contains("test " + name)
  }
}

private func chart(_ lab: Lab, _ options: ViewOptions, name: String, isLogarithmic: Bool? = nil) -> LineChart {
  let timeline = lab.timeline
  let step = lab.moment.step
  // What was measured before this model began is no part of its curve.
  let first = lab.experiment.firstStep
  func points(_ key: String, _ branch: Int, upTo last: Int = .max) -> [HistoryPoint] {
    timeline.points(of: key, branch: branch, upTo: last).filter { first == 0 || $0.firstStep > first }
  }
  // Asked for the test part alone, all curves are of it, those of other branches too.
  let isOfTest = options.tensor?.hasPrefix("test ") ?? false
  let key = isOfTest ? "test " + name : name
  var series: [LineChart.Series] = []
  for branch in timeline.branches
  where branch.number != timeline.branchNumber && options.branches?.contains(branch.number) != false {
    // What is only measured on the test part is drawn from there.
    let own = points(key, branch.number)
    let shown = own.isEmpty ? points("test " + name, branch.number) : own
    series.append(curve("branch \(branch.label)", shown, role: .past, pattern: .dotted))
  }
  let end = timeline.branch.end.step
  if end > step {
    // What lies ahead on this branch, after going back.
    let ahead = points(key, timeline.branchNumber).filter { $0.lastStep >= step }
    series.append(curve("ahead", ahead, role: .past, pattern: .dashed))
  }
  for (key, label, role, pattern) in [
    (name, "train", ColorRole.series1, LinePattern.solid), ("test " + name, "test", .series2, .dashed),
  ] {
    let shown = points(key, timeline.branchNumber, upTo: step)
    if !shown.isEmpty, !isOfTest || label == "test" { series.append(curve(label, shown, role: role, pattern: pattern)) }
  }
  series.removeAll { $0.points.isEmpty }
  var range: ClosedRange<Double>?
  if let last = options.lastSteps, step > 1 { range = Double(max(step - last, 0))...Double(step) }
  return LineChart(
    series: series, markers: step > 0 ? [LineChart.Marker(x: Double(step), label: "now", role: .accent)] : [],
    xLabel: "step", yLabel: shownName(of: name, lab), xRange: range,
    yScale: isLogarithmic ?? options.isLogarithmic ? .logarithmic : .linear
  )
}

private func curve(_ name: String, _ points: [HistoryPoint], role: ColorRole, pattern: LinePattern) -> LineChart.Series
{
  LineChart.Series(
    name, role: role, pattern: pattern, points: points.map { Point(Double($0.lastStep), $0.last) },
    band: points.filter { $0.firstStep != $0.lastStep }.map {
      .init(x: Double($0.lastStep), low: $0.minimum, high: $0.maximum)
    })
}
