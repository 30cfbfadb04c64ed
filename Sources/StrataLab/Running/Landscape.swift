// The loss around the weights as they are: measured over a plane, coarsely first and then ever finer, so that a picture is
// there soon. It changes nothing, takes a bounded number of evaluations, and can be broken off.
import StrataEngine

/// The loss over a plane of the parameters, as far as it has been measured.
public struct Landscape: Sendable {
  /// Which plane.
  public enum Kind: String, Sendable, CaseIterable {
    case random, gradient, path
  }

  /// A place on the way of the weights, seen in the plane.
  public struct Place: Sendable, Hashable {
    public var step: Int
    public var a: Double
    public var b: Double
  }

  public let kind: Kind
  /// When the weights in the middle were those of the present.
  public let step: Int
  /// How many training samples the loss is the mean of.
  public let sampleCount: Int
  public let plane: ParameterPlane
  /// What is measured of each coordinate.
  public let a: ClosedRange<Double>
  public let b: ClosedRange<Double>
  /// Points to each side.
  public let side: Int
  /// The loss at the weights themselves.
  public let here: Double
  /// Earlier places, the oldest first, and the present one; empty where the plane is not that of a path.
  public let path: [Place]
  /// Row by row, the largest b first; nil where nothing has been measured yet.
  public fileprivate(set) var measured: [Double?]

  /// The points to measure, coarse ones first: rows and columns that are multiples of 8, of 4, of 2, and the rest.
  fileprivate static func order(side: Int) -> [Int] {
    var (order, seen) = ([Int](), Set<Int>())
    for stride in strides {
      for row in Swift.stride(from: 0, to: side, by: stride) {
        for column in Swift.stride(from: 0, to: side, by: stride) where seen.insert(row * side + column).inserted {
          order.append(row * side + column)
        }
      }
    }
    return order
  }

  private static let strides = [8, 4, 2, 1]

  /// The coordinates of a point; row 0 is the largest b. Points are the middles of equal rectangles.
  public func coordinates(row: Int, column: Int) -> (a: Double, b: Double) {
    func place(_ range: ClosedRange<Double>, _ index: Int) -> Double {
      let width = range.upperBound - range.lowerBound
      return range.lowerBound + width * (Double(index) + 0.5) / Double(side)
    }
    // The middle of a plane around the weights is the weights, to the last bit.
    let (x, y) = (place(a, column), place(b, side - 1 - row))
    return (
      abs(x) < 1e-9 * (a.upperBound - a.lowerBound) ? 0 : x, abs(y) < 1e-9 * (b.upperBound - b.lowerBound) ? 0 : y
    )
  }

  /// The loss at a point, or near it where it has not been measured itself yet; nan where nothing is known.
  public func loss(row: Int, column: Int) -> Double {
    for stride in Landscape.strides.reversed() {
      if let value = measured[row / stride * stride * side + column / stride * stride] { return value }
    }
    return .nan
  }

  /// The least and the greatest finite loss that was measured, with their points.
  public var ends: (least: (loss: Double, index: Int), most: (loss: Double, index: Int))? {
    var found: (least: (loss: Double, index: Int), most: (loss: Double, index: Int))?
    for (index, value) in measured.enumerated() {
      guard let value, value.isFinite else { continue }
      guard let old = found else {
        found = ((value, index), (value, index))
        continue
      }
      if value < old.least.loss { found?.least = (value, index) }
      if value > old.most.loss { found?.most = (value, index) }
    }
    return found
  }

  /// Points measured.
  public var count: Int { measured.count { $0 != nil } }
  public var isComplete: Bool { count == side * side }
}

/// Measuring one, as something that takes time.
struct LandscapeCalculation: Calculation {
  /// What was asked for.
  struct Wish: Sendable {
    var kind: Landscape.Kind
    var samples: Int
    var side: Int
    var span: Double?
    var seed: UInt64
  }

  private let wish: Wish
  private let learner: any Learner
  private let samples: Samples
  private let surroundings: Surroundings
  private let step: Int
  private let order: [Int]
  private var retracing: Retracing?
  private var surface: LossSurface?
  private var landscape: Landscape?
  private var done = 0

  /// Places on the path that the plane is laid through, and the numbers that they may hold together.
  private static let mostPlaces = 40
  private static let mostNumbers = 60_000_000

  /// Throws where there is no loss to measure, or no path.
  init(_ lab: Lab, _ wish: Wish) throws(StrataError) {
    guard let learner = lab.experiment.learner, let data = lab.experiment.data else {
      throw lab.experiment.missing ?? StrataError("nothing learns yet", try: "data digits")
    }
    var rows = data.train.labelledRows
    if rows.count > wish.samples {
      var random = RandomStream(seed: wish.seed, name: "landscape samples")
      random.shuffle(&rows)
      rows = rows.prefix(wish.samples).sorted()
    }
    samples = data.train.selecting(rows)
    try LossSurface.check(learner, samples)
    self.wish = wish
    self.learner = learner
    surroundings = lab.configuration.surroundings
    step = lab.moment.step
    order = Landscape.order(side: wish.side)
    if wish.kind == .path {
      let moved = ParameterPlane.moved(by: learner)
      let numbers = max(moved.reduce(0) { $0 + $1.tensor.count }, 1)
      let limit = min(LandscapeCalculation.mostPlaces, max(LandscapeCalculation.mostNumbers / numbers, 3))
      guard step - lab.experiment.firstStep >= 2 else {
        throw StrataError("two steps or more make a path; this model has learned less", try: "run 10 steps")
      }
      retracing = Retracing(lab.timeline, moved, atMost: limit)
    } else {
      try lay(wish.kind == .random ? ParameterPlane(randomAround: learner, seed: wish.seed) : downhill())
    }
  }

  private func downhill() throws(StrataError) -> ParameterPlane {
    try ParameterPlane(downhillFrom: learner, on: samples, seed: wish.seed)
  }

  /// Begins to measure over a plane.
  private mutating func lay(_ plane: ParameterPlane, _ path: [Landscape.Place] = []) throws(StrataError) {
    var surface = try LossSurface(learner, on: samples, over: plane)
    let here = try surface.loss(0, 0)
    let span = wish.span ?? 1
    var (a, b) = (-span...span, -span...span)
    if !path.isEmpty {
      a = LandscapeCalculation.range(path.map(\.a))
      b = LandscapeCalculation.range(path.map(\.b))
      // A narrow way is not drawn as a wide one: neither side is less than a quarter of the other.
      a = LandscapeCalculation.widened(a, to: (b.upperBound - b.lowerBound) / 4)
      b = LandscapeCalculation.widened(b, to: (a.upperBound - a.lowerBound) / 4)
    }
    self.surface = surface
    landscape = Landscape(
      kind: wish.kind, step: step, sampleCount: samples.count, plane: plane, a: a, b: b, side: wish.side, here: here,
      path: path, measured: [Double?](repeating: nil, count: wish.side * wish.side))
  }

  /// What spans these numbers, with a margin.
  private static func range(_ numbers: [Double]) -> ClosedRange<Double> {
    let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
    let margin = max((high - low) * 0.2, 1e-6)
    return (low - margin)...(high + margin)
  }

  private static func widened(_ range: ClosedRange<Double>, to width: Double) -> ClosedRange<Double> {
    let missing = max(width - (range.upperBound - range.lowerBound), 0) / 2
    return (range.lowerBound - missing)...(range.upperBound + missing)
  }

  var pace: Double? { nil }
  var view: String? { "landscape" }
  var isFinished: Bool { done == order.count }

  var progress: Progress {
    if let retracing, landscape == nil {
      return Progress(
        fraction: retracing.fraction / 2, text: "the path again: step \(NumberText.grouped(retracing.step))")
    }
    let share = Double(done) / Double(max(order.count, 1))
    return Progress(
      fraction: retracing == nil ? share : 0.5 + share / 2, text: "landscape · \(done) of \(order.count) points")
  }

  mutating func advance() throws(StrataError) {
    if var way = retracing, !way.isFinished {
      // Held in one place only, so that what is executed is not copied.
      retracing = nil
      try way.advance(surroundings)
      retracing = way
      return
    }
    if landscape == nil, let retracing {
      let plane = try ParameterPlane(
        through: retracing.places.map(\.parameters), to: learner, seed: wish.seed)
      var path: [Landscape.Place] = []
      for place in retracing.places {
        guard let at = plane.coordinates(of: place.parameters) else { continue }
        path.append(Landscape.Place(step: place.step, a: at.a, b: at.b))
      }
      try lay(plane, path + [Landscape.Place(step: step, a: 0, b: 0)])
      return
    }
    guard let landscape, done < order.count else { return }
    let index = order[done]
    let (a, b) = landscape.coordinates(row: index / landscape.side, column: index % landscape.side)
    self.landscape?.measured[index] = try surface?.loss(a, b)
    done += 1
  }

  func publish(to lab: inout Lab) {
    guard let landscape else { return }
    lab.landscape = landscape
    guard isFinished else { return }
    let names = findings(landscape).map(\.name)
    let others = lab.timeline.present.findings.entries.filter { !names.contains($0.name) }
    lab.timeline.present.findings = Measurements(others + findings(landscape))
  }

  private func findings(_ landscape: Landscape) -> [Measurements.Entry] {
    var entries = [Measurements.Entry("landscape loss", landscape.here)]
    if let ends = landscape.ends {
      entries += [.init("landscape least", ends.least.loss), .init("landscape most", ends.most.loss)]
    }
    if let share = landscape.plane.share { entries.append(.init("landscape share", share)) }
    return entries
  }

  func outcome(isComplete: Bool) -> Outcome {
    guard let landscape else { return Outcome("no plane yet") }
    var text = "loss \(NumberText.short(landscape.here)) here"
    if let ends = landscape.ends {
      let (a, b) = landscape.coordinates(
        row: ends.least.index / landscape.side, column: ends.least.index % landscape.side)
      text +=
        " · least \(NumberText.short(ends.least.loss)) at \(NumberText.short(a, digits: 2)), "
        + "\(NumberText.short(b, digits: 2)) · most \(NumberText.short(ends.most.loss))"
    }
    var outcome = Outcome(text, request: .view(name: "landscape", arguments: []))
    if let share = landscape.plane.share {
      outcome.append("\(NumberText.short(share * 100, digits: 3)) % of the path lies in this plane")
    }
    outcome.append(
      "\(landscape.count) of \(order.count) points, each on \(NumberText.grouped(landscape.sampleCount)) training samples"
    )
    outcome.numbers = findings(landscape).map { Outcome.Number($0.name, $0.value) }
    return outcome
  }
}
