import CFiles
import StrataEngine

extension FetchableSet.Checksum {
  /// Why the file at a path is not the one meant; nil when it is. Throws when it cannot be read.
  func mismatch(of path: String, mostBytes: Int) throws(StrataError) -> String? {
    let kind: cf_digest_kind
    let expected: String
    let label: String
    switch self {
    case .sha256OfContents(let digits): (kind, expected, label) = (cf_sha256, digits, "SHA-256 of its contents")
    case .md5OfFile(let digits): (kind, expected, label) = (cf_md5, digits, "MD5")
    }
    guard let digest = cf_digest_new(kind) else {
      throw StrataError("the system's cryptographic library has no \(label)")
    }
    var bytes = [UInt8](repeating: 0, count: 32)
    var problem: String?
    do throws(StrataError) {
      let input = try InputFile(path)
      if kind == cf_md5 {
        let contents = try input.bytes(limit: mostBytes)
        cf_digest_update(digest, contents, contents.count)
      } else {
        var stream = try input.expanded()
        // What should be there is small; a file that expands without end is stopped.
        let limit = 1 << 30
        while stream.position <= limit {
          let piece = try stream.read(1 << 20)
          if piece.isEmpty { break }
          cf_digest_update(digest, piece, piece.count)
        }
      }
    } catch {
      // Damage that shows while expanding is a mismatch like any other.
      problem = error.problem
    }
    let size = cf_digest_finish(digest, &bytes)
    if let problem { return problem }
    let found = bytes.prefix(size).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
    return found == expected ? nil : "its \(label) is \(found), and \(expected) was expected"
  }
}
