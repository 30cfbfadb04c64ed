// How a session is played: on to the next stop, back, to any place, by hand and back to the lesson.
//
// The laboratory is a value, so every place is a value too: moments are kept at the stops, and a place between is
// reached by doing the lines again from the nearest one. What somebody looks at while the session rests is undone when
// it goes on; what somebody does makes it a laboratory by hand, and the session's own is kept for the return.
import StrataEngine
import StrataLab
import StrataPlot

extension Studio {
  /// Puts a session on the screen, at its beginning, and plays it to its first stop. One that wants files waits: what
  /// it wants is told first.
  public mutating func play(_ session: SessionFile) -> [StudioEffect] {
    begin(session)
    return lesson?.needs.isEmpty == true ? nextStop() : []
  }

  /// Puts a session on the screen, before its first line.
  mutating func begin(_ session: SessionFile) {
    lesson = Playback(session, lab.configuration.files)
    hasStarted = true
    arrive()
    if let remark = session.engineRemark { answer = TextLine(remark, .quiet) }
  }

  // Moments.

  private var played: PlayedMoment {
    PlayedMoment(
      place: lesson?.place ?? 0, lab: lab,
      look: PlayedMoment.Look(
        options: options, picked: picked, isMaximized: isMaximized, lastCommand: lastCommand, answer: answer),
      narration: lesson?.narration ?? [], openFact: lesson?.openFact)
  }

  private mutating func restore(_ moment: PlayedMoment) {
    lab = moment.lab
    options = moment.look.options
    picked = moment.look.picked
    isMaximized = moment.look.isMaximized
    lastCommand = moment.look.lastCommand
    answer = moment.look.answer
    overlay = nil
    lesson?.place = moment.place
    lesson?.narration = moment.narration
    lesson?.openFact = moment.openFact
    lesson?.feedback = []
    lesson?.failure = nil
  }

  /// The session has come to a place where it rests.
  private mutating func arrive() {
    guard let playback = lesson else { return }
    lesson?.goal = nil
    lesson?.isHeld = false
    lab.playbackSpeed = 1
    let moment = played
    lesson?.rest = moment
    if playback.outline.stops(at: playback.place) || playback.place == 0 { lesson?.moments.keep(moment) }
    if lesson?.isOver == true {
      let verdict = lab.verdict(on: playback.session)
      let role: ColorRole = verdict?.isAsRecorded == false ? .warning : .good
      answer = TextLine(
        (verdict.map { $0.text + "; " } ?? "the lesson is over: ") + "go on by hand, or q to leave", role)
    }
    waitHere()
  }

  // Going on.

  /// Page down: shows the answer, returns to the lesson, or goes on, whatever comes first.
  mutating func nextStop() -> [StudioEffect] {
    guard let playback = lesson else { return [] }
    if playback.hand != nil { return returnToLesson() }
    if playback.isHeld { return release() }
    if let goal = playback.goal {
      if goal.origin != nil { return seek(to: playback.outline.stop(after: goal.place) ?? goal.place) }
      lesson?.auto.isHurried = true
      lesson?.auto.wakeAt = nil
      return []
    }
    if lab.question != nil { return execute("answer") }
    guard let next = playback.outline.stop(after: playback.place) else {
      answer = TextLine("the lesson is over: go on by hand, or q to leave", .good)
      return []
    }
    return go(to: next)
  }

  /// The next command, over what only talks. Where a line failed, it is passed over.
  mutating func nextCommand() -> [StudioEffect] {
    guard let playback = lesson else { return [] }
    if playback.hand != nil { return returnToLesson() }
    if playback.isHeld { return release() }
    guard playback.goal == nil else { return [] }
    guard playback.failure == nil else { return go(to: playback.place + 1) }
    guard let next = playback.outline.command(after: playback.place, in: playback.session) else {
      return [.ring]
    }
    return go(to: next)
  }

  mutating func previousStop() -> [StudioEffect] {
    guard let playback = lesson else { return [] }
    if playback.hand != nil { return returnToLesson() }
    // In the middle of a part, its beginning is the stop before.
    guard
      let before = playback.outline.stop(
        before: playback.goal?.origin == nil ? playback.place : playback.goal?.place ?? 0)
    else {
      answer = TextLine("this is where the lesson begins", .quiet)
      return [.ring]
    }
    return seek(to: before)
  }

  mutating func previousCommand() -> [StudioEffect] {
    guard let playback = lesson else { return [] }
    if playback.hand != nil { return returnToLesson() }
    guard let before = playback.outline.command(before: playback.place, in: playback.session) else { return [.ring] }
    return seek(to: before)
  }

  mutating func seekEnd(_ isEnd: Bool) -> [StudioEffect] {
    guard let outline = lesson?.outline else { return [] }
    return seek(to: isEnd ? outline.end : outline.stops.first ?? 0)
  }

  /// The key that starts a slide show: the lesson is on the screen again, where it was; from the end it begins anew.
  mutating func presentLesson() -> [StudioEffect] {
    guard let playback = lesson else { return [] }
    overlay = nil
    if playback.hand != nil { return returnToLesson() }
    return playback.isOver ? seek(to: playback.outline.stops.first ?? 0) : []
  }

  /// Plays from where it rests.
  mutating func go(to place: SessionPlace) -> [StudioEffect] {
    if let rest = lesson?.rest {
      let failed = lesson?.failure == nil ? nil : lesson?.place
      restore(rest)
      if let failed {
        lesson?.skipped.insert(failed)
        lesson?.place = failed
      }
    }
    lesson?.goal = Playback.Goal(place: place)
    lesson?.auto.wakeAt = nil
    return playOn()
  }

  /// Travels to a place: from the nearest moment before it, doing the lines between.
  mutating func seek(to place: SessionPlace) -> [StudioEffect] {
    guard let playback = lesson else { return [] }
    let own = playback.goal?.origin ?? playback.hand ?? playback.rest ?? played
    lesson?.hand = nil
    lesson?.isHeld = false
    lesson?.isBlank = false
    lesson?.auto.wakeAt = nil
    // From here where that is nearest; a line in progress is begun again.
    let kept = playback.moments.nearest(place)
    let isHere = playback.goal == nil && own.place <= place && own.place >= (kept?.place ?? 0)
    guard var start = isHere ? own : kept else { return [] }
    // A checkpoint on the way spares the way to it.
    var reasons: [String] = []
    let empty = Lab(lab.configuration, seed: playback.session.seed)
    if let entry = playback.session.entry(into: empty, from: start.place, upTo: place, &reasons) {
      start = PlayedMoment(place: entry.place, lab: entry.lab, look: start.look, narration: [], openFact: nil)
      start.look.answer = TextLine(entry.text, .quiet)
    }
    restore(start)
    lesson?.goal = Playback.Goal(place: place, origin: own)
    return playOn()
  }

  /// Gives a journey up: the lesson stands where it stood.
  mutating func breakOff() -> Bool {
    guard let origin = lesson?.goal?.origin, lesson?.hand == nil else { return false }
    restore(origin)
    answer = TextLine("stayed here", .quiet)
    arrive()
    return true
  }

  /// The line in progress waits in the middle.
  mutating func hold() {
    lesson?.isHeld = true
    lesson?.auto.isOn = false
    lesson?.auto.wakeAt = nil
    answer = TextLine("held; space or page down goes on", .quiet)
  }

  mutating func release() -> [StudioEffect] {
    lesson?.isHeld = false
    return playOn()
  }

  /// Does the lines up to the goal; where a run begins, the rest waits for its end.
  mutating func playOn() -> [StudioEffect] {
    overlay = nil
    var effects: [StudioEffect] = []
    while let playback = lesson, let goal = playback.goal, playback.hand == nil, !playback.isHeld, !lab.isRunning {
      if playback.place >= goal.place {
        arrive()
        break
      }
      let moment = played
      if playback.outline.stops(at: playback.place) { lesson?.moments.keep(moment) }
      lab.playbackSpeed = goal.origin != nil ? .infinity : playback.auto.isOn ? playback.auto.speed : 1
      effects += doLine(playback.session.lines[playback.place])
    }
    return effects.filter { $0 != .quit }
  }

  private mutating func doLine(_ line: SessionLine) -> [StudioEffect] {
    guard let playback = lesson else { return [] }
    guard !playback.skipped.contains(playback.place) else {
      lesson?.place += 1
      return []
    }
    let before = played
    let word = String(line.text.prefix { !$0.isWhitespace })
    lesson?.begin(word)
    if word != "hint", word != "pause" { lab.closeQuestion() }
    // Narration, questions and pauses leave the command that they are about on the line.
    if word != "ask", !SessionOutline.talk.contains(word) { lastCommand = line.text }
    do throws(StrataError) {
      let outcome = try lab.begin(line.text)
      if lab.runsWithoutEnd { throw StrataError("nothing would end this run in a session", try: "run 10 epochs") }
      lesson?.place += 1
      lesson?.auto.runBegan = nil
      lesson?.auto.isHurried = false
      if lab.isRunning, outcome.lines.isEmpty, outcome.request == nil {
        if let view = lab.viewInProgress { show(view, []) }
        answer = TextLine("running", .quiet)
        return []
      }
      return present(outcome, ofSession: true)
    } catch {
      lab = before.lab
      return failLine(line, at: before.place, error)
    }
  }

  /// A line was refused: the lesson rests before it and says why.
  mutating func failLine(_ line: SessionLine, at place: SessionPlace, _ error: StrataError) -> [StudioEffect] {
    lesson?.place = place
    lesson?.failure = SessionFailure(line: line, error: error)
    answer = TextLine("line \(line.number) failed", .bad)
    arrive()
    return [.ring]
  }

  // By hand.

  /// Does a command of somebody who watches: what only looks leaves no trace in the session; what does something makes
  /// the laboratory one by hand.
  mutating func executeBesideLesson(_ line: String) throws(StrataError) -> Outcome {
    guard let playback = lesson, playback.hand == nil else { return try lab.begin(line) }
    if CommandTable.onlyLooks(line) {
      let isAboutQuestion = ["ask", "hint", "answer"].contains(line.prefix { !$0.isWhitespace })
      guard !isAboutQuestion else { return try lab.begin(line) }
      var copy = lab
      return try copy.begin(line)
    }
    let own = played
    if lab.isRunning { _ = lab.interrupt() }
    lab.playbackSpeed = 1
    do throws(StrataError) {
      let outcome = try lab.begin(line)
      // What was looked at while it rested is the person's; the lesson's own is as it came to rest.
      lesson?.hand = playback.goal == nil ? playback.rest ?? own : own
      lesson?.isHeld = playback.goal != nil
      lesson?.auto.isOn = false
      lesson?.auto.wakeAt = nil
      return outcome
    } catch {
      lab = own.lab
      throw error
    }
  }

  /// Back from by hand: the lesson as it was left, to the bit. What was done by hand is gone.
  mutating func returnToLesson() -> [StudioEffect] {
    guard let own = lesson?.hand else { return [] }
    let failure = lesson?.failure
    restore(own)
    lesson?.failure = failure
    lesson?.hand = nil
    answer = TextLine("back in the lesson; what was done by hand is gone", .quiet)
    if lesson?.goal == nil { waitHere() }
    return []
  }

  /// What came of an answer or a hint, where the question stands.
  mutating func tell(_ outcome: Outcome, _ line: String) -> Bool {
    let word = line.prefix { !$0.isWhitespace }
    guard let playback = lesson, playback.hand == nil, playback.goal == nil, word == "hint" || word == "answer",
      let text = outcome.lines.first
    else { return false }
    let role: ColorRole = word == "hint" ? .plain : outcome.level == .warning ? .warning : .good
    // The newest verdict stands; hints stay.
    if word == "answer" { lesson?.feedback.removeAll { $0.runs.first?.foreground == .role(.warning) } }
    lesson?.feedback.append(TextLine(text, role))
    answer = TextLine("")
    return true
  }
}
