// Recurrent networks as a user meets them: stepped in time, explained number by number, refused where they cannot be.
import StrataEngine
import StrataLab
import Testing

@Suite struct RecurrentTests {
  /// The rows of a digit as a sequence of eight steps.
  private func small() throws -> Lab {
    var lab = try lab("data digits")
    for line in ["add lstm 6 --steps each", "add gru 5 --truncate 3", "add dense 10 softmax", "run 2 steps"] {
      _ = try lab.execute(line)
    }
    return lab
  }

  @Test func aLineIsDoneAgainForEveryTimeStep() throws {
    var lab = try small()
    func time(_ layer: Int) throws -> Scalar {
      try #require(lab.experiment.learner?.tensor(named: "layer\(layer).time")).tensor[flat: 0]
    }
    func line() throws -> Int { try #require(lab.experiment.learner).line + 1 }
    _ = try lab.execute("step 2")
    #expect(try line() == 3)
    for t in 0..<8 {
      #expect(try time(1) == Scalar(t))
      let before = try #require(lab.experiment.learner?.tensor(named: "layer1.state")).tensor
      _ = try lab.execute("step")
      let after = try #require(lab.experiment.learner?.tensor(named: "layer1.state")).tensor
      // Only this moment's states are new.
      for k in 0..<8 {
        let changed = (0..<32).contains { sample in (0..<6).contains { before[sample, k, $0] != after[sample, k, $0] } }
        #expect(changed == (k == t), "\(k) at \(t)")
      }
    }
    #expect(try line() == 4)
    // 1 batch, 2 × (1 + 8) up, dense, loss and its gradient, dense, 2 × (8 + 1) down, update.
    let ticks = lab.moment.tick
    _ = try lab.execute("next")
    #expect(try line() == 1)
    #expect(lab.moment.tick - ticks + 10 == 1 + 18 + 1 + 2 + 1 + 18 + 1)
    // The way down begins at the last step.
    while try #require(lab.experiment.learner).listing[try line() - 1].phase != "backward" {
      _ = try lab.execute("step")
    }
    _ = try lab.execute("step 2")
    #expect(try time(2) == 7)
    _ = try lab.execute("step")
    #expect(try time(2) == 6)
    _ = try lab.execute("back 1 instructions")
    #expect(try time(2) == 7)
  }

  @Test func theListingSpeaksTheNotationOfTheField() throws {
    let listing = try #require(try small().experiment.learner).listing.map(\.text)
    #expect(listing.contains("ifgo1 = x·W1   (all t at once)"))
    #expect(listing.contains { $0.contains("c1ₜ = f ⊙ c1ₜ₋₁ + i ⊙ g;  h1ₜ = o ⊙ tanh c1ₜ") })
    #expect(listing.contains { $0.contains("h2ₜ = (1 − z) ⊙ n + z ⊙ h2ₜ₋₁") && $0.hasSuffix("h2 = h2ₜ at t = 7") })
    #expect(listing.contains { $0.contains("∇h1ₜ = ∂h1ₜ + δ1ₜ₊₁·U1ᵀ") })
    #expect(listing.contains { $0.hasPrefix("t = 7…0:") && $0.contains("cut before t = 3, 6") })
  }

  @Test func everyNumberIsExplainedByTheOnesThatMadeIt() throws {
    var lab = try small()
    for line in [
      "new", "add lstm 6 --steps each", "add rnn 4 sigmoid --steps each --truncate 3", "add gru 5",
      "add dense 10 softmax", "set rate 0", "run 2 steps",
    ] { _ = try lab.execute(line) }
    let learner = try #require(lab.experiment.learner)
    var seen = 0
    for named in learner.tensors
    where named.name.hasPrefix("layer") && named.tensor.count > 0 && named.role != .parameter {
      for part in 0..<7 {
        let place = named.tensor.position(of: named.tensor.count * part / 7)
        let explanation = try learner.explain(named.name, at: place)
        // The last equation ends in the number that stands there: weights have not changed since.
        let last = try #require(explanation.lines.last { $0.contains("=") })
        // Before the formula of an activation.
        let sum =
          last.contains("     (")
          ? last.prefix(upTo: try #require(last.firstRange(of: "     (")).lowerBound) : last[...]
        let text = try #require(sum.split(separator: "=").last).split(separator: " ").first.map(String.init) ?? ""
        let told = try #require(Double(text), "\(named.name)\(place): \(explanation.lines)")
        #expect(
          abs(told - explanation.value) <= 2e-3 * abs(explanation.value) + 1e-6,
          "\(named.name)\(place) is \(explanation.value): \(explanation.lines)")
        #expect(!explanation.lines.contains { $0.contains("but when") })
        seen += explanation.lines.count > 1 ? 1 : 0
      }
    }
    #expect(seen > 150)
  }

  @Test func theUsualStart() throws {
    var lab = try lab("data digits")
    for line in ["add lstm 4 --steps each", "add rnn 5 relu --steps each", "add gru 3"] { _ = try lab.execute(line) }
    let network = try #require(lab.experiment.network)
    #expect(
      network.layers[0].parameters[2].value.elements == [0, 0, 0, 0, 1, 1, 1, 1] + [Scalar](repeating: 0, count: 8))
    // Rectified units hand their state on as it is; the others turn it, each gate by an orthogonal matrix.
    let identity = network.layers[1].parameters[1].value
    for i in 0..<5 { for j in 0..<5 { #expect(identity[i, j] == (i == j ? 1 : 0)) } }
    let turning = network.layers[2].parameters[1].value
    for gate in 0..<3 {
      for i in 0..<3 {
        for j in 0..<3 {
          let product = (0..<3).reduce(Scalar(0)) { $0 + turning[i, gate * 3 + $1] * turning[j, gate * 3 + $1] }
          #expect(abs(product - (i == j ? 1 : 0)) < 1e-5)
        }
      }
    }
    // What is put out can change without a new start.
    let before = network.layers[0].parameters
    _ = try lab.execute("change 1 lstm 4 --steps each --truncate 2")
    #expect(lab.experiment.network?.layers[0].parameters == before)
    #expect(lab.experiment.network?.layers[0].words == "lstm 4 --steps each --truncate 2")
  }

  @Test func whatIsNoSequenceIsRefused() throws {
    func problem(_ lines: String...) throws -> (problem: String, suggestion: String) {
      var lab = try lab("data digits")
      for line in lines.dropLast() { _ = try lab.execute(line) }
      do {
        _ = try lab.execute(lines[lines.count - 1])
        return ("accepted", "")
      } catch {
        return (error.problem, error.suggestion ?? "")
      }
    }
    let above = try problem("add lstm 8", "add rnn 8")
    #expect(above.problem == "layer 2: rnn expects a sequence, time×features; a sample here is 8")
    #expect(above.suggestion.hasPrefix("change 1 rnn 32 --steps each"))
    #expect(try problem("add conv 3 2x2", "add gru 8").problem.contains("a sample here is 7×7×3"))
    #expect(
      try problem("add gru 8", "add dense 3 --steps each").problem.contains("dense --steps each expects a sequence"))
    #expect(try problem("add rnn 8 --truncate 0").problem.contains("a number of steps from 1, or off"))
    #expect(try problem("add rnn 8 softmax").problem.contains("sigmoid, tanh, relu"))
    #expect(try problem("add lstm 8 --forget no --forget-bias 2").problem.contains("without forget gate"))
    #expect(try problem("add gru 1000000").problem.contains("more than 100000000 weights"))
  }

  @Test func aNumberThatIsNotFiniteIsFoundAtItsTimeStep() throws {
    var lab = try lab("data digits")
    for line in ["add rnn 4 relu --steps each", "add dense 10 softmax", "run 1 steps"] { _ = try lab.execute(line) }
    // A state that grows by 1e30 a step is infinite at the second.
    for i in 0..<4 { for j in 0..<4 { _ = try lab.execute("set weight layer1.recurrent[\(i),\(j)] 1e30") } }
    let text = try lab.execute("run 1 steps").text
    #expect(text.contains("stopped: line 3 (layer 1) made layer1.state["), "\(text)")
    #expect(text.contains("= inf"))
  }

  @Test func checkTellsThatAGradientIsCutOnPurpose() throws {
    var lab = try small()
    #expect(try lab.execute("check").text.contains("--truncate cuts the gradient in time on purpose"))
    _ = try lab.execute("change 2 gru 5")
    let whole = try lab.execute("check").text
    #expect(!whole.contains("DIFFERS") && whole.contains("layer2.recurrent-bias"), "\(whole)")
  }
}
