// Several commands as one: the stages of `run each`. The journal keeps the commands that really happened, one a stage,
// so a saved session needs no memory of how they were asked for.
import StrataEngine

extension Lab {
  /// Does what is queued until a run has begun or nothing is left.
  mutating func beginQueue() throws(StrataError) -> Outcome {
    var outcome = Outcome()
    while !isRunning, !queue.isEmpty {
      let line = queue.removeFirst()
      let rest = queue
      queue = []
      outcome = try begin(line)
      queue = rest
    }
    return outcome
  }

  /// Goes on with the next stage after one has reached its goal.
  mutating func beginNextStage(after outcome: Outcome) throws(StrataError) -> Advance {
    let last = try beginQueue()
    return isRunning
      ? .running(progress ?? Progress(fraction: nil, text: "")) : .finished(queue.isEmpty ? outcome : last)
  }
}
