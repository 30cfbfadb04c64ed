// Where the numbers of a recurrent layer come from: sums over inputs and states, gradients over all time steps.

/// A place in a tensor `[batch, time, …]`.
public struct SequencePlace: Hashable, Sendable, CustomStringConvertible {
  public var sample: Int
  public var time: Int
  /// The unit, or the column of a gate.
  public var unit: Int

  public var description: String { "[\(sample),\(time),\(unit)]" }

  /// The same unit some steps later, or with a negative number earlier.
  func later(_ steps: Int = 1) -> SequencePlace { SequencePlace(sample: sample, time: time + steps, unit: unit) }
  /// Another column at the same moment.
  func column(_ unit: Int) -> SequencePlace { SequencePlace(sample: sample, time: time, unit: unit) }
}

/// A layer's numbers, for whoever explains one of them.
public struct SequenceReader {
  let input: Tensor
  let sequence: SequenceTrace
  /// W, U and b.
  let parameters: [Parameter]
  /// The layer's number, as a suffix, and the sign of its input.
  public let suffix: String
  let inputSign: String

  var time: Int { sequence.state.shape.rank == 3 ? sequence.state.shape[1] : 0 }

  /// A number of a kept tensor; 0 before the first step and behind the last.
  public func value(_ part: SequenceTrace.Part, _ place: SequencePlace) -> Scalar {
    let tensor = sequence[part]
    guard tensor.shape.rank == 3, place.time >= 0, place.time < tensor.shape[1] else { return 0 }
    return tensor[place.sample, place.time, place.unit]
  }

  /// What a sum is made of, at the moment of `place`: inputs with W's column, states before with U's.
  private func inputProducts(_ place: SequencePlace, _ column: Int) -> [(Scalar, Scalar)] {
    let weight = parameters[0].value
    return (0..<weight.shape[0]).map { (input[place.sample, place.time, $0], weight[$0, column]) }
  }

  private func stateProducts(_ place: SequencePlace, _ column: Int) -> [(Scalar, Scalar)] {
    let recurrent = parameters[1].value
    return (0..<recurrent.shape[0]).map { (value(.state, place.later(-1).column($0)), recurrent[$0, column]) }
  }

  /// `x·W + b` of one column, and `hₜ₋₁·U`.
  func inputSum(at place: SequencePlace, column: Int) -> Double {
    Terms.total(inputProducts(place, column), constant: parameters[2].value[column])
  }
  func stateSum(at place: SequencePlace, column: Int) -> Double {
    Terms.total(stateProducts(place, column), constant: 0)
  }

  /// `x·W + hₜ₋₁·U + b` of one column, as it is now.
  func sum(at place: SequencePlace, column: Int) -> Double {
    inputSum(at: place, column: column) + stateSum(at: place, column: column)
  }

  /// The same, written out.
  func sum(name: String, at place: SequencePlace, column: Int) -> [String] {
    let (b, t) = (place.sample, place.time)
    return Terms.sum(
      name: name,
      formula:
        "Σ_k \(inputSign)[\(b),\(t),k]·W\(suffix)[k,\(column)] + Σ_k h\(suffix)[\(b),\(t - 1),k]·U\(suffix)[k,\(column)]"
        + " + b\(suffix)[\(column)]",
      products: inputProducts(place, column) + stateProducts(place, column), constant: parameters[2].value[column])
  }

  /// A remark where what stands there is no longer what the formula gives.
  func stale(_ stored: Scalar, now: Double) -> [String] {
    abs(now - Double(stored)) > 1e-3 * max(1, abs(Double(stored)))
      ? ["but when the line was executed it was \(number(stored)): the weights or x have changed since"] : []
  }
}

extension RecurrentLayer {
  public func returnText(_ number: String, _ next: SequencePlace) -> String { "" }

  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? {
    let sequence = trace.sequence
    guard sequence.state.shape.rank == 3, input.shape.rank == 3 else { return nil }
    let reader = SequenceReader(
      input: input, sequence: sequence, parameters: parameters, suffix: signs.number, inputSign: signs.input)
    switch part {
    case .output:
      let last = sequence.state.shape[1] - 1
      let place = SequencePlace(
        sample: position[0], time: form.putsOutEachStep ? position[1] : last, unit: position[position.count - 1])
      let name = "\(signs.output)[\(position.map(String.init).joined(separator: ","))]"
      let state = "h\(signs.number)\(place)"
      return (name == state ? [] : ["\(name) = \(state)"]) + (explain(.state, at: place, reader) ?? [])
    case .kept(let kept):
      let place = SequencePlace(sample: position[0], time: position[1], unit: position[2])
      if kept == .stateGradient { return explainStateGradient(place, outputGradient, reader, signs: signs) }
      return explain(kept, at: place, reader)
    case .parameterGradient(let index): return explainGradient(index, at: position, reader)
    case .inputGradient:
      guard sequence.delta.count > 0 else { return nil }
      let place = "[\(position.map(String.init).joined(separator: ","))]"
      let weight = parameters[0].value
      return Terms.sum(
        name: "∂\(signs.input)\(place)",
        formula: "Σ_j δ\(signs.number)[\(position[0]),\(position[1]),j]·W\(signs.number)[\(position[2]),j]",
        products: (0..<width).map { (sequence.delta[position[0], position[1], $0], weight[position[2], $0]) },
        constant: nil)
    case .preactivation, .delta: return nil
    }
  }

  /// ∇hₜ: what comes from the output, and what comes back from the next step.
  private func explainStateGradient(
    _ place: SequencePlace, _ outputGradient: Tensor?, _ reader: SequenceReader, signs: LayerSigns
  ) -> [String]? {
    let n = reader.suffix
    let last = reader.time - 1
    var fromOutput: Scalar = 0
    var sources: [String] = []
    if let outputGradient, form.putsOutEachStep || place.time == last {
      fromOutput =
        form.putsOutEachStep
        ? outputGradient[place.sample, place.time, place.unit] : outputGradient[place.sample, place.unit]
      sources.append("∂\(signs.output)" + (form.putsOutEachStep ? "\(place)" : "[\(place.sample),\(place.unit)]"))
    }
    let total = reader.value(.stateGradient, place)
    guard arrives(at: place.time, of: reader.time) else {
      let why = place.time == last ? "the last step" : "the gradient is cut behind this step"
      return [
        "∇h\(n)\(place) = \(sources.first ?? "0")   (\(why): nothing comes back from later)", "= \(number(total))",
      ]
    }
    sources.append(
      "Σ_j δ\(n)[\(place.sample),\(place.time + 1),j]·U\(n)[\(place.unit),j]" + returnText(n, place.later()))
    return [
      "∇h\(n)\(place) = " + sources.joined(separator: " + "),
      "= \(number(fromOutput)) + \(bracketed(total - fromOutput)) = \(number(total))",
    ]
  }

  private func bracketed(_ value: Scalar) -> String { value < 0 ? "(\(number(value)))" : number(value) }

  private func explainGradient(_ index: Int, at position: [Int], _ reader: SequenceReader) -> [String]? {
    let (n, sequence) = (reader.suffix, reader.sequence)
    guard sequence.delta.count > 0 else { return nil }
    let column = position[position.count - 1]
    let delta = gradientSource(of: index, column: column, in: sequence)
    let samples = 0..<sequence.state.shape[0]
    let places = samples.flatMap { b in (0..<reader.time).map { SequencePlace(sample: b, time: $0, unit: 0) } }
    func d(_ place: SequencePlace) -> Scalar { delta.tensor[place.sample, place.time, delta.column] }
    let sign = "\(delta.sign)\(n)[i,t,\(delta.column)]"
    switch index {
    case 0:
      return Terms.sum(
        name: "∇W\(n)[\(position[0]),\(column)]", formula: "Σ_i Σ_t \(reader.inputSign)[i,t,\(position[0])]·\(sign)",
        products: places.map { (reader.input[$0.sample, $0.time, position[0]], d($0)) }, constant: nil)
    case 1:
      return Terms.sum(
        name: "∇U\(n)[\(position[0]),\(column)]", formula: "Σ_i Σ_t h\(n)[i,t−1,\(position[0])]·\(sign)",
        products: places.filter { $0.time > 0 }.map { (reader.value(.state, $0.later(-1).column(position[0])), d($0)) },
        constant: nil)
    default:
      return Terms.sum(
        name: "∇\(parameters[index].symbol)\(n)[\(column)]", formula: "Σ_i Σ_t \(sign)",
        products: places.map { (1, d($0)) }, constant: nil)
    }
  }

  /// Which derivatives a column of a parameter's gradient is made of.
  private func gradientSource(
    of index: Int, column: Int, in sequence: SequenceTrace
  ) -> (sign: String, tensor: Tensor, column: Int) {
    guard sequence.recalledDelta.count > 0, index == 3 || (index == 1 && column >= 2 * units) else {
      return ("δ", sequence.delta, column)
    }
    return ("δq", sequence.recalledDelta, index == 3 ? column : column - 2 * units)
  }
}
