// What can be chosen about learning a Boltzmann machine, by the words that a user types.

extension BoltzmannLearner {
  public static var settings: [SettingDescription] {
    var all = [
      SettingDescription("rate", .number(0...1e6), "ε, how far each update goes"),
      SettingDescription(
        "momentum", .text(form: MomentumSchedule.form), "μ, the share of the last update that goes on"),
      SettingDescription("decay", .number(0...1e6), "λ, how much of each weight an update takes away"),
      SettingDescription("batch", .integer(1...1_000_000), "samples in a mini-batch"),
    ]
    if Method.source != .enumeration {
      all.insert(SettingDescription("k", .integer(1...100_000), "Gibbs steps of the negative phase"), at: 0)
    }
    if Method.source == .data {
      all.append(
        SettingDescription(
          "visible", .choice(["mean", "sample"]), "whether the chain's visible units stay probabilities or are drawn"))
    }
    if Method.source == .particles {
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

  public func value(of key: String) -> String? {
    switch key {
    case "k": Method.source == .enumeration ? nil : "\(steps)"
    case "rate": SettingText.number(rate)
    case "momentum": momentum.text
    case "decay": SettingText.number(decay)
    case "batch": "\(cursor.size)"
    case "visible": Method.source == .data ? (drawsVisible ? "sample" : "mean") : nil
    case "particles": Method.source == .particles ? "\(particleCount)" : nil
    case "sparsity": sparsity.map(SettingText.number) ?? "off"
    case "sparsity-cost": SettingText.number(sparsityCost)
    case "schedule": schedule.text
    case "level": "\(level + 1)"
    case "shuffle": cursor.shuffles ? "yes" : "no"
    default: nil
    }
  }

  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    let value = try Self.checked(key, text)
    let number = Double(value) ?? 0
    let whole = Int(value) ?? 1
    switch key {
    case "k": try setSteps(whole)
    case "rate": rate = number
    case "momentum": momentum = try MomentumSchedule(value)
    case "decay": decay = number
    case "batch": cursor.setSize(whole)
    case "visible":
      if drawsVisible != (value == "sample") {
        try requireStepBoundary(key)
        drawsVisible = value == "sample"
        rebuild()
      }
    case "particles":
      if particleCount != whole {
        try requireStepBoundary(key)
        particleCount = whole
        particles = Particles()
      }
    case "sparsity": try setSparsity(value)
    case "sparsity-cost": sparsityCost = number
    case "schedule": schedule = try RateSchedule(value)
    case "level": try setLevel(whole)
    default: cursor.shuffles = value == "yes"
    }
    listing = makeListing()
  }

  private mutating func setSteps(_ count: Int) throws(StrataError) {
    guard count != steps else { return }
    try requireStepBoundary("k")
    steps = count
    rebuild()
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

  private mutating func setLevel(_ number: Int) throws(StrataError) {
    guard number != level + 1 else { return }
    guard network.levels.indices.contains(number - 1) else {
      throw StrataError(
        "level: the stack has \(network.levels.count) level\(network.levels.count == 1 ? "" : "s"), got \(number)",
        try: "set level \(network.levels.count)")
    }
    try requireStepBoundary("level")
    try checkMethod(level: number - 1)
    begin(level: number - 1)
    rebuild()
  }

  /// Some settings change the program itself; that must not happen in the middle of a pass.
  private func requireStepBoundary(_ key: String) throws(StrataError) {
    if line != 0 {
      throw StrataError(
        "\(key) changes the listing, and line \(line + 1) of this mini-batch is next: finish it first", try: "next")
    }
  }
}
