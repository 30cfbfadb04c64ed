// The names of a belief network's numbers: as the listings call them, as `print` and `set weight` take them, as they
// are saved.

extension BeliefNetwork {
  /// Where a parameter lives, with its names.
  struct Place {
    var name: String
    var symbol: String
    var axes: [String]
    var path: WritableKeyPath<BeliefNetwork, Tensor>
  }

  /// The sign of a layer of units, as the 2006 paper calls them: vis, hid, pen, top; with more levels hid1, hid2, ….
  /// 0 is the input, `levels.count` the top.
  public func unitSign(_ layer: Int) -> String {
    if layer == 0 { return "vis" }
    if layer == levels.count { return "top" }
    if layer == levels.count - 1 { return "pen" }
    return levels.count == 3 ? "hid" : "hid\(layer)"
  }

  /// Every parameter, level by level from the input up.
  var places: [Place] {
    levels.indices.flatMap { index -> [Place] in
      let name = "level\(index + 1)"
      let (below, above) = (unitSign(index), unitSign(index + 1))
      let isTop = index == levels.count - 1
      let matrix = ["visible", "hidden"]
      var all: [Place] = []
      func add(_ end: String, _ symbol: String, _ axes: [String], _ path: WritableKeyPath<BeliefNetwork, Tensor>) {
        all.append(Place(name: "\(name).\(end)", symbol: symbol, axes: axes, path: path))
      }
      if isUntied {
        if isTop {
          add("weight", below + above, matrix, \.levels[index].weight)
          add("visible.bias", below + "genbiases", ["visible"], \.levels[index].visibleBias)
          add("hidden.bias", above + "biases", ["hidden"], \.levels[index].hiddenBias)
        } else {
          add("recognition.weight", below + above, matrix, \.levels[index].weight)
          add("recognition.bias", above + "recbiases", ["hidden"], \.levels[index].hiddenBias)
          add("generative.weight", above + below, ["hidden", "visible"], \.generative[index])
          add("generative.bias", below + "genbiases", ["visible"], \.levels[index].visibleBias)
        }
      } else {
        let n = levels.count == 1 ? "" : "\(index + 1)"
        add("weight", "W\(n)", matrix, \.levels[index].weight)
        add("visible.bias", "b\(n)", ["visible"], \.levels[index].visibleBias)
        add("hidden.bias", "c\(n)", ["hidden"], \.levels[index].hiddenBias)
      }
      if levels[index].classCount > 0 {
        let signs = isUntied ? ("labtop", "labgenbiases") : ("U", "d")
        add("label.weight", signs.0, ["class", "hidden"], \.levels[index].labelWeight)
        add("label.bias", signs.1, ["class"], \.levels[index].labelBias)
      }
      return all
    }
  }

  public var parts: [ModelPart] {
    levels.enumerated().map { index, level in
      var words = "rbm \(level.hiddenCount)"
      if level.classCount > 0 { words += " --labels" }
      if level.visibleUnits != .binary { words += " --visible \(level.visibleUnits.rawValue)" }
      if level.hiddenUnits != .binary { words += " --hidden \(level.hiddenUnits.rawValue)" }
      let extra = isUntied && index < generative.count ? generative[index].count : 0
      return ModelPart(
        index: index + 1, words: words, name: "level\(index + 1)",
        inputShape: index == 0 ? inputShape : [level.visibleCount], outputShape: [level.hiddenCount],
        parameterCount: level.parameterCount + extra)
    }
  }

  public var parameters: [NamedTensor] {
    places.map { NamedTensor($0.name, symbol: $0.symbol, role: .parameter, axes: $0.axes, self[keyPath: $0.path]) }
  }

  public mutating func setParameters(_ tensors: [NamedTensor]) throws(StrataError) {
    var new = self
    // Saved from an untied network: this one becomes untied too.
    if tensors.contains(where: { $0.name.contains(".generative.") }) { new.untie() }
    let places = new.places
    for given in tensors {
      guard let place = places.first(where: { $0.name == given.name || $0.symbol == given.name }) else {
        throw StrataError(
          "this \(kind) has no parameter \(given.name); it has \(places.map(\.name).joined(separator: ", "))",
          try: "network")
      }
      let shape = new[keyPath: place.path].shape
      guard shape == given.tensor.shape else {
        throw StrataError("\(given.name) is \(shape); the given one is \(given.tensor.shape)", try: "network")
      }
      new[keyPath: place.path] = given.tensor
    }
    self = new
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    guard let place = places.first(where: { $0.name == name || $0.symbol == name }) else {
      throw StrataError(
        "only parameters can be set, and there is none called \(name); there are "
          + places.map(\.name).joined(separator: ", "), try: "set weight \(places[0].name)[0,0] 0.5")
    }
    guard value.isFinite else { throw StrataError("a weight must be a finite number, got \(value)") }
    try self[keyPath: place.path].shape.check(position, of: name)
    self[keyPath: place.path].set(value, at: position)
  }
}
