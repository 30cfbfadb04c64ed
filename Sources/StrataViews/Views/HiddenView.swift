// What the hidden units do over the mini-batch: every sample's probabilities, and how often each unit is on. A unit that
// is on for every sample, or for none, tells nothing.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let hidden = View(
    "hidden", title: "hidden units", summary: "hidden units over the mini-batch: batch by units, mean activity",
    usage: "[LAYER]",
    reasonMissing: { lab in
      if let reason = noLearner(lab) { return reason }
      guard let batch = MiniBatch(lab), batch.level != nil || batch.hasDirections else {
        return "a network's units are in show activations"
      }
      return nil
    },
    note: { lab, options in
      guard let hidden = HiddenActivity(lab, options) else { return "" }
      return hidden.facts.joined(separator: " · ")
    }
  ) { lab, options, size in
    guard let hidden = HiddenActivity(lab, options) else {
      return .message("nothing has been computed of this layer yet: press n for a mini-batch")
    }
    let (rows, columns) = hidden.tensor.matrixExtents
    let map = Part(
      .heatMap(
        HeatMap(
          Grid(rows: rows, columns: columns, values: hidden.tensor.elements), shading: .sequential,
          range: hidden.isProbability ? 0...1 : nil, rowTitle: "sample", columnTitle: "unit")),
      length: .share(3))
    let bins = Bins(of: hidden.means.map(Float.init), count: 40, range: hidden.isProbability ? 0...1 : nil)
    let histogram = Part(
      .histogram(Histogram(bins, role: .series4)), title: "mean activity of the units",
      note: hidden.target.map { "target \(formatNumber($0, significant: 2))" } ?? "", length: .share(2))
    if size.rows < 14, size.columns >= 60 { return .columns([map, histogram], gap: 2) }
    return size.rows < 8 ? .rows([map]) : .rows([map, histogram])
  }
}

private struct HiddenActivity {
  let symbol: String
  let tensor: Tensor
  let means: [Double]
  let isProbability: Bool
  /// The activity that units are pulled to.
  let target: Double?

  init?(_ lab: Lab, _ options: ViewOptions) {
    guard let batch = MiniBatch(lab) else { return nil }
    let number = options.layer ?? batch.level ?? 1
    guard let part = batch.model.parts.first(where: { $0.index == number }), let name = batch.activityName(of: part),
      let kept = batch.kept(name)
    else { return nil }
    symbol = batch.symbol(name)
    // Of maps there are many units that share all they have: each map counts as one.
    tensor = kept.shape.rank == 4 ? kept.meansOfMaps : kept
    means = tensor.columnMeans
    if let level = batch.autoencoders?.levels[number - 1] {
      isProbability = level.plan.activation == .sigmoid
      target = level.plan.sparsity > 0 && level.plan.penalty == .kl ? level.plan.activity : nil
    } else {
      isProbability = batch.stack?.levels[number - 1].hiddenUnits != .rectified
      target = number == batch.level ? batch.learner.value(of: "sparsity").flatMap { Double($0) } : nil
    }
  }

  var facts: [String] {
    let mean = means.reduce(0, +) / Double(max(means.count, 1))
    var facts = ["\(symbol) \(tensor.shape)", "mean \(formatNumber(mean, significant: 2))"]
    guard isProbability else { return facts }
    let (never, always) = (means.count { $0 < 0.01 }, means.count { $0 > 0.99 })
    if never > 0 { facts.append("\(never) never on") }
    if always > 0 { facts.append("\(always) always on") }
    return facts
  }
}
