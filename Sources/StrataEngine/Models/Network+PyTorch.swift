// A stack of layers as a class of PyTorch: each layer brings its own lines.

extension Network: PyTorchExportable {
  public func pyTorch() throws(StrataError) -> PyTorchModule {
    guard let inputShape, !layers.isEmpty, outputShapes.count == layers.count else {
      throw StrataError("the network is only a plan yet: it has no layers, or no data to fit them to", try: "network")
    }
    var module = PyTorchModule(
      about: ["A network of \(layers.count) layer\(layers.count == 1 ? "" : "s"), from the input up."],
      construction: [], loading: [], computation: [], answers: [("outputs", "self(x)")])
    var shape = inputShape
    for (index, layer) in layers.enumerated() {
      let lines = layer.pyTorch(number: index + 1, input: shape)
      let title = "# Layer \(index + 1), \(layer.words): \(type(of: layer).grammar.summary)"
      module.construction += lines.construction.isEmpty ? [] : [title] + lines.construction
      // Weights are [in, out] here, so that the layer is x·W; PyTorch keeps them the other way round.
      module.loading += lines.loading
      module.computation += [title] + lines.computation
      shape = outputShapes[index]
    }
    return module
  }

  public func answers(for input: Tensor) -> [(name: String, tensor: Tensor)] { [("outputs", output(for: input))] }
}
