// Files are opened here and nowhere else, so that every reader answers a missing file, a folder, a device or a missing
// permission in the same words.
import CFiles
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What stands at a path.
enum FileKind {
  case absent, folder, file, other
}

/// A file to read, open.
///
/// Owns the descriptor: not copyable, closed when it goes.
struct InputFile: ~Copyable {
  let path: String
  /// The bytes it has on the disk.
  let size: Int
  private let descriptor: Int32

  /// Throws for what is absent, not permitted, or no regular file.
  init(_ path: String) throws(StrataError) {
    // Without O_NONBLOCK, opening a named pipe would wait for a writer.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw StrataError("cannot read \(path): \(InputFile.reason(errno))") }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      let code = errno
      close(descriptor)
      throw StrataError("cannot read \(path): \(InputFile.reason(code))")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: break
    case S_IFDIR:
      close(descriptor)
      throw StrataError("\(path) is a folder; a file was expected")
    default:
      close(descriptor)
      throw StrataError("\(path) is a device or a pipe; a file was expected")
    }
    self.path = path
    self.size = Int(status.st_size)
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// The first bytes, at most `count`: what the kind of file is told by.
  func head(_ count: Int) throws(StrataError) -> [UInt8] {
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      used = 0
      while used < count {
        let got = pread(descriptor, buffer.baseAddress! + used, count - used, off_t(used))
        if got < 0 && errno == EINTR { continue }
        if got < 0 { failure = errno }
        if got <= 0 { break }
        used += got
      }
    }
    if failure != 0 { throw StrataError("cannot read \(path): \(InputFile.reason(failure))") }
    return bytes
  }

  /// All the bytes. Throws when there are more than `limit`.
  func bytes(limit: Int) throws(StrataError) -> [UInt8] {
    guard size <= limit else {
      throw StrataError("\(path) has \(size) bytes, and at most \(limit) are read of such a file")
    }
    let bytes = try head(size)
    guard bytes.count == size else {
      throw StrataError("\(path) ended at byte \(bytes.count) of \(size) while it was read")
    }
    return bytes
  }

  /// The file as a stream of its plain bytes, whether it is compressed or not.
  func expanded() throws(StrataError) -> GzipStream {
    let isCompressed = try head(2) == [0x1f, 0x8b]
    return try GzipStream(path: path, size: size, isCompressed: isCompressed, descriptor: dup(descriptor))
  }

  /// The system's reason for an error number, in its own words.
  static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "there is no such file"
    case EACCES, EPERM: "it may not be read (permission denied)"
    case ENOTDIR: "a part of the path is a file, not a folder"
    default: strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
  }

  /// What stands at a path.
  static func kind(of path: String) -> FileKind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .absent }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
  }

  /// The names in a folder in the order of their bytes, without those that begin with a dot.
  static func names(in folder: String) throws(StrataError) -> [String] {
    guard let stream = opendir(folder) else { throw StrataError("cannot list \(folder): \(reason(errno))") }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// Reads a file that may be compressed with gzip, front to back, as plain bytes.
struct GzipStream: ~Copyable {
  let path: String
  /// The most plain bytes that the file can hold: its size, or 1032 times that where it is compressed (deflate's limit).
  let mostBytes: Int
  let isCompressed: Bool
  private let file: OpaquePointer
  /// Plain bytes read so far.
  private(set) var position = 0

  fileprivate init(path: String, size: Int, isCompressed: Bool, descriptor: Int32) throws(StrataError) {
    guard descriptor >= 0, lseek(descriptor, 0, SEEK_SET) == 0, let file = cf_gzip_open(descriptor) else {
      throw StrataError("cannot read \(path): \(InputFile.reason(errno))")
    }
    self.path = path
    self.file = file
    self.isCompressed = isCompressed
    mostBytes = min(size, 1 << 48) * (isCompressed ? 1032 : 1)
  }

  deinit { cf_gzip_close(file) }

  /// Up to `count` bytes: fewer only where the file ends.
  mutating func read(_ count: Int) throws(StrataError) -> [UInt8] {
    if count <= GzipStream.piece { return try readPiece(count) }
    // Memory for very much is taken as the bytes come, not on the word of whoever says how many there are.
    var all: [UInt8] = []
    while all.count < count {
      let bytes = try readPiece(min(count - all.count, GzipStream.piece))
      if bytes.isEmpty { break }
      all += bytes
    }
    return all
  }

  private static let piece = 1 << 28

  private mutating func readPiece(_ count: Int) throws(StrataError) -> [UInt8] {
    var message = [CChar](repeating: 0, count: Int(CF_MESSAGE_SIZE))
    var failed = false
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, used in
      let got = cf_gzip_read(file, buffer.baseAddress, count, &message)
      failed = got < 0
      used = max(got, 0)
    }
    if failed {
      throw StrataError(
        "\(path) is damaged near byte \(cf_gzip_position(file)) (compressed): \(text(of: message))",
        try: "fetch the file again")
    }
    position += bytes.count
    return bytes
  }

  /// The bytes read before and everything that is left. Throws when that is more than `limit`, having taken no more
  /// memory than what there is.
  mutating func rest(after head: [UInt8] = [], limit: Int) throws(StrataError) -> [UInt8] {
    var all = head
    // A file that is not compressed says truly how long it is.
    if !isCompressed { all.reserveCapacity(min(mostBytes, limit)) }
    while true {
      let piece = try read(1 << 20)
      all += piece
      guard all.count <= limit else {
        throw StrataError("\(path) holds more than \(limit) bytes, the most that is read of such a file")
      }
      if piece.count < 1 << 20 { return all }
    }
  }
}

/// The text in a C message buffer.
func text(of message: [CChar]) -> String {
  String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
