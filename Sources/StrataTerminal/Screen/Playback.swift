// A session that is played on the screen, as a value: where it stands, what it says, and the moments that it can go
// back to. How it moves is in Studio+Player.swift.
import StrataEngine
import StrataLab
import StrataPlot
import StrataViews

/// The studio as the session had made it at a place: all that going back restores.
struct PlayedMoment: Sendable {
  /// How many lines were done.
  var place: SessionPlace
  var lab: Lab
  var look: Look
  var narration: [TextLine]
  var openFact: String?

  /// What was looked at, and how.
  struct Look: Sendable {
    var options: ViewOptions
    var picked: (view: String, kind: Studio.ModelKind)?
    var isMaximized: Bool
    var lastCommand: String
    var answer: TextLine
  }
}

/// Moments kept at stops, within a bound. They share what they have in common, so that each costs about what was
/// learned since the one before: weights with their moments, and the keyframes that the timeline has let go of since.
struct PlayedMoments: Sendable {
  private(set) var all: [PlayedMoment] = []
  static let most = 64

  /// The moment at exactly this place.
  subscript(place: SessionPlace) -> PlayedMoment? { all.first { $0.place == place } }

  /// The newest moment at or before a place. The beginning is always kept.
  func nearest(_ place: SessionPlace) -> PlayedMoment? { all.last { $0.place <= place } }

  mutating func keep(_ moment: PlayedMoment) {
    guard self[moment.place] == nil else { return }
    all.insert(moment, at: all.lastIndex { $0.place < moment.place }.map { $0 + 1 } ?? 0)
    while all.count > 3, all.count > PlayedMoments.most || bytes > moment.lab.timeline.memory.bound { thin() }
  }

  /// An estimate from above of what they hold beyond the newest laboratory.
  private var bytes: Int {
    zip(all, all.dropFirst()).reduce(0) { sum, pair in
      let (before, after) = (pair.0.lab, pair.1.lab)
      let weights = before.experiment.model.parameterCount * 12
      return sum + weights + max(before.timeline.memory.bytes - after.timeline.memory.bytes, 0)
    }
  }

  /// Lets go of the one between the two nearest neighbours; never of the first or of the newest.
  private mutating func thin() {
    let inner = 1..<all.count - 1
    guard let least = inner.min(by: { gap(around: $0) < gap(around: $1) }) else { return }
    all.remove(at: least)
  }

  private func gap(around index: Int) -> Int { all[index + 1].place - all[index - 1].place }
}

/// A session that is being played.
struct Playback: Sendable {
  let session: SessionFile
  let outline: SessionOutline
  /// Files that it wants and may not touch.
  let needs: [FileNeed]
  /// How many lines have been done or begun.
  var place: SessionPlace = 0
  /// Where it is going; nil while it rests.
  var goal: Goal?
  /// What was said in this part.
  var narration: [TextLine] = []
  /// What came of answers and hints, while the question stands there.
  var feedback: [TextLine] = []
  /// The answer of the question that was asked last, told where the lesson goes on in the same part.
  var openFact: String?
  var moments = PlayedMoments()
  /// The studio as it was when it came to rest here: what was looked at since is undone by going on.
  var rest: PlayedMoment?
  /// The lesson's own studio while somebody goes on by hand.
  var hand: PlayedMoment?
  /// Whether the line in progress waits in the middle.
  var isHeld = false
  var failure: SessionFailure?
  /// Lines that failed and were passed over.
  var skipped: Set<Int> = []
  var isBlank = false
  var auto = Autoplay()

  /// Where it is going.
  struct Goal: Sendable {
    var place: SessionPlace
    /// Where it was before, when it travels: breaking off comes back to it. Nil when it plays.
    var origin: PlayedMoment?
  }

  init(_ session: SessionFile, _ files: FileAccess) {
    self.session = session
    outline = SessionOutline(session)
    needs = session.filesNeeded(beyond: files)
  }

  var isOver: Bool { place >= outline.end && goal == nil && failure == nil }
  /// Whether it does lines of the session now, or would as soon as it is let go.
  var isPlaying: Bool { goal != nil && hand == nil }
  var isTravelling: Bool { goal?.origin != nil && hand == nil }

  mutating func say(_ text: String) { narration.append(TextLine(markup: text)) }

  mutating func ask(_ question: Question) {
    narration += question.lines
    openFact = question.fact
  }

  /// A line is about to be done: a new part puts away what was said; within a part a question's answer is told.
  mutating func begin(_ word: String) {
    if outline.beginnings.contains(place) {
      narration = []
    } else if let openFact, word != "hint", word != "pause" {
      narration.append(TextLine("→ ", .good) + TextLine(markup: openFact))
    }
    if word != "hint", word != "pause" { openFact = nil }
  }
}

extension Question {
  /// The question as it stands in the narration.
  var lines: [TextLine] {
    [TextLine("? ", .accent, style: .bold) + TextLine(markup: text)]
      + (choicesText.map { [TextLine("  " + $0, .accent)] } ?? [])
  }
}

extension TextLine {
  /// Narration with its marks: bold, underlined, typed words in another colour and bold.
  init(markup text: String) {
    self.init(
      Markup.spans(of: text).map { span in
        var style: TextStyle = []
        if !span.style.isDisjoint(with: [.strong, .code]) { style.insert(.bold) }
        if span.style.contains(.emphasis) { style.insert(.underline) }
        return TextRun(span.text, span.style.contains(.code) ? .accent : .plain, style: style)
      })
  }
}
