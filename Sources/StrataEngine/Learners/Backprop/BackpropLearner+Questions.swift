// Questions to a network that learns by backpropagation: how good it is, what it answers, where a number comes from,
// whether the gradient is right. None of them changes anything.

extension BackpropLearner: Predictor {
  public func predict(_ input: Tensor) -> Prediction {
    Prediction(network.output(for: input), logits: form == .logits, targets: data.train.targets)
  }

  public var measurements: Measurements {
    guard !loss.isNaN, let top = traces.last, top.output.count == target.count, target.count > 0 else {
      return Measurements(loss.isNaN ? [] : [.init("loss", loss)])
    }
    var entries = [Measurements.Entry("loss", loss)]
    if data.train.targets.nameClasses {
      let wrong = Accuracy.errorShare(
        output: asked.pick(top.output), target: asked.pick(target), logits: form == .logits)
      entries.append(.init("accuracy", 1 - wrong))
    }
    if !(traces.first { !$0.parameterGradients.isEmpty }?.parameterGradients.isEmpty ?? true) {
      entries.append(.init("gradient norm", gradientNorm))
    }
    entries.append(.init("rate", optimizer.rate * optimizer.schedule.factor(epoch: clock.epoch)))
    return Measurements(entries)
  }

  public func evaluate(_ samples: Samples) -> Measurements {
    let samples = samples.labelled
    guard samples.count > 0 else { return Measurements() }
    let (loss, wrong, legal) = evaluate(samples, by: lossFunction)
    return Measurements(
      [.init("loss", loss)] + (samples.targets.nameClasses ? [.init("accuracy", 1 - wrong)] : [])
        + (legal.map { [.init("legal", $0)] } ?? []))
  }

  public func losses(on samples: Samples) -> Measurements {
    let samples = samples.labelled
    return Measurements(
      Loss.allCases.filter { loss in (try? loss.check(targets: samples.targets)) != nil }
        .map { .init($0.rawValue, evaluate(samples, by: $0).loss) })
  }

  /// Mean loss and share of wrong answers (over the asked steps, where there are steps), and the share of sequences that
  /// are legal where a grammar is known; a few hundred samples at a time.
  private func evaluate(_ samples: Samples, by loss: Loss) -> (loss: Double, wrong: Double, legal: Double?) {
    let form = loss.form(for: network.layers.last?.activation)
    let outputShape = network.outputShape ?? [0]
    let width = outputShape.elementCount
    var (total, wrong, legal, weight) = (0.0, 0.0, 0.0, 0.0)
    var (x, t) = (Tensor.empty, Tensor.empty)
    var random = RandomStream(seed: seed, name: "evaluation")
    var traces = [LayerTrace](repeating: LayerTrace(), count: network.layers.count)
    // Maps of many samples would not fit into the caches, and not into memory where they are many.
    var widest = network.outputShapes.reduce(1) { max($0, $1.elementCount) }
    for index in network.layers.indices {
      // Recurrent layers keep all steps of all gates, also where only the last state is put out.
      guard let recurrent = network.layers[index] as? any RecurrentLayer, let steps = network.inputShape(of: index + 1)
      else { continue }
      widest = max(widest, steps[0] * recurrent.gates * recurrent.form.units)
    }
    let chunk = min(max(4_000_000 / widest, 1), 500)
    for start in stride(from: 0, to: samples.count, by: chunk) {
      let rows = Int32(start)..<Int32(min(start + chunk, samples.count))
      samples.inputs.gather(rows, into: &x)
      samples.targets.gather(rows, width: width, into: &t)
      for index in network.layers.indices {
        let source = index == 0 ? x : traces[index - 1].output
        network.layers[index].forward(source, trace: &traces[index], mode: .evaluation, random: &random)
      }
      let top = traces[traces.count - 1]
      let asked = AskedRows(samples.targets, rows, outputShape: outputShape)
      let y = asked.pick(top.output)
      let share = Double(y.matrixExtents.rows)
      guard share > 0 else { continue }
      weight += share
      let target = asked.pick(t)
      total += share * loss.value(output: y, preactivation: asked.pick(top.preactivation), target: target, form: form)
      wrong += share * Accuracy.errorShare(output: y, target: target, logits: form == .logits)
      if let allowed = samples.allowed, top.output.shape.rank == 3 {
        let length = allowed.count / samples.count
        let own = allowed[start * length..<(start + rows.count) * length]
        legal += Double(rows.count) * Accuracy.legalShare(output: top.output, allowed: own)
      }
    }
    return (total / weight, wrong / weight, samples.allowed == nil ? nil : legal / Double(samples.count))
  }

  public func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation {
    var explained = try explained(name, at: position) { explanation(of: $0, at: $1) }
    if let named = tensor(named: name), honest(named, at: position) != nil {
      explained.lines.append("but there stands \(number(Scalar(explained.value)))")
    }
    return explained
  }

  private func explanation(of named: NamedTensor, at position: [Int]) -> [String]? {
    for index in network.layers.indices {
      let prefix = "layer\(index + 1)."
      guard named.name.hasPrefix(prefix) else { continue }
      let rest = String(named.name.dropFirst(prefix.count))
      let isTop = index == network.layers.count - 1
      if rest == "output.gradient", !isTop {
        return explanation(.inputGradient, ofLayer: index + 1, at: position)
      }
      if isTop, rest == (form.isJoined ? "delta" : "output.gradient") { return explainLossGradient(at: position) }
      switch rest {
      case "preactivation" where network.layers[index].activation != nil:
        return explanation(.preactivation, ofLayer: index, at: position)
      case "output": return explanation(.output, ofLayer: index, at: position)
      case "delta" where network.layers[index].activation != nil:
        return explanation(.delta, ofLayer: index, at: position)
      default:
        if network.layers[index] is any RecurrentLayer, let part = SequenceTrace.Part(rawValue: rest) {
          return explanation(.kept(part), ofLayer: index, at: position)
        }
        let names = network.layers[index].parameters.map { "\($0.name).gradient" }
        return names.firstIndex(of: rest).flatMap { explanation(.parameterGradient($0), ofLayer: index, at: position) }
      }
    }
    return nil
  }

  private func explanation(_ part: ExplainedPart, ofLayer index: Int, at position: [Int]) -> [String]? {
    let isTop = index == network.layers.count - 1
    return network.layers[index].explain(
      part, at: position, input: index == 0 ? input : traces[index - 1].output,
      outputGradient: isTop ? outputGradient : traces[index + 1].inputGradient, joined: isTop && form.isJoined,
      trace: traces[index], signs: network.signs(index))
  }

  private func explainLossGradient(at position: [Int]) -> [String] {
    let output = traces[traces.count - 1].output
    let offset = output.offset(of: position)
    let place = position.map(String.init).joined(separator: ",")
    let m = asked.pick(output).matrixExtents.rows
    let formula = lossFunction.gradientFormula(output: "y", number: "\(network.layers.count)", form: form)
    return [
      "\(formula)   (C = \(lossFunction.formula(output: "y")), m = \(m) \(asked.isPerStep ? "time steps" : "samples"))",
      "y[\(place)] = \(number(output[flat: offset])), t[\(place)] = \(number(target[flat: offset]))",
      "= \(number(outputGradient[flat: offset]))"
        + (asked.rows.map { rows in
          rows.contains(Int32(offset / output.shape[output.shape.rank - 1])) ? "" : ": nothing is asked at this step"
        } ?? ""),
    ]
  }
}

extension BackpropLearner: GradientCheckable {
  /// How many elements of a parameter are tried, spread evenly over it.
  static let checkedElements = 40

  public func checkGradients(layer: Int?) throws(StrataError) -> [GradientCheck] {
    if let layer, !network.layers.indices.contains(layer - 1) {
      throw StrataError("layers are numbered 1 to \(network.layers.count); there is no layer \(layer)", try: "network")
    }
    var probe = self
    probe.lowest = 0
    if probe.line != 0 { probe.line = 0 } else { probe.execute(.batch) }
    // The masks of dropout must be the same in every pass, or the cost would jump: the stream begins here each time.
    let analytic = probe.pass(backward: true)
    guard analytic.isFinite else {
      throw StrataError("the cost of this mini-batch is \(analytic): there is no gradient to check", try: "back 1 step")
    }
    var results: [GradientCheck] = []
    for index in network.layers.indices where layer == nil || layer == index + 1 {
      for p in network.layers[index].parameters.indices {
        results.append(probe.check(layer: index, parameter: p))
      }
    }
    return results
  }

  /// Forward, and backward when asked, on the mini-batch that stands there; from the same random numbers each time.
  private mutating func pass(backward: Bool) -> Double {
    let stream = dropoutStream
    for index in network.layers.indices {
      let source = index == 0 ? input : traces[index - 1].output
      network.layers[index].forward(source, trace: &traces[index], mode: .training, random: &dropoutStream)
    }
    dropoutStream = stream
    execute(.loss)
    if backward {
      execute(.lossGradient)
      for index in network.layers.indices.reversed() { execute(.backward(index)) }
    }
    return loss
  }

  private mutating func check(layer: Int, parameter p: Int) -> GradientCheck {
    let gradient = traces[layer].parameterGradients[p]
    let count = gradient.count
    let tried = min(count, BackpropLearner.checkedElements)
    var (difference, numericSquares, analyticSquares) = (0.0, 0.0, 0.0)
    var worst = (offset: 0, analytic: 0.0, numeric: 0.0, difference: -1.0)
    for k in 0..<tried {
      let offset = k * count / tried
      let analytic = Double(gradient[flat: offset])
      let numeric = derivative(layer: layer, parameter: p, offset: offset, claimed: analytic)
      let d = numeric - analytic
      difference += d * d
      numericSquares += numeric * numeric
      analyticSquares += analytic * analytic
      if abs(d) > worst.difference || d.isNaN { worst = (offset, analytic, numeric, abs(d)) }
    }
    let size = numericSquares.squareRoot() + analyticSquares.squareRoot()
    // Where the whole gradient is below what single precision can tell from 0, there is nothing to compare.
    let floor = Scalar.self == Float.self ? 1e-5 : 1e-9
    let error = size < floor * Double(tried).squareRoot() ? 0 : difference.squareRoot() / size
    return GradientCheck(
      name: "layer\(layer + 1).\(network.layers[layer].parameters[p].name)", tried: tried, count: count,
      relativeError: error, worstPosition: gradient.position(of: worst.offset), worstAnalytic: worst.analytic,
      worstNumeric: worst.numeric)
  }

  /// A central difference, extrapolated from two widths (Richardson 1911), so that its error is of fourth order.
  ///
  /// Where the cost has a corner (a rectifier at 0, two equal maxima) it has a slope on either side and no derivative, and
  /// any number between the two is a subgradient: the one nearest to what is `claimed` is given.
  private mutating func derivative(layer: Int, parameter p: Int, offset: Int, claimed: Double) -> Double {
    let isSingle = Scalar.self == Float.self
    let old = network.layers[layer].parameters[p].value[flat: offset]
    let width = (isSingle ? 1e-2 : 1e-5) * max(1, abs(Double(old)))
    func cost(_ value: Scalar, _ probe: inout BackpropLearner) -> Double {
      probe.network.layers[layer].parameters[p].value[flat: offset] = value
      return probe.pass(backward: false)
    }
    let here = cost(old, &self)
    defer { network.layers[layer].parameters[p].value[flat: offset] = old }
    /// The slopes to the left, to the right and across.
    func slopes(_ h: Double, _ probe: inout BackpropLearner) -> (left: Double, right: Double, across: Double) {
      let (high, low) = (Scalar(Double(old) + h), Scalar(Double(old) - h))
      let (above, below) = (cost(high, &probe), cost(low, &probe))
      return (
        (here - below) / (Double(old) - Double(low)), (above - here) / (Double(high) - Double(old)),
        (above - below) / (Double(high) - Double(low))
      )
    }
    let wide = slopes(width, &self)
    let narrow = slopes(width / 2, &self)
    let size = max(abs(wide.across), abs(narrow.across))
    // How far the two sides are apart shrinks with the width where the cost is smooth, and stays at a corner.
    let jump = abs(2 * (narrow.right - narrow.left) - (wide.right - wide.left))
    let noise = 8 * (isSingle ? 1.2e-7 : 2.2e-16) * abs(here) / width
    if abs(wide.across - narrow.across) <= 1e-2 * size, jump <= 1e-2 * size + noise {
      return (4 * narrow.across - wide.across) / 3
    }
    // Corners lie within the width, and there are many where all places of a map share a weight. Closer by there are fewer,
    // and perhaps one just here.
    let near = slopes(width / (isSingle ? 64 : 8), &self)
    if abs(near.right - near.left) <= 1e-2 * max(abs(near.right), abs(near.left)) { return near.across }
    let nearer = slopes(width / (isSingle ? 256 : 32), &self)
    let sides = [near.left, near.right, nearer.left, nearer.right].sorted()
    return min(max(claimed, sides[0]), sides[3])
  }
}
