// Bugs in the backward pass, planted on purpose: mistakes that people make when they write backpropagation themselves.
//
// The listing stays as it should be, the numbers do not: `check` finds them by comparing with finite differences, and
// `explain` by doing the sum again. For teaching; off unless somebody sets it.

extension BackpropLearner {
  /// A mistake. Users know it by its number only, because finding out which it is is the exercise.
  enum Flaw: String, CaseIterable, Sendable {
    /// The slope of the activation is forgotten in all layers but the last: δ = ∂h instead of ∂h ⊙ f′(z).
    case slope = "1"
    /// What the last layer passes down has the wrong sign.
    case sign = "2"
    /// Gradients of biases are summed over the mini-batch where they should be averaged.
    case sum = "3"
  }

  /// Does to what a backward line has just written what the mistake would have done.
  mutating func spoil(_ index: Int, _ flaw: Flaw) {
    switch flaw {
    case .slope:
      // What took the place of δ is to be seen as δ.
      if index < traces.count - 1, network.layers[index].activation != nil {
        traces[index].delta.copy(from: traces[index + 1].inputGradient)
      }
    case .sign: if index == traces.count - 1 { traces[index].inputGradient.scale(by: -1) }
    case .sum:
      for p in network.layers[index].parameters.indices where network.layers[index].parameters[p].name == "bias" {
        traces[index].parameterGradients[p].scale(by: Scalar(target.matrixExtents.rows))
      }
    }
  }

  /// What should stand at a place that a backward line has written, done right from what came down to it; nil where that
  /// is what stands there.
  func honest(_ named: NamedTensor, at position: [Int]) -> Scalar? {
    guard flaw != nil, named.name.hasPrefix("layer"),
      let number = Int(named.name.dropFirst(5).prefix(while: \.isNumber))
    else { return nil }
    // The gradient at a layer's output is written by the backward line of the layer above.
    let index = named.name.hasSuffix(".output.gradient") ? number : number - 1
    guard network.layers.indices.contains(index), !traces[index].parameterGradients.isEmpty else { return nil }
    var copy = self
    copy.flaw = nil
    copy.execute(.backward(index))
    guard let right = copy.tensor(named: named.name)?.tensor, right.shape == named.tensor.shape else { return nil }
    let value = right[flat: right.offset(of: position)]
    return value == named.tensor[flat: named.tensor.offset(of: position)] ? nil : value
  }
}
