// Which class is taken for which, on the test part.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let confusion = View(
    "confusion", title: "confusion", summary: "which class is taken for which, and each class's error",
    usage: "[--train]",
    reasonMissing: { lab in
      if let reason = noLearner(lab) { return reason }
      guard lab.experiment.learner is any Predictor, !(lab.experiment.data?.classNames.isEmpty ?? true) else {
        return "these data have no classes to confuse"
      }
      return nil
    },
    note: { _, options in options.showsTraining ? "train" : "test" }
  ) { lab, options, size in
    guard let data = lab.experiment.data, let predictor = lab.experiment.learner as? any Predictor else {
      return .empty
    }
    let whole = options.showsTraining || data.test.count == 0 ? data.train : data.test
    // A frame must stay a frame: of very many samples the first 2,000 are judged; `test` judges them all.
    let samples = whole.count > 2000 ? whole.selecting((0..<2000).map { $0 }) : whole
    guard let matrix = predictor.confusion(on: samples) else { return .message("this learner names no classes") }
    let map = Part(
      .confusion(StrataPlot.ConfusionMatrix(labels: matrix.names, counts: matrix.counts)), length: .share(3))
    guard size.columns >= 60 else { return .rows([map]) }
    let errors = zip(matrix.names, matrix.errorByClass).map { name, error in
      Bars.Bar(name, error.isNaN ? 0 : error, role: error > 0.1 ? .warning : .series1)
    }
    let part = Part(
      .bars(Bars(errors, range: 0...max(errors.map(\.value).max() ?? 0, 0.05), format: .percent)),
      title: "error by class",
      note: "accuracy \(formatPercent(matrix.accuracy))", length: .share(2))
    return .columns([map, part], gap: 2)
  }
}
