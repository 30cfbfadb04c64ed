// Learners of convolutional Boltzmann machines for the list that all learners are tried by.
import StrataEngine
import Testing

extension Subjects {
  /// A learner of convolutional machines over pictures of 6 by 5; a level is its maps, kernels and blocks.
  static func convolutional(
    _ type: any Learner.Type, _ levels: [(maps: Int, kernel: String, block: String)], visible: VisibleUnits = .binary,
    _ settings: [(String, String)]
  ) throws -> any Learner {
    let data = Subjects.data(classes: 3, low: visible == .binary ? 0 : -1, inputShape: [6, 5])
    var network: ConvolutionalBeliefNetwork?
    for (index, level) in levels.enumerated() {
      var plan = try ConvolutionalBeliefNetwork.LevelPlan(
        maps: level.maps, kernel: level.kernel, block: level.block)
      plan.deviation = 0.7
      plan.visibleUnits = index == 0 ? visible : .binary
      if network == nil {
        network = try ConvolutionalBeliefNetwork(inputShape: data.inputShape, plan, seed: 6)
      } else {
        try network?.stack(plan)
      }
    }
    var learner = try type.init(data: data, model: #require(network), seed: 4)
    for (key, value) in [("batch", "5"), ("rate", "0.1")] + settings { try learner.set(key, to: value) }
    return learner
  }

  static let convolutions: [Subject] = [
    Subject(description: "crbm, cd 1") {
      try convolutional(ConvolutionalContrastiveLearner.self, [(4, "3x2", "2")], [])
    },
    Subject(description: "crbm, cd 3, drawn, sparse") {
      try convolutional(
        ConvolutionalContrastiveLearner.self, [(3, "4x4", "3x2")],
        [("k", "3"), ("visible", "sample"), ("sparsity", "0.1"), ("momentum", "0.5:0.9@2"), ("schedule", "cosine:4")])
    },
    Subject(description: "crbm, cd 2, gaussian, without blocks") {
      try convolutional(
        ConvolutionalContrastiveLearner.self, [(3, "3x3", "1")], visible: .gaussian, [("k", "2")])
    },
    Subject(description: "crbm, cd 1, level 1 of 2") {
      try convolutional(
        ConvolutionalContrastiveLearner.self, [(4, "3x2", "2"), (3, "2x1", "1x2")], [("level", "1")])
    },
    Subject(description: "crbm, cd 1, level 3 of 3") {
      try convolutional(
        ConvolutionalContrastiveLearner.self, [(4, "3x2", "2"), (3, "2x1", "1"), (2, "1x1", "1x2")], [])
    },
    Subject(description: "crbm, pcd 1") {
      try convolutional(ConvolutionalPersistentLearner.self, [(4, "3x2", "2")], [("particles", "7")])
    },
    Subject(description: "crbm, pcd 2, level 2 of 2") {
      try convolutional(
        ConvolutionalPersistentLearner.self, [(4, "3x2", "2"), (3, "2x2", "1")], [("k", "2"), ("particles", "3")])
    },
  ]
}
