// When the test part is measured during a run. A function of sizes and of the step alone, never of time, so that a
// replay measures at the same steps; and never inside an instruction, so that measuring changes nothing.
import StrataEngine

/// Decides at each epoch's end.
struct EvaluationSchedule: Sendable {
  /// Every so many epochs, once the first ones are over.
  private let interval: Int
  /// Whether there is a test part.
  let hasTest: Bool
  /// Whether an evaluation at the end of a run is hardly noticed.
  let isCheap: Bool

  /// So many of the first epochs are always measured: the beginning of a curve is what one looks at.
  private static let firstEpochs = 50
  /// What surrounds an evaluation, and a step, however small the network, in multiplications: making workspaces.
  private static let fixedWork = 200_000.0
  private static let fixedStepWork = 20_000.0
  /// An evaluation up to this much work may be made at the end of any run.
  private static let cheapWork = 3e9

  init(_ experiment: Experiment) {
    let parameters = Double(experiment.model.parameterCount)
    let test = experiment.data?.test.count ?? 0
    let train = Double(experiment.data?.train.count ?? 0)
    let steps = Double(max(experiment.learner?.clock.stepsPerEpoch ?? 1, 1))
    // Forward costs two operations a parameter and sample; forward, backward and update about six.
    let testWork = Double(test) * parameters * 2
    let epochWork = train * parameters * 6 + steps * EvaluationSchedule.fixedStepWork
    hasTest = test > 0
    isCheap = hasTest && testWork < EvaluationSchedule.cheapWork
    let wanted = 3 * testWork + 10 * EvaluationSchedule.fixedWork
    interval = max(1, Int((wanted / max(epochWork, 1)).rounded(.up)))
  }

  /// Whether the end of this epoch is measured.
  func isDue(epoch: Int) -> Bool {
    hasTest && (epoch <= EvaluationSchedule.firstEpochs || epoch % interval == 0)
  }
}
