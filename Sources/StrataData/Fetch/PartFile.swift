import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A file that is arriving: locked against a second download, kept when interrupted.
final class PartFile {
  let path: String
  /// The bytes in it.
  private(set) var size: Int
  private let descriptor: Int32

  /// Opens or makes the file. Throws when another process is filling it.
  init(_ path: String) throws(StrataError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
    guard descriptor >= 0 else { throw StrataError("cannot write \(path): \(InputFile.reason(errno))") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw StrataError("\(path) is being filled by another download", try: "wait until it is done")
    }
    self.path = path
    self.descriptor = descriptor
    size = max(Int(lseek(descriptor, 0, SEEK_END)), 0)
  }

  /// An empty part is no use to a later attempt.
  deinit {
    if size == 0 { unlink(path) }
    close(descriptor)
  }

  func append(_ bytes: ArraySlice<UInt8>) throws(StrataError) {
    let code = bytes.withUnsafeBytes { append($0) }
    if code != 0 { throw StrataError("cannot write \(path): \(InputFile.reason(code))") }
  }

  /// Appends bytes; returns 0 or the system's error.
  func append(_ bytes: UnsafeRawBufferPointer) -> Int32 {
    var written = 0
    while written < bytes.count, let start = bytes.baseAddress {
      let count = write(descriptor, start + written, bytes.count - written)
      if count < 0, errno == EINTR { continue }
      if count < 0 { return errno }
      written += count
      size += count
    }
    return 0
  }

  /// Empties the file.
  func truncate() throws(StrataError) {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw StrataError("cannot write \(path): \(InputFile.reason(errno))")
    }
    size = 0
  }

  func remove() {
    unlink(path)
  }

  /// Brings the file to the disk and gives it its final name.
  func finish(as target: String) throws(StrataError) {
    guard fsync(descriptor) == 0, rename(path, target) == 0 else {
      throw StrataError("cannot write \(target): \(InputFile.reason(errno))")
    }
  }
}
