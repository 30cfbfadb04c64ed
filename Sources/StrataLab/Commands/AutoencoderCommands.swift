// Autoencoders: beginning one, and stacking another on top.
import StrataEngine

extension Command {
  static let autoencoder = Command(
    "autoencoder", .build, "begins an autoencoder with H code units over the data",
    details: """
      Encoder and decoder share their weights unless --untied says otherwise. The options about noise and sparsity are the \
      level's own and can be set later too. `stack autoencoder` puts another on top; `run each 10 epochs` trains level after \
      level; `unroll` makes a classifier of the stack.
      """,
    forms: [
      Form([codeUnits, codeFunction], options: { _ in autoencoderOptions }) { arguments throws(StrataError) in
        .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          guard let data = experiment.data else { throw noDataYet("data digits") }
          let usual: Activation = data.hasProbabilities ? .sigmoid : .identity
          let plan = try autoencoderPlan(arguments, usualOutput: usual)
          let model = try AutoencoderStack(inputShape: data.inputShape, plan, seed: experiment.seed)
          let notes = experiment.begin(with: model)
          return levelOutcome(1, experiment, notes)
        }
      }
    ],
    examples: ["autoencoder 32", "autoencoder 64 relu --denoise 0.3", "autoencoder 32 --sparse 0.1 --sparsity kl"],
    before: ["data digits"])

  /// `stack autoencoder H`: a form of `stack`.
  static let stackedAutoencoder = Form(
    [.word("autoencoder"), codeUnits, codeFunction], "an autoencoder over the code of the one below",
    options: { _ in autoencoderOptions }
  ) { arguments throws(StrataError) in
    .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
      var position = 0
      let notes = try experiment.changeModel(elseTry: "autoencoder 64") {
        (stack: inout AutoencoderStack) throws(StrataError) in
        // What lies below is a code: its function says which numbers there are to give back.
        let below = stack.levels[stack.levels.count - 1].plan.activation
        let usual: Activation = below == .sigmoid || below == .softmax ? .sigmoid : (below == .tanh ? .tanh : .identity)
        try stack.stack(try autoencoderPlan(arguments, usualOutput: usual))
        position = stack.levels.count
      }
      return levelOutcome(position, experiment, notes)
    }
  }

  private static let codeUnits = Place("H", .integer(1...1_000_000), "code units")
  private static let functions = Activation.allCases.filter { $0 != .step }.map(\.rawValue)
  private static let codeFunction = Place(
    "FUNCTION", .choice(functions), optional: true, "what a code unit makes of its sum; sigmoid if left out")

  private static let autoencoderOptions = [
    OptionDescription("denoise", .number(0...100), default: "0", "noise on the input: a share, or a deviation"),
    OptionDescription(
      "noise", .choice(Corruption.allCases.map(\.rawValue)), default: "masking",
      "numbers set to 0, set to their least or most, or normal numbers added"),
    OptionDescription("sparse", .number(0...1e6), default: "0", "λ, the weight of the penalty on the code"),
    OptionDescription(
      "sparsity", .choice(SparsityPenalty.allCases.map(\.rawValue)), default: "l1",
      "the penalty: Σ|h|, or the divergence of the mean activity from ρ"),
    OptionDescription("activity", .number(0.0001...0.9999), default: "0.05", "ρ of the divergence"),
    OptionDescription("untied", nil, "a decoder with weights of its own"),
    OptionDescription(
      "output", .choice(functions), "what the decoder ends in; sigmoid where the input lies between 0 and 1"),
    OptionDescription(
      "loss", .choice(Autoencoder.Plan.losses.map(\.rawValue)), "cross-entropy where the output is a sigmoid"),
  ]

  private static func autoencoderPlan(
    _ arguments: Arguments, usualOutput: Activation
  ) throws(StrataError) -> Autoencoder.Plan {
    var plan = Autoencoder.Plan(hidden: arguments.integer("H") ?? 1)
    func number(_ name: String) -> Double? { arguments.option(name).flatMap { Double($0) } }
    plan.activation = arguments.text("FUNCTION").flatMap { Activation(rawValue: $0) } ?? .sigmoid
    plan.output = arguments.option("output").flatMap { Activation(rawValue: $0) } ?? usualOutput
    plan.loss =
      arguments.option("loss").flatMap { Loss(rawValue: $0) } ?? Autoencoder.Plan.usualLoss(for: plan.output)
    plan.isTied = !arguments.flag("untied")
    plan.corruption = arguments.option("noise").flatMap { Corruption(rawValue: $0) } ?? .masking
    plan.noise = number("denoise") ?? 0
    plan.penalty = arguments.option("sparsity").flatMap { SparsityPenalty(rawValue: $0) } ?? .l1
    plan.sparsity = number("sparse") ?? 0
    plan.activity = number("activity") ?? plan.activity
    return plan
  }
}
