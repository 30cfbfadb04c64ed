// Convolutional Boltzmann machines and stacks of them as a class of PyTorch: what is passed up, and the free energy of a
// single machine. Generation, which draws states, stays here.

extension ConvolutionalBeliefNetwork: PyTorchExportable {
  public func pyTorch() throws(StrataError) -> PyTorchModule {
    let count = levels.count
    let first = levels[0]
    var module = PyTorchModule(
      about: [
        count == 1
          ? "A convolutional Boltzmann machine: \(first.maps) maps, blocks of \(first.block.rows)×\(first.block.columns)."
          : "A convolutional deep belief network: \(count) machines on one another. Pooling units' probabilities are passed up."
      ],
      construction: [], loading: [], computation: [], answers: [("pooled", "self(x)")])
    if inputShape.rank == 2 { module.computation.append("h = h.unsqueeze(3)") }
    for (index, level) in levels.enumerated() {
      let n = index + 1
      module.construction += [
        "# Level \(n): \(level.maps) kernels of \(level.kernelRows)×\(level.kernelColumns); W is [out, in, row, column].",
        "self.W\(n) = nn.Parameter(torch.zeros(\(level.maps), \(level.visible.maps), \(level.kernelRows), "
          + "\(level.kernelColumns)))",
        "self.c\(n) = nn.Parameter(torch.zeros(\(level.maps)))",
      ]
      module.loading += [
        "self.W\(n).copy_(tensors[\"level\(n).weight\"].permute(3, 2, 0, 1))",
        "self.c\(n).copy_(tensors[\"level\(n).hidden.bias\"])",
      ]
      module.methods.append(
        [
          "def level\(n)(self, h):",
          "    \"\"\"ln(1 + Σ e^x) of every block of hidden units, x = h ∗ W + c: the pooling unit's side of the energy.\"\"\"",
          "    x = functional.conv2d(h.permute(0, 3, 1, 2), self.W\(n), self.c\(n))",
        ]
          + ProbabilisticPooling.blockMass("x", rows: level.block.rows, columns: level.block.columns).map {
            "    \($0)"
          }
          + ["    return mass.permute(0, 2, 3, 1)"])
      // P(on) = 1 − e^−mass: exact also where it is small.
      module.computation.append("h = -torch.expm1(-self.level\(n)(h))")
    }
    if count == 1 { addFreeEnergy(to: &module) }
    return module
  }

  private func addFreeEnergy(to module: inout PyTorchModule) {
    let level = levels[0]
    module.construction += [
      "# The biases of the visible units, one a map of the input.",
      "self.b1 = nn.Parameter(torch.zeros(\(level.visible.maps)))",
    ]
    module.loading.append("self.b1.copy_(tensors[\"level1.visible.bias\"])")
    let visible =
      level.visibleUnits == .binary
      ? "visible = -(v * self.b1).double().flatten(1).sum(dim=1)"
      : "visible = ((v - self.b1).double() ** 2).flatten(1).sum(dim=1) / 2"
    module.methods.append(
      [
        "def free_energy(self, x):",
        "    \"\"\"F(v) = −ln Σ_h e^(−E(v, h)) of each sample, over all states of the blocks, in nats.\"\"\"",
        "    v = self.standardise(x)",
      ] + (inputShape.rank == 2 ? ["    v = v.unsqueeze(3)"] : []) + [
        "    \(visible)", "    return (visible - self.level1(v).double().flatten(1).sum(dim=1))[:, None]",
      ])
    module.answers.append(("free energy", "self.free_energy(x)"))
  }

  public func answers(for input: Tensor) -> [(name: String, tensor: Tensor)] {
    var answers = [("pooled", passUp(input, through: levels.count))]
    if levels.count == 1 {
      let energies = levels[0].freeEnergies(input).map { Scalar($0) }
      answers.append(("free energy", Tensor([energies.count, 1], elements: energies)))
    }
    return answers
  }
}
