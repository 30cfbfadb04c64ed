// How it learns: the learner, its settings, the seed. Learners and settings come from the engine's list.
import StrataEngine

extension Command {
  static let learn = Command(
    "learn", .learn, "chooses the learner and its settings",
    details: "Without it the first learner that fits is taken. The network keeps its weights.",
    forms: [
      Form(
        [
          Place("LEARNER", .known(.learners), "how to learn"),
          Place("K", .integer(1...100_000), optional: true, "Gibbs steps of cd and pcd"),
        ],
        optionsUsage: "[--SETTING …]",
        options: { words in
          words.first.flatMap { learnerType($0) }?.settings.map { OptionDescription($0) } ?? []
        }
      ) { arguments throws(StrataError) in
        let keyword = arguments.text("LEARNER") ?? ""
        let type = try known(keyword)
        var settings = arguments.options.map { ChosenSetting(key: $0.name, value: $0.value) }
        if let leading = arguments.text("K") {
          guard let key = type.leadingSetting else {
            throw StrataError("\(keyword) takes no number behind its name", try: "learn \(keyword) --rate 0.1")
          }
          settings.insert(ChosenSetting(key: key, value: leading), at: 0)
        }
        let chosen = settings
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let notes = try experiment.choose(try known(keyword, for: experiment.model), settings: chosen)
          guard let text = experiment.learnerText else {
            let missing = experiment.missing?.problem ?? "nothing fits yet"
            return Outcome("will learn by \(keyword) as soon as it can: \(missing)", notes: notes)
          }
          return Outcome(text, notes: notes)
        }
      }
    ],
    examples: ["learn backprop --rate 0.05 --momentum 0.9"])

  static let set = Command(
    "set", .learn, "changes a setting, also in the middle of learning; alone it lists them",
    details: "`set weight` changes one number of a parameter. `set memory` bounds what the timeline keeps, in MB.",
    forms: [
      Form([], "lists the settings with their values") { _ throws(StrataError) in
        .look { (lab) throws(StrataError) in listSettings(lab) }
      },
      Form(
        [
          .word("weight"), Place("NAME[INDEX]", .known(.tensors), "an element, such as layer1.weight[0,3]"),
          Place("VALUE", .number(-1e30...1e30), "its new value"),
        ], "changes one number of a parameter"
      ) { arguments throws(StrataError) in
        let reference = try TensorReference(arguments.text("NAME[INDEX]") ?? "")
        let value = arguments.number("VALUE") ?? 0
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let old = try reference.element(in: experiment)
          let named = try experiment.requireTensor(reference.name)
          let position = reference.position ?? [Int](repeating: 0, count: named.tensor.shape.rank)
          try experiment.setElement(of: named.name, at: position, to: Scalar(value))
          let place = position.map(String.init).joined(separator: ",")
          return Outcome(
            "\(named.symbol)[\(place)] was \(TensorText.value(old)), is \(TensorText.value(Scalar(value)))")
        }
      },
      Form(
        [.word("memory"), Place("MB", .integer(1...1_000_000), "megabytes")], "bounds what the timeline keeps"
      ) { arguments throws(StrataError) in
        let megabytes = arguments.integer("MB") ?? 256
        return .arrange { (lab) throws(StrataError) in
          lab.timeline.memoryBound = megabytes * 1_000_000
          let memory = lab.timeline.memory
          return Outcome("\(memory.keyframes) keyframes hold \(NumberText.bytes(memory.bytes)) of \(megabytes) MB")
        }
      },
      Form(
        [Place("KEY", .known(.settings), "a setting"), Place("VALUE", .value, "its new value")], "changes a setting"
      ) { arguments throws(StrataError) in
        let setting = ChosenSetting(key: arguments.text("KEY") ?? "", value: arguments.text("VALUE") ?? "")
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let old = experiment.learner?.value(of: setting.key)
          try experiment.set(setting)
          let new = experiment.learner?.value(of: setting.key) ?? setting.value
          return Outcome("\(setting.key) \(new)" + (old.map { " (was \($0))" } ?? ""))
        }
      },
    ],
    examples: ["set rate 0.05", "set weight layer1.weight[0,0] 0.5", "set memory 64", "set"])

  static let seed = Command(
    "seed", .learn, "begins again from a seed: weights, order and noise are drawn afresh",
    forms: [
      Form([Place("N", .integer(0...Int.max), "any whole number")]) { arguments throws(StrataError) in
        let seed = UInt64(arguments.integer("N") ?? 1)
        return .edit(readsFiles: false) { (experiment, _) throws(StrataError) in
          let notes = experiment.reseed(seed)
          return Outcome("seed \(seed)", notes: notes)
        }
      }
    ],
    examples: ["seed 7"])

  private static func known(_ keyword: String, for model: (any Model)? = nil) throws(StrataError) -> any Learner.Type {
    if let type = learnerType(keyword, for: model) { return type }
    let known = learnerWords.map { $0.keyword }
    throw StrataError(
      "there is no learner \(keyword.quoted)\(Nearest.question(keyword, among: known))",
      try: "one of \(known.joined(separator: ", "))")
  }

  private static func listSettings(_ lab: Lab) -> Outcome {
    let experiment = lab.experiment
    var table = TextTable(columns: ["setting", "value", "", ""])
    var numbers: [Outcome.Number] = []
    if let learner = experiment.learner {
      for setting in type(of: learner).settings {
        let value = learner.value(of: setting.key) ?? ""
        table.rows.append([setting.key, value, setting.help, setting.kind.form])
        if let number = Double(value) { numbers.append(Outcome.Number(setting.key, number)) }
      }
    } else {
      for setting in experiment.chosen { table.rows.append([setting.key, setting.value, "chosen for later", ""]) }
    }
    let memory = lab.timeline.memory
    table.rows.append([
      "memory", "\(memory.bound / 1_000_000)",
      "MB for going back: \(memory.keyframes) keyframes hold \(NumberText.bytes(memory.bytes))", "",
    ])
    return Outcome(table: table, numbers: numbers)
  }
}

extension SettingKind {
  /// What may be typed, in short: `0 to 1000000`, `yes|no`.
  var form: String {
    switch self {
    case .number(let range):
      "\(NumberText.short(range.lowerBound)) to \(NumberText.short(range.upperBound, digits: 7))"
    case .integer(let range): "\(range.lowerBound) to \(range.upperBound == .max ? "…" : "\(range.upperBound)")"
    case .choice(let words): words.joined(separator: "|")
    case .text(let form): form
    }
  }
}
