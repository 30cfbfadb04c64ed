// Where sessions come from: a file, standard input, the folder of lessons beside the program.
import StrataEngine
import StrataLab

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

enum SessionSource {
  /// Reads a session. Standard input (`-`) may do without a header: then the seed is the one given.
  static func read(_ path: String, seed: UInt64) throws(StrataError) -> SessionFile {
    let bytes = try contents(of: path)
    if path == "-", let text = String(validating: bytes, as: UTF8.self), !text.hasPrefix("strata ") {
      return try SessionFile(text: "strata session \(SessionFile.version)\nseed \(seed)\n\n" + text)
    }
    do {
      return try SessionFile(bytes)
    } catch {
      throw StrataError("\(path): \(error.problem)", try: error.suggestion)
    }
  }

  private static func contents(of path: String) throws(StrataError) -> [UInt8] {
    let descriptor = path == "-" ? 0 : open(path, O_RDONLY)
    guard descriptor >= 0 else {
      throw StrataError("\(path) cannot be read: \(String(cString: strerror(errno)))", try: "strata lessons")
    }
    defer { if descriptor != 0 { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= SessionFile.maximumBytes {
      let count = readChunk(descriptor, &chunk)
      guard count >= 0 else {
        throw StrataError("\(path) cannot be read: \(String(cString: strerror(errno)))")
      }
      if count == 0 { return bytes }
      bytes += chunk[..<count]
    }
    throw StrataError("\(path) is longer than a session can be (\(SessionFile.maximumBytes) bytes)")
  }

  private static func readChunk(_ descriptor: Int32, _ chunk: inout [UInt8]) -> Int {
    chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
  }

  /// `$STRATA_SESSIONS`, or the folder `sessions` at or above the program's own place; nil when there is none.
  static func lessonFolder(variables: [String: String]) -> String? {
    if let given = variables["STRATA_SESSIONS"] { return given }
    var buffer = [CChar](repeating: 0, count: 4096)
    let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    var path = length > 0 ? String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) : ""
    while let slash = path.lastIndex(of: "/") {
      path = String(path[..<slash])
      let candidate = path + "/sessions"
      if access(candidate + "/digits.strata", R_OK) == 0 { return candidate }
    }
    return nil
  }

  /// The lessons of a folder, sorted by name.
  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".strata") { names.append(String(name.dropLast(7))) }
    }
    return names.sorted()
  }
}
