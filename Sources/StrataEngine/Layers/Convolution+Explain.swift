// One number of a convolution with its window, its kernel, and the sum.

extension Convolution {
  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? {
    let n = signs.number
    let place = position.map(String.init).joined(separator: ",")
    let delta = joined || function == .identity ? outputGradient : trace.delta
    switch part {
    case .preactivation, .output:
      guard let window = window(of: position, input: input) else { return nil }
      var lines = window.lines(sum: "z\(n)[\(place)]", signs: signs)
      let z = trace.preactivation[flat: trace.preactivation.offset(of: position)]
      if abs(window.sum - Double(z)) > 1e-3 * max(1, abs(window.sum)) {
        lines.append("but when the line was executed it was \(number(z)): the weights or x have changed since")
      }
      if part == .output {
        let y = trace.output[flat: trace.output.offset(of: position)]
        lines.append(
          function == .identity
            ? "\(signs.output)[\(place)] = z\(n)[\(place)] = \(number(y))"
            : "\(signs.output)[\(place)] = \(function.sign)(\(number(z))) = \(number(y))     (\(function.formula))")
      }
      return lines
    case .delta:
      guard let outputGradient, trace.delta.count > 0, !joined, function != .identity else { return nil }
      let offset = trace.delta.offset(of: position)
      let (g, z) = (outputGradient[flat: offset], trace.preactivation[flat: offset])
      return [
        "δ\(n)[\(place)] = ∂C/∂\(signs.output)[\(place)] · \(function.sign)′(z\(n)[\(place)])",
        "= \(number(g)) · \(function.sign)′(\(number(z)))",
        "= \(number(g)) · \(number(Scalar(function.slope(Double(z))))) = \(number(trace.delta[flat: offset]))",
      ]
    case .parameterGradient(0):
      guard let delta, delta.count > 0 else { return nil }
      return Terms.sum(
        name: "∇W\(n)[\(place)]",
        formula: "Σ_i,r,c \(signs.input)[i, \(at("r", position[0])), \(at("c", position[1])), \(position[2])]"
          + "·δ\(n)[i,r,c,\(position[3])]   (i over the batch, r and c over the map)",
        products: weightTerms(position, input: input, delta: delta), constant: nil)
    case .parameterGradient:
      guard let delta, delta.count > 0 else { return nil }
      let map = position[0]
      return Terms.sum(
        name: "∇b\(n)[\(place)]", formula: "Σ_i,r,c δ\(n)[i,r,c,\(map)]   (i over the batch, r and c over the map)",
        products: places(of: map, count: delta.count).map { (1, delta[flat: $0]) }, constant: nil)
    case .inputGradient:
      guard let delta, delta.count > 0 else { return nil }
      return Terms.sum(
        name: "∂\(signs.input)[\(place)]",
        formula: "Σ δ\(n)[\(position[0]),r,c,n]·W\(n)[i,j,\(position.count > 3 ? position[3] : 0),n]   "
          + "(over all windows that contain it)",
        products: inputTerms(position, input: input, delta: delta), constant: nil)
    case .kept: return nil
    }
  }

  /// Where the numbers of one map lie.
  private func places(of map: Int, count: Int) -> [Int] {
    Swift.stride(from: map, to: count, by: maps).map { $0 }
  }

  /// The row (or column) of the picture that a window's row is in: `2r − 1 + 3`.
  private func at(_ place: String, _ offset: Int) -> String {
    let shift = offset - padding
    let base = stride == 1 ? place : "\(stride)\(place)"
    return shift == 0 ? base : shift > 0 ? "\(base)+\(shift)" : "\(base)−\(-shift)"
  }

  private func weightTerms(_ position: [Int], input: Tensor, delta: Tensor) -> [(Scalar, Scalar)] {
    guard let picture = MapShape(input.shape.dropFirst), let output = try? outputShape(for: picture.shape) else {
      return []
    }
    var terms: [(Scalar, Scalar)] = []
    for sample in 0..<input.shape[0] {
      for r in 0..<output[0] {
        for c in 0..<output[1] {
          let (row, column) = (r * stride - padding + position[0], c * stride - padding + position[1])
          guard row >= 0, row < picture.rows, column >= 0, column < picture.columns else { continue }
          let x = ((sample * picture.rows + row) * picture.columns + column) * picture.maps + position[2]
          let d = ((sample * output[0] + r) * output[1] + c) * maps + position[3]
          terms.append((input[flat: x], delta[flat: d]))
        }
      }
    }
    return terms
  }

  private func inputTerms(_ position: [Int], input: Tensor, delta: Tensor) -> [(Scalar, Scalar)] {
    guard let picture = MapShape(input.shape.dropFirst), let output = try? outputShape(for: picture.shape) else {
      return []
    }
    let (sample, row, column) = (position[0], position[1], position[2])
    let map = position.count > 3 ? position[3] : 0
    var terms: [(Scalar, Scalar)] = []
    for i in 0..<kernelRows {
      for j in 0..<kernelColumns {
        let (top, left) = (row + padding - i, column + padding - j)
        guard top >= 0, left >= 0, top % stride == 0, left % stride == 0, top / stride < output[0],
          left / stride < output[1]
        else { continue }
        for n in 0..<maps {
          let d = ((sample * output[0] + top / stride) * output[1] + left / stride) * maps + n
          terms.append((delta[flat: d], parameters[0].value[i, j, map, n]))
        }
      }
    }
    return terms
  }

  /// What one unit sees, and its kernel. `position` is that of the unit in a batch of outputs. Nil where there is none.
  public func window(of position: [Int], input: Tensor) -> ConvolutionWindow? {
    guard let picture = MapShape(input.shape.dropFirst), let weight = parameters.first?.value, position.count == 4
    else {
      return nil
    }
    let (sample, unit) = (position[0], position[3])
    let (top, left) = (position[1] * stride - padding, position[2] * stride - padding)
    var window = ConvolutionWindow(
      sample: sample, unit: unit, top: top, left: left, rows: kernelRows, columns: kernelColumns, maps: picture.maps)
    for map in 0..<picture.maps {
      for i in 0..<kernelRows {
        for j in 0..<kernelColumns {
          let (row, column) = (top + i, left + j)
          let isInside = row >= 0 && row < picture.rows && column >= 0 && column < picture.columns
          let offset = ((sample * picture.rows + row) * picture.columns + column) * picture.maps + map
          window.inputs.append(isInside ? input[flat: offset] : 0)
          window.weights.append(weight[i, j, map, unit])
        }
      }
    }
    window.bias = parameters.count > 1 ? parameters[1].value[flat: unit] : nil
    return window
  }
}

/// The numbers that one unit of a convolution is made of.
public struct ConvolutionWindow: Sendable {
  public var sample: Int
  public var unit: Int
  /// Where the window begins in the picture; negative where it begins in the zeros around it.
  public var top: Int
  public var left: Int
  public var rows: Int
  public var columns: Int
  public var maps: Int
  /// Map by map, row by row.
  public var inputs: [Scalar] = []
  public var weights: [Scalar] = []
  public var bias: Scalar?

  /// What a map of the picture adds to the sum.
  public func contribution(of map: Int) -> Double {
    let size = rows * columns
    return (map * size..<(map + 1) * size).reduce(0) { $0 + Double(inputs[$1]) * Double(weights[$1]) }
  }

  public var sum: Double { (0..<maps).reduce(Double(bias ?? 0)) { $0 + contribution(of: $1) } }

  /// The maps that add most, or take most away, in their order.
  public func largestMaps(_ count: Int) -> [Int] {
    let sizes = (0..<maps).map { abs(contribution(of: $0)) }
    return (0..<maps).sorted { sizes[$0] != sizes[$1] ? sizes[$0] > sizes[$1] : $0 < $1 }.prefix(count).sorted()
  }

  /// The formula, the window beside the kernel, the sum.
  func lines(sum name: String, signs: LayerSigns) -> [String] {
    let n = signs.number
    let shown = largestMaps(2)
    var lines = [
      "\(name) = Σ_i,j,m \(signs.input)[\(sample),\(shifted(top, "i")),\(shifted(left, "j")),m]·W\(n)[i,j,m,\(unit)]"
        + (bias == nil ? "" : " + b\(n)[\(unit)]"),
      "rows \(top)…\(top + rows - 1), columns \(left)…\(left + columns - 1) of \(signs.input), and kernel \(unit):",
    ]
    for map in shown {
      if maps > 1 { lines.append("map \(map) of \(maps)") }
      for i in 0..<rows {
        let at = (map * rows + i) * columns
        lines.append("  \(row(inputs, at))   ·   \(row(weights, at))")
      }
    }
    var text: [String] = []
    if maps > 1 {
      text = shown.map { "\(number(contribution(of: $0))) from map \($0)" }
      let rest = sum - Double(bias ?? 0) - shown.reduce(0) { $0 + contribution(of: $1) }
      if maps > shown.count { text.append("\(number(rest)) from \(maps - shown.count) more") }
    } else {
      text = ["\(number(contribution(of: 0)))"]
    }
    if let bias { text.append(number(bias)) }
    lines.append("= \(text.joined(separator: " + ")) = \(number(sum))")
    return lines
  }

  /// `3+i`, `i−1`, `i`
  private func shifted(_ start: Int, _ index: String) -> String {
    start == 0 ? index : start > 0 ? "\(start)+\(index)" : "\(index)−\(-start)"
  }

  private func row(_ numbers: [Scalar], _ start: Int) -> String {
    numbers[start..<start + columns].map { number in
      let text = number == 0 ? "0" : Terms.fixed(number)
      return String(repeating: " ", count: max(6 - text.count, 0)) + text
    }.joined(separator: " ")
  }
}
