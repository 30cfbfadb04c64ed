// Every key of the screen, as data: from this one table come what keys do, the key bar and the help.
import StrataEngine
import StrataLab
import StrataPlot

/// What a key asks for.
enum StudioAction: Hashable, Sendable {
  /// A command, shown and executed as if it were typed.
  case command(String)
  case toggleRun
  case commandLine
  case help
  case nextView, previousView
  case maximize
  case selectLayer(by: Int)
  case moveSample(by: Int)
  case toggleLog, toggleTraining, toggleWrong
  case zoom(in: Bool)
  case scroll(by: Int)
  /// A sum in slow motion: a term more or less.
  case moveTerm(by: Int)
  /// Answers the question with the key that was pressed.
  case answerKey
  case player(PlayerAction)
  case dismiss
  case redraw
  case suspend
  case stopOrHint
}

/// What a player of sessions can be asked for.
enum PlayerAction: Hashable, Sendable {
  case nextStop, previousStop
  case nextCommand, previousCommand
  case beginning, end
  case autoplay
  case speed(by: Int)
  case present
  case blank
}

/// A key with its meaning.
struct KeyBinding: Sendable {
  var keys: [Key]
  var action: StudioAction
  /// Two words at most, for the key bar; nil keeps it off the bar.
  var barTitle: String?
  /// One sentence for help.
  var help: String
  /// Whether it means anything now; else the key is none.
  var isOffered: @Sendable (Studio) -> Bool = { _ in true }

  /// How the keys are written: `space`, `ctrl-l`.
  var label: String { keys.map(\.description).joined(separator: " ") }
}

enum KeyMap {
  /// In the order of help; the bar shows those with a title, as many as fit. The first that is offered counts.
  static let bindings: [KeyBinding] = questionBindings + playerBindings + laboratoryBindings

  /// While a question waits.
  private static let questionBindings: [KeyBinding] = [
    KeyBinding(
      keys: (1...9).compactMap { Key("\($0)") }, action: .answerKey, barTitle: "answer",
      help: "a question: the choice of that number", isOffered: asks([.choice, .change])),
    KeyBinding(
      keys: ["+", "-", "0"].map { .character($0) }, action: .answerKey, barTitle: "sign",
      help: "a question: positive, negative, zero", isOffered: asks([.sign])),
    KeyBinding(
      keys: "0123456789+-.".unicodeScalars.map { .character($0) }, action: .answerKey, barTitle: nil,
      help: "a question: begins to type the number", isOffered: asks([.number])),
    KeyBinding(
      keys: [.character("h")], action: .command("hint"), barTitle: "hint", help: "a question: the next hint",
      isOffered: { $0.lab.question != nil }),
  ]

  /// While a session is played. A clicker sends page down and up, F5, escape, and a full stop or b.
  private static let playerBindings: [KeyBinding] = [
    player([.pageDown], .nextStop, "next", "a session: on to the next stop; shows the answer of a question first"),
    player([.pageUp], .previousStop, "before", "a session: back to the stop before"),
    player([.character(">")], .nextCommand, "command", "a session: the next command; passes over a line that failed"),
    player([.character("<")], .previousCommand, nil, "a session: back to before the last command"),
    player([.character("p")], .autoplay, "play", "a session: plays on by itself, or stops"),
    player([.character("]")], .speed(by: 1), nil, "a session: plays faster"),
    player([.character("[")], .speed(by: -1), nil, "a session: plays slower"),
    player([.home], .beginning, nil, "a session: to the beginning"),
    player([.end], .end, nil, "a session: to the end"),
    player(
      [.function(5), Key(.function(5), .shift)], .present, nil, "a session: back on the screen, from where it was"),
    player(
      [.character("b"), .character(".")], .blank, "blank", "a session: blanks the screen; any key brings it back"),
  ]

  private static func player(
    _ keys: [Key], _ action: PlayerAction, _ title: String?, _ help: String
  ) -> KeyBinding {
    KeyBinding(keys: keys, action: .player(action), barTitle: title, help: help, isOffered: { $0.lesson != nil })
  }

  private static func asks(_ kinds: [Question.Kind]) -> @Sendable (Studio) -> Bool {
    { studio in studio.lab.question.map { kinds.contains($0.kind) } ?? false }
  }

  private static let laboratoryBindings: [KeyBinding] = [
    KeyBinding(
      keys: [.space], action: .toggleRun, barTitle: "run/stop", help: "run freely, or stop at the next instruction"),
    KeyBinding(
      keys: [.character("s")], action: .command("step"), barTitle: "step",
      help: "execute one instruction of the listing"),
    KeyBinding(
      keys: [.character("n")], action: .command("next"), barTitle: "next batch",
      help: "go on to the end of this mini-batch"),
    KeyBinding(
      keys: [.character("f")], action: .command("finish"), barTitle: nil, help: "go on to the end of this phase or pass"
    ),
    KeyBinding(keys: [.character("e")], action: .command("run 1 epochs"), barTitle: "epoch", help: "run one epoch"),
    KeyBinding(
      keys: [.character("b")], action: .command("back"), barTitle: "back", help: "go back to before the last movement"),
    KeyBinding(keys: [.tab], action: .nextView, barTitle: "view", help: "show the next view"),
    KeyBinding(keys: [.backTab], action: .previousView, barTitle: nil, help: "show the view before"),
    KeyBinding(
      keys: [.character(":")], action: .commandLine, barTitle: "command",
      help: "type a command; tab completes, up recalls"),
    KeyBinding(keys: [.character("?")], action: .help, barTitle: "help", help: "this page"),
    KeyBinding(
      keys: [.character("W")], action: .command("wake"), barTitle: "wake", help: "run the wake phase",
      isOffered: hasPhases),
    KeyBinding(
      keys: [.character("S")], action: .command("sleep"), barTitle: "sleep",
      help: "run the sleep phase, to the end of the mini-batch", isOffered: hasPhases),
    KeyBinding(
      keys: [.character("d")], action: .command("dream"), barTitle: "dream", help: "let the model dream",
      isOffered: { Dream.isPossible(for: $0.lab.experiment.model) }),
    KeyBinding(
      keys: [.character("z")], action: .maximize, barTitle: "zoom",
      help: "give the view the whole screen, or take it back"),
    KeyBinding(
      keys: [.character("m")], action: .moveTerm(by: 1), barTitle: "slow motion",
      help: "receptive: the sum in slow motion, a term further", isOffered: { $0.chosenView == "receptive" }),
    KeyBinding(
      keys: [.character("M")], action: .moveTerm(by: -1), barTitle: nil, help: "receptive: a term back",
      isOffered: { $0.chosenView == "receptive" }),
    KeyBinding(
      keys: [.up, .character("k")], action: .selectLayer(by: -1), barTitle: nil, help: "select the layer before"),
    KeyBinding(
      keys: [.down, .character("j")], action: .selectLayer(by: 1), barTitle: nil, help: "select the next layer"),
    KeyBinding(keys: [.left], action: .moveSample(by: -1), barTitle: nil, help: "the sample before"),
    KeyBinding(keys: [.right], action: .moveSample(by: 1), barTitle: nil, help: "the next sample"),
    KeyBinding(keys: [.character("l")], action: .toggleLog, barTitle: nil, help: "logarithmic axis, on and off"),
    KeyBinding(
      keys: [.character("+"), .character("=")], action: .zoom(in: true), barTitle: nil,
      help: "curves: only the newest steps"),
    KeyBinding(keys: [.character("-")], action: .zoom(in: false), barTitle: nil, help: "curves: more steps again"),
    KeyBinding(
      keys: [.character("t")], action: .toggleTraining, barTitle: nil,
      help: "samples of the test part or of the training part"),
    KeyBinding(
      keys: [.character("w")], action: .toggleWrong, barTitle: nil, help: "only samples that are answered wrongly"),
    KeyBinding(
      keys: [.pageDown], action: .scroll(by: 10), barTitle: nil, help: "scroll down"),
    KeyBinding(keys: [.pageUp], action: .scroll(by: -10), barTitle: nil, help: "scroll up"),
    KeyBinding(keys: [.escape], action: .dismiss, barTitle: nil, help: "close what lies over the screen"),
    KeyBinding(keys: [.control("c")], action: .stopOrHint, barTitle: nil, help: "stop a run"),
    KeyBinding(keys: [.control("l")], action: .redraw, barTitle: nil, help: "paint the screen afresh"),
    KeyBinding(keys: [.control("z")], action: .suspend, barTitle: nil, help: "back to the shell; fg comes back"),
    KeyBinding(keys: [.character("q")], action: .command("quit"), barTitle: "quit", help: "leave the laboratory"),
  ]

  /// Whether a binding is what its first key means now: it is offered, and no other stands before it.
  static func isMeant(_ binding: KeyBinding, in studio: Studio) -> Bool {
    binding.keys.first.flatMap { self.binding(for: $0, in: studio) }?.help == binding.help
  }

  /// What a key means now.
  static func action(for key: Key, in studio: Studio) -> StudioAction? { binding(for: key, in: studio)?.action }

  private static func binding(for key: Key, in studio: Studio) -> KeyBinding? {
    bindings.first { $0.keys.contains(key) && $0.isOffered(studio) }
  }

  /// Whether the learner goes through a wake and a sleep phase.
  @Sendable private static func hasPhases(_ studio: Studio) -> Bool {
    studio.lab.experiment.learner?.listing.contains { $0.phase == "wake" } ?? false
  }
}

extension Key {
  /// Short names for the bar, where room is dear.
  var barName: String {
    switch self {
    case .pageDown: "pgdn"
    case .pageUp: "pgup"
    default: description
    }
  }
}
