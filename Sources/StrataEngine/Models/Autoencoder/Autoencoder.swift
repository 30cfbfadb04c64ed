// One autoencoder: an encoder, a decoder, and what makes the task harder than copying.
//
//   h = f(x′·W + c)      y = g(h·Wᵀ + b)      or, untied, y = g(h·V + b)
//
// x′ is the input with noise on it (denoising: Vincent et al. 2008); the code may be kept sparse by λ⟨Σ|h|⟩ or by
// λ Σ KL(ρ ‖ ⟨h⟩) (Ng 2011). All of that belongs to the machine and not to who teaches it, because the levels of a stack
// differ in it. Shapes: x, y [batch, visible], h [batch, hidden], W [visible, hidden], V [hidden, visible].

/// What keeps a code sparse.
public enum SparsityPenalty: String, CaseIterable, Sendable {
  /// λ⟨Σ|h|⟩
  case l1
  /// λ Σ KL(ρ ‖ ⟨h⟩): the mean activity of each unit is pulled to ρ.
  case kl
}

/// An encoder with its decoder.
public struct Autoencoder: Sendable {
  /// What one is made from.
  public struct Plan: Hashable, Sendable {
    public var hidden: Int
    /// f of the encoder.
    public var activation = Activation.sigmoid
    /// g of the decoder.
    public var output = Activation.sigmoid
    /// Whether the decoder uses the encoder's weights.
    public var isTied = true
    /// `squared` or `binary-cross-entropy`.
    public var loss = Loss.binaryCrossEntropy
    public var corruption = Corruption.masking
    /// How much of it; 0 for none.
    public var noise = 0.0
    public var penalty = SparsityPenalty.l1
    /// λ; 0 for none.
    public var sparsity = 0.0
    /// ρ of the KL penalty.
    public var activity = 0.05

    public init(hidden: Int) { self.hidden = hidden }

    /// The losses there are for an input given back.
    public static let losses: [Loss] = [.squared, .binaryCrossEntropy]

    /// Throws where its parts do not go together.
    func check() throws(StrataError) {
      guard (1...1_000_000).contains(hidden) else {
        throw StrataError("an autoencoder has 1 to 1000000 code units, got \(hidden)", try: "autoencoder 64")
      }
      for (name, function) in [("code", activation), ("output", output)] where function == .step {
        throw StrataError(
          "the step function cannot be the \(name)'s: its slope is 0 everywhere, so no error comes back through it",
          try: "autoencoder \(hidden) sigmoid")
      }
      guard Plan.losses.contains(loss) else {
        throw StrataError(
          "an input given back is judged by \(Plan.losses.map(\.rawValue).joined(separator: " or ")), not by "
            + loss.rawValue, try: "--loss squared")
      }
      guard loss != .binaryCrossEntropy || output == .sigmoid else {
        throw StrataError(
          "binary-cross-entropy wants outputs that are probabilities; this decoder ends in \(output.rawValue)",
          try: "--loss squared")
      }
      guard (0...corruption.largestAmount).contains(noise) else {
        throw StrataError(
          "\(corruption.rawValue) noise is an amount from 0 to \(number(corruption.largestAmount)), got \(number(noise))",
          try: "--denoise 0.3")
      }
      guard sparsity >= 0, sparsity.isFinite else {
        throw StrataError("a sparsity penalty is a number from 0 up, got \(sparsity)", try: "--sparse 0.01")
      }
      guard (0.0001...0.9999).contains(activity) else {
        throw StrataError("a mean activity lies between 0 and 1, got \(activity)", try: "--activity 0.05")
      }
      guard penalty != .kl || sparsity == 0 || activation == .sigmoid else {
        throw StrataError(
          "the KL penalty compares probabilities; this code is \(activation.rawValue)",
          try: "--sparsity l1   (or: a sigmoid code)")
      }
    }

    /// The words behind the command that begins one: `64 tanh --denoise 0.3`.
    var words: String {
      var words = ["\(hidden)"]
      if activation != .sigmoid { words.append(activation.rawValue) }
      if output != .sigmoid { words += ["--output", output.rawValue] }
      if !isTied { words.append("--untied") }
      if loss != Plan.usualLoss(for: output) { words += ["--loss", loss.rawValue] }
      if noise > 0 {
        words += ["--denoise", number(noise)]
        if corruption != .masking { words += ["--noise", corruption.rawValue] }
      }
      if sparsity > 0 {
        words += ["--sparse", number(sparsity)]
        if penalty != .l1 { words += ["--sparsity", penalty.rawValue, "--activity", number(activity)] }
      }
      return words.joined(separator: " ")
    }

    /// The loss that fits an output.
    public static func usualLoss(for output: Activation) -> Loss {
      output == .sigmoid ? .binaryCrossEntropy : .squared
    }
  }

  public internal(set) var plan: Plan
  public let visibleCount: Int
  public var hiddenCount: Int { plan.hidden }
  /// W, c, b and, untied, V.
  public internal(set) var parameters: [Parameter]

  public var weight: Tensor { parameters[0].value }
  public var hiddenBias: Tensor { parameters[1].value }
  public var visibleBias: Tensor { parameters[2].value }

  /// With fresh weights. Traps unless the plan was checked.
  init(visible: Int, _ plan: Plan, random: inout RandomStream) {
    visibleCount = visible
    self.plan = plan
    let matrix = ["visible", "hidden"]
    var weight = Tensor(Shape(rows: visible, columns: plan.hidden))
    Initializer.usual(for: plan.activation).fill(&weight, inputs: visible, outputs: plan.hidden, random: &random)
    parameters = [
      Parameter("weight", symbol: "W", axes: matrix, isPenalized: true, weight),
      Parameter("hidden.bias", symbol: "c", axes: ["hidden"], isPenalized: false, Tensor([plan.hidden])),
      Parameter("visible.bias", symbol: "b", axes: ["visible"], isPenalized: false, Tensor([visible])),
    ]
    if !plan.isTied {
      var decoder = Tensor(Shape(rows: plan.hidden, columns: visible))
      Initializer.usual(for: plan.output).fill(&decoder, inputs: plan.hidden, outputs: visible, random: &random)
      parameters.append(
        Parameter("generative.weight", symbol: "V", axes: ["hidden", "visible"], isPenalized: true, decoder))
    }
  }

  /// `z = x·W + c`, `h = f(z)`: the code.
  func encode(_ x: Tensor, sum z: inout Tensor, into h: inout Tensor) {
    z.setProduct(x, parameters[0].value)
    plan.activation.apply(to: &z, bias: parameters[1].value, output: &h, shape: z.shape)
  }

  /// `z = h·Wᵀ + b` or `h·V + b`, `y = g(z)`: the reconstruction.
  func decode(_ h: Tensor, sum z: inout Tensor, into y: inout Tensor) {
    if plan.isTied {
      z.setProduct(h, parameters[0].value, transposingSecond: true)
    } else {
      z.setProduct(h, parameters[3].value)
    }
    plan.output.apply(to: &z, bias: parameters[2].value, output: &y, shape: z.shape)
  }

  /// The code of a batch, `[batch, hidden]`.
  public func code(of x: Tensor) -> Tensor {
    var (z, h) = (Tensor.empty, Tensor.empty)
    encode(x, sum: &z, into: &h)
    return h
  }

  /// What a code stands for, `[batch, visible]`.
  public func reconstruction(of code: Tensor) -> Tensor {
    var (z, y) = (Tensor.empty, Tensor.empty)
    decode(code, sum: &z, into: &y)
    return y
  }
}
