// The sessions of the long runs take minutes to hours and are not played here; but what they say is understood.
import Foundation
import StrataLab
import Testing

@Suite struct ResultSessionTests {
  static let files: [URL] = {
    let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = checkout.appendingPathComponent("sessions/results")
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.pathExtension == "strata" }
  }()

  @Test("there are some")
  func found() { #expect(Self.files.count >= 6) }

  @Test("every line is a command, and what a session loads another one saves", arguments: files)
  func understood(file: URL) throws {
    let session = try SessionFile(text: String(contentsOf: file, encoding: .utf8))
    #expect(session.field("title") != nil && session.field("teaches") != nil)
    for line in session.lines {
      #expect(throws: Never.self, "\(file.lastPathComponent), line \(line.number)") {
        _ = try CommandTable.parse(line.text)
      }
      guard line.text.hasPrefix("load weights ") else { continue }
      let saved = try Self.files.contains {
        try String(contentsOf: $0, encoding: .utf8).contains("save weights " + line.text.dropFirst(13))
      }
      #expect(saved, "nobody saves what line \(line.number) of \(file.lastPathComponent) loads")
    }
  }
}
