// Quantities: the numbers that conditions compare, by the names that people call them.
import StrataEngine

/// A number that the laboratory can be asked for.
public enum Quantity: Hashable, Sendable {
  case loss
  case step
  case epoch
  /// Something measured on the newest mini-batch: `accuracy`.
  case measured(String)
  /// Something measured on the test part, or on the whole training part.
  case onTest(String)
  case onTraining(String)
  /// Something that a long calculation found out: `test log-likelihood`.
  case found(String)
  /// ‖∇‖ over the parameters of one layer, counted from 1.
  case gradientNorm(layer: Int)
  /// A setting that is a number.
  case setting(String)
  case element(TensorReference)
  /// One number made of a tensor or a part of one: `zeros h1[:,3]`.
  case reduced(Reduction, TensorReference)

  /// What it is called.
  public var name: String {
    switch self {
    case .loss: "loss"
    case .step: "step"
    case .epoch: "epoch"
    case .measured(let name): name
    case .onTest(let name): "test \(name)"
    case .onTraining(let name): "train \(name)"
    case .found(let name): name
    case .gradientNorm(let layer): "gradient norm \(layer)"
    case .setting(let key): key
    case .element(let reference): reference.text
    case .reduced(let reduction, let reference): "\(reduction.rawValue) \(reference.text)"
    }
  }

  /// Whether more is better, for `stalls`.
  var growsWhenBetter: Bool {
    ["accuracy", "likelihood"].contains { name.hasSuffix($0) }
  }

  /// Whether it is only known where a set of samples is evaluated.
  var needsEvaluation: Bool {
    switch self {
    case .onTest, .onTraining: true
    default: false
    }
  }

  /// Finds the quantity that is called so. Throws with the nearest name, or with what is missing.
  init(_ words: [String], in experiment: Experiment) throws(StrataError) {
    let name = words.joined(separator: " ")
    guard let last = words.last else {
      throw StrataError("a quantity was expected", try: "loss, test accuracy, step, layer1.weight[0,0]")
    }
    if words.count == 1, last.contains("[") {
      let reference = try TensorReference(last)
      _ = try experiment.requireTensor(reference.name)
      guard reference.position != nil else {
        throw StrataError("one element was expected, got \(last.quoted)", try: "\(reference.name)[0,0]")
      }
      self = .element(reference)
      return
    }
    if words.count == 2, let reduction = Reduction(rawValue: words[0]),
      let reference = try? TensorReference(last), experiment.tensor(named: reference.name) != nil
    {
      self = .reduced(reduction, reference)
      return
    }
    if let learner = experiment.learner, name == type(of: learner).lossName {
      self = .loss
      return
    }
    switch name {
    case "loss": self = .loss
    case "step": self = .step
    case "epoch": self = .epoch
    default:
      guard let found = try Quantity.find(name, words: words, in: experiment) else {
        throw Quantity.unknown(name, in: experiment)
      }
      self = found
    }
  }

  private static func find(
    _ name: String, words: [String], in experiment: Experiment
  ) throws(StrataError) -> Quantity? {
    if experiment.findings[name] != nil { return .found(name) }
    let names = QuantityNames(experiment)
    if let first = words.first, words.count > 1, first == "test" || first == "train" {
      var rest = words.dropFirst().joined(separator: " ")
      // The loss by the name that people have for it.
      if let learner = experiment.learner, rest == type(of: learner).lossName { rest = "loss" }
      guard names.evaluated.contains(rest) else { return nil }
      if first == "train" { return .onTraining(rest) }
      guard let data = experiment.data, data.test.count > 0 else {
        throw StrataError(
          "\(experiment.data?.name ?? "the data") has no test part, so there is no \(name)", try: "train \(rest)")
      }
      return .onTest(rest)
    }
    if names.measured.contains(name) { return .measured(name) }
    if name.hasPrefix("gradient norm "), let word = words.last {
      let layer = Int(word.hasPrefix("layer") ? String(word.dropFirst(5)) : word) ?? 0
      guard experiment.model.parts.contains(where: { $0.index == layer }) else {
        throw StrataError(
          "gradient norm takes a layer's number from 1 to \(experiment.model.parts.count), got \(word.quoted)",
          try: "gradient norm 1")
      }
      return .gradientNorm(layer: layer)
    }
    if names.settings.contains(name) { return .setting(name) }
    // What is only known of a whole set means the test part, or the training part where there is none.
    if names.evaluated.contains(name) { return names.hasTest ? .onTest(name) : .onTraining(name) }
    return nil
  }

  private static func unknown(_ name: String, in experiment: Experiment) -> StrataError {
    let names = QuantityNames(experiment)
    if experiment.learner == nil, let missing = experiment.missing {
      return StrataError("\(name.quoted) cannot be measured yet: \(missing.problem)", try: missing.suggestion)
    }
    let question = Nearest.question(name, among: names.all)
    return StrataError(
      "there is no quantity \(name.quoted)\(question)",
      try: "one of " + names.all.joined(separator: ", ") + ", an element such as layer1.weight[0,0], or "
        + Reduction.allCases.map(\.rawValue).joined(separator: "|") + " of a tensor or a part: zeros layer1.output[:,3]"
    )
  }
}

/// The names that conditions can use now, for errors and completion.
struct QuantityNames {
  /// Of the newest mini-batch.
  var measured: [String] = []
  /// Of a set of samples.
  var evaluated: [String] = []
  var settings: [String] = []
  var hasTest = false

  init(_ experiment: Experiment) {
    guard let learner = experiment.learner else { return }
    hasTest = (experiment.data?.test.count ?? 0) > 0
    // What a learner measures is known after its first mini-batch: a copy of it is run to find out.
    var probe = learner
    if probe.measurements.entries.count < 2 { probe.next() }
    measured = probe.measurements.entries.map(\.name)
    if let data = experiment.data, data.train.count > 0 {
      evaluated = learner.evaluate(data.train.selecting([data.train.labelledRows.first ?? 0])).entries.map(\.name)
    }
    settings = type(of: learner).settings.compactMap { setting in
      switch setting.kind {
      case .number, .integer: measured.contains(setting.key) ? nil : setting.key
      default: nil
      }
    }
  }

  /// All of them, the usual ones first.
  var all: [String] {
    var all = measured.contains("loss") ? measured : ["loss"] + measured
    if hasTest { all += evaluated.map { "test \($0)" } }
    all += evaluated.map { "train \($0)" }
    return all + ["step", "epoch", "gradient norm 1"] + settings
  }
}

extension TensorReference {
  /// As it would be typed.
  public var text: String {
    guard let indices else { return name }
    let inside = indices.map { index in
      switch index {
      case .single(let number): "\(number)"
      case .range(0, nil): ":"
      case .range(let low, let high): "\(low)..\(high.map(String.init) ?? "")"
      }
    }
    return "\(name)[\(inside.joined(separator: ","))]"
  }
}
