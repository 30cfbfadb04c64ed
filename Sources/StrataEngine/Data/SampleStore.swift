/// Many samples of one shape, held once and handed out by the mini-batch.
///
/// Bytes (images) stay bytes, a quarter of the memory: 60,000 MNIST images are 47 MB and are turned into numbers
/// only as they are gathered into a batch. Copying a store shares its storage.
public struct SampleStore: Sendable, Equatable {
  /// How the numbers are held.
  public enum Storage: Sendable, Equatable {
    /// Row-major numbers.
    case scalars([Scalar])
    /// Row-major bytes; the number is `byte * scale + offset`.
    case bytes([UInt8], scale: Scalar, offset: Scalar)
  }

  /// The shape of one sample: `[features]` or `[height, width]` or `[height, width, channel]` or `[time, features]`.
  public let sampleShape: Shape
  /// How many samples there are.
  public let count: Int
  /// The numbers themselves.
  public let storage: Storage

  /// Traps when the storage does not hold a whole number of samples.
  public init(sampleShape: Shape, storage: Storage) {
    let size = max(sampleShape.elementCount, 1)
    let total: Int
    switch storage {
    case .scalars(let values): total = values.count
    case .bytes(let values, _, _): total = values.count
    }
    precondition(total % size == 0, "\(total) numbers are no whole number of samples of \(sampleShape)")
    self.sampleShape = sampleShape
    self.storage = storage
    count = total / size
  }

  /// The smallest and largest finite number; nil where there is none.
  public var range: ClosedRange<Scalar>? {
    switch storage {
    case .scalars(let values): return Tensor([values.count], elements: values).range
    case .bytes(let values, let scale, let offset):
      guard !values.isEmpty else { return nil }
      var (low, high): (UInt8, UInt8) = (255, 0)
      values.withUnsafeBufferPointer { for byte in $0 { (low, high) = (min(low, byte), max(high, byte)) } }
      let ends = [Scalar(low) * scale + offset, Scalar(high) * scale + offset]
      return min(ends[0], ends[1])...max(ends[0], ends[1])
    }
  }

  /// The numbers of one sample: the count of its elements.
  public var sampleSize: Int { sampleShape.elementCount }

  /// Fills `batch` (made `[rows.count] + shape`) with the given samples. `shape` is the sample shape unless the
  /// network wants the same numbers seen otherwise (flat, say). Traps on rows outside the store.
  public func gather(_ rows: some RandomAccessCollection<Int32>, as shape: Shape? = nil, into batch: inout Tensor) {
    let shape = shape ?? sampleShape
    precondition(shape.elementCount == sampleSize, "samples of \(sampleShape) cannot be seen as \(shape)")
    let size = sampleSize
    let wanted = shape.batched(rows.count)
    if batch.shape != wanted { batch.resize(to: wanted) }
    batch.withUnsafeMutableElements { target in
      guard var out = target.baseAddress else { return }
      switch storage {
      case .scalars(let values):
        values.withUnsafeBufferPointer { source in
          for row in rows {
            precondition(row >= 0 && Int(row) < count, "sample \(row) of \(count)")
            out.update(from: source.baseAddress! + Int(row) * size, count: size)
            out += size
          }
        }
      case .bytes(let values, let scale, let offset):
        values.withUnsafeBufferPointer { source in
          for row in rows {
            precondition(row >= 0 && Int(row) < count, "sample \(row) of \(count)")
            let bytes = source.baseAddress! + Int(row) * size
            for i in 0..<size { out[i] = Scalar(bytes[i]) * scale + offset }
            out += size
          }
        }
      }
    }
  }

  /// The given samples as a tensor `[rows.count] + sampleShape`.
  public func tensor(_ rows: some RandomAccessCollection<Int32>) -> Tensor {
    var batch = Tensor.empty
    gather(rows, into: &batch)
    return batch
  }

  /// A store with only the given rows, in their order, in the same kind of storage.
  public func selecting(_ rows: [Int32]) -> SampleStore {
    let size = sampleSize
    switch storage {
    case .scalars(let values):
      var chosen: [Scalar] = []
      chosen.reserveCapacity(rows.count * size)
      for row in rows { chosen.append(contentsOf: values[Int(row) * size..<(Int(row) + 1) * size]) }
      return SampleStore(sampleShape: sampleShape, storage: .scalars(chosen))
    case .bytes(let values, let scale, let offset):
      var chosen: [UInt8] = []
      chosen.reserveCapacity(rows.count * size)
      for row in rows { chosen.append(contentsOf: values[Int(row) * size..<(Int(row) + 1) * size]) }
      return SampleStore(sampleShape: sampleShape, storage: .bytes(chosen, scale: scale, offset: offset))
    }
  }
}
