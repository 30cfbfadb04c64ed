import Foundation
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A small HTTP server on the loopback interface: what downloads are tested against. It knows ranges, and can misbehave.
final class HTTPServer: Sendable {
  /// How the server treats one path.
  struct Page: Sendable {
    var body: [UInt8]
    /// Closes the connection after so many bytes of the body, at the first request only.
    var cutAfter: Int?
    /// Answers 200 with everything, whatever range was asked for.
    var ignoresRange = false
    /// Sends the browser elsewhere.
    var redirect: String?
    /// Leaves the length unsaid and never stops sending.
    var isEndless = false
  }

  private struct State {
    var pages: [String: Page] = [:]
    var requests: [String] = []
  }

  private let state = Mutex(State())
  private let descriptor: Int32
  let port: UInt16

  /// Listens on a free port.
  init(_ pages: [String: Page]) throws {
    #if canImport(Glibc)
      let stream = Int32(SOCK_STREAM.rawValue)
    #else
      let stream = SOCK_STREAM
    #endif
    let descriptor = socket(AF_INET, stream, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listens = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 8) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    guard descriptor >= 0, listens else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    self.descriptor = descriptor
    port = UInt16(bigEndian: address.sin_port)
    state.withLock { $0.pages = pages }
    let thread = Thread { [weak self] in
      while true {
        let connection = accept(descriptor, nil, nil)
        guard connection >= 0 else { break }
        self?.answer(connection)
        close(connection)
      }
      // Closed here and not in deinit: until this thread is through, the number must not become another socket's.
      close(descriptor)
    }
    thread.start()
  }

  /// Wakes the thread that waits for connections, which then ends.
  deinit { shutdown(descriptor, Int32(SHUT_RDWR)) }

  var url: String { "http://127.0.0.1:\(port)/" }

  /// The requests so far: path and range.
  var requests: [String] { state.withLock { $0.requests } }

  private func answer(_ connection: Int32) {
    var request = ""
    var buffer = [UInt8](repeating: 0, count: 4096)
    while !request.contains("\r\n\r\n") {
      let count = recv(connection, &buffer, buffer.count, 0)
      if count <= 0 { return }
      request += String(decoding: buffer[..<count], as: UTF8.self)
    }
    let lines = request.components(separatedBy: "\r\n")
    let path = lines[0].split(separator: " ").dropFirst().first.map { String($0.dropFirst()) } ?? ""
    let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }.map { String($0.dropFirst(13)) }
    let page = state.withLock { state in
      state.requests.append(range.map { "\(path) \($0)" } ?? path)
      let page = state.pages[path]
      state.pages[path]?.cutAfter = nil
      return page
    }
    guard let page else { return send(connection, "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone") }
    if let target = page.redirect {
      return send(connection, "HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 5\r\n\r\nmoved")
    }
    if page.isEndless {
      send(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
      while send(connection, page.body) {}
      return
    }
    let start = range.flatMap { Int($0.split(separator: "-").first ?? "") } ?? 0
    if start > 0, !page.ignoresRange {
      guard start < page.body.count else {
        return send(connection, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\n\r\n")
      }
      let rest = Array(page.body[start...])
      send(
        connection,
        "HTTP/1.1 206 Partial Content\r\nContent-Length: \(rest.count)\r\n"
          + "Content-Range: bytes \(start)-\(page.body.count - 1)/\(page.body.count)\r\nConnection: close\r\n\r\n")
      send(connection, Array(rest.prefix(page.cutAfter ?? rest.count)))
    } else {
      send(connection, "HTTP/1.1 200 OK\r\nContent-Length: \(page.body.count)\r\nConnection: close\r\n\r\n")
      send(connection, Array(page.body.prefix(page.cutAfter ?? page.body.count)))
    }
  }

  private func send(_ connection: Int32, _ text: String) { send(connection, Array(text.utf8)) }

  /// Sends all bytes; false when the other side has gone.
  @discardableResult
  private func send(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        #if canImport(Glibc)
          Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        #else
          Darwin.send(connection, $0.baseAddress, $0.count, 0)
        #endif
      }
      if count <= 0 { return false }
      sent += count
    }
    return true
  }
}
