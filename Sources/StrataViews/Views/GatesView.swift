// The gates of a recurrent layer over the time of one sample: what it lets in, what it keeps, what it shows, and the state
// that comes of it.
import StrataEngine
import StrataLab
import StrataPlot

extension View {
  static let gates = View(
    "gates", title: "gates", heading: { lab, options in gateTitle(lab, options) },
    summary: "gates, cell and state of a recurrent layer, unit by unit over the time of one sample",
    usage: "[LAYER] [--sample N] [--train]",
    reasonMissing: whyNoSequence,
    note: { lab, options in
      selectedSequence(lab, options).map { "\(partName($0.data, options)) sample \($0.row)" } ?? ""
    }
  ) { lab, options, size in
    guard let sheet = selectedSequence(lab, options), let (number, layer) = gatedLayer(lab, options),
      let network = lab.experiment.model as? Network
    else { return .message("layer \(options.layer ?? 0) has no state") }
    let kept = network.traces(for: sheet.input)[number - 1].sequence
    let units = layer.form.units
    var lines = gateLetters(layer).enumerated().map { index, letter in
      let own = index * units..<(index + 1) * units
      return gateLine(letter, "\(letter)\(number)", stateGrid(kept.gates, count: sheet.count, units: own))
    }
    if kept.cell.count > 0 {
      let grid = stateGrid(kept.cell, count: sheet.count, units: 0..<units)
      lines.append(.init("c\(number)", note: "cell", .shades(grid, .signed, stateRange(grid))))
    }
    let state = stateGrid(kept.state, count: sheet.count, units: 0..<units)
    lines.append(.init("h\(number)", note: "state", .shades(state, .signed, stateRange(state))))
    return .time(
      TimeSheet(sheet.inputLines + lines, count: sheet.count, first: options.scroll, selected: presentTimeStep(lab)))
  }
}

/// The layer asked for, else the first that has a state.
private func gatedLayer(_ lab: Lab, _ options: ViewOptions) -> (number: Int, layer: any RecurrentLayer)? {
  recurrentLayers(lab).first { options.layer == nil || $0.number == options.layer }
}

private func gateTitle(_ lab: Lab, _ options: ViewOptions) -> String {
  gatedLayer(lab, options).map { "gates of layer \($0.number) · \($0.layer.words)" } ?? "gates"
}

/// The gates' letters in the order in which the layer keeps them; none for one that has only sums.
private func gateLetters(_ layer: any RecurrentLayer) -> [Character] {
  layer.kept.first { $0.part == .gates }.map { Array($0.symbol) } ?? []
}

private func gateLine(_ letter: Character, _ sign: String, _ grid: Grid) -> TimeSheet.Line {
  let words: [Character: String] = [
    "i": "input", "f": "forget", "o": "output", "g": "candidate", "r": "reset", "z": "update", "n": "candidate",
  ]
  // What is squashed to 0…1 opens and closes; a candidate has a sign.
  let opens = letter != "g" && letter != "n"
  return .init(
    sign, note: words[letter] ?? "",
    opens ? .shades(grid, .sequential, 0...1) : .shades(grid, .signed, stateRange(grid)))
}
