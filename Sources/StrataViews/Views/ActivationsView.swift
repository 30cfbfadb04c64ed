// What each layer puts out in this mini-batch: mean and spread, dead and saturated units, the distribution. Here it
// shows what makes an activation function good or bad.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let activations = View(
    "activations", title: "activations", summary: "outputs of each layer: mean, dead and saturated units, distribution",
    usage: "[LAYER]",
    reasonMissing: { lab in
      if let reason = noLearner(lab) { return reason }
      return hasActivity(lab) ? nil : "nothing has been computed yet: press s to step"
    },
    note: { lab, _ in lab.experiment.learner.map { "step \($0.clock.steps)" } ?? "" }
  ) { lab, options, size in
    guard let batch = MiniBatch(lab) else { return .empty }
    let states = batch.model.parts
      .filter { options.layer == nil || $0.index == options.layer }
      .compactMap { part in LayerState(part: part, in: batch).map { (part, $0) } }
    guard !states.isEmpty else { return .message("layer \(options.layer ?? 0) has no activation") }
    if let layer = options.layer, let part = states.first?.0, let name = batch.activityName(of: part),
      let output = batch.kept(name), output.shape.rank == 4, size.rows >= 12
    {
      let sample = min(options.sample, output.shape[0] - 1)
      let below = Size(columns: size.columns, rows: size.rows - 7)
      return .rows([
        Part(.rows(states.prefix(1).map { part, state in layerPart(part, state) }), length: .cells(6)),
        Part(
          MapPictures.tiles(output, sample: sample, size: below), title: "maps of layer \(layer)",
          note: "sample \(sample) of the mini-batch"),
      ])
    }
    let fitting = max(size.rows / 4, 1)
    return .rows(states.prefix(fitting).map { part, state in layerPart(part, state) })
  }
}

private func hasActivity(_ lab: Lab) -> Bool {
  guard let batch = MiniBatch(lab) else { return false }
  return batch.model.parts.contains { part in batch.activityName(of: part).flatMap { batch.kept($0) } != nil }
}

private func layerPart(_ part: ModelPart, _ state: LayerState) -> Part {
  var facts = [
    "mean \(formatNumber(state.mean, significant: 2))", "σ \(formatNumber(state.deviation, significant: 2))",
  ]
  if let remark = state.remark { facts.append(remark.text) }
  return Part(
    .histogram(Histogram(Bins(of: state.values, count: 60), role: .series4)),
    title: "\(part.index) \(state.activation.rawValue)", note: facts.joined(separator: " · "))
}
