// Convolutional Boltzmann machines: beginning one, and stacking another on top.
import StrataData
import StrataEngine

extension Command {
  static let crbm = Command(
    "crbm", .build, "begins a convolutional Boltzmann machine with N maps of hidden units, each with a kernel of KxK",
    details: """
      Every hidden unit sees a window of the picture, and all units of a map share one kernel. Of every block of a map at \
      most one unit is on, and then so is the block's pooling unit: probabilistic max-pooling. Learns by `learn cd` or `learn \
      pcd`; `set sparsity 0.05` keeps units from being on everywhere. `stack crbm` puts another on the pooling units: a \
      convolutional deep belief network. `unroll` makes a network of it.
      """,
    forms: [
      Form([mapCount, kernelSize], options: { _ in convolutionalOptions + firstOptions }) {
        arguments throws(StrataError) in
        let plan = try convolutionalPlan(arguments)
        let source = arguments.option("on")
        return .edit(readsFiles: source != nil) { (experiment, surroundings) throws(StrataError) in
          if let source { _ = experiment.setData(try loadData(source, DataOptions(), surroundings)) }
          guard let data = experiment.data else { throw noDataYet("crbm 16 3x3 --on digits") }
          var plan = plan
          var notes: [String] = []
          plan.visibleUnits = data.hasProbabilities ? .binary : .gaussian
          if let asked = arguments.option("visible").flatMap({ VisibleUnits(rawValue: $0) }) {
            plan.visibleUnits = asked
          } else if plan.visibleUnits == .gaussian {
            notes.append("the inputs are no numbers from 0 to 1: the visible units are gaussian")
          }
          let model = try ConvolutionalBeliefNetwork(inputShape: data.inputShape, plan, seed: experiment.seed)
          notes += experiment.begin(with: model)
          return levelOutcome(1, experiment, notes)
        }
      }
    ],
    examples: ["crbm 16 3x3", "crbm 8 3x3 --pool 3", "crbm 12 5x5 --on digits"],
    before: ["data digits"])

  /// `stack crbm N KxK`: a form of `stack`.
  static let stackedConvolutional = Form(
    [.word("crbm"), mapCount, kernelSize], "a convolutional machine over the pooling units of the one below",
    options: { _ in convolutionalOptions }
  ) { arguments throws(StrataError) in
    let plan = try convolutionalPlan(arguments)
    return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
      var position = 0
      let notes = try experiment.changeModel(elseTry: "crbm 16 3x3") {
        (network: inout ConvolutionalBeliefNetwork) throws(StrataError) in
        try network.stack(plan)
        position = network.levels.count
      }
      return levelOutcome(position, experiment, notes)
    }
  }

  private static let mapCount = Place("N", .integer(1...100_000), "maps of hidden units")
  private static let kernelSize = Place("KxK", .word, "rows and columns of a kernel, as 5x5")

  private static let convolutionalOptions = [
    OptionDescription(
      "pool", .text(form: "P or PxP"), default: "2",
      "rows and columns of a block, which must divide the maps; 1 for units on their own"),
    OptionDescription("deviation", .number(0...10), default: "0.01", "the spread of the weights at the beginning"),
  ]

  private static let firstOptions = [
    OptionDescription(
      "visible", .choice(VisibleUnits.allCases.map(\.rawValue)),
      "what the input is: 0 to 1, or real numbers of unit variance; binary where the data are"),
    OptionDescription("on", .text(form: "NAME"), "choose these data first, as `data NAME` does"),
  ]

  private static func convolutionalPlan(
    _ arguments: Arguments
  ) throws(StrataError) -> ConvolutionalBeliefNetwork.LevelPlan {
    var plan = try ConvolutionalBeliefNetwork.LevelPlan(
      maps: arguments.integer("N") ?? 1, kernel: arguments.text("KxK") ?? "", block: arguments.option("pool") ?? "2")
    plan.deviation = arguments.option("deviation").flatMap { Double($0) } ?? plan.deviation
    return plan
  }
}
