// How much of the error arrives at each time step: the norm of ∂C/∂hₜ over the mini-batch, going back in time. A curve that
// falls towards the beginning is the vanishing gradient, one that rises is the exploding one. Other branches stay, dimmed: a
// plain recurrent layer beside an LSTM.
//
// Source: S. Hochreiter 1991; Y. Bengio, P. Simard, P. Frasconi 1994, Learning long-term dependencies with gradient descent
// is difficult.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let flow = View(
    "flow", title: "gradient through time",
    summary: "the norm of the gradient at each time step on a logarithmic axis, layer by layer, other branches dimmed",
    usage: "[LAYER] [--branches A,B]",
    reasonMissing: { lab in
      if let reason = noLearner(lab) ?? whyNoSequence(lab) { return reason }
      return gradientCurves(lab, ViewOptions()).isEmpty ? "no gradient has come back through time yet: next" : nil
    },
    note: { lab, options in
      guard let first = gradientCurves(lab, options).first?.points, let start = first.first, let end = first.last,
        start.y > 0, end.y > 0, first.count > 1
      else { return "" }
      return "t = 0 has \(formatNumber(start.y / end.y, significant: 2)) of t = \(Int(end.x))"
    }
  ) { lab, options, size in
    let curves = gradientCurves(lab, options)
    guard !curves.isEmpty else { return .message("layer \(options.layer ?? 0) has no state") }
    let others = lab.timeline.branches
      .filter { $0.number != lab.timeline.branchNumber && options.branches?.contains($0.number) != false }
      .flatMap { branch -> [LineChart.Series] in
        guard let end = lab.timeline.newestKept(ofBranch: branch.number) else { return [] }
        return gradientCurves(end, options).map { curve in
          LineChart.Series(
            "branch \(branch.label): \(curve.name)", role: .past, pattern: .dotted, points: curve.points)
        }
      }
    return .line(
      LineChart(
        series: others + curves, xLabel: "time step t", yLabel: "‖∂C/∂hₜ‖", yScale: .logarithmic))
  }
}

private func gradientCurves(_ lab: Lab, _ options: ViewOptions) -> [LineChart.Series] {
  gradientCurves(lab.experiment, options)
}

/// One curve for each recurrent layer, of the time steps that the error has come back to in the newest mini-batch.
private func gradientCurves(_ experiment: Experiment, _ options: ViewOptions) -> [LineChart.Series] {
  guard let learner = experiment.learner, let network = learner.model as? Network else { return [] }
  let tensors = learner.tensors
  let roles: [ColorRole] = [.series1, .series2, .series3, .series4, .series5, .series6]
  var curves: [LineChart.Series] = []
  for (index, layer) in network.layers.enumerated() {
    guard layer is any RecurrentLayer, options.layer == nil || options.layer == index + 1 else { continue }
    let key = "layer\(index + 1).state-gradient"
    guard let gradient = tensors.first(where: { $0.name == key })?.tensor, gradient.shape.rank == 3,
      gradient.count > 0
    else { continue }
    let norms = timeStepNorms(gradient)
    let first = firstKnown(key, learner, tensors)
    // Behind the end of all sequences nothing was asked, and nothing comes back.
    let end = (norms.lastIndex { $0 > 0 } ?? -1) + 1
    let points = norms.enumerated().filter { $0.offset >= first && $0.offset < end }.map {
      Point(Double($0.offset), $0.element)
    }
    // Told apart by their numbers where there are several.
    let words = layer.words.split(separator: " ").prefix(2).joined(separator: " ")
    let name = network.layers.count { $0 is any RecurrentLayer } > 1 ? "\(index + 1) \(words)" : words
    guard !points.isEmpty else { continue }
    curves.append(LineChart.Series(name, role: roles[curves.count % roles.count], points: points))
  }
  return curves
}

/// In the middle of going back only the time steps behind are of this mini-batch.
private func firstKnown(_ name: String, _ learner: any Learner, _ tensors: [NamedTensor]) -> Int {
  let listing = learner.listing
  guard listing.indices.contains(learner.line), let counter = listing[learner.line].counter,
    listing[learner.line].writes.contains(name),
    let time = tensors.first(where: { $0.name == counter })?.tensor, time.count == 1
  else { return 0 }
  return Int(time[flat: 0]) + 1
}

/// The Euclidean norm over samples and units at each time step.
private func timeStepNorms(_ tensor: Tensor) -> [Double] {
  let (batch, time, units) = (tensor.shape[0], tensor.shape[1], tensor.shape[2])
  var squares = [Double](repeating: 0, count: time)
  tensor.withUnsafeElements { x in
    for row in 0..<batch {
      for t in 0..<time {
        let start = (row * time + t) * units
        for unit in 0..<units { squares[t] += Double(x[start + unit]) * Double(x[start + unit]) }
      }
    }
  }
  return squares.map { $0.squareRoot() }
}
