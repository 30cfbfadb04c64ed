// IDX, the format of MNIST (LeCun, Cortes, Burges): two zero bytes, a type, the number of axes, a big-endian 32-bit
// extent an axis, and the numbers.
//
// Read for bytes only (type 0x08), which is what images and labels are; plain or compressed with gzip. The numbers go from
// the file straight into the array that stays: 47 MB of images exist once.
import StrataEngine

/// The contents of an IDX file of bytes.
struct IDX: Equatable {
  var extents: [Int]
  var bytes: [UInt8]

  /// How many samples: the first extent.
  var count: Int { extents[0] }

  /// The most bytes taken from one file: ninety times MNIST.
  static let limit = 1 << 32

  /// Whether a file begins as IDX files of bytes do.
  static func recognises(_ head: [UInt8]) -> Bool {
    head.count >= 4 && head[0] == 0 && head[1] == 0 && head[3] >= 1 && head[3] <= 8
      && [0x08, 0x09, 0x0B, 0x0C, 0x0D, 0x0E].contains(head[2])
  }

  init(path: String) throws(StrataError) {
    let input = try InputFile(path)
    guard input.size > 0 else { throw StrataError("\(path) is empty; an IDX file was expected") }
    var stream = try input.expanded()
    let magic = try stream.read(4)
    guard magic.count == 4 else {
      throw StrataError("\(path) ends at byte \(magic.count); an IDX file begins with 4 bytes of type and axes")
    }
    guard magic[0] == 0, magic[1] == 0 else {
      throw StrataError(
        "\(path) is no IDX file: its first two bytes should be 0 and 0 and are \(magic[0]) and \(magic[1])")
    }
    guard magic[2] == 0x08 else {
      throw StrataError("\(path), byte 2: the type \(magic[2]) is not read; bytes (8) were expected")
    }
    let axes = Int(magic[3])
    guard (1...4).contains(axes) else {
      throw StrataError("\(path), byte 3: 1 to 4 axes were expected, found \(axes)")
    }
    let header = try stream.read(4 * axes)
    guard header.count == 4 * axes else {
      throw StrataError("\(path) ends at byte \(4 + header.count), within the \(axes) extents of its header")
    }
    extents = (0..<axes).map { axis in
      header[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    guard !extents.contains(0) else {
      throw StrataError(
        "\(path), byte \(4 + 4 * (extents.firstIndex(of: 0) ?? 0)): the header announces no numbers (0)")
    }
    let said = extents.map(String.init).joined(separator: "×")
    var total = 1
    for (axis, extent) in extents.enumerated() {
      let (product, overflow) = total.multipliedReportingOverflow(by: extent)
      // The header's word is checked against what the file could hold before any memory is taken for it.
      guard extent <= Int32.max, !overflow, product <= IDX.limit, product <= stream.mostBytes else {
        throw StrataError(
          "\(path), byte \(4 + 4 * axis): \(said) bytes are announced, and a file of \(input.size) bytes cannot hold them"
        )
      }
      total = product
    }
    bytes = try stream.read(total)
    guard bytes.count == total else {
      throw StrataError(
        "\(path) is cut short: \(said) = \(total) bytes were announced and \(bytes.count) are there",
        try: "fetch the file again")
    }
    guard try stream.read(1).isEmpty else {
      throw StrataError("\(path) goes on after the \(total) bytes (\(said)) that its header announces")
    }
  }
}
