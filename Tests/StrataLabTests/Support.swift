// What the tests of the laboratory share: small laboratories, and fingerprints that two equal ones have in common.
import StrataEngine
import StrataLab

/// A laboratory with a view called `loss`, after some lines.
func lab(_ lines: String..., seed: UInt64 = 1) throws -> Lab {
  let views = [ViewName("loss", summary: "the loss against the step"), ViewName("weights", summary: "weights")]
  var lab = Lab(LabConfiguration(views: views), seed: seed)
  for line in lines { _ = try lab.execute(line) }
  return lab
}

/// Data and a network that learn in microseconds, with everything random in them: order, dropout, noise.
let small = ["data moons --samples 40", "add dense 6 tanh", "add dropout 0.2", "add dense 2 softmax", "set batch 7"]

func smallLab(seed: UInt64 = 1) throws -> Lab {
  var lab = try lab(seed: seed)
  for line in small { _ = try lab.execute(line) }
  return lab
}

/// Everything about an experiment that could differ: every number's bits, the clock, the settings.
func fingerprint(_ experiment: Experiment) -> [String] {
  var parts = ["\(experiment.moment)", "\(experiment.missing?.problem ?? "ready")", "\(experiment.chosen)"]
  if let learner = experiment.learner {
    parts.append("\(learner.title) \(learner.line) \(learner.loss.bitPattern)")
    for setting in type(of: learner).settings { parts.append("\(setting.key) \(learner.value(of: setting.key) ?? "-")") }
  }
  for named in experiment.tensors {
    parts.append("\(named.name) \(named.tensor.shape) \(bits(named.tensor))")
  }
  return parts
}

/// A sum over the bits of all numbers (FNV-1a).
func bits(_ tensor: Tensor) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  tensor.withUnsafeElements { elements in
    for element in elements { hash = (hash ^ UInt64(element.bitPattern)) &* 0x0000_0100_0000_01b3 }
  }
  return hash
}

/// Everything about a laboratory that a user could notice.
func fingerprint(_ lab: Lab) -> [String] {
  var parts = fingerprint(lab.experiment)
  parts.append("\(lab.journal.entries)")
  parts.append("branch \(lab.timeline.branchNumber) edits \(lab.timeline.appliedEdits) running \(lab.isRunning)")
  for branch in lab.timeline.branches {
    parts.append("\(branch.number) \(String(describing: branch.fork)) \(branch.edits) \(branch.end)")
    for series in branch.history.all { parts.append("\(series.name) \(series.points())") }
  }
  for breakpoint in lab.breakpoints { parts.append("\(breakpoint.number) \(breakpoint.command) \(breakpoint.hits)") }
  parts.append("\(lab.timeline.memory)")
  return parts
}

/// A generator for tests: small, seeded, the same everywhere (Steele, Lea, Flood 2014, SplitMix64).
struct Dice {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
  mutating func roll(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[roll(elements.count)] }
}
