// Long short-term memory: cells that keep a number until a gate lets them forget it.
//
//   forward    i, f, o = σ(xₜ·W + hₜ₋₁·U + b)      g = tanh(xₜ·W + hₜ₋₁·U + b)      each with its columns
//              cₜ = f ⊙ cₜ₋₁ + i ⊙ g               hₜ = o ⊙ tanh cₜ
//   backward   ∇hₜ = ∂yₜ + δₜ₊₁·Uᵀ                 ∇cₜ = ∇cₜ₊₁ ⊙ fₜ₊₁ + ∇hₜ ⊙ o ⊙ (1 − tanh² cₜ)
//              δi = ∇cₜ ⊙ g ⊙ i(1 − i)             δf = ∇cₜ ⊙ cₜ₋₁ ⊙ f(1 − f)
//              δg = ∇cₜ ⊙ i ⊙ (1 − g²)             δo = ∇hₜ ⊙ tanh cₜ ⊙ o(1 − o)
//
// Columns stand in PyTorch's order i, f, g, o: W [in, 4·units], U [units, 4·units], b [4·units]. PyTorch's nn.LSTM keeps
// weight_ih_l0 = Wᵀ, weight_hh_l0 = Uᵀ, and two biases, whose sum is b. Without forget gate (i, g, o) a cell adds up and
// never forgets: cₜ = cₜ₋₁ + i ⊙ g, the constant error carousel of the first paper, whose gradient also went back through
// the cells alone; here it goes everywhere. Forget gates begin open: their bias is 1.
// Sources: Hochreiter, Schmidhuber 1997; Gers, Schmidhuber, Cummins 2000 (forget gate); Jozefowicz et al. 2015 (its bias).
import CKernels

/// `cₜ = f ⊙ cₜ₋₁ + i ⊙ g`, `hₜ = o ⊙ tanh cₜ`.
public struct LongShortTermMemory: RecurrentLayer {
  public static let grammar = LayerGrammar(
    keyword: "lstm", summary: "cells that keep what gates let in: cₜ = f ⊙ cₜ₋₁ + i ⊙ g, hₜ = o ⊙ tanh cₜ",
    positional: [RecurrentForm.unitsWord],
    options: [
      LayerWord("forget", .choice(["yes", "no"]), default: "yes", "whether cells can forget, by a gate f"),
      LayerWord("forget-bias", .number(-100...100), default: "1", "where the forget gates' bias begins"),
    ] + RecurrentForm.options,
    examples: [
      "lstm 32", "lstm 4 --steps each", "lstm 5 --forget no --steps each --truncate 3", "lstm 3 --forget-bias 2",
    ],
    exampleInput: [4, 3])

  public let form: RecurrentForm
  private let hasForgetGate: Bool
  private let forgetBias: Scalar
  private let forgetBiasText: String
  public var parameters: [Parameter] = []

  public init(_ arguments: LayerArguments) throws(StrataError) {
    form = try RecurrentForm(arguments, keyword: "lstm")
    hasForgetGate = arguments.text("forget") == "yes"
    forgetBias = arguments.number("forget-bias")
    forgetBiasText = arguments.text("forget-bias")
    if !hasForgetGate, forgetBiasText != "1" {
      throw StrataError("without forget gate there is no forget-bias", try: "lstm \(form.units) --forget no")
    }
  }

  public var words: String {
    "lstm \(units)" + (hasForgetGate ? "" : " --forget no")
      + (forgetBiasText == "1" ? "" : " --forget-bias \(forgetBiasText)") + form.words
  }

  public var gates: Int { hasForgetGate ? 4 : 3 }
  /// The gates' letters in the order of their columns.
  private var letters: [String] { hasForgetGate ? ["i", "f", "g", "o"] : ["i", "g", "o"] }
  private var sign: String { letters.joined() }

  public var kept: [KeptTensor] {
    [
      KeptTensor(.gates, sign, .activation, axis: "gate"), KeptTensor(.cell, "c", .activation),
      KeptTensor(.state, "h", .activation), KeptTensor(.stateGradient, "∇h", .gradient, backward: true),
      KeptTensor(.cellGradient, "∇c", .gradient, backward: true),
      KeptTensor(.delta, "δ", .gradient, axis: "gate", backward: true),
    ]
  }

  public mutating func initialize(for input: Shape, random: inout RandomStream) {
    let weight = form.inputWeight(inputs: input[1], gates: gates, random: &random)
    let recurrent = form.recurrentWeight(gates: gates, random: &random)
    var bias = Tensor([width])
    if hasForgetGate { for unit in units..<2 * units { bias[flat: unit] = forgetBias } }
    parameters = RecurrentForm.parameters(weight: weight, recurrent: recurrent, bias: bias)
  }

  public func advance(to t: Int, trace: inout LayerTrace) {
    willAdvance(&trace)
    trace.sequence.cell.resize(to: trace.sequence.state.shape)
    if t > 0 {
      TimeStep.multiply(
        trace.sequence.state, at: t - 1, by: parameters[1].value, matrixColumns: 0..<width, into: &trace.sequence.gates,
        at: t, keeping: 1)
    }
    step(t, gates: &trace.sequence.gates, cell: &trace.sequence.cell, state: &trace.sequence.state)
    didAdvance(to: t, &trace)
  }

  private func step(_ t: Int, gates: inout Tensor, cell: inout Tensor, state: inout Tensor) {
    var shape = TimeStep.shape(of: state)
    parameters[2].value.withUnsafeElements { bias in
      gates.withUnsafeMutableElements { gates in
        cell.withUnsafeMutableElements { c in
          state.withUnsafeMutableElements { h in
            guard let gates = gates.baseAddress, let c = c.baseAddress, let h = h.baseAddress else { return }
            ck_lstm_step(
              &shape, hasForgetGate, bias.baseAddress, gates + t * width, t == 0, c + t * units, h + t * units)
          }
        }
      }
    }
  }

  public func retreat(to t: Int, outputGradient: Tensor, joined: Bool, trace: inout LayerTrace) {
    let shape = trace.sequence.state.shape
    trace.sequence.stateGradient.resize(to: shape)
    trace.sequence.cellGradient.resize(to: shape)
    trace.sequence.delta.resize(to: trace.sequence.gates.shape)
    let arrives = arrives(at: t, of: shape[1])
    if arrives {
      TimeStep.multiply(
        trace.sequence.delta, at: t + 1, by: parameters[1].value, matrixColumns: 0..<width, transposed: true,
        into: &trace.sequence.stateGradient, at: t, keeping: 0)
    }
    stepBack(
      t, outputGradient, arrives: arrives, gates: trace.sequence.gates, cell: trace.sequence.cell,
      gradient: &trace.sequence.stateGradient, cellGradient: &trace.sequence.cellGradient, delta: &trace.sequence.delta)
  }

  private func stepBack(
    _ t: Int, _ outputGradient: Tensor, arrives: Bool, gates: Tensor, cell: Tensor, gradient: inout Tensor,
    cellGradient: inout Tensor, delta: inout Tensor
  ) {
    var shape = TimeStep.shape(of: cell)
    let (unit, gate) = (t * units, t * width)
    TimeStep.withOutputGradient(outputGradient, at: t, of: cell.shape[1], eachStep: form.putsOutEachStep) {
      dy, stride in
      gates.withUnsafeElements { gates in
        cell.withUnsafeElements { c in
          gradient.withUnsafeMutableElements { dh in
            cellGradient.withUnsafeMutableElements { dc in
              delta.withUnsafeMutableElements { dz in
                guard let gates = gates.baseAddress, let c = c.baseAddress, let dh = dh.baseAddress,
                  let dc = dc.baseAddress, let dz = dz.baseAddress
                else { return }
                ck_lstm_step_backward(
                  &shape, hasForgetGate, gates + gate, c + unit, t == 0, dy, stride, arrives, dh + unit, dc + unit,
                  dz + gate)
              }
            }
          }
        }
      }
    }
  }

  public func advanceText(_ n: String) -> String {
    "\(sign)\(n)ₜ ← \(sign)\(n)ₜ + h\(n)ₜ₋₁·U\(n) + b\(n);  "
      + (hasForgetGate ? "i, f, o ← σ(i, f, o)" : "i, o ← σ(i, o)") + ";  g ← tanh g;  "
      + "c\(n)ₜ = \(hasForgetGate ? "f ⊙ " : "")c\(n)ₜ₋₁ + i ⊙ g;  h\(n)ₜ = o ⊙ tanh c\(n)ₜ"
  }

  public func retreatText(_ n: String) -> String {
    "∇c\(n)ₜ = ∇c\(n)ₜ₊₁\(hasForgetGate ? " ⊙ fₜ₊₁" : "") + ∇h\(n)ₜ ⊙ o ⊙ (1 − tanh² c\(n)ₜ);  "
      + "δi = ∇c ⊙ g ⊙ i(1−i);  " + (hasForgetGate ? "δf = ∇c ⊙ cₜ₋₁ ⊙ f(1−f);  " : "")
      + "δg = ∇c ⊙ i ⊙ (1−g²);  δo = ∇h ⊙ tanh c ⊙ o(1−o)"
  }

  public func gatherText(_ n: String) -> String { "∇U\(n) = Σₜ h\(n)ₜ₋₁ᵀ·δ\(n)ₜ;  ∇b\(n) = Σₜ δ\(n)ₜ" }

  public func explain(_ part: SequenceTrace.Part, at place: SequencePlace, _ reader: SequenceReader) -> [String]? {
    let n = reader.suffix
    let unit = place.column(place.unit % units)
    func gate(_ letter: String, _ place: SequencePlace) -> Scalar {
      let index = letters.firstIndex(of: letter) ?? 0
      return reader.value(.gates, place.column(index * units + place.unit % units))
    }
    func text(_ value: Scalar) -> String { value < 0 ? "(\(number(value)))" : number(value) }
    let before = reader.value(.cell, unit.later(-1))
    switch part {
    case .gates:
      let letter = letters[place.unit / units]
      let function = letter == "g" ? Activation.tanh : .sigmoid
      let sum = reader.sum(at: place, column: place.unit)
      let value = reader.value(.gates, place)
      return reader.sum(name: "sum of \(letter)\(n)\(unit)", at: place, column: place.unit)
        + ["\(letter)\(n)\(unit) = \(function.sign)(\(number(sum))) = \(number(function.value(sum)))"]
        + reader.stale(value, now: function.value(sum))
    case .cell:
      let kept = hasForgetGate ? "f·c\(n)\(unit.later(-1)) + " : "c\(n)\(unit.later(-1)) + "
      return [
        "c\(n)\(place) = \(kept)i·g",
        "= " + (hasForgetGate ? "\(number(gate("f", place)))·" : "")
          + "\(text(before)) + \(number(gate("i", place)))·\(text(gate("g", place)))"
          + " = \(number(reader.value(.cell, place)))",
      ]
    case .state:
      return [
        "h\(n)\(place) = o · tanh c\(n)\(place)",
        "= \(number(gate("o", place))) · tanh \(text(reader.value(.cell, place))) = \(number(reader.value(.state, place)))",
      ]
    case .cellGradient:
      let (cell, state) = (reader.value(.cell, place), reader.value(.stateGradient, place))
      let squashed = Scalar(Activation.tanh.value(Double(cell)))
      let own = "\(text(state))·\(number(gate("o", place)))·(1 − \(number(squashed * squashed)))"
      let total = number(reader.value(.cellGradient, place))
      guard arrives(at: place.time, of: reader.time) else {
        return ["∇c\(n)\(place) = ∇h·o·(1 − tanh² c)   (nothing comes back from later)", "= \(own) = \(total)"]
      }
      return [
        "∇c\(n)\(place) = ∇c\(n)\(place.later())\(hasForgetGate ? "·f" : "") + ∇h·o·(1 − tanh² c)",
        "= \(text(reader.value(.cellGradient, place.later())))"
          + (hasForgetGate ? "·\(number(gate("f", place.later())))" : "") + " + \(own) = \(total)",
      ]
    case .delta:
      let letter = letters[place.unit / units]
      let value = gate(letter, place)
      let (cell, state) = (reader.value(.cellGradient, unit), reader.value(.stateGradient, unit))
      let squashed = Scalar(Activation.tanh.value(Double(reader.value(.cell, unit))))
      let factors: (String, [Scalar]) =
        switch letter {
        case "i": ("∇c·g·i(1 − i)", [cell, gate("g", place), value, 1 - value])
        case "f": ("∇c·c\(n)\(unit.later(-1))·f(1 − f)", [cell, before, value, 1 - value])
        case "g": ("∇c·i·(1 − g²)", [cell, gate("i", place), 1 - value * value])
        default: ("∇h·tanh c·o(1 − o)", [state, squashed, value, 1 - value])
        }
      return [
        "δ\(letter)\(n)\(unit) = \(factors.0)",
        "= \(factors.1.map(text).joined(separator: "·")) = \(number(reader.value(.delta, place)))",
      ]
    default: return nil
    }
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    let name = "lstm\(number)"
    var loading: [String] = []
    for (theirs, ours) in [("weight_ih_l0", "weight"), ("weight_hh_l0", "recurrent"), ("bias_ih_l0", "bias")] {
      let tensor = "tensors[\"layer\(number).\(ours)\"]" + (ours == "bias" ? "" : ".T")
      if hasForgetGate {
        loading.append("self.\(name).\(theirs).copy_(\(tensor))")
        continue
      }
      // nn.LSTM always has a forget gate: with weights 0 and a bias of 100 it is 1 to the last bit.
      let filling = ours == "bias" ? "torch.full((\(units),), 100.0)" : "torch.zeros(\(units), p.shape[1])"
      loading += [
        "p = \(tensor)", "self.\(name).\(theirs).copy_(torch.cat([p[:\(units)], \(filling), p[\(units):]]))",
      ]
    }
    return PyTorchLayer(
      construction: ["self.\(name) = nn.LSTM(\(input[1]), \(units), batch_first=True)"],
      loading: loading + ["self.\(name).bias_hh_l0.zero_()"], computation: [form.pyTorchOutput(of: name)])
  }
}
