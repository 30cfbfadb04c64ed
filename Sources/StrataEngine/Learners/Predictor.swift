// What a trained learner answers to inputs it may never have seen.

/// Answers to a batch of inputs.
public struct Prediction: Sendable {
  /// `[batch, out]`: probabilities where the targets are classes and the output allows it, else the outputs.
  public var output: Tensor
  /// The class each sample is taken for, or each time step of it; nil where targets are no classes.
  public var classes: [Int32]?

  /// From raw outputs: logits are turned into probabilities.
  init(_ raw: Tensor, logits: Bool, targets: Targets) {
    output = raw
    guard targets.nameClasses else { return }
    // A row a sample, or a row a time step.
    let rows = AskedRows(isPerStep: targets.arePerStep).pick(raw)
    classes = Accuracy.classes(of: rows, logits: logits)
    if logits {
      var trace = Tensor.empty
      var z = rows
      (rows.matrixExtents.columns > 1 ? Activation.softmax : .sigmoid).apply(
        to: &z, bias: nil, output: &trace, shape: rows.shape)
      output = trace.reshaped(to: raw.shape)
    }
  }
}

extension Prediction {
  /// From probabilities of classes, `[batch, classes]`.
  init(probabilities: Tensor) {
    output = probabilities
    classes = probabilities.largestInRows
  }

  /// From an input given back: there are no classes.
  init(reconstruction: Tensor) {
    output = reconstruction
    classes = nil
  }
}

/// A learner that can answer: what the sample browser, the decision map and the confusion matrix ask.
public protocol Predictor {
  /// Answers for a batch `[batch] + inputShape`. Changes nothing.
  func predict(_ input: Tensor) -> Prediction
  /// Every loss that makes sense on these samples, by name. Changes nothing.
  func losses(on samples: Samples) -> Measurements
}

extension Predictor {
  /// Which class was taken for which, over all samples; nil where targets are no classes.
  public func confusion(on samples: Samples) -> ConfusionMatrix? {
    guard case .classes(let labels, let names) = samples.targets else { return nil }
    var matrix = ConfusionMatrix(names: names)
    var x = Tensor.empty
    for start in stride(from: 0, to: samples.count, by: 500) {
      let rows = Int32(start)..<Int32(min(start + 500, samples.count))
      samples.inputs.gather(rows, into: &x)
      guard let named = predict(x).classes else { return nil }
      for (row, name) in zip(rows, named) { matrix.count(expected: Int(labels[Int(row)]), named: Int(name)) }
    }
    return matrix
  }
}
