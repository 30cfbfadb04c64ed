// Playing without a hand on the keys: how fast, and when the next thing happens.
//
// At each stop it waits as long as the words need to be read. Runs go at full speed, but none flashes by: a short one is
// stretched to two seconds, so that a class sees the line move; a long one is not made longer. The clock is the
// laboratory's: the studio only says when it wants to be woken.
import StrataLab
import StrataPlot

struct Autoplay: Sendable {
  var isOn = false
  var speed = 1.0
  /// When the next thing happens, on the laboratory's clock; nil where nothing is waited for.
  var wakeAt: Double?
  /// When the run in progress began.
  var runBegan: Double?
  /// Whether the run in progress is not stretched any more.
  var isHurried = false

  static let speeds = [0.25, 0.5, 1, 2, 4, 8]
  /// Seconds that a run is seen at least, that one thinks about a question, and that one reads an answer.
  static let leastRun = 2.0
  static let thinking = 8.0
  static let answering = 4.0

  mutating func change(by offset: Int) {
    let index = Autoplay.speeds.firstIndex(of: speed) ?? 2
    speed = Autoplay.speeds[min(max(index + offset, 0), Autoplay.speeds.count - 1)]
  }

  /// `0.5×`
  var speedText: String { "\(formatNumber(speed))×" }

  /// `1:20 of 9:10`: what was played and the whole, at this speed.
  func times(_ outline: SessionOutline, at place: SessionPlace) -> String {
    let pairs = zip(outline.stops, outline.readingTimes)
    let gone = pairs.filter { $0.0 <= place }.reduce(0) { $0 + $1.1 }
    return "\(text(gone)) of \(text(outline.readingTimes.reduce(0, +)))"
  }

  private func text(_ seconds: Double) -> String {
    let whole = Int((seconds / speed).rounded())
    return "\(whole / 60):" + (whole % 60 < 10 ? "0" : "") + "\(whole % 60)"
  }
}

extension Studio {
  private var now: Double { lab.configuration.now() }

  private mutating func wake(in seconds: Double) {
    let time = now + seconds
    lesson?.auto.wakeAt = time
  }

  /// When the studio wants to be told that time has passed, on the laboratory's clock; nil where it waits for nothing.
  public var deadline: Double? { lesson?.auto.wakeAt }

  /// Plays on by itself, or stops doing so.
  mutating func toggleAutoplay() -> [StudioEffect] {
    guard var playback = lesson else { return [] }
    playback.auto.isOn.toggle()
    playback.auto.wakeAt = nil
    lesson = playback
    guard playback.auto.isOn else {
      answer = TextLine("stopped; p plays on", .quiet)
      return []
    }
    answer = TextLine("playing at \(playback.auto.speedText); ] faster, [ slower, p stops", .quiet)
    if playback.isOver { return seek(to: playback.outline.stops.first ?? 0) }
    if playback.hand == nil, !playback.isHeld, playback.goal == nil, lab.question != nil {
      wake(in: Autoplay.thinking / playback.auto.speed)
      return []
    }
    return nextStop()
  }

  mutating func changeSpeed(by offset: Int) {
    guard let before = lesson?.auto.speed else { return }
    lesson?.auto.change(by: offset)
    guard let auto = lesson?.auto else { return }
    // What is left to wait becomes shorter or longer with it.
    if let wakeAt = auto.wakeAt { wake(in: (wakeAt - now) * before / auto.speed) }
    answer = TextLine("speed \(auto.speedText)" + (auto.isOn ? "" : "; p plays"), .quiet)
  }

  /// Waits as long as what is new here needs to be read; in the end it is over.
  mutating func waitHere() {
    guard let playback = lesson, playback.auto.isOn else { return }
    guard !playback.isOver, playback.failure == nil else {
      lesson?.auto.isOn = false
      return
    }
    guard !playback.isBlank else { return }
    let index = playback.outline.stops.firstIndex(of: playback.place)
    let reading = index.map { playback.outline.readingTimes[$0] } ?? 1
    let time = lab.question == nil ? reading : max(reading, Autoplay.thinking)
    wake(in: time / playback.auto.speed)
  }

  /// Time has passed.
  mutating func clock() -> [StudioEffect] {
    guard let playback = lesson, let wakeAt = playback.auto.wakeAt, now >= wakeAt else { return [] }
    lesson?.auto.wakeAt = nil
    // A run that waited for its pace goes on with the next slice.
    guard !lab.isRunning, playback.auto.isOn, playback.goal == nil, playback.hand == nil else { return [] }
    guard lab.question != nil else { return nextStop() }
    let effects = execute("answer")
    wake(in: Autoplay.answering / playback.auto.speed)
    return effects
  }

  /// How long a run may go on now, of so many seconds: nothing but the least there is while it is stretched. Nil where
  /// it is ahead of its pace; then it is told when to go on.
  mutating func slice(of seconds: Double) -> Double? {
    guard let playback = lesson, playback.auto.isOn, !playback.auto.isHurried, playback.isPlaying,
      !playback.isTravelling, let fraction = lab.progress?.fraction
    else { return seconds }
    let began = playback.auto.runBegan ?? now
    lesson?.auto.runBegan = began
    let share = (now - began) * playback.auto.speed / Autoplay.leastRun
    guard fraction > share else { return share < 1 ? 0 : seconds }
    wake(in: 1.0 / 30)
    return nil
  }
}
