// A checkpoint: the experiment at the end of a mini-batch, exactly, in a safetensors file. A session that says
// `save checkpoint FILE` behind a long run can later be entered there at once, with the same bits as if it had been
// executed from the beginning.
//
// The file holds the model's parameters, the learner's state, and the changes that led there, each with its tick. Entering
// makes those changes again without running anything between, then puts the numbers in place; it is refused where the
// session's own changes are others.
import StrataData
import StrataEngine

/// The experiment at the end of a mini-batch.
struct Checkpoint: Sendable {
  /// The changes that led there.
  let edits: [Edit]
  let seed: UInt64
  private let parameters: [NamedTensor]
  private let state: LearnerState
  private let moment: [String: Int]
  /// Curves up to there: for each quantity its steps and values.
  private let curves: [(name: String, points: Tensor)]
  /// What tells the commands that led there from others.
  let commands: String
  /// What computed it: in another place the last bits may be others.
  let fingerprint: String

  private static let format = "strata checkpoint 1"
  private static let parameterPrefix = "model."
  private static let statePrefix = "state."
  private static let curvePrefix = "curve."

  /// Of the present moment. Throws in the middle of a mini-batch, and where nothing learns.
  init(_ lab: Lab) throws(StrataError) {
    let experiment = lab.experiment
    guard var learner = experiment.learner else {
      throw experiment.missing ?? StrataError("nothing learns yet", try: "data digits")
    }
    guard learner.line == 0 else {
      throw StrataError(
        "a checkpoint is taken between two mini-batches; line \(learner.line + 1) of the listing is next", try: "next")
    }
    edits = Array(lab.timeline.branch.edits.prefix(lab.timeline.appliedEdits))
    seed = lab.initialSeed
    parameters = experiment.model.parameters
    var state = LearnerState()
    try learner.carry(&state)
    self.state = state
    let base = experiment.base
    moment = [
      "base.tick": base.tick, "base.step": base.step, "base.epochs": base.epochs, "first.step": experiment.firstStep,
      "step.tick": experiment.stepTick, "epoch.tick": experiment.epochTick,
    ]
    fingerprint = Compute.fingerprint
    let timeline = lab.timeline
    curves = timeline.measuredNames.compactMap { name in
      let points = timeline.points(of: name, branch: timeline.branchNumber, upTo: lab.moment.step)
      guard !points.isEmpty else { return nil }
      let numbers = points.map { Scalar($0.lastStep) } + points.map { Scalar($0.last) }
      return (name, Tensor([2, points.count], elements: numbers))
    }
    commands = lab.sessionDigest ?? Checkpoint.digest(of: lab.journal.transcript)
  }

  /// A sum over the text of commands (FNV-1a): where it is the same, they led to the same place.
  static func digest(of lines: some Sequence<String>) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for line in lines {
      for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
      hash = (hash ^ 10) &* 0x0000_0100_0000_01b3
    }
    return String(hash, radix: 16)
  }

  /// As a file.
  var file: Safetensors {
    var entries = parameters.map { Safetensors.Entry(Checkpoint.parameterPrefix + $0.name, $0.tensor) }
    entries += state.tensors.map { Safetensors.Entry(Checkpoint.statePrefix + $0.name, $0.tensor) }
    entries += curves.map { Safetensors.Entry(Checkpoint.curvePrefix + $0.name, $0.points) }
    var metadata = ["format": Checkpoint.format, "seed": "\(seed)", "engine": fingerprint, "commands": commands]
    metadata["edits"] = edits.map { "\($0.tick) \($0.readsFiles ? "file" : "made") \($0.line)" }.joined(separator: "\n")
    for (name, word) in state.words { metadata[Checkpoint.statePrefix + name] = word }
    for (name, number) in moment { metadata[name] = "\(number)" }
    return Safetensors(entries, metadata: metadata)
  }

  /// From a file. Throws when it is none, or holds less than it should.
  init(_ file: Safetensors, place: String) throws(StrataError) {
    guard file.metadata["format"] == Checkpoint.format, let seed = file.metadata["seed"].flatMap({ UInt64($0) }) else {
      throw StrataError("\(place.safe) is no checkpoint", try: "save checkpoint FILE")
    }
    self.seed = seed
    fingerprint = file.metadata["engine"] ?? ""
    commands = file.metadata["commands"] ?? ""
    var edits: [Edit] = []
    for line in (file.metadata["edits"] ?? "").split(separator: "\n") {
      let words = line.split(separator: " ", maxSplits: 2).map(String.init)
      guard words.count == 3, let tick = Int(words[0]), tick >= edits.last?.tick ?? 0,
        ["file", "made"].contains(words[1])
      else {
        throw StrataError("\(place.safe): a change in it cannot be read: \(String(line).quoted)")
      }
      edits.append(Edit(tick: tick, line: words[2], readsFiles: words[1] == "file"))
    }
    self.edits = edits
    func named(_ prefix: String) -> [(String, Tensor)] {
      file.entries.filter { $0.name.hasPrefix(prefix) }.map { (String($0.name.dropFirst(prefix.count)), $0.tensor) }
    }
    parameters = named(Checkpoint.parameterPrefix).map { NamedTensor($0.0, role: .parameter, axes: [], $0.1) }
    curves = named(Checkpoint.curvePrefix).filter { $0.1.shape.rank == 2 && $0.1.shape[0] == 2 }
      .map { (name: $0.0, points: $0.1) }
    var words: [String: String] = [:]
    for (name, word) in file.metadata where name.hasPrefix(Checkpoint.statePrefix) {
      words[String(name.dropFirst(Checkpoint.statePrefix.count))] = word
    }
    state = LearnerState(tensors: named(Checkpoint.statePrefix).map { .init($0.0, $0.1) }, words: words)
    var moment: [String: Int] = [:]
    for name in ["base.tick", "base.step", "base.epochs", "first.step", "step.tick", "epoch.tick"] {
      guard let number = file.metadata[name].flatMap({ Int($0) }), (0...(1 << 53)).contains(number) else {
        throw StrataError("\(place.safe) does not say its \(name)")
      }
      moment[name] = number
    }
    self.moment = moment
  }

  /// The line of time up to there. Throws when a change cannot be made, or the numbers do not fit what the changes make.
  func timeline(_ surroundings: Surroundings, bound: Int) throws(StrataError) -> Timeline {
    let beginning = Experiment(seed: seed)
    var experiment = beginning
    var kept: [(experiment: Experiment, place: TimelinePlace)] = []
    for (index, edit) in edits.enumerated() {
      guard let parsed = try CommandTable.parse(edit.line),
        case .edit(let readsFiles, let change) = try parsed.form.action(parsed.arguments)
      else {
        throw StrataError("the checkpoint names \(edit.line.quoted) as a change; it is none")
      }
      // Weights that were read from a file are in the checkpoint.
      if readsFiles, parsed.command.word == "load" { continue }
      _ = try change(&experiment, surroundings)
      if readsFiles, edit.tick == 0 { kept.append((experiment, TimelinePlace(tick: 0, edits: index + 1))) }
    }
    _ = try experiment.setParameters(parameters)
    try experiment.changeLearner { (learner) throws(StrataError) in
      var state = state
      try learner.carry(&state)
    }
    experiment.base = Moment()
    experiment.base.tick = moment["base.tick"] ?? 0
    experiment.base.step = moment["base.step"] ?? 0
    experiment.base.epochs = moment["base.epochs"] ?? 0
    experiment.firstStep = moment["first.step"] ?? 0
    experiment.stepTick = moment["step.tick"] ?? 0
    experiment.epochTick = moment["epoch.tick"] ?? 0
    guard experiment.tick >= edits.last?.tick ?? 0 else {
      throw StrataError("the checkpoint lies before its own last change")
    }
    var timeline = Timeline(beginning, bound: bound)
    timeline.enter(experiment, edits: edits, keeping: kept)
    for curve in curves {
      let count = curve.points.shape[1]
      for index in 0..<count {
        let step = curve.points[flat: index]
        guard step.isFinite, step >= 0, step < 1e9 else { continue }
        timeline.restore(curve.name, step: Int(step), value: Double(curve.points[flat: count + index]))
      }
    }
    return timeline
  }
}

extension Timeline {
  /// Stands at the end of a way that was never executed here: the experiment there, the changes that led there, and
  /// what has to be kept on the way because it was read from files.
  mutating func enter(
    _ experiment: Experiment, edits: [Edit], keeping kept: [(experiment: Experiment, place: TimelinePlace)]
  ) {
    setBranch(1) { branch in
      branch.edits = edits
      branch.end = experiment.moment
    }
    for (experiment, place) in kept {
      keyframes.insert(Keyframe(experiment, place: place, isPinned: true), on: 1, now: experiment.tick)
    }
    arrive(experiment, branch: 1, edits: edits.count)
    keep(pinned: true)
  }

  /// A point of a curve that was measured elsewhere.
  mutating func restore(_ name: String, step: Int, value: Double) {
    setBranch(1) { branch in
      if name == "loss" {
        branch.history.loss.append(step: step, value: value)
      } else {
        branch.history.append(name, step: step, value: value)
      }
    }
  }
}

extension Lab {
  /// Stands where a checkpoint was taken, as if `lines` had been executed. Throws when it does not fit, and then nothing
  /// has changed.
  mutating func enter(_ checkpoint: Checkpoint, having lines: [String]) throws(StrataError) {
    timeline = try checkpoint.timeline(configuration.surroundings, bound: timeline.memoryBound)
    journal = Journal()
    for line in lines { record(line, .look, from: timeline.position) }
  }
}
