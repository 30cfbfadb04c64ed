// Convolutional networks as a user meets them: built by words, explained number by number, refused where they cannot be.
import StrataEngine
import StrataLab
import Testing

@Suite struct ConvolutionTests {
  /// Two convolutions on pictures of eight by eight, in the middle of a mini-batch.
  private func small() throws -> Lab {
    var lab = try lab("data digits")
    for line in [
      "add conv 4 3x3 relu --padding 1", "add maxpool 2x2", "add conv 6 2x2 tanh --stride 2", "add dense 10 softmax",
      "run 2 steps", "step 13",
    ] { _ = try lab.execute(line) }
    return lab
  }

  @Test func aDenseLayerAboveMapsGetsAFlattenLayerAndIsToldSo() throws {
    var lab = try lab("data digits")
    _ = try lab.execute("add conv 4 3x3 relu")
    _ = try lab.execute("add dropout 0.2")
    let outcome = try lab.execute("add dense 10 softmax")
    #expect(outcome.text.contains("layer 4: dense 10 softmax · 144 → 10"))
    #expect(outcome.notes.contains { $0.contains("layer 3, flatten") })
    #expect(try lab.execute("network").text.contains("6×6×4"))
    // A dense layer on pictures as they come, or above a dense one, needs none.
    _ = try lab.execute("add dense 10 softmax")
    #expect(lab.experiment.network?.layers.count == 5)
    _ = try lab.execute("new")
    _ = try lab.execute("add dense 10 softmax")
    #expect(lab.experiment.network?.layers.count == 1)
  }

  @Test func theListingSpeaksTheNotationOfTheField() throws {
    let listing = try #require(try small().experiment.learner).listing.map(\.text)
    #expect(listing.contains("h1 = relu(x ∗ W1 + b1)"))
    #expect(listing.contains { $0.hasPrefix("h2 = max h1") })
    #expect(listing.contains { $0.contains("∇W3 = h2 ∗ δ3") && $0.contains("∂h2 = δ3 ∗ W3ᵀ") })
  }

  @Test func everyNumberThatIsExplainedIsTheSumThatIsShown() throws {
    var lab = try small()
    let learner = try #require(lab.experiment.learner)
    let names = [
      "layer1.output", "layer2.output", "layer3.output", "layer4.output", "layer1.weight.gradient",
      "layer1.bias.gradient",
      "layer3.weight.gradient", "layer1.output.gradient", "layer2.output.gradient", "layer3.delta",
    ]
    for name in names {
      let tensor = try #require(learner.tensor(named: name)?.tensor, "\(name)")
      try #require(tensor.count > 0, "\(name)")
      // A number that is not 0, so that a wrong sum shows.
      for offset in (0..<tensor.count).filter({ tensor[flat: $0] != 0 }).suffix(3) {
        let place = tensor.position(of: offset).map(String.init).joined(separator: ",")
        let text = try lab.execute("explain \(name)[\(place)]").text
        let last = try #require(text.split(separator: "\n").last { $0.contains("=") })
        // Before the formula of an activation, and before a remark.
        let sum = last.split(separator: "     (").first ?? last
        let value = sum.split(separator: "=").last?.split(separator: " ").first
        let shown = try #require(value.flatMap { Float($0.prefix { $0 != ":" }) }, "\(text)")
        let expected = tensor[flat: offset]
        #expect(abs(shown - expected) <= 2e-3 * max(abs(expected), 1e-3), "\(name)[\(place)] \(expected): \(text)")
      }
    }
  }

  @Test func whatIsExplainedShowsWindowKernelAndWhatPoolingKept() throws {
    var lab = try small()
    let unit = try lab.execute("explain h1[0,3,4,2]").text
    #expect(unit.contains("rows 2…4, columns 3…5 of x"))
    #expect(unit.contains("relu("))
    let pooled = try lab.execute("explain h2[0,1,2,3]").text
    #expect(pooled.contains("rows 2…3, columns 4…5 of map 3"))
    #expect(pooled.contains("kept: h1["))
  }

  @Test func steppedBackItIsTheSameToTheLastBit() throws {
    var lab = try small()
    func bits() -> [UInt32] { lab.experiment.tensors.flatMap { $0.tensor.elements.map(\.bitPattern) } }
    _ = try lab.execute("finish")
    let before = bits()
    _ = try lab.execute("run 3 steps")
    _ = try lab.execute("back 3 steps")
    #expect(bits() == before)
  }

  @Test(arguments: [
    ("data iris", "add conv 4 3x3", "pictures"), ("data digits", "add conv 4 9x3", "does not fit"),
    ("data digits", "add maxpool 2", "1x1 to 1000x1000"),
    ("data digits", "add conv 4 3x3 --padding 3", "zeros altogether"),
    ("data digits", "add conv 100000 1x1", "more than"),
  ])
  func whatCannotBeIsRefusedWithTheReason(data: String, line: String, reason: String) throws {
    var lab = try lab(data)
    let error = #expect(throws: StrataError.self) { try lab.execute(line) }
    #expect(error?.problem.contains(reason) ?? false, "\(error?.problem ?? "")")
    #expect(error?.suggestion != nil)
  }

  @Test func theReceptiveFieldGrowsFromLayerToLayer() throws {
    let network = try #require(try small().experiment.network)
    let first = try #require(network.receptiveField(of: 1, row: 3, column: 0))
    #expect((first.rows, first.columns) == (2...4, 0...1))
    let second = try #require(network.receptiveField(of: 3, row: 1, column: 0))
    #expect((second.rows, second.columns) == (3...7, 0...4))
    #expect(network.receptiveField(of: 5, row: 0, column: 0) == nil)
  }

  /// Black corners of pictures make sums of exactly 0, where a rectifier has a corner, and windows of equal numbers.
  @Test func cornersDoNotMakeARightGradientWrong() throws {
    var lab = try lab("data digits")
    for line in ["add conv 4 3x3 relu", "add maxpool 2x2", "add dense 10 softmax", "learn backprop --optimizer adam"] {
      _ = try lab.execute(line)
    }
    func checks() throws -> [GradientCheck] {
      try #require(lab.experiment.learner as? any GradientCheckable).checkGradients(layer: nil)
    }
    #expect(try checks().allSatisfy(\.agrees))
    _ = try lab.execute("run 3 steps")
    #expect(try checks().allSatisfy(\.agrees))
    // And a wrong one is no more forgiven than before.
    _ = try lab.execute("set flaw 1")
    #expect(try checks().prefix(2).allSatisfy { $0.relativeError > 0.2 })
  }
}
