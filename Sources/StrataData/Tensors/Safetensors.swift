// Safetensors (Hugging Face, 2022): the length of a header as 8 bytes, the header as JSON (for each tensor its type, shape and
// range of bytes), and the numbers. What weights are carried in from and to other frameworks.
//
// Reading believes nothing: the header's length, every range, its size against the shape, overlaps and gaps are checked
// before a tensor is made.
import FoundationEssentials
import StrataEngine

/// The tensors of a safetensors file, and its free-form notes.
public struct Safetensors: Sendable, Equatable {
  /// A tensor with the name it is stored under.
  public struct Entry: Sendable, Equatable {
    /// `layer1.weight`
    public var name: String
    /// The numbers, as Floats whatever the file's type.
    public var tensor: Tensor
    /// A tensor to be stored under a name.
    public init(_ name: String, _ tensor: Tensor) {
      self.name = name
      self.tensor = tensor
    }
  }

  /// In the order of the file.
  public var entries: [Entry]
  /// What the file says about itself, `__metadata__`.
  public var metadata: [String: String]

  /// The contents of a file to be written.
  public init(_ entries: [Entry] = [], metadata: [String: String] = [:]) {
    self.entries = entries
    self.metadata = metadata
  }

  /// The tensor of a name; nil where there is none.
  public subscript(name: String) -> Tensor? { entries.first { $0.name == name }?.tensor }

  /// The longest header taken, as in the reference implementation.
  static let longestHeader = 100_000_000

  /// Reads F32, F64, F16, BF16, whole numbers and BOOL, each number as the nearest Float. Throws for a bad file.
  public static func read(_ path: String) throws(StrataError) -> Safetensors {
    let input = try InputFile(path)
    return try Safetensors(bytes: try input.bytes(limit: 1 << 34), place: path)
  }

  /// Reads the bytes of a file; `place` names it in errors.
  public init(bytes: [UInt8], place: String) throws(StrataError) {
    guard bytes.count > 8 else {
      throw StrataError("\(place) has \(bytes.count) bytes; a safetensors file begins with 8 and a header in braces")
    }
    let length = (0..<8).reduce(UInt64(0)) { $0 | UInt64(bytes[$1]) << (8 * UInt64($1)) }
    guard length <= Safetensors.longestHeader, Int(length) <= bytes.count - 8, length >= 2 else {
      throw StrataError(
        "\(place), byte 0: a header of \(length) bytes is announced; 2 to \(min(bytes.count - 8, Safetensors.longestHeader)) "
          + "were expected in a file of \(bytes.count)",
        try: "check that it is a safetensors file, and whole")
    }
    let start = 8 + Int(length)
    guard bytes[8] == UInt8(ascii: "{") else {
      throw StrataError("\(place), byte 8: the header should begin with a brace")
    }
    let header: SafetensorsHeader
    do {
      header = try JSONDecoder().decode(SafetensorsHeader.self, from: Data(bytes[8..<start]))
    } catch {
      throw StrataError(
        "\(place), bytes 8 to \(start): the header is no JSON object of tensors (\(Safetensors.reason(error)))")
    }
    metadata = header.metadata
    entries = []
    var expectedBegin = 0
    for (name, info) in header.tensors.sorted(by: {
      ($0.info.begin, $0.info.end, $0.name) < ($1.info.begin, $1.info.end, $1.name)
    }) {
      let format = try Safetensors.format(info.dtype, name, place)
      let shape = try Shape(info.shape, of: "\(place): tensor \(name)")
      guard info.begin == expectedBegin else {
        throw StrataError(
          "\(place): tensor \(name) begins at byte \(info.begin) of the numbers, and \(expectedBegin) was expected "
            + "(tensors follow one another without overlap or gap)")
      }
      guard info.end >= info.begin, info.end <= bytes.count - start else {
        throw StrataError(
          "\(place): tensor \(name) is said to end at byte \(info.end) of the numbers, and there are \(bytes.count - start)",
          try: "check that the file is whole")
      }
      guard let count = elementCount(info.shape), count <= Int.max / 8, count * format.size == info.end - info.begin
      else {
        throw StrataError(
          "\(place): tensor \(name) of \(shape) \(info.dtype) needs other than the \(info.end - info.begin) bytes given to it"
        )
      }
      let numbers = format.numbers(in: bytes, start + info.begin..<start + info.end)
      entries.append(Entry(name, Tensor(shape, elements: numbers)))
      expectedBegin = info.end
    }
    guard expectedBegin == bytes.count - start else {
      throw StrataError(
        "\(place): the tensors end at byte \(expectedBegin) of the numbers, and \(bytes.count - start) bytes are there")
    }
  }

  /// Writes the tensors as F32 in their order; whole or not at all. Throws when two have one name or the file cannot be
  /// written.
  public func write(to path: String) throws(StrataError) { try AtomicFile.write(try encoded(), to: path) }

  /// The bytes of the file.
  public func encoded() throws(StrataError) -> [UInt8] {
    var names: Set<String> = []
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(Safetensors.quoted($0)):\(Safetensors.quoted($1))" }
      parts.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    var offset = 0
    for entry in entries {
      guard entry.name != "__metadata__", names.insert(entry.name).inserted else {
        throw StrataError("a safetensors file cannot hold two tensors called \(entry.name)")
      }
      let end = offset + 4 * entry.tensor.count
      let shape = entry.tensor.shape.dimensions.map(String.init).joined(separator: ",")
      parts.append(
        "\(Safetensors.quoted(entry.name)):{\"dtype\":\"F32\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
      )
      offset = end
    }
    var header = Array("{\(parts.joined(separator: ","))}".utf8)
    // The numbers begin at a multiple of 8, so that they can be mapped into memory.
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + header.count + offset)
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: header.count >> (8 * shift))) }
    bytes += header
    for entry in entries { bytes += NumberFormat.bytes(of: entry.tensor.elements) }
    return bytes
  }

  private static func format(_ dtype: String, _ name: String, _ place: String) throws(StrataError) -> NumberFormat {
    let formats: [String: NumberFormat] = [
      "F16": .float16, "BF16": .bfloat16, "F32": .float32, "F64": .float64, "I8": .int8, "I16": .int16, "I32": .int32,
      "I64": .int64, "U8": .uint8, "U16": .uint16, "U32": .uint32, "U64": .uint64, "BOOL": .bool,
    ]
    guard let format = formats[dtype] else {
      throw StrataError(
        "\(place): tensor \(name) has the type \(dtype.debugDescription); F32, F64, F16, BF16, I8 to I64, U8 to U64 or BOOL "
          + "were expected")
    }
    return format
  }

  /// A string in JSON.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case let control where control.value < 32:
        let digits = String(control.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      "\(context.codingPath.first?.stringValue ?? "a tensor") has no \(key.stringValue)"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is not well formed" : "wrong in " + context.codingPath.map(\.stringValue).joined(separator: ", ")
    default: "it cannot be read"
    }
  }
}

/// The header's JSON: tensors by name, and `__metadata__` among them.
private struct SafetensorsHeader: Decodable {
  struct Info: Decodable {
    var dtype: String
    var shape: [Int]
    var begin: Int
    var end: Int

    private enum Key: String, CodingKey {
      case dtype, shape
      case offsets = "data_offsets"
    }

    init(from decoder: any Decoder) throws {
      let values = try decoder.container(keyedBy: Key.self)
      dtype = try values.decode(String.self, forKey: .dtype)
      shape = try values.decode([Int].self, forKey: .shape)
      let offsets = try values.decode([Int].self, forKey: .offsets)
      guard offsets.count == 2, offsets[0] >= 0, offsets[1] >= 0 else {
        throw DecodingError.dataCorruptedError(
          forKey: .offsets, in: values, debugDescription: "two offsets were expected")
      }
      begin = offsets[0]
      end = offsets[1]
    }
  }

  struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  var tensors: [(name: String, info: Info)] = []
  var metadata: [String: String] = [:]

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Name.self)
    for name in values.allKeys {
      if name.stringValue == "__metadata__" {
        metadata = try values.decode([String: String].self, forKey: name)
      } else {
        tensors.append((name.stringValue, try values.decode(Info.self, forKey: name)))
      }
    }
  }
}
