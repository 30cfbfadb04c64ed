// A command as data: its words, help, example and what it does. Parsing, help, completion, the key bar, suggestions
// for typos and the command reference are all made from the one table of these. A new command is one file (or a few
// lines in its family's file) and one line in `CommandTable`.
import StrataEngine

/// What stands at one place of a command.
public enum WordKind: Sendable {
  /// The word itself: `until`.
  case literal
  /// One of these words.
  case choice([String])
  /// One of these words, all in the plural; the singular is understood too.
  case unit([String])
  case integer(ClosedRange<Int>)
  case number(ClosedRange<Double>)
  /// One word that the laboratory has a list of: a view, a tensor, a learner.
  case known(Vocabulary)
  /// A file's path.
  case path
  /// One word of any kind.
  case word

  // The kinds below take the rest of the line.

  /// A layer's words with its options: `dense 64 relu --init he`.
  case layer
  /// `test accuracy > 0.97`. Options may follow.
  case condition
  /// Words that belong together: an expression. Options may follow.
  case words
  /// Text as typed, up to the first option of the form: apostrophes in it are no quotes.
  case prose
  /// The value of the setting before it.
  case value
  /// Text exactly as typed.
  case text

  /// Whether it takes words to the end of the line.
  var takesRest: Bool {
    switch self {
    case .layer, .condition, .words, .prose, .value, .text: true
    default: false
    }
  }

  /// Whether it takes words up to the first option.
  var isFollowedByOptions: Bool {
    switch self {
    case .words, .prose: true
    default: false
    }
  }

  /// Whether it takes text as it is typed, quotes and all.
  var isVerbatim: Bool {
    switch self {
    case .text, .prose: true
    default: false
    }
  }
}

/// A list of words of the laboratory, for completion and for suggestions.
public struct Vocabulary: Sendable {
  /// The words with one sentence each.
  public let words: @Sendable (Lab) -> [Suggestion]

  public init(_ words: @escaping @Sendable (Lab) -> [Suggestion]) { self.words = words }
}

/// One place of a command.
public struct Place: Sendable {
  /// `N`, `VIEW`; for a literal the word itself.
  public var name: String
  public var kind: WordKind
  public var isOptional: Bool
  /// Whether a file's path may stand here.
  public var takesFiles: Bool
  /// One sentence for help.
  public var help: String

  public init(
    _ name: String, _ kind: WordKind, optional isOptional: Bool = false, orFile: Bool = false, _ help: String = ""
  ) {
    self.name = name
    self.kind = kind
    self.isOptional = isOptional
    if case .path = kind { takesFiles = true } else { takesFiles = orFile }
    self.help = help
  }

  /// A word that must be typed as it is.
  public static func word(_ word: String) -> Place { Place(word, .literal) }

  /// As usage shows it: `N`, `[steps|epochs|seconds]`, `CONDITION`.
  var usage: String {
    var text = name
    switch kind {
    case .choice(let words), .unit(let words): text = words.joined(separator: "|")
    default: break
    }
    return isOptional ? "[\(text)]" : text
  }
}

/// `--name value`, or `--name` alone where it is a flag.
public struct OptionDescription: Sendable, Hashable {
  /// Without the dashes.
  public var name: String
  /// What its value may be; nil for a flag.
  public var kind: SettingKind?
  /// What holds when it is left out, for help; nil when that depends.
  public var defaultValue: String?
  /// One sentence for help.
  public var help: String

  public init(_ name: String, _ kind: SettingKind?, default defaultValue: String? = nil, _ help: String) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.help = help
  }

  /// A setting as an option.
  init(_ setting: SettingDescription) {
    self.init(setting.key, setting.kind, setting.help)
  }

  /// Whether it may stand without a value.
  var isFlag: Bool {
    if case .choice(let words)? = kind { return words.contains("yes") && words.contains("no") }
    return kind == nil
  }
}

/// What a parsed line does.
public enum Action: Sendable {
  /// Changes what is learned, from what, or how. Recorded on the timeline and applied again by re-execution; one that
  /// reads files is never applied again: the timeline keeps a keyframe behind it instead.
  case edit(readsFiles: Bool, @Sendable (inout Experiment, Surroundings) throws(StrataError) -> Outcome)
  /// Looks at something.
  case look(@Sendable (Lab) throws(StrataError) -> Outcome)
  /// Changes something about the laboratory that has no part in the experiment: breakpoints, bounds.
  case arrange(@Sendable (inout Lab) throws(StrataError) -> Outcome)
  /// Moves through time. Refused while a run is going on.
  case move(@Sendable (inout Lab) throws(StrataError) -> Outcome)
}

/// One way of writing a command: its places in order, its options, and what it does.
public struct Form: Sendable {
  public var places: [Place]
  /// One sentence for help; empty where the command's summary says it all.
  public var help: String
  /// How usage shows its options; nil where they are few and are listed.
  public var optionsUsage: String?
  /// Its options; they may depend on the words before them (`learn LEARNER`).
  public var options: @Sendable (_ words: [String]) -> [OptionDescription]
  /// Whether accepted lines belong into a saved session, where that is other than with the command's other forms.
  public var isTranscribed: Bool?
  /// Whether a session that may not touch the file goes on without: then nobody is asked for it beforehand.
  public var doesWithoutFiles: Bool
  public var action: @Sendable (Arguments) throws(StrataError) -> Action

  public init(
    _ places: [Place], _ help: String = "", optionsUsage: String? = nil,
    isTranscribed: Bool? = nil, doesWithoutFiles: Bool = false,
    options: @escaping @Sendable ([String]) -> [OptionDescription] = { _ in [] },
    action: @escaping @Sendable (Arguments) throws(StrataError) -> Action
  ) {
    self.places = places
    self.help = help
    self.optionsUsage = optionsUsage
    self.doesWithoutFiles = doesWithoutFiles
    self.isTranscribed = isTranscribed
    self.options = options
    self.action = action
  }
}

/// Where a command stands in help.
public enum CommandGroup: String, Sendable, CaseIterable {
  case build = "Data and network"
  case learn = "How it learns"
  case run = "Running"
  case time = "Through time"
  case stop = "Stopping where it matters"
  case look = "Looking"
  case files = "Files"
  case session = "Sessions"
}

/// A command of the laboratory.
public struct Command: Sendable {
  public var word: String
  public var group: CommandGroup
  /// One sentence.
  public var summary: String
  /// More, for `help WORD`; may be empty.
  public var details: String
  public var forms: [Form]
  /// Complete lines that work in a laboratory with data, a network and a few steps behind it.
  public var examples: [String]
  /// Lines that must come before the examples: for commands of another model than a network of layers.
  public var before: [String]
  /// Why it would be refused now and what to do first; nil when it can be used.
  public var disabledReason: @Sendable (Lab) -> StrataError?
  /// Whether accepted lines belong into a saved session: not `help`, not `save`.
  public var isTranscribed: Bool

  public init(
    _ word: String, _ group: CommandGroup, _ summary: String, details: String = "", forms: [Form], examples: [String],
    before: [String] = [], isTranscribed: Bool = true,
    disabledReason: @escaping @Sendable (Lab) -> StrataError? = { _ in nil }
  ) {
    self.word = word
    self.group = group
    self.summary = summary
    self.details = details
    self.forms = forms
    self.examples = examples
    self.before = before
    self.isTranscribed = isTranscribed
    self.disabledReason = disabledReason
  }

  /// One line a form: `run N [steps|epochs|seconds]`.
  public var usage: [String] {
    forms.map { form in
      var words = [word] + form.places.map(\.usage)
      if let options = form.optionsUsage {
        words.append(options)
      } else {
        words += form.options([]).map { $0.isFlag ? "[--\($0.name)]" : "[--\($0.name) …]" }
      }
      return words.joined(separator: " ")
    }
  }
}
