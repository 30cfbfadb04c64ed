// Places where a run stops: a condition that comes true, a line of the listing, a number that changes.
import StrataEngine

/// One of them, numbered for `delete`.
public struct Breakpoint: Sendable {
  public let number: Int
  /// As it would be typed: `when loss is nan`, `4`, `layer1.weight[0,0]`.
  public let text: String
  /// How often it came true.
  public internal(set) var hits = 0
  /// Whether it goes when it has stopped a run.
  public internal(set) var isTemporary = false
  /// How often it may come true before it stops anything.
  public internal(set) var skips = 0
  let kind: Kind
  /// What a condition or a watch remembers. Beside the kind, so that it is changed in place.
  var condition: ConditionWatch?
  var watched: Watched?

  enum Kind: Sendable, Hashable {
    case when
    /// Before this line of the listing, counted from 1.
    case line(Int)
    case watch
  }

  init(number: Int, when condition: Condition) {
    self.number = number
    text = "when \(condition.text)"
    kind = .when
    self.condition = ConditionWatch(condition)
    needsEvaluation = condition.needsEvaluation
  }

  init(number: Int, line: Int) {
    self.number = number
    text = "\(line)"
    kind = .line(line)
    needsEvaluation = false
  }

  init(number: Int, watched: Watched) {
    self.number = number
    text = watched.reference.text
    kind = .watch
    needsEvaluation = false
    self.watched = watched
  }

  /// The command that makes it: `break when loss is nan`.
  public var command: String {
    var command = kind == .watch ? "watch \(text)" : "break \(text)"
    if let watched, watched.threshold > 0 { command += " --by \(NumberText.exact(watched.threshold))" }
    if skips > 0 { command += " --skip \(skips)" }
    return isTemporary ? command + " --once" : command
  }

  /// Counts that it came true. Returns whether it stops the run.
  mutating func hit() -> Bool {
    hits += 1
    return hits > skips
  }

  /// Whether it has to be looked at after every instruction.
  var isFine: Bool { kind != .when }
  /// Whether it is judged only where a set of samples is evaluated.
  let needsEvaluation: Bool

  /// Judges its condition, if it has one that can be judged now. Returns what made it come true; nil while it is false,
  /// or has been true before.
  mutating func judge(
    epoch: Double, evaluated: Bool, _ value: (Quantity) -> Double?
  ) -> [(Condition.Term, Double)]? {
    guard evaluated || !needsEvaluation else { return nil }
    return condition?.judgeChange(epoch: epoch, value)
  }

  /// Forgets what it saw: after a jump through time, what was is no measure.
  mutating func reset(in experiment: Experiment) {
    if let old = condition { condition = ConditionWatch(old.condition) }
    watched?.look(at: experiment)
  }
}

/// Numbers that are watched for a change.
struct Watched: Sendable {
  let reference: TensorReference
  /// The least change that counts; 0 means any.
  let threshold: Double
  private var values: [Scalar] = []

  init(_ reference: TensorReference, threshold: Double, in experiment: Experiment) throws(StrataError) {
    self.reference = reference
    self.threshold = threshold
    let named = try experiment.requireTensor(reference.name)
    if named.tensor.count > 0 { _ = try reference.ranges(in: named) }
    look(at: experiment)
  }

  mutating func look(at experiment: Experiment) {
    values = Watched.values(of: reference, in: experiment)
  }

  private static func values(of reference: TensorReference, in experiment: Experiment) -> [Scalar] {
    guard let named = experiment.tensor(named: reference.name), named.tensor.count > 0 else { return [] }
    guard reference.indices != nil, let part = try? TensorPart(reference, of: named) else {
      return named.tensor.elements
    }
    return part.values
  }

  /// What has changed since the last look, in words; nil when nothing has.
  mutating func change(in experiment: Experiment) -> String? {
    let new = Watched.values(of: reference, in: experiment)
    guard new.count == values.count else {
      // Not computed before, or of another shape: a first look.
      values = new
      return nil
    }
    let changed = new.indices.filter { index in
      let difference = Double(new[index]) - Double(values[index])
      return threshold > 0 ? abs(difference) >= threshold : new[index].bitPattern != values[index].bitPattern
    }
    guard let first = changed.first else { return nil }
    let text =
      "\(NumberText.short(Double(values[first]), digits: 6)) → \(NumberText.short(Double(new[first]), digits: 6))"
    values = new
    return changed.count == 1 ? text : "\(changed.count) numbers, the first \(text)"
  }
}
