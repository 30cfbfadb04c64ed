// The screen without a terminal: keys in, text out.
import StrataEngine
import StrataLab
import StrataPlot
import StrataTerminal
import StrataViews
import Testing

/// A studio on the digits, as `strata` starts it. With a clock that stands still no speed is shown, and a run goes on to
/// its end in one slice.
private func studio(
  _ columns: Int, _ rows: Int, style: DrawingStyle = .plain, empty: Bool = false, stoppedClock: Bool = true
) throws -> Studio {
  let clock = stoppedClock ? { @Sendable in 0.0 } : LabConfiguration.monotonicSeconds
  var lab = Lab(LabConfiguration(views: viewNames, now: clock), seed: 1)
  if !empty {
    for line in ["data digits", "add dense 64 relu", "add dense 10 softmax"] { _ = try lab.execute(line) }
  }
  return Studio(lab, size: Size(columns: columns, rows: rows), style: style)
}

extension Studio {
  /// Presses keys by their names, letting runs come to their end in between.
  @discardableResult
  mutating func press(_ keys: String...) -> [StudioEffect] {
    var effects: [StudioEffect] = []
    for name in keys {
      guard let key = Key(name) else {
        Issue.record("no key \(name)")
        continue
      }
      effects += update(.key(key))
      settle()
    }
    return effects
  }

  @discardableResult
  mutating func type(_ line: String) -> [StudioEffect] {
    let effects = update(.line(line))
    settle()
    return effects
  }

  /// Lets what runs come to its end; a run without one is given a moment and stopped.
  mutating func settle() {
    var slices = 0
    while isBusy, slices < 1000 {
      _ = advance(for: 0.05)
      slices += 1
    }
  }

  var text: String { draw().lines.joined(separator: "\n") }
}

@Suite struct StudioTests {
  @Test("the first screen, at three sizes", arguments: [(80, 24), (120, 40), (200, 60)])
  func first(columns: Int, rows: Int) throws {
    expectSnapshot(try studio(columns, rows).draw().lines, "first-\(columns)x\(rows)")
  }

  @Test("the same without Unicode: nothing but ASCII")
  func ascii() throws {
    var studio = try studio(80, 24, style: .ascii)
    expectSnapshot(studio.draw().lines, "ascii-80x24")
    for name in viewNames.map(\.name) {
      studio.type("run 3 steps")
      studio.type("show \(name)")
      #expect(studio.draw().lines.allSatisfy { $0.unicodeScalars.allSatisfy(\.isASCII) }, "\(name)")
    }
  }

  @Test("s goes line by line through the listing")
  func stepping() throws {
    var studio = try studio(120, 40)
    #expect(studio.lab.experiment.learner?.line == 0)
    studio.press("s", "s")
    #expect(studio.lab.experiment.learner?.line == 2)
    #expect(studio.text.contains("▶ 3"))
    #expect(studio.text.contains("strata> step"))
    studio.press("n")
    #expect(studio.lab.moment.step == 1)
    #expect(studio.lab.experiment.learner?.line == 0)
  }

  @Test("a lesson of a minute: run, go back, change the rate, run: the old branch stays")
  func branching() throws {
    var studio = try studio(120, 40)
    studio.type("run 60 steps")
    studio.press("b")
    #expect(studio.lab.moment.step == 0)
    studio.type("set rate 0.5")
    studio.type("run 60 steps")
    #expect(studio.lab.timeline.branches.count == 2)
    #expect(studio.text.contains("branch 1"))
  }

  @Test("space starts a run, space stops it")
  func running() throws {
    var studio = try studio(80, 24, stoppedClock: false)
    _ = studio.update(.key(.space))
    #expect(studio.isBusy)
    _ = studio.advance(for: 0)
    _ = studio.update(.key(.space))
    #expect(!studio.isBusy)
  }

  @Test(
    "every view at every size, before and after learning, draws within its bounds", arguments: viewNames.map(\.name))
  func everyView(name: String) throws {
    for (columns, rows) in [(0, 0), (1, 1), (19, 5), (80, 24), (120, 40), (200, 60)] {
      for lines in [[], ["next"], ["run 3 steps", "back 2 steps", "set rate 0.3", "run 3 steps"]] {
        var studio = try studio(columns, rows)
        for line in lines { studio.type(line) }
        studio.type("show \(name)")
        studio.press("z")
        #expect(studio.draw().lines.count == rows)
      }
    }
  }

  /// Only pictures that do not hang on the last bit of a trained weight are compared to the letter; of the others, what
  /// must stand in them.
  @Test(
    "views of other data: planes, curves, functions",
    arguments: [
      (
        "boundary", ["data spirals", "add dense 8 tanh", "add dense 2 softmax", "run 20 steps"],
        ["● 0", "▲ 1", "x1", "x2"]
      ),
      ("boundary", ["data sine", "add dense 8 tanh", "add dense 1", "run 20 steps"], ["network", "train"]),
      ("surface", ["minimize x^2+3*y^2 --start 2,1", "run 5 steps"], []),
      ("surface", ["minimize x^4-2*x^2 --start 2", "run 5 steps"], []),
      ("samples", ["data iris", "add dense 3 softmax", "run 20 steps"], ["setosa", "target", "answer"]),
      ("confusion", ["data iris", "add dense 3 softmax", "run 20 steps"], ["setosa", "virginica", "of 30 wrong"]),
    ])
  func otherData(name: String, lines: [String], contents: [String]) throws {
    var studio = try studio(100, 30, empty: true)
    for line in lines { studio.type(line) }
    studio.type("show \(name)")
    studio.press("z")
    let shown = try #require(view(named: name))
    #expect(shown.reasonMissing(studio.lab) == nil)
    for text in contents { #expect(studio.text.contains(text), "\(text)") }
    guard contents.isEmpty else { return }
    expectSnapshot(studio.draw().lines, "\(name)-\(lines[0].split(separator: " ")[1].filter(\.isLetter))")
  }

  @Test("help shows every key and every command")
  func help() throws {
    var studio = try studio(120, 200)
    studio.press("?")
    let text = studio.text
    for command in CommandTable.all { #expect(text.contains(command.word), "\(command.word)") }
    for key in ["space", "tab", "ctrl-l"] { #expect(text.contains(key)) }
  }

  @Test("a refused command says why, rings, and leaves everything as it was")
  func refused() throws {
    var studio = try studio(120, 40)
    let effects = studio.type("add densee 10")
    #expect(effects == [.ring])
    #expect(studio.text.contains("dense"))
    #expect(studio.lab.experiment.model.parts.count == 2)
  }

  @Test("quit leaves")
  func quit() throws {
    var studio = try studio(80, 24)
    #expect(studio.press("q") == [.quit])
  }

  @Test("random keys never bring it down", arguments: 0..<8)
  func randomKeys(seed: Int) throws {
    var random = RandomStream(seed: UInt64(seed), name: "keys")
    var studio = try studio(80, 24, stoppedClock: false)
    let keys: [Key] =
      [
        .space, .tab, .backTab, .up, .down, .left, .right, .pageUp, .pageDown, .escape, .enter, .home, .end,
      ] + "snfebz?ltwq+-jkxyz0".unicodeScalars.map { .character($0) }
    let lines = [
      "set rate 0.3", "remove 1", "add dense 5 tanh", "add dense 10 softmax", "data xor", "data digits", "show samples",
      "back 3", "new", "check", "test",
    ]
    for _ in 0..<150 {
      switch random.integer(below: 12) {
      case 0: _ = studio.update(.line(lines[random.integer(below: lines.count)]))
      case 1:
        let size = Size(columns: random.integer(below: 150), rows: random.integer(below: 50))
        _ = studio.update(.resized(size))
      case 2:
        let (column, row) = (random.integer(below: 120), random.integer(below: 40))
        _ = studio.update(.mouse(MouseEvent(.press, .left, column: column, row: row)))
      default: _ = studio.update(.key(keys[random.integer(below: keys.count)]))
      }
      if studio.isBusy { _ = studio.advance(for: 0.0005) }
      #expect(studio.draw().lines.count == studio.size.rows)
    }
  }
}
