// Cluster centres as pictures of what their samples have in common, with how many samples there are and, where labels are
// known, what most of them are; and the guesses that filled in labels, the wrong ones first.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let clusters = View(
    "clusters", title: "clusters", summary: "cluster centres as images, with their samples and most frequent label",
    reasonMissing: { lab in
      lab.experiment.learner is KMeansLearner ? nil : "there are no clusters: kmeans 10"
    },
    note: { lab, _ in
      guard let learner = lab.experiment.learner as? KMeansLearner else { return "" }
      return learner.isSettled ? "settled" : "step \(learner.clock.steps)"
    }
  ) { lab, _, size in
    guard let learner = lab.experiment.learner as? KMeansLearner else { return .empty }
    let centres = learner.clusters.centres
    let shape = PictureShape(learner.data.inputShape)
    let counts = learner.tensor(named: "count")?.tensor
    let names = learner.data.classNames
    let agreement = names.isEmpty ? nil : learner.labelsOfClusters(classes: names.count)
    let crowd = Crowd(learner.clusters.count, shape, hasCaptions: true, in: size)
    guard crowd.count > 0 else { return .message("too small") }
    let tiles = (0..<crowd.count).map { j in
      var caption = counts.flatMap { $0.count > j ? "\(Int($0[flat: j]))" : nil } ?? ""
      if let label = agreement?.majority(of: j) { caption += " \(names[label])" }
      return ImageTile(crowd.fitted(shape.grid(centres, row: j)), caption: caption)
    }
    return .tiles(ImageTiles(tiles, shading: .sequential, range: .common, total: learner.clusters.count))
  }

  static let guesses = View(
    "guesses", title: "guessed labels", summary: "samples whose label was guessed, the wrong guesses first",
    reasonMissing: { lab in
      (lab.experiment.data?.guessed.isEmpty ?? true) ? "no label is a guess: label guess" : nil
    },
    note: { lab, _ in
      guard let data = lab.experiment.data, let full = data.fullLabels,
        case .classes(let labels, _) = data.train.targets
      else { return "" }
      let right = data.guessed.count { labels[Int($0)] == full[Int($0)] }
      return "\(right) of \(data.guessed.count) right"
    }
  ) { lab, _, size in
    guard let data = lab.experiment.data, case .classes(let labels, let names) = data.train.targets else {
      return .empty
    }
    func isWrong(_ row: Int32) -> Bool {
      data.fullLabels.map { $0[Int(row)] >= 0 && $0[Int(row)] != labels[Int(row)] } ?? false
    }
    let shape = PictureShape(data.inputShape)
    let crowd = Crowd(data.guessed.count, shape, hasCaptions: true, in: size)
    guard crowd.count > 0 else { return .message("too small") }
    let rows = (data.guessed.filter(isWrong) + data.guessed.filter { !isWrong($0) }).prefix(crowd.count)
    let pictures = data.train.inputs.tensor(rows)
    let tiles = rows.enumerated().map { place, row in
      let guess = names[Int(labels[Int(row)])]
      let wrong = isWrong(row)
      let truth = wrong ? data.fullLabels.map { names[Int($0[Int(row)])] } : nil
      return ImageTile(
        crowd.fitted(shape.grid(pictures, row: place)), caption: truth.map { "\(guess)≠\($0)" } ?? guess,
        captionRole: wrong ? .warning : .quiet)
    }
    return .tiles(ImageTiles(tiles, shading: .sequential, range: .common, total: data.guessed.count))
  }
}
