// A Helmholtz machine as a class of PyTorch: recognition from the input up. The machine itself draws the states of each
// layer before it goes on; here probabilities are passed up, which is exact for the first layer and the usual likeness
// of it above.

extension HelmholtzMachine: PyTorchExportable {
  public func pyTorch() throws(StrataError) -> PyTorchModule {
    var module = PyTorchModule(
      about: [
        "The recognition weights of a Helmholtz machine. Strata draws the states of each layer before it goes on;",
        "here probabilities are passed up. Generation, which draws states, is not carried over.",
      ],
      construction: [], loading: [], computation: ["h = h.flatten(1)"], answers: [("hidden", "self(x)")],
      omissions: ["generation is left out; recognition passes probabilities up instead of drawn states"])
    for (index, level) in levels.enumerated() {
      let n = index + 1
      module.construction += [
        "# Level \(n): \(level.recognitionWeight.shape[0]) units below, \(level.recognitionWeight.shape[1]) above; "
          + "R is [below, above].",
        "self.R\(n) = nn.Parameter(torch.zeros(\(level.recognitionWeight.shape[0]), \(level.recognitionWeight.shape[1])))",
        "self.r\(n) = nn.Parameter(torch.zeros(\(level.recognitionWeight.shape[1])))",
      ]
      module.loading += [
        "self.R\(n).copy_(tensors[\"level\(n).recognition.weight\"])",
        "self.r\(n).copy_(tensors[\"level\(n).recognition.bias\"])",
      ]
      module.computation.append("h = torch.sigmoid(h @ self.R\(n) + self.r\(n))")
    }
    return module
  }

  public func answers(for input: Tensor) -> [(name: String, tensor: Tensor)] {
    let (rows, columns) = input.matrixExtents
    var below = input.reshaped(to: Shape(rows: rows, columns: columns))
    for level in levels {
      var p = Tensor.empty
      p.setProduct(below, level.recognitionWeight)
      Activation.sigmoid.apply(inPlace: &p, bias: level.recognitionBias)
      below = p
    }
    return [("hidden", below)]
  }
}
