// Branches and marks by number and name: finding them, naming them, deleting them.
//
// Other branches may come out of a deleted one, and the way to them leads along its beginning. So a deleted branch stays
// in the list up to where the last of them leaves, and everything else about it goes.
import StrataEngine

extension Timeline {
  /// The branch with this number. Throws when there is none, or none any more.
  func requireBranch(_ number: Int) throws(StrataError) -> Branch {
    if allBranches.indices.contains(number - 1), !allBranches[number - 1].isDeleted { return allBranches[number - 1] }
    let numbers = branches.map { "\($0.number)" }
    let known = numbers.count == 1 ? "only branch \(numbers[0])" : "branches \(numbers.joined(separator: ", "))"
    let wasDeleted = allBranches.indices.contains(number - 1)
    throw StrataError(
      wasDeleted ? "branch \(number) was deleted; there is \(known)" : "there is no branch \(number), \(known)",
      try: "branches")
  }

  /// The branch that is called so, by number or by name. Throws when there is none.
  func requireBranch(called word: String) throws(StrataError) -> Branch {
    if let number = Int(word) { return try requireBranch(number) }
    if let branch = branches.first(where: { $0.name == word }) { return branch }
    let names = branches.compactMap(\.name)
    throw StrataError(
      "there is no branch called \(word.quoted)\(Nearest.question(word, among: names)); branches have numbers, and names "
        + "where somebody gave them one", try: "branches")
  }

  /// Gives a branch a name; nil takes it away.
  mutating func name(_ number: Int, _ name: String?) {
    setBranch(number) { $0.name = name }
  }

  /// The experiment at the newest moment that is kept of a branch behind its fork; nil where none is. Leaving a branch
  /// keeps its end.
  public func newestKept(ofBranch number: Int) -> Experiment? {
    guard allBranches.indices.contains(number - 1) else { return nil }
    return keyframes.last(on: number, upTo: TimelinePlace(tick: .max, edits: .max))?.experiment
  }

  /// `branch 2`, or that it is there no more.
  public func name(ofParent number: Int) -> String {
    "branch \(allBranches[number - 1].label)" + (allBranches[number - 1].isDeleted ? ", deleted" : "")
  }

  /// What makes a branch different from the one that it left, as a command; nil for the first.
  public func difference(of branch: Branch) -> String? {
    guard let fork = branch.fork else { return nil }
    if branch.edits.count > fork.edits { return branch.edits[fork.edits].line }
    let parent = allBranches[fork.branch - 1]
    return parent.edits.count > fork.edits ? "without: \(parent.edits[fork.edits].line)" : nil
  }

  /// How many branches come out of one, those out of these included.
  private func descendants(of number: Int) -> [Branch] {
    allBranches.filter { branch in
      guard !branch.isDeleted else { return false }
      var fork = branch.fork
      while let at = fork {
        if at.branch == number { return true }
        fork = allBranches[at.branch - 1].fork
      }
      return false
    }
  }

  /// Deletes a branch that we are not on. Throws when we are, or when it is the way to where we are.
  mutating func delete(branch number: Int) throws(StrataError) {
    _ = try requireBranch(number)
    guard number != branchNumber else {
      let other = branches.first { $0.number != number }
      throw StrataError(
        "branch \(number) is the one that we are on; go to another first",
        try: other.map { "branch \($0.number)" } ?? "goto start")
    }
    // Where the last branch leaves that still needs it.
    var needed: TimelinePlace?
    var directions = Set(descendants(of: number).map(\.number))
    for branch in descendants(of: number) {
      // Deleted branches between are part of the way.
      var at = branch
      while let fork = at.fork, fork.branch != number {
        at = allBranches[fork.branch - 1]
        directions.insert(at.number)
      }
    }
    for branch in allBranches where directions.contains(branch.number) {
      guard let fork = branch.fork, fork.branch == number else { continue }
      let place = TimelinePlace(tick: fork.tick, edits: fork.edits)
      needed = max(needed ?? place, place)
    }
    keyframes.drop(on: number, after: needed)
    setBranch(number) { branch in
      branch.isDeleted = true
      branch.name = nil
      if needed == nil { branch.forgetMeasurements() }
    }
    marks.removeAll { mark in
      guard mark.branch == number else { return false }
      return needed.map { mark.position.place > $0 } ?? true
    }
  }

  /// Gives this moment a name. Returns the step of the moment that had the name before.
  mutating func mark(_ name: String) -> Int? {
    let old = marks.first { $0.name == name }
    marks.removeAll { $0.name == name }
    marks.append(Mark(name: name, position: position))
    marks.sort { $0.name < $1.name }
    keep()
    return old?.step
  }

  /// The mark with this name. Throws with the nearest one.
  func requireMark(_ name: String) throws(StrataError) -> Mark {
    if let mark = marks.first(where: { $0.name == name }) { return mark }
    guard !marks.isEmpty else {
      throw StrataError(
        "there is no mark \(name.quoted); no moment has a name yet", try: "mark \(TypedLine.quoted(name))")
    }
    let question = Nearest.question(name, among: marks.map(\.name))
    throw StrataError(
      "there is no mark \(name.quoted)\(question)", try: "one of \(marks.map(\.name).joined(separator: ", "))")
  }

  /// A branch on whose way a position lies: its own, or, where that was deleted, one that came out of it. Nil when none
  /// does any more.
  func branchThrough(_ position: Position) -> Int? {
    if !allBranches[position.branch - 1].isDeleted { return position.branch }
    return branches.first { branch in
      var isOnTheWay = false
      walk(branch.number, upTo: TimelinePlace(tick: .max, edits: .max)) { number, limit in
        if number == position.branch { isOnTheWay = position.place <= limit }
        return number == position.branch
      }
      return isOnTheWay
    }?.number
  }

  /// The keyframes on the path to a position, oldest first, the newest one of each tick.
  func keyframes(onPathOf number: Int, upTo place: TimelinePlace) -> [Keyframe] {
    var found: [Keyframe] = []
    walk(number, upTo: place) { number, limit in
      for keyframe in keyframes.lists[number - 1].reversed() where keyframe.place <= limit {
        if found.last?.place.tick != keyframe.place.tick { found.append(keyframe) }
      }
      return false
    }
    return found.reversed()
  }
}
