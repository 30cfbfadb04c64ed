// A lesson as the tests see it: a file of the folder `sessions`, cut into parts at its pauses.
import Foundation
import StrataEngine
import StrataLab
import StrataViews

/// A file of the folder of lessons.
struct Lesson: Sendable, CustomStringConvertible {
  let name: String
  let text: String

  var description: String { name }

  private static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Every lesson that comes with Strata, sorted by name.
  static let all: [Lesson] = {
    let folder = checkout.appendingPathComponent("sessions")
    let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return files.filter { $0.pathExtension == "strata" }.compactMap { file in
      (try? String(contentsOf: file, encoding: .utf8)).map {
        Lesson(name: file.deletingPathExtension().lastPathComponent, text: $0)
      }
    }.sorted { $0.name < $1.name }
  }()

  /// The example that the guide to writing lessons begins with; nil when it is not found.
  static var guideExample: Lesson? {
    let guide = try? String(contentsOf: checkout.appendingPathComponent("docs/LESSONS.md"), encoding: .utf8)
    guard let lines = guide?.split(separator: "\n", omittingEmptySubsequences: false),
      let start = lines.firstIndex(of: "    strata session 1")
    else { return nil }
    let example = lines[start...].prefix { $0.isEmpty || $0.hasPrefix("    ") }.map { $0.dropFirst(4) }
    return Lesson(name: "docs/LESSONS.md", text: example.joined(separator: "\n"))
  }

  /// The lesson of this name.
  static func named(_ name: String) -> Lesson? { all.first { $0.name == name } }

  func session() throws -> SessionFile { try SessionFile(text: text) }

  /// A laboratory as a stranger's session gets it: all views, no file.
  static let configuration = LabConfiguration(views: viewNames, files: .nothing)
}

extension SessionFile {
  /// The lines between pauses.
  var parts: [[SessionLine]] {
    lines.split { $0.text == "pause" }.map(Array.init)
  }
}

extension SessionLine {
  var word: Substring { text.prefix { $0 != " " } }

  /// What is said, without marks, where the line is narration.
  var narration: String? {
    guard word == "say" else { return nil }
    return Markup.plain(text.dropFirst(3).trimmingCharacters(in: .whitespaces))
  }
}

/// Everything that a session has made of its laboratory, to the last bit.
func fingerprint(_ lab: Lab) -> [String] {
  var parts = ["\(lab.moment)", "branch \(lab.timeline.branchNumber) of \(lab.timeline.branches.count)"]
  for named in lab.experiment.model.parameters {
    parts.append("\(named.name) \(named.tensor.shape) \(named.tensor.elements.map(\.bitPattern))")
  }
  return parts
}
