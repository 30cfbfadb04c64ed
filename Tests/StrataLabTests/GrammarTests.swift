// The language: words, quotes, options, errors with the nearest right thing, completion, help.
import StrataEngine
import StrataLab
import Testing

@Suite struct GrammarTests {
  func problem(_ line: String, in lab: Lab) -> String {
    var lab = lab
    do {
      _ = try lab.execute(line)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test func emptyLinesAndCommentsDoNothing() throws {
    var lab = try lab()
    for line in ["", "   ", "# a comment", "  # a comment", "\t"] {
      #expect(try lab.execute(line).text.isEmpty)
    }
    #expect(lab.journal.entries.isEmpty)
  }

  @Test func quotesAndCommentsAndEqualSigns() throws {
    var lab = try lab()
    _ = try lab.execute("data 'x^2 + 1' --samples=50 --test 0   # a parabola")
    #expect(lab.experiment.data?.train.count == 50)
    #expect(lab.journal.entries.last?.line == "data \"x^2 + 1\" --samples 50 --test 0")
    #expect(try lab.execute("say it's \"fine\" # here").request == .say("it's \"fine\" # here"))
  }

  @Test(arguments: [
    ("lern backprop", "did you mean learn?"),
    ("add dence 10", "did you mean dense?"),
    ("add dense 10 softmx", "did you mean softmax?"),
    ("add dense", "dense wants N"),
    ("add dense 0", "from 1 to"),
    ("run 10 hours", "steps, epochs or seconds"),
    ("run untl loss < 1", "did you mean until?"),
    ("run until acuracy > 0.9", "did you mean accuracy?"),
    ("run until loss", "comes a comparison"),
    ("run until loss < much", "a number was expected"),
    ("run until loss < 1 maybe", "and, or, or the end"),
    ("set rat 0.1", "did you mean rate?"),
    ("set rate fast", "number was expected"),
    ("set rate", "after 'set rate' comes VALUE"),
    ("learn backprop --rat 0.1", "did you mean --rate?"),
    ("learn backprop --rate", "--rate wants a value"),
    ("learn bakprop", "did you mean backprop?"),
    ("show los", "did you mean loss?"),
    ("print layer1.wieght", "did you mean layer1.weight?"),
    ("print layer1.weight[0", "not closed"),
    ("print layer1.weight[9]", "from 0 to 1"),
    ("print layer1.weight[0,0,0]", "has 2 numbers"),
    ("print layer1.weight[-1,0]", "no index"),
    ("explain layer1.weight", "one element was expected"),
    ("data digts", "digits"),
    ("help learm", "did you mean learn?"),
    ("remove 9", "there is no layer 9"),
    ("branch 7", "only branch 1"),
    ("delete 1", "no breakpoints"),
    ("step twice", "whole number"),
    ("step 1 2", "too much"),
    ("say \"open", "accepted"),
    ("data \"open", "not closed"),
    ("goto 5 parsecs", "steps, epochs or instructions"),
    ("expect loss < 0", "expected loss < 0, but loss is"),
    ("set weight layer1.weight[0,0] nan", "a number from"),
    ("break 99", "listing has lines"),
  ]) func errorsSayWhatWouldBeRight(line: String, words: String) throws {
    var lab = try smallLab()
    _ = try lab.execute("next")
    #expect(problem(line, in: lab).contains(words), "\(line): \(problem(line, in: lab))")
  }

  @Test func controlCharactersAndLongLinesAreRefused() throws {
    let lab = try lab()
    #expect(problem("say \u{1b}[2J", in: lab).contains("U+1B"))
    #expect(problem("say \u{9b}31m", in: lab).contains("U+9B"))
    #expect(problem(String(repeating: "a", count: 10_001), in: lab).contains("at most"))
    #expect(!problem("xx\u{7f}yy", in: lab).unicodeScalars.contains("\u{7f}"))
  }

  @Test func everyExampleWorks() throws {
    for command in CommandTable.all {
      #expect(!command.examples.isEmpty, "\(command.word) has no example")
      for example in command.examples {
        var lab = try smallLab()
        for line in ["insert 1 dense 16 relu", "run 20", "set rate 0.2", "run 10", "back 5", "break 2"] {
          _ = try lab.execute(line)
        }
        if example.hasPrefix("delete") == false { _ = try lab.execute("delete 1") }
        for line in command.before { _ = try lab.execute(line) }
        let folder = try TemporaryFolder()
        do {
          // Files are written into a folder of the test's own.
          _ = try lab.execute("save weights \(folder.path)/digits.safetensors")
          var words = example.split(separator: " ").map(String.init)
          if command.group == .files, let index = words.lastIndex(where: { $0.contains(".") }) {
            words[index] = folder.path + "/" + words[index]
          }
          _ = try lab.execute(words.joined(separator: " "))
        } catch {
          Issue.record("\(example): \(error)")
        }
      }
    }
  }

  @Test func everyLayerAndLearnerOfTheEngineCanBeTyped() throws {
    for type in layerTypes {
      for example in type.grammar.examples {
        // Pictures of eight by eight, in which every example has room.
        var lab = try lab("data digits")
        _ = try lab.execute("add \(example)")
        #expect(lab.experiment.network?.layers.count == 1)
        #expect(try lab.execute("help \(type.grammar.keyword)").text.contains(type.grammar.summary))
      }
    }
    for type in learnerTypes {
      let lab = try smallLab()
      let words = lab.completions(for: "learn \(type.keyword.prefix(2))", at: 8).map(\.text)
      #expect(words.contains(type.keyword))
      var other = lab
      #expect(try other.execute("help \(type.keyword)").text.contains(type.summary))
    }
  }

  @Test func completionKnowsWhatComesNext() throws {
    var lab = try smallLab()
    _ = try lab.execute("next")
    func words(_ line: String) -> [String] { lab.completions(for: line, at: line.count).map(\.text) }
    #expect(words("ba") == ["back"])
    #expect(words("run ").contains("until"))
    #expect(words("run 10 e") == ["epochs"])
    #expect(words("run until test acc").contains("accuracy"))
    #expect(words("add d").sorted() == ["dense", "dropout"])
    #expect(words("add dense 10 so").contains("softmax"))
    #expect(words("add dense 10 --i") == ["--init"])
    #expect(words("insert 2 den") == ["dense"])
    #expect(words("set opt") == ["optimizer"])
    #expect(words("set optimizer a") == ["adagrad", "adam"])
    #expect(words("learn backprop --op") == ["--optimizer"])
    #expect(words("learn backprop --optimizer ad") == ["adagrad", "adam"])
    #expect(words("learn backprop --rate 0.1 --mom") == ["--momentum"])
    #expect(words("print layer1.w").first == "layer1.weight")
    #expect(words("print W") == ["W1", "W3"])
    #expect(words("show l") == ["loss"])
    #expect(words("data dig") == ["digits"])
    #expect(words("help bat").contains("batch"))
    #expect(words("save ").contains("session"))
    #expect(words("nonsense ").isEmpty)
    func files(_ line: String) -> Bool { lab.completesFiles(for: line, at: line.count) }
    #expect(files("data ") && files("save weights a") && files("load weights ") && files("save plot loss "))
    #expect(!files("run ") && !files("save ") && !files("data digits ") && !files("nonsense "))
    #expect(lab.completions(for: "run until loss", at: 4).first?.start == 4)
    #expect(lab.completions(for: "", at: 0).count == CommandTable.all.count)
  }

  @Test func helpAndTheReferenceTellOfEveryCommand() throws {
    var lab = try smallLab()
    let overview = try lab.execute("help").text
    let reference = CommandTable.commandReference()
    for command in CommandTable.all {
      #expect(overview.contains(command.word))
      let help = try lab.execute("help \(command.word)").text
      #expect(help.contains(command.summary))
      #expect(command.examples.allSatisfy { help.contains($0) })
      #expect(reference.contains("### \(command.word)\n"))
    }
    #expect(try lab.execute("help rate").text.contains("set rate"))
    #expect(try lab.execute("help loss").text.contains("show loss"))
    #expect(!reference.contains("  \n"))
  }

  @Test func noWordStandsTwice() {
    #expect(Set(CommandTable.all.map(\.word)).count == CommandTable.all.count)
  }
}
