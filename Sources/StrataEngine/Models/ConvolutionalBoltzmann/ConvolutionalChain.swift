// Gibbs sampling in a convolutional belief network: all levels are one undirected model.
//
// A turn goes up: every level's blocks are drawn from their windows below and, where the influence from above is wanted,
// from the level above as it stands, I(p) = (h′ ∗ᵀ W′), which is added to every unit of the block. Then the picture is
// drawn from the lowest hidden units. Biases of a level's visible side count only while that level is learned: in the whole
// model its pooling units have the biases of their own hidden units, as in the paper's energy.
// Source: Lee, Grosse, Ranganath, Ng 2009, sections 3.6 and 3.7.

/// The states of several chains that run side by side.
struct ConvolutionalChain: Sendable {
  let network: ConvolutionalBeliefNetwork
  /// Whether levels hear from the one above.
  let listensAbove: Bool
  /// The picture's states, `[chains, row, column, in]`, and what they were drawn from.
  var visible = Tensor.empty
  private(set) var image = Tensor.empty
  private var levels: [Level]
  private var (probability, above) = (Tensor.empty, Tensor.empty)

  private struct Level: Sendable {
    var hidden = Tensor.empty
    var pooled = Tensor.empty
    /// Probabilities, on the way to the states.
    var hiddenProbability = Tensor.empty
    var pooledProbability = Tensor.empty
  }

  /// Chains whose pictures are given, or, for nil, drawn as the biases alone would have them.
  init(
    _ network: ConvolutionalBeliefNetwork, chains: Int, start: Tensor?, listensAbove: Bool, random: inout RandomStream
  ) {
    self.network = network
    self.listensAbove = listensAbove
    levels = network.levels.map { _ in Level() }
    let shape = network.levels[0].visible.shape.batched(chains)
    if let start {
      visible = start.reshaped(to: shape)
    } else {
      let nothing = Tensor(network.levels[0].hidden.shape.batched(chains))
      network.levels[0].sampleVisible(nothing, probability: &image, state: &visible, random: &random)
    }
  }

  /// Draws every level's units from below and above.
  mutating func rise(random: inout RandomStream) {
    for index in levels.indices {
      let below = index == 0 ? visible : levels[index - 1].pooled
      above = .empty
      // At first nothing stands above yet.
      if listensAbove, index + 1 < levels.count, levels[index + 1].hidden.count > 0 {
        network.levels[index + 1].visibleInput(levels[index + 1].hidden, into: &above)
      }
      // Taken out while it is drawn, so that it is neither shared nor copied.
      var level = Level()
      swap(&level, &levels[index])
      network.levels[index].sampleHidden(
        below, above: above, probability: &level.hiddenProbability, state: &level.hidden,
        pooled: &level.pooledProbability, pooledState: &level.pooled, random: &random)
      swap(&level, &levels[index])
    }
  }

  /// Draws the picture from the lowest hidden units.
  mutating func fall(random: inout RandomStream) {
    network.levels[0].sampleVisible(levels[0].hidden, probability: &probability, state: &visible, random: &random)
  }

  /// What the lowest hidden units say of the picture: probabilities, or means.
  mutating func look() { network.levels[0].visibleProbabilities(levels[0].hidden, into: &image) }
}
