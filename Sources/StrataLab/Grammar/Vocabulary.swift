// The lists of words that the laboratory has, for completion and for suggestions.
import StrataEngine

/// A word that could be typed, with one sentence on it.
public struct Suggestion: Hashable, Sendable {
  public var text: String
  public var help: String
  public init(_ text: String, _ help: String = "") {
    self.text = text
    self.help = help
  }
}

extension Vocabulary {
  static let views = Vocabulary { lab in lab.configuration.views.map { Suggestion($0.name, $0.summary) } }

  static let learners = Vocabulary { _ in learnerWords.map { Suggestion($0.keyword, $0.summary) } }

  /// The settings of the learner at work, or of all.
  static let settings = Vocabulary { lab in
    let types = lab.experiment.learner.map { [type(of: $0) as any Learner.Type] } ?? learnerTypes
    var seen: [Suggestion] = []
    for type in types {
      for setting in type.settings where !seen.contains(where: { $0.text == setting.key }) {
        seen.append(Suggestion(setting.key, setting.help))
      }
    }
    return seen + [Suggestion("weight", "one number of a parameter"), Suggestion("memory", "MB for going back")]
  }

  /// Names first, then the listing's signs.
  static let tensors = Vocabulary { lab in
    let tensors = lab.experiment.tensors
    let names = tensors.map { Suggestion($0.name, "\($0.role.rawValue) \($0.tensor.shape)") }
    return names + tensors.filter { $0.symbol != $0.name }.map { Suggestion($0.symbol, $0.name) }
  }

  /// Branches by number and by name.
  static let branches = Vocabulary { lab in
    lab.timeline.branches.flatMap { branch in
      let help = lab.timeline.difference(of: branch) ?? "the first"
      return [Suggestion("\(branch.number)", help)] + (branch.name.map { [Suggestion($0, help)] } ?? [])
    }
  }

  static let marks = Vocabulary { lab in lab.timeline.marks.map { Suggestion($0.name, "step \($0.step)") } }

  /// Everything that `help` knows.
  static let topics = Vocabulary { lab in
    var all = CommandTable.all.map { Suggestion($0.word, $0.summary) }
    all += layerTypes.map { Suggestion($0.grammar.keyword, $0.grammar.summary) }
    all += learnerTypes.map { Suggestion($0.keyword, $0.summary) }
    for type in learnerTypes {
      all += type.settings.map { Suggestion($0.key, $0.help) }
    }
    all += views.words(lab)
    var seen: [Suggestion] = []
    for suggestion in all where !seen.contains(where: { $0.text == suggestion.text }) { seen.append(suggestion) }
    return seen
  }

  /// Quantities, and what may follow them in a condition.
  static let conditions = Vocabulary { lab in
    QuantityNames(lab.experiment).all.map { Suggestion($0) }
      + ["is nan", "rises", "stalls", "and", "or"].map { Suggestion($0) }
  }
}
