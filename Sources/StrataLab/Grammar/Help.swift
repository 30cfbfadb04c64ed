// Help, made from the command table and the engine's lists.
import StrataEngine

/// What `help` tells.
enum Help {
  /// Every command with one sentence, by group.
  static func overview(_ lab: Lab) -> Outcome {
    var outcome = Outcome()
    for group in CommandGroup.allCases {
      outcome.append(group.rawValue)
      var table = TextTable(columns: ["", "", ""])
      for command in CommandTable.all where command.group == group {
        table.rows.append(["", command.word, command.summary])
      }
      outcome.append(table)
    }
    outcome.append("help WORD tells more about a command, a layer, a learner, a setting or a view")
    return outcome
  }

  /// All that is known of a word. Throws with the nearest.
  static func topic(_ word: String, _ lab: Lab) throws(StrataError) -> Outcome {
    var sections: [[String]] = []
    if let command = CommandTable.all.first(where: { $0.word == word }) { sections.append(lines(on: command, lab)) }
    if let grammar = layerTypes.first(where: { $0.grammar.keyword == word })?.grammar {
      sections.append(lines(on: grammar))
    }
    if let type = learnerType(word) { sections.append(lines(on: type)) }
    for type in learnerWords {
      if let setting = type.settings.first(where: { $0.key == word }) {
        sections.append(["set \(setting.key): \(setting.help) (\(type.keyword); \(setting.kind.form))"])
      }
    }
    if let view = lab.configuration.views.first(where: { $0.name == word }) {
      let usage = view.usage.isEmpty ? "" : " \(view.usage)"
      sections.append(["show \(view.name)\(usage): \(view.summary)"])
    }
    guard !sections.isEmpty else {
      let words = Vocabulary.topics.words(lab).map(\.text)
      throw StrataError(
        "there is no help on \(word.quoted)\(Nearest.question(word, among: words))", try: "help")
    }
    return Outcome(lines: Array(sections.joined(separator: [""])))
  }

  static func lines(on command: Command, _ lab: Lab?) -> [String] {
    var lines = ["\(command.word): \(command.summary)"]
    if let reason = lab.flatMap({ command.disabledReason($0) }) { lines.append("not now: \(reason.problem)") }
    if !command.details.isEmpty { lines.append(command.details) }
    var forms = TextTable(columns: ["", "", ""])
    for (form, usage) in zip(command.forms, command.usage) { forms.rows.append(["", usage, form.help]) }
    lines += forms.lines
    var places = TextTable(columns: ["", "", ""])
    for place in command.forms.flatMap(\.places) where !place.help.isEmpty {
      if !places.rows.contains(where: { $0[1] == place.name }) { places.rows.append(["", place.name, place.help]) }
    }
    if !places.rows.isEmpty { lines += ["where"] + places.lines }
    let options = command.forms.flatMap { $0.options([]) }
    if !options.isEmpty { lines += ["options"] + table(of: options).lines }
    if command.word == "learn" {
      lines.append("learners; help LEARNER lists its settings")
      var table = TextTable(columns: ["", "", ""])
      for type in learnerWords { table.rows.append(["", type.keyword, type.summary]) }
      lines += table.lines
    }
    if command.word == "show", let views = lab?.configuration.views, !views.isEmpty {
      lines.append("views; help VIEW tells what each of them takes")
      var table = TextTable(columns: ["", "", ""])
      for view in views { table.rows.append(["", view.name, view.summary]) }
      lines += table.lines
    }
    if ["add", "insert", "change"].contains(command.word) {
      lines.append("layers")
      var table = TextTable(columns: ["", "", ""])
      for type in layerTypes { table.rows.append(["", type.grammar.usage, type.grammar.summary]) }
      lines += table.lines
    }
    return lines + command.examples.map { "example: \($0)" }
  }

  static func table(of options: [OptionDescription]) -> TextTable {
    var table = TextTable(columns: ["", "", "", ""])
    for option in options {
      let form = option.kind?.form ?? ""
      let usual = option.defaultValue.map { " (\($0) if left out)" } ?? ""
      table.rows.append(["", "--\(option.name)", form, option.help + usual])
    }
    return table
  }

  static func lines(on grammar: LayerGrammar) -> [String] {
    var lines = ["\(grammar.keyword): \(grammar.summary)", "  add \(grammar.usage)"]
    var table = TextTable(columns: ["", "", "", ""])
    for word in grammar.positional + grammar.options {
      let name = grammar.options.contains(word) ? "--\(word.name)" : word.name
      let usual = word.defaultValue.map { " (\($0) if left out)" } ?? ""
      table.rows.append(["", name, word.kind.form, word.help + usual])
    }
    lines += table.lines
    return lines + grammar.examples.map { "example: add \($0)" }
  }

  static func lines(on type: any Learner.Type) -> [String] {
    ["\(type.keyword): \(type.summary)", "  learn \(type.keyword) [--OPTION …]"]
      + table(of: type.settings.map { OptionDescription($0) }).lines
  }
}
