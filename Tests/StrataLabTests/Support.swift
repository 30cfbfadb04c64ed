// What the tests of the laboratory share: small laboratories, and fingerprints that two equal ones have in common.
import StrataEngine
import StrataLab

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

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
    for setting in type(of: learner).settings {
      parts.append("\(setting.key) \(learner.value(of: setting.key) ?? "-")")
    }
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

/// A folder of its own for a test, gone with it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/strata-lab-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw StrataError("no temporary folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The names of the files in it.
  var files: [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  deinit {
    for name in files { unlink(path + "/" + name) }
    rmdir(path)
  }
}

/// A file's text; nil when it cannot be read.
func read(_ path: String) -> String? {
  guard let file = fopen(path, "rb") else { return nil }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { break }
    bytes += buffer.prefix(count)
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Writes a text file.
func write(_ text: String, to path: String) throws {
  guard let file = fopen(path, "wb") else { throw StrataError("cannot write \(path)") }
  defer { fclose(file) }
  fputs(text, file)
}
