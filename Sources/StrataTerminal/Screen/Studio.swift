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
}

/// What the studio asks of whoever owns the terminal.
public enum StudioEffect: Hashable, Sendable {
  case quit
  /// Edit a command line, beginning with this text.
  case editLine(String)
  case ring
  case suspend
  case redraw
}

public struct Studio: Sendable {
  public internal(set) var lab: Lab
  public internal(set) var size: Size
  public let style: DrawingStyle
  /// What views are asked to show.
  var options = ViewOptions()
  /// The view that was chosen for the first free panel, and for which kind of model; nil: what suits the model.
  private var picked: (view: String, kind: ModelKind)?
  var isMaximized = false
  var overlay: Overlay?
  /// The last command and what came of it, for the line of commands.
  var lastCommand = ""
  var answer = TextLine("")
  var lesson: Playback?
  var hasStarted = false

  /// Something that lies over the panels.
  struct Overlay: Hashable, Sendable {
    var title: String
    var lines: [TextLine]
    var scroll = 0
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
    return learner.model is BeliefNetwork ? .boltzmann : .network
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
  public var isBusy: Bool { lab.isRunning }

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
    case .mouse(let event): return mouse(event)
    case .key(let key): return press(key)
    }
  }

  private mutating func press(_ key: Key) -> [StudioEffect] {
    hasStarted = true
    if overlay != nil, let effects = pressOverOverlay(key) { return effects }
    guard let action = KeyMap.action(for: key, in: lab) else {
      if let typed = key.typed, typed.properties.isAlphabetic {
        answer = TextLine("no key '\(typed)' here: press ? for the keys, : for a command", .quiet)
      }
      return []
    }
    return perform(action)
  }

  /// Keys for scrolling and closing; nil for every other key, which closes the overlay and means what it always means.
  private mutating func pressOverOverlay(_ key: Key) -> [StudioEffect]? {
    let page = max(layout.body.rows - 4, 1)
    switch key {
    case .up, .character("k"): overlay?.scroll -= 1
    case .down, .character("j"): overlay?.scroll += 1
    case .pageUp: overlay?.scroll -= page
    case .pageDown where lesson == nil || overlayGoesOn: overlay?.scroll += page
    case .home: overlay?.scroll = 0
    case .escape, .enter, .character("?"), .character("q"): overlay = nil
    case .space where !overlayGoesOn: overlay = nil
    case .space: overlay?.scroll += page
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

  private mutating func clampScroll() {
    guard let overlay else { return }
    let last = max(overlay.lines.count - max(layout.body.rows - 2, 1), 0)
    self.overlay?.scroll = min(max(overlay.scroll, 0), last)
  }

  mutating func perform(_ action: StudioAction) -> [StudioEffect] {
    switch action {
    case .command(let line): return execute(line)
    case .toggleRun: return lab.isRunning ? stop() : execute("run")
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
    case .scroll(let by): options.scroll = max(options.scroll + by, 0)
    case .nextLessonPart:
      guard lesson != nil else {
        options.scroll += 10
        return []
      }
      return playOn()
    case .dismiss: options.layer = nil
    case .redraw: return [.redraw]
    case .suspend: return [.suspend]
    case .stopOrHint:
      if lab.isRunning { return stop() }
      answer = TextLine("nothing is running; q leaves", .quiet)
    }
    return []
  }

  // Commands.

  /// Issues a command: shows it, does it, shows what came of it.
  mutating func execute(_ line: String) -> [StudioEffect] {
    hasStarted = true
    let trimmed = line.trimmingBlanks
    guard !trimmed.isEmpty else { return [] }
    // Narration and pauses leave the command that they are about on the line.
    if lesson?.isPlaying != true || !["say", "pause"].contains(trimmed.prefix { $0 != " " }) { lastCommand = trimmed }
    // A movement while a run goes on means: stop, then move.
    if lab.isRunning, let word = trimmed.split(separator: " ").first, KeyMap.movements.contains(String(word)) {
      if word == "run" { return stop() }
      _ = lab.interrupt()
    }
    do {
      let outcome = try lab.begin(trimmed)
      if lab.isRunning, outcome.lines.isEmpty, outcome.request == nil {
        // A dream is looked at while it goes on.
        if trimmed.prefix(while: { $0 != " " }) == "dream" { show("dream", []) }
        answer = TextLine("running", .quiet)
        return []
      }
      return present(outcome)
    } catch {
      fail(error)
      return [.ring]
    }
  }

  private mutating func stop() -> [StudioEffect] {
    let outcome = lab.interrupt()
    lesson?.isPlaying = false
    return present(outcome)
  }

  /// Goes on with what runs, for about so many seconds.
  public mutating func advance(for seconds: Double) -> [StudioEffect] {
    do {
      switch try lab.advance(for: seconds) {
      case .running(let progress):
        answer = TextLine(progress.text, .quiet)
        return []
      case .finished(let outcome):
        let effects = present(outcome)
        return lesson?.isPlaying == true && lesson?.isRecorded != true ? effects + playOn() : effects
      }
    } catch {
      fail(error)
      return [.ring]
    }
  }

  mutating func fail(_ error: StrataError) {
    answer = TextLine(
      [TextRun(error.problem, .bad)] + (error.suggestion.map { [TextRun("  try: \($0)", .quiet)] } ?? []))
    lesson?.isPlaying = false
    if answer.width > size.columns - TextLayout.width(lastCommand) - 12 {
      overlay = Overlay(
        title: "not done",
        lines: [TextLine(error.problem, .bad)] + (error.suggestion.map { [TextLine("try: \($0)", .quiet)] } ?? []))
      answer = TextLine("not done", .bad)
    }
  }

  /// Shows what a command answered: a short answer beside the command, a long one over the panels.
  mutating func present(_ outcome: Outcome) -> [StudioEffect] {
    var lines = outcome.lines
    let role: ColorRole = outcome.level == .warning ? .warning : .plain
    switch outcome.request {
    case .quit: return [.quit]
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
      lesson?.say(text)
      if lesson == nil { overlay = Overlay(title: "", lines: [TextLine(text)]) }
      return []
    case .pause:
      lesson?.isPlaying = false
      return []
    case nil: break
    }
    // Where a movement led (it tells its tick) is seen in the panels: they are not covered with words on it, nor with
    // what a change remarks besides.
    let isMovement = outcome["tick"] != nil
    let isLong = lines.count > outcome.notes.count + 1
    // In a lesson, an answer of several lines stands with the narration, which may go on to talk about it.
    if lesson?.isPlaying == true, !isMovement, isLong { lines.forEach { lesson?.say($0) } }
    let room = max(size.columns - TextLayout.width(lastCommand) - 12, 1)
    let whole = lines.joined(separator: " · ")
    answer = TextLine(TextLayout.truncated(lines.count <= 3 ? whole : lines[0], to: room), role)
    let fits = lines.count <= 3 && TextLayout.width(whole) <= room
    if !fits, !isMovement, lesson?.isPlaying != true, isLong || TextLayout.width(lines[0]) > room {
      overlay = Overlay(title: lastCommand, lines: lines.map { TextLine($0, role) })
    }
    return []
  }

  // Looking.

  /// Puts up a view; false where it cannot show that, and then the reason is told.
  @discardableResult
  private mutating func show(_ name: String, _ arguments: [String]) -> Bool {
    do {
      options = try viewOptions(arguments, of: name, for: lab)
      let fixed = ScreenLayout(size, isMaximized: false, narration: layout.body.row - 1).fixedViews
      // A lesson that talks about the listing or the network leaves what stands beside them; a curve gains from room.
      isMaximized = fixed.contains(name) && (lesson?.isPlaying != true || name == "loss")
      if isMaximized || !fixed.contains(name) {
        chosenView = name
      } else if fixed.contains(chosenView) {
        chosenView = turnableViews.first ?? name
      }
      answer = TextLine("")
      return true
    } catch {
      fail(error)
      return false
    }
  }

  /// The views that `tab` goes through: those with no panel of their own that have something to show.
  var turnableViews: [String] {
    let fixed = ScreenLayout(size, isMaximized: false).fixedViews
    return views.filter { !fixed.contains($0.name) && ($0.reasonMissing(lab) == nil || $0.name == chosenView) }.map(
      \.name)
  }

  private mutating func turn(by offset: Int) {
    let names = turnableViews
    guard !names.isEmpty else { return }
    let place = names.firstIndex(of: chosenView) ?? -offset
    chosenView = names[((place + offset) % names.count + names.count) % names.count]
    options.scroll = 0
  }

  /// The name of the view in a panel.
  func name(in slot: Slot) -> String? {
    switch slot {
    case .fixed(let name): return name
    case .chosen(0): return chosenView
    case .chosen(let offset):
      let names = turnableViews
      guard let place = names.firstIndex(of: chosenView), offset < names.count else { return nil }
      return names[(place + offset) % names.count]
    }
  }

  private mutating func selectLayer(by offset: Int) {
    let count = lab.experiment.model.parts.count
    guard count > 0 else { return }
    let now = options.layer ?? (offset > 0 ? 0 : count + 1)
    let next = now + offset
    options.layer = (1...count).contains(next) ? next : nil
  }

  private mutating func zoom(_ closer: Bool) {
    let all = max(lab.moment.step, 1)
    let now = options.lastSteps ?? all
    if closer {
      options.lastSteps = max(min(now, all) / 2, 10)
    } else {
      options.lastSteps = now * 2 >= all ? nil : now * 2
    }
  }

  private mutating func mouse(_ event: MouseEvent) -> [StudioEffect] {
    let (column, row) = (event.position.column, event.position.row)
    if overlay != nil {
      switch event.action {
      case .wheelUp: overlay?.scroll -= 3
      case .wheelDown: overlay?.scroll += 3
      case .press: overlay = nil
      default: break
      }
      clampScroll()
      return []
    }
    switch event.action {
    case .press where layout.keys.contains(column: column, row: row):
      return keyBarAction(at: column).map { perform($0) } ?? []
    case .press where layout.message.contains(column: column, row: row): return [.editLine("")]
    case .press where layout.time.contains(column: column, row: row): return goTo(column: column)
    case .press:
      for placed in layout.panels where placed.area.contains(column: column, row: row) {
        if case .chosen(let offset) = placed.slot, offset > 0, let name = name(in: placed.slot) { chosenView = name }
      }
    case .wheelUp: return perform(.zoom(in: true))
    case .wheelDown: return perform(.zoom(in: false))
    default: break
    }
    return []
  }

  private mutating func goTo(column: Int) -> [StudioEffect] {
    let end = lab.timeline.branch.end.step
    guard end > 0, let share = TimeBar.share(at: column, lab, columns: size.columns) else { return [] }
    return execute("goto \(Int((share * Double(end)).rounded()))")
  }

  /// What may be typed next, for the line editor.
  public func completions(for line: String) -> [Completion] { lab.completions(for: line, at: line.count) }
}

extension KeyMap {
  /// Commands that move through the program; issued while a run goes on they stop it first.
  static let movements: Set<String> = [
    "run", "step", "next", "finish", "back", "goto", "branch", "wake", "sleep", "dream",
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
