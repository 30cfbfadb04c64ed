/// Numbers with a shape: a value, with copy-on-write storage.
///
/// Row-major, batch first. Copying is an assignment and costs nothing until one of the copies is written,
/// which is what makes snapshots, branches and drawing from another thread cheap.
public struct Tensor: Sendable, Equatable {
  /// The extents, outermost first.
  public private(set) var shape: Shape
  /// The numbers, row-major; `elements.count == shape.elementCount`.
  public private(set) var elements: [Scalar]

  /// A tensor filled with one number.
  public init(_ shape: Shape, repeating value: Scalar = 0) {
    self.shape = shape
    elements = [Scalar](repeating: value, count: shape.elementCount)
  }

  /// A tensor from its numbers, row-major. Traps when their count is not the shape's.
  public init(_ shape: Shape, elements: [Scalar]) {
    precondition(
      elements.count == shape.elementCount, "\(shape) holds \(shape.elementCount) numbers, got \(elements.count)")
    self.shape = shape
    self.elements = elements
  }

  /// A tensor without numbers, shape `[0]`: what a workspace is before its first use.
  public static let empty = Tensor([0])

  /// The number of elements.
  public var count: Int { elements.count }

  /// The element at a flat, row-major position.
  public subscript(flat index: Int) -> Scalar {
    get { elements[index] }
    set { elements[index] = newValue }
  }

  /// The element at one position per axis. Traps when the count of positions is not the rank.
  public subscript(position: Int...) -> Scalar {
    get { elements[offset(of: position)] }
    set { elements[offset(of: position)] = newValue }
  }

  /// The flat, row-major offset of a position. Traps outside the shape.
  public func offset(of position: [Int]) -> Int {
    precondition(position.count == shape.rank, "a position in \(shape) has \(shape.rank) numbers, got \(position)")
    var offset = 0
    for (axis, index) in position.enumerated() {
      precondition(index >= 0 && index < shape[axis], "position \(position) is outside \(shape)")
      offset = offset * shape[axis] + index
    }
    return offset
  }

  /// The position of a flat offset, one number an axis.
  public func position(of offset: Int) -> [Int] {
    var rest = offset
    var position = [Int](repeating: 0, count: shape.rank)
    for axis in stride(from: shape.rank - 1, through: 0, by: -1) where shape[axis] > 0 {
      position[axis] = rest % shape[axis]
      rest /= shape[axis]
    }
    return position
  }

  /// Gives the tensor another shape. Keeps the numbers where the count stays; otherwise they are unspecified
  /// (zeros where new). Allocates only when it grows.
  public mutating func resize(to newShape: Shape) {
    if shape == newShape { return }
    let count = newShape.elementCount
    if count < elements.count {
      elements.removeLast(elements.count - count)
    } else if count > elements.count {
      elements.append(contentsOf: repeatElement(0, count: count - elements.count))
    }
    shape = newShape
  }

  /// The same numbers seen with another shape. Traps when the counts differ.
  public func reshaped(to newShape: Shape) -> Tensor {
    precondition(newShape.elementCount == count, "\(shape) cannot be seen as \(newShape)")
    var copy = self
    copy.shape = newShape
    return copy
  }

  /// The rows of the first axis in a range, as a tensor of their own (copied).
  public func rows(_ range: Range<Int>) -> Tensor {
    let row = count / max(shape[0], 1)
    var newShape = shape
    newShape[0] = range.count
    return Tensor(newShape, elements: Array(elements[range.lowerBound * row..<range.upperBound * row]))
  }

  /// Sets every element.
  public mutating func fill(_ value: Scalar) {
    withUnsafeMutableElements { $0.update(repeating: value) }
  }

  /// Calls `body` with the elements for reading.
  @inline(__always)
  public func withUnsafeElements<Result>(_ body: (UnsafeBufferPointer<Scalar>) throws -> Result) rethrows -> Result {
    try elements.withUnsafeBufferPointer(body)
  }

  /// Calls `body` with the elements for writing; copies them first when they are shared.
  @inline(__always)
  public mutating func withUnsafeMutableElements<Result>(
    _ body: (UnsafeMutableBufferPointer<Scalar>) throws -> Result
  ) rethrows -> Result {
    try elements.withUnsafeMutableBufferPointer { try body($0) }
  }
}

extension Tensor: CustomStringConvertible {
  /// The shape and the first numbers: `32×64 [0.1, 0.2, …]`.
  public var description: String {
    let head = elements.prefix(6).map { "\($0)" }.joined(separator: ", ")
    return "\(shape) [\(head)\(count > 6 ? ", …" : "")]"
  }
}
