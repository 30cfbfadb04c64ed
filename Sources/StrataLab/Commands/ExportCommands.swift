// Out of the laboratory for other programs: what was measured as a table, the model as a script for PyTorch.
import StrataEngine

extension Command {
  static let export = Command(
    "export", .files, "writes what was measured, or the model, for other programs",
    details: """
      Metrics go to .csv or .jsonl, a row for each branch and step: in pandas read_csv, or read_json with lines=True. What was \
      not measured is blank. Where older steps are kept in stretches, a row has the first and the last step, the value \
      at the last, the least and the greatest. A network goes to a .py script for PyTorch, its weights and a few samples \
      beside it: the script builds the same model, loads the weights, and checks its answers against those of Strata.
      """,
    forms: [
      Form(
        [.word("metrics"), Place("FILE", .path, "a file's path")], "everything measured, as .csv or .jsonl",
        options: { _ in
          [
            OptionDescription(
              "branch", .integer(1...1_000_000), default: "all", "only the way to the end of this branch")
          ]
        }
      ) { arguments throws(StrataError) in
        let path = arguments.text("FILE") ?? ""
        let branch = arguments.option("branch").flatMap { Int($0) }
        return .look { (lab) throws(StrataError) in try lab.exportMetrics(to: path, branch: branch) }
      },
      Form([.word("network"), Place("FILE", .path, "a file's path")], "the model, as .py for PyTorch") {
        arguments throws(StrataError) in
        let path = arguments.text("FILE") ?? ""
        return .look { (lab) throws(StrataError) in try lab.exportNetwork(to: path) }
      },
    ],
    examples: ["export metrics metrics.csv", "export metrics metrics.jsonl --branch 1", "export network digits.py"],
    isTranscribed: false)
}
