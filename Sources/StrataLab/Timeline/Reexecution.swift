// Going along a branch again, from a keyframe on: its instructions, and at their ticks its edits. Everything random is in
// the experiment, so this gives the same bits as the first time.
import StrataEngine

/// A branch being executed again.
struct Reexecution: Sendable {
  let branch: Int
  private let edits: [Edit]
  private(set) var experiment: Experiment
  private(set) var appliedEdits: Int
  /// Where the present mini-batch began, and how many instructions one has, where that is known.
  private var batchStart: Int?
  private var batchLength: Int?

  /// From a keyframe on the path to the branch's end.
  init(of branch: Branch, from keyframe: Keyframe) {
    self.branch = branch.number
    edits = branch.edits
    experiment = keyframe.experiment
    appliedEdits = keyframe.place.edits
  }

  var place: TimelinePlace { TimelinePlace(tick: experiment.tick, edits: appliedEdits) }

  /// Makes the edits that stand at this tick, as long as there are fewer than `limit`. Throws when one cannot be made
  /// again, which would be a fault of the laboratory.
  mutating func makeEdits(limit: Int = .max, _ surroundings: Surroundings) throws(StrataError) {
    while appliedEdits < min(edits.count, limit), edits[appliedEdits].tick == experiment.tick {
      let edit = edits[appliedEdits]
      guard !edit.readsFiles, let parsed = try CommandTable.parse(edit.line),
        case .edit(_, let change) = try parsed.form.action(parsed.arguments)
      else {
        throw StrataError("'\(edit.line)' cannot be made again without reading its files")
      }
      _ = try change(&experiment, surroundings)
      appliedEdits += 1
      (batchStart, batchLength) = (nil, nil)
    }
  }

  /// Executes to the end of the mini-batch where that is sure to lie no further than `limit` and before the next edit;
  /// else one instruction. Throws when nothing can run here, which would be a fault of the laboratory.
  mutating func advance(upTo limit: Int = .max) throws(StrataError) {
    guard experiment.isReady else {
      throw StrataError("the way to that moment is not recorded: nothing could run at tick \(experiment.tick)")
    }
    let start = experiment.tick
    if experiment.nextLine == 0 { batchStart = start }
    // Between two edits every mini-batch has as many instructions.
    let nextEdit = appliedEdits < edits.count ? edits[appliedEdits].tick : Int.max
    if experiment.nextLine == 0, let batchLength, start + batchLength <= min(limit, nextEdit) {
      _ = experiment.next()
      guard experiment.tick <= min(limit, nextEdit) else {
        throw StrataError("a mini-batch at tick \(start) had more instructions than the one before it")
      }
    } else {
      _ = experiment.step()
    }
    if experiment.nextLine == 0, let batchStart { batchLength = experiment.tick - batchStart }
  }
}
