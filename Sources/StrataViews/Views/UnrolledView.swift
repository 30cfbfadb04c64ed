// The network unrolled in time: a column for each time step of one sample, what goes in on top, the states of the recurrent
// layers below, then what comes out and what was asked for.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let unrolled = View(
    "unrolled", title: "unrolled in time", summary: "one sequence: input, states, answer and target at every time step",
    usage: "[LAYER] [--sample N] [--train]",
    reasonMissing: whyNoSequence,
    note: { lab, options in
      guard let sheet = selectedSequence(lab, options), let predictor = lab.experiment.learner as? any Predictor else {
        return ""
      }
      let prediction = predictor.predict(sheet.input)
      let part = partName(sheet.data, options)
      return "\(part) sample \(sheet.row) · \(sheet.remark(prediction.output, classes: prediction.classes))"
    }
  ) { lab, options, size in
    guard let sheet = selectedSequence(lab, options), let network = lab.experiment.model as? Network else {
      return .empty
    }
    let traces = network.traces(for: sheet.input)
    let states = recurrentLayers(lab).filter { options.layer == nil || $0.number == options.layer }.map {
      number, layer in
      let grid = stateGrid(traces[number - 1].sequence.state, count: sheet.count, units: 0..<layer.form.units)
      return TimeSheet.Line(
        "h\(number)", note: layer.words.split(separator: " ").prefix(2).joined(separator: " "),
        .shades(grid, .signed, stateRange(grid)))
    }
    let answers = (lab.experiment.learner as? any Predictor).map {
      sheet.answerLines($0.predict(sheet.input).output, isCompact: size.rows < 14)
    }
    return .time(
      TimeSheet(
        sheet.inputLines + states + (answers ?? []), count: sheet.count, first: options.scroll,
        selected: presentTimeStep(lab)))
  }
}
