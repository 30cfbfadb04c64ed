// How a layer fared in the present mini-batch: what makes an activation function good or bad, in numbers.
import StrataEngine
import StrataPlot

/// Mean, spread, dead and saturated shares of one layer's outputs over the mini-batch.
struct LayerState {
  var activation: Activation
  var mean: Double
  var deviation: Double
  /// The share of units that put out 0 for every sample; nil where the function knows no death.
  var dead: Double?
  /// The share of outputs within 1 % of an end of the function's range; nil where it has none.
  var saturated: Double?
  private var output: Tensor
  /// The outputs, or an even selection of them: for a histogram.
  var values: [Float] { sampled(output) }

  /// Nil before the first forward pass, or where the part has no activation.
  init?(part: ModelPart, in batch: MiniBatch) {
    guard let activation = LayerState.activation(of: part, batch.model),
      let output = batch.activityName(of: part).flatMap({ batch.kept($0) })
    else { return nil }
    self.activation = activation
    let count = Double(output.count)
    mean = output.sum / count
    deviation = max(output.sumOfSquares / count - mean * mean, 0).squareRoot()
    self.output = output
    switch activation.saturation {
    case .never: break
    case .zero: dead = LayerState.deadShare(output)
    case .near(let ends): saturated = LayerState.saturatedShare(output, ends: ends)
    }
  }

  private static func activation(of part: ModelPart, _ model: any Model) -> Activation? {
    let index = part.index - 1
    if let network = model as? Network {
      return network.layers.indices.contains(index) ? network.layers[index].activation : nil
    }
    if let stack = model as? BeliefNetwork {
      return stack.levels.indices.contains(index) && stack.levels[index].hiddenUnits == .rectified
        ? .softplus : .sigmoid
    }
    if let stack = model as? AutoencoderStack {
      return stack.levels.indices.contains(index) ? stack.levels[index].plan.activation : nil
    }
    return model is HelmholtzMachine || model is ConvolutionalBeliefNetwork ? .sigmoid : nil
  }

  private static func deadShare(_ output: Tensor) -> Double {
    let (rows, columns) = output.matrixExtents
    guard columns > 0 else { return 0 }
    var alive = [Bool](repeating: false, count: columns)
    output.withUnsafeElements { y in
      for row in 0..<rows { for j in 0..<columns where y[row * columns + j] != 0 { alive[j] = true } }
    }
    return Double(alive.count { !$0 }) / Double(columns)
  }

  private static func saturatedShare(_ output: Tensor, ends: [Scalar]) -> Double {
    let near = output.withUnsafeElements { y in
      y.count { value in ends.contains { abs(value - $0) < 0.01 } }
    }
    return Double(near) / Double(output.count)
  }

  /// The number that matters for this function, worded, with a colour when it is bad news.
  var remark: (text: String, role: ColorRole)? {
    if let dead { return ("dead \(formatPercent(dead))", dead > 0.3 ? .warning : .quiet) }
    if let saturated, activation != .softmax {
      return ("saturated \(formatPercent(saturated))", saturated > 0.5 ? .warning : .quiet)
    }
    return nil
  }
}
