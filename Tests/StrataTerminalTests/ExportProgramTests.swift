// `strata export` and pictures as the program writes them, seen from outside.
import Foundation
import Testing

@Suite struct ExportProgramTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let session = "strata session 1\nseed 2\n\ndata moons --samples 40\nadd dense 4 tanh\nadd dense 2 softmax\nrun 20\n"
    try session.write(to: folder.appendingPathComponent("s.strata"), atomically: true, encoding: .utf8)
    try (session + "save plot loss loss.PNG\n").write(
      to: folder.appendingPathComponent("plot.strata"), atomically: true, encoding: .utf8)
  }

  /// Runs the program in the folder. Returns how it ended and what it said, line ends of the terminal taken out.
  private func strata(
    _ arguments: String, environment: [String: String] = [:]
  ) throws -> (TerminalSession.Exit, String) {
    let program = TerminalSession.products.appendingPathComponent("strata").path
    let session = try TerminalSession(
      ["-c", "cd '\(folder.path)' && exec '\(program)' \(arguments)"], program: "/bin/sh", columns: 200,
      environment: environment)
    let exit = try session.waitForExit()
    return (exit, session.transcript.replacing("\r\n", with: "\n"))
  }

  private func contents(_ name: String) -> Data? { try? Data(contentsOf: folder.appendingPathComponent(name)) }
  private func text(_ name: String) -> String? { contents(name).map { String(decoding: $0, as: UTF8.self) } }

  @Test func metricsNetworkAndCast() throws {
    var (exit, said) = try strata("export metrics s.strata out.csv")
    #expect(exit == .status(0), "\(said)")
    #expect(text("out.csv")?.split(separator: "\n").count { $0.hasPrefix("1,") } == 21)
    (exit, said) = try strata("export metrics s.strata out.jsonl --branch 1")
    #expect(exit == .status(0) && text("out.jsonl")?.hasPrefix("{\"branch\":1,") == true, "\(said)")
    (exit, said) = try strata("export network s.strata net.py")
    #expect(exit == .status(0) && said.contains("net.samples.safetensors"), "\(said)")
    #expect(text("net.py")?.contains("nn.Linear(2, 4)") == true && contents("net.safetensors") != nil)
    (exit, said) = try strata("export cast s.strata out.cast --size 80x24 --speed 2")
    #expect(exit == .status(0) && text("out.cast")?.hasPrefix("{\"version\": 2, \"width\": 80") == true, "\(said)")
  }

  @Test(arguments: [
    ("export metrics s.strata out.txt", "ends in .csv or .jsonl"),
    ("export metrics s.strata out.csv --branch 7", "only branch 1"),
    ("export network s.strata out.csv", "ends in .py"), ("export cast s.strata out.txt", "ends in .cast"),
    ("export cast s.strata out.cast --size 9x9", "40x12 to 400x200"),
    ("export cast s.strata out.cast --speed 0", "--speed wants"),
    ("export metrics nosuch.strata out.csv", "cannot be read"), ("export metrics plot.strata out.csv", "line 8"),
  ])
  func refusals(arguments: String, words: String) throws {
    let (exit, said) = try strata(arguments)
    #expect(exit != .status(0))
    #expect(said.contains(words), "\(said)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["plot.strata", "s.strata"])
  }

  @Test func picturesAreWrittenWhateverTheTerminalShows() throws {
    for environment in [[:], ["NO_COLOR": "1"], ["LANG": "C", "TERM": "vt100"]] {
      for json in ["", "--json"] {
        try? FileManager.default.removeItem(at: folder.appendingPathComponent("loss.PNG"))
        let (exit, said) = try strata("run plot.strata --allow-file loss.PNG \(json)", environment: environment)
        #expect(exit == .status(0), "\(said)")
        #expect(contents("loss.PNG")?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true, "\(environment) \(json)")
      }
    }
  }

  @Test func whatPNGNeedsIsNamed() throws {
    try "<?xml version=\"1.0\"?><fontconfig></fontconfig>".write(
      to: folder.appendingPathComponent("fonts.conf"), atomically: true, encoding: .utf8)
    var (exit, said) = try strata(
      "run plot.strata --allow-file loss.PNG", environment: ["FONTCONFIG_FILE": folder.path + "/fonts.conf"])
    #expect(exit == .status(1) && said.contains("fonts-dejavu-core") && said.contains(".svg"), "\(said)")
    // A library of that name that is none.
    try "none".write(to: folder.appendingPathComponent("librsvg-2.so.2"), atomically: true, encoding: .utf8)
    let old = ProcessInfo.processInfo.environment["LD_LIBRARY_PATH"].map { ":" + $0 } ?? ""
    (exit, said) = try strata(
      "run plot.strata --allow-file loss.PNG", environment: ["LD_LIBRARY_PATH": folder.path + old])
    #expect(exit == .status(1) && said.contains("librsvg2-2") && said.contains(".svg"), "\(said)")
    #expect(contents("loss.PNG") == nil)
  }
}
