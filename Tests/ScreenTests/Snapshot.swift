// Screens as text files: compared where they exist, written where they do not (and then the test fails, so that nobody
// commits what nobody has looked at). RECORD_SNAPSHOTS=1 writes them all afresh.
import Foundation
import Testing

/// Compares lines with `Snapshots/NAME.txt`.
func expectSnapshot(_ lines: [String], _ name: String, sourceLocation: SourceLocation = #_sourceLocation) {
  let folder = URL(fileURLWithPath: "\(#filePath)").deletingLastPathComponent().appendingPathComponent("Snapshots")
  let file = folder.appendingPathComponent(name + ".txt")
  let text = lines.joined(separator: "\n") + "\n"
  let isRecording = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil
  guard !isRecording, let expected = try? String(contentsOf: file, encoding: .utf8) else {
    try? text.write(to: file, atomically: true, encoding: .utf8)
    Issue.record("\(name) was recorded: look at it, then run again", sourceLocation: sourceLocation)
    return
  }
  guard expected != text else { return }
  let pairs = zip(expected.split(separator: "\n", omittingEmptySubsequences: false), lines)
  let different = pairs.enumerated().filter { $0.element.0 != $0.element.1 }.prefix(5)
  let report = different.map { "row \($0.offset):\n  expected \($0.element.0)\n  found    \($0.element.1)" }
  Issue.record("\(name) differs\n\(report.joined(separator: "\n"))", sourceLocation: sourceLocation)
}
