// A stack of autoencoders as a class of PyTorch: the code, and what comes back of it. Noise and penalties belong to learning
// and are not carried over.

extension AutoencoderStack: PyTorchExportable {
  public func pyTorch() throws(StrataError) -> PyTorchModule {
    let count = levels.count
    var module = PyTorchModule(
      about: [
        count == 1
          ? "An autoencoder: \(levels[0].visibleCount) numbers, a code of \(levels[0].hiddenCount)."
          : "A stack of \(count) autoencoders: the code of each is the input of the next."
      ],
      construction: [], loading: [], computation: ["h = h.flatten(1)"], answers: [("code", "self(x)")])
    for (index, level) in levels.enumerated() {
      let n = index + 1
      module.construction += [
        "# Level \(n): \(level.visibleCount) numbers below, a code of \(level.hiddenCount) above; W is [below, above].",
        "self.W\(n) = nn.Parameter(torch.zeros(\(level.visibleCount), \(level.hiddenCount)))",
        "self.c\(n) = nn.Parameter(torch.zeros(\(level.hiddenCount)))",
        "self.b\(n) = nn.Parameter(torch.zeros(\(level.visibleCount)))",
      ]
      module.loading += [
        "self.W\(n).copy_(tensors[\"level\(n).weight\"])", "self.c\(n).copy_(tensors[\"level\(n).hidden.bias\"])",
        "self.b\(n).copy_(tensors[\"level\(n).visible.bias\"])",
      ]
      if !level.plan.isTied {
        module.construction.append(
          "self.V\(n) = nn.Parameter(torch.zeros(\(level.hiddenCount), \(level.visibleCount)))")
        module.loading.append("self.V\(n).copy_(tensors[\"level\(n).generative.weight\"])")
      }
      module.computation += [
        "h = h @ self.W\(n) + self.c\(n)", "h = \(level.plan.activation.pyTorch("h", rank: 1))",
      ]
    }
    var back = ["def reconstruction(self, x):", "    \"\"\"What comes back of the inputs.\"\"\"", "    h = self(x)"]
    for (index, level) in levels.enumerated().reversed() {
      let n = index + 1
      back += [
        "    h = h @ \(level.plan.isTied ? "self.W\(n).T" : "self.V\(n)") + self.b\(n)",
        "    h = \(level.plan.output.pyTorch("h", rank: 1))",
      ]
    }
    module.methods.append(back + ["    return h"])
    module.answers.append(("reconstruction", "self.reconstruction(x)"))
    return module
  }

  public func answers(for input: Tensor) -> [(name: String, tensor: Tensor)] {
    let code = passUp(input, through: levels.count)
    return [("code", code), ("reconstruction", picture(of: code, layer: levels.count))]
  }
}
