// NPY, NumPy's format of one array (NEP 1; numpy.lib.format): a magic word, a version, the length of a header, the header as a
// Python dictionary of `descr`, `fortran_order` and `shape`, and the numbers.
import StrataEngine

/// An array as an NPY file holds it.
struct NPYArray {
  var extents: [Int]
  /// The numbers, row-major.
  var numbers: Numbers

  enum Numbers {
    case scalars([Scalar])
    /// Unsigned bytes stay bytes.
    case bytes([UInt8])
  }

  /// The longest header taken: a hundred times what NumPy writes.
  static let longestHeader = 1 << 16
  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  static func recognises(_ head: [UInt8]) -> Bool { head.starts(with: magic) }

  /// Reads an array from a range of bytes that holds nothing else. `place` names the file, and the member of an archive.
  init(_ bytes: [UInt8], _ range: Range<Int>, place: String) throws(StrataError) {
    guard range.count >= 10 else {
      throw StrataError("\(place) ends at byte \(range.count), within the header of an NPY file")
    }
    guard bytes[range].starts(with: NPYArray.magic) else {
      throw StrataError("\(place) is no NPY file: it should begin with the byte 147 and NUMPY")
    }
    let start = range.lowerBound
    let version = bytes[start + 6]
    guard (1...3).contains(version) else {
      throw StrataError("\(place), byte 6: version 1, 2 or 3 of the format was expected, found \(version)")
    }
    let wide = version > 1
    guard !wide || range.count >= 12 else {
      throw StrataError("\(place) ends at byte \(range.count), within its header")
    }
    let length = (0..<(wide ? 4 : 2)).reduce(0) { $0 | Int(bytes[start + 8 + $1]) << (8 * $1) }
    let dataStart = start + (wide ? 12 : 10) + length
    guard length <= NPYArray.longestHeader, dataStart <= range.upperBound else {
      throw StrataError(
        "\(place), byte 8: a header of \(length) bytes is announced; at most "
          + "\(min(range.count - 10, NPYArray.longestHeader)) were expected")
    }
    let header = try NPYHeader(
      String(decoding: bytes[dataStart - length..<dataStart], as: UTF8.self), place: "\(place), header")
    extents = header.extents
    let size = header.format.size
    guard let count = elementCount(extents), count <= Int.max / size, count * size == range.upperBound - dataStart
    else {
      let said = extents.isEmpty ? "1" : extents.map(String.init).joined(separator: "×")
      throw StrataError(
        "\(place), byte \(dataStart - start): \(said) numbers of \(size) bytes are announced, and "
          + "\(range.upperBound - dataStart) bytes are there")
    }
    let data = dataStart..<range.upperBound
    if header.format == .uint8 {
      let stored = Array(bytes[data])
      numbers = .bytes(header.isFortranOrder ? NPYArray.rowMajor(stored, extents) : stored)
    } else {
      let stored = header.format.numbers(in: bytes, data, isBigEndian: header.isBigEndian)
      numbers = .scalars(header.isFortranOrder ? NPYArray.rowMajor(stored, extents) : stored)
    }
  }

  /// Numbers stored with the first axis running fastest, put in row-major order.
  private static func rowMajor<Element>(_ stored: [Element], _ extents: [Int]) -> [Element] {
    guard extents.count > 1, !stored.isEmpty else { return stored }
    var strides = [Int](repeating: 1, count: extents.count)
    for axis in 1..<extents.count { strides[axis] = strides[axis - 1] * extents[axis - 1] }
    var position = [Int](repeating: 0, count: extents.count)
    var offset = 0
    return [Element](unsafeUninitializedCapacity: stored.count) { target, used in
      for index in stored.indices {
        target.initializeElement(at: index, to: stored[offset])
        var axis = extents.count - 1
        while axis >= 0 {
          position[axis] += 1
          offset += strides[axis]
          if position[axis] < extents[axis] { break }
          offset -= strides[axis] * extents[axis]
          position[axis] = 0
          axis -= 1
        }
      }
      used = stored.count
    }
  }

  /// The numbers as scalars.
  var scalars: [Scalar] {
    switch numbers {
    case .scalars(let values): values
    case .bytes(let bytes): bytes.map { Scalar($0) }
    }
  }
}

/// The dictionary in an NPY file's header.
private struct NPYHeader {
  var format = NumberFormat.float32
  var isBigEndian = false
  var isFortranOrder = false
  var extents: [Int] = []

  private var rest: Substring
  private let place: String

  init(_ text: String, place: String) throws(StrataError) {
    self.place = place
    rest = text[...]
    var found: Set<String> = []
    try expect("{")
    while !take("}") {
      let key = try string()
      guard found.insert(key).inserted else { throw StrataError("\(place): \(key) stands there twice") }
      try expect(":")
      switch key {
      case "descr": try readFormat()
      case "fortran_order": isFortranOrder = try boolean()
      case "shape": extents = try tuple()
      default: throw StrataError("\(place): expected descr, fortran_order and shape, found \(key.debugDescription)")
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    for key in ["descr", "fortran_order", "shape"] where !found.contains(key) {
      throw StrataError("\(place): \(key) is missing")
    }
    skipSpace()
    guard rest.isEmpty else { throw unexpected("the end of the header") }
  }

  private mutating func readFormat() throws(StrataError) {
    skipSpace()
    guard rest.first != "[" else {
      throw StrataError("\(place): arrays of records are not read; an array of plain numbers was expected")
    }
    let descr = try string()
    let formats: [Substring: NumberFormat] = [
      "f2": .float16, "f4": .float32, "f8": .float64, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64,
      "u1": .uint8, "u2": .uint16, "u4": .uint32, "u8": .uint64, "b1": .bool,
    ]
    guard let order = descr.first, "<>|=".contains(order), let known = formats[descr.dropFirst()],
      order != "|" || known.size == 1
    else {
      throw StrataError(
        "\(place): numbers of type \(descr.debugDescription) are not read; f2 f4 f8, i1 to i8, u1 to u8 or b1 were expected"
      )
    }
    format = known
    isBigEndian = order == ">"
  }

  private mutating func boolean() throws(StrataError) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)] where rest.hasPrefix(word) {
      rest = rest.dropFirst(word.count)
      return value
    }
    throw unexpected("True or False")
  }

  private mutating func tuple() throws(StrataError) -> [Int] {
    try expect("(")
    var extents: [Int] = []
    while !take(")") {
      skipSpace()
      let digits = rest.prefix { $0.isASCII && $0.isWholeNumber }
      guard let extent = Int(digits), extents.count < 32 else { throw unexpected("an extent that can be held") }
      rest = rest.dropFirst(digits.count)
      extents.append(extent)
      if !take(",") {
        try expect(")")
        break
      }
    }
    return extents
  }

  private mutating func string() throws(StrataError) -> String {
    skipSpace()
    guard let quote = rest.first, quote == "'" || quote == "\"" else { throw unexpected("a quoted word") }
    let body = rest.dropFirst()
    guard let end = body.firstIndex(of: quote) else { throw unexpected("a closing quote") }
    rest = body[body.index(after: end)...]
    return String(body[..<end])
  }

  private mutating func take(_ sign: Character) -> Bool {
    skipSpace()
    guard rest.first == sign else { return false }
    rest = rest.dropFirst()
    return true
  }

  private mutating func expect(_ sign: Character) throws(StrataError) {
    if !take(sign) { throw unexpected("\"\(sign)\"") }
  }

  private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\t" } }

  private func unexpected(_ expected: String) -> StrataError {
    StrataError(
      "\(place): expected \(expected), found \(rest.isEmpty ? "the end" : String(rest.prefix(12)).debugDescription)")
  }
}

/// Tensors as NPY files, for NumPy and everything that reads its format.
public enum NPY {
  /// Reads an array of any number type as a tensor. Throws for a bad file, or one with more axes than a tensor has.
  public static func read(_ path: String) throws(StrataError) -> Tensor {
    let input = try InputFile(path)
    let bytes = try input.bytes(limit: 1 << 32)
    guard !bytes.isEmpty else { throw StrataError("\(path) is empty; an NPY file was expected") }
    let array = try NPYArray(bytes, 0..<bytes.count, place: path)
    return Tensor(try Shape(array.extents, of: path), elements: array.scalars)
  }

  /// Writes a tensor in version 1 of the format as 32-bit floats, little endian, row-major; whole or not at all.
  public static func write(_ tensor: Tensor, to path: String) throws(StrataError) {
    try AtomicFile.write(encode(tensor), to: path)
  }

  /// The bytes of the file.
  public static func encode(_ tensor: Tensor) -> [UInt8] {
    let extents = tensor.shape.dimensions.map(String.init).joined(separator: ", ")
    let shape = tensor.shape.rank == 1 ? "(\(extents),)" : "(\(extents))"
    var header = Array("{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }".utf8)
    // The numbers begin at a multiple of 64, so that they can be mapped into memory.
    let padded = (10 + header.count + 1 + 63) / 64 * 64
    header += [UInt8](repeating: UInt8(ascii: " "), count: padded - 10 - header.count - 1) + [UInt8(ascii: "\n")]
    let length = UInt16(header.count)
    return NPYArray.magic + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + header
      + NumberFormat.bytes(of: tensor.elements)
  }
}

extension Shape {
  /// A shape from a file's extents. Throws when a tensor cannot have it.
  init(_ extents: [Int], of place: String) throws(StrataError) {
    guard extents.count <= Shape.maximumRank, extents.allSatisfy({ (0...Int(Int32.max)).contains($0) }) else {
      throw StrataError(
        "\(place) has the shape \(extents); at most \(Shape.maximumRank) axes of less than 2³¹ were expected")
    }
    self.init(extents)
  }
}
