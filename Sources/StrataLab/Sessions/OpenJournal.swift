// A journal file that is open and locked: bytes are put at its end and brought to the disk, all of them or none.
//
// The lock (flock) is held as long as the file is open and goes with the process, however that ends. So a journal whose
// lock can be had belongs to a laboratory that is no more.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A journal that nobody else can open this way.
struct OpenJournal: ~Copyable {
  let path: String
  /// The bytes that are whole and on the disk.
  private(set) var size: Int
  private let descriptor: Int32
  /// Whether there may be more bytes in the file than are whole.
  private var needsCutting = false

  private init(path: String, descriptor: Int32, size: Int) {
    self.path = path
    self.descriptor = descriptor
    self.size = size
  }

  deinit {
    // Not by closing alone: a child that was just forked has the file open too, until it begins its program.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Makes a journal with these bytes in it. It gets its name only when they are on the disk.
  static func make(_ name: String, in folder: String, _ bytes: [UInt8]) throws(StrataError) -> OpenJournal {
    let path = "\(folder)/\(name)"
    let temporary = "\(folder)/.\(name).part"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure(errno) }
    var journal = OpenJournal(path: path, descriptor: descriptor, size: 0)
    var current = temporary
    do throws(StrataError) {
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { throw failure(errno) }
      try journal.append(bytes)
      guard rename(temporary, path) == 0 else { throw failure(errno) }
      current = path
      try bringToDisk(folder: folder)
    } catch {
      unlink(current)
      throw error
    }
    return journal
  }

  /// Opens a journal that exists. Throws when it belongs to a laboratory that is alive, or is gone.
  static func claim(_ path: String) throws(StrataError) -> OpenJournal {
    let descriptor = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { throw StrataError("the journal cannot be opened: \(reason(errno))") }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw StrataError("the journal is no regular file")
    }
    let journal = OpenJournal(path: path, descriptor: descriptor, size: Int(status.st_size))
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw StrataError("that laboratory is alive, or is being restored by another one", try: "restore list")
    }
    // It may have been deleted between opening and locking.
    guard !journal.isDeleted else { throw StrataError("that journal is gone", try: "restore list") }
    return journal
  }

  var isDeleted: Bool {
    var status = stat()
    return fstat(descriptor, &status) != 0 || status.st_nlink == 0
  }

  /// All bytes. Throws when they are more than a journal can have.
  func bytes() throws(StrataError) -> [UInt8] { try OpenJournal.contents(of: descriptor, size: size) }

  /// Forgets what stands behind this place when the next bytes are put there.
  mutating func cut(to size: Int) {
    needsCutting = needsCutting || size < self.size
    self.size = min(size, self.size)
  }

  /// Puts bytes at the end and brings them to the disk; when that fails, the file is as it was.
  mutating func append(_ bytes: [UInt8]) throws(StrataError) {
    guard size + bytes.count <= JournalFile.maximumBytes else {
      throw StrataError("it has reached its limit of \(NumberText.bytes(JournalFile.maximumBytes))")
    }
    if needsCutting {
      guard ftruncate(descriptor, off_t(size)) == 0 else { throw OpenJournal.failure(errno) }
      needsCutting = false
    }
    let code = OpenJournal.put(descriptor, bytes)
    guard code == 0 else {
      needsCutting = ftruncate(descriptor, off_t(size)) != 0
      throw OpenJournal.failure(code)
    }
    size += bytes.count
  }

  /// Returns 0 or the system's error.
  private static func put(_ descriptor: Int32, _ bytes: [UInt8]) -> Int32 {
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = write(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        if count < 0 { return errno }
        written += count
      }
      return dataSync(descriptor) == 0 ? 0 : errno
    }
  }

  /// A file's bytes from the beginning.
  static func contents(of descriptor: Int32, size: Int) throws(StrataError) -> [UInt8] {
    guard size <= JournalFile.maximumBytes else {
      throw StrataError("the file has \(NumberText.bytes(size)), more than a journal can have")
    }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, used in
      used = 0
      while used < size {
        let count = pread(descriptor, buffer.baseAddress! + used, size - used, off_t(used))
        if count < 0, errno == EINTR { continue }
        if count < 0 { failure = errno }
        if count <= 0 { break }
        used += count
      }
    }
    guard failure == 0 else { throw StrataError("the journal cannot be read: \(reason(failure))") }
    return bytes
  }

  /// A new or another name is on the disk only when its folder is.
  static func bringToDisk(folder: String) throws(StrataError) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(errno) }
    defer { close(descriptor) }
    // Some file systems cannot do this for folders, and need not.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else { throw failure(errno) }
  }

  static func failure(_ code: Int32) -> StrataError { StrataError(reason(code)) }

  static func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "its folder does not exist"
    case ENOTDIR: "a part of its folder's path is a file"
    case EACCES, EPERM: "its folder may not be written to"
    case EROFS: "its disk may only be read"
    case ENOSPC, EDQUOT: "the disk is full"
    case EFBIG: "files may not become that large here (ulimit -f)"
    default: strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
  }
}

/// Brings a file's contents to the disk, without its times.
private func dataSync(_ descriptor: Int32) -> Int32 {
  #if canImport(Glibc)
    fdatasync(descriptor)
  #else
    fsync(descriptor)
  #endif
}
