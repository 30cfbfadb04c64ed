// A network that goes on by itself: strings of a grammar, waves, counting; always the same from the same line.
import StrataEngine
import StrataLab
import Testing

@Suite struct GenerateTests {
  /// An LSTM that knows the Reber grammar.
  private func reber() throws -> Lab {
    try lab(
      "data reber", "add lstm 8 --steps each", "add dense 7 softmax --steps each",
      "learn backprop --optimizer adam --rate 0.01 --clip 5 --batch 4", "run until test legal == 1 or epoch >= 60")
  }

  /// Another laboratory, where the name of the first hides the function.
  private func again(_ lines: String...) throws -> Lab {
    var new = try lab()
    for line in lines { _ = try new.execute(line) }
    return new
  }

  private func problem(_ line: String, _ lab: Lab) -> String {
    var lab = lab
    do {
      _ = try lab.execute(line)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func anLSTMWritesStringsOfTheGrammar() throws {
    var lab = try reber()
    let outcome = try lab.execute("generate 400 --temperature 0.5")
    let strings = try #require(outcome["generated strings"])
    let legal = try #require(outcome["legal strings"])
    #expect(strings >= 20 && legal >= 0.9 * strings)
    #expect(outcome.lines.filter { $0.hasSuffix("✓") }.allSatisfy { $0.contains("  BT") || $0.contains("  BP") })
    // What was found can be asked for, until something moves.
    _ = try lab.execute("expect legal strings == \(Int(legal))")
    _ = try lab.execute("next")
    #expect(throws: StrataError.self) { try lab.execute("expect legal strings == \(Int(legal))") }

    // The second symbol decides the last but one.
    let begun = try lab.execute("generate 300 --from BP --temperature 0.5")
    let judged = begun.lines.filter { $0.hasSuffix("✓") }
    #expect(judged.count >= 15 && judged.allSatisfy { $0.hasPrefix("  BP") && $0.contains("PE  ✓") })

    // Without chance there is one string only.
    let likeliest = try lab.execute("generate 60 --from BT --temperature 0").lines.dropFirst().dropLast()
    #expect(likeliest.count >= 3 && Set(likeliest).count == 1)
  }

  @Test func theSameLineWritesTheSameAndChangesNothing() throws {
    var lab = try lab(
      "data reber --samples 60", "add gru 5 --steps each", "add dense 7 softmax --steps each", "run 20")
    let before = lab.experiment.tensors.map(\.tensor)
    let first = try lab.execute("generate 80")
    let second = try lab.execute("generate 80")
    #expect(first == second)
    #expect(try lab.execute("generate 80 --seed 5").lines != first.lines)
    #expect(lab.experiment.tensors.map(\.tensor) == before)
    var other = try again(
      "data reber --samples 60", "add gru 5 --steps each", "add dense 7 softmax --steps each", "run 20")
    _ = try lab.execute("run 20")
    _ = try other.execute("run 20")
    #expect(lab.experiment.tensors.map(\.tensor) == other.experiment.tensors.map(\.tensor))
  }

  @Test func aWaveGoesOn() throws {
    var lab = try lab(
      "data waves", "add rnn 16 --steps each", "add dense 1 --steps each",
      "learn backprop --optimizer adam --rate 0.01 --clip 1 --batch 20", "run 60 epochs")
    let outcome = try lab.execute("generate 10 --sample 0 --given 40")
    #expect(outcome.text.contains("after 40 time steps of test sample 0"))
    let error = try #require(outcome["generation error"])
    // The mean of a wave, 0, would have an error of 0.5.
    #expect(error < 0.1)
    let generation = try #require(lab.generation)
    #expect(generation.values.count == 50 && generation.truth.count == 11)
    // The first number written is what the network answers at the last that was given.
    let data = try #require(lab.experiment.data)
    let answer = try #require(lab.experiment.learner as? any Predictor).predict(data.test.inputs.tensor([0])).output
    #expect(abs(generation.values[40] - answer[flat: 39]) < 1e-5)
  }

  @Test func beginningsThatDoNotFitAreRefused() throws {
    let lab = try lab("data reber --samples 40", "add lstm 4 --steps each", "add dense 7 softmax --steps each")
    #expect(problem("generate 10 --from Q", lab).contains("none of the symbols: B T P S X V E"))
    #expect(problem("generate 10 --from TB", lab).contains("no string of reber begins with TB"))
    #expect(problem("generate 10 --from ''", lab).contains("--from"))
    #expect(problem("generate 10 --from B --sample 0", lab).contains("two beginnings"))
    #expect(problem("generate 10 --sample 99999", lab).contains("they go from 0 to 19"))
    #expect(problem("generate 10 --sample 0 --given 60", lab).contains("time steps; got --given 60"))
    #expect(problem("generate 10 --given 3", lab).contains("no sample is named"))
    let sums = try again("data adding --samples 40", "add lstm 4", "add dense 1")
    #expect(problem("generate 10", sums).contains("is not the next time step"))
    let waves = try again("data waves --samples 40", "add lstm 4 --steps each", "add dense 1 --steps each")
    #expect(problem("generate 10 --temperature 0.5", waves).contains("numbers are taken as they are"))
    #expect(problem("generate 10 --from B", waves).contains("go on from a sample"))
    let digits = try again("data digits", "add dense 10 softmax")
    #expect(problem("generate 10", digits).contains("no data of sequences"))
  }

  @Test func aTextIsWrittenAndPrinted() throws {
    var lab = try lab("data reber --samples 40", "add lstm 4 --steps each", "add dense 7 softmax --steps each", "next")
    let row = try #require(lab.experiment.data).train.inputs.tensor([0])
    let printed = try lab.execute("print x[0]")
    #expect(printed.text.contains("as symbols: B"))
    #expect(row.symbols(in: 0..<2).first == 0)
    #expect(try lab.execute("print x[0,0,:]").text.contains("as symbols: B"))
    #expect(!(try lab.execute("print x[0,:,1]").text.contains("as symbols")))
    #expect(!(try lab.execute("print x[0..1]").text.contains("as symbols")))
  }
}
