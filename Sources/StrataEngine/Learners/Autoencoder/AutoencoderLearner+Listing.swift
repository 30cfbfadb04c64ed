// The listing of an autoencoder, written for its activations, its noise and its penalty, and the tensors that it names.

extension AutoencoderLearner {
  public var title: String {
    "autoencoder" + (stack.levels.count > 1 ? " · level \(level + 1) of \(stack.levels.count)" : "")
      + " · \(optimizer.rule.rawValue)"
  }

  /// The suffix of the level's signs: none where there is only one.
  private var mark: String { stack.levels.count == 1 ? "" : "\(level + 1)" }
  /// What the level sees: x, or the code of the one below.
  var inputSign: String { level == 0 ? "x" : "h\(level)" }
  var codeSign: String { "h\(mark)" }
  private var shownSign: String { machine.plan.noise > 0 ? "\(inputSign)′" : inputSign }
  private var shownName: String { machine.plan.noise > 0 ? "corrupted" : cleanName }
  /// The name of the tensor that the level sees.
  var cleanName: String { level == 0 ? "input" : "level\(level).passed" }

  private func applied(_ activation: Activation, _ sum: String) -> String {
    activation == .identity ? sum : "\(activation.sign)(\(sum))"
  }

  func makeListing() -> [ListingLine] { program.map(line) }

  private func line(_ instruction: Instruction) -> ListingLine {
    let plan = machine.plan
    let (x, h, m) = (inputSign, codeSign, mark)
    let weights = "\(levelName).weight"
    let decoder = plan.isTied ? weights : "\(levelName).generative.weight"
    let number = level + 1
    switch instruction {
    case .batch: return ListingLine("x ← next mini-batch", writes: ["input"], phase: "data")
    case .passUp(let index):
      let below = index == 0 ? "x" : "h\(index)"
      let sum = "\(below)·W\(index + 1) + c\(index + 1)"
      return ListingLine(
        "h\(index + 1) = " + applied(stack.levels[index].plan.activation, sum),
        reads: [index == 0 ? "input" : "level\(index).passed", "level\(index + 1).weight"],
        writes: ["level\(index + 1).passed", "code.sum"], phase: "pass up", layer: index + 1)
    case .corrupt:
      return ListingLine(
        plan.corruption.formula(x, amount: plan.noise), reads: [cleanName], writes: ["corrupted"], phase: "forward",
        layer: number)
    case .encode:
      return ListingLine(
        "\(h) = " + applied(plan.activation, "\(shownSign)·W\(m) + c\(m)"),
        reads: [shownName, weights, "\(levelName).hidden.bias"], writes: ["code", "code.sum", "activity"],
        phase: "forward", layer: number)
    case .decode:
      return ListingLine(
        "y = " + applied(plan.output, "\(h)·\(plan.isTied ? "W\(m)ᵀ" : "V\(m)") + b\(m)"),
        reads: ["code", decoder, "\(levelName).visible.bias"], writes: ["reconstruction", "reconstruction.sum"],
        phase: "forward", layer: number)
    case .loss:
      return ListingLine(
        "C = \(costFormula)", reads: ["reconstruction", cleanName, "code"], phase: "loss", layer: number)
    case .outputDelta:
      let slope = form.isJoined || plan.output == .identity ? "" : " ⊙ \(plan.output.sign)′"
      let gradient =
        plan.loss == .squared || form.isJoined ? "(y − \(x))/m" : "(y − \(x))/(y(1 − y))/m"
      return ListingLine(
        "δy = \(gradient)\(slope)", reads: ["reconstruction", cleanName], writes: ["reconstruction.delta"],
        phase: "backward", layer: number)
    case .backwardDecoder:
      let carried = "∂\(h) = δy·\(plan.isTied ? "W\(m)" : "V\(m)ᵀ")\(penaltySlope)"
      return ListingLine(
        "\(carried);  ∇b\(m) = Σδy" + (plan.isTied ? "" : ";  ∇V\(m) = \(h)ᵀ·δy"),
        reads: ["reconstruction.delta", decoder, "code"],
        writes: ["code.gradient", "\(levelName).visible.bias.gradient"]
          + (plan.isTied ? [] : ["\(levelName).generative.weight.gradient"]), phase: "backward", layer: number)
    case .backwardEncoder:
      let slope = plan.activation == .identity ? "" : " ⊙ \(plan.activation.sign)′"
      return ListingLine(
        "δh = ∂\(h)\(slope);  ∇W\(m) = \(shownSign)ᵀ·δh\(plan.isTied ? " + δyᵀ·\(h)" : "");  ∇c\(m) = Σδh",
        reads: ["code.gradient", shownName, "reconstruction.delta", "code"],
        writes: ["code.delta", "\(weights).gradient", "\(levelName).hidden.bias.gradient"], phase: "backward",
        layer: number)
    case .update:
      return ListingLine(
        optimizer.rule.formula, reads: machine.parameters.map { "\(levelName).\($0.name).gradient" },
        writes: machine.parameters.map { "\(levelName).\($0.name)" }, phase: "update", layer: number)
    }
  }

  private var costFormula: String {
    let plan = machine.plan
    let x = inputSign
    let cost = plan.loss == .squared ? "⟨½Σ(y − \(x))²⟩" : "−⟨Σ \(x) ln y + (1−\(x)) ln(1−y)⟩"
    guard plan.sparsity > 0 else { return cost }
    switch plan.penalty {
    case .l1: return "\(cost) + \(number(plan.sparsity))·⟨Σ|\(codeSign)|⟩"
    case .kl: return "\(cost) + \(number(plan.sparsity))·Σ KL(\(number(plan.activity)) ‖ ⟨\(codeSign)⟩)"
    }
  }

  private var penaltySlope: String {
    let plan = machine.plan
    guard plan.sparsity > 0 else { return "" }
    switch plan.penalty {
    case .l1: return " + \(number(plan.sparsity))·sign(\(codeSign))/m"
    case .kl: return " + \(number(plan.sparsity))·∂KL/∂⟨\(codeSign)⟩/m"
    }
  }

  public var tensors: [NamedTensor] {
    let (rows, hidden) = (["batch", "visible"], ["batch", "hidden"])
    let plan = machine.plan
    let isProbability = plan.activation == .sigmoid || plan.activation == .softmax
    let outputRole: TensorRole = plan.output == .sigmoid ? .probability : .activation
    var all = [NamedTensor("input", symbol: "x", role: .activation, axes: rows, input)]
    for (index, tensor) in passed.enumerated() {
      all.append(
        NamedTensor("level\(index + 1).passed", symbol: "h\(index + 1)", role: .activation, axes: hidden, tensor))
    }
    if plan.noise > 0 {
      all.append(NamedTensor("corrupted", symbol: "\(inputSign)′", role: .activation, axes: rows, corrupted))
    }
    all += stack.parameters
    for (parameter, gradient) in zip(machine.parameters, gradients) {
      let symbol = parameter.symbol + mark
      let name = "\(levelName).\(parameter.name)"
      all.append(
        NamedTensor("\(name).gradient", symbol: "∇\(symbol)", role: .gradient, axes: parameter.axes, gradient))
    }
    for (memory, suffix, letter) in [(optimizer.first, "moment", "M"), (optimizer.second, "square", "S")] {
      for (parameter, tensor) in zip(machine.parameters, memory.first ?? []) where tensor.count > 0 {
        all.append(
          NamedTensor(
            "\(levelName).\(parameter.name).\(suffix)", symbol: "\(letter)(\(parameter.symbol)\(mark))", role: .moment,
            axes: parameter.axes, tensor))
      }
    }
    return all + [
      NamedTensor("code.sum", role: .activation, axes: hidden, codeSum),
      NamedTensor("code", symbol: codeSign, role: isProbability ? .probability : .activation, axes: hidden, code),
      NamedTensor("activity", symbol: "⟨\(codeSign)⟩", role: .statistic, axes: ["hidden"], activity),
      NamedTensor("reconstruction.sum", role: .activation, axes: rows, outputSum),
      NamedTensor("reconstruction", symbol: "y", role: outputRole, axes: rows, output),
      NamedTensor("reconstruction.delta", symbol: "δy", role: .gradient, axes: rows, outputDelta),
      NamedTensor("code.gradient", symbol: "∂\(codeSign)", role: .gradient, axes: hidden, codeGradient),
      NamedTensor("code.delta", symbol: "δh", role: .gradient, axes: hidden, codeDelta),
    ]
  }
}
