// Convolutional Boltzmann machines through the laboratory: begun and stacked by commands, learned by the words of other
// machines, dreaming with half of the input held, and turned into a network that reads.
import StrataEngine
import StrataLab
import Testing

@Suite struct ConvolutionalMachineTests {
  func lab(_ lines: String...) throws -> Lab {
    var lab = Lab(seed: 1)
    for line in lines { _ = try lab.execute(line) }
    return lab
  }

  func problem(_ line: String, in lab: Lab) -> String {
    var lab = lab
    do {
      _ = try lab.execute(line)
      return "accepted"
    } catch { return error.description }
  }

  @Test("one word means the learner of the model at work")
  func words() throws {
    var lab = try lab("data digits", "rbm 8", "learn cd 2", "crbm 8 3x3")
    #expect(lab.experiment.learner is ConvolutionalContrastiveLearner)
    _ = try lab.execute("learn pcd 3 --particles 10")
    let learner = try #require(lab.experiment.learner as? ConvolutionalPersistentLearner)
    #expect(learner.value(of: "k") == "3" && learner.value(of: "particles") == "10")
    _ = try lab.execute("run 3")
    #expect(problem("learn exact", in: lab).contains("crbm"))
    // From one kind of model to the other and back.
    _ = try lab.execute("rbm 8")
    #expect(lab.experiment.learner is ContrastiveDivergenceLearner)
    _ = try lab.execute("learn pcd 1")
    #expect(lab.experiment.learner is PersistentLearner)
  }

  @Test("a stack learns level by level, goes back, and comes out with the same numbers")
  func stages() throws {
    var lab = try lab("data digits", "crbm 6 3x3", "stack crbm 5 2x2", "run each 1 epochs")
    #expect(lab.experiment.learner?.value(of: "level") == "2")
    let weights = lab.experiment.model.parameters.map(\.tensor)
    _ = try lab.execute("back 90")
    #expect(lab.experiment.learner?.value(of: "level") == "1")
    #expect(lab.experiment.model.parameters.map(\.tensor) != weights)
    _ = try lab.execute("goto 144")
    #expect(lab.experiment.model.parameters.map(\.tensor) == weights)
    #expect(problem("stack crbm 5 2x2", in: lab).contains("does not fit"))
    #expect(problem("stack rbm 5", in: lab).contains("cdbn"))
    // Pictures of other extents: the stack is kept, and why it cannot learn from them is told.
    _ = try lab.execute("data bars")
    #expect(lab.experiment.missing?.problem.contains("pictures of 8×8×1") ?? false)
  }

  @Test("what is held of a picture stays, and the level above has a say in the rest")
  func dreams() throws {
    var lab = try lab("data digits", "crbm 8 3x3", "stack crbm 6 2x2", "run each 2 epochs")
    let before = lab.experiment.model.parameters.map(\.tensor)
    var images: [Tensor] = []
    for choice in ["yes", "no", "yes"] {
      _ = try lab.execute(
        "dream --from 3 --clamp visible[0..31]=sample --chains 4 --steps 5 --top-down \(choice)")
      let dream = try #require(lab.dream)
      let sample = try #require(lab.experiment.data).test.inputs.tensor([3])
      for chain in 0..<4 {
        for i in 0..<32 { #expect(dream.image[flat: chain * 64 + i] == sample[flat: i]) }
      }
      images.append(dream.image)
    }
    #expect(images[0] == images[2] && images[0] != images[1])
    #expect(lab.experiment.model.parameters.map(\.tensor) == before)
    for line in ["dream 3", "dream --clamp hidden[0]=1", "dream --clamp visible[64]=1"] {
      #expect(problem(line, in: lab) != "accepted", "\(line)")
    }
    _ = try lab.execute("rbm 8")
    #expect(problem("dream --top-down no", in: lab).contains("convolutional"))
  }

  @Test("unrolled, a softmax on top reads what the maps have found")
  func reads() throws {
    var lab = try lab("data digits", "crbm 16 3x3", "learn cd 1 --sparsity 0.1", "run 15 epochs", "unroll")
    #expect(lab.experiment.network?.layers.map(\.words).prefix(2) == ["conv 16 3x3", "probpool 2x2"])
    let kernels = try #require(lab.experiment.tensor(named: "layer1.weight")?.tensor)
    for line in ["learn backprop --tune top --rate 0.5 --momentum 0.9", "run 30 epochs"] { _ = try lab.execute(line) }
    _ = try lab.execute("expect test accuracy > 0.9")
    #expect(lab.experiment.tensor(named: "layer1.weight")?.tensor == kernels)
  }
}
