// Gradient descent with nothing else in the way: a point goes downhill on a function of one or two variables.
//
//   C = f(p)      g = ∇f(p)      p ← p − ε g   (or any other update rule)
//
// The derivative is found symbolically, so the listing can show it.

/// Moves a point down a function by any of the update rules.
public struct DescentLearner: Learner {
  public static let keyword = "descent"
  public static let summary = "a point goes downhill on a function: see `minimize`"
  public static func learns(_ model: any Model) -> Bool { model is FunctionModel }
  public static let settings: [SettingDescription] = [
    SettingDescription("rate", .number(0...1e6), "ε, how far each update goes"),
    SettingDescription("momentum", .number(0...0.9999), "μ, the share of the last update that goes on"),
    SettingDescription("optimizer", .choice(UpdateRule.allCases.map(\.rawValue)), "what is done with the gradient"),
    SettingDescription("schedule", .text(form: RateSchedule.form), "how the rate changes (an epoch is one step here)"),
  ]
  /// How many of the last positions are kept for drawing.
  public static let pathLimit = 400

  public private(set) var data: DataSet
  public private(set) var function: FunctionModel
  public var model: any Model { function }
  public private(set) var optimizer = Optimizer(.sgd)
  public private(set) var clock = Clock()
  public private(set) var line = 0
  public private(set) var loss = Double.nan
  /// Where the point has been, the oldest first, the present place last.
  public private(set) var path: [SIMD2<Double>] = []
  private var gradient: Tensor
  /// Where the gradient was taken; nil before the first.
  private var gradientPlace: SIMD2<Double>?
  private var rateIsChosen = false

  public init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError) {
    self.data = data
    function = try DescentLearner.function(of: model)
    gradient = Tensor(function.position.value.shape)
    restart()
  }

  public mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError) {
    function = try DescentLearner.function(of: model)
    self.data = data
    gradient = Tensor(function.position.value.shape)
    optimizer.forget()
    restart()
  }

  private static func function(of model: any Model) throws(StrataError) -> FunctionModel {
    guard let function = model as? FunctionModel else {
      throw StrataError("descent moves a point on a function; this is \(model.described)", try: "minimize x^2")
    }
    return function
  }

  private mutating func restart() {
    line = 0
    path = [place]
  }

  private var place: SIMD2<Double> { SIMD2(function.point.x, function.point.y) }

  public var title: String { "descent · \(optimizer.rule.rawValue)" }

  public var listing: [ListingLine] {
    let two = function.derivatives.count > 1
    let p = two ? "x, y" : "x"
    var text = "g = df/dx = \(function.derivatives[0])"
    if two { text = "g = (∂f/∂x, ∂f/∂y);  ∂f/∂x = \(function.derivatives[0]);  ∂f/∂y = \(function.derivatives[1])" }
    let update = optimizer.rule.formula.replacing("∇W", with: "g").replacing("W", with: "p")
    return [
      ListingLine("C = f(\(p)) = \(function.function)", reads: ["position"], writes: ["cost"], phase: "forward"),
      ListingLine(text, reads: ["position"], writes: ["gradient"], phase: "backward"),
      ListingLine(update, reads: ["gradient"], writes: ["position"], phase: "update"),
    ]
  }

  public mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try clock.carry(&state)
    try state.carry("loss", &loss)
    try optimizer.carry(&state, shapes: [[function.position.value.shape]])
    path = [place]
  }

  @discardableResult
  public mutating func step() -> NumericFault? {
    let executed = line
    line = (line + 1) % 3
    clock.instructions += 1
    let (x, y) = function.point
    switch executed {
    case 0:
      loss = function.function.evaluate(x: x, y: y)
      if !loss.isFinite { return NumericFault(line: 1, layer: nil, tensor: "cost", position: [], value: Scalar(loss)) }
    case 1:
      gradientPlace = SIMD2(x, y)
      for (i, derivative) in function.derivatives.enumerated() {
        gradient[flat: i] = Scalar(derivative.evaluate(x: x, y: y))
      }
      return fault(gradient, "gradient", line: 2)
    default:
      optimizer.update(&function.position, gradient: gradient, epoch: Double(clock.steps))
      clock.steps += 1
      clock.epochs += 1
      path.append(place)
      if path.count > DescentLearner.pathLimit { path.removeFirst(path.count - DescentLearner.pathLimit) }
      return fault(function.position.value, "position", line: 3)
    }
    return nil
  }

  private func fault(_ tensor: Tensor, _ name: String, line: Int) -> NumericFault? {
    tensor.firstNonFinite.map {
      NumericFault(line: line, layer: nil, tensor: name, position: [$0], value: tensor[flat: $0])
    }
  }

  public var measurements: Measurements {
    guard !loss.isNaN else { return Measurements() }
    var entries: [Measurements.Entry] = [
      .init("loss", loss), .init("gradient norm", gradient.sumOfSquares.squareRoot()), .init("x", function.point.x),
    ]
    if function.derivatives.count > 1 { entries.append(.init("y", function.point.y)) }
    return Measurements(entries + [.init("rate", optimizer.rate * optimizer.schedule.factor(epoch: clock.epoch))])
  }

  /// There is nothing to evaluate a point on; the answer is empty.
  public func evaluate(_ samples: Samples) -> Measurements { Measurements() }

  public var tensors: [NamedTensor] {
    var all = [
      NamedTensor("position", symbol: "p", role: .parameter, axes: ["coordinate"], function.position.value),
      NamedTensor(
        "cost", symbol: "C", role: .statistic, axes: [],
        Tensor([], elements: [Scalar(loss)])),
      NamedTensor("gradient", symbol: "g", role: .gradient, axes: ["coordinate"], gradient),
    ]
    for (memory, suffix, sign) in [(optimizer.first, "moment", "V"), (optimizer.second, "square", "S")] {
      if let tensor = memory.first?.first, tensor.count > 0 {
        all.append(NamedTensor("position.\(suffix)", symbol: sign, role: .moment, axes: ["coordinate"], tensor))
      }
    }
    return all
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    try function.setElement(of: name, at: position, to: value)
    path.append(place)
  }

  public func value(of key: String) -> String? {
    switch key {
    case "rate": optimizer.rate == optimizer.rate.rounded() ? String(Int(optimizer.rate)) : "\(optimizer.rate)"
    case "momentum": optimizer.rule == .momentum || optimizer.rule == .nesterov ? "\(optimizer.momentum)" : "0"
    case "optimizer": optimizer.rule.rawValue
    case "schedule": optimizer.schedule.text
    default: nil
    }
  }

  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    let value = try DescentLearner.checked(key, text)
    switch key {
    case "rate":
      optimizer.rate = Double(value) ?? optimizer.rate
      rateIsChosen = true
    case "momentum":
      let momentum = Double(value) ?? 0
      if momentum > 0, optimizer.rule == .sgd { optimizer.change(to: .momentum, keepingRate: true) }
      if momentum == 0, optimizer.rule == .momentum { optimizer.change(to: .sgd, keepingRate: true) }
      optimizer.momentum = momentum
    case "optimizer": optimizer.change(to: UpdateRule(rawValue: value) ?? .sgd, keepingRate: rateIsChosen)
    default: optimizer.schedule = try RateSchedule(value)
    }
  }

  public func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation {
    guard let named = tensor(named: name) else { throw StrataError("there is no tensor '\(name)'", try: "print") }
    try named.tensor.shape.check(position, of: named.name)
    let value = Double(named.tensor[flat: named.tensor.offset(of: position)])
    let place = position.map(String.init).joined(separator: ",")
    let (x, y) = function.point
    let at = function.derivatives.count > 1 ? "x = \(number(x)), y = \(number(y))" : "x = \(number(x))"
    var lines = ["\(named.symbol)\(position.isEmpty ? "" : "[\(place)]") = \(number(value))"]
    switch named.name {
    case "cost": lines = ["C = \(function.function)", "at \(at): \(number(value))"]
    case "gradient":
      let variable = position.first == 1 ? "y" : "x"
      guard let gradientPlace else { throw StrataError("the gradient has not been computed yet", try: "next") }
      // The point may have moved on since: the numbers are those of the place where the gradient was taken.
      let there =
        function.derivatives.count > 1
        ? "x = \(number(gradientPlace.x)), y = \(number(gradientPlace.y))" : "x = \(number(gradientPlace.x))"
      lines = ["∂f/∂\(variable) = \(function.derivatives[position.first ?? 0])", "at \(there): \(number(value))"]
    case "position":
      let slope = Double(gradient[flat: position.first ?? 0])
      lines.append(
        "the next plain step would go to \(number(value)) − \(number(optimizer.rate))·\(number(slope))"
          + " = \(number(value - optimizer.rate * slope))")
    default: break
    }
    return Explanation(subject: "\(named.name)[\(place)]", value: value, lines: lines)
  }
}
