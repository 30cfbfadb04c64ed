// k-means: two half-steps that take turns, and several beginnings of which the best is kept.
//
//   c ← argminⱼ ‖x − μⱼ‖²       μⱼ ← ⟨x⟩ over the samples with c = j
//
// Neither half can make the distortion ⟨‖x − μ_c‖²⟩ larger, so it comes to rest; where, depends on the beginning. Each
// beginning is drawn by k-means++: a sample becomes a centre with a chance proportional to its squared distance from the
// centres there are. A centre that nobody is nearest to goes to the sample farthest from its own. One step is one turn
// over all the data. Sources: Lloyd 1957 (1982); Arthur, Vassilvitskii 2007 (k-means++).

/// Moves centres to the middle of what is nearest to them.
public struct KMeansLearner: Learner {
  public static let keyword = "kmeans"
  public static let summary = "centres move to the middle of the samples nearest to them; no labels"
  public static let lossName = "distortion"
  public static let headlines = ["matched accuracy"]
  public static func learns(_ model: any Model) -> Bool { model is ClusterModel }
  public static let settings: [SettingDescription] = [
    SettingDescription("restarts", .integer(1...10_000), "beginnings to try; the best is kept")
  ]

  public private(set) var data: DataSet
  public private(set) var clusters: ClusterModel
  public var model: any Model { clusters }
  public private(set) var clock = Clock()
  public private(set) var line = 0
  /// ⟨‖x − μ_c‖²⟩ of the newest assignment.
  public private(set) var loss = Double.nan
  private(set) var restarts = 10
  /// Beginnings that have come to rest.
  private(set) var finished = 0
  private var bestLoss = Double.infinity
  private var bestCentres = Tensor.empty
  private var random: RandomStream
  /// ‖μ after − μ before‖², summed over the centres, in the newest move.
  private var movement = Double.nan
  private(set) var assignment = Tensor.empty
  private(set) var distance = Tensor.empty
  private(set) var counts = Tensor.empty
  /// Sums of the samples of each cluster, gathered while they are assigned.
  private var sums = Tensor.empty
  private var pass = NearestCentres()

  public init(data: DataSet, model: any Model, seed: UInt64) throws(StrataError) {
    self.data = data
    random = RandomStream(seed: seed, name: "k-means")
    clusters = try KMeansLearner.clusters(of: model, data: data)
    begin()
  }

  public mutating func adopt(_ model: any Model, data: DataSet) throws(StrataError) {
    let new = try KMeansLearner.clusters(of: model, data: data)
    let isOther = data.train.inputs != self.data.train.inputs || new.centres.shape != clusters.centres.shape
    clusters = new
    self.data = data
    if isOther || !new.isPlaced { begin() }
    line = 0
  }

  /// Sends the model in, checked against the data, or throws what would fit.
  private static func clusters(of model: any Model, data: DataSet) throws(StrataError) -> ClusterModel {
    guard var clusters = model as? ClusterModel else {
      throw StrataError("k-means moves centres; this is \(model.described)", try: "kmeans 10")
    }
    _ = try clusters.adapt(to: data)
    guard data.train.count >= clusters.count else {
      throw StrataError(
        "\(clusters.count) clusters need as many samples at least; \(data.name) has \(data.train.count)",
        try: "kmeans \(max(data.train.count, 1))")
    }
    return clusters
  }

  /// The search for the best beginning starts afresh. Centres that stand somewhere are the first beginning.
  private mutating func begin() {
    (finished, bestLoss, bestCentres) = (0, .infinity, Tensor(clusters.centres.shape))
    (assignment, distance, counts) = (.empty, .empty, .empty)
    movement = .nan
    pass = NearestCentres()
    if !clusters.isPlaced { scatter() }
    clock.stepsPerEpoch = 1
  }

  /// Whether all beginnings were tried and the best stands there.
  public var isSettled: Bool { finished >= restarts }

  public var title: String { "k-means · \(clusters.count) centres" }

  public var listing: [ListingLine] {
    let again = isSettled ? "the best of \(finished)" : "beginning \(finished + 1) of \(restarts)"
    return [
      ListingLine(
        "c ← argminⱼ ‖x − μⱼ‖²", reads: ["clusters.centre"], writes: ["assignment", "distance", "count"],
        phase: "assign"),
      ListingLine(
        "μⱼ ← ⟨x⟩ where c = j", reads: ["assignment", "count"], writes: ["clusters.centre"], phase: "move"),
      ListingLine(
        "nothing moved: keep μ if best, begin again   (\(again))", reads: ["clusters.centre", "best"],
        writes: ["clusters.centre", "best"], phase: "restart"),
    ]
  }

  public mutating func carry(_ state: inout LearnerState) throws(StrataError) {
    try clock.carry(&state)
    try state.carry("k-means.stream", &random)
    try state.carry("loss", &loss)
    try state.carry("k-means.finished", &finished)
    try state.carry("k-means.best-loss", &bestLoss)
    try state.carry("k-means.best", &bestCentres)
  }

  @discardableResult
  public mutating func step() -> NumericFault? {
    let executed = line
    line = (line + 1) % 3
    clock.instructions += 1
    switch executed {
    case 0: return assign()
    case 1: move()
    default:
      if movement == 0 { settle() }
      clock.steps += 1
      clock.epochs += 1
    }
    return nil
  }

  private mutating func assign() -> NumericFault? {
    loss = pass.assign(
      data.train.inputs, to: clusters.centres, assignment: &assignment, distance: &distance, sums: &sums,
      counts: &counts)
    return loss.isFinite
      ? nil : NumericFault(line: 1, layer: nil, tensor: "loss", position: [], value: Scalar(loss))
  }

  private mutating func move() {
    let (count, features) = clusters.centres.matrixExtents
    movement = 0
    var taken: Set<Int> = []
    for j in 0..<count {
      var centre = [Scalar](repeating: 0, count: features)
      if counts[flat: j] > 0 {
        let share = 1 / counts[flat: j]
        for k in 0..<features { centre[k] = sums[flat: j * features + k] * share }
      } else {
        centre = farthestSample(besides: &taken)
      }
      clusters.centres.withUnsafeMutableElements { μ in
        for k in 0..<features {
          let d = Double(centre[k]) - Double(μ[j * features + k])
          movement += d * d
          μ[j * features + k] = centre[k]
        }
      }
    }
  }

  /// The sample that is farthest from its centre and was not taken yet.
  private func farthestSample(besides taken: inout Set<Int>) -> [Scalar] {
    var best = 0
    var most = -Scalar.infinity
    for row in 0..<distance.count where distance[flat: row] > most && !taken.contains(row) {
      (best, most) = (row, distance[flat: row])
    }
    taken.insert(best)
    return data.train.inputs.tensor([Int32(best)]).elements
  }

  /// This beginning has come to rest.
  private mutating func settle() {
    guard !isSettled else { return }
    if loss < bestLoss { (bestLoss, bestCentres) = (loss, clusters.centres) }
    finished += 1
    if isSettled { clusters.centres = bestCentres } else { scatter() }
  }

  /// Draws a beginning by k-means++.
  private mutating func scatter() {
    let features = clusters.centres.matrixExtents.columns
    let count = data.train.count
    var least = [Double](repeating: .infinity, count: count)
    var chosen = random.integer(below: count)
    for j in 0..<clusters.count {
      let centre = data.train.inputs.tensor([Int32(chosen)])
      for k in 0..<features { clusters.centres[flat: j * features + k] = centre[flat: k] }
      guard j + 1 < clusters.count else { break }
      pass.lower(&least, by: centre, data.train.inputs)
      var left = random.uniform() * least.reduce(0, +)
      chosen = least.indices.last ?? 0
      for row in least.indices {
        left -= least[row]
        if left < 0 {
          chosen = row
          break
        }
      }
    }
    clusters.isPlaced = true
  }

  public var measurements: Measurements {
    guard !loss.isNaN else { return Measurements() }
    return Measurements([
      .init("loss", loss), .init("movement", movement), .init("restart", Double(finished)),
      .init("settled", isSettled ? 1 : 0),
    ])
  }

  /// `loss`; where there are classes also `matched accuracy` (one cluster a class, matched on these very samples),
  /// `nmi`, and `accuracy`: each cluster answers with the label of most of its labelled training samples.
  public func evaluate(_ samples: Samples) -> Measurements {
    guard samples.count > 0 else { return Measurements() }
    let (found, distortion) = NearestCentres.assigned(samples.inputs, to: clusters.centres)
    var entries = [Measurements.Entry("loss", distortion)]
    if case .classes(let labels, let names) = samples.targets, labels.contains(where: { $0 >= 0 }) {
      var agreement = ClusterAgreement(clusters: clusters.count, classes: names.count)
      let answers = labelsOfClusters(classes: names.count)
      var right = 0
      for (row, label) in labels.enumerated() where label >= 0 {
        agreement.count(cluster: Int(found[row]), class: Int(label))
        if answers.majority(of: Int(found[row])) == Int(label) { right += 1 }
      }
      let labelled = labels.count { $0 >= 0 }
      entries += [
        .init("accuracy", Double(right) / Double(labelled)), .init("matched accuracy", agreement.matchedAccuracy),
        .init("nmi", agreement.normalizedMutualInformation),
      ]
    }
    return Measurements(entries)
  }

  /// For each centre the training row that is nearest to it.
  public var nearestSamples: [Int32] {
    var best = [(row: Int32, square: Scalar)](repeating: (0, .infinity), count: clusters.count)
    for start in stride(from: 0, to: data.train.count, by: 500) {
      let rows = Int32(start)..<Int32(min(start + 500, data.train.count))
      let squares = NearestCentres.squares(data.train.inputs.tensor(rows), to: clusters.centres)
      for (place, row) in rows.enumerated() {
        for j in best.indices where squares[place, j] < best[j].square { best[j] = (row, squares[place, j]) }
      }
    }
    return best.map(\.row)
  }

  /// How many labelled training samples of each class lie in each cluster.
  public func labelsOfClusters(classes: Int) -> ClusterAgreement {
    var agreement = ClusterAgreement(clusters: clusters.count, classes: classes)
    guard case .classes(let labels, _) = data.train.targets else { return agreement }
    let rows = data.train.labelledRows
    let (found, _) = NearestCentres.assigned(data.train.inputs.selecting(rows), to: clusters.centres)
    for (place, row) in rows.enumerated() { agreement.count(cluster: Int(found[place]), class: Int(labels[Int(row)])) }
    return agreement
  }

  public var tensors: [NamedTensor] {
    clusters.parameters + [
      NamedTensor("assignment", symbol: "c", role: .statistic, axes: ["sample"], assignment),
      NamedTensor("distance", symbol: "d", role: .statistic, axes: ["sample"], distance),
      NamedTensor("count", symbol: "n", role: .statistic, axes: ["cluster"], counts),
      NamedTensor("best", symbol: "μ*", role: .statistic, axes: ["cluster", "feature"], bestCentres),
    ]
  }

  public mutating func setElement(of name: String, at position: [Int], to value: Scalar) throws(StrataError) {
    try clusters.setElement(of: name, at: position, to: value)
  }

  public func value(of key: String) -> String? { key == "restarts" ? "\(restarts)" : nil }

  public mutating func set(_ key: String, to text: String) throws(StrataError) {
    restarts = Int(try KMeansLearner.checked(key, text)) ?? restarts
  }

  public func explain(_ name: String, at position: [Int]) throws(StrataError) -> Explanation {
    try explained(name, at: position) { named, position in
      guard named.name == "assignment", position[0] < data.train.count else { return nil }
      let x = data.train.inputs.tensor([Int32(position[0])])
      let squares = NearestCentres.squares(x, to: clusters.centres).elements
      let nearest = squares.enumerated().sorted { $0.element < $1.element }.prefix(3)
      return [
        "c[\(position[0])] = argminⱼ ‖x[\(position[0])] − μⱼ‖², the nearest now: "
          + nearest.map { "μ[\($0.offset)] at \(number($0.element))" }.joined(separator: ", "),
        "= \(number(named.tensor[flat: position[0]]))",
      ]
    }
  }
}

extension KMeansLearner: Predictor {
  /// The shares of the classes among the labelled training samples of the sample's cluster; of a cluster without any,
  /// the shares in all clusters.
  public func predict(_ input: Tensor) -> Prediction {
    guard !data.classNames.isEmpty else {
      let found = NearestCentres.squares(input, to: clusters.centres)
      var back = Tensor(Shape(rows: found.matrixExtents.rows, columns: clusters.centres.matrixExtents.columns))
      let columns = back.matrixExtents.columns
      for row in 0..<found.matrixExtents.rows {
        let values = (0..<clusters.count).map { found[row, $0] }
        let nearest = values.indices.min { values[$0] < values[$1] } ?? 0
        for k in 0..<columns { back[flat: row * columns + k] = clusters.centres[flat: nearest * columns + k] }
      }
      return Prediction(reconstruction: back)
    }
    let classes = data.classNames.count
    let agreement = labelsOfClusters(classes: classes)
    let squares = NearestCentres.squares(input, to: clusters.centres)
    let rows = squares.matrixExtents.rows
    let all = (0..<classes).map { label in agreement.counts.reduce(0) { $0 + $1[label] } }
    var shares = Tensor(Shape(rows: rows, columns: classes))
    for row in 0..<rows {
      let distances = (0..<clusters.count).map { squares[row, $0] }
      let nearest = distances.indices.min { distances[$0] < distances[$1] } ?? 0
      let counts = agreement.counts[nearest].contains { $0 > 0 } ? agreement.counts[nearest] : all
      let total = Scalar(max(counts.reduce(0, +), 1))
      for label in 0..<classes { shares[row, label] = Scalar(counts[label]) / total }
    }
    return Prediction(probabilities: shares)
  }

  public func losses(on samples: Samples) -> Measurements { Measurements() }
}
