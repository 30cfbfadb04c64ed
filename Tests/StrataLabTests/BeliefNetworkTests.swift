// Belief networks through the laboratory: built by commands, trained level by level, fine-tuned, read from and dreamt
// with. A judge that was trained apart, on other samples, says what a dream shows.
import StrataEngine
import StrataLab
import Testing

/// A stack that reads and writes the embedded digits, trained once for all tests.
private enum Reader {
  static let lab = Result { () throws(StrataError) -> Lab in
    var lab = Lab(seed: 2)
    for line in [
      "data digits", "rbm 100", "run 30 epochs", "stack rbm 300 --labels", "run 60 epochs",
      "learn updown --rate 0.1 --gibbs 10 --batch 20", "run 60 epochs", "set rate 0.02", "run 30 epochs",
    ] { _ = try lab.execute(line) }
    return lab
  }
}

@Suite struct BeliefNetworkTests {
  func lab(_ lines: String..., seed: UInt64 = 1) throws -> Lab {
    var lab = Lab(seed: seed)
    for line in lines { _ = try lab.execute(line) }
    return lab
  }

  @Test("it names what it sees, by the label units' free energy and by an up-pass")
  func reads() throws {
    var lab = try Reader.lab.get()
    let outcome = try lab.execute("test")
    #expect(try #require(outcome["test accuracy"]) > 0.96)
    #expect(outcome.text.contains("zero-one by up-pass"))
  }

  @Test("a judge trained apart recognises the class in at least 9 of 10 dreams")
  func writes() throws {
    var judge = try self.lab(
      "data digits --test last-half", "add dense 64 relu", "add dense 10 softmax",
      "learn backprop --momentum 0.9", "run 40 epochs", seed: 9)
    _ = try judge.execute("expect test accuracy > 0.88")
    let predictor = try #require(judge.experiment.learner as? any Predictor)
    var lab = try Reader.lab.get()
    _ = try lab.execute("dream --steps 100 --chains 100")
    let dream = try #require(lab.dream)
    let images = dream.image.reshaped(to: [100, 8, 8])
    let named = try #require(predictor.predict(images).classes)
    let right = zip(named, dream.labels).count { Int($0) == $1 }
    #expect(right >= 90, "\(right) of 100 were recognised")
  }

  @Test("a dream changes nothing about what is learned, and comes out the same again")
  func dreamsChangeNothing() throws {
    var lab = try Reader.lab.get()
    let before = lab.experiment.tensors.map(\.tensor)
    _ = try lab.execute("dream 3 --steps 40")
    let first = try #require(lab.dream?.image)
    #expect(lab.experiment.tensors.map(\.tensor) == before)
    _ = try lab.execute("dream 3 --steps 40")
    #expect(lab.dream?.image == first)
    #expect(lab.dream?.steps == 40)
  }

  @Test("units that are held stay as they are, and the rest is completed")
  func clamps() throws {
    var lab = try self.lab("data digits", "rbm 100", "run 20 epochs")
    _ = try lab.execute("dream --from 0 --chains 4 --clamp visible[0..31]=sample --steps 30")
    let dream = try #require(lab.dream)
    let sample = try #require(lab.experiment.data).test.inputs.tensor([0])
    for chain in 0..<4 {
      for i in 0..<32 { #expect(dream.image[flat: chain * 64 + i] == sample[flat: i]) }
    }
    #expect(throws: StrataError.self) { try lab.execute("dream 3") }
    #expect(throws: StrataError.self) { try lab.execute("dream --clamp visible[0..64]=1") }
    #expect(throws: StrataError.self) { try lab.execute("dream --clamp top[0]=1") }
  }

  @Test("`run each` is the commands of its stages")
  func stages() throws {
    var once = try lab("data bars", "rbm 8", "stack rbm 6")
    _ = try once.execute("run each 2 epochs")
    var apart = try lab("data bars", "rbm 8", "stack rbm 6")
    for line in ["set level 1", "run 2 epochs", "set level 2", "run 2 epochs"] { _ = try apart.execute(line) }
    #expect(once.experiment.model.parameters.map(\.tensor) == apart.experiment.model.parameters.map(\.tensor))
    #expect(once.session.lines.map(\.text).suffix(4) == ["set level 1", "run 2 epochs", "set level 2", "run 2 epochs"])
    #expect(once.moment.epochs == 4)
  }

  @Test("wake and sleep alternate, and together are one mini-batch")
  func phases() throws {
    for build in [["rbm 8"], ["helmholtz 8 1"], ["rbm 8", "stack rbm 6", "learn updown"]] {
      var byHand = try lab("data bars")
      for line in build { _ = try byHand.execute(line) }
      var free = byHand
      for _ in 0..<3 {
        _ = try byHand.execute("wake")
        #expect(throws: StrataError.self) { try byHand.execute("wake") }
        _ = try byHand.execute("sleep")
        #expect(throws: StrataError.self) { try byHand.execute("sleep") }
      }
      _ = try free.execute("next 3")
      #expect(byHand.experiment.model.parameters.map(\.tensor) == free.experiment.model.parameters.map(\.tensor))
      #expect(byHand.moment == free.moment)
    }
  }

  @Test("unrolled, the stack is a network that answers as its up-pass does; the classifier can learn alone")
  func unrolls() throws {
    var lab = try Reader.lab.get()
    let stack = try #require(lab.experiment.model as? BeliefNetwork)
    let x = try #require(lab.experiment.data).test.inputs.tensor(0..<20)
    let flat = x.reshaped(to: [20, 64])
    _ = try lab.execute("unroll")
    let network = try #require(lab.experiment.network)
    let (ours, theirs) = (network.output(for: x), stack.upPassProbabilities(flat))
    for i in 0..<ours.count { #expect(abs(ours[flat: i] - theirs[flat: i]) < 1e-4) }
    _ = try lab.execute("learn backprop --tune top --rate 0.05 --momentum 0.9")
    let below = lab.experiment.tensor(named: "W1")?.tensor
    let top = lab.experiment.tensor(named: "W3")?.tensor
    _ = try lab.execute("run 3 epochs")
    #expect(lab.experiment.tensor(named: "W1")?.tensor == below)
    #expect(lab.experiment.tensor(named: "W3")?.tensor != top)
    _ = try lab.execute("set tune all")
    _ = try lab.execute("run 5 epochs")
    #expect(lab.experiment.tensor(named: "W1")?.tensor != below)
    _ = try lab.execute("expect test accuracy > 0.94")
  }

  @Test("few labels: all samples feed the greedy stage, the labelled ones the rest")
  func halfLabelled() throws {
    var lab = try lab("data digits --labels 100", "rbm 100", "run 15 epochs")
    #expect(lab.experiment.learner?.clock.stepsPerEpoch == (1437 + 19) / 20)
    _ = try lab.execute("stack rbm 150 --labels")
    #expect(lab.experiment.learner?.clock.stepsPerEpoch == 5)
    _ = try lab.execute("run 60 epochs")
    _ = try lab.execute("expect test accuracy > 0.75")
    _ = try lab.execute("unroll")
    _ = try lab.execute("run 60 epochs")
    _ = try lab.execute("expect test accuracy > 0.8")
  }

  @Test("a likelihood is exact where it can be, annealed where asked, broken off without a trace")
  func likelihoods() throws {
    var lab = try lab("data bars", "rbm 10", "run 20 epochs")
    let exact = try #require(try lab.execute("likelihood")["log partition"])
    let annealed = try #require(try lab.execute("likelihood --annealed --schedule 2000")["log partition"])
    #expect(abs(exact - annealed) < 0.01 * abs(exact))
    _ = try lab.execute("expect test log-likelihood > -8")
    #expect(throws: StrataError.self) { try lab.execute("expect test log-likelihood > 0") }
    let before = lab.experiment.tensors.map(\.tensor)
    _ = try lab.begin("likelihood --annealed --schedule 1000000")
    #expect(lab.isRunning)
    guard case .running = try lab.advance(for: 0.01) else { return }
    _ = lab.interrupt()
    #expect(!lab.isRunning)
    #expect(lab.experiment.tensors.map(\.tensor) == before)
    var network = try self.lab("data digits", "add dense 10 softmax")
    #expect(throws: StrataError.self) { try network.execute("likelihood") }
  }

  @Test("back, then the same commands, gives the same bits for every machine")
  func timeTravel() throws {
    for build in [
      ["rbm 8 --labels", "learn pcd 2"], ["helmholtz 6 2"], ["rbm 8", "stack rbm 6 --labels", "learn updown"],
    ] {
      var lab = try lab("data bars")
      for line in build { _ = try lab.execute(line) }
      _ = try lab.execute("run 20")
      _ = try lab.execute("run 15")
      let future = lab.experiment.tensors.map(\.tensor)
      _ = try lab.execute("back 15")
      _ = try lab.execute("run 15")
      #expect(lab.experiment.tensors.map(\.tensor) == future)
      #expect(lab.timeline.branches.count == 1)
    }
  }
}
