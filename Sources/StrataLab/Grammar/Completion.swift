// Completion: the words that could stand where the cursor is.
import StrataEngine

/// A word that could stand at the cursor.
public struct Completion: Hashable, Sendable {
  /// The whole word.
  public var text: String
  /// One sentence on it; may be empty.
  public var help: String
  /// Where the word begins that it replaces, in characters from the beginning of the line.
  public var start: Int
}

extension Lab {
  /// The words that could stand at a cursor, counted in characters from the beginning of the line. All of them begin
  /// with what stands before the cursor in its word.
  public func completions(for line: String, at cursor: Int) -> [Completion] {
    let head = String(line.prefix(max(0, cursor)))
    guard head.utf8.count <= TypedLine.maximumLength else { return [] }
    let typed = TypedLine(head)
    // A new word begins where the line ends with a space outside of quotes and brackets.
    let isNew = typed.tokens.last.map { $0.range.upperBound < typed.characters.count } ?? true
    let start = isNew ? typed.characters.count : typed.tokens[typed.tokens.count - 1].range.lowerBound
    let prefix = isNew ? "" : typed.tokens[typed.tokens.count - 1].text
    let before = (isNew ? typed.tokens : Array(typed.tokens.dropLast())).map(\.text)
    var found: [Completion] = []
    for suggestion in suggestions(after: before, prefix: prefix)
    where suggestion.text.hasPrefix(prefix) && !found.contains(where: { $0.text == suggestion.text }) {
      found.append(Completion(text: suggestion.text, help: suggestion.help, start: start))
    }
    return found
  }

  /// Whether the name of a file could stand at a cursor: then the line editor offers those too.
  public func completesFiles(for line: String, at cursor: Int) -> Bool {
    let head = String(line.prefix(max(0, cursor)))
    guard head.utf8.count <= TypedLine.maximumLength else { return false }
    let typed = TypedLine(head)
    let isNew = typed.tokens.last.map { $0.range.upperBound < typed.characters.count } ?? true
    let before = isNew ? typed.tokens[...] : typed.tokens.dropLast()
    guard let first = before.first, let command = CommandTable.all.first(where: { $0.word == first.text }) else {
      return false
    }
    return command.forms.contains { form in
      guard form.places.indices.contains(before.count - 1) else { return false }
      let fits = zip(form.places, before.dropFirst()).allSatisfy { $0.problem(with: $1.text) == nil }
      return fits && form.places[before.count - 1].takesFiles
    }
  }

  private func suggestions(after words: [String], prefix: String) -> [Suggestion] {
    guard let first = words.first else {
      return CommandTable.all.map { Suggestion($0.word, disabledNote($0) + $0.summary) }
    }
    guard let command = CommandTable.all.first(where: { $0.word == first }) else { return [] }
    return command.forms.flatMap { suggestions(for: $0, after: Array(words.dropFirst()), prefix: prefix) }
  }

  private func disabledNote(_ command: Command) -> String {
    command.disabledReason(self) == nil ? "" : "(not now) "
  }

  /// Walks along a form's places as far as the words go.
  private func suggestions(for form: Form, after words: [String], prefix: String) -> [Suggestion] {
    var places = form.places[...]
    var rest = words[...]
    var values: [String] = []
    while let word = rest.first {
      if word.hasPrefix("--"), !(places.first.map { if case .layer = $0.kind { true } else { false } } ?? false) {
        rest.removeFirst()
        let option = form.options(values).first { "--\($0.name)" == word }
        guard let option else { continue }
        if rest.isEmpty, !option.isFlag { return self.words(of: option.kind) }
        if !option.isFlag || rest.first == "yes" || rest.first == "no" { rest = rest.dropFirst() }
        continue
      }
      guard let place = places.first else { return [] }
      if place.kind.isFollowedByOptions {
        rest = rest.drop { !$0.hasPrefix("--") }
        places.removeFirst()
        continue
      }
      if place.kind.takesRest { return suggestions(inside: place, after: Array(rest), before: values, prefix: prefix) }
      if place.problem(with: word) == nil {
        values.append(word)
        rest.removeFirst()
        places.removeFirst()
      } else if place.isOptional {
        places.removeFirst()
      } else {
        return []
      }
    }
    let options = form.options(values).map { Suggestion("--\($0.name)", $0.help) }
    var found: [Suggestion] = []
    while let place = places.popFirst() {
      found +=
        place.kind.takesRest
        ? suggestions(inside: place, after: [], before: values, prefix: prefix)
        : self.words(of: place, after: words)
      if !place.isOptional { break }
    }
    return prefix.hasPrefix("--") ? options : found + (found.isEmpty ? options : [])
  }

  private func words(of place: Place, after words: [String]) -> [Suggestion] {
    switch place.kind {
    case .literal: [Suggestion(place.name, place.help)]
    case .choice(let choices), .unit(let choices): choices.map { Suggestion($0) }
    case .known(let vocabulary): vocabulary.words(self)
    default: []
    }
  }

  private func words(of kind: SettingKind?) -> [Suggestion] {
    if case .choice(let words)? = kind { words.map { Suggestion($0) } } else { [] }
  }

  private func suggestions(inside place: Place, after words: [String], before: [String], prefix: String) -> [Suggestion]
  {
    switch place.kind {
    case .layer: layerSuggestions(after: words, prefix: prefix)
    case .condition:
      Vocabulary.conditions.words(self).map { suggestion in
        // Names of two words complete one word at a time.
        let parts = suggestion.text.split(separator: " ").map(String.init)
        guard let last = words.last, parts.count > 1, parts[0] == last else { return Suggestion(parts[0]) }
        return Suggestion(parts[1])
      }
    case .value: words.isEmpty ? self.words(of: settingKind(before.last ?? "")) : []
    default: []
    }
  }

  private func settingKind(_ key: String) -> SettingKind? {
    let types = experiment.learner.map { [type(of: $0) as any Learner.Type] } ?? learnerTypes
    return types.flatMap { $0.settings }.first { $0.key == key }?.kind
  }

  private func layerSuggestions(after words: [String], prefix: String) -> [Suggestion] {
    guard let keyword = words.first else {
      return layerTypes.map { Suggestion($0.grammar.keyword, $0.grammar.summary) }
    }
    guard let grammar = layerTypes.first(where: { $0.grammar.keyword == keyword })?.grammar else { return [] }
    if let last = words.last, last.hasPrefix("--") {
      return self.words(of: grammar.options.first { "--\($0.name)" == last }?.kind)
    }
    var positional = 0
    var rest = words.dropFirst()
    while let word = rest.popFirst() {
      if word.hasPrefix("--") { rest = rest.dropFirst() } else { positional += 1 }
    }
    let options = grammar.options.map { Suggestion("--\($0.name)", $0.help) }
    guard grammar.positional.indices.contains(positional) else { return options }
    return self.words(of: grammar.positional[positional].kind) + (prefix.hasPrefix("--") ? options : [])
  }
}
