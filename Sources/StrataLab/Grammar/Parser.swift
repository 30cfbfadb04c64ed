// From a typed line to a command's form with its arguments, or to an error that points at the word that was wrong.
import StrataEngine

/// A line that was understood.
public struct ParsedLine: Sendable {
  public let command: Command
  public let form: Form
  public let arguments: Arguments

  /// Whether, when it is accepted, it belongs into a saved session.
  public var isTranscribed: Bool { form.isTranscribed ?? command.isTranscribed }
}

extension CommandTable {
  /// Understands a line; nil when there is nothing in it but spaces and a comment. Throws with what was expected.
  public static func parse(_ text: String) throws(StrataError) -> ParsedLine? {
    guard text.utf8.count <= TypedLine.maximumLength else {
      throw StrataError("a line has at most \(TypedLine.maximumLength) characters; this one has \(text.utf8.count)")
    }
    if let scalar = text.unicodeScalars.first(where: { $0.steersTerminal && $0 != "\t" }) {
      throw StrataError("the line holds the control character U+\(String(scalar.value, radix: 16, uppercase: true))")
    }
    let line = TypedLine(text)
    guard let first = line.tokens.first else { return nil }
    let command = try find(first.text)
    return try command.parse(line)
  }

  /// The command with this word. Throws with the nearest one.
  public static func find(_ word: String) throws(StrataError) -> Command {
    if let command = all.first(where: { $0.word == word }) { return command }
    guard let near = Nearest.to(word, among: all.map(\.word)), let command = all.first(where: { $0.word == near })
    else {
      throw StrataError("there is no command \(word.quoted)", try: "help")
    }
    throw StrataError("there is no command \(word.quoted); did you mean \(near)?", try: command.examples.first)
  }
}

extension Command {
  /// Finds the form that fits. Throws what the form that fits farthest misses.
  func parse(_ line: TypedLine) throws(StrataError) -> ParsedLine {
    var misfit: Misfit?
    // A form's own first word decides for it: `set weight …` is never read as the setting `weight`.
    let own = line.tokens.count > 1 ? forms.filter { $0.begins(with: line.tokens[1].text) } : []
    for form in own.isEmpty ? forms : own {
      switch form.match(line, command: self) {
      case .success(let arguments): return ParsedLine(command: self, form: form, arguments: arguments)
      case .failure(let new):
        guard let old = misfit, old.place >= new.place else {
          misfit = new
          continue
        }
        if old.place == new.place { misfit = old.joined(with: new) }
      }
    }
    throw misfit?.error(of: self, in: line) ?? StrataError("\(word) cannot be used", try: "help")
  }
}

/// Why a form does not fit, and how far it did.
struct Misfit: Error {
  /// The index of the token that does not fit; the count of tokens when one is missing.
  var place: Int
  /// What could have stood there: `a whole number from 1 to 9`.
  var expected: [String]
  /// Words that could have stood there, for suggestions.
  var candidates: [String] = []
  /// An error of its own that says all, such as an option without a value.
  var error: StrataError?

  func joined(with other: Misfit) -> Misfit {
    var joined = self
    for text in other.expected where !joined.expected.contains(text) { joined.expected.append(text) }
    joined.candidates += other.candidates
    joined.error = error ?? other.error
    return joined
  }

  func error(of command: Command, in line: TypedLine) -> StrataError {
    if let error { return error }
    let before = line.tokens.prefix(place).map(\.text).joined(separator: " ")
    let wanted = Misfit.alternatives(expected)
    guard line.tokens.indices.contains(place) else {
      return StrataError("after \(before.quoted) comes \(wanted)", try: command.examples.first)
    }
    let found = line.tokens[place].text
    if expected == ["nothing more"] {
      return StrataError(
        "\(found.quoted) is too much after \(before.quoted)", try: command.usage.joined(separator: "   or   "))
    }
    let question = Nearest.question(found, among: candidates)
    return StrataError(
      "after \(before.quoted) comes \(wanted), got \(found.quoted)\(question)", try: command.examples.first)
  }

  static func alternatives(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "nothing more" }
    return words.dropLast().joined(separator: ", ") + " or " + last
  }
}

extension Form {
  fileprivate func begins(with word: String) -> Bool {
    if case .literal? = places.first?.kind { places.first?.name == word } else { false }
  }

  /// Fills the places with the line's words after the command.
  func match(_ line: TypedLine, command: Command) -> Result<Arguments, Misfit> {
    var reader = FormReader(form: self, line: line)
    if let misfit = reader.read() { return .failure(misfit) }
    return .success(
      Arguments(line: reader.spelling, values: reader.values, options: reader.options))
  }
}

/// Walks along the tokens and the places of one form.
private struct FormReader {
  let form: Form
  var line: TypedLine
  var values: [String: [String]] = [:]
  var options: [(name: String, value: String)] = []
  /// The line in its usual spelling.
  var spelling: String
  private var index = 1
  private var words: [String] = []

  init(form: Form, line: TypedLine) {
    self.form = form
    self.line = line
    spelling = line.tokens.first?.text ?? ""
  }

  private var isOption: Bool {
    line.tokens.indices.contains(index) && !line.tokens[index].isQuoted && line.tokens[index].text.hasPrefix("--")
      && line.tokens[index].text.count > 2
  }

  mutating func read() -> Misfit? {
    let takesText = form.places.contains { $0.kind.isVerbatim }
    if let flaw = line.flaw, !takesText { return Misfit(place: index, expected: [], error: flaw) }
    var expected: [Place] = []
    var places = form.places[...]
    while let place = places.popFirst() {
      // Text is taken as it is: `show loss --log` leaves what follows the view's name to the view.
      if !place.kind.isVerbatim, let misfit = readOptions() { return misfit }
      guard line.tokens.indices.contains(index) else {
        if place.isOptional { continue }
        return Misfit(place: index, expected: [place.description], candidates: place.candidates)
      }
      if place.kind.takesRest {
        if let misfit = readRest(place) { return misfit }
        expected = []
        continue
      }
      if let problem = place.problem(with: line.tokens[index].text) {
        if place.isOptional {
          expected.append(place)
          continue
        }
        let all = expected + [place]
        return Misfit(
          place: index, expected: expected.isEmpty ? [problem] : all.map(\.description),
          candidates: all.flatMap(\.candidates))
      }
      take(place.spelled(line.tokens[index].text), for: place)
      expected = []
    }
    if let misfit = readOptions() { return misfit }
    guard !line.tokens.indices.contains(index) else {
      let wanted = expected.map(\.description)
      return Misfit(
        place: index, expected: wanted.isEmpty ? ["nothing more"] : wanted, candidates: expected.flatMap(\.candidates))
    }
    return nil
  }

  private mutating func take(_ word: String, for place: Place) {
    values[place.name, default: []].append(word)
    words.append(word)
    spelling += " " + TypedLine.quoted(word)
    index += 1
  }

  private mutating func readRest(_ place: Place) -> Misfit? {
    switch place.kind {
    case .text:
      let text = line.remainder(from: index)
      values[place.name] = [text]
      spelling += " " + text
      index = line.tokens.count
    case .prose: return readProse(place)
    case .layer:
      while line.tokens.indices.contains(index) { take(line.tokens[index].text, for: place) }
    default:
      while line.tokens.indices.contains(index), !isOption { take(line.tokens[index].text, for: place) }
      if values[place.name] == nil, !place.isOptional {
        return Misfit(place: index, expected: [place.description], candidates: place.candidates)
      }
    }
    return nil
  }

  /// Text up to the first option, and the options behind it.
  private mutating func readProse(_ place: Place) -> Misfit? {
    let rest = Array(line.remainder(from: index))
    let names = form.options(words).map { Array("--" + $0.name) }
    let end = rest.indices.first { start in
      guard start == 0 || rest[start - 1].isWhitespace else { return false }
      return names.contains { name in
        let stop = start + name.count
        return rest[start...].starts(with: name) && (stop == rest.count || rest[stop].isWhitespace || rest[stop] == "=")
      }
    }
    var text = String(rest[..<(end ?? rest.count)])
    while text.last?.isWhitespace == true { text.removeLast() }
    guard !text.isEmpty else {
      return Misfit(place: index, expected: [place.description])
    }
    values[place.name] = [text]
    spelling += " " + text
    // What follows is words again; the command's own stands before them, as always.
    let command = line.tokens[0].text
    line = TypedLine(command + " " + String(rest[(end ?? rest.count)...]))
    index = 1
    return line.flaw.map { Misfit(place: index, expected: [], error: $0) }
  }

  /// `--name value`, `--name=value`, or a flag.
  private mutating func readOptions() -> Misfit? {
    while isOption {
      let token = line.tokens[index].text.dropFirst(2)
      let parts = token.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let known = form.options(words)
      guard let option = known.first(where: { $0.name == parts[0] }) else {
        return unknownOption(parts[0], known: known.map(\.name))
      }
      index += 1
      var value = parts.count > 1 ? parts[1] : nil
      if value == nil, line.tokens.indices.contains(index), !isOption {
        let next = line.tokens[index].text
        if !option.isFlag || next == "yes" || next == "no" {
          value = next
          index += 1
        }
      }
      guard let value = value ?? (option.isFlag ? "yes" : nil) else {
        return Misfit(
          place: index, expected: [],
          error: StrataError("--\(option.name) wants a value: \(option.help)", try: example(of: option)))
      }
      if let kind = option.kind {
        do {
          let checked = try kind.checked(value)
          options.append((option.name, checked))
        } catch {
          return Misfit(
            place: index, expected: [],
            error: StrataError("--\(option.name): \(error.problem.safe)", try: error.suggestion ?? example(of: option)))
        }
      } else {
        options.append((option.name, value))
      }
      let spelled = TypedLine.quoted(options[options.count - 1].value)
      spelling += option.kind == nil && value == "yes" ? " --\(option.name)" : " --\(option.name) \(spelled)"
    }
    return nil
  }

  private func example(of option: OptionDescription) -> String? {
    switch option.kind {
    case .choice(let words)?: words.first.map { "--\(option.name) \($0)" }
    case .text(let form)?: "--\(option.name) \(form)"
    case .integer(let range)?: "--\(option.name) \(max(range.lowerBound, min(10, range.upperBound)))"
    case .number(let range)?: "--\(option.name) \(NumberText.short(max(range.lowerBound, min(0.1, range.upperBound))))"
    case nil: nil
    }
  }

  private func unknownOption(_ name: String, known: [String]) -> Misfit {
    let command = line.tokens.first?.text ?? ""
    guard !known.isEmpty else {
      return Misfit(
        place: index, expected: [],
        error: StrataError("\(command) takes no option --\(name.safe) here", try: "help \(command)"))
    }
    let question = Nearest.to(name, among: known).map { "; did you mean --\($0)?" } ?? ""
    let list = known.map { "--\($0)" }.joined(separator: ", ")
    return Misfit(
      place: index, expected: [],
      error: StrataError("\(command) has no option \("--\(name)".quoted)\(question)", try: "one of \(list)"))
  }
}

extension Place {
  /// What may stand here, in words.
  var description: String {
    switch kind {
    case .literal: "'\(name)'"
    case .choice(let words), .unit(let words): Misfit.alternatives(words)
    case .integer(let range):
      range.upperBound == .max
        ? "a whole number from \(range.lowerBound) on (\(name))"
        : "a whole number from \(range.lowerBound) to \(range.upperBound) (\(name))"
    case .number: "a number (\(name))"
    default: help.isEmpty ? name : "\(name), \(help)"
    }
  }

  /// The words that may stand here, where they can be listed without a laboratory.
  var candidates: [String] {
    switch kind {
    case .literal: [name]
    case .choice(let words), .unit(let words): words
    default: []
    }
  }

  /// The word as the command sees it: units in the plural.
  func spelled(_ word: String) -> String {
    if case .unit(let words) = kind, words.contains(word + "s") { word + "s" } else { word }
  }

  /// Why a word cannot stand here: what was expected; nil when it can.
  func problem(with word: String) -> String? {
    switch kind {
    case .literal: return word == name ? nil : description
    case .choice(let words): return words.contains(word) ? nil : description
    case .unit(let words): return words.contains(word) || words.contains(word + "s") ? nil : description
    case .integer(let range):
      guard let value = Int(word), range.contains(value) else { return description }
      return nil
    case .number(let range):
      guard let value = Double(word), range.contains(value) else {
        return "a number from \(NumberText.short(range.lowerBound)) to \(NumberText.short(range.upperBound)) (\(name))"
      }
      return nil
    default: return nil
    }
  }
}
