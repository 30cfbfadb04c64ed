// Letting a model run by itself: what it believes in when nothing is shown to it.
//
// A belief network dreams by alternating Gibbs sampling in its memory, the machine at the top, with some units held fast
// (a label: "think of a three"); one generative pass brings the memory's state down to a picture (Hinton, Osindero, Teh
// 2006, section 6). A single machine does the same with its input as the memory's visible side, so that a part of the
// input may be held fast and the rest is completed: the network is run backwards. A convolutional stack is one undirected
// model, whose levels are all drawn in turn; its visible side is the input. A Helmholtz machine has no memory to wander in:
// each step is a fantasy from the top, drawn afresh.
//
// A dream is a value with a random stream of its own: it changes nothing about the model that dreams.

/// Units held at given values while a model dreams.
public struct Clamp: Sendable, Hashable {
  /// The layer: the memory's visible side, its hidden side, or its label units.
  public enum Side: String, Sendable, Hashable, CaseIterable { case visible, hidden }
  public var side: Side
  /// The first unit, and the values of it and those after it.
  public var first: Int
  public var values: [Scalar]

  public init(_ side: Side, first: Int, values: [Scalar]) {
    self.side = side
    self.first = first
    self.values = values
  }

  func apply(to states: inout Tensor) {
    let (rows, columns) = states.matrixExtents
    for row in 0..<rows {
      for (i, value) in values.enumerated() { states[flat: row * columns + first + i] = value }
    }
  }
}

/// A model running by itself, a step at a time.
public struct Dream: Sendable {
  /// What dreams.
  private enum Dreamer: Sendable {
    case belief(BeliefNetwork)
    case helmholtz(HelmholtzMachine)
    case convolutional(ConvolutionalChain)
  }
  private var dreamer: Dreamer
  /// The class held fast in each chain, an index; nil where none is.
  public let labels: [Int?]
  public let clamps: [Clamp]
  /// The shape of one picture.
  public let imageShape: Shape
  /// Steps done.
  public private(set) var steps = 0
  /// Pictures on the way, the oldest first: all of the first steps, then ever sparser ones. The newest is `image`.
  public private(set) var frames: [Frame] = []
  private var random: RandomStream
  private var labelStates = Tensor.empty
  private var visible = Tensor.empty
  private var hidden = Tensor.empty
  private var probabilities = Tensor.empty
  /// What each chain shows: `[chains, input]`, probabilities.
  public private(set) var image = Tensor.empty
  /// The free energy of each chain's memory; empty for a model without one.
  public private(set) var freeEnergies: [Double] = []

  /// One picture of every chain, and the energies under them.
  public struct Frame: Sendable {
    public var step: Int
    public var image: Tensor
    public var freeEnergies: [Double]
  }

  /// The most pictures that are kept.
  public static let maximumFrames = 64

  /// Whether a model of this kind can dream.
  public static func isPossible(for model: any Model) -> Bool {
    model is BeliefNetwork || model is HelmholtzMachine || model is ConvolutionalBeliefNetwork
  }

  /// `labels` holds a class, or nil, for each chain. Where `start` is given, `[chains, input]`, the chains begin at what
  /// the model makes of these inputs, else at states that the biases alone would give. `listensAbove` says whether the
  /// levels of a convolutional stack hear from the one above. Throws where the model cannot.
  public init(
    _ model: any Model, labels: [Int?], clamps: [Clamp] = [], start: Tensor? = nil, listensAbove: Bool = true,
    seed: UInt64
  ) throws(StrataError) {
    self.labels = labels
    self.clamps = clamps
    random = RandomStream(seed: seed, name: "dream")
    guard !labels.isEmpty, labels.count <= 1_000 else {
      throw StrataError("1 to 1000 chains dream at once, got \(labels.count)", try: "dream --chains 10")
    }
    switch model {
    case let network as BeliefNetwork:
      dreamer = .belief(network)
      imageShape = network.inputShape
      try Dream.check(labels, clamps, network)
      begin(network, start)
    case let machine as HelmholtzMachine:
      guard labels.allSatisfy({ $0 == nil }), clamps.isEmpty, start == nil else {
        throw StrataError("a Helmholtz machine dreams from its top alone: nothing can be held fast", try: "dream")
      }
      dreamer = .helmholtz(machine)
      imageShape = machine.inputShape
      image = machine.fantasies(labels.count, random: &random).visible
    case let network as ConvolutionalBeliefNetwork:
      imageShape = network.inputShape
      try Dream.check(labels, clamps, network)
      let chain = ConvolutionalChain(
        network, chains: labels.count, start: start, listensAbove: listensAbove, random: &random)
      dreamer = .convolutional(chain)
      begin(chain)
    default:
      throw StrataError(
        "\(model.described) cannot dream: that takes a Boltzmann machine, a stack of them, or a Helmholtz machine",
        try: "rbm 64")
    }
    keepFrame()
  }

  private static func check(_ labels: [Int?], _ clamps: [Clamp], _ network: BeliefNetwork) throws(StrataError) {
    if let label = labels.compactMap({ $0 }).first {
      guard network.classCount > 0 else {
        throw StrataError("there are no label units to hold a class fast", try: "stack rbm 128 --labels")
      }
      guard labels.allSatisfy({ $0.map { (0..<network.classCount).contains($0) } ?? true }) else {
        throw StrataError("classes go from 0 to \(network.classCount - 1), got \(label)", try: "dream 0")
      }
    }
    for clamp in clamps {
      try check(clamp, count: clamp.side == .visible ? network.top.visibleCount : network.top.hiddenCount)
    }
  }

  private static func check(
    _ labels: [Int?], _ clamps: [Clamp], _ network: ConvolutionalBeliefNetwork
  ) throws(StrataError) {
    guard labels.allSatisfy({ $0 == nil }) else {
      throw StrataError("there are no label units to hold a class fast", try: "dream --from 0")
    }
    for clamp in clamps {
      guard clamp.side == .visible else {
        throw StrataError(
          "of a convolutional machine only the input can be held fast", try: "dream --clamp visible[0]=1")
      }
      try check(clamp, count: network.inputShape.elementCount)
    }
  }

  private static func check(_ clamp: Clamp, count: Int) throws(StrataError) {
    guard clamp.first >= 0, clamp.first + clamp.values.count <= count else {
      throw StrataError(
        "the memory has \(count) \(clamp.side.rawValue) units, numbered 0 to \(count - 1); "
          + "\(clamp.first)..\(clamp.first + clamp.values.count - 1) were to be held",
        try: "dream --clamp \(clamp.side.rawValue)[0]=1")
    }
  }

  private mutating func begin(_ beginning: ConvolutionalChain) {
    var chain = beginning
    hold(.visible, &chain.visible)
    chain.rise(random: &random)
    show(&chain)
  }

  private mutating func show(_ chain: inout ConvolutionalChain) {
    chain.look()
    image = chain.image.reshaped(to: Shape(rows: labels.count, columns: imageShape.elementCount))
    hold(.visible, &image)
    // Of a stack no free energy is known: its hidden levels hang together.
    if chain.network.levels.count == 1 { freeEnergies = chain.network.levels[0].freeEnergies(chain.visible) }
    dreamer = .convolutional(chain)
  }

  private mutating func begin(_ network: BeliefNetwork, _ start: Tensor?) {
    let top = network.top
    if top.classCount > 0 {
      labelStates = Tensor(Shape(rows: labels.count, columns: top.classCount))
      // Without a class to hold, the chain begins undecided.
      for (row, label) in labels.enumerated() {
        for k in 0..<top.classCount {
          labelStates[flat: row * top.classCount + k] =
            label.map { $0 == k ? 1 : 0 } ?? 1 / Scalar(top.classCount)
        }
      }
    }
    if let start {
      visible = network.passUp(start, through: network.levels.count - 1)
    } else {
      probabilities = Tensor(Shape(rows: labels.count, columns: top.visibleCount))
      random.sampleSigmoid(inPlace: &probabilities, bias: top.visibleBias, sample: &visible)
    }
    hold(.visible, &visible)
    top.sampleHidden(visible, labels: labelStates, probability: &probabilities, state: &hidden, random: &random)
    hold(.hidden, &hidden)
    show(network)
  }

  private func hold(_ side: Clamp.Side, _ states: inout Tensor) {
    for clamp in clamps where clamp.side == side { clamp.apply(to: &states) }
  }

  /// One Gibbs iteration of every chain (or a fresh fantasy), and its picture.
  public mutating func step() {
    steps += 1
    switch dreamer {
    case .belief(let network):
      let top = network.top
      top.sampleVisible(hidden, probability: &probabilities, state: &visible, random: &random)
      hold(.visible, &visible)
      if top.classCount > 0 { drawLabels(top) }
      top.sampleHidden(visible, labels: labelStates, probability: &probabilities, state: &hidden, random: &random)
      hold(.hidden, &hidden)
      show(network)
    case .helmholtz(let machine):
      image = machine.fantasies(labels.count, random: &random).visible
    case .convolutional(var chain):
      chain.fall(random: &random)
      hold(.visible, &chain.visible)
      chain.rise(random: &random)
      show(&chain)
    }
    keepFrame()
  }

  private mutating func drawLabels(_ top: BoltzmannMachine) {
    var p = Tensor.empty
    var drawn = Tensor.empty
    top.labelProbabilities(hidden, into: &p)
    random.sampleClasses(p, into: &drawn)
    let classes = top.classCount
    for (row, label) in labels.enumerated() where label == nil {
      for k in 0..<classes { labelStates[flat: row * classes + k] = drawn[flat: row * classes + k] }
    }
  }

  /// The picture of the present states: one generative pass. For a single machine the probabilities of its input.
  private mutating func show(_ network: BeliefNetwork) {
    // From a copy of the stream: looking at a dream does not change it.
    var stream = random
    if network.levels.count == 1 {
      network.top.visibleProbabilities(hidden, into: &image)
      hold(.visible, &image)
    } else {
      image = network.passDown(visible, random: &stream)
    }
    freeEnergies = network.top.freeEnergies(visible, labels: labelStates)
  }

  /// The class that the label units name now in each chain; nil without label units.
  public var namedClasses: [Int32]? { labelStates.count > 0 ? labelStates.largestInRows : nil }

  private mutating func keepFrame() {
    frames.append(Frame(step: steps, image: image, freeEnergies: freeEnergies))
    guard frames.count > Dream.maximumFrames else { return }
    // Every other one of the older half goes.
    frames = frames.enumerated().filter { $0.offset >= frames.count / 2 || $0.offset % 2 == 0 }.map(\.element)
  }
}
