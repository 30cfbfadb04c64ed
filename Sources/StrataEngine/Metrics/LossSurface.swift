// The loss of a model over a plane of its parameters, asked for place by place on a fixed set of samples.
//
// The samples are the same at every place, so differences are the parameters' alone. The model is asked, not taught: no
// dropout, running statistics instead of the batch's, no penalties. Source of the idea: Goodfellow, Vinyals, Saxe 2015.

/// A learner's loss as a function of two numbers.
public struct LossSurface: Sendable {
  public let plane: ParameterPlane
  private var probe: any Learner
  private let samples: Samples
  private let data: DataSet

  /// Throws where the learner follows no gradient or has no loss.
  public init(_ learner: any Learner, on samples: Samples, over plane: ParameterPlane) throws(StrataError) {
    try LossSurface.check(learner, samples)
    self.plane = plane
    self.samples = samples
    var data = learner.data
    // The probe learns nothing, so it needs no more data than it is asked about.
    data.train = samples
    data.guessed = []
    data.fullLabels = nil
    self.data = data
    probe = learner
  }

  /// Throws unless there is a loss that depends on parameters which a gradient moves.
  public static func check(_ learner: any Learner, _ samples: Samples) throws(StrataError) {
    guard learner is any GradientCheckable, !ParameterPlane.moved(by: learner).isEmpty else {
      throw StrataError(
        "a landscape is that of a loss which backpropagation descends; \(type(of: learner).keyword) has none",
        try: learner is DescentLearner ? "show surface" : "learn backprop")
    }
    guard samples.count > 0 else {
      throw StrataError("there are no samples to measure the loss on", try: "data digits")
    }
    guard learner.evaluate(samples.selecting([0]))["loss"] != nil else {
      throw StrataError("\(type(of: learner).keyword) measures no loss", try: "learn backprop")
    }
  }

  /// The loss at θ₀ + a·d₁ + b·d₂; not finite where the numbers run over there.
  public mutating func loss(_ a: Double, _ b: Double) throws(StrataError) -> Double {
    var model = probe.model
    try model.setParameters(plane.parameters(a, b))
    try probe.adopt(model, data: data)
    return probe.evaluate(samples)["loss"] ?? .nan
  }
}
