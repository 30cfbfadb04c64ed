// `strata bench`: throughput on fixed tasks, as JSON lines that stand beside those of other libraries.
import ArgumentParser
import StrataEngine

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure training throughput on fixed tasks.",
    discussion: """
      Prints one JSON object a task: task, program, threads, unit, the median and all runs. The tasks work on random \
      data of a fixed shape; only throughput is measured. Each run processes a fixed number of mini-batches after a \
      warm-up.
      """)

  @Argument(help: "The tasks: \(BenchTask.all.map(\.name).joined(separator: ", ")). All of them when none is named.")
  var tasks: [String] = []

  @Option(help: "Compute threads.")
  var threads = 2

  @Option(help: "Runs of each task; the median is the figure.")
  var runs = 5

  func validate() throws {
    guard (1...64).contains(threads) else { throw ValidationError("--threads wants 1 to 64, got \(threads)") }
    guard (1...1000).contains(runs) else { throw ValidationError("--runs wants 1 to 1000, got \(runs)") }
    for name in tasks where !BenchTask.all.contains(where: { $0.name == name }) {
      let known = BenchTask.all.map(\.name).joined(separator: ", ")
      throw ValidationError("there is no task '\(name)'; there are \(known)")
    }
  }

  func run() throws {
    Compute.threads = threads
    Compute.prepare()
    for task in BenchTask.all where tasks.isEmpty || tasks.contains(task.name) {
      var learner = try task.learner()
      for _ in 0..<task.warmUp { learner.next() }
      var figures: [Double] = []
      let clock = ContinuousClock()
      for _ in 0..<runs {
        let start = clock.now
        for _ in 0..<task.batches { learner.next() }
        let elapsed = start.duration(to: clock.now)
        let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
        figures.append(Double(task.batches * task.perBatch) / seconds)
      }
      let rounded = figures.map { ($0 * 10).rounded() / 10 }
      let sorted = rounded.sorted()
      let median =
        sorted.count % 2 == 1
        ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
      print(
        "{\"task\": \"\(task.name)\", \"peer\": \"strata\", \"threads\": \(threads), \"unit\": \"\(task.unit)\", "
          + "\"median\": \(median), \"runs\": [\(rounded.map { "\($0)" }.joined(separator: ", "))]}")
    }
  }
}

/// A fixed piece of work.
struct BenchTask: Sendable {
  let name: String
  let unit: String
  /// Mini-batches before the measurement, in each run, and what each counts.
  let warmUp: Int
  let batches: Int
  let perBatch: Int
  let learner: @Sendable () throws -> any Learner

  static let all = [
    // 2-8-8-1, tanh hidden, sigmoid output, squared error, batch 10, SGD 0.03. The squared error here is halved, so the
    // rate is doubled: the same update.
    BenchTask(name: "tiny-mlp", unit: "steps/s", warmUp: 2000, batches: 100_000, perBatch: 1) {
      try learner(
        inputs: 2, samples: 10, targets: .values(randomStore(shape: [1], samples: 10, name: "targets")),
        layers: ["dense 8 tanh", "dense 8 tanh", "dense 1 sigmoid"],
        settings: [("loss", "squared"), ("batch", "10"), ("rate", "0.06")])
    },
    // 784-500-500-2000-10, ReLU, softmax cross-entropy, batch 100, SGD 0.1 momentum 0.9, all biases.
    BenchTask(name: "mlp", unit: "samples/s", warmUp: 10, batches: 60, perBatch: 100) {
      var random = RandomStream(seed: 1, name: "labels")
      let labels = (0..<100).map { _ in Int32(random.integer(below: 10)) }
      return try learner(
        inputs: 784, samples: 100, targets: .classes(labels: labels, names: (0..<10).map(String.init)),
        layers: ["dense 500 relu", "dense 500 relu", "dense 2000 relu", "dense 10 softmax"],
        settings: [("batch", "100"), ("rate", "0.1"), ("momentum", "0.9")])
    },
    // 28x28, 20 kernels 5x5, maxima, 40 kernels 5x5, maxima, 100, 10: ReLU, softmax cross-entropy, batch 64, SGD 0.1.
    BenchTask(name: "cnn", unit: "samples/s", warmUp: 5, batches: 30, perBatch: 64) {
      let layers = [
        "conv 20 5x5 relu", "maxpool 2x2", "conv 40 5x5 relu", "maxpool 2x2", "flatten", "dense 100 relu",
        "dense 10 softmax",
      ]
      let data = classified(inputShape: [28, 28], samples: 64)
      let network = try Network(
        inputShape: [28, 28], layers: layers.map { try makeLayer($0.split(separator: " ").map(String.init)) })
      var learner = try BackpropLearner(data: data, model: network, seed: 1)
      for (key, value) in [("batch", "64"), ("rate", "0.1")] { try learner.set(key, to: value) }
      return learner
    },
    // 28 time steps of 28 inputs, 128 units, 10 on the last state: softmax cross-entropy, batch 64, SGD 0.1, clipped at 1.
    sequences("rnn", "rnn 128"),
    // The same with long short-term memory.
    sequences("lstm", "lstm 128"),
    // 784-500 binary, CD-1 (hidden drawn, visible probabilities), batch 100, rate 0.05, momentum 0.5, decay 2e-4.
    BenchTask(name: "rbm", unit: "samples/s", warmUp: 10, batches: 60, perBatch: 100) {
      let data = classified(inputShape: [784], samples: 100)
      let model = try BeliefNetwork(inputShape: [784], BeliefNetwork.LevelPlan(hidden: 500), seed: 1)
      var learner = try ContrastiveDivergenceLearner(data: data, model: model, seed: 1)
      for (key, value) in [("batch", "100"), ("rate", "0.05"), ("momentum", "0.5"), ("decay", "0.0002")] {
        try learner.set(key, to: value)
      }
      return learner
    },
    // 28x28 binary, 40 kernels 11x11, blocks of 2x2, CD-1 (hidden drawn, visible probabilities), batch 10, rate 0.01.
    BenchTask(name: "crbm", unit: "samples/s", warmUp: 5, batches: 30, perBatch: 10) {
      let data = classified(inputShape: [28, 28], samples: 10)
      let plan = try ConvolutionalBeliefNetwork.LevelPlan(maps: 40, kernel: "11x11")
      let model = try ConvolutionalBeliefNetwork(inputShape: [28, 28], plan, seed: 1)
      var learner = try ConvolutionalContrastiveLearner(data: data, model: model, seed: 1)
      for (key, value) in [("batch", "10"), ("rate", "0.01"), ("momentum", "0"), ("decay", "0")] {
        try learner.set(key, to: value)
      }
      return learner
    },
    // 784-500-784 tied, sigmoid, masking noise 0.3, binary cross-entropy, batch 20, SGD 0.1.
    BenchTask(name: "dae", unit: "samples/s", warmUp: 20, batches: 150, perBatch: 20) {
      let data = classified(inputShape: [784], samples: 20)
      var plan = Autoencoder.Plan(hidden: 500)
      plan.noise = 0.3
      let model = try AutoencoderStack(inputShape: [784], plan, seed: 1)
      var learner = try AutoencoderLearner(data: data, model: model, seed: 1)
      for (key, value) in [("batch", "20"), ("rate", "0.1")] { try learner.set(key, to: value) }
      return learner
    },
    // 10000 × 784, 10 centres, Lloyd, from the first 10 rows. A mini-batch is a turn over all samples.
    BenchTask(name: "kmeans", unit: "samples*iterations/s", warmUp: 1, batches: 20, perBatch: 10_000) {
      let data = classified(inputShape: [784], samples: 10_000)
      var model = try ClusterModel(inputShape: [784], count: 10)
      let first = data.train.inputs.tensor(0..<10)
      try model.setParameters([NamedTensor("clusters.centre", role: .parameter, axes: [], first)])
      var learner = try KMeansLearner(data: data, model: model, seed: 1)
      try learner.set("restarts", to: "1")
      return learner
    },
    // 784-500-500(+10 labels)-2000 with untied weights, 3 Gibbs iterations at the top, batch 100, rate 0.01.
    BenchTask(name: "updown", unit: "samples/s", warmUp: 5, batches: 30, perBatch: 100) {
      let data = classified(inputShape: [784], samples: 100)
      var model = try BeliefNetwork(inputShape: [784], BeliefNetwork.LevelPlan(hidden: 500), seed: 1)
      try model.stack(BeliefNetwork.LevelPlan(hidden: 500))
      var top = BeliefNetwork.LevelPlan(hidden: 2000)
      top.classes = 10
      try model.stack(top)
      var learner = try UpDownLearner(data: data, model: model, seed: 1)
      for (key, value) in [("batch", "100"), ("rate", "0.01"), ("gibbs", "3")] { try learner.set(key, to: value) }
      return learner
    },
  ]

  private static func sequences(_ name: String, _ cell: String) -> BenchTask {
    BenchTask(name: name, unit: "samples/s", warmUp: 10, batches: 60, perBatch: 64) {
      let data = classified(inputShape: [28, 28], samples: 64)
      let network = try Network(
        inputShape: [28, 28],
        layers: [cell, "dense 10 softmax"].map { try makeLayer($0.split(separator: " ").map(String.init)) })
      var learner = try BackpropLearner(data: data, model: network, seed: 1)
      for (key, value) in [("batch", "64"), ("rate", "0.1"), ("clip", "1")] { try learner.set(key, to: value) }
      return learner
    }
  }

  /// Random inputs in [0, 1) with random labels of ten classes.
  private static func classified(inputShape: Shape, samples: Int) -> DataSet {
    var random = RandomStream(seed: 1, name: "labels")
    let labels = (0..<samples).map { _ in Int32(random.integer(below: 10)) }
    let train = Samples(
      inputs: randomStore(shape: inputShape, samples: samples, name: "inputs"),
      targets: .classes(labels: labels, names: (0..<10).map(String.init)))
    return DataSet(name: "random", about: "", train: train, test: train.selecting([]))
  }

  private static func randomStore(shape: Shape, samples: Int, name: String) -> SampleStore {
    var random = RandomStream(seed: 1, name: name)
    var tensor = Tensor(shape.batched(samples))
    random.fillUniform(&tensor, low: 0, high: 1)
    return SampleStore(sampleShape: shape, storage: .scalars(tensor.elements))
  }

  private static func learner(
    inputs: Int, samples: Int, targets: Targets, layers: [String], settings: [(String, String)]
  ) throws -> BackpropLearner {
    let store = randomStore(shape: [inputs], samples: samples, name: "inputs")
    let train = Samples(inputs: store, targets: targets)
    let data = DataSet(name: "random", about: "", train: train, test: train.selecting([]))
    let made = try layers.map { try makeLayer($0.split(separator: " ").map(String.init)) }
    let network = try Network(inputShape: [inputs], layers: made)
    var learner = try BackpropLearner(data: data, model: network, seed: 1)
    for (key, value) in settings { try learner.set(key, to: value) }
    return learner
  }
}
