// The full screen as a value: the laboratory, what is looked at, and what lies over it.
//
// `update` takes a message and answers effects; `draw` gives the cells. Neither knows a terminal, so the screen is
// tested as text. A key only issues a command, and the command is shown: using the screen teaches the language.
import StrataEngine
import StrataLab
import StrataPlot
import StrataViews

/// What happens to the studio.
public enum StudioMessage: Sendable {
  case key(Key)
  case mouse(MouseEvent)
  /// A command line, finished with enter.
  case line(String)
  case resized(Size)
  /// The time that `deadline` named has come.
  case clock
}

/// What the studio asks of whoever owns the terminal.
public enum StudioEffect: Hashable, Sendable {
  case quit
  /// Edit a command line, beginning with this text.
  case editLine(String)
  case ring
  case suspend
  case redraw
  /// Carry out what `restore` asked for.
  case restore(RestoreRequest)
  /// A laboratory has come back, all of it or in part: its journal is the one to keep now.
  case restored(isComplete: Bool)
}

public struct Studio: Sendable {
  public internal(set) var lab: Lab
  public internal(set) var size: Size
  public let style: DrawingStyle
  /// What views are asked to show.
  var options = ViewOptions()
  /// The view that was chosen for the first free panel, and for which kind of model; nil: what suits the model.
  var picked: (view: String, kind: ModelKind)?
  var isMaximized = false
  var overlay: Overlay?
  /// The last command and what came of it, for the line of commands.
  var lastCommand = ""
  var answer = TextLine("")
  var lesson: Playback?
  /// A laboratory on its way back from its journal.
  var restoration: Restoration?
  var hasStarted = false

  /// Something that lies over the panels.
  struct Overlay: Hashable, Sendable {
    var title: String
    var lines: [TextLine]
    var scroll = 0
    /// The command of the key `r`, where that is offered.
    var offered: String?
  }

  public init(_ lab: Lab, size: Size, style: DrawingStyle) {
    self.lab = lab
    self.size = size
    self.style = style
  }

  /// Kinds of models that are looked at differently.
  enum ModelKind: Hashable, Sendable {
    case network
    /// The same weights up and down.
    case boltzmann
    /// Recognition and generation.
    case twoDirections
  }

  private var modelKind: ModelKind {
    guard let learner = lab.experiment.learner else { return .network }
    if learner is UpDownLearner || learner is WakeSleepLearner { return .twoDirections }
    return learner.model is any StackedModel ? .boltzmann : .network
  }

  /// The view in the first free panel: what was chosen, as long as that shows something; else what suits the model.
  var chosenView: String {
    get {
      let kind = modelKind
      if let picked, picked.kind == kind || view(named: picked.view)?.reasonMissing(lab) == nil { return picked.view }
      switch kind {
      case .network: return size.columns < 110 ? "loss" : "filters"
      case .boltzmann: return "reconstructions"
      case .twoDirections: return "directions"
      }
    }
    set { picked = (newValue, modelKind) }
  }

  /// Whether `advance` has something to do.
  public var isBusy: Bool {
    if restoration != nil { return true }
    guard lab.isRunning else { return false }
    // A session's run waits where it is held, and where it would be ahead of its pace.
    guard let lesson, lesson.hand == nil else { return true }
    return !lesson.isHeld && lesson.auto.wakeAt == nil
  }

  var layout: ScreenLayout {
    ScreenLayout(size, isMaximized: isMaximized, narration: lesson.map { $0.height(columns: size.columns) } ?? 0)
  }

  // Messages.

  public mutating func update(_ message: StudioMessage) -> [StudioEffect] {
    switch message {
    case .resized(let size):
      self.size = size
      return []
    case .line(let line): return execute(line)
    case .clock: return clock()
    case .mouse(let event): return mouse(event)
    case .key(let key): return press(key)
    }
  }

  private mutating func press(_ key: Key) -> [StudioEffect] {
    hasStarted = true
    if unblank() { return [] }
    if overlay != nil, let effects = pressOverOverlay(key) { return effects }
    guard let action = KeyMap.action(for: key, in: self) else {
      if let typed = key.typed, typed.properties.isAlphabetic {
        answer = TextLine("no key '\(typed)' here: press ? for the keys, : for a command", .quiet)
      }
      return []
    }
    return perform(action, key: key)
  }

  /// A blank screen comes back with any key, which then means nothing else.
  mutating func unblank() -> Bool {
    guard lesson?.isBlank == true else { return false }
    lesson?.isBlank = false
    if lesson?.goal == nil { waitHere() }
    return true
  }

  /// Keys for scrolling and closing; nil for every other key, which closes the overlay and means what it always means.
  private mutating func pressOverOverlay(_ key: Key) -> [StudioEffect]? {
    let page = max(layout.body.rows - 4, 1)
    switch key {
    case .up, .character("k"): overlay?.scroll -= 1
    case .down, .character("j"): overlay?.scroll += 1
    case .pageUp where lesson == nil || (overlay?.scroll ?? 0) > 0: overlay?.scroll -= page
    case .pageDown where lesson == nil || overlayGoesOn: overlay?.scroll += page
    case .home: overlay?.scroll = 0
    case .end: overlay?.scroll = .max
    case .escape, .enter, .character("?"), .character("q"): overlay = nil
    case .space where !overlayGoesOn: overlay = nil
    case .space: overlay?.scroll += page
    case .character("r") where overlay?.offered != nil:
      let line = overlay?.offered ?? ""
      overlay = nil
      return execute(line)
    default:
      overlay = nil
      return nil
    }
    clampScroll()
    return []
  }

  private var overlayGoesOn: Bool {
    guard let overlay else { return false }
    return overlay.scroll + max(layout.body.rows - 2, 1) < overlay.lines.count
  }

  mutating func clampScroll() {
    guard let overlay else { return }
    let last = max(overlay.lines.count - max(layout.body.rows - 2, 1), 0)
    self.overlay?.scroll = min(max(overlay.scroll, 0), last)
  }

  mutating func perform(_ action: StudioAction, key: Key? = nil) -> [StudioEffect] {
    switch action {
    case .command(let line): return execute(line)
    case .answerKey: return answerByKey(key)
    case .player(let action): return perform(action)
    case .toggleRun:
      if lesson?.isHeld == true, lesson?.hand == nil { return release() }
      return lab.isRunning || restoration != nil ? stop() : execute("run")
    case .commandLine: return [.editLine("")]
    case .help: overlay = Overlay(title: "keys and commands", lines: helpLines())
    case .nextView: turn(by: 1)
    case .previousView: turn(by: -1)
    case .maximize: isMaximized.toggle()
    case .selectLayer(let by): selectLayer(by: by)
    case .moveSample(let by): options.sample = max(options.sample + by, 0)
    case .toggleLog: options.isLogarithmic.toggle()
    case .toggleTraining: options.showsTraining.toggle()
    case .toggleWrong:
      options.onlyWrong.toggle()
      options.sample = 0
    case .zoom(let closer): zoom(closer)
    case .moveTerm(let by):
      let term = (options.term ?? 0) + by
      options.term = term > 0 ? term : nil
    case .scroll(let by): options.scroll = max(options.scroll + by, 0)
    case .dismiss:
      if breakOff() { return [] }
      options.layer = nil
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .stopOrHint:
      if breakOff() { return [] }
      if lab.isRunning || restoration != nil { return stop() }
      answer = TextLine("nothing is running; q leaves", .quiet)
    }
    return []
  }

  /// What a player's keys do.
  private mutating func perform(_ action: PlayerAction) -> [StudioEffect] {
    switch action {
    case .nextStop: return nextStop()
    case .previousStop: return previousStop()
    case .nextCommand: return nextCommand()
    case .previousCommand: return previousCommand()
    case .beginning: return seekEnd(false)
    case .end: return seekEnd(true)
    case .autoplay: return toggleAutoplay()
    case .speed(let offset): changeSpeed(by: offset)
    case .present: return presentLesson()
    case .blank:
      lesson?.isBlank = true
      lesson?.auto.wakeAt = nil
    }
    return []
  }

  /// A key that answers the question: the choice of that number, a sign; the first digit of a number is typed on.
  private mutating func answerByKey(_ key: Key?) -> [StudioEffect] {
    guard let typed = key?.typed, let question = lab.question else { return [] }
    return question.kind == .number ? [.editLine("answer \(typed)")] : execute("answer \(typed)")
  }

  // Commands.

  /// Issues a command: shows it, does it, shows what came of it.
  mutating func execute(_ line: String) -> [StudioEffect] {
    hasStarted = true
    let trimmed = line.trimmingBlanks
    guard !trimmed.isEmpty else { return [] }
    if restoration != nil, let effects = executeWhileRestoring(trimmed) {
      lastCommand = trimmed
      return effects
    }
    // A journey to another place of the session is given up first: what is typed is about what was seen.
    if breakOff() { return [] }
    // A movement while a run goes on means: stop, then move.
    let isOwn = lesson == nil || lesson?.hand != nil
    if isOwn, lab.isRunning, let word = trimmed.split(separator: " ").first, KeyMap.movements.contains(String(word)) {
      if word == "run" { return stop() }
      _ = lab.interrupt()
    }
    do {
      let outcome = try executeBesideLesson(trimmed)
      lastCommand = trimmed
      if tell(outcome, trimmed) { return [] }
      if isBusy, outcome.lines.isEmpty, outcome.request == nil {
        // A dream is looked at while it goes on, and so are other calculations.
        if let view = lab.viewInProgress { show(view, []) }
        answer = TextLine("running", .quiet)
        return []
      }
      return present(outcome)
    } catch {
      lastCommand = trimmed
      fail(error)
      return [.ring]
    }
  }

  private mutating func stop() -> [StudioEffect] {
    if restoration != nil { return stopRestoring() }
    if lesson?.isPlaying == true {
      hold()
      return []
    }
    return present(lab.interrupt())
  }

  /// Goes on with what runs, for about so many seconds.
  public mutating func advance(for seconds: Double) -> [StudioEffect] {
    if restoration != nil { return advanceRestoration(for: seconds) }
    guard isBusy else { return [] }
    let isOfSession = lesson?.isPlaying == true
    guard let slice = slice(of: seconds) else { return [] }
    do {
      switch try lab.advance(for: slice) {
      case .running(let progress):
        answer = TextLine(progress.text, .quiet)
        if let playback = lesson, playback.isTravelling {
          answer = TextLine("line \(playback.place) of \(playback.goal?.place ?? 0) · " + progress.text, .quiet)
        }
        return []
      case .finished(let outcome):
        let effects = present(outcome, ofSession: isOfSession)
        return isOfSession ? effects + playOn() : effects
      }
    } catch {
      if isOfSession, let playback = lesson, playback.place > 0 {
        let place = playback.place - 1
        return failLine(playback.session.lines[place], at: place, error)
      }
      fail(error)
      return [.ring]
    }
  }

  mutating func fail(_ error: StrataError) {
    answer = TextLine(
      [TextRun(error.problem, .bad)] + (error.suggestion.map { [TextRun("  try: \($0)", .quiet)] } ?? []))
    if answer.width > size.columns - TextLayout.width(lastCommand) - 12 {
      overlay = Overlay(
        title: "not done",
        lines: [TextLine(error.problem, .bad)] + (error.suggestion.map { [TextLine("try: \($0)", .quiet)] } ?? []))
      answer = TextLine("not done", .bad)
    }
  }

  /// Shows what a command answered: a short answer beside the command, a long one over the panels.
  /// What a line of the session answered stands with its narration.
  mutating func present(_ outcome: Outcome, ofSession isOfSession: Bool = false) -> [StudioEffect] {
    var lines = outcome.lines
    let role: ColorRole = outcome.level == .warning ? .warning : .plain
    switch outcome.request {
    case .quit: return [.quit]
    case .restore(let request): return [.restore(request)]
    case .view(let name, let arguments): if !show(name, arguments) { return [.ring] }
    case .saveView(let name, let arguments, let path):
      do {
        try saveView(name, arguments, of: lab, to: path, charset: style.charset)
        lines.append("written: \(path)")
      } catch {
        fail(error)
        return [.ring]
      }
    case .say(let text):
      if isOfSession { lesson?.say(text) } else { overlay = Overlay(title: "", lines: [TextLine(markup: text)]) }
      return []
    case .ask(let question):
      if isOfSession { lesson?.ask(question) } else { overlay = Overlay(title: "question", lines: question.lines) }
      return []
    case .pause: return []
    case nil: break
    }
    // Where a movement led (it tells its tick) is seen in the panels: they are not covered with words on it, nor with
    // what a change remarks besides.
    let isMovement = outcome["tick"] != nil
    let isLong = lines.count > outcome.notes.count + 1
    // In a lesson, an answer of several lines stands with the narration, which may go on to talk about it.
    let isAsked = ["print", "explain"].contains(lastCommand.prefix { $0 != " " })
    if isOfSession, !isMovement, isLong || isAsked { lines.forEach { lesson?.narration.append(TextLine($0)) } }
    let room = max(size.columns - TextLayout.width(lastCommand) - 12, 1)
    let whole = lines.joined(separator: " · ")
    answer = TextLine(TextLayout.truncated(lines.count <= 3 ? whole : lines[0], to: room), role)
    let fits = lines.count <= 3 && TextLayout.width(whole) <= room
    if !fits, !isMovement, !isOfSession, isLong || TextLayout.width(lines[0]) > room {
      overlay = Overlay(title: lastCommand, lines: lines.map { TextLine($0, role) })
      // What stands in a table says nothing when its rows run on in one line.
      if isLong { answer = TextLine("") }
    }
    return []
  }

  /// What may be typed next, for the line editor.
  public func completions(for line: String) -> [Completion] { lab.completions(for: line, at: line.count) }
}

extension KeyMap {
  /// Commands that move through the program; issued while a run goes on they stop it first.
  static let movements: Set<String> = [
    "run", "step", "next", "finish", "back", "goto", "branch", "wake", "sleep", "dream", "sweep",
    "landscape", "likelihood",
  ]
}

extension String {
  var trimmingBlanks: String {
    var view = self[...]
    while view.first?.isWhitespace == true { view.removeFirst() }
    while view.last?.isWhitespace == true { view.removeLast() }
    return String(view)
  }
}
