// Files are written beside their target and renamed, so that a target is either the old file or the whole new one.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Writes files whole or not at all.
public enum AtomicFile {
  /// Writes the bytes to a temporary file in the target's folder, brings them to the disk, and renames it to the target.
  ///
  /// A target that is a symbolic link stays one: the file it points to is replaced. Throws, with the target untouched and
  /// nothing left behind, when the folder is missing or not writable, the disk is full, or the target is no regular file.
  public static func write(_ bytes: [UInt8], to path: String) throws(StrataError) {
    let target = realpath(of: path)
    switch InputFile.kind(of: target) {
    case .folder: throw StrataError("cannot write \(path): it is a folder")
    case .other: throw StrataError("cannot write \(path): it is a device or a pipe")
    case .absent, .file: break
    }
    let slash = target.lastIndex(of: "/")
    let folder = slash.map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
    let name = slash.map { String(target[target.index(after: $0)...]) } ?? target
    guard !name.isEmpty else { throw StrataError("cannot write \(path): expected a file's name") }

    let (descriptor, temporary) = try create(in: folder, for: name, path: path)
    let failure = fill(descriptor, bytes)
    let closed = close(descriptor) == 0 ? 0 : errno
    let renamed = failure == 0 && closed == 0 ? (rename(temporary, target) == 0 ? 0 : errno) : 0
    if let code = [failure, closed, renamed].first(where: { $0 != 0 }) {
      unlink(temporary)
      throw StrataError("cannot write \(path): \(reason(code))")
    }
    // The new name itself is on the disk only after the folder is; failing here loses nothing that was there.
    let opened = open(folder, O_RDONLY | O_CLOEXEC)
    if opened >= 0 {
      fsync(opened)
      close(opened)
    }
  }

  /// Writes text as UTF-8; see `write(_:to:)` for bytes.
  public static func write(_ text: String, to path: String) throws(StrataError) {
    try write(Array(text.utf8), to: path)
  }

  /// Makes a new file with a name that no other has; its mode follows the user's mask.
  private static func create(in folder: String, for name: String, path: String) throws(StrataError) -> (Int32, String) {
    // The longest name a folder takes is 255 bytes.
    let stem = "\(folder)/.\(String(decoding: name.utf8.prefix(200), as: UTF8.self)).\(getpid())"
    for attempt in 0..<1000 {
      let temporary = "\(stem).\(attempt).part"
      let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return (descriptor, temporary) }
      if errno != EEXIST { throw StrataError("cannot write \(path): \(reason(errno))") }
    }
    throw StrataError("cannot write \(path): the folder is full of unfinished files named \(stem)….part")
  }

  /// Writes all bytes and brings them to the disk. Returns 0 or the system's error.
  private static func fill(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32 {
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = systemWrite(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        if count < 0 { return errno }
        written += count
      }
      return fsync(descriptor) == 0 ? 0 : errno
    }
  }

  private static func realpath(of path: String) -> String {
    guard let resolved = systemRealpath(path) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "its folder does not exist"
    case EACCES, EPERM, EROFS: "its folder may not be written to"
    case ENOSPC, EDQUOT: "the disk is full"
    default: InputFile.reason(code)
    }
  }
}

// The system's functions, which the methods above hide within the type.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}
private func systemRealpath(_ path: String) -> UnsafeMutablePointer<CChar>? { realpath(path, nil) }
