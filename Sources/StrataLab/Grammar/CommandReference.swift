// The command reference, made from the same table as help: `docs/COMMANDS.md`.
import StrataData
import StrataEngine

extension CommandTable {
  /// The reference in Markdown.
  public static func commandReference() -> String {
    var lines = [
      "# Commands", "",
      "One language for everything: the command line on the screen, the line REPL, scripts, saved sessions, lessons.",
      "This page is made from the command table; `help` tells the same in the laboratory.", "",
    ]
    for group in CommandGroup.allCases {
      lines += ["## \(group.rawValue)", ""]
      for command in all where command.group == group { lines += reference(command) }
    }
    lines += ["## Layers", "", "For `add`, `insert N`, `change N`.", ""]
    for type in layerTypes {
      let grammar = type.grammar
      lines += ["### \(grammar.keyword)", "", "`\(grammar.usage)`", "", sentence(grammar.summary), ""]
      lines += rows(
        grammar.positional.map { ($0.name, $0.kind.form, $0.defaultValue, $0.help) }
          + grammar.options.map { ("--\($0.name)", $0.kind.form, $0.defaultValue, $0.help) })
      lines += ["Examples: " + grammar.examples.map { "`add \($0)`" }.joined(separator: ", "), ""]
    }
    lines += ["## Learners", "", "For `learn`; the settings also for `set KEY VALUE`.", ""]
    for type in learnerWords {
      lines += ["### \(type.keyword)", "", sentence(type.summary), ""]
      lines += rows(type.settings.map { ($0.key, $0.kind.form, nil, $0.help) })
    }
    lines += ["## Data", "", "For `data`.", ""]
    for entry in DataCatalogue.entries { lines.append("- `\(entry.name)`: \(entry.summary)") }
    for function in NamedFunction.all { lines.append("- `\(function.name)`: \(function.summary), `\(function.text)`") }
    lines += ["", "## Conditions", "", "For `run until`, `break when`, `expect`.", "", "```"]
    lines += [
      "QUANTITY < NUMBER     also <= > >= == !=", "QUANTITY is nan       or: is not nan",
      "QUANTITY rises N times", "QUANTITY stalls N epochs", "CONDITION and CONDITION or CONDITION",
    ]
    lines += [
      "```", "",
      "Quantities: `loss`, `accuracy` and whatever else the learner measures on a mini-batch; the same with `test` or "
        + "`train` before it, measured on the whole part; `step`, `epoch`, `gradient norm LAYER`, any setting that is a "
        + "number, any element of a tensor such as `layer1.weight[0,3]`. A loss goes by its own name too: `reconstruction "
        + "error`. Of Boltzmann and Helmholtz machines: `free energy`, `free energy gap` (between a set and the training part), "
        + "`pseudo-likelihood`, `log-likelihood`, `description length` in nats; `kl`, the divergence from a known "
        + "distribution, in bits; `agreement` of recognition and generation, a cosine. What `likelihood` found counts until "
        + "something moves.",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func reference(_ command: Command) -> [String] {
    var lines = ["### \(command.word)", "", sentence(command.summary)]
    if !command.details.isEmpty { lines += ["", command.details] }
    lines += ["", "```"]
    let width = command.usage.map(DisplayWidth.of).max() ?? 0
    for (form, usage) in zip(command.forms, command.usage) {
      lines.append(form.help.isEmpty ? usage : "\(DisplayWidth.padded(usage, to: width))   \(form.help)")
    }
    lines += ["```", ""]
    var seen: [String] = []
    var places: [(String, String, String?, String)] = []
    for place in command.forms.flatMap(\.places) where !place.help.isEmpty && !seen.contains(place.name) {
      seen.append(place.name)
      places.append((place.name, "", nil, place.help))
    }
    let options = command.forms.flatMap { $0.options([]) }
    places += options.map { ("--\($0.name)", $0.kind?.form ?? "", $0.defaultValue, $0.help) }
    lines += rows(places)
    lines += ["Examples: " + command.examples.map { "`\($0)`" }.joined(separator: ", "), ""]
    return lines
  }

  private static func rows(_ rows: [(String, String, String?, String)]) -> [String] {
    guard !rows.isEmpty else { return [] }
    return rows.map { name, form, usual, help in
      let details = [form.isEmpty ? nil : "`\(form)`", usual.map { "usually `\($0)`" }].compactMap { $0 }
      return "- `\(name)`: \(help)" + (details.isEmpty ? "" : " (\(details.joined(separator: ", ")))")
    } + [""]
  }

  private static func sentence(_ text: String) -> String {
    let first = text.prefix(1).uppercased()
    return first + text.dropFirst() + (text.hasSuffix(".") ? "" : ".")
  }
}
