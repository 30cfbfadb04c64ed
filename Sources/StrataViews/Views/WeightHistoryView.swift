// How the weights' distribution changed: one ridge a kept moment of this branch, the oldest at the back.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let weightHistory = View(
    "weight-history", title: "weights over time", summary: "histograms of a layer's weights at moments of this branch",
    usage: "[LAYER]",
    reasonMissing: { lab in
      if let reason = noParameters(lab) { return reason }
      return lab.timeline.keptMoments(atMost: 2).count < 2 ? "no past yet: press n a few times" : nil
    },
    note: { lab, options in shownWeight(lab, options)?.symbol ?? "" }
  ) { lab, options, size in
    guard let name = shownWeight(lab, options)?.name else {
      return .message("layer \(options.layer ?? 1) has no weights")
    }
    let kept = lab.timeline.keptMoments(atMost: min(max(size.rows / 2, 2), 24))
    let tensors = (kept + [lab.experiment]).compactMap { experiment in
      experiment.model.parameters.first { $0.name == name }.map {
        (experiment.moment.step, sampled($0.tensor, atMost: 4000))
      }
    }
    guard tensors.count > 1 else { return .message("layer \(options.layer ?? 1) has no weights") }
    var (low, high) = (Float.infinity, -Float.infinity)
    for (_, values) in tensors {
      for value in values where value.isFinite { (low, high) = (min(low, value), max(high, value)) }
    }
    let range = low < high ? Double(low)...Double(high) : -1.0...1.0
    return .ridgeline(
      Ridgeline(tensors.map { step, values in .init("step \(step)", Bins(of: values, count: 80, range: range)) }))
  }
}

/// The weights of the layer that is asked for, else of the one that learns, else of the first.
private func shownWeight(_ lab: Lab, _ options: ViewOptions) -> NamedTensor? {
  let model = lab.experiment.model
  let number = options.layer ?? MiniBatch(lab)?.level ?? 1
  return model.parts.first { $0.index == number }.flatMap { PartWeights($0, among: model.parameters).up }
}
