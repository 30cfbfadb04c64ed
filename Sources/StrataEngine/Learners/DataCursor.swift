// Where a learner stands in its data, and the clock that tells it: shared by learners that see a mini-batch a step.

/// The position in the data and the clock.
struct DataCursor: Sendable {
  var clock = Clock()
  var batches: MiniBatches
  /// The rows that an epoch goes through, in the data's order.
  private var rows: [Int32]

  /// At the beginning of the given rows.
  init(rows: [Int32], size: Int, seed: UInt64) {
    self.rows = rows
    batches = MiniBatches(rows: rows, size: max(1, min(size, rows.count)), seed: seed)
    clock.stepsPerEpoch = batches.remaining
  }

  var size: Int { batches.size }
  /// Samples in an epoch.
  var count: Int { rows.count }
  /// Whether the mini-batch that was taken last ended an epoch.
  var isAtStart: Bool { batches.isAtStart }
  var shuffles: Bool {
    get { batches.shuffles }
    set { batches.shuffles = newValue }
  }

  /// The rows of the next mini-batch.
  mutating func take() -> ArraySlice<Int32> { batches.take() }

  /// The clock after the last line of a mini-batch.
  mutating func finishInstruction(finishesStep: Bool) {
    clock.instructions += 1
    guard finishesStep else { return }
    clock.steps += 1
    clock.stepInEpoch += 1
    if batches.isAtStart {
      clock.epochs += 1
      clock.stepInEpoch = 0
    }
    recount()
  }

  /// Another size, from the next mini-batch on.
  mutating func setSize(_ size: Int) {
    batches.setSize(max(1, min(size, rows.count)))
    recount()
  }

  /// Goes on with these rows: where they are those it has, in the middle of the epoch; other rows, or rows of other data,
  /// begin an epoch.
  mutating func follow(_ rows: [Int32], isOtherData: Bool) {
    guard rows != self.rows || isOtherData else { return }
    self.rows = rows
    batches.restart(rows: rows)
    clock.stepInEpoch = 0
    recount()
  }

  /// What was begun of this mini-batch is dropped: the clock counts what is left.
  mutating func recount() { clock.stepsPerEpoch = clock.stepInEpoch + batches.remaining }
}

/// Momentum that grows once: `0.5`, or `0.5:0.9@5` for 0.5 in the first 5 epochs and 0.9 then (Hinton 2010, section 9).
struct MomentumSchedule: Hashable, Sendable {
  var first: Double
  var then: Double
  /// Epochs after which the second holds.
  var change: Double

  static let form = "a number below 1, or FIRST:THEN@EPOCH such as 0.5:0.9@5"

  /// From what was typed. Throws with the forms.
  init(_ text: String) throws(StrataError) {
    let halves = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let ends =
      halves.count == 2 ? halves[1].split(separator: "@", omittingEmptySubsequences: false).map(String.init) : []
    guard halves.count == 1 || ends.count == 2, let first = Double(halves[0]),
      let then = halves.count == 1 ? first : Double(ends[0]), let change = halves.count == 1 ? 0 : Double(ends[1]),
      (0..<1).contains(first), (0..<1).contains(then), change >= 0, change.isFinite
    else {
      throw StrataError("momentum is \(MomentumSchedule.form); got '\(text)'", try: "set momentum 0.5:0.9@5")
    }
    (self.first, self.then, self.change) = (first, then, change)
  }

  func value(epoch: Double) -> Double { epoch < change ? first : then }

  /// As it would be typed.
  var text: String {
    first == then
      ? SettingText.number(first)
      : "\(SettingText.number(first)):\(SettingText.number(then))@"
        + SettingText.number(change)
  }
}

/// Settings as a person would type them.
enum SettingText {
  static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e9 ? String(Int(value)) : "\(value)"
  }
}
