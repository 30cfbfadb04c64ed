// What a learner is at the end of a mini-batch, besides its model, its data and its settings: where it stands in the data,
// its random streams, what its update rule remembers. Each learner names these things once, in `carry`, and the same
// lines bring them out of one learner and into another: what is carried out and what is carried in cannot differ.
//
// A state may come from a file, and a file from anywhere: whatever is carried in is checked before it is used.

/// Named numbers on their way out of a learner, or into one.
public struct LearnerState: Sendable {
  /// A tensor with its name.
  public struct Entry: Sendable {
    public var name: String
    public var tensor: Tensor
    public init(_ name: String, _ tensor: Tensor) {
      self.name = name
      self.tensor = tensor
    }
  }

  public private(set) var tensors: [Entry] = []
  /// Everything that is no tensor, exactly, as text.
  public private(set) var words: [String: String] = [:]
  private let entersLearner: Bool

  /// An empty one, to be filled by a learner.
  public init() { entersLearner = false }

  /// One that was filled before, to be carried into a learner.
  public init(tensors: [Entry], words: [String: String]) {
    self.tensors = tensors
    self.words = words
    entersLearner = true
  }

  private func word(_ name: String) throws(StrataError) -> String {
    guard let word = words[name] else {
      throw StrataError("the checkpoint holds no \(name); it belongs to another learner or model")
    }
    return word
  }

  /// Whole numbers that count something.
  public mutating func carry(_ name: String, _ value: inout Int) throws(StrataError) {
    guard entersLearner else {
      words[name] = "\(value)"
      return
    }
    let text = try word(name)
    guard let number = Int(text), (0...(1 << 53)).contains(number) else {
      throw StrataError("the checkpoint's \(name) should be a whole number; it is '\(text)'")
    }
    value = number
  }

  /// A number with all its bits.
  public mutating func carry(_ name: String, _ value: inout Double) throws(StrataError) {
    guard entersLearner else {
      words[name] = String(value.bitPattern, radix: 16)
      return
    }
    let text = try word(name)
    guard let bits = UInt64(text, radix: 16) else {
      throw StrataError("the checkpoint's \(name) should be the bits of a number; it is '\(text)'")
    }
    value = Double(bitPattern: bits)
  }

  public mutating func carry(_ name: String, _ stream: inout RandomStream) throws(StrataError) {
    guard entersLearner else {
      words[name] = stream.place
      return
    }
    let text = try word(name)
    guard stream.move(to: text) else {
      throw StrataError("the checkpoint's \(name) is no place in a random stream: '\(text)'")
    }
  }

  /// A tensor that must have the shape of the one that is there; with `resizes` it may have any, or be empty.
  public mutating func carry(
    _ name: String, _ tensor: inout Tensor, resizes: Bool = false
  ) throws(StrataError) {
    guard entersLearner else {
      tensors.append(Entry(name, tensor))
      return
    }
    guard let entry = tensors.first(where: { $0.name == name }) else {
      throw StrataError("the checkpoint holds no \(name); it belongs to another learner or model")
    }
    guard resizes || entry.tensor.shape == tensor.shape else {
      throw StrataError("the checkpoint's \(name) is \(entry.tensor.shape); \(tensor.shape) was expected")
    }
    tensor = entry.tensor
  }

  /// Rows in some order: each of those that are there once.
  mutating func carry(_ name: String, order: inout [Int32]) throws(StrataError) {
    // Halves of 16 bits are whole numbers that a Float holds exactly.
    var halves = Tensor([2, order.count])
    if !entersLearner {
      for (index, row) in order.enumerated() {
        halves[flat: index] = Scalar(row >> 16)
        halves[flat: order.count + index] = Scalar(row & 0xffff)
      }
    }
    try carry(name, &halves)
    guard entersLearner else { return }
    var rows: [Int32] = []
    rows.reserveCapacity(order.count)
    for index in order.indices {
      let (high, low) = (halves[flat: index], halves[flat: order.count + index])
      guard (0...32767).contains(high), (0...65535).contains(low) else {
        throw StrataError("the checkpoint's \(name) is no order of rows")
      }
      rows.append(Int32(high) << 16 | Int32(low))
    }
    guard rows.sorted() == order.sorted() else {
      throw StrataError("the checkpoint's \(name) is no order of the rows that these data have")
    }
    order = rows
  }
}

extension RandomStream {
  /// Where the stream stands, as text.
  var place: String {
    ([counter, UInt64(used)] + (0..<4).map { UInt64(block[$0]) }).map(String.init).joined(separator: " ")
  }

  /// Goes to a place. Returns false when it is none.
  mutating func move(to place: String) -> Bool {
    let numbers = place.split(separator: " ").compactMap { UInt64($0) }
    guard numbers.count == 6, numbers[1] <= 4, numbers[2...].allSatisfy({ $0 <= UInt64(UInt32.max) }) else {
      return false
    }
    counter = numbers[0]
    used = Int(numbers[1])
    block = SIMD4(UInt32(numbers[2]), UInt32(numbers[3]), UInt32(numbers[4]), UInt32(numbers[5]))
    return true
  }
}

extension Clock {
  mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try state.carry("clock.instructions", &instructions)
    try state.carry("clock.steps", &steps)
    try state.carry("clock.epochs", &epochs)
    try state.carry("clock.step-in-epoch", &stepInEpoch)
  }
}

extension MiniBatches {
  mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try state.carry("order", order: &order)
    try state.carry("order.position", &position)
    try state.carry("order.stream", &stream)
    guard position < max(order.count, 1) else {
      throw StrataError("the checkpoint's place in the epoch, \(position), lies behind its end, \(order.count)")
    }
  }
}

extension DataCursor {
  mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try clock.carry(&state)
    try batches.carry(&state)
    recount()
  }
}

extension Optimizer {
  /// What is remembered between updates of these shapes.
  mutating func carry(_ state: inout LearnerState, shapes: [[Shape]]) throws(StrataError) {
    try state.carry("optimizer.updates", &updates)
    // Nothing is remembered before the first update; then there is a tensor for each parameter, or an empty one.
    if first.isEmpty {
      first = shapes.map { $0.map { rule.remembersGradients ? Tensor($0) : .empty } }
      second = shapes.map { $0.map { rule.remembersSquares ? Tensor($0) : .empty } }
    }
    for layer in first.indices {
      for place in first[layer].indices {
        if rule.remembersGradients { try state.carry("optimizer.first.\(layer).\(place)", &first[layer][place]) }
        if rule.remembersSquares { try state.carry("optimizer.second.\(layer).\(place)", &second[layer][place]) }
      }
    }
  }
}
