// The views of Boltzmann machines, stacks of them and Helmholtz machines: drawn at every size and in the middle of a
// mini-batch, and some of them to the letter.
import StrataEngine
import StrataLab
import StrataPlot
import StrataTerminal
import StrataViews
import Testing

/// A studio after some commands, with a clock that stands still.
private func studio(_ lines: [String], _ columns: Int, _ rows: Int, style: DrawingStyle = .plain) throws -> Studio {
  var lab = Lab(LabConfiguration(views: viewNames, now: { 0 }), seed: 1)
  for line in lines { _ = try lab.execute(line) }
  return Studio(lab, size: Size(columns: columns, rows: rows), style: style)
}

/// A laboratory for the tests, by a name.
private struct Situation: Sendable, CustomTestStringConvertible {
  let name: String
  let lines: [String]
  var testDescription: String { name }

  static let all: [Situation] = [
    Situation(name: "nothing computed", lines: ["data bars", "rbm 9"]),
    Situation(name: "cd", lines: ["data digits", "rbm 20", "learn cd 1", "run 3 steps"]),
    Situation(
      name: "cd in a loop", lines: ["data bars", "rbm 9", "learn cd 3", "set visible sample", "next", "step 5"]),
    Situation(name: "pcd", lines: ["data digits", "rbm 20", "learn pcd 1", "run 3 steps", "step 2"]),
    Situation(name: "exact", lines: ["data bars", "rbm 8", "learn exact", "run 3 steps"]),
    Situation(name: "gaussian", lines: ["data iris", "rbm 8", "learn cd 1", "run 3 steps"]),
    Situation(
      name: "labelled stack that dreams",
      lines: [
        "data digits", "rbm 16", "stack rbm 12", "stack rbm 20 --labels", "run 3 steps", "dream --steps 5",
      ]),
    Situation(
      name: "updown in the middle",
      lines: [
        "data digits", "rbm 16", "stack rbm 12", "stack rbm 20 --labels", "learn updown", "run 2 steps", "step 8",
      ]),
    Situation(
      name: "convolutional machine", lines: ["data digits", "crbm 9 3x3", "learn cd 2", "run 3 steps", "step 4"]),
    Situation(
      name: "convolutional stack that dreams",
      lines: [
        "data digits", "crbm 8 3x3", "stack crbm 6 2x2", "run 3 steps",
        "dream --from 3 --clamp visible[0..31]=sample --steps 5",
      ]),
    Situation(
      name: "helmholtz",
      lines: ["data bars", "helmholtz 8 1", "learn wakesleep --batch 6", "run 3 steps", "step 3", "dream --steps 3"]),
    Situation(name: "autoencoder", lines: ["data digits", "autoencoder 2 tanh --denoise 0.3", "run 3 steps"]),
    Situation(
      name: "autoencoders in the middle",
      lines: ["data digits", "autoencoder 16 relu", "stack autoencoder 9 --denoise 0.2", "run 2 steps", "step 4"]),
    Situation(name: "k-means", lines: ["data digits --labels 40", "kmeans 12", "run 3 steps", "label guess", "step"]),
    Situation(
      name: "a sweep",
      lines: ["data moons", "add dense 3 tanh", "add dense 2 softmax", "sweep rate 0.1,0.5 units 2,4 --epochs 2"]),
    Situation(
      name: "a landscape",
      lines: [
        "data moons", "add dense 6 tanh", "add dense 2 softmax", "run 60 steps", "landscape path --points 15",
        "back 20",
      ]),
    Situation(
      name: "descents",
      lines: [
        "minimize valley --start -3.5,1.5", "run 12", "back 12", "set rate 0.9", "run 12", "back 12",
        "set optimizer adam",
        "run 12",
      ]),
    Situation(
      name: "descents on a curve",
      lines: ["minimize parabola --start -1.5", "run 8", "back 8", "set rate 0.9", "run 8"]),
    Situation(
      name: "convolutions",
      lines: [
        "data digits", "add conv 6 3x3 relu --padding 1", "add maxpool 2x2", "add conv 8 2x2 tanh", "add batchnorm",
        "add dense 10 softmax", "run 3 steps", "step 4",
      ]),
    Situation(
      name: "a grammar, in the middle of going back in time",
      lines: [
        "data reber --samples 40", "add lstm 6 --steps each", "add gru 5 --steps each",
        "add dense 7 softmax --steps each", "run 3 steps", "generate 50", "step 100",
      ]),
    Situation(
      name: "waves",
      lines: ["data waves --samples 30", "add rnn 4 --steps each", "add dense 1 --steps each", "run 2", "generate 30"]),
    Situation(
      name: "a sum at the end", lines: ["data adding --samples 60 --length 80", "add gru 4", "add dense 1", "run 2"]),
    Situation(
      name: "rows of digits", lines: ["data digits", "add rnn 12", "add dense 10 softmax", "run 2"]),
    Situation(
      name: "order in time",
      lines: ["data temporal-order --samples 60", "add lstm 3 --forget no", "add dense 4 softmax", "run 2", "step 20"]),
    Situation(
      name: "hidden labels", lines: ["data blobs --labels 12", "add dense 3 softmax", "run 3 steps"]),
  ]
}

@Suite struct MachineViewTests {
  @Test("every view at every size", arguments: Situation.all)
  fileprivate func everyView(situation: Situation) throws {
    let lab = try studio(situation.lines, 80, 24).lab
    for (columns, rows) in [(0, 0), (1, 1), (19, 5), (60, 12), (80, 24), (120, 40), (200, 60)] {
      for style in [DrawingStyle.plain, .standard] {
        var studio = Studio(lab, size: Size(columns: columns, rows: rows), style: style)
        #expect(studio.draw().lines.count == rows)
        for view in views {
          for arguments in ["", " 2", " --sample 3 --unsorted"] {
            _ = studio.update(.line("show \(view.name)\(arguments)"))
            #expect(studio.draw().lines.count == rows)
          }
          _ = studio.update(.line("show \(view.name)"))
          _ = studio.update(.key(.character("z")))
          #expect(studio.draw().lines.count == rows)
          _ = studio.update(.key(.character("z")))
        }
      }
    }
  }

  @Test("a model that stays while data of another shape come is not asked about them", arguments: Situation.all)
  fileprivate func otherData(situation: Situation) throws {
    for data in ["data waves --samples 40", "data moons", "data iris", "data bars-and-stripes --side 3"] {
      var studio = try studio(situation.lines, 100, 30)
      _ = studio.update(.line(data))
      for line in [
        "dream --steps 3", "dream --from 1 --steps 3", "dream --clamp visible[0]=sample --steps 3", "generate 5",
        "landscape --points 5", "test", "check", "likelihood", "pca 1", "next", "unroll", "back",
      ] {
        _ = studio.update(.line(line))
        while studio.isBusy { _ = studio.advance(for: 1) }
      }
      for view in views {
        for arguments in ["", " 1", " 2 --train"] {
          _ = studio.update(.line("show \(view.name)\(arguments)"))
          #expect(studio.draw().lines.count == 30)
        }
      }
    }
  }

  @Test("every view after each line of the listing", arguments: Situation.all)
  fileprivate func everyLine(situation: Situation) throws {
    var studio = try studio(situation.lines, 100, 30)
    for _ in 0..<26 where studio.lab.experiment.learner != nil {
      _ = studio.update(.key(.character("s")))
      while studio.isBusy { _ = studio.advance(for: 1) }
      for view in views where view.reasonMissing(studio.lab) == nil {
        let figure = view.panel(studio.lab, ViewOptions(), size: Size(columns: 70, rows: 20))
        #expect(figure.lines(size: Size(columns: 70, rows: 20)).count == 20)
      }
    }
  }

  @Test(
    "to the letter",
    arguments: [
      ("reconstructions", "pcd"), ("chain", "pcd"), ("directions", "updown in the middle"),
      ("dream", "labelled stack that dreams"), ("maps", "convolutions"), ("receptive", "convolutions"),
      ("reconstructions", "convolutional stack that dreams"), ("maps", "convolutional stack that dreams"),
      ("filters", "convolutional stack that dreams"), ("dream", "convolutional stack that dreams"),
      ("landscape", "a landscape"), ("surface", "descents"),
    ])
  func golden(name: String, situation: String) throws {
    let situation = try #require(Situation.all.first { $0.name == situation })
    var studio = try studio(situation.lines, 80, 24)
    _ = studio.update(.line("show \(name)"))
    let place = situation.name.hasPrefix("convolutional") ? "convolutional" : "machine"
    expectSnapshot(studio.draw().lines, "\(place)-\(name)")
  }

  @Test(
    "descents on other branches lie beside the present one, by their optimisers, and the derivative below the curve")
  func descents() throws {
    func text(_ name: String, _ command: String, ascii: Bool = false) throws -> String {
      let situation = try #require(Situation.all.first { $0.name == name })
      var studio = try studio(
        situation.lines, 120, 50, style: ascii ? DrawingStyle(charset: .ascii, hasColor: false) : .plain)
      _ = studio.update(.line(command))
      _ = studio.update(.key(.character("z")))
      return studio.draw().lines.joined(separator: "\n")
    }
    for ascii in [false, true] {
      let all = try text("descents", "show surface", ascii: ascii)
      for name in ["1 sgd", "2 sgd", "3 adam"] { #expect(all.contains(name), "\(name)") }
      #expect(try !text("descents", "show surface --branches 2", ascii: ascii).contains("1 sgd"))
    }
    let curve = try text("descents on a curve", "show surface")
    #expect(curve.contains("1 sgd ε 0.1") && curve.contains("2 sgd ε 0.9"))
    #expect(curve.contains("f′") && curve.contains("here"))
  }

  @Test("a sweep and a landscape are shown while they go on")
  func whileTheyGoOn() throws {
    for (line, title) in [("sweep rate 0.1,0.5 --epochs 40", "sweep"), ("landscape --points 25", "loss landscape")] {
      var studio = try studio(["data moons", "add dense 6 tanh", "add dense 2 softmax"], 100, 30)
      _ = studio.update(.line(line))
      _ = studio.advance(for: 0)
      #expect(studio.isBusy)
      #expect(studio.draw().lines.contains { $0.contains(" \(title) ") }, "\(line)")
      while studio.isBusy { _ = studio.advance(for: 1) }
    }
  }

  @Test("a unit of a map in slow motion: a product more with m, one less with M, at the end what the layer puts out")
  func slowMotion() throws {
    var studio = try studio(["data digits", "add conv 4 3x3 relu", "add dense 10 softmax", "learn backprop"], 100, 40)
    _ = studio.update(.line("show receptive h1[3,2,1]"))
    _ = studio.update(.key(.character("z")))
    #expect(!studio.draw().lines.contains { $0.contains("term ") })
    for _ in 0..<5 { _ = studio.update(.key(.character("m"))) }
    #expect(studio.draw().lines.contains { $0.contains("term 5 of 11 of h1[3,2,1]") })
    #expect(studio.draw().lines.contains { $0.contains("▸ x[4,3]·W1[1,1]") })
    _ = studio.update(.key(.character("M")))
    #expect(studio.draw().lines.contains { $0.contains("▸ x[4,2]·W1[1,0]") })
    for _ in 0..<20 { _ = studio.update(.key(.character("m"))) }
    let network = try #require(studio.lab.experiment.network)
    let input = try #require(studio.lab.experiment.data).test.inputs.tensor([0])
    let output = network.traces(for: input)[0].output[0, 3, 2, 1]
    let sum = network.traces(for: input)[0].preactivation[0, 3, 2, 1]
    let lines = studio.draw().lines
    #expect(
      lines.contains { $0.contains("▸ h1 = relu(\(formatNumber(Double(sum), significant: 3))) = ") }
        && lines.contains { $0.contains("= \(formatNumber(Double(output), significant: 3))") }, "\(lines)")
  }

  @Test("what was not computed in this mini-batch is not shown, and its line is named")
  func fresh() throws {
    var studio = try studio(["data digits", "rbm 20", "learn cd 1", "run 3 steps"], 100, 40)
    _ = studio.update(.line("show reconstructions"))
    #expect(!studio.draw().lines.joined().contains("from line"))
    for expected in ["from line 2", "from line 3", nil] {
      _ = studio.update(.key(.character("s")))
      while studio.isBusy { _ = studio.advance(for: 1) }
      let text = studio.draw().lines.joined()
      #expect(text.contains("from line") == (expected != nil))
      if let expected { #expect(text.contains(expected)) }
    }
  }

  private func heading(_ lines: [String], _ title: String) throws -> Bool {
    try studio(lines, 120, 40).draw().lines.contains { $0.contains(" \(title) ") }
  }

  @Test("the first panel suits the model, until another is chosen")
  func defaultViews() throws {
    #expect(try heading(["data digits", "add dense 10 softmax"], "filters"))
    #expect(try heading(["data digits", "rbm 20"], "reconstructions"))
    #expect(try heading(["data digits", "rbm 20"], "filters"))
    #expect(try heading(["data bars", "helmholtz 8 1"], "directions"))
    #expect(try heading(["data bars", "helmholtz 8 1"], "reconstructions"))
    var studio = try studio(["data digits", "rbm 20"], 80, 24)
    _ = studio.update(.line("show energy"))
    #expect(studio.draw().lines.contains { $0.contains(" free energies ") })
    for line in ["data spirals", "add dense 4 tanh"] { _ = studio.update(.line(line)) }
  }

  @Test("wake, sleep and dream have keys where there are phases")
  func keys() throws {
    var studio = try studio(["data bars", "helmholtz 8 1"], 160, 40)
    for (key, command) in [("W", "wake"), ("S", "sleep"), ("d", "dream")] {
      #expect(studio.draw().lines.last?.contains(" \(key) \(command)") ?? false)
      guard let scalar = key.unicodeScalars.first else { continue }
      _ = studio.update(.key(.character(scalar)))
      while studio.isBusy { _ = studio.advance(for: 1) }
      #expect(studio.draw().lines.contains { $0.contains("strata> \(command)") })
    }
    #expect(studio.lab.moment.step == 1)
    #expect(studio.lab.dream != nil)
    var other = try network()
    #expect(!(other.draw().lines.last ?? "").contains("wake"))
    _ = other.update(.key(.character("W")))
    #expect(other.draw().lines.contains { $0.contains("no key 'W' here") })
  }

  @Test("while it learns another view can be shown, and a dream stops it first")
  func live() throws {
    var lab = Lab(LabConfiguration(views: viewNames), seed: 1)
    for line in ["data digits", "rbm 20"] { _ = try lab.execute(line) }
    var studio = Studio(lab, size: Size(columns: 100, rows: 30), style: .plain)
    _ = studio.update(.key(.space))
    _ = studio.advance(for: 0.01)
    for view in ["energy", "hidden", "filters", "chain", "reconstructions"] {
      _ = studio.update(.line("show \(view)"))
      _ = studio.advance(for: 0.01)
      #expect(studio.isBusy)
      let title = try #require(views.first { $0.name == view }?.title)
      #expect(studio.draw().lines.contains { $0.contains(" \(title) ") }, "\(view)")
    }
    _ = studio.update(.line("dream --steps 3"))
    #expect(studio.draw().lines.contains { $0.contains(" dream ") })
    while studio.isBusy { _ = studio.advance(for: 1) }
    #expect(studio.lab.dream?.steps == 3)
  }

  private func network() throws -> Studio {
    try studio(["data digits", "add dense 10 softmax"], 160, 40)
  }
}
