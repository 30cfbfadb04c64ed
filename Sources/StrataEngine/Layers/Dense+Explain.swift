// Where the numbers of a dense layer come from.

extension Dense {
  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? {
    let n = signs.number
    // A row is a sample, or a time step of one; its numbers are told by the places where they stand.
    let x = seesEachStep ? asRows(input) : input.reshaped(to: [input.matrixExtents.rows, input.matrixExtents.columns])
    let steps = seesEachStep ? input.shape[1] : 1
    let row = seesEachStep && position.count > 2 ? position[0] * steps + position[1] : position[0]
    let before = position.dropLast().map(String.init).joined(separator: ",")
    let weight = parameters[0].value
    let delta = (joined || function == .identity ? outputGradient : trace.delta).map(asRows)
    let summed = seesEachStep ? "i over all time steps of the batch" : "i over the batch"
    switch part {
    case .preactivation, .output:
      let unit = position[position.count - 1]
      let bias = hasBias ? parameters[1].value[unit] : nil
      var lines = Terms.sum(
        name: "z\(n)[\(before),\(unit)]",
        formula: "Σ_k \(signs.input)[\(before),k]·W\(n)[k,\(unit)]"
          + (bias == nil ? "" : " + b\(n)[\(unit)]"),
        products: (0..<weight.shape[0]).map { (x[row, $0], weight[$0, unit]) }, constant: bias)
      let fresh = (0..<weight.shape[0]).reduce(Scalar(0)) { $0 + x[row, $1] * weight[$1, unit] } + (bias ?? 0)
      let stored = asRows(trace.preactivation)[row, unit]
      if abs(fresh - stored) > 1e-3 * max(1, abs(stored)) {
        lines.append("but when the line was executed it was \(number(stored)): the weights or x have changed since")
      }
      if part == .output {
        lines += explainActivation(row: row, unit: unit, before: before, trace: trace, signs: signs)
      }
      return lines
    case .delta:
      guard let outputGradient = outputGradient.map(asRows) else { return nil }
      let unit = position[position.count - 1]
      if joined || function == .identity {
        return ["δ\(n)[\(before),\(unit)] = ∂C/∂z\(n)[\(before),\(unit)] = \(number(outputGradient[row, unit]))"]
      }
      if function == .softmax {
        let (y, g) = (asRows(trace.output), outputGradient)
        let inner = (0..<units).reduce(0) { $0 + y[row, $1] * g[row, $1] }
        return [
          "δ\(n)[\(before),\(unit)] = y·(∂C/∂y − Σ_k ∂C/∂y_k·y_k)",
          "= \(number(y[row, unit]))·(\(number(g[row, unit])) − \(number(inner))) = \(number(asRows(trace.delta)[row, unit]))",
        ]
      }
      let z = asRows(trace.preactivation)[row, unit]
      return [
        "δ\(n)[\(before),\(unit)] = ∂C/∂\(signs.output)[\(before),\(unit)] · \(function.sign)′(z\(n)[\(before),\(unit)])",
        "= \(number(outputGradient[row, unit])) · \(function.sign)′(\(number(z)))",
        "= \(number(outputGradient[row, unit])) · \(number(Scalar(function.slope(Double(z)))))"
          + " = \(number(asRows(trace.delta)[row, unit]))",
      ]
    case .parameterGradient(0):
      guard let delta, delta.count > 0 else { return nil }
      let (k, unit) = (position[0], position[1])
      return Terms.sum(
        name: "∇W\(n)[\(k),\(unit)]", formula: "Σ_i \(signs.input)[i,\(k)]·δ\(n)[i,\(unit)]   (\(summed))",
        products: (0..<x.shape[0]).map { (x[$0, k], delta[$0, unit]) }, constant: nil)
    case .parameterGradient:
      guard let delta, delta.count > 0 else { return nil }
      let unit = position[0]
      return Terms.sum(
        name: "∇b\(n)[\(unit)]", formula: "Σ_i δ\(n)[i,\(unit)]   (\(summed))",
        products: (0..<x.shape[0]).map { (1, delta[$0, unit]) }, constant: nil)
    case .inputGradient:
      guard let delta, delta.count > 0 else { return nil }
      let k = seesEachStep ? position[2] : input.offset(of: [0] + position.dropFirst())
      let place = seesEachStep ? "\(before),\(k)" : "\(row),\(k)"
      return Terms.sum(
        name: "∂\(signs.input)[\(place)]",
        formula: "Σ_j δ\(n)[\(seesEachStep ? before : "\(row)"),j]·W\(n)[\(k),j]",
        products: (0..<units).map { (delta[row, $0], weight[k, $0]) }, constant: nil)
    case .kept: return nil
    }
  }

  private func explainActivation(
    row: Int, unit: Int, before: String, trace: LayerTrace, signs: LayerSigns
  ) -> [String] {
    let z = asRows(trace.preactivation)[row, unit]
    let y = number(asRows(trace.output)[row, unit])
    let name = "\(signs.output)[\(before),\(unit)]"
    switch function {
    case .identity: return ["\(name) = z\(signs.number)[\(before),\(unit)] = \(y)"]
    case .softmax:
      return [
        "\(name) = e^z / Σ_k e^z\(signs.number)[\(before),k], over \(units) units",
        "= e^\(number(z)) / Σ = \(y)",
      ]
    default:
      return ["\(name) = \(function.sign)(\(number(z))) = \(y)     (\(function.formula))"]
    }
  }
}
