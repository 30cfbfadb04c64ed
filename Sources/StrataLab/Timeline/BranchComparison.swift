// `compare A B`: how two branches differ in what was chosen, in what was measured, and in the weights at which they ended.
// Both ends are reached by executing again where no keyframe stands there, so it is a calculation that takes time.
import StrataEngine

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A comparison in progress.
struct BranchComparison: Calculation {
  private let branches: [Branch]
  private let timeline: Timeline
  private let surroundings: Surroundings
  private var travels: [Travel]
  private var arrived = 0

  /// The step at which the two part.
  private let parting: Int

  init(_ first: Branch, _ second: Branch, in lab: Lab) {
    branches = [first, second]
    timeline = lab.timeline
    surroundings = lab.configuration.surroundings
    travels = branches.map { Travel(to: .tick($0.end.tick), branch: $0.number, in: lab.timeline) }
    parting = lab.timeline.parting(of: first, second)
  }

  var pace: Double? { nil }
  var isFinished: Bool { arrived == 2 }
  var progress: Progress { isFinished ? Progress(fraction: 1, text: "") : travels[arrived].progress }
  func publish(to lab: inout Lab) {}

  mutating func advance() throws(StrataError) {
    if try travels[arrived].advance(surroundings, isDue: { true }) { arrived += 1 }
  }

  func outcome(isComplete: Bool) -> Outcome {
    guard isComplete else { return Outcome("not compared") }
    let ends = travels.map(\.reexecution.experiment)
    let names = branches.map { "branch \($0.label)" }
    var outcome = Outcome("\(names[0]) and \(names[1]) part at step \(parting)")
    let changes = changesTable(names)
    if !changes.rows.isEmpty { outcome.append(changes) }
    outcome.append(chosenTable(ends, names))
    outcome.append(measuredTable(names, &outcome.numbers))
    let distances = distanceTable(ends, &outcome.numbers)
    if !distances.rows.isEmpty { outcome.append(distances) }
    outcome.request = .view(
      name: "loss", arguments: ["--branches", branches.map { "\($0.number)" }.joined(separator: ",")])
    return outcome
  }

  /// The commands that only one of them had.
  private func changesTable(_ names: [String]) -> TextTable {
    let common = zip(branches[0].edits, branches[1].edits).prefix { $0 == $1 }.count
    let own = branches.map { branch in branch.edits.dropFirst(common).map(\.line) }
    var table = TextTable(columns: names)
    for row in 0..<max(own[0].count, own[1].count) {
      table.rows.append(own.map { $0.indices.contains(row) ? $0[row] : "" })
    }
    return table
  }

  /// What is different about data, model, learner and settings at the two ends.
  private func chosenTable(_ ends: [Experiment], _ names: [String]) -> TextTable {
    var rows: [(String, String, String)] = [
      ("up to step", "\(branches[0].end.step)", "\(branches[1].end.step)")
    ]
    func add(_ name: String, _ value: (Experiment) -> String) {
      let (a, b) = (value(ends[0]), value(ends[1]))
      if a != b { rows.append((name, a, b)) }
    }
    add("data") { $0.data?.name ?? "none" }
    add("model") { $0.model.parts.map(\.words).joined(separator: "; ") }
    add("seed") { "\($0.seed)" }
    add("learner") { $0.learner.map { type(of: $0).keyword } ?? "none" }
    let keys = ends.compactMap(\.learner).flatMap { type(of: $0).settings.map(\.key) }
    for (index, key) in keys.enumerated() where !keys[..<index].contains(key) {
      add(key) { $0.learner?.value(of: key) ?? "" }
    }
    var table = TextTable(columns: [""] + names)
    table.rows = rows.map { [$0.0, $0.1, $0.2] }
    return table
  }

  /// The newest measurements at the last step that both have, and at each end.
  private func measuredTable(_ names: [String], _ numbers: inout [Outcome.Number]) -> TextTable {
    let common = min(branches[0].end.step, branches[1].end.step)
    var table = TextTable(columns: ["", "\(names[0])", "\(names[1])", "by step \(common)", ""])
    for name in timeline.measuredNames {
      let last = branches.map { timeline.latest(name, branch: $0.number)?.value }
      let shared = branches.map { timeline.latest(name, branch: $0.number, upTo: common)?.value }
      guard last.contains(where: { $0 != nil }) else { continue }
      table.rows.append([name] + (last + shared).map { $0.map { NumberText.short($0) } ?? "" })
      for (branch, value) in zip(branches, last) {
        if let value { numbers.append(Outcome.Number("\(name) \(branch.number)", value)) }
      }
    }
    return table
  }

  /// How far apart the parameters are: ‖A − B‖, that over ‖A‖, and the cosine of the angle between A and B.
  private func distanceTable(_ ends: [Experiment], _ numbers: inout [Outcome.Number]) -> TextTable {
    var table = TextTable(columns: ["weights at the ends", "‖A − B‖", "of ‖A‖", "cosine"])
    let others = ends[1].model.parameters
    var whole = Sums()
    var compared = 0
    for parameter in ends[0].model.parameters {
      guard let other = others.first(where: { $0.name == parameter.name }) else { continue }
      guard other.tensor.shape == parameter.tensor.shape else {
        table.rows.append([parameter.name, "\(parameter.tensor.shape) and \(other.tensor.shape)", "", ""])
        continue
      }
      let sums = Sums(parameter.tensor, other.tensor)
      whole.add(sums)
      compared += 1
      table.rows.append([parameter.name] + sums.texts)
      numbers.append(Outcome.Number("distance \(parameter.name)", sums.distance))
    }
    guard compared > 0 else { return table }
    if compared > 1 { table.rows.append(["all"] + whole.texts) }
    numbers.append(Outcome.Number("distance", whole.distance))
    return table
  }

  /// What lengths and angles are made of.
  private struct Sums {
    var first = 0.0
    var second = 0.0
    var product = 0.0
    var difference = 0.0

    init() {}

    init(_ a: Tensor, _ b: Tensor) {
      a.withUnsafeElements { a in
        b.withUnsafeElements { b in
          for index in a.indices {
            let (x, y) = (Double(a[index]), Double(b[index]))
            first += x * x
            second += y * y
            product += x * y
            difference += (x - y) * (x - y)
          }
        }
      }
    }

    mutating func add(_ other: Sums) {
      first += other.first
      second += other.second
      product += other.product
      difference += other.difference
    }

    var distance: Double { difference.squareRoot() }
    var texts: [String] {
      [
        NumberText.short(distance),
        first > 0 ? "\(NumberText.short((difference / first).squareRoot() * 100, digits: 3)) %" : "",
        first > 0 && second > 0 ? NumberText.fixed(product / (first * second).squareRoot(), decimals: 4) : "",
      ]
    }
  }
}

extension Timeline {
  /// The last step that two branches have in common.
  func parting(of first: Branch, _ second: Branch) -> Int {
    var stations: [Int: Int] = [:]
    walk(first.number, upTo: TimelinePlace(tick: .max, edits: .max)) { number, limit in
      stations[number] = limit.tick
      return false
    }
    var step = 0
    walk(second.number, upTo: TimelinePlace(tick: .max, edits: .max)) { number, limit in
      guard let other = stations[number] else { return false }
      // Both came along this branch: the one that left it first decides.
      let tick = min(other, limit.tick)
      let leaving = [first, second].flatMap { forks(of: $0) }.first { $0.branch == number && $0.tick == tick }
      step = leaving?.step ?? min(first.end.step, second.end.step)
      return true
    }
    return step
  }

  private func forks(of branch: Branch) -> [Fork] {
    var found: [Fork] = []
    var fork = branch.fork
    while let at = fork {
      found.append(at)
      fork = allBranches[at.branch - 1].fork
    }
    return found
  }
}

extension Command {
  static let compare = Command(
    "compare", .time, "how two branches differ: settings, measurements, the distance of their weights",
    forms: [
      Form([
        Place("A", .known(.branches), "a branch's number or name"),
        Place("B", .known(.branches), optional: true, "another; the one that we are on if left out"),
      ]) { arguments throws(StrataError) in
        let words = [arguments.text("A") ?? "", arguments.text("B")]
        return .move { (lab) throws(StrataError) in
          let first = try lab.timeline.requireBranch(called: words[0] ?? "")
          let second = try words[1].map { (word) throws(StrataError) in try lab.timeline.requireBranch(called: word) }
          guard let second = second ?? (first.number == lab.timeline.branchNumber ? nil : lab.timeline.branch),
            first.number != second.number
          else {
            throw StrataError("two different branches are needed, got \(first.label) twice", try: "branches")
          }
          lab.begin(BranchComparison(first, second, in: lab), line: arguments.line)
          return Outcome()
        }
      }
    ],
    examples: ["compare 1 2", "compare 1"],
    before: ["next 2", "back 1", "set rate 0.3", "next"],
    disabledReason: { lab in
      lab.timeline.branches.count > 1
        ? nil : StrataError("there is only one branch: go back and do something else", try: "back 10")
    })
}
