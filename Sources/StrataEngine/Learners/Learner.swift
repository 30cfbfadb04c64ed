/// A learning algorithm as a program that can be stepped.
///
/// A learner publishes a *listing*, a few numbered lines in the field's notation, and executes one line at a time.
/// It is a value: everything that influences what happens next (weights, moments, random streams, position in the
/// data, the line) is in the struct, so a copy is a complete snapshot and looking never changes anything. Running
/// freely is the same code in a loop: stepped and free runs give the same bits.

/// Where in its life a learner is.
public struct Clock: Hashable, Sendable {
  /// Instructions executed: the finest time there is.
  public var instructions = 0
  /// Mini-batches (updates) finished.
  public var steps = 0
  /// Passes through the training data finished.
  public var epochs = 0
  /// Mini-batches finished in the present epoch, and how many it has.
  public var stepInEpoch = 0
  public var stepsPerEpoch = 1

  public init() {}

  /// Epochs with the present one's fraction: 9.2.
  public var epoch: Double { Double(epochs) + Double(stepInEpoch) / Double(max(stepsPerEpoch, 1)) }
}

/// One line of a listing.
public struct ListingLine: Hashable, Sendable {
  /// What the line does, in the field's notation: `h1 = relu(x·W1 + b1)`.
  public var text: String
  /// Names of the tensors that it reads.
  public var reads: [String]
  /// Names of the tensors that it writes; the first is the one to show beside the line.
  public var writes: [String]
  /// The phase that it belongs to: `forward`, `backward`, `update`, `wake`, `sleep`.
  public var phase: String
  /// The layer that it works on, counted from 1; nil where it is no single layer's.
  public var layer: Int?
  /// The tensor that tells which turn comes next, where the line is done several times in a row: a time step.
  public var counter: String?

  public init(
    _ text: String, reads: [String] = [], writes: [String] = [], phase: String, layer: Int? = nil,
    counter: String? = nil
  ) {
    self.text = text
    self.reads = reads
    self.writes = writes
    self.phase = phase
    self.layer = layer
    self.counter = counter
  }
}

/// A number that is not finite, and the instruction that produced it. The run stops there.
public struct NumericFault: Error, Hashable, Sendable, CustomStringConvertible {
  /// The line of the listing, counted from 1.
  public var line: Int
  /// The layer, counted from 1, where the line is a layer's.
  public var layer: Int?
  /// The tensor's name and the position in it.
  public var tensor: String
  public var position: [Int]
  /// The number: nan, inf or -inf.
  public var value: Scalar

  public init(line: Int, layer: Int?, tensor: String, position: [Int], value: Scalar) {
    self.line = line
    self.layer = layer
    self.tensor = tensor
    self.position = position
    self.value = value
  }

  public var description: String {
    let place = position.map(String.init).joined(separator: ",")
    let owner = layer.map { " (layer \($0))" } ?? ""
    return "line \(line)\(owner) made \(tensor)\(position.isEmpty ? "" : "[\(place)]") = \(value)"
  }
}

/// What a setting may be set to.
public enum SettingKind: Hashable, Sendable {
  case number(ClosedRange<Double>)
  case integer(ClosedRange<Int>)
  case choice([String])
  /// Free text with a form of its own, described for the person who types it: `step 10 0.5`.
  case text(form: String)
}

/// One thing about a learner that can be chosen with `learn … --key value` and changed with `set key value`.
public struct SettingDescription: Hashable, Sendable {
  /// The word typed: `rate`.
  public var key: String
  public var kind: SettingKind
  /// One sentence for help.
  public var help: String
  /// Whether the model itself keeps it: a learner that is made anew finds it there.
  public var isKeptByModel: Bool
  public init(_ key: String, _ kind: SettingKind, _ help: String, keptByModel isKeptByModel: Bool = false) {
    self.key = key
    self.kind = kind
    self.help = help
    self.isKeptByModel = isKeptByModel
  }
}

/// What a learner measures of itself or on a set of samples, by name, in the order to show them.
public struct Measurements: Hashable, Sendable {
  public struct Entry: Hashable, Sendable {
    /// `loss`, `accuracy`, `gradient norm`, `reconstruction error`.
    public var name: String
    public var value: Double
    public init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }
  public var entries: [Entry]
  public init(_ entries: [Entry] = []) { self.entries = entries }
  public subscript(name: String) -> Double? { entries.first { $0.name == name }?.value }
}

/// Explains one number: the formula, and the formula with the numbers in it.
public struct Explanation: Hashable, Sendable {
  /// `layer1.output[0,3]`
  public var subject: String
  public var value: Double
  /// Steps from the general formula to the number, one a line, each a true equation.
  public var lines: [String]
  public init(subject: String, value: Double, lines: [String]) {
    self.subject = subject
    self.value = value
    self.lines = lines
  }
}

public protocol Learner: Sendable {
  /// The word that chooses it: `backprop`.
  static var keyword: String { get }
  /// One sentence for help.
  static var summary: String { get }
  /// What can be set, in the order to show it.
  static var settings: [SettingDescription] { get }
  /// The setting whose value may follow the keyword: `learn cd 5` means k = 5. Nil for most.
  static var leadingSetting: String? { get }
  /// What people call the number that it drives down: `loss`, `reconstruction error`.
  static var lossName: String { get }
  /// What is told first of a measured set, the first of these that there is: `accuracy`.
  static var headlines: [String] { get }
  /// Whether this kind of model is what it learns. Its `init` may still find a reason against the very one.
  static func learns(_ model: any Model) -> Bool

  /// Makes one ready for its first instruction, with default settings. Throws when the model or the data are not for it,
  /// saying what is missing: `the network ends in 3 outputs, but digits has 10 classes`.
  init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError)

  /// What it learns from.
  var data: DataSet { get }
  /// What it learns, as it stands now.
  var model: any Model { get }
  /// Goes on with another model (a layer more, other weights) or other data: the clock and the random streams go on,
  /// settings stay, what an optimiser remembered begins afresh, the present mini-batch is dropped. Throws as `init`.
  mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError)

  /// The title above the listing: `backprop · stochastic gradient descent`.
  var title: String { get }
  /// The program: never empty.
  var listing: [ListingLine] { get }
  /// The line that `step()` will execute next, an index into `listing`.
  var line: Int { get }
  var clock: Clock { get }

  /// Executes one instruction. Returns what went wrong numerically, if anything did; the numbers stay to be looked at.
  @discardableResult
  mutating func step() -> NumericFault?

  /// The loss (or whatever the learner drives down) of the newest finished mini-batch; nan before the first.
  var loss: Double { get }
  /// All that is known of the newest mini-batch: `loss` first, then `accuracy`, `gradient norm`, …
  var measurements: Measurements { get }
  /// The learner's quality on samples, without changing anything: `loss`, `accuracy`, … in the same order.
  func evaluate(_ samples: Samples) -> Measurements

  /// Everything that can be looked at, in the order of the listing.
  var tensors: [NamedTensor] { get }
  /// One of them by its name or its symbol; nil when there is none.
  func tensor(named name: String) -> NamedTensor?
  /// Replaces one number of a parameter. Throws when there is no such parameter or position.
  mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError)

  /// The present value of a setting as it would be typed; nil when there is no such setting.
  func value(of key: String) -> String?
  /// Changes a setting from what was typed. Takes effect at the next instruction that uses it.
  mutating func set(_ key: String, to text: String) throws(StrataError)

  /// Carries everything out, or in, that decides what comes after the end of a mini-batch, besides model, data and
  /// settings. Called where `line` is 0. Throws when what comes in does not fit.
  mutating func carry(_ state: inout LearnerState) throws(StrataError)

  /// One number with its formula filled in. Throws when there is no such tensor or position.
  func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation
}

/// Every learner, in the order of the documentation. A new one is one file and one line here. Several may go by one word,
/// each for another kind of model; they have the same settings.
public let learnerTypes: [any Learner.Type] = [
  BackpropLearner.self, PerceptronLearner.self, DescentLearner.self, ContrastiveDivergenceLearner.self,
  PersistentLearner.self, ExactLearner.self, UpDownLearner.self, WakeSleepLearner.self, AutoencoderLearner.self,
  KMeansLearner.self, ConvolutionalContrastiveLearner.self, ConvolutionalPersistentLearner.self,
]

/// Every learner that a word can mean, once a word.
public let learnerWords: [any Learner.Type] = learnerTypes.enumerated().filter { index, type in
  !learnerTypes.prefix(index).contains { $0.keyword == type.keyword }
}.map(\.element)

/// The learner that a word means: the one that learns the model, else the first of that word; nil where there is none.
public func learnerType(_ keyword: String, for model: (any Model)? = nil) -> (any Learner.Type)? {
  let named = learnerTypes.filter { $0.keyword == keyword }
  return named.first { type in model.map { type.learns($0) } ?? false } ?? named.first
}

extension Learner {
  public static var leadingSetting: String? { nil }
  public static var lossName: String { "loss" }
  public static var headlines: [String] { ["accuracy"] }

  public func tensor(named name: String) -> NamedTensor? {
    tensors.first { $0.name == name || $0.symbol == name }
  }

  /// What every `explain` does: finds the tensor, checks the position, and where there is nothing more to say tells the
  /// number. `lines` gives the steps from the formula to it.
  func explained(
    _ name: String, at position: [Int], by lines: (NamedTensor, [Int]) -> [String]?
  ) throws(StrataError) -> Explanation {
    guard let named = tensor(named: name) else { throw StrataError("there is no tensor '\(name)'", try: "print") }
    guard named.tensor.count > 0 else { throw StrataError("\(named.name) has not been computed yet", try: "next") }
    try named.tensor.shape.check(position, of: named.name)
    let value = named.tensor[flat: named.tensor.offset(of: position)]
    let place = position.map(String.init).joined(separator: ",")
    return Explanation(
      subject: "\(named.name)[\(place)]", value: Double(value),
      lines: lines(named, position) ?? ["\(named.symbol)[\(place)] = \(number(value))"])
  }

  /// The setting with this key and what was typed for it, checked and in its usual spelling. Throws with what there is.
  static func checked(_ key: String, _ text: String) throws(StrataError) -> String {
    guard let setting = settings.first(where: { $0.key == key }) else {
      let known = settings.map(\.key).joined(separator: ", ")
      throw StrataError("\(keyword) has no setting '\(key)'; it has \(known)", try: "set rate 0.05")
    }
    do {
      return try setting.kind.checked(text)
    } catch {
      throw StrataError("\(key): \(error.problem)", try: error.suggestion)
    }
  }

  /// Executes instructions to the end of the present mini-batch: at least one, and then until `line` is the first.
  @discardableResult
  public mutating func next() -> NumericFault? {
    repeat {
      if let fault = step() { return fault }
    } while line != 0
    return nil
  }
}

/// A gradient compared with finite differences: `check`.
public struct GradientCheck: Hashable, Sendable {
  /// The parameter: `layer1.weight`.
  public var name: String
  /// How many of its elements were tried, of how many.
  public var tried: Int
  public var count: Int
  /// ‖numeric − analytic‖ / (‖numeric‖ + ‖analytic‖) over the elements tried; 0 when both vanish.
  public var relativeError: Double
  /// The element where they differ most, with both values.
  public var worstPosition: [Int]
  public var worstAnalytic: Double
  public var worstNumeric: Double
  /// Whether the difference is no more than single precision explains.
  public var agrees: Bool { relativeError < 1e-2 }
}

/// A learner that descends a gradient which can be checked by finite differences.
public protocol GradientCheckable {
  /// Compares the gradient on the present mini-batch (or the first) with central differences, one entry a parameter.
  /// Changes nothing. `layer` restricts it to one layer, counted from 1; nil checks all.
  func checkGradients(layer: Int?) throws(StrataError) -> [GradientCheck]
}
