// Free energies of data beside those of fantasies: a machine that has learned gives both the same. Where fantasies lie
// lower, it believes in something that the data do not show; where test samples lie higher than training samples, it has
// begun to learn them by heart.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let energy = View(
    "energy", title: "free energies", summary: "free energies of data and of fantasies, and the gaps between them",
    reasonMissing: { lab in
      if let reason = noLearner(lab) { return reason }
      guard lab.experiment.model is BeliefNetwork else {
        return "\(lab.experiment.model.described) has no free energy: rbm 64"
      }
      return nil
    },
    note: { lab, _ in MiniBatch(lab)?.level.map { "level \($0)" } ?? "memory" }
  ) { lab, options, size in
    guard let batch = MiniBatch(lab), let energies = Energies(lab, batch) else { return .empty }
    return energies.figure(size)
  }
}

private struct Energies {
  private struct Group {
    var name: String
    var values: [Double]
    var role: ColorRole
    var mean: Double { values.reduce(0, +) / Double(max(values.count, 1)) }
    var deviation: Double {
      let mean = mean
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(values.count, 1))).squareRoot()
    }
  }

  private var groups: [Group] = []
  private let machine: BoltzmannMachine
  private let network: BeliefNetwork
  private let level: Int

  init?(_ lab: Lab, _ batch: MiniBatch) {
    guard let network = batch.stack, let data = lab.experiment.data else { return nil }
    self.network = network
    level = batch.level ?? network.levels.count
    machine = network.levels[level - 1]
    groups.append(Group(name: "train", values: energies(of: data.train), role: .series1))
    if data.test.count > 0 { groups.append(Group(name: "test", values: energies(of: data.test), role: .series3)) }
    if let fantasies = fantasies(lab, batch) { groups.append(fantasies) }
    groups.removeAll { $0.values.isEmpty }
  }

  /// So many samples that a frame stays a frame: at most a thousand, fewer of large machines.
  private var sampleCount: Int {
    let products = network.levels.prefix(level).reduce(0) { $0 + $1.visibleCount * $1.hiddenCount }
    return min(max(40_000_000 / max(products, 1), 64), 1_000)
  }

  private func energies(of samples: Samples) -> [Double] {
    let count = min(samples.count, sampleCount)
    guard count > 0 else { return [] }
    let x = samples.inputs.tensor(0..<Int32(count))
    let visible = network.passUp(x, through: level - 1)
    return machine.freeEnergies(visible, labels: labels(samples, count)).filter(\.isFinite)
  }

  /// One-hot labels where the machine has label units; zeros where the label is hidden.
  private func labels(_ samples: Samples, _ count: Int) -> Tensor {
    let classes = machine.classCount
    guard classes > 0, case .classes(let labels, _) = samples.targets else { return .empty }
    var states = Tensor(Shape(rows: count, columns: classes))
    for row in 0..<count where (0..<Int32(classes)).contains(labels[row]) {
      states[flat: row * classes + Int(labels[row])] = 1
    }
    return states
  }

  /// What the machine makes by itself: persistent particles, else the newest dream, else what the mini-batch came to.
  private func fantasies(_ lab: Lab, _ batch: MiniBatch) -> Group? {
    if let particles = batch.kept("particles.visible.sample") {
      let values = machine.freeEnergies(particles, labels: batch.kept("particles.labels.sample") ?? .empty)
      return Group(name: "particles", values: values, role: .series2)
    }
    if level == network.levels.count, let dream = lab.dream, !dream.freeEnergies.isEmpty {
      return Group(name: "dream", values: dream.freeEnergies, role: .series2)
    }
    // Up-down lets the memory run on between the phases.
    if batch.hasDirections, let memory = batch.kept("neg.\(batch.unitSign(level - 1))") {
      let values = machine.freeEnergies(memory, labels: batch.kept("neg.labels") ?? .empty)
      return Group(name: "memory", values: values, role: .series2)
    }
    guard let back = batch.kept("v1") else { return nil }
    let values = machine.freeEnergies(back, labels: batch.kept("labels1") ?? .empty)
    return Group(name: "reconstructions", values: values, role: .series2)
  }

  func figure(_ size: Size) -> Figure {
    let all = groups.flatMap(\.values)
    guard let low = all.min(), let high = all.max() else { return .message("no samples") }
    let range = low < high ? low...high : (low - 1)...(high + 1)
    // Each histogram wants two rows and its name; what there is no room for is still in the line of gaps.
    let most = max((size.rows - 1) / 3, 1)
    var shown = groups
    if shown.count > most { shown.removeAll { $0.name == "test" } }
    shown = Array(shown.suffix(most))
    let parts = shown.map { group in
      Part(
        .histogram(
          Histogram(
            Bins(of: group.values.map(Float.init), count: max(min(size.columns, 60), 1), range: range),
            role: group.role,
            marksZero: false)),
        title: group.name,
        note: "\(group.values.count) · \(formatNumber(group.mean, significant: 4)) ± "
          + formatNumber(group.deviation, significant: 2))
    }
    return .rows(parts + [Part(.lines([gaps]), length: .cells(1))])
  }

  private var gaps: TextLine {
    guard let train = groups.first(where: { $0.name == "train" }) else { return "" }
    let others = groups.filter { $0.name != "train" }
    guard !others.isEmpty else { return TextLine("no fantasies yet: press n for a mini-batch", .quiet) }
    var runs = [TextRun("gap  ", .title, style: .bold)]
    for (index, group) in others.enumerated() {
      let gap = group.mean - train.mean
      runs.append(TextRun((index > 0 ? "   " : "") + "\(group.name) − train ", .quiet))
      runs.append(TextRun((gap > 0 ? "+" : "") + formatNumber(gap, significant: 3), .accent))
    }
    return TextLine(runs)
  }
}
