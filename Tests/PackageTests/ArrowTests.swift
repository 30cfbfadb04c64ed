// The house: who imports whom, that documents are in step with the tables, that nothing of a machine is in the tree.
import Foundation
import StrataLab
import Testing

private let root = URL(fileURLWithPath: "\(#filePath)").deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent()

/// The Swift files of a module with their text.
private func sources(_ module: String) throws -> [(name: String, text: String)] {
  let folder = root.appendingPathComponent("Sources/\(module)")
  let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
  var found: [(String, String)] = []
  while let file = files?.nextObject() as? URL {
    guard file.pathExtension == "swift" else { continue }
    found.append((file.lastPathComponent, try String(contentsOf: file, encoding: .utf8)))
  }
  return found
}

@Suite struct ArrowTests {
  /// What each module may import of our own, and of Foundation.
  static let allowed: [String: Set<String>] = [
    "StrataEngine": ["CKernels"],
    "StrataData": ["CFiles", "StrataEngine", "FoundationEssentials"],
    "StrataLab": ["StrataEngine", "StrataData"],
    "StrataPlot": [],
    "StrataViews": ["StrataEngine", "StrataData", "StrataLab", "StrataPlot"],
    "StrataTerminal": [
      "StrataEngine", "StrataLab", "StrataPlot", "StrataViews", "CCurses", "CReadline", "Dispatch", "Synchronization",
    ],
    "strata": [
      "StrataEngine", "StrataData", "StrataLab", "StrataPlot", "StrataViews", "StrataTerminal", "ArgumentParser",
    ],
  ]
  static let system: Set<String> = ["Glibc", "Darwin", "CommonCrypto"]

  @Test("arrows point one way", arguments: allowed.keys.sorted())
  func imports(module: String) throws {
    let files = try sources(module)
    #expect(!files.isEmpty)
    for (name, text) in files {
      for line in text.split(separator: "\n") {
        let words = line.split(separator: " ").map(String.init)
        guard let place = words.firstIndex(of: "import"), place <= 1, words.count > place + 1 else { continue }
        let imported = words[place + 1]
        #expect(
          Self.allowed[module]!.contains(imported) || Self.system.contains(imported),
          "\(module)/\(name) imports \(imported)")
      }
    }
  }

  @Test("docs/COMMANDS.md is what the command table says (strata commands > docs/COMMANDS.md)")
  func reference() throws {
    let text = try String(contentsOf: root.appendingPathComponent("docs/COMMANDS.md"), encoding: .utf8)
    #expect(text == CommandTable.commandReference())
  }

  @Test("no unsafe flags in the manifest")
  func manifest() throws {
    let text = try String(contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
    #expect(!text.contains("unsafeFlags"))
  }
}
