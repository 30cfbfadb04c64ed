// The names of a belief network's numbers: as the listings call them, as `print` and `set weight` take them, as they
// are saved.

extension BeliefNetwork {
  /// The sign of a layer of units, as the 2006 paper calls them: vis, hid, pen, top; with more levels hid1, hid2, ….
  /// 0 is the input, `levels.count` the top.
  public func unitSign(_ layer: Int) -> String {
    if layer == 0 { return "vis" }
    if layer == levels.count { return "top" }
    if layer == levels.count - 1 { return "pen" }
    return levels.count == 3 ? "hid" : "hid\(layer)"
  }

  /// Every parameter, level by level from the input up.
  public var places: [ParameterPlace<BeliefNetwork>] {
    levels.indices.flatMap { index -> [ParameterPlace<BeliefNetwork>] in
      let name = "level\(index + 1)"
      let (below, above) = (unitSign(index), unitSign(index + 1))
      let isTop = index == levels.count - 1
      let matrix = ["visible", "hidden"]
      var all: [ParameterPlace<BeliefNetwork>] = []
      func add(_ end: String, _ symbol: String, _ axes: [String], _ path: WritableKeyPath<BeliefNetwork, Tensor>) {
        all.append(ParameterPlace("\(name).\(end)", symbol, axes, path))
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

  public mutating func setParameters(_ tensors: [NamedTensor]) throws(StrataError) {
    var new = self
    // Saved from an untied network: this one becomes untied too.
    if tensors.contains(where: { $0.name.contains(".generative.") }) { new.untie() }
    try new.replaceParameters(tensors)
    self = new
  }
}
