// What can be chosen about backpropagation, by the words that a user types.

extension BackpropLearner {
  public static let settings: [SettingDescription] = [
    SettingDescription("rate", .number(0...1e6), "ε, how far each update goes"),
    SettingDescription("momentum", .number(0...0.9999), "μ, the share of the last update that goes on"),
    SettingDescription("optimizer", .choice(UpdateRule.allCases.map(\.rawValue)), "what is done with the gradient"),
    SettingDescription("batch", .integer(1...1_000_000), "samples in a mini-batch"),
    SettingDescription("loss", .choice(Loss.allCases.map(\.rawValue)), "what is driven down"),
    SettingDescription("l1", .number(0...1e6), "weight of the penalty Σ|W|"),
    SettingDescription("l2", .number(0...1e6), "weight of the penalty ½ΣW²"),
    SettingDescription("clip", .text(form: "a number over 0, or off"), "the largest gradient norm"),
    SettingDescription("schedule", .text(form: RateSchedule.form), "how the rate changes over the epochs"),
    SettingDescription("beta1", .number(0...0.999999), "Adam's decay of the mean gradient"),
    SettingDescription("beta2", .number(0...0.999999), "Adam's and RMSprop's decay of the mean square"),
    SettingDescription("epsilon", .number(1e-30...1), "η, added to the root of the mean square"),
    SettingDescription(
      "tune", .choice(["all", "top"]), "whether all layers learn, or the uppermost with weights alone"),
    SettingDescription(
      "flaw", .choice(["off"] + Flaw.allCases.map(\.rawValue)),
      "plants a bug in the backward pass, for students to find with check"),
    SettingDescription("shuffle", .choice(["yes", "no"]), "whether each epoch has an order of its own"),
  ]

  public func value(of key: String) -> String? {
    switch key {
    case "rate": SettingText.number(optimizer.rate)
    case "momentum":
      SettingText.number(optimizer.rule == .momentum || optimizer.rule == .nesterov ? optimizer.momentum : 0)
    case "optimizer": optimizer.rule.rawValue
    case "batch": "\(cursor.size)"
    case "loss": lossFunction.rawValue
    case "l1": SettingText.number(optimizer.l1)
    case "l2": SettingText.number(optimizer.l2)
    case "clip": clip.map(SettingText.number) ?? "off"
    case "schedule": optimizer.schedule.text
    case "beta1": SettingText.number(optimizer.beta1)
    case "beta2": SettingText.number(optimizer.beta2)
    case "epsilon": SettingText.number(optimizer.epsilon)
    case "tune": trainsTopOnly ? "top" : "all"
    case "flaw": flaw?.rawValue ?? "off"
    case "shuffle": cursor.shuffles ? "yes" : "no"
    default: nil
    }
  }

  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    let value = try BackpropLearner.checked(key, text)
    let number = Double(value) ?? 0
    switch key {
    case "rate": optimizer.rate = number
    case "momentum": setMomentum(number)
    case "optimizer": try setRule(UpdateRule(rawValue: value) ?? .sgd)
    case "batch": cursor.setSize(Int(value) ?? 1)
    case "loss": try setLoss(Loss(rawValue: value) ?? .squared)
    case "l1": optimizer.l1 = number
    case "l2": optimizer.l2 = number
    case "clip": try setClip(value)
    case "flaw": flaw = Flaw(rawValue: value)
    case "schedule": optimizer.schedule = try RateSchedule(value)
    case "beta1": optimizer.beta1 = number
    case "beta2": optimizer.beta2 = number
    case "epsilon": optimizer.epsilon = number
    case "tune":
      if trainsTopOnly != (value == "top") {
        try requireStepBoundary(key)
        trainsTopOnly = value == "top"
        rebuild()
      }
    default: cursor.shuffles = value == "yes"
    }
    chosen.insert(key)
    listing = makeListing()
  }

  /// Momentum on plain descent means the momentum rule; 0 means plain descent again.
  private mutating func setMomentum(_ momentum: Double) {
    if momentum > 0, optimizer.rule == .sgd { changeRule(.momentum) }
    if momentum == 0, optimizer.rule == .momentum { changeRule(.sgd) }
    optimizer.momentum = momentum
  }

  private mutating func setRule(_ rule: UpdateRule) throws(StrataError) {
    changeRule(rule)
  }

  /// Another rule begins with its own usual numbers, except those that were chosen, and remembers nothing.
  private mutating func changeRule(_ rule: UpdateRule) {
    guard rule != optimizer.rule else { return }
    let old = optimizer
    optimizer.change(to: rule, keepingRate: chosen.contains("rate"))
    if chosen.contains("beta1") { optimizer.beta1 = old.beta1 }
    if chosen.contains("beta2") { optimizer.beta2 = old.beta2 }
    if chosen.contains("epsilon") { optimizer.epsilon = old.epsilon }
  }

  private mutating func setLoss(_ loss: Loss) throws(StrataError) {
    try requireStepBoundary("loss")
    try BackpropLearner.check(network, data: data, loss: loss)
    try loss.check(targets: data.train.targets)
    lossFunction = loss
    rebuild()
  }

  private mutating func setClip(_ text: String) throws(StrataError) {
    let wasOn = clip != nil
    if text == "off" {
      if wasOn { try requireStepBoundary("clip") }
      clip = nil
    } else {
      guard let value = Double(text), value > 0, value.isFinite else {
        throw StrataError("clip: a number over 0, or off, was expected, got '\(text)'", try: "set clip 5")
      }
      if !wasOn { try requireStepBoundary("clip") }
      clip = value
    }
    if wasOn != (clip != nil) { rebuild() }
  }

  /// Some settings change the program itself; that must not happen in the middle of a pass.
  private func requireStepBoundary(_ key: String) throws(StrataError) {
    if line != 0 {
      throw StrataError(
        "\(key) changes the listing, and line \(line + 1) of this mini-batch is next: finish it first", try: "finish")
    }
  }
}

extension Loss {
  /// Cross-entropies need targets that are classes or lie in [0, 1].
  func check(targets: Targets) throws(StrataError) {
    guard case .values(let store) = targets, self == .crossEntropy || self == .binaryCrossEntropy || self == .hinge
    else {
      return
    }
    if case .scalars(let values) = store.storage, values.contains(where: { $0 < 0 || $0 > 1 }) {
      throw StrataError(
        "\(rawValue) needs targets between 0 and 1; these data have others", try: "set loss squared")
    }
  }
}
