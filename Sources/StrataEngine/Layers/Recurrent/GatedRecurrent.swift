// The gated recurrent unit: a state that is kept or replaced, by one gate, and looked at or not, by another.
//
//   forward    r, z = σ(xₜ·W + hₜ₋₁·U + b)      q = hₜ₋₁·U + a        n = tanh(xₜ·W + b + r ⊙ q)      each with its columns
//              hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁
//   backward   ∇hₜ = ∂yₜ + (δr, δz)ₜ₊₁·Uᵀ + δqₜ₊₁·Uᵀ + ∇hₜ₊₁ ⊙ zₜ₊₁
//              δn = ∇hₜ ⊙ (1 − z) ⊙ (1 − n²)    δq = δn ⊙ r
//              δz = ∇hₜ ⊙ (hₜ₋₁ − n) ⊙ z(1 − z)   δr = δn ⊙ q ⊙ r(1 − r)
//
// Columns stand in PyTorch's order r, z, n: W [in, 3·units], U [units, 3·units], b [3·units]; a [units] is `recurrent-bias`,
// PyTorch's b_hn, which r gates together with what the state says. nn.GRU keeps weight_ih_l0 = Wᵀ, weight_hh_l0 = Uᵀ,
// bias_ih_l0 and bias_hh_l0; of the latter's b_hr and b_hz only the sum with the former matters.
// Source: Cho et al. 2014, with r behind the product as in cuDNN and PyTorch.
import CKernels

/// `hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁`.
public struct GatedRecurrent: RecurrentLayer {
  public static let grammar = LayerGrammar(
    keyword: "gru", summary: "a state that gates keep or replace: hₜ = (1 − z) ⊙ n + z ⊙ hₜ₋₁",
    positional: [RecurrentForm.unitsWord], options: RecurrentForm.options,
    examples: ["gru 32", "gru 4 --steps each", "gru 5 --truncate 2 --init uniform:0.4"], exampleInput: [4, 3])

  public let form: RecurrentForm
  public var parameters: [Parameter] = []
  public let gates = 3
  private let letters = ["r", "z", "n"]

  public init(_ arguments: LayerArguments) throws(StrataError) { form = try RecurrentForm(arguments, keyword: "gru") }

  public var words: String { "gru \(units)" + form.words }

  public var kept: [KeptTensor] {
    [
      KeptTensor(.gates, "rzn", .activation, axis: "gate"), KeptTensor(.recalled, "q", .activation),
      KeptTensor(.state, "h", .activation), KeptTensor(.stateGradient, "∇h", .gradient, backward: true),
      KeptTensor(.delta, "δ", .gradient, axis: "gate", backward: true),
      KeptTensor(.recalledDelta, "δq", .gradient, backward: true),
    ]
  }

  public mutating func initialize(for input: Shape, random: inout RandomStream) {
    let weight = form.inputWeight(inputs: input[1], gates: gates, random: &random)
    let recurrent = form.recurrentWeight(gates: gates, random: &random)
    parameters =
      RecurrentForm.parameters(weight: weight, recurrent: recurrent, bias: Tensor([width]))
      + [Parameter("recurrent-bias", symbol: "a", axes: ["unit"], isPenalized: false, Tensor([units]))]
  }

  /// The columns of r and z, which the state reaches directly, and of n, which it reaches through r.
  private var direct: Range<Int> { 0..<2 * units }
  private var gated: Range<Int> { 2 * units..<3 * units }

  public func advance(to t: Int, trace: inout LayerTrace) {
    willAdvance(&trace)
    trace.sequence.recalled.resize(to: trace.sequence.state.shape)
    if t > 0 {
      let recurrent = parameters[1].value
      TimeStep.multiply(
        trace.sequence.state, at: t - 1, by: recurrent, matrixColumns: direct, into: &trace.sequence.gates, at: t,
        keeping: 1)
      TimeStep.multiply(
        trace.sequence.state, at: t - 1, by: recurrent, matrixColumns: gated, into: &trace.sequence.recalled, at: t,
        keeping: 0)
    }
    step(t, gates: &trace.sequence.gates, recalled: &trace.sequence.recalled, state: &trace.sequence.state)
    didAdvance(to: t, &trace)
  }

  private func step(_ t: Int, gates: inout Tensor, recalled: inout Tensor, state: inout Tensor) {
    var shape = TimeStep.shape(of: state)
    let place = t * units
    parameters[2].value.withUnsafeElements { bias in
      parameters[3].value.withUnsafeElements { recurrentBias in
        gates.withUnsafeMutableElements { gates in
          recalled.withUnsafeMutableElements { q in
            state.withUnsafeMutableElements { h in
              guard let gates = gates.baseAddress, let q = q.baseAddress, let h = h.baseAddress else { return }
              ck_gru_step(
                &shape, bias.baseAddress, recurrentBias.baseAddress, gates + t * width, t == 0, q + place, h + place)
            }
          }
        }
      }
    }
  }

  public func retreat(to t: Int, outputGradient: Tensor, joined: Bool, trace: inout LayerTrace) {
    let shape = trace.sequence.state.shape
    trace.sequence.stateGradient.resize(to: shape)
    trace.sequence.recalledDelta.resize(to: shape)
    trace.sequence.delta.resize(to: trace.sequence.gates.shape)
    let arrives = arrives(at: t, of: shape[1])
    if arrives {
      let recurrent = parameters[1].value
      TimeStep.multiply(
        trace.sequence.delta, at: t + 1, columns: direct, by: recurrent, matrixColumns: direct, transposed: true,
        into: &trace.sequence.stateGradient, at: t, keeping: 0)
      TimeStep.multiply(
        trace.sequence.recalledDelta, at: t + 1, by: recurrent, matrixColumns: gated, transposed: true,
        into: &trace.sequence.stateGradient, at: t, keeping: 1)
    }
    stepBack(
      t, outputGradient, arrives: arrives, gates: trace.sequence.gates, recalled: trace.sequence.recalled,
      state: trace.sequence.state, gradient: &trace.sequence.stateGradient, delta: &trace.sequence.delta,
      recalledDelta: &trace.sequence.recalledDelta)
  }

  private func stepBack(
    _ t: Int, _ outputGradient: Tensor, arrives: Bool, gates: Tensor, recalled: Tensor, state: Tensor,
    gradient: inout Tensor, delta: inout Tensor, recalledDelta: inout Tensor
  ) {
    var shape = TimeStep.shape(of: state)
    let (unit, gate) = (t * units, t * width)
    TimeStep.withOutputGradient(outputGradient, at: t, of: state.shape[1], eachStep: form.putsOutEachStep) {
      dy, stride in
      gates.withUnsafeElements { gates in
        recalled.withUnsafeElements { q in
          state.withUnsafeElements { h in
            gradient.withUnsafeMutableElements { dh in
              delta.withUnsafeMutableElements { dz in
                recalledDelta.withUnsafeMutableElements { dq in
                  guard let gates = gates.baseAddress, let q = q.baseAddress, let h = h.baseAddress,
                    let dh = dh.baseAddress, let dz = dz.baseAddress, let dq = dq.baseAddress
                  else { return }
                  ck_gru_step_backward(
                    &shape, gates + gate, q + unit, h + unit, t == 0, dy, stride, arrives, dh + unit, dz + gate,
                    dq + unit)
                }
              }
            }
          }
        }
      }
    }
  }

  public func gather(_ input: Tensor, wantsInputGradient: Bool, trace: inout LayerTrace) {
    gatherInput(input, wantsInputGradient: wantsInputGradient, trace: &trace)
    TimeStep.gather(
      trace.sequence.state, &trace.sequence.delta, columns: direct, aside: &trace.sequence.aside,
      into: &trace.parameterGradients[1])
    TimeStep.gather(
      trace.sequence.state, &trace.sequence.recalledDelta, columns: 0..<units, aside: &trace.sequence.aside,
      into: &trace.parameterGradients[1], gradientColumns: gated)
    trace.parameterGradients[2].setColumnSums(trace.sequence.delta, columns: width)
    trace.parameterGradients[3].setColumnSums(trace.sequence.recalledDelta, columns: units)
  }

  public func advanceText(_ n: String) -> String {
    "q\(n)ₜ = h\(n)ₜ₋₁·U\(n) + a\(n);  r, z ← σ(rzn\(n)ₜ + h\(n)ₜ₋₁·U\(n) + b\(n));  "
      + "n ← tanh(rzn\(n)ₜ + b\(n) + r ⊙ q\(n)ₜ);  h\(n)ₜ = (1 − z) ⊙ n + z ⊙ h\(n)ₜ₋₁"
  }

  public func retreatText(_ n: String) -> String {
    "∇h\(n)ₜ ← + ∇h\(n)ₜ₊₁ ⊙ zₜ₊₁;  δn = ∇h ⊙ (1−z) ⊙ (1−n²);  δq = δn ⊙ r;  δr = δn ⊙ q ⊙ r(1−r);  "
      + "δz = ∇h ⊙ (hₜ₋₁ − n) ⊙ z(1−z)"
  }

  public func gatherText(_ n: String) -> String {
    "∇U\(n) = Σₜ h\(n)ₜ₋₁ᵀ·(δr, δz, δq)ₜ;  ∇b\(n) = Σₜ δ\(n)ₜ;  ∇a\(n) = Σₜ δq\(n)ₜ"
  }
}
