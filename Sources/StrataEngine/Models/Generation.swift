// A network that goes on by itself: what it puts out at one time step goes in at the next.
//
// Symbols are drawn from the probabilities that it gives them, raised to the power 1/temperature: below 1 the likely ones
// become likelier, at 0 the likeliest is taken. Numbers are taken as they are. Where there is a
// grammar, a string ends where that says so, or at the first symbol that could not come there; the next one begins as the
// first did. A generation is a value with a random stream of its own: it
// changes nothing about the network.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A sequence that a network writes, a time step at a time.
public struct Generation: Sendable {
  /// Where it begins.
  public enum Start: Sendable, Equatable {
    /// With symbols, by their places; at least one.
    case symbols([Int])
    /// With the numbers of time steps, `[time, features]` row by row.
    case values([Scalar])
  }

  /// A whole string.
  public struct Written: Sendable, Equatable {
    public var symbols: [Int]
    /// Whether it is of the grammar.
    public var isLegal: Bool
  }

  /// The names of the symbols; empty where numbers go on.
  public let symbolNames: [String]
  public let start: Start
  public let temperature: Double
  /// Strings that have come to their end, with what they began with: those of the grammar, and those that left it with
  /// their last symbol.
  public private(set) var finished: [Written] = []
  /// The symbols of the present string, with what it began with.
  public private(set) var symbols: [Int] = []
  /// The numbers so far, `[time, features]` row by row, with those it began with.
  public private(set) var values: [Scalar] = []
  /// Time steps written.
  public private(set) var steps = 0
  /// What follows the beginning in the data, `[time, features]`; empty where that is not known.
  public var truth: [Scalar] = []
  /// Numbers a time step.
  public let features: Int
  private let grammar: SymbolAutomaton?
  private let learner: any Learner
  private var random: RandomStream

  /// What `learner` makes of it. Throws where its network gives no next time step, or the start does not fit.
  public init(
    _ learner: any Learner, start: Start, temperature: Double = 1, seed: UInt64
  ) throws(StrataError) {
    try Generation.check(learner)
    let data = learner.data
    features = data.inputShape[1]
    symbolNames = data.hasSymbols ? data.featureNames : []
    grammar = data.hasSymbols ? data.grammar : nil
    switch start {
    case .symbols(let given):
      guard data.hasSymbols, !given.isEmpty, given.allSatisfy(symbolNames.indices.contains) else {
        throw StrataError("a string begins with symbols of \(data.name)", try: "generate 20")
      }
      if let grammar {
        guard let state = grammar.state(after: given), !grammar.isEnd(state) else {
          throw StrataError(
            "no string of \(data.name) begins with \(symbolText(given, names: symbolNames)) and goes on",
            try: "generate 20")
        }
      }
      symbols = given
    case .values(let given):
      guard !data.hasSymbols, !given.isEmpty, given.count % features == 0 else {
        throw StrataError("\(data.name) goes on from numbers of its samples", try: "generate 20 --sample 0")
      }
      values = given
    }
    self.start = start
    self.temperature = temperature
    self.learner = learner
    random = RandomStream(seed: seed, name: "generate")
  }

  /// Throws, with what would be right, where the learner's network cannot go on by itself.
  public static func check(_ learner: any Learner) throws(StrataError) {
    let data = learner.data
    guard data.isSequence else {
      throw StrataError("\(data.name) is no data of sequences, so nothing goes on", try: "data reber")
    }
    guard learner is any Predictor, let network = learner.model as? Network else {
      throw StrataError("\(learner.model.described) does not go on by itself", try: "new")
    }
    guard data.train.targets.arePerStep, data.train.targets.width == data.inputShape[1],
      data.hasSymbols == data.train.targets.nameClasses, network.outputShape == data.inputShape
    else {
      throw StrataError(
        "what \(data.name) asks for is not the next time step, so the answer cannot go in again", try: "data reber")
    }
  }

  /// The time steps that it began with.
  public var startCount: Int {
    switch start {
    case .symbols(let given): given.count
    case .values(let given): given.count / features
    }
  }

  /// How many whole strings are of the grammar; nil where there is none.
  public var legalCount: Int? { grammar == nil ? nil : finished.count { $0.isLegal } }

  /// The mean squared error against what follows in the data, as far as both go; nil where nothing can be compared.
  public var squaredError: Double? {
    let written = values.dropFirst(startCount * features)
    let count = min(written.count, truth.count)
    guard count > 0 else { return nil }
    return zip(written, truth).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) } / Double(count)
  }

  /// What can be said of it in numbers.
  public var findings: [Measurements.Entry] {
    var entries = [Measurements.Entry("generated steps", Double(steps))]
    if let legalCount {
      entries.append(.init("generated strings", Double(finished.count)))
      entries.append(.init("legal strings", Double(legalCount)))
    }
    if let squaredError { entries.append(.init("generation error", squaredError)) }
    return entries
  }

  /// Writes one time step. Throws where the network's answer is no number.
  public mutating func advance() throws(StrataError) {
    steps += 1
    guard case .symbols(let given) = start else {
      let next = try answer(to: Tensor([1, values.count / features, features], elements: values))
      return values += next
    }
    var input = Tensor([1, symbols.count, features])
    for (time, symbol) in symbols.enumerated() { input[flat: time * features + symbol] = 1 }
    let symbol = draw(try answer(to: input))
    symbols.append(symbol)
    guard let grammar else { return }
    let state = grammar.state(after: symbols)
    if state.map(grammar.isEnd) ?? true {
      finished.append(Written(symbols: symbols, isLegal: state != nil))
      symbols = given
    }
  }

  /// The last time step of what the network puts out.
  private func answer(to input: Tensor) throws(StrataError) -> [Scalar] {
    guard let predictor = learner as? any Predictor else { return [] }
    let output = predictor.predict(input).output
    let last = (output.count - features..<output.count).map { output[flat: $0] }
    guard last.allSatisfy(\.isFinite) else {
      throw StrataError("the network's answer at time step \(input.shape[1]) is not a number", try: "back")
    }
    return last
  }

  /// A symbol drawn from the probabilities.
  private mutating func draw(_ probabilities: [Scalar]) -> Int {
    let likeliest = probabilities.indices.max { probabilities[$0] < probabilities[$1] } ?? 0
    guard temperature > 0, probabilities[likeliest] > 0 else { return likeliest }
    // Relative to the likeliest, so that no power of a small number vanishes with all others.
    let weights = probabilities.map { p in
      p > 0 ? exp((log(Double(p)) - log(Double(probabilities[likeliest]))) / temperature) : 0
    }
    var left = random.uniform() * weights.reduce(0, +)
    for (symbol, weight) in weights.enumerated() {
      left -= weight
      if left < 0 { return symbol }
    }
    return likeliest
  }
}
