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
  case nextLessonPart
  case dismiss
  case redraw
  case suspend
  case stopOrHint
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
  var isOffered: @Sendable (Lab) -> Bool = { _ in true }

  /// How the keys are written: `space`, `ctrl-l`.
  var label: String { keys.map(\.description).joined(separator: " ") }
}

enum KeyMap {
  /// In the order of help; the bar shows those with a title, as many as fit.
  static let bindings: [KeyBinding] = [
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
      isOffered: { $0.experiment.model is BeliefNetwork || $0.experiment.model is HelmholtzMachine }),
    KeyBinding(
      keys: [.character("z")], action: .maximize, barTitle: "zoom",
      help: "give the view the whole screen, or take it back"),
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
      keys: [.pageDown], action: .nextLessonPart, barTitle: nil, help: "the next part of a lesson; scroll down"),
    KeyBinding(keys: [.pageUp], action: .scroll(by: -10), barTitle: nil, help: "scroll up"),
    KeyBinding(keys: [.escape], action: .dismiss, barTitle: nil, help: "close what lies over the screen"),
    KeyBinding(keys: [.control("c")], action: .stopOrHint, barTitle: nil, help: "stop a run"),
    KeyBinding(keys: [.control("l")], action: .redraw, barTitle: nil, help: "paint the screen afresh"),
    KeyBinding(keys: [.control("z")], action: .suspend, barTitle: nil, help: "back to the shell; fg comes back"),
    KeyBinding(keys: [.character("q")], action: .command("quit"), barTitle: "quit", help: "leave the laboratory"),
  ]

  /// What a key means now.
  static func action(for key: Key, in lab: Lab) -> StudioAction? {
    bindings.first { $0.keys.contains(key) && $0.isOffered(lab) }?.action
  }

  /// Whether the learner goes through a wake and a sleep phase.
  @Sendable private static func hasPhases(_ lab: Lab) -> Bool {
    lab.experiment.learner?.listing.contains { $0.phase == "wake" } ?? false
  }
}
