/// The extents of a tensor, outermost axis first: `[batch, features]`, `[batch, height, width, channel]`.
///
/// Held inline (no allocation), because shapes are compared on every instruction of a learner. At most five axes.
public struct Shape: Hashable, Sendable {
  /// The number of axes, 0...5.
  public private(set) var rank: Int
  private var extents: SIMD8<Int32>

  /// The most axes a shape can have.
  public static let maximumRank = 5

  /// A shape from its extents. Traps when there are more than five, or one is negative or over 2³¹−1.
  public init(_ dimensions: [Int]) {
    precondition(dimensions.count <= Shape.maximumRank, "a shape has at most 5 axes, got \(dimensions.count)")
    rank = dimensions.count
    extents = SIMD8(repeating: 1)
    for (axis, extent) in dimensions.enumerated() {
      precondition(extent >= 0, "a shape's extents are not negative, got \(dimensions)")
      extents[axis] = Int32(extent)
    }
  }

  /// The shape of a matrix, `[rows, columns]`, without an array on the way: shapes are made on every instruction.
  public init(rows: Int, columns: Int) {
    rank = 2
    extents = SIMD8(repeating: 1)
    extents[0] = Int32(rows)
    extents[1] = Int32(columns)
  }

  /// The extent of one axis.
  public subscript(axis: Int) -> Int {
    get {
      precondition(axis >= 0 && axis < rank, "axis \(axis) of a shape with \(rank) axes")
      return Int(extents[axis])
    }
    set {
      precondition(axis >= 0 && axis < rank && newValue >= 0, "axis \(axis) of a shape with \(rank) axes")
      extents[axis] = Int32(newValue)
    }
  }

  /// The extents as an array.
  public var dimensions: [Int] { (0..<rank).map { Int(extents[$0]) } }

  /// The product of the extents: 1 for a shape without axes.
  public var elementCount: Int {
    var product = 1
    for axis in 0..<rank { product *= Int(extents[axis]) }
    return product
  }

  /// The extents after the first: the shape of one sample where the first axis is the batch.
  public var dropFirst: Shape { Shape(Array(dimensions.dropFirst())) }

  /// This shape with one more axis in front, usually the batch.
  public func batched(_ count: Int) -> Shape {
    precondition(rank < Shape.maximumRank, "a shape has at most 5 axes, and \(self) would get one more")
    var shape = self
    shape.rank = rank + 1
    for axis in stride(from: rank, to: 0, by: -1) { shape.extents[axis] = extents[axis - 1] }
    shape.extents[0] = Int32(count)
    return shape
  }
}

extension Shape: ExpressibleByArrayLiteral, CustomStringConvertible {
  public init(arrayLiteral elements: Int...) { self.init(elements) }

  /// `32×8×8`; `scalar` for a shape without axes.
  public var description: String {
    rank == 0 ? "scalar" : dimensions.map(String.init).joined(separator: "×")
  }
}
