// What can be chosen about learning a Boltzmann machine, by the words that a user types.

extension BoltzmannLearner {
  public static var settings: [SettingDescription] { ChainSettings.descriptions(Method.source) }

  public func value(of key: String) -> String? {
    switch key {
    case "batch": "\(cursor.size)"
    case "level": "\(level + 1)"
    case "shuffle": cursor.shuffles ? "yes" : "no"
    default: chosen.value(of: key)
    }
  }

  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    let value = try Self.checked(key, text)
    switch key {
    case "batch": cursor.setSize(Int(value) ?? 1)
    case "shuffle": cursor.shuffles = value == "yes"
    case "level": try setLevel(Int(value) ?? 1)
    default:
      var new = chosen
      let effect = try new.set(key, to: value)
      if effect != .none { try requireStepBoundary(key) }
      chosen = new
      if effect == .otherParticles { particles = Particles() }
      if effect == .otherListing { rebuild() }
    }
    listing = makeListing()
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
