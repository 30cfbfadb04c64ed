// The player of sessions, driven as a value: keys in, text out; time is a number that the test sets.
import StrataEngine
import StrataLab
import StrataPlot
import StrataTerminal
import StrataViews
import Synchronization
import Testing

/// A clock that goes when it is told, and a hundredth of a millisecond whenever it is looked at.
private final class HandClock: Sendable {
  private let seconds = Mutex(100.0)
  var now: Double {
    seconds.withLock {
      $0 += 1e-5
      return $0
    }
  }
  func pass(_ more: Double) { seconds.withLock { $0 += more } }
}

private let course = """
  strata session 1
  seed 3
  title Two moons
  minutes 2

  data moons --samples 40
  add dense 6 tanh
  add dense 2 softmax
  show boundary
  say Two classes, like *two moons*, and one hidden layer.
  pause
  say The step is $W \\leftarrow W - \\epsilon \\nabla W$.
  ask What will the step be after it? --value step --after next
  hint It was 0.
  next
  say One mini-batch has gone by.
  pause
  show loss
  say Twenty more.
  run 20
  expect step > 20
  pause
  say The end.
  """

private func session(_ text: String = course) throws -> SessionFile { try SessionFile(text: text) }

private func player(
  _ text: String = course, _ columns: Int = 80, _ rows: Int = 24, clock: HandClock = HandClock()
) throws -> Studio {
  let session = try session(text)
  let lab = Lab(LabConfiguration(views: viewNames, files: .nothing, now: { clock.now }), seed: session.seed)
  var studio = Studio(lab, size: Size(columns: columns, rows: rows), style: .plain)
  _ = studio.play(session)
  studio.settle()
  return studio
}

/// All that a person could see, and every number behind it.
private func state(_ studio: Studio) -> [String] {
  var parts = studio.draw().lines + ["\(studio.lab.moment) \(studio.lab.journal.entries.map(\.line))"]
  for named in studio.lab.experiment.tensors {
    // A sum over the bits (FNV-1a).
    let bits = named.tensor.elements.reduce(UInt64(0xcbf2_9ce4_8422_2325)) {
      ($0 ^ UInt64($1.bitPattern)) &* 0x0000_0100_0000_01b3
    }
    parts.append("\(named.name) \(bits)")
  }
  return parts
}

@Suite struct PlayerTests {
  @Test("what a class sees", arguments: [(80, 24), (120, 40)])
  func screens(columns: Int, rows: Int) throws {
    var studio = try player(course, columns, rows)
    expectSnapshot(studio.draw().lines, "player-first-\(columns)x\(rows)")
    studio.press("pagedown")
    studio.type("answer 100")
    expectSnapshot(studio.draw().lines, "player-question-\(columns)x\(rows)")
    studio.type("set rate 0.5")
    expectSnapshot(studio.draw().lines, "player-by-hand-\(columns)x\(rows)")
  }

  @Test("page down shows the answer, then goes on; the answer stands with what follows")
  func questions() throws {
    var studio = try player()
    studio.press("pagedown")
    #expect(studio.text.contains("? What will the step be") && studio.lab.question != nil)
    #expect(studio.lab.moment.step == 0)
    studio.press("h")
    #expect(studio.text.contains("hint: It was 0."))
    #expect(studio.update(.key(.character("1"))) == [.editLine("answer 1")])
    studio.type("answer 7")
    #expect(studio.text.contains("not right: too large"))
    studio.press("pagedown")
    #expect(studio.text.contains("the answer: step is 1") && studio.lab.moment.step == 0)
    studio.press("pagedown")
    #expect(studio.lab.moment.step == 1 && studio.lab.question == nil)
    #expect(studio.text.contains("→ step is 1") && studio.text.contains("One mini-batch"))
    #expect(!studio.text.contains("hint:"))
  }

  @Test("choices and signs are answered by their keys")
  func keys() throws {
    let head = "strata session 1\nseed 1\n\nsay A.\n"
    var choice = try player(head + "ask Which? --choices \"red | blue\" --answer blue\nsay B.\n")
    choice.press("1")
    #expect(choice.text.contains("not right"))
    choice.press("2")
    #expect(choice.text.contains("right: blue"))
    var sign = try player(head + "data xor\nadd dense 1\nask Which? --sign rate\nsay B.\n")
    sign.press("-")
    #expect(sign.text.contains("not right"))
    sign.press("+")
    #expect(sign.text.contains("right: positive"))
    // Answered, the key means again what it always means.
    #expect(sign.press("+") == [] && !sign.text.contains("no question"))
  }

  @Test("back and forward again: the same bits, the same screen, also by doing lines again")
  func backAndForward() throws {
    var studio = try player()
    var seen = [state(studio)]
    for _ in 0..<4 {
      if studio.lab.question != nil { studio.press("pagedown") }
      studio.press("pagedown")
      seen.append(state(studio))
    }
    #expect(Set(seen).count == 5)
    for index in [3, 2, 1, 0] {
      studio.press("pageup")
      #expect(state(studio) == seen[index], "back at stop \(index)")
    }
    #expect(studio.press("pageup") == [.ring])
    studio.press("end")
    #expect(state(studio).dropFirst(24).elementsEqual(seen[4].dropFirst(24)))
    // Between the stops: to before the run, and over it again.
    studio.press("pageup", "<", "<")
    #expect(studio.lab.moment.step == 1)
    studio.press(">", ">")
    #expect(studio.lab.moment.step == 21)
    studio.press("pageup", "pagedown")
    #expect(state(studio) == seen[3])
    studio.press("home")
    #expect(state(studio) == seen[0])
  }

  @Test("a click on the bar goes there")
  func click() throws {
    var studio = try player()
    func bar() throws -> (row: Int, line: [Character]) {
      let rows = studio.draw().lines
      let row = try #require(rows.firstIndex { $0.contains(" of 4 ") && $0.contains("●") })
      return (row, Array(rows[row]))
    }
    func press(_ column: Int) throws {
      let row = try bar().row
      _ = studio.update(.mouse(MouseEvent(.press, .left, column: column, row: row)))
      studio.settle()
    }
    let line = try bar().line
    try press(try #require(line.firstIndex(of: "?")))
    #expect(studio.text.contains("part 2 of 4") && studio.lab.question != nil)
    try press(try #require(line.lastIndex(of: "─")))
    #expect(studio.text.contains("part 4 of 4") && studio.lab.moment.step == 21)
    try press(try #require(line.firstIndex(of: "●")))
    #expect(studio.text.contains("part 1 of 4") && studio.lab.moment.step == 0)
    try press(2)
    #expect(studio.text.contains("part 1 of 4"))
  }

  @Test("taken over and given back, nothing of it is left")
  func byHand() throws {
    var studio = try player()
    studio.press("pagedown", "pagedown", "pagedown")
    let own = state(studio).dropFirst(24)
    // Looking is not taking over; what is refused is neither.
    studio.type("print W1")
    studio.press("escape", "tab", "z")
    studio.type("set rate -1")
    #expect(!studio.text.contains("by hand"))
    #expect(state(studio).dropFirst(24).elementsEqual(own))
    studio.press("n")
    studio.type("set rate 0.9")
    studio.type("remove 1")
    #expect(studio.text.contains("by hand · page down returns"))
    studio.press("pagedown")
    #expect(!studio.text.contains("by hand ·") && studio.text.contains("what was done by hand is gone"))
    #expect(state(studio).dropFirst(24).elementsEqual(own))
    studio.press("pagedown")
    var straight = try player()
    straight.press("pagedown", "pagedown", "pagedown", "pagedown")
    #expect(state(studio) == state(straight))
  }

  @Test("a run is held in the middle, taken over there, and goes on as if nothing had been")
  func held() throws {
    let text = course.replacing("run 20\nexpect step > 20", with: "run 30000 steps\nexpect step > 20")
    func play(interrupting: Bool) throws -> Studio {
      let session = try session(text)
      let lab = Lab(LabConfiguration(views: viewNames, files: .nothing), seed: session.seed)
      var studio = Studio(lab, size: Size(columns: 80, rows: 24), style: .plain)
      _ = studio.play(session)
      studio.settle()
      for _ in 0..<3 {
        _ = studio.update(.key(.pageDown))
        if !studio.isBusy { studio.settle() }
        while studio.isBusy, studio.lab.moment.step < 2 { studio.settle() }
      }
      _ = studio.update(.key(.pageDown))
      guard interrupting else {
        studio.settle()
        return studio
      }
      _ = studio.advance(for: 0.0001)
      #expect(studio.isBusy)
      _ = studio.update(.key(.space))
      let step = studio.lab.moment.step
      #expect(!studio.isBusy && step < 30001 && studio.text.contains("held"))
      studio.type("next")
      #expect(studio.lab.moment.step == step + 1 && studio.text.contains("by hand"))
      studio.press("pagedown")
      #expect(studio.lab.moment.step == step && studio.text.contains("held"))
      studio.press("pagedown")
      return studio
    }
    let (one, other) = (try play(interrupting: true), try play(interrupting: false))
    #expect(one.lab.moment.step == 30001)
    #expect(one.lab.experiment.tensors.map(\.tensor.elements) == other.lab.experiment.tensors.map(\.tensor.elements))
    #expect(one.lab.journal.entries.map(\.line) == other.lab.journal.entries.map(\.line))
  }

  @Test("it plays by itself, as fast as it is told, and thinks and reads for as long as that takes")
  func autoplay() throws {
    let clock = HandClock()
    var studio = try player(course.replacing("run 20\n", with: "run 2000 steps\n"), clock: clock)
    #expect(studio.deadline == nil)
    func wait() -> Double {
      guard let deadline = studio.deadline else { return .nan }
      let seconds = deadline - clock.now
      clock.pass(seconds)
      _ = studio.update(.clock)
      _ = studio.advance(for: 1)
      return seconds
    }
    studio.press("p")
    // On to the question, which gets time to think; then its answer is read; then it goes on.
    #expect(studio.lab.question != nil && studio.text.contains("1× · "))
    _ = studio.update(.clock)
    #expect(studio.lab.question != nil, "before its time nothing happens")
    #expect(wait() >= 8)
    #expect(studio.text.contains("the answer: step is 1") && studio.lab.moment.step == 0)
    #expect(abs(wait() - 4) < 0.01)
    var frames = 0
    while studio.lab.moment.step < 1 || studio.lab.isRunning, frames < 1000 {
      #expect(wait() <= 0.04)
      frames += 1
    }
    let reading = try #require(studio.deadline) - clock.now
    studio.press("]")
    #expect(abs(try #require(studio.deadline) - clock.now - reading / 2) < 0.01)
    _ = wait()
    // A short run is stretched to be seen: a second at 2×, less its last slice, which this clock makes a large one.
    let start = clock.now
    while studio.lab.isRunning, clock.now < start + 60 {
      if studio.isBusy { _ = studio.advance(for: 1) } else { _ = wait() }
    }
    #expect(studio.lab.moment.step == 2001)
    #expect(clock.now - start >= 0.3 && clock.now - start < 1.2)
    _ = wait()
    #expect(studio.deadline == nil && studio.text.contains("The end."))
    // Whoever does something by hand stops it.
    studio.press("home", "p")
    #expect(studio.deadline != nil)
    studio.press("n")
    #expect(studio.deadline == nil && studio.text.contains("by hand"))
    studio.press("p")
    #expect(studio.deadline != nil && !studio.text.contains("by hand ·"))
  }

  @Test("a line that fails says so; it is passed over or gone on from by hand", arguments: [">", "pagedown"])
  func failure(key: String) throws {
    let text = course.replacing("expect step > 20", with: "expect step > 99")
    var studio = try player(text)
    studio.press("pagedown", "pagedown", "pagedown")
    studio.press("pagedown")
    #expect(studio.text.contains("✗ line 21: expect step > 99") && studio.text.contains("but step is 21"))
    studio.type("next")
    #expect(studio.text.contains("by hand") && studio.lab.moment.step == 22)
    studio.press("pagedown")
    #expect(studio.text.contains("✗ line 21") && studio.lab.moment.step == 21)
    studio.press(key, "pagedown", "pagedown")
    #expect(studio.text.contains("The end.") && !studio.text.contains("✗"))
    // Passed over once, it stays so: there and back.
    studio.press("home", "end")
    #expect(studio.text.contains("The end."))
  }

  @Test("a stranger's session tells what files it wants before it does anything")
  func needs() throws {
    var studio = try player(
      "strata session 1\nseed 1\n\ndata xor\nadd dense 1\nload weights mine.safetensors\nsay Hello.\n")
    #expect(studio.text.contains("line 6 reads mine.safetensors"))
    #expect(studio.text.contains("--allow-file mine.safetensors") && studio.lab.experiment.data == nil)
    studio.press("pagedown", "pagedown")
    #expect(studio.lab.experiment.data != nil)
    studio.press("pagedown")
    #expect(studio.text.contains("✗ line 6: load weights") && studio.text.contains("a session may"))
  }

  @Test("no key of a clicker destroys anything")
  func clicker() throws {
    var studio = try player()
    studio.press("pagedown", "pagedown", "pagedown")
    let own = state(studio).dropFirst(24)
    for key in ["b", ".", "f5", "shift-f5", "escape"] {
      studio.press(key)
      #expect(state(studio).dropFirst(24).elementsEqual(own), "\(key)")
      if key == "b" || key == "." { #expect(studio.text.allSatisfy { $0 == " " || $0 == "\n" }) }
      studio.press("f5")
      #expect(studio.text.contains("One mini-batch"))
      #expect(state(studio).dropFirst(24).elementsEqual(own), "f5 after \(key)")
    }
    // Without a session b is what it always was.
    var alone = Studio(
      Lab(LabConfiguration(views: viewNames), seed: 1), size: Size(columns: 80, rows: 24), style: .plain)
    for line in ["data xor", "add dense 1", "run 3"] { alone.type(line) }
    alone.press("b")
    #expect(alone.lab.moment.step == 0 && !alone.text.contains("blank"))
  }

  @Test("a long way is broken off where it began")
  func brokenOff() throws {
    let text = course.replacing("run 20\n", with: "run 2000000 steps\n")
    let session = try session(text)
    let lab = Lab(LabConfiguration(views: viewNames, files: .nothing), seed: session.seed)
    var studio = Studio(lab, size: Size(columns: 80, rows: 24), style: .plain)
    _ = studio.play(session)
    studio.settle()
    let own = state(studio).dropFirst(24)
    _ = studio.update(.key(.end))
    for _ in 0..<50 where studio.lab.moment.step < 2 { _ = studio.advance(for: 0.001) }
    #expect(studio.isBusy && studio.text.contains("on the way"))
    _ = studio.update(.key(.escape))
    #expect(!studio.isBusy && studio.text.contains("stayed here"))
    #expect(state(studio).dropFirst(24).elementsEqual(own))
  }

  @Test("the key bar and the help tell what keys mean now")
  func keyBar() throws {
    var studio = try player(course, 200, 60)
    #expect(studio.text.contains("b blank") && !studio.text.contains("b back"))
    studio.press("?")
    let lines = studio.draw().lines
    let other = try #require(lines.firstIndex { $0.contains("Keys at other times") } ?? lines.indices.last)
    let blank = try #require(lines.firstIndex { $0.contains("blanks the screen") })
    #expect(blank < other)
    #expect(lines.firstIndex { $0.contains("go back to before the last movement") } ?? .max > other)
  }

  @Test("a session of two thousand lines goes to its end and back without delay")
  func long() throws {
    let lines = (1...1_000).map { "say Line \($0)." }.joined(separator: "\nexpect step == 0\n")
    var studio = try player("strata session 1\nseed 1\n\ndata xor\nadd dense 1\n" + lines + "\n")
    studio.press("end")
    #expect(studio.text.contains("the end") && studio.text.contains("Line 1000."))
    studio.press("home")
    #expect(studio.text.contains("part 1 of"))
  }

  @Test("every sign of a formula has a likeness in ASCII, and takes one column")
  func formulas() {
    for name in Formula.commands {
      let sign = Formula.unicode("\\\(name)")
      #expect(!asciiText(sign).contains("?"), "\(name)")
      #expect(TextLayout.width(sign) == sign.count, "\(name)")
    }
    for character in "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+-=()" {
      for mark in ["^", "_"] { #expect(!asciiText(Formula.unicode("x\(mark){\(character)}")).contains("?")) }
    }
  }
}
