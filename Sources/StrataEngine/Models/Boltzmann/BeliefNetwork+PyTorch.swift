// Boltzmann machines and stacks of them as a class of PyTorch: the up-pass, the class probabilities where there are label
// units, and the free energy of a single machine. Generation, which draws states, stays here.

extension BeliefNetwork: PyTorchExportable {
  public func pyTorch() throws(StrataError) -> PyTorchModule {
    let count = levels.count
    var module = PyTorchModule(
      about: [
        count == 1
          ? "A restricted Boltzmann machine: \(top.visibleCount) visible and \(top.hiddenCount) hidden units."
          : "A deep belief network: \(count) Boltzmann machines stacked on one another. Probabilities are passed up."
      ],
      construction: [], loading: [], computation: [], answers: [])
    for (index, level) in levels.enumerated() {
      let n = index + 1
      module.construction += [
        "# Level \(n): \(level.visibleCount) units below, \(level.hiddenCount) above; W is [below, above].",
        "self.W\(n) = nn.Parameter(torch.zeros(\(level.visibleCount), \(level.hiddenCount)))",
        "self.c\(n) = nn.Parameter(torch.zeros(\(level.hiddenCount)))",
      ]
      let isRecognition = isUntied && index < count - 1
      module.loading += [
        "self.W\(n).copy_(tensors[\"level\(n).\(isRecognition ? "recognition.weight" : "weight")\"])",
        "self.c\(n).copy_(tensors[\"level\(n).\(isRecognition ? "recognition.bias" : "hidden.bias")\"])",
      ]
    }
    let names = (1...count).map { "self.level\($0)" }
    module.methods = levels.enumerated().map { index, level in
      let n = index + 1
      return [
        "def level\(n)(self, h):",
        level.hiddenUnits == .binary
          ? "    \"\"\"The probabilities of the units above, given those below: σ(h·W + c).\"\"\""
          : "    \"\"\"The means of the rectified units above, given the units below: ln(1 + e^(h·W + c)).\"\"\"",
        "    return " + (level.hiddenUnits == .binary ? "torch.sigmoid" : "functional.softplus")
          + "(h @ self.W\(n) + self.c\(n))",
      ]
    }
    module.computation = ["h = h.flatten(1)"] + names.map { "h = \($0)(h)" }
    module.answers = [("hidden", "self(x)")]
    if classCount > 0 { addLabels(to: &module) }
    if count == 1 { addFreeEnergy(to: &module) }
    return module
  }

  private func addLabels(to module: inout PyTorchModule) {
    let n = levels.count
    module.construction += [
      "# The label units beside the input of the top level: U is [classes, above].",
      "self.U = nn.Parameter(torch.zeros(\(classCount), \(top.hiddenCount)))",
      "self.d = nn.Parameter(torch.zeros(\(classCount)))",
    ]
    module.loading += [
      "self.U.copy_(tensors[\"level\(n).label.weight\"])", "self.d.copy_(tensors[\"level\(n).label.bias\"])",
    ]
    module.methods.append(
      [
        "def below_top(self, x):", "    \"\"\"What the top level sees of the inputs.\"\"\"",
        "    h = self.standardise(x).flatten(1)",
      ] + (1..<n).map { "    h = self.level\($0)(h)" } + ["    return h"])
    if top.hiddenUnits == .binary {
      module.methods.append([
        "def label_energies(self, h):",
        "    \"\"\"Minus the free energy with each label on, without what all labels share: d + Σ ln(1 + e^(h·W + c + U)).",
        "", "    In double precision: the sums are large and their differences small.", "    \"\"\"",
        "    z = (h @ self.W\(n) + self.c\(n)).double()",
        "    terms = functional.softplus(z[:, None, :] + self.U.double()[None, :, :])",
        "    return self.d.double() + terms.sum(dim=2)",
      ])
      module.methods.append([
        "def classes(self, x):", "    \"\"\"P(label | input), exactly at the top level, given the up-pass.\"\"\"",
        "    return torch.softmax(self.label_energies(self.below_top(x)), dim=1).float()",
      ])
      module.answers.append(("classes", "self.classes(x)"))
    } else {
      module.omissions.append(
        "class probabilities by free energy are left out: the top level has rectified units, whose energy is an endless sum"
      )
    }
    module.methods.append([
      "def classes_by_up_pass(self, x):",
      "    \"\"\"What the label units answer to the top units, without knowing the label.\"\"\"",
      "    return torch.softmax(self(x) @ self.U.T + self.d, dim=1)",
    ])
    module.answers.append(("classes by up-pass", "self.classes_by_up_pass(x)"))
  }

  private func addFreeEnergy(to module: inout PyTorchModule) {
    guard top.hiddenUnits == .binary else {
      module.omissions.append(
        "free energies are left out: those of rectified units are an endless sum")
      return
    }
    module.construction.append("# The biases of the visible units.")
    module.construction.append("self.b1 = nn.Parameter(torch.zeros(\(top.visibleCount)))")
    module.loading.append("self.b1.copy_(tensors[\"level1.visible.bias\"])")
    let visible =
      top.visibleUnits == .binary
      ? "visible = -(v.double() @ self.b1.double())" : "visible = ((v - self.b1).double() ** 2).sum(dim=1) / 2"
    let hidden =
      classCount > 0
      ? "hidden = torch.logsumexp(self.label_energies(v), dim=1)"
      : "hidden = functional.softplus((v @ self.W1 + self.c1).double()).sum(dim=1)"
    module.methods.append([
      "def free_energy(self, x):",
      "    \"\"\"F(v) = −ln Σ_h e^(−E(v, h)) of each row, in nats\(classCount > 0 ? "; labels are summed out too" : "").\"\"\"",
      "    v = self.standardise(x).flatten(1)", "    \(visible)", "    \(hidden)",
      "    return (visible - hidden)[:, None]",
    ])
    module.answers.append(("free energy", "self.free_energy(x)"))
  }

  public func answers(for input: Tensor) -> [(name: String, tensor: Tensor)] {
    let (rows, columns) = input.matrixExtents
    let flat = input.reshaped(to: Shape(rows: rows, columns: columns))
    var answers = [("hidden", passUp(flat, through: levels.count))]
    if classCount > 0 {
      if top.hiddenUnits == .binary { answers.append(("classes", classProbabilities(flat))) }
      answers.append(("classes by up-pass", upPassProbabilities(flat)))
    }
    if levels.count == 1, top.hiddenUnits == .binary {
      let energies = top.freeEnergies(flat).map { Scalar($0) }
      answers.append(("free energy", Tensor(Shape(rows: rows, columns: 1), elements: energies)))
    }
    return answers
  }
}
