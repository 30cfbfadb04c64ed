// `landscape`: the loss of the network over a plane through its weights.
import StrataEngine

extension Command {
  static let landscape = Command(
    "landscape", .look, "measures the loss over a plane through the weights; show landscape",
    details: """
      random: two random directions, each unit's part as long as its weights (Li et al. 2018). gradient: straight downhill, and \
      a random direction across. path: the plane nearest to the way that the weights have gone, which is executed again for \
      it. The loss is that of training samples, the same at every point, asked without dropout and penalties. Broken off, \
      what was measured stays. `expect landscape least < 0.1` judges the newest.
      """,
    forms: [
      Form(
        [Place("PLANE", .choice(Landscape.Kind.allCases.map(\.rawValue)), optional: true, "which; random if left out")],
        options: { _ in
          [
            OptionDescription(
              "samples", .integer(1...100_000), default: "500", "training samples that it is measured on"),
            OptionDescription("points", .integer(3...201), default: "25", "points to each side"),
            OptionDescription(
              "span", .number(0.000001...1_000_000), "how far to each side, in lengths of the directions; 1 if left out"
            ),
            OptionDescription("seed", .integer(0...Int.max), "of directions and samples; the session's if left out"),
          ]
        }
      ) { arguments throws(StrataError) in
        let kind = arguments.text("PLANE").flatMap { Landscape.Kind(rawValue: $0) } ?? .random
        let span = arguments.option("span").flatMap { Double($0) }
        if kind == .path, span != nil {
          throw StrataError("the plane of a path is as wide as the path; it takes no --span", try: "landscape path")
        }
        return .move { (lab) throws(StrataError) in
          let wish = LandscapeCalculation.Wish(
            kind: kind, samples: arguments.option("samples").flatMap { Int($0) } ?? 500,
            side: arguments.option("points").flatMap { Int($0) } ?? 25, span: span,
            seed: arguments.option("seed").flatMap { UInt64($0) } ?? lab.experiment.seed)
          lab.begin(try LandscapeCalculation(lab, wish), line: arguments.line)
          return Outcome()
        }
      }
    ],
    examples: ["landscape --points 9", "landscape gradient --points 5 --span 0.5", "landscape path --points 7"],
    before: ["data moons", "add dense 4 tanh", "add dense 2 softmax", "run 5 epochs"],
    disabledReason: needsLearner)
}
