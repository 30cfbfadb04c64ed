// Fetching data into a data place: `strata data get mnist`.
//
// A file arrives under its name with `.part` behind it, which an interruption leaves for the next attempt to go on from. It gets
// its own name only after its checksum was right: under the final name there is never a part of a file.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How far fetching has come.
public struct FetchProgress: Sendable, Hashable {
  /// The file that is being fetched.
  public var file: String
  /// Its place among the set's files, from 1.
  public var number: Int
  /// How many files the set has.
  public var count: Int
  /// Bytes of the file that are there, those of an earlier attempt included.
  public var done: Int
  /// Bytes that it will have; nil while unknown.
  public var total: Int?
  /// Bytes a second in this attempt.
  public var rate: Double
}

/// What was fetched.
public struct FetchReport: Sendable, Hashable {
  /// The folder that holds the files now.
  public var folder: String
  /// Who made the data.
  public var source: String
  /// The terms under which they may be used.
  public var licence: String
  /// Files that came in this call, with the place each came from.
  public var fetched: [String]
  /// Files that were there already and are right.
  public var present: [String]
}

/// Fetches data sets into a data place and checks that they arrived whole.
public enum DataStore {
  /// Fetches a set by its name; see `get(_:from:into:progress:)` for sets.
  public static func get(
    _ name: String, from source: String? = nil, into place: String,
    progress: @escaping (FetchProgress) -> Bool = { _ in true }
  ) throws(StrataError) -> FetchReport {
    guard let set = FetchableSet.all.first(where: { $0.name == name }) else {
      let names = FetchableSet.all.map(\.name).joined(separator: ", ")
      throw StrataError("there is nothing to fetch called \"\(name)\"", try: "one of: \(names)")
    }
    return try get(set, from: source, into: place, progress: progress)
  }

  /// Fetches the files of a set that are not there yet into `place/name`, from the set's mirrors or from `source`, a URL
  /// prefix or a folder.
  ///
  /// `progress` is called several times a second; returning false stops, as a failing connection does, with what came so far
  /// kept for the next call. Throws also when a file is not the published one: it is removed then.
  public static func get(
    _ set: FetchableSet, from source: String? = nil, into place: String,
    progress: @escaping (FetchProgress) -> Bool = { _ in true }
  ) throws(StrataError) -> FetchReport {
    let folder = "\(place)/\(set.name)"
    try makeFolder(folder)
    var report = FetchReport(folder: folder, source: set.source, licence: set.licence, fetched: [], present: [])
    for (index, file) in set.files.enumerated() {
      let target = "\(folder)/\(file.name)"
      if InputFile.kind(of: target) != .absent {
        if let problem = try file.checksum.mismatch(of: target, mostBytes: file.mostBytes) {
          throw StrataError(
            "\(target) is there already and is not the published file: \(problem)", try: "move it away and fetch again")
        }
        report.present.append(file.name)
        continue
      }
      let part = try PartFile(target + ".part")
      var state = FetchProgress(
        file: file.name, number: index + 1, count: set.files.count, done: 0, total: nil, rate: 0)
      let origin = try fetch(file, of: set, from: source, into: part, &state, progress)
      if let problem = try file.checksum.mismatch(of: part.path, mostBytes: file.mostBytes) {
        part.remove()
        throw StrataError(
          "\(file.name) from \(origin) is not the published file and was removed: \(problem)",
          try: source == nil ? "the same command again, or --from with another source" : "another source after --from")
      }
      try part.finish(as: target)
      report.fetched.append("\(file.name) from \(origin)")
    }
    return report
  }

  /// Brings one file's bytes into the part file and returns where they came from.
  private static func fetch(
    _ file: FetchableSet.File, of set: FetchableSet, from source: String?, into part: PartFile,
    _ state: inout FetchProgress, _ progress: @escaping (FetchProgress) -> Bool
  ) throws(StrataError) -> String {
    if let source, !isWeb(source) {
      let folder = source.hasPrefix("file://") ? String(source.dropFirst(7)) : source
      try copy(file, from: folder, into: part, &state, progress)
      return folder
    }
    let prefixes = source.map { [$0.hasSuffix("/") ? $0 : $0 + "/"] } ?? set.mirrors
    var failures: [String] = []
    for prefix in prefixes {
      var download = Download(file: file, url: prefix + file.name, part: part, state: state)
      switch download.run(progress) {
      case .done: return prefix
      case .stopped:
        throw StrataError(
          "stopped while fetching \(file.name), \(part.size) bytes of it are kept",
          try: "the same command again: it goes on from there")
      case .unavailable(let problem): throw problem
      case .failed(let problem): failures.append(problem)
      }
      state = download.state
    }
    let kept = part.size > 0 ? "; \(part.size) bytes of it are kept" : ""
    throw StrataError(
      "\(file.name) could not be fetched: \(failures.joined(separator: "; "))\(kept)",
      try: part.size > 0 ? "the same command again: it goes on from there" : "--from with another URL or a folder")
  }

  /// Whether a source is a URL rather than a folder.
  private static func isWeb(_ source: String) -> Bool { source.contains("://") && !source.hasPrefix("file://") }

  /// Copies a file from a folder: under its name, or expanded under its name without `.gz`.
  private static func copy(
    _ file: FetchableSet.File, from folder: String, into part: PartFile, _ state: inout FetchProgress,
    _ progress: @escaping (FetchProgress) -> Bool
  ) throws(StrataError) {
    var candidates = ["\(folder)/\(file.name)"]
    // The expanded file can only be told to be right by a checksum of the contents.
    if case .sha256OfContents = file.checksum, file.name.hasSuffix(".gz") {
      candidates.append("\(folder)/\(file.name.dropLast(3))")
    }
    guard let found = candidates.first(where: { InputFile.kind(of: $0) == .file }) else {
      guard InputFile.kind(of: folder) == .folder else {
        throw StrataError("\(folder) is no folder and no URL to fetch from")
      }
      throw StrataError("\(folder) does not hold \(file.name)")
    }
    let input = try InputFile(found)
    let bytes = try input.bytes(limit: file.mostBytes)
    try part.truncate()
    state.total = bytes.count
    for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
      try part.append(bytes[start..<min(start + 1 << 20, bytes.count)])
      state.done = part.size
      guard progress(state) else { throw StrataError("stopped while copying \(file.name)") }
    }
  }

  /// Makes a folder and those above it.
  private static func makeFolder(_ path: String) throws(StrataError) {
    var current = path.hasPrefix("/") ? "" : "."
    for piece in path.split(separator: "/") {
      current += "/\(piece)"
      if mkdir(current, 0o777) != 0, errno != EEXIST {
        let code = errno
        if InputFile.kind(of: current) == .folder { continue }
        throw StrataError("cannot make the folder \(current): \(InputFile.reason(code))")
      }
    }
    guard InputFile.kind(of: path) == .folder else {
      throw StrataError("\(path) is not a folder; a folder was expected")
    }
  }
}
