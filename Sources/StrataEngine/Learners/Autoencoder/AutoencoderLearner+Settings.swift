// What can be chosen about an autoencoder's learning. Noise, penalty and loss are the level's own: setting them changes
// the level that learns, and the model keeps them.

extension AutoencoderLearner {
  public static let settings: [SettingDescription] = [
    SettingDescription("rate", .number(0...1e6), "ε, how far each update goes"),
    SettingDescription("momentum", .number(0...0.9999), "μ, the share of the last update that goes on"),
    SettingDescription("batch", .integer(1...1_000_000), "samples in a mini-batch"),
    SettingDescription(
      "denoise", .number(0...100), "the noise put on the input: a share, or a deviation", keptByModel: true),
    SettingDescription("sparse", .number(0...1e6), "λ, the weight of the penalty on the code", keptByModel: true),
    SettingDescription("optimizer", .choice(UpdateRule.allCases.map(\.rawValue)), "what is done with the gradient"),
    SettingDescription("noise", .choice(Corruption.allCases.map(\.rawValue)), "the kind of noise", keptByModel: true),
    SettingDescription(
      "sparsity", .choice(SparsityPenalty.allCases.map(\.rawValue)), "the kind of penalty on the code",
      keptByModel: true),
    SettingDescription(
      "activity", .number(0.0001...0.9999), "ρ, the mean activity that the KL penalty pulls to", keptByModel: true),
    SettingDescription(
      "loss", .choice(Autoencoder.Plan.losses.map(\.rawValue)), "how the input and what comes back are compared",
      keptByModel: true),
    SettingDescription("l1", .number(0...1e6), "weight of the penalty Σ|W|"),
    SettingDescription("l2", .number(0...1e6), "weight of the penalty ½ΣW²"),
    SettingDescription("schedule", .text(form: RateSchedule.form), "how the rate changes over the epochs"),
    SettingDescription("level", .integer(1...10_000), "the level of the stack that learns"),
    SettingDescription("shuffle", .choice(["yes", "no"]), "whether each epoch has an order of its own"),
  ]

  public func value(of key: String) -> String? {
    let plan = machine.plan
    return switch key {
    case "rate": SettingText.number(optimizer.rate)
    case "momentum":
      SettingText.number(optimizer.rule == .momentum || optimizer.rule == .nesterov ? optimizer.momentum : 0)
    case "batch": "\(cursor.size)"
    case "denoise": SettingText.number(plan.noise)
    case "sparse": SettingText.number(plan.sparsity)
    case "optimizer": optimizer.rule.rawValue
    case "noise": plan.corruption.rawValue
    case "sparsity": plan.penalty.rawValue
    case "activity": SettingText.number(plan.activity)
    case "loss": plan.loss.rawValue
    case "l1": SettingText.number(optimizer.l1)
    case "l2": SettingText.number(optimizer.l2)
    case "schedule": optimizer.schedule.text
    case "level": "\(level + 1)"
    case "shuffle": cursor.shuffles ? "yes" : "no"
    default: nil
    }
  }

  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    let value = try AutoencoderLearner.checked(key, text)
    let number = Double(value) ?? 0
    switch key {
    case "rate": optimizer.rate = number
    case "momentum":
      if number > 0, optimizer.rule == .sgd { changeRule(.momentum) }
      if number == 0, optimizer.rule == .momentum { changeRule(.sgd) }
      optimizer.momentum = number
    case "batch": cursor.setSize(Int(value) ?? 1)
    case "optimizer": changeRule(UpdateRule(rawValue: value) ?? .sgd)
    case "l1": optimizer.l1 = number
    case "l2": optimizer.l2 = number
    case "schedule": optimizer.schedule = try RateSchedule(value)
    case "level": try setLevel(Int(value) ?? 1)
    case "shuffle": cursor.shuffles = value == "yes"
    default: try changePlan(key, value)
    }
    chosen.insert(key)
    listing = makeListing()
  }

  /// Another rule begins with its own usual numbers, except the rate where it was chosen, and remembers nothing.
  private mutating func changeRule(_ rule: UpdateRule) {
    optimizer.change(to: rule, keepingRate: chosen.contains("rate"))
  }

  private mutating func changePlan(_ key: String, _ value: String) throws(StrataError) {
    var plan = machine.plan
    let number = Double(value) ?? 0
    switch key {
    case "denoise": plan.noise = number
    case "sparse": plan.sparsity = number
    case "noise": plan.corruption = Corruption(rawValue: value) ?? .masking
    case "sparsity": plan.penalty = SparsityPenalty(rawValue: value) ?? .l1
    case "activity": plan.activity = number
    default: plan.loss = Loss(rawValue: value) ?? .squared
    }
    guard plan != machine.plan else { return }
    try plan.check()
    var changed = stack
    changed.levels[level].plan = plan
    try changed.check(data)
    let changesListing = (plan.noise > 0) != (machine.plan.noise > 0)
    if changesListing { try requireStepBoundary(key) }
    stack = changed
    if changesListing { rebuild() }
  }

  private mutating func setLevel(_ number: Int) throws(StrataError) {
    guard number != level + 1 else { return }
    guard stack.levels.indices.contains(number - 1) else {
      throw StrataError(
        "level: the stack has \(stack.levels.count) level\(stack.levels.count == 1 ? "" : "s"), got \(number)",
        try: "set level \(stack.levels.count)")
    }
    try requireStepBoundary("level")
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
