// The simple recurrent layer: each unit sees the inputs and what all units put out one time step ago.
//
//   forward    zₜ = xₜ·W + hₜ₋₁·U + b     hₜ = f(zₜ)
//   backward   ∇hₜ = ∂yₜ + δₜ₊₁·Uᵀ        δₜ = ∇hₜ ⊙ f′(zₜ)
//
// Shapes as in RecurrentLayer.swift, with one sum a unit. PyTorch's nn.RNN keeps Wᵀ and Uᵀ and two biases, whose sum is b.
// Rectified units begin with U = 1, so that they remember as long as nothing is said (Le, Jaitly, Hinton 2015).
// Source: Elman 1990.
import CKernels

/// `hₜ = f(xₜ·W + hₜ₋₁·U + b)`.
public struct SimpleRecurrent: RecurrentLayer {
  /// All functions of one number that have a slope.
  static let functions = Activation.allCases.filter { $0 != .step && $0 != .softmax }

  public static let grammar = LayerGrammar(
    keyword: "rnn", summary: "a state that goes from time step to time step: hₜ = f(xₜ·W + hₜ₋₁·U + b)",
    positional: [
      RecurrentForm.unitsWord,
      LayerWord(
        "ACTIVATION", .choice(functions.map(\.rawValue)), default: "tanh", "what a unit makes of its sum"),
    ],
    options: RecurrentForm.options,
    examples: [
      "rnn 32", "rnn 6 relu --steps each", "rnn 5 sigmoid --truncate 2", "rnn 4 --steps each --init normal:0.3",
    ],
    exampleInput: [4, 3])

  public let form: RecurrentForm
  public let function: Activation
  public var parameters: [Parameter] = []
  public let gates = 1

  public init(_ arguments: LayerArguments) throws(StrataError) {
    form = try RecurrentForm(arguments, keyword: "rnn")
    function = Activation(rawValue: arguments.text("ACTIVATION")) ?? .tanh
  }

  public var words: String { "rnn \(units)" + (function == .tanh ? "" : " \(function.rawValue)") + form.words }

  public var kept: [KeptTensor] {
    [
      KeptTensor(.preactivation, "z", .activation), KeptTensor(.state, "h", .activation),
      KeptTensor(.stateGradient, "∇h", .gradient, backward: true),
      KeptTensor(.delta, "δ", .gradient, backward: true),
    ]
  }

  public mutating func initialize(for input: Shape, random: inout RandomStream) {
    let weight = form.inputWeight(inputs: input[1], gates: 1, random: &random)
    let recurrent = form.recurrentWeight(gates: 1, identity: function == .relu, random: &random)
    parameters = RecurrentForm.parameters(weight: weight, recurrent: recurrent, bias: Tensor([units]), axis: "unit")
  }

  public func advance(to t: Int, trace: inout LayerTrace) {
    willAdvance(&trace)
    if t > 0 {
      TimeStep.multiply(
        trace.sequence.state, at: t - 1, by: parameters[1].value, matrixColumns: 0..<units, into: &trace.sequence.gates,
        at: t, keeping: 1)
    }
    step(t, z: &trace.sequence.gates, h: &trace.sequence.state)
    didAdvance(to: t, &trace)
  }

  private func step(_ t: Int, z: inout Tensor, h: inout Tensor) {
    var shape = TimeStep.shape(of: h)
    parameters[2].value.withUnsafeElements { bias in
      z.withUnsafeMutableElements { z in
        h.withUnsafeMutableElements { h in
          guard let z = z.baseAddress, let h = h.baseAddress else { return }
          ck_rnn_step(
            &shape, function.kernel ?? ck_identity, function.parameter, bias.baseAddress, z + t * units, h + t * units)
        }
      }
    }
  }

  public func retreat(to t: Int, outputGradient: Tensor, joined: Bool, trace: inout LayerTrace) {
    let shape = trace.sequence.state.shape
    trace.sequence.stateGradient.resize(to: shape)
    trace.sequence.delta.resize(to: shape)
    let arrives = arrives(at: t, of: shape[1])
    if arrives {
      TimeStep.multiply(
        trace.sequence.delta, at: t + 1, by: parameters[1].value, matrixColumns: 0..<units, transposed: true,
        into: &trace.sequence.stateGradient, at: t, keeping: 0)
    }
    stepBack(
      t, outputGradient, arrives: arrives, kernel: joined ? ck_identity : function.kernel ?? ck_identity,
      z: trace.sequence.gates, h: trace.sequence.state, gradient: &trace.sequence.stateGradient,
      delta: &trace.sequence.delta)
  }

  private func stepBack(
    _ t: Int, _ outputGradient: Tensor, arrives: Bool, kernel: ck_activation, z: Tensor, h: Tensor,
    gradient: inout Tensor, delta: inout Tensor
  ) {
    var shape = TimeStep.shape(of: h)
    let place = t * units
    TimeStep.withOutputGradient(outputGradient, at: t, of: h.shape[1], eachStep: form.putsOutEachStep) { dy, stride in
      z.withUnsafeElements { z in
        h.withUnsafeElements { h in
          gradient.withUnsafeMutableElements { dh in
            delta.withUnsafeMutableElements { dz in
              guard let z = z.baseAddress, let h = h.baseAddress, let dh = dh.baseAddress, let dz = dz.baseAddress
              else { return }
              ck_rnn_step_backward(
                &shape, kernel, function.parameter, z + place, h + place, dy, stride, arrives, dh + place, dz + place)
            }
          }
        }
      }
    }
  }

  public func advanceText(_ n: String) -> String {
    "z\(n)ₜ ← z\(n)ₜ + h\(n)ₜ₋₁·U\(n) + b\(n);  h\(n)ₜ = "
      + (function == .identity ? "z\(n)ₜ" : "\(function.sign)(z\(n)ₜ)")
  }

  public func retreatText(_ n: String) -> String {
    "δ\(n)ₜ = ∇h\(n)ₜ" + (function == .identity ? "" : " ⊙ \(function.sign)′(z\(n)ₜ)")
  }

  public func gatherText(_ n: String) -> String { "∇U\(n) = Σₜ h\(n)ₜ₋₁ᵀ·δ\(n)ₜ;  ∇b\(n) = Σₜ δ\(n)ₜ" }

  public func explain(_ part: SequenceTrace.Part, at place: SequencePlace, _ reader: SequenceReader) -> [String]? {
    let n = reader.suffix
    let z = reader.value(.preactivation, place)
    switch part {
    case .preactivation:
      return reader.sum(name: "z\(n)\(place)", at: place, column: place.unit)
        + reader.stale(z, now: reader.sum(at: place, column: place.unit))
    case .state:
      let name = "h\(n)\(place)"
      if function == .identity { return ["\(name) = z\(n)\(place) = \(number(z))"] }
      return [
        "\(name) = \(function.sign)(z\(n)\(place))",
        "= \(function.sign)(\(number(z))) = \(number(reader.value(.state, place)))     (\(function.formula))",
      ]
    case .delta:
      let gradient = reader.value(.stateGradient, place)
      return [
        "δ\(n)\(place) = ∇h\(n)\(place)" + (function == .identity ? "" : " · \(function.sign)′(z\(n)\(place))"),
        "= \(number(gradient)) · \(number(Scalar(function.slope(Double(z))))) = \(number(reader.value(.delta, place)))",
      ]
    default: return nil
    }
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    let name = "rnn\(number)"
    guard function == .tanh || function == .relu else { return loop(name, number: number, input: input) }
    return PyTorchLayer(
      construction: [
        "self.\(name) = nn.RNN(\(input[1]), \(units), nonlinearity=\"\(function.rawValue)\", batch_first=True)"
      ],
      loading: [
        "self.\(name).weight_ih_l0.copy_(tensors[\"layer\(number).weight\"].T)",
        "self.\(name).weight_hh_l0.copy_(tensors[\"layer\(number).recurrent\"].T)",
        "self.\(name).bias_ih_l0.copy_(tensors[\"layer\(number).bias\"])",
        "self.\(name).bias_hh_l0.zero_()",
      ],
      computation: [form.pyTorchOutput(of: name)])
  }

  /// For functions that nn.RNN does not have: the recurrence step by step.
  private func loop(_ name: String, number: Int, input: Shape) -> PyTorchLayer {
    PyTorchLayer(
      construction: [
        "self.\(name)_input = nn.Linear(\(input[1]), \(units))",
        "self.\(name)_state = nn.Linear(\(units), \(units), bias=False)",
      ],
      loading: [
        "self.\(name)_input.weight.copy_(tensors[\"layer\(number).weight\"].T)",
        "self.\(name)_input.bias.copy_(tensors[\"layer\(number).bias\"])",
        "self.\(name)_state.weight.copy_(tensors[\"layer\(number).recurrent\"].T)",
      ],
      computation: [
        "sums, states = self.\(name)_input(h), []",
        "state = h.new_zeros(len(h), \(units))",
        "for z in sums.unbind(1):",
        "    state = " + function.pyTorch("z + self.\(name)_state(state)", rank: 1),
        "    states.append(state)",
        form.putsOutEachStep ? "h = torch.stack(states, 1)" : "h = state",
      ])
  }
}
