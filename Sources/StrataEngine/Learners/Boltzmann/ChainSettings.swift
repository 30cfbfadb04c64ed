// What can be chosen about learning a Boltzmann machine, with or without windows, by the words that a user types.

/// The settings of learners that compare data with what a machine makes of itself.
struct ChainSettings: Sendable {
  private let source: NegativeSource
  /// Chains that go on must follow the weights, so these may move only slowly (Tieleman 2008).
  var rate: Double
  var schedule = RateSchedule.constant
  var momentum: MomentumSchedule
  var decay = 0.0002
  /// Gibbs steps of the negative phase.
  var steps = 1
  /// Whether visible units of the chain are drawn, or stay probabilities.
  var drawsVisible: Bool
  /// The mean activity that hidden units are pulled to; nil for none. And how hard.
  var sparsity: Double?
  var sparsityCost = 1.0
  /// Persistent chains.
  var particles = 100

  init(_ source: NegativeSource) throws(StrataError) {
    self.source = source
    rate = source == .particles ? 0.02 : 0.1
    momentum = try MomentumSchedule(source == .particles ? "0.5" : "0.5:0.9@5")
    drawsVisible = source == .particles
  }

  /// All of them, and those that a learner keeps itself: `batch`, `level`, `shuffle`.
  static func descriptions(_ source: NegativeSource) -> [SettingDescription] {
    var all = [
      SettingDescription("rate", .number(0...1e6), "ε, how far each update goes"),
      SettingDescription(
        "momentum", .text(form: MomentumSchedule.form), "μ, the share of the last update that goes on"),
      SettingDescription("decay", .number(0...1e6), "λ, how much of each weight an update takes away"),
      SettingDescription("batch", .integer(1...1_000_000), "samples in a mini-batch"),
    ]
    if source != .enumeration {
      all.insert(SettingDescription("k", .integer(1...100_000), "Gibbs steps of the negative phase"), at: 0)
    }
    if source == .data {
      all.append(
        SettingDescription(
          "visible", .choice(["mean", "sample"]), "whether the chain's visible units stay probabilities or are drawn"))
    }
    if source == .particles {
      all.append(SettingDescription("particles", .integer(1...100_000), "persistent chains"))
    }
    return all + [
      SettingDescription(
        "sparsity", .text(form: "a share between 0 and 1, or off"), "the activity that units are pulled to"),
      SettingDescription("sparsity-cost", .number(0...1e6), "κ, how hard they are pulled"),
      SettingDescription("schedule", .text(form: RateSchedule.form), "how the rate changes over the level's epochs"),
      SettingDescription("level", .integer(1...1_000), "the level of the stack that learns, counted from the input"),
      SettingDescription("shuffle", .choice(["yes", "no"]), "whether each epoch has an order of its own"),
    ]
  }

  /// The value as it would be typed; nil for what is not held here.
  func value(of key: String) -> String? {
    switch key {
    case "k": source == .enumeration ? nil : "\(steps)"
    case "rate": SettingText.number(rate)
    case "momentum": momentum.text
    case "decay": SettingText.number(decay)
    case "visible": source == .data ? (drawsVisible ? "sample" : "mean") : nil
    case "particles": source == .particles ? "\(particles)" : nil
    case "sparsity": sparsity.map(SettingText.number) ?? "off"
    case "sparsity-cost": SettingText.number(sparsityCost)
    case "schedule": schedule.text
    default: nil
    }
  }

  /// What a change means for the mini-batch that has begun.
  enum Effect { case none, otherListing, otherParticles }

  /// Changes one from a checked value.
  mutating func set(_ key: String, to value: String) throws(StrataError) -> Effect {
    let number = Double(value) ?? 0
    let whole = Int(value) ?? 1
    switch key {
    case "k":
      defer { steps = whole }
      return steps == whole ? .none : .otherListing
    case "visible":
      defer { drawsVisible = value == "sample" }
      return drawsVisible == (value == "sample") ? .none : .otherListing
    case "particles":
      defer { particles = whole }
      return particles == whole ? .none : .otherParticles
    case "rate": rate = number
    case "momentum": momentum = try MomentumSchedule(value)
    case "decay": decay = number
    case "sparsity": try setSparsity(value)
    case "sparsity-cost": sparsityCost = number
    case "schedule": schedule = try RateSchedule(value)
    default: throw StrataError("there is no setting '\(key)' of a chain", try: "set")
    }
    return .none
  }

  private mutating func setSparsity(_ text: String) throws(StrataError) {
    if text == "off" {
      sparsity = nil
      return
    }
    guard let value = Double(text), value > 0, value < 1 else {
      throw StrataError(
        "sparsity: a share between 0 and 1, or off, was expected, got '\(text)'", try: "set sparsity 0.05")
    }
    sparsity = value
  }
}
