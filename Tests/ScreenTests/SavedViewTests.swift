// Views as files, and what is asked of views by name.
import Foundation
import StrataEngine
import StrataLab
import StrataPlot
import StrataTerminal
import StrataViews
import Testing

@Suite struct SavedViewTests {
  private func lab(_ lines: [String]) throws -> Lab {
    var lab = Lab(LabConfiguration(views: viewNames, now: { 0 }), seed: 1)
    for line in lines { _ = try lab.execute(line) }
    return lab
  }

  /// Laboratories in which, together, every view has something to show.
  private static let situations = [
    ["data digits", "add dense 16 relu", "add dense 10 softmax", "run 5", "back 2", "set rate 0.2", "run 5"],
    ["data digits", "rbm 16", "stack rbm 12 --labels", "run 3 steps", "dream --steps 3"],
    ["data bars", "helmholtz 8 1", "learn wakesleep --batch 6", "run 3 steps", "step 3"],
    ["data moons", "add dense 4 tanh", "add dense 2 softmax", "run 5", "landscape --points 9"],
    ["data digits", "add conv 4 3x3 relu", "add maxpool 2x2", "add dense 10 softmax", "run 5"],
    ["minimize x^2 + y^2 --start 1,1", "run 3"],
    ["data bars", "rbm 4", "run 3"],
    ["data digits --labels 50", "kmeans 10", "run 3", "label guess --threshold 0"],
    ["data moons", "add dense 2 softmax", "sweep rate 0.1,0.5 --epochs 3"],
    [
      "data reber --samples 40", "add lstm 6 --steps each", "add dense 7 softmax --steps each", "run 3",
      "generate 60",
    ],
  ]

  @Test func everyViewInEveryFormat() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("strata-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var saved: Set<String> = []
    for lines in Self.situations {
      let lab = try lab(lines)
      for view in views where view.reasonMissing(lab) == nil && !saved.contains(view.name) {
        saved.insert(view.name)
        for ending in ["png", "SVG", "txt", "Txt"] {
          let path = folder.appendingPathComponent("\(view.name).\(ending)").path
          try saveView(view.name, [], of: lab, to: path, charset: ending == "Txt" ? .ascii : .unicode)
          let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
          switch ending {
          case "png":
            // The signature, then width and height: 960 by 600 twice over, and a picture that is not one colour.
            #expect(bytes.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            #expect(Array(bytes[16..<24]) == [0, 0, 0x07, 0x80, 0, 0, 0x04, 0xB0])
            #expect(bytes.count > 10_000, "\(view.name) is \(bytes.count) bytes")
          case "SVG": #expect(String(decoding: bytes, as: UTF8.self).hasPrefix("<?xml"))
          default:
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 31)
            #expect(!text.contains("\u{1B}") && (ending == "txt" || text.allSatisfy(\.isASCII)))
          }
        }
      }
    }
    #expect(saved == Set(views.map(\.name)))
  }

  @Test func endingsAreChecked() throws {
    let lab = try lab(["data digits", "add dense 10 softmax", "run 5"])
    for path in ["x.gif", "x", "png", ".png"] {
      #expect(throws: StrataError.self) { try saveView("loss", [], of: lab, to: path) }
    }
  }

  @Test func aMeasurementThatIsNoneIsRefusedWithThoseThereAre() throws {
    let lab = try lab(["data digits", "add dense 10 softmax", "run 50"])
    for arguments in [["nonsense"], ["loss", "nonsense"]] {
      do {
        try saveView("loss", arguments, of: lab, to: "x.svg")
        Issue.record("\(arguments) was drawn")
      } catch {
        #expect(error.problem.contains(arguments.joined(separator: " ")))
        #expect(error.suggestion?.contains("show loss accuracy") == true)
      }
    }
    var studio = Studio(lab, size: Size(columns: 120, rows: 40), style: .plain)
    #expect(studio.update(.line("show loss nonsense")) == [.ring])
    #expect(studio.draw().lines.contains { $0.contains("nothing called 'nonsense' has been measured") })
  }

  @Test(arguments: [
    ("show loss accuracy", "accuracy"), ("show loss test accuracy", "accuracy"), ("show loss", "loss"),
    ("show loss loss --log", "loss"),
  ])
  func theTitleFollowsWhatIsMeasured(line: String, title: String) throws {
    var studio = Studio(
      try lab(["data digits", "add dense 10 softmax", "run 50"]), size: Size(columns: 120, rows: 40), style: .plain)
    #expect(studio.update(.line(line)) == [])
    #expect(studio.draw().lines[1].contains(" \(title) "), "\(studio.draw().lines[1])")
  }

  @Test func namesOfSeveralWordsAreMeasurementsToo() throws {
    var studio = Studio(
      try lab(["data digits", "rbm 16", "run 50"]), size: Size(columns: 120, rows: 40), style: .plain)
    #expect(studio.update(.line("show loss free energy gap")) == [])
    #expect(studio.draw().lines.contains { $0.contains("free energy gap") })
  }

  @Test func whatATensorViewWasAskedForMeansNothingToTheCurve() throws {
    var studio = Studio(
      try lab(["data digits", "add dense 10 softmax", "run 50"]), size: Size(columns: 120, rows: 40), style: .plain)
    let before = studio.draw().lines.first { $0.contains(" loss ") }
    _ = studio.update(.line("show tensor W1"))
    #expect(studio.draw().lines.first { $0.contains(" loss ") }?.contains(" loss ") == true && before != nil)
    #expect(!studio.draw().lines.contains { $0.contains("has been measured") })
  }

  @Test func helpOnShowListsEveryView() throws {
    var lab = try lab(["data digits"])
    let help = try lab.execute("help show").text
    for view in views { #expect(help.contains(view.name) && help.contains(view.summary)) }
  }

  @Test func quantitiesOfSeveralWordsArePrinted() throws {
    var lab = try lab(["data digits", "rbm 16", "run 20"])
    for name in ["hidden activity", "test free energy gap", "train reconstruction error", "reconstruction error"] {
      let outcome = try lab.execute("print \(name)")
      let value = try #require(outcome[name], "\(outcome.text)")
      #expect(outcome.text.hasPrefix("\(name) = "))
      _ = try lab.execute("expect \(name) == \(value)")
    }
    #expect(throws: StrataError.self) { try lab.execute("print hidden nonsense") }
  }
}
