// `layer1.weight[0,0..4]`: a tensor by its name or its sign, and a part of it.
import StrataEngine

/// A tensor's name with an index.
public struct TensorReference: Hashable, Sendable {
  /// Which positions along one axis.
  public enum Index: Hashable, Sendable {
    case single(Int)
    /// Both ends included; nil means to the axis's end.
    case range(Int, Int?)
  }

  /// As typed: a name or a sign.
  public let name: String
  /// One entry an axis; nil without brackets. Fewer than there are axes means all of the others.
  public let indices: [Index]?

  /// From what was typed. Throws with the form.
  public init(_ text: String) throws(StrataError) {
    guard let open = text.firstIndex(of: "[") else {
      name = text
      indices = nil
      return
    }
    name = String(text[..<open])
    guard text.last == "]", !name.isEmpty else {
      throw StrataError("a name and an index in brackets was expected, got \(text.quoted)", try: "layer1.weight[0,0]")
    }
    let inside = text[text.index(after: open)...].dropLast()
    var indices: [Index] = []
    for part in inside.split(separator: ",", omittingEmptySubsequences: false) {
      indices.append(try TensorReference.index(String(part), in: text))
    }
    self.indices = indices
  }

  private static func index(_ part: String, in text: String) throws(StrataError) -> Index {
    if part == ":" || part == ".." || part == "*" { return .range(0, nil) }
    if let number = Int(part), number >= 0 { return .single(number) }
    if let dots = part.firstRange(of: "..") {
      let (first, last) = (part[..<dots.lowerBound], part[dots.upperBound...])
      let low = first.isEmpty ? 0 : Int(first)
      let high = last.isEmpty ? nil : Int(last)
      if let low, low >= 0, last.isEmpty || (high ?? -1) >= low { return .range(low, high) }
    }
    throw StrataError(
      "\(part.quoted) in \(text.quoted) is no index: a number from 0 on, a range such as 0..4, or : for all",
      try: "layer1.weight[0,0..4]")
  }

  /// The one position that it names; nil when it names none or several.
  public var position: [Int]? {
    guard let indices else { return nil }
    var position: [Int] = []
    for index in indices {
      guard case .single(let number) = index else { return nil }
      position.append(number)
    }
    return position
  }

  /// Where each axis begins and ends and whether it is a single position. Throws when the shape has no such part.
  public func ranges(in named: NamedTensor) throws(StrataError) -> [(range: Range<Int>, isSingle: Bool)] {
    let shape = named.tensor.shape
    let given = indices ?? []
    guard given.count <= shape.rank else {
      throw StrataError(
        "\(named.name) is \(shape), so its index has \(shape.rank) numbers; got \(given.count)",
        try: "print \(named.name)")
    }
    var ranges: [(range: Range<Int>, isSingle: Bool)] = []
    for axis in 0..<shape.rank {
      let extent = shape[axis]
      guard axis < given.count else {
        ranges.append((0..<extent, false))
        continue
      }
      switch given[axis] {
      case .single(let number):
        guard number < extent else { throw outside(named, axis: axis, number: number) }
        ranges.append((number..<number + 1, true))
      case .range(let low, let high):
        let last = high ?? extent - 1
        guard last < extent, low <= last else { throw outside(named, axis: axis, number: max(low, last)) }
        ranges.append((low..<last + 1, false))
      }
    }
    return ranges
  }

  private func outside(_ named: NamedTensor, axis: Int, number: Int) -> StrataError {
    let name = named.axes.indices.contains(axis) ? " (\(named.axes[axis]))" : ""
    let extent = named.tensor.shape[axis]
    return StrataError(
      extent == 0
        ? "\(named.name) has not been computed yet"
        : "\(named.name) is \(named.tensor.shape): axis \(axis + 1)\(name) goes from 0 to \(extent - 1), got \(number)",
      try: extent == 0 ? "next" : "print \(named.name)")
  }

  /// The number at the one position that is named. Throws when there is no such tensor or it is not one position.
  public func element(in experiment: Experiment) throws(StrataError) -> Scalar {
    let named = try experiment.requireTensor(name)
    let isScalar = named.tensor.count == 1 && indices == nil
    guard let position = isScalar ? [Int](repeating: 0, count: named.tensor.shape.rank) : position,
      position.count == named.tensor.shape.rank
    else {
      let example = named.tensor.shape.dimensions.map { _ in "0" }.joined(separator: ",")
      throw StrataError(
        "one element was expected; \(named.name) is \(named.tensor.shape)", try: "\(named.name)[\(example)]")
    }
    _ = try ranges(in: named)
    return named.tensor[flat: named.tensor.offset(of: position)]
  }
}

extension Experiment {
  /// The tensor with this name or sign. Throws with the nearest name.
  public func requireTensor(_ name: String) throws(StrataError) -> NamedTensor {
    if let named = tensor(named: name) { return named }
    let all = tensors
    guard !all.isEmpty else {
      throw StrataError("there are no tensors yet", try: missing?.suggestion)
    }
    let question = Nearest.question(name, among: all.map(\.name) + all.map(\.symbol))
    throw StrataError("there is no tensor \(name.quoted)\(question)", try: "print   (lists them)")
  }
}
