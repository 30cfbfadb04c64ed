// Nothing that is typed can crash the laboratory or leave it unusable.
import StrataEngine
import StrataLab
import Testing

@Suite struct FuzzTests {
  /// Words of the language, and words that are nearly so.
  static let words: [String] = {
    var words = CommandTable.all.map(\.word)
    words += layerTypes.map { $0.grammar.keyword } + learnerTypes.map { $0.keyword }
    words +=
      learnerTypes.flatMap { $0.settings.map(\.key) } + learnerTypes.flatMap { $0.settings.map { "--\($0.key)" } }
    words += Activation.allCases.map(\.rawValue)
    words += [
      "1", "2", "3", "10", "0", "-1", "0.5", "1e9", "999999999999999999999", "nan", "inf", "steps", "epochs", "seconds",
      "instructions", "until", "when", "loss", "test", "train", "accuracy", "<", ">", "<=", "==", "!=", "is", "rises",
      "stalls", "and", "or", "not", "layer1.weight", "W1", "h1", "layer1.weight[0,0]", "W1[0,0..1]", "W1[", "W1[0,0,0]",
      "W1[:,:]", "[", "]", "\"", "'", "#", "--", "--samples", "--noise", "--test", "digits", "xor", "moons", "x^2",
      "sin(x)+y", "start", "end", "list", "weight", "memory", "session", "weights", "tensor", "plot", "layer", "\\",
      "😀", "bars", "rbm", "each", "updown", "visible[0..1]=1", "--clamp", "--labels", "--chains", "cd", "exact",
      "hidden", "first", "mark", "command", "branch", "name", "before", "zeros", "norm", "--once", "--skip", "--all",
      "\u{301}", "é", "--by", "--start", "--range",
    ]
    return words
  }()

  /// Large numbers are left to other tests: here every line shall be quick.
  func isQuick(_ line: String) -> Bool {
    !["999999", "1e9", "seconds", "second", "mnist", "fashion", "digits"].contains { line.contains($0) }
      && !["save", "load", "export"].contains { line.hasPrefix($0) } && line != "run"
      && !(line.hasPrefix("run until"))
  }

  @Test(arguments: [1, 2]) func randomWords(seed: UInt64) throws {
    var dice = Dice(seed)
    var lab = try smallLab()
    var accepted = 0
    for _ in 0..<7_000 {
      var line = ""
      for _ in 0...dice.roll(6) { line += dice.pick(FuzzTests.words) + (dice.roll(8) == 0 ? "" : " ") }
      if dice.roll(3) == 0 { line = dice.pick(CommandTable.all.flatMap(\.examples)) + " " + line }
      guard isQuick(line.trimming) else { continue }
      do {
        let outcome = try lab.begin(line)
        // Whatever runs gets a moment and is then stopped.
        if lab.isRunning {
          _ = try lab.advance(for: 0.001)
          if lab.isRunning { _ = lab.interrupt() }
        }
        accepted += 1
        #expect(!outcome.text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
      } catch {
        #expect(!error.problem.isEmpty)
      }
      _ = lab.completions(for: line, at: dice.roll(line.count + 1))
    }
    #expect(accepted > 80)
    try stillWorks(&lab)
  }

  @Test func randomBytes() throws {
    var dice = Dice(9)
    var lab = try smallLab()
    for _ in 0..<7_000 {
      let bytes = (0..<dice.roll(60)).map { _ in UInt8(truncatingIfNeeded: dice.next()) }
      var line = String(decoding: bytes, as: UTF8.self)
      if dice.roll(2) == 0 {
        line = dice.pick(["print ", "run until ", "set ", "say ", "minimize ", "add dense "]) + line
      }
      guard isQuick(line) else { continue }
      do {
        let outcome = try lab.begin(line)
        if lab.isRunning { _ = lab.interrupt() }
        #expect(!outcome.text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
      } catch {
        #expect(!error.description.unicodeScalars.contains { $0.value < 32 && $0 != "\n" }, "\(error)")
      }
      _ = lab.completions(for: line, at: dice.roll(line.count + 1))
    }
    try stillWorks(&lab)
  }

  @Test func mutatedSessions() throws {
    var dice = Dice(4)
    let lab = try smallLab()
    let text = lab.session.text + "run 3\nback 2\nset rate 0.2\nnext\nexpect step > 0\n"
    for _ in 0..<400 {
      var bytes = Array(text.utf8)
      for _ in 0...dice.roll(4) {
        let index = dice.roll(bytes.count)
        switch dice.roll(3) {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: dice.next())
        case 1: bytes.remove(at: index)
        default: bytes.insert(bytes[dice.roll(bytes.count)], at: index)
        }
      }
      guard let file = try? SessionFile(Array(bytes)), file.lines.allSatisfy({ isQuick($0.text) }) else { continue }
      var runner = SessionRunner(file, LabConfiguration(files: .nothing))
      for _ in 0..<30 {
        guard (try? runner.begin()) != nil else { break }
        if runner.isRunning { _ = runner.interrupt() }
      }
    }
  }

  func stillWorks(_ lab: inout Lab) throws {
    for breakpoint in lab.breakpoints { _ = try lab.execute("delete \(breakpoint.number)") }
    for line in ["new", "data xor", "add dense 3 tanh", "add dense 2 softmax", "run 10", "back 5", "expect step > 4"] {
      _ = try lab.execute(line)
    }
  }
}

extension String {
  fileprivate var trimming: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
