// The order in which samples come: shuffled once an epoch from a stream of its own, handed out by the mini-batch.

/// Where a learner stands in its data. A value: a copy resumes exactly here.
public struct MiniBatches: Sendable {
  /// Samples in a mini-batch; the last one of an epoch may be smaller.
  public private(set) var size: Int
  /// Whether each epoch has an order of its own.
  public var shuffles: Bool
  var order: [Int32]
  var position = 0
  var stream: RandomStream

  /// An epoch goes through the given rows: all of the data, or only those with a label. Traps unless `size` is positive.
  public init(rows: [Int32], size: Int, shuffles: Bool = true, seed: UInt64) {
    precondition(size > 0, "a mini-batch holds at least one sample")
    self.size = size
    self.shuffles = shuffles
    order = rows
    stream = RandomStream(seed: seed, name: "shuffle")
  }

  /// Another size, from the next mini-batch on.
  public mutating func setSize(_ size: Int) {
    precondition(size > 0, "a mini-batch holds at least one sample")
    self.size = size
  }

  /// Begins a new epoch over these rows, keeping the random stream.
  mutating func restart(rows: [Int32]) {
    order = rows
    position = 0
  }

  /// The rows of the next mini-batch.
  mutating func take() -> ArraySlice<Int32> {
    if position == 0, shuffles { stream.shuffle(&order) }
    let end = min(position + size, order.count)
    let rows = order[position..<end]
    position = end == order.count ? 0 : end
    return rows
  }

  /// Whether the next `take` begins an epoch.
  var isAtStart: Bool { position == 0 }
  /// Mini-batches left in this epoch.
  var remaining: Int { (order.count - position + size - 1) / size }
}

extension Targets {
  /// Fills `target` with the rows as a network of `width` outputs should answer: one-hot classes, the class's number
  /// for a single output, or numbers. Rows of hidden labels, and steps at which nothing is asked, are 0.
  func gather(_ rows: some RandomAccessCollection<Int32>, width: Int, into target: inout Tensor) {
    switch self {
    case .none: target.resize(to: [rows.count, 0])
    case .classes(let labels, _):
      let wanted = Shape(rows: rows.count, columns: width)
      if target.shape != wanted { target.resize(to: wanted) }
      labels.withUnsafeBufferPointer { labels in
        target.withUnsafeMutableElements { t in
          if width > 1 { t.update(repeating: 0) }
          var out = 0
          for row in rows {
            let label = Int(labels[Int(row)])
            if width == 1 {
              t[out] = Scalar(max(label, 0))
            } else if label >= 0 {
              t[out + label] = 1
            }
            out += width
          }
        }
      }
    case .values(let store): store.gather(rows, into: &target)
    case .steps(let labels, let names, let length):
      let wanted = Shape([rows.count, length, names.count])
      if target.shape != wanted { target.resize(to: wanted) }
      target.withUnsafeMutableElements { t in
        t.update(repeating: 0)
        var out = 0
        for row in rows {
          for step in 0..<length {
            let label = Int(labels[Int(row) * length + step])
            if label >= 0 { t[out + label] = 1 }
            out += names.count
          }
        }
      }
    }
  }

  /// Throws, saying what to add, unless a network with this output shape can answer these targets.
  func check(outputShape: Shape, dataName: String) throws(StrataError) {
    let width = outputShape.elementCount
    switch self {
    case .none:
      throw StrataError(
        "\(dataName) has no targets, and this learner needs them", try: "data digits")
    case .classes(_, let names):
      if width == names.count || (width == 1 && names.count == 2) { return }
      throw StrataError(
        "the network ends in \(width) output\(width == 1 ? "" : "s"), but \(dataName) has \(names.count) classes",
        try: "add dense \(names.count) softmax")
    case .values(let store):
      if store.sampleShape.rank == 2 {
        return try checkSteps(outputShape, dataName, "", length: store.sampleShape[0], width: store.sampleShape[1])
      }
      if width == store.sampleSize { return }
      throw StrataError(
        "the network ends in \(width) output\(width == 1 ? "" : "s"), but \(dataName) has \(store.sampleSize) target"
          + " number\(store.sampleSize == 1 ? "" : "s")", try: "add dense \(store.sampleSize)")
    case .steps(_, let names, let length):
      try checkSteps(outputShape, dataName, " softmax", length: length, width: names.count)
    }
  }

  private func checkSteps(
    _ output: Shape, _ dataName: String, _ activation: String, length: Int, width: Int
  ) throws(StrataError) {
    if output == [length, width] { return }
    throw StrataError(
      "\(dataName) asks for \(width) number\(width == 1 ? "" : "s") at each of \(length) time steps; the network ends in"
        + " \(output)",
      try: output.rank == 2
        ? "add dense \(width)\(activation) --steps each"
        : "change 1 lstm 32 --steps each, then add dense \(width)\(activation) --steps each")
  }
}
