// How probable the data are to a Boltzmann machine: exactly where all states can be counted, else by annealing.
import StrataEngine

extension Command {
  static let likelihood = Command(
    "likelihood", .look, "how probable samples are to the machine: exactly where it is small, else by annealing",
    details: """
      log p(v) = −F(v) − log Z. The partition function Z is summed over all states of a side with at most \
      \(Enumeration.maximumUnits) units; of larger machines it is estimated by annealed importance sampling (Salakhutdinov, \
      Murray 2008), which takes a while and can be broken off. `expect test log-likelihood > -100` judges the newest.
      """,
    forms: [
      Form(
        [],
        options: { _ in
          [
            OptionDescription("runs", .integer(1...10_000), default: "100", "annealed chains side by side"),
            OptionDescription(
              "schedule", .text(form: AnnealingSchedule.form), default: "10000", "inverse temperatures"),
            OptionDescription("annealed", nil, "anneal even where all states could be counted"),
          ]
        }
      ) { arguments throws(StrataError) in
        let runs = arguments.option("runs").flatMap { Int($0) } ?? 100
        let schedule = try AnnealingSchedule(arguments.option("schedule") ?? "10000")
        let annealed = arguments.flag("annealed")
        return .move { (lab) throws(StrataError) in
          guard let network = lab.experiment.model as? BeliefNetwork, let data = lab.experiment.data else {
            throw StrataError("only Boltzmann machines have a partition function", try: "rbm 64")
          }
          guard network.levels.count == 1 else {
            throw StrataError(
              "this stack has \(network.levels.count) levels; the likelihood of a single machine can be told",
              try: "rbm 500")
          }
          let machine = network.top
          let train = meanLogWeight(data.train, machine)
          let test = data.test.count > 0 ? meanLogWeight(data.test, machine) : nil
          if !annealed, let logPartition = try? machine.logPartition() {
            lab.timeline.present.findings = LikelihoodText.findings(train, test, logPartition)
            return LikelihoodText.outcome(train, test, logPartition, interval: nil, how: "exactly, over all states")
          }
          let sampling = try AnnealedImportanceSampling(
            machine, means: means(data.train), runs: runs, schedule: schedule, seed: lab.experiment.seed)
          lab.begin(LikelihoodCalculation(sampling: sampling, train: train, test: test), line: arguments.line)
          return Outcome()
        }
      }
    ],
    examples: ["likelihood", "likelihood --runs 20 --schedule 200 --annealed"],
    before: ["data bars", "rbm 8"],
    disabledReason: { lab in
      lab.experiment.model is BeliefNetwork
        ? needsLearner(lab)
        : StrataError(
          "only Boltzmann machines have a partition function",
          try: lab.experiment.model is HelmholtzMachine ? "test   (it tells the likelihood of a small one)" : "rbm 64")
    })

  /// Mean of log p + log Z over samples; label units are summed out.
  private static func meanLogWeight(_ samples: Samples, _ machine: BoltzmannMachine) -> Double {
    var total = 0.0
    for start in stride(from: 0, to: samples.count, by: 1_000) {
      let rows = Int32(start)..<Int32(min(start + 1_000, samples.count))
      let x = samples.inputs.tensor(rows)
      let flat = x.reshaped(to: Shape(rows: rows.count, columns: machine.visibleCount))
      total += machine.logLikelihoods(flat, logPartition: 0).reduce(0, +)
    }
    return total / Double(max(samples.count, 1))
  }

  /// The mean of every input.
  private static func means(_ samples: Samples) -> Tensor {
    let size = samples.inputs.sampleSize
    var sums = [Double](repeating: 0, count: size)
    for start in stride(from: 0, to: samples.count, by: 1_000) {
      let x = samples.inputs.tensor(Int32(start)..<Int32(min(start + 1_000, samples.count)))
      for row in 0..<x.count / max(size, 1) { for i in 0..<size { sums[i] += Double(x[flat: row * size + i]) } }
    }
    return Tensor([size], elements: sums.map { Scalar($0 / Double(max(samples.count, 1))) })
  }
}
