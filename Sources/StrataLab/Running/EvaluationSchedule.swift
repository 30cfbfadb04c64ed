// When the test part is measured during a run. A function of sizes and of the step alone, never of time, so that a
// replay measures at the same steps; and never inside an instruction, so that measuring changes nothing.
import StrataEngine

/// Decides at each epoch's end.
struct EvaluationSchedule: Sendable {
  /// Rough costs in multiplications: of a step, of an evaluation, and of what surrounds either.
  private let stepWork: Double
  private let testWork: Double
  /// Making an evaluation's workspaces costs about this much, however small the network.
  private static let fixedWork = 200_000.0
  private static let fixedStepWork = 20_000.0
  /// So many of the first epochs are always measured: the beginning of a curve is what one looks at.
  private static let firstEpochs = 50
  /// An evaluation up to this much work may be made at the end of any run.
  private static let cheapWork = 3e9

  init(_ experiment: Experiment) {
    let parameters = Double(experiment.model.parameterCount)
    let test = Double(experiment.data?.test.count ?? 0)
    let train = Double(experiment.data?.train.count ?? 0)
    let steps = Double(max(experiment.learner?.clock.stepsPerEpoch ?? 1, 1))
    testWork = test * parameters * 2
    stepWork = train / steps * parameters * 6
  }

  var hasTest: Bool { testWork > 0 }

  /// Whether an evaluation at the end of a run is hardly noticed.
  var isCheap: Bool { hasTest && testWork < EvaluationSchedule.cheapWork }

  /// Whether the end of this epoch is measured, so many steps after the last time.
  func isDue(epoch: Int, stepsSince: Int) -> Bool {
    guard hasTest else { return false }
    if epoch <= EvaluationSchedule.firstEpochs { return true }
    let work = Double(stepsSince) * (stepWork + EvaluationSchedule.fixedStepWork)
    return work >= 3 * testWork + 10 * EvaluationSchedule.fixedWork
  }
}
