// Questions to an autoencoder that learns: how well it gives back, what its code is like, where a number comes from,
// whether the gradient is right. None of them changes anything.

extension AutoencoderLearner {
  public var measurements: Measurements {
    guard !loss.isNaN else { return Measurements() }
    var entries = [Measurements.Entry("loss", loss)]
    if activity.count > 0 { entries.append(.init("code activity", activity.sum / Double(activity.count))) }
    if gradients.allSatisfy({ $0.count > 0 }) {
      entries.append(.init("gradient norm", gradients.reduce(0) { $0 + $1.sumOfSquares }.squareRoot()))
    }
    let epoch = clock.epoch - levelEpoch
    return Measurements(entries + [.init("rate", optimizer.rate * optimizer.schedule.factor(epoch: epoch))])
  }

  /// Without noise and penalty: `loss` of the level, `squared error` of the way through the whole stack, both sums over
  /// the inputs and means over the samples; `code activity` of the level; `quiet code`, the share of its code that is
  /// within 0.01 of 0.
  public func evaluate(_ samples: Samples) -> Measurements {
    guard samples.count > 0 else { return Measurements() }
    var (total, square, sum, quiet) = (0.0, 0.0, 0.0, 0)
    var (x, z, h, zy, y) = (Tensor.empty, Tensor.empty, Tensor.empty, Tensor.empty, Tensor.empty)
    var difference = Tensor.empty
    for start in stride(from: 0, to: samples.count, by: 500) {
      let rows = Int32(start)..<Int32(min(start + 500, samples.count))
      samples.inputs.gather(rows, as: [stack.levels[0].visibleCount], into: &x)
      let below = level == 0 ? x : stack.passUp(x, through: level)
      machine.encode(below, sum: &z, into: &h)
      machine.decode(h, sum: &zy, into: &y)
      total += Double(rows.count) * machine.plan.loss.value(output: y, preactivation: zy, target: below, form: form)
      difference.setDifference(x, stack.reconstruction(of: x))
      square += difference.sumOfSquares
      sum += h.sum
      quiet += h.elements.count { abs($0) < 0.01 }
    }
    let count = Double(samples.count)
    let units = count * Double(machine.hiddenCount)
    return Measurements([
      .init("loss", total / count), .init("squared error", square / count), .init("code activity", sum / units),
      .init("quiet code", Double(quiet) / units),
    ])
  }

  public func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation {
    try explained(name, at: position) { explanation(of: $0, at: $1) }
  }

  private func explanation(of named: NamedTensor, at position: [Int]) -> [String]? {
    let plan = machine.plan
    switch named.name {
    case "code":
      return explainSum(
        named, position, from: shown, weights: { machine.weight[$0, position[1]] }, bias: machine.hiddenBias,
        signs: (machine.plan.noise > 0 ? "\(inputSign)′" : inputSign, "W", "c"), plan.activation, codeSum)
    case "reconstruction":
      let weights = machine.parameters[plan.isTied ? 0 : 3].value
      return explainSum(
        named, position, from: code,
        weights: { plan.isTied ? weights[position[1], $0] : weights[$0, position[1]] }, bias: machine.visibleBias,
        signs: (codeSign, plan.isTied ? "Wᵀ" : "V", "b"), plan.output, outputSum)
    case "activity":
      let rows = code.matrixExtents.rows
      let sum = (0..<rows).reduce(0.0) { $0 + Double(code[$1, position[0]]) }
      return [
        "⟨h⟩[\(position[0])] = Σ over the \(rows) samples of \(codeSign)[·,\(position[0])] / \(rows)",
        "= \(number(sum))/\(rows) = \(number(named.tensor[flat: position[0]]))",
      ]
    default: return nil
    }
  }

  private func explainSum(
    _ named: NamedTensor, _ position: [Int], from source: Tensor, weights: (Int) -> Scalar, bias: Tensor,
    signs: (x: String, w: String, b: String), _ activation: Activation, _ sums: Tensor
  ) -> [String]? {
    let (row, unit) = (position[0], position[1])
    guard source.matrixExtents.rows > row else { return nil }
    let products = (0..<source.matrixExtents.columns).map { (source[row, $0], weights($0)) }
    let lines = Terms.sum(
      name: "z", formula: "Σ_i \(signs.x)[\(row),i]·\(signs.w)[i,\(unit)] + \(signs.b)[\(unit)]", products: products,
      constant: bias[unit])
    // A softmax is no function of one sum: its number is told as it stands.
    guard activation != .softmax else {
      return lines + ["\(named.symbol)[\(row),\(unit)] = softmax(z)[\(unit)] = \(number(named.tensor[row, unit]))"]
    }
    let function = activation == .identity ? "z" : "\(activation.sign)(z)"
    return lines
      + Terms.result(named, position, function, now: activation.value(Terms.total(products, constant: bias[unit])))
  }
}

extension AutoencoderLearner: Predictor {
  /// The input given back by the whole stack.
  public func predict(_ input: Tensor) -> Prediction { Prediction(reconstruction: stack.reconstruction(of: input)) }

  public func losses(on samples: Samples) -> Measurements { Measurements() }
}

extension AutoencoderLearner: GradientCheckable {
  public func checkGradients(layer: Int?) throws(StrataError) -> [GradientCheck] {
    if let layer, layer != level + 1 {
      throw StrataError(
        "level \(level + 1) is the one that learns; there is no gradient of level \(layer)", try: "check")
    }
    var probe = self
    // The present mini-batch with the noise that it has, or the next one.
    if let forward = probe.program.firstIndex(of: .encode), probe.line > forward || (probe.line == 0 && code.count > 0)
    {
      probe.line = forward
    }
    while probe.program[probe.line] != .update { probe.step() }
    guard probe.loss.isFinite else {
      throw StrataError(
        "the cost of this mini-batch is \(probe.loss): there is no gradient to check", try: "back 1 step")
    }
    return probe.machine.parameters.indices.map { probe.check($0) }
  }

  /// How many elements of a parameter are tried, spread evenly over it.
  private static let checkedElements = 40

  private mutating func check(_ p: Int) -> GradientCheck {
    let gradient = gradients[p]
    let tried = min(gradient.count, AutoencoderLearner.checkedElements)
    var (difference, numericSquares, analyticSquares) = (0.0, 0.0, 0.0)
    var worst = (offset: 0, analytic: 0.0, numeric: 0.0, difference: -1.0)
    for k in 0..<tried {
      let offset = k * gradient.count / tried
      let analytic = Double(gradient[flat: offset])
      let numeric = derivative(p, offset)
      let d = abs(numeric - analytic)
      difference += d * d
      numericSquares += numeric * numeric
      analyticSquares += analytic * analytic
      if d > worst.difference || d.isNaN { worst = (offset, analytic, numeric, d) }
    }
    let size = numericSquares.squareRoot() + analyticSquares.squareRoot()
    let floor = Scalar.self == Float.self ? 1e-5 : 1e-9
    return GradientCheck(
      name: "\(levelName).\(machine.parameters[p].name)", tried: tried, count: gradient.count,
      relativeError: size < floor * Double(tried).squareRoot() ? 0 : difference.squareRoot() / size,
      worstPosition: gradient.position(of: worst.offset), worstAnalytic: worst.analytic, worstNumeric: worst.numeric)
  }

  /// A central difference, extrapolated from two widths (Richardson 1911), so that its error is of fourth order.
  private mutating func derivative(_ p: Int, _ offset: Int) -> Double {
    let old = machine.parameters[p].value[flat: offset]
    let width = (Scalar.self == Float.self ? 1e-2 : 1e-4) * max(1, abs(Double(old)))
    func slope(_ h: Double, _ probe: inout AutoencoderLearner) -> Double {
      let (high, low) = (Scalar(Double(old) + h), Scalar(Double(old) - h))
      return (probe.cost(p, offset, high) - probe.cost(p, offset, low)) / (Double(high) - Double(low))
    }
    let wide = slope(width, &self)
    let narrow = slope(width / 2, &self)
    stack.levels[level].parameters[p].value[flat: offset] = old
    return (4 * narrow - wide) / 3
  }

  /// The cost of the mini-batch with one parameter moved.
  private mutating func cost(_ p: Int, _ offset: Int, _ value: Scalar) -> Double {
    stack.levels[level].parameters[p].value[flat: offset] = value
    execute(.encode)
    execute(.decode)
    return cost
  }
}
