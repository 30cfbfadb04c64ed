// Recurrent layers: the state that a layer had one time step ago is an input of the next one.
//
//   forward    all t at once   z = x·W                          what the inputs add to the sums
//              t = 0, 1, …     hₜ from zₜ + hₜ₋₁·U + b           one step in time; h₋₁ = 0
//   backward   t = …, 1, 0     ∇hₜ = ∂yₜ + δₜ₊₁·Uᵀ, δₜ from ∇hₜ   one step back in time (BPTT)
//              all t at once   ∇W = Σₜ xₜᵀ·δₜ    ∇U = Σₜ hₜ₋₁ᵀ·δₜ    ∇b = Σₜ δₜ    ∂xₜ = δₜ·Wᵀ
//
// What does not depend on time is one product over all steps, before and after. Shapes: x [batch, time, in], h [batch,
// time, units], W [in, gates·units], U [units, gates·units], b [gates·units], z and δ [batch, time, gates·units]. A
// step reads and writes its rows where they lie, time · width apart; nothing is transposed or copied.
//
// Truncated at K, no gradient goes from step t to the state before it where K divides t; the state itself goes on.
// Sources: Elman 1990; Werbos 1990 (backpropagation through time); Williams, Peng 1990 (truncated).
import CKernels

/// A layer with a state that goes from one time step to the next.
public protocol RecurrentLayer: Layer {
  /// The words that all recurrent layers share.
  var form: RecurrentForm { get }
  /// Numbers of a sum that each unit has: 1, or one a gate.
  var gates: Int { get }
  /// The tensors that it keeps of every time step, in the order to show them.
  var kept: [KeptTensor] { get }

  /// The inputs' part of the sums, of all time steps at once.
  func project(_ input: Tensor, trace: inout LayerTrace)
  /// One step in time: the state at `t` from the state before. At the last one the output is complete.
  func advance(to t: Int, trace: inout LayerTrace)
  /// One step back in time: `t`'s derivatives from those at t + 1 and from the output's. When `joined`, a layer with an
  /// activation takes ∂C/∂h for ∂C/∂z.
  func retreat(to t: Int, outputGradient: Tensor, joined: Bool, trace: inout LayerTrace)
  /// The gradients of the parameters and, when wanted, of the input, from the derivatives of all time steps.
  func gather(_ input: Tensor, wantsInputGradient: Bool, trace: inout LayerTrace)

  /// What one step in time does, for the listing: `z1ₜ ← z1ₜ + h1ₜ₋₁·U1 + b1;  h1ₜ = tanh(z1ₜ)`.
  func advanceText(_ number: String) -> String
  /// What one step back does with the state's gradient: `δ1ₜ = ∇h1ₜ ⊙ tanh′(z1ₜ)`.
  func retreatText(_ number: String) -> String
  /// The gradients of the recurrent weights and biases: `∇U1 = Σₜ h1ₜ₋₁ᵀ·δ1ₜ;  ∇b1 = Σₜ δ1ₜ`.
  func gatherText(_ number: String) -> String
  /// What comes back to the state's gradient from the step after it besides δ·Uᵀ, for an explanation: ` + ∇h1[0,3,2]·z`.
  func returnText(_ number: String, _ next: SequencePlace) -> String
  /// The formula of a number that only this kind of layer keeps; nil where there is no more to say.
  func explain(_ part: SequenceTrace.Part, at place: SequencePlace, _ reader: SequenceReader) -> [String]?
}

/// What a recurrent layer keeps of a pass, `[batch, time, …]` each; empty where a kind of layer has no such thing.
public struct SequenceTrace: Sendable {
  /// Which of the tensors; its raw value is the last component of the tensor's name.
  public enum Part: String, CaseIterable, Sendable {
    case preactivation, gates, recalled, cell, state
    case stateGradient = "state-gradient"
    case cellGradient = "cell-gradient"
    case delta
    case recalledDelta = "recalled-delta"
  }

  /// The sums, or the gates that were made of them.
  public var gates = Tensor.empty
  /// What the state before says to a candidate, apart from what the input says.
  public var recalled = Tensor.empty
  public var cell = Tensor.empty
  public var state = Tensor.empty
  /// ∂C/∂h as it arrives at each step: from the output, and from the step after it.
  public var stateGradient = Tensor.empty
  public var cellGradient = Tensor.empty
  /// ∂C by the sums.
  public var delta = Tensor.empty
  public var recalledDelta = Tensor.empty
  /// A place for the first step's derivatives while they are put aside.
  var aside = Tensor.empty

  public init() {}

  public subscript(part: Part) -> Tensor {
    switch part {
    case .preactivation, .gates: gates
    case .recalled: recalled
    case .cell: cell
    case .state: state
    case .stateGradient: stateGradient
    case .cellGradient: cellGradient
    case .delta: delta
    case .recalledDelta: recalledDelta
    }
  }
}

/// How a tensor of a sequence trace is shown.
public struct KeptTensor: Sendable {
  public var part: SequenceTrace.Part
  /// Its sign without the layer's number: `c`.
  public var symbol: String
  public var role: TensorRole
  /// What the last axis counts: `unit`, `gate`.
  public var axis: String
  /// Whether it is written on the way back.
  public var isBackward: Bool

  init(_ part: SequenceTrace.Part, _ symbol: String, _ role: TensorRole, axis: String = "unit", backward: Bool = false)
  {
    self.part = part
    self.symbol = symbol
    self.role = role
    self.axis = axis
    isBackward = backward
  }
}

extension RecurrentLayer {
  public var units: Int { form.units }

  /// `[gates·units]`: how wide a time step's sums are.
  var width: Int { gates * units }

  public func outputShape(for input: Shape) throws(StrataError) -> Shape {
    try form.outputShape(for: input, gates: gates, keyword: Self.grammar.keyword)
  }

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    project(input, trace: &trace)
    for t in 0..<input.shape[1] { advance(to: t, trace: &trace) }
  }

  public func backward(
    _ input: Tensor, outputGradient: Tensor, joined: Bool, wantsInputGradient: Bool, trace: inout LayerTrace
  ) {
    for t in (0..<input.shape[1]).reversed() {
      retreat(to: t, outputGradient: outputGradient, joined: joined, trace: &trace)
    }
    gather(input, wantsInputGradient: wantsInputGradient, trace: &trace)
  }

  public func forwardText(_ signs: LayerSigns) -> String {
    "\(kept[0].symbol)\(signs.number) = \(signs.input)·W\(signs.number);  " + advanceText(signs.number)
  }

  public func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    let n = signs.number
    return "∇h\(n)ₜ = ∂\(signs.output)ₜ + δ\(n)ₜ₊₁·U\(n)ᵀ;  " + retreatText(n)
      + ";  ∇W\(n) = Σₜ \(signs.input)ₜᵀ·δ\(n)ₜ;  " + gatherText(n)
      + (wantsInputGradient ? ";  ∂\(signs.input) = δ\(n)·W\(n)ᵀ" : "")
  }

  public func project(_ input: Tensor, trace: inout LayerTrace) {
    let (batch, time, features) = (input.shape[0], input.shape[1], input.shape[2])
    trace.sequence.gates.setProduct(
      input.reshaped(to: Shape(rows: batch * time, columns: features)), parameters[0].value)
    trace.sequence.gates.resize(to: [batch, time, width])
    // The output shares the state's numbers where it is put out at each step.
    if form.putsOutEachStep, trace.sequence.state.shape != [batch, time, units] { trace.output = .empty }
    trace.sequence.state.resize(to: [batch, time, units])
  }

  /// Called before the state is written: nothing else may hold its numbers, or they would be copied.
  func willAdvance(_ trace: inout LayerTrace) {
    if form.putsOutEachStep { trace.output = .empty }
  }

  /// Called after the state at `t` has been written.
  func didAdvance(to t: Int, _ trace: inout LayerTrace) {
    if form.putsOutEachStep {
      trace.output = trace.sequence.state
      return
    }
    let (batch, time) = (trace.sequence.state.shape[0], trace.sequence.state.shape[1])
    if trace.output.shape != Shape(rows: batch, columns: units) {
      trace.output.resize(to: Shape(rows: batch, columns: units))
    }
    if t == time - 1 { TimeStep.copy(trace.sequence.state, at: t, into: &trace.output) }
  }

  /// Whether the gradient of the step after `t` comes back to it.
  func arrives(at t: Int, of time: Int) -> Bool {
    t + 1 < time && (form.truncation.map { (t + 1) % $0 != 0 } ?? true)
  }

  public func gather(_ input: Tensor, wantsInputGradient: Bool, trace: inout LayerTrace) {
    gatherInput(input, wantsInputGradient: wantsInputGradient, trace: &trace)
    TimeStep.gather(
      trace.sequence.state, &trace.sequence.delta, columns: 0..<width, aside: &trace.sequence.aside,
      into: &trace.parameterGradients[1])
    trace.parameterGradients[2].setColumnSums(trace.sequence.delta, columns: width)
  }

  /// ∇W and, when wanted, ∂C/∂x.
  func gatherInput(_ input: Tensor, wantsInputGradient: Bool, trace: inout LayerTrace) {
    if trace.parameterGradients.count != parameters.count {
      trace.parameterGradients = parameters.map { Tensor($0.value.shape) }
    }
    let rows = input.shape[0] * input.shape[1]
    let delta = trace.sequence.delta.reshaped(to: Shape(rows: rows, columns: width))
    trace.parameterGradients[0].setProduct(
      input.reshaped(to: Shape(rows: rows, columns: input.shape[2])), delta, transposingFirst: true)
    if wantsInputGradient {
      trace.inputGradient.setProduct(delta, parameters[0].value, transposingSecond: true)
      trace.inputGradient.resize(to: input.shape)
    }
  }
}
