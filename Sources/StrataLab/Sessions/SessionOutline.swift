// What a session looks like from above: where playing stops, its parts, questions and marks, the commands that it
// uses. Nothing is executed for it: only the lines are read.
import StrataEngine

/// A place in a session: so many lines have been done.
public typealias SessionPlace = Int

/// A session from above.
public struct SessionOutline: Hashable, Sendable {
  /// What stands between two pauses.
  public struct Part: Hashable, Sendable {
    /// Its lines, as indices into the session's.
    public var lines: Range<Int>
    /// How many questions it asks.
    public var questions: Int
    /// What it says, without marks.
    public var narration: [String]
    /// The commands that it uses, each once, in their order.
    public var commands: [String]
  }

  /// A line `mark NAME`.
  public struct Mark: Hashable, Sendable {
    public var name: String
    public var place: SessionPlace
  }

  public let parts: [Part]
  public let marks: [Mark]
  /// Where questions are asked: the indices of their lines.
  public let questions: [Int]
  /// Where playing stops, in order: after a pause, after a question with its hints, at the end. A session without any
  /// of these stops after every command.
  public let stops: [SessionPlace]
  private let isStop: Set<SessionPlace>
  /// Where a part begins: what was said before is put away.
  public let beginnings: Set<SessionPlace>
  /// The seconds that it takes to read what is new at each stop.
  public let readingTimes: [Double]
  /// How many lines are done at the end: lines behind a `quit` never are.
  public let end: SessionPlace

  /// Words that only talk: no commands of their own.
  public static let talk: Set<String> = ["say", "pause", "hint"]

  public init(_ session: SessionFile) {
    let words = session.lines.map { String($0.text.prefix { !$0.isWhitespace }) }
    let end = words.firstIndex(of: "quit").map { $0 + 1 } ?? words.count
    self.end = end
    questions = (0..<end).filter { words[$0] == "ask" }
    marks = (0..<end).filter { words[$0] == "mark" }.map {
      Mark(name: SessionOutline.rest(of: session.lines[$0].text), place: $0)
    }
    let isPaused = words[..<end].contains("pause") || !questions.isEmpty
    var stops: [SessionPlace] = []
    var beginnings: Set<SessionPlace> = [0]
    var index = 0
    while index < end {
      let word = words[index]
      index += 1
      if word == "ask" {
        while index < end, words[index] == "hint" { index += 1 }
        // A pause behind a question is the same stop.
        if index < end, words[index] == "pause" {
          index += 1
          beginnings.insert(index)
        }
        stops.append(index)
      } else if word == "pause" || !isPaused && word != "say" {
        stops.append(index)
        beginnings.insert(index)
      }
    }
    if stops.last != end { stops.append(end) }
    self.stops = stops
    isStop = Set(stops)
    self.beginnings = beginnings.filter { $0 < end || end == 0 }
    readingTimes = SessionOutline.readingTimes(session, stops)
    parts = SessionOutline.parts(session, words, beginnings.filter { $0 < end }.sorted() + [end])
  }

  private static func rest(of line: String) -> String {
    String(line.drop { !$0.isWhitespace }.drop(while: \.isWhitespace))
  }

  /// Two seconds to look up, and two and a half words a second: what a class is read aloud.
  private static func readingTimes(_ session: SessionFile, _ stops: [SessionPlace]) -> [Double] {
    var start = 0
    return stops.map { stop in
      let lines = session.lines[start..<max(stop, start)]
      start = stop
      let words = lines.reduce(0) { count, line in
        let isRead = line.text.hasPrefix("say ") || line.text.hasPrefix("ask ")
        return count + (isRead ? line.text.split(separator: " ").count - 1 : 0)
      }
      return 2 + 0.4 * Double(words)
    }
  }

  private static func parts(_ session: SessionFile, _ words: [String], _ edges: [Int]) -> [Part] {
    zip(edges, edges.dropFirst()).filter { $0 < $1 }.map { first, last in
      var commands: [String] = []
      var narration: [String] = []
      for index in first..<last {
        if words[index] == "say" { narration.append(Markup.plain(rest(of: session.lines[index].text))) }
        if !talk.contains(words[index]), !commands.contains(words[index]) { commands.append(words[index]) }
      }
      return Part(
        lines: first..<last, questions: words[first..<last].count { $0 == "ask" }, narration: narration,
        commands: commands)
    }
  }

  /// The number of the part that a place is in, counted from 1: the part whose words stand there.
  public func part(at place: SessionPlace) -> Int {
    max((parts.lastIndex { $0.lines.lowerBound < place } ?? 0) + 1, 1)
  }

  /// The mark that was passed last at a place.
  public func mark(at place: SessionPlace) -> Mark? { marks.last { $0.place < place } }

  /// Whether playing stops at a place.
  public func stops(at place: SessionPlace) -> Bool { isStop.contains(place) }

  /// The stop before a place, and the one behind it.
  public func stop(before place: SessionPlace) -> SessionPlace? { stops.last { $0 < place } }
  public func stop(after place: SessionPlace) -> SessionPlace? { stops.first { $0 > place } }

  /// The place behind the next command, over what only talks; nil at the end.
  public func command(after place: SessionPlace, in session: SessionFile) -> SessionPlace? {
    guard place < end else { return nil }
    let next = (place..<end).first { !SessionOutline.isTalk(session.lines[$0]) }
    return next.map { index in
      // A question comes with its hints.
      var place = index + 1
      while place < end, session.lines[index].text.hasPrefix("ask"), session.lines[place].text.hasPrefix("hint") {
        place += 1
      }
      return place
    } ?? end
  }

  /// The place before the command that was done last; nil at the beginning.
  public func command(before place: SessionPlace, in session: SessionFile) -> SessionPlace? {
    (0..<min(place, end)).last { !SessionOutline.isTalk(session.lines[$0]) }
  }

  private static func isTalk(_ line: SessionLine) -> Bool {
    talk.contains(String(line.text.prefix { !$0.isWhitespace }))
  }
}
