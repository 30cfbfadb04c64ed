// What a learner holds of the present mini-batch: its tensors by name, and which of them are this mini-batch's and not
// left over from the one before.
import StrataEngine
import StrataLab

struct MiniBatch {
  let learner: any Learner
  let model: any Model
  private let tensors: [String: NamedTensor]

  /// Nil where nothing learns.
  init?(_ lab: Lab) {
    guard let learner = lab.experiment.learner else { return nil }
    self.learner = learner
    model = learner.model
    // Asked once: a learner makes its list of tensors afresh for every question.
    tensors = Dictionary(learner.tensors.map { ($0.name, $0) }) { first, _ in first }
  }

  /// A tensor, whenever it was computed; nil where it is empty or unknown.
  func kept(_ name: String) -> Tensor? {
    guard let tensor = tensors[name]?.tensor, tensor.count > 0 else { return nil }
    return tensor
  }

  /// A tensor, if it belongs to this mini-batch; nil where it is still to be computed.
  func fresh(_ name: String) -> Tensor? { isComputed(name) ? kept(name) : nil }

  /// The sign that the listing uses.
  func symbol(_ name: String) -> String { tensors[name]?.symbol ?? name }

  func has(_ name: String) -> Bool { tensors[name] != nil }

  /// The line that writes a tensor, counted from 1; nil where none does.
  func line(writing name: String) -> Int? { learner.listing.firstIndex { $0.writes.contains(name) }.map { $0 + 1 } }

  /// Between two mini-batches everything is of the finished one. Within one, what stands above the next line is new; in
  /// a loop also what an earlier turn wrote.
  private func isComputed(_ name: String) -> Bool {
    let line = learner.line
    guard line > 0, let writer = learner.listing.firstIndex(where: { $0.writes.contains(name) }) else { return true }
    if writer < line { return true }
    guard let loop = learner.listing.firstIndex(where: { $0.writes == ["turn"] || $0.writes == ["iter"] }),
      writer > loop, writer <= loop + 2, line >= loop, line <= loop + 2,
      let turns = (tensors["turn"] ?? tensors["iter"])?.tensor, turns.count == 1
    else { return false }
    return turns[flat: 0] >= (line == loop ? 1 : 2)
  }

  /// Why a tensor cannot be seen yet.
  func whyMissing(_ name: String) -> String {
    guard let line = line(writing: name) else { return "not computed" }
    return "from line \(line)"
  }

  // What kind of model it is.

  /// The stack of Boltzmann machines; nil for other models.
  var stack: BeliefNetwork? { model as? BeliefNetwork }
  var helmholtz: HelmholtzMachine? { model as? HelmholtzMachine }
  /// The stack of autoencoders; nil for other models.
  var autoencoders: AutoencoderStack? { model as? AutoencoderStack }
  /// Whether recognition and generation have weights of their own, and both learn.
  var hasDirections: Bool { has("wake.vis") }
  /// The level of a stack that learns, counted from 1; nil where all do.
  var level: Int? {
    hasDirections || !(model is any StackedModel) ? nil : learner.value(of: "level").flatMap { Int($0) }
  }

  /// The sign of a layer of units of a model with two directions: vis, hid, …, top.
  func unitSign(_ layer: Int) -> String { stack?.unitSign(layer) ?? helmholtz?.unitSign(layer) ?? "\(layer)" }

  /// The name of the tensor with a part's outputs in this mini-batch: activities, probabilities; nil where none is kept.
  func activityName(of part: ModelPart) -> String? {
    if hasDirections { return "wake.\(unitSign(part.index)).probability" }
    if autoencoders != nil { return part.index == level ? "code" : "\(part.name).passed" }
    if let level {
      if part.index == level { return "h0" }
      if part.index == level - 1 { return "v0" }
      return part.index < level ? "\(part.name).passed" : nil
    }
    return "\(part.name).output"
  }

  /// A layer's states brought down to the input, probabilities all the way.
  func picture(of states: Tensor, layer: Int) -> Tensor {
    layer == 0
      ? states : stack?.picture(of: states, layer: layer) ?? autoencoders?.picture(of: states, layer: layer) ?? states
  }
}

/// The two directions of a part's weights.
struct PartWeights {
  /// `[below, above]`: the only weights, or those of recognition.
  var up: NamedTensor?
  /// `[above, below]`, where generation has weights of its own.
  var down: NamedTensor?

  init(_ part: ModelPart, among tensors: [NamedTensor]) {
    up = tensors.first { $0.name == "\(part.name).weight" || $0.name == "\(part.name).recognition.weight" }
    down = tensors.first { $0.name == "\(part.name).generative.weight" }
  }
}
