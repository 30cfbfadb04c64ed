// The lessons on the screen, as a teacher plays them: at every stop all that was said stands there to be read, and at
// the end the laboratory is, to the last bit, what the same session makes without a screen.
import StrataEngine
import StrataLab
import StrataPlot
import StrataTerminal
import Testing

@Suite struct LessonOnScreenTests {
  static let sizes = [Size(columns: 80, rows: 24), Size(columns: 120, rows: 40)]

  @Test("every part's narration can be read", arguments: Lesson.all, sizes)
  func readable(_ lesson: Lesson, _ size: Size) throws {
    let session = try lesson.session()
    let (unread, lab) = play(session, size)
    #expect(unread.isEmpty, "not on the screen: \(unread.map { "line \($0.number): \($0.text)" })")

    var runner = SessionRunner(session, Lesson.configuration)
    while try runner.next() != nil {}
    #expect(fingerprint(lab) == fingerprint(runner.lab))
  }

  @Test("narration that is too long, or too much at once, is noticed")
  func unreadable() throws {
    let head = "strata session 1\nseed 1\n\ndata xor\n"
    let tooWide = try SessionFile(text: head + "say " + String(repeating: "much ", count: 16) + "\npause\nsay Good.\n")
    #expect(play(tooWide, Self.sizes[0]).unread.map(\.number) == [5])
    let tooMuch = try SessionFile(text: head + (1...9).map { "say Number \($0).\n" }.joined() + "pause\nsay Good.\n")
    #expect(play(tooMuch, Self.sizes[0]).unread.map(\.number) == [5])
    let numbersToo = try SessionFile(text: head + "say Here.\n" + "data list\n" + "say There.\n")
    #expect(play(numbersToo, Self.sizes[0]).unread.map(\.number) == [5])
  }

  /// Plays a session with page down. Returns the narration that was not on the screen, each on a row of its own, when
  /// its part had come to its pause, and the laboratory at the end.
  private func play(_ session: SessionFile, _ size: Size) -> (unread: [SessionLine], lab: Lab) {
    var studio = Studio(Lab(Lesson.configuration, seed: session.seed), size: size, style: .standard)
    var unread: [SessionLine] = []
    let outline = SessionOutline(session)
    var seen: [[String]] = []
    _ = studio.play(session)
    for stop in outline.stops {
      while studio.isBusy { _ = studio.advance(for: 0.2) }
      let rows = studio.draw().lines
      seen.append(rows + fingerprint(studio.lab))
      let part = outline.parts[outline.part(at: stop) - 1].lines.lowerBound..<stop
      unread += session.lines[part].filter { line in
        guard let narration = line.narration, !unread.contains(line) else { return false }
        return !rows.contains { $0.contains(narration) }
      }
      // Where a question waits, the first press shows its answer.
      if studio.lab.question != nil { _ = studio.update(.key(.pageDown)) }
      _ = studio.update(.key(.pageDown))
    }
    let lab = studio.lab
    // Back, part by part: what was seen there, and every number behind it; then forward again from the beginning.
    for before in seen.dropLast().reversed() {
      _ = studio.update(.key(.pageUp))
      #expect(studio.draw().lines + fingerprint(studio.lab) == before)
    }
    for again in seen.prefix(4).dropFirst() {
      if studio.lab.question != nil { _ = studio.update(.key(.pageDown)) }
      _ = studio.update(.key(.pageDown))
      while studio.isBusy { _ = studio.advance(for: 0.2) }
      #expect(fingerprint(studio.lab) == Array(again.dropFirst(size.rows)))
    }
    return (unread, lab)
  }
}
