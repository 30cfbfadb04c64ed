// NPY and NPZ files as data: samples along the first axis, targets by the names that people give them.
import StrataEngine

enum ArrayFile {
  static let options = ["label", "target", "shape"]
  static let limit = 1 << 32

  /// The names that arrays go by in NPZ files, in small letters: inputs and targets, and those of a test part.
  private static let pairings: [(x: String, y: String, testX: String, testY: String)] = [
    ("x_train", "y_train", "x_test", "y_test"), ("train_x", "train_y", "test_x", "test_y"),
    ("train_images", "train_labels", "test_images", "test_labels"), ("x", "y", "", ""), ("data", "target", "", ""),
    ("data", "labels", "", ""), ("images", "labels", "", ""), ("inputs", "targets", "", ""),
    ("features", "labels", "", ""),
  ]

  /// One array: unlabelled samples, or a table whose label column is named by `--label`.
  static func loadNPY(path: String, bytes: [UInt8], name: String, options: DataOptions) throws(StrataError)
    -> SourceData
  {
    var array = try NPYArray(bytes, 0..<bytes.count, place: path)
    var targets = Targets.none
    switch options.label {
    case nil, LabelColumn.none?: break
    case .last?, .named?:
      guard array.extents.count == 2, array.extents[1] > 1 else {
        throw StrataError("\(path) has the shape \(shown(array.extents)); --label needs rows of at least two numbers")
      }
      var column = array.extents[1]
      if case .named(let text)? = options.label {
        guard let number = Int(text), (1...array.extents[1]).contains(number) else {
          throw StrataError("\(path) has no column \(text): a number from 1 to \(array.extents[1]) was expected")
        }
        column = number
      }
      let taken = array.removing(column: column - 1)
      targets = try ArrayFile.targets([taken], path: "\(path), column \(column)", forced: options.target)[0]
    }
    let inputs = try store(array, path, options.shape)
    let hint =
      options.label == nil && array.extents.count == 2 ? " (--label NUMBER or last names a column to learn)" : ""
    return SourceData(
      name: name, about: "An array of \(shown(array.extents)) numbers\(targets == .none ? ", unlabelled\(hint)" : "").",
      samples: Samples(inputs: inputs, targets: targets))
  }

  static func loadNPZ(path: String, bytes: [UInt8], name: String, options: DataOptions) throws(StrataError)
    -> SourceData
  {
    let archive = try ZipArchive(path: path, bytes: bytes)
    func member(_ key: String) -> ZipArchive.Member? {
      key.isEmpty ? nil : archive.members.first { $0.name.lowercased() == key + ".npy" }
    }
    let wantsTargets = options.label != LabelColumn.none
    guard let names = pairings.first(where: { member($0.x) != nil && (!wantsTargets || member($0.y) != nil) }),
      let inputMember = member(names.x)
    else {
      let found = archive.members.prefix(12).map(\.name).joined(separator: ", ")
      throw StrataError(
        "\(path): expected arrays x and y, x_train and y_train, or data and target; found \(found.isEmpty ? "none" : found)",
        try: "numpy.savez(\"\(name)\", x=inputs, y=targets), or --label none where there are no targets")
    }
    func array(_ member: ZipArchive.Member) throws(StrataError) -> NPYArray {
      let contents = try archive.contents(of: member)
      return try NPYArray(contents, 0..<contents.count, place: "\(path), member \(member.name)")
    }
    let inputs = try store(try array(inputMember), "\(path), member \(inputMember.name)", options.shape)
    let testMember = member(names.testX)
    let testInputs = try testMember.map { member throws(StrataError) in
      try store(try array(member), "\(path), member \(member.name)", options.shape)
    }
    var answers: [NPYArray] = []
    if wantsTargets {
      for key in [names.y, testMember == nil ? "" : names.testY] {
        if let member = member(key) { answers.append(try array(member)) }
      }
    }
    let found = answers.isEmpty ? [] : try targets(answers, path: path, forced: options.target)
    var source = SourceData(
      name: name, about: "Arrays \(names.x)\(wantsTargets ? " and \(names.y)" : "") of an NPZ file.",
      samples: try matched(inputs, found.first ?? .none, path, names.x))
    if let testInputs, found.count == 2 || !wantsTargets {
      guard testInputs.sampleShape == inputs.sampleShape else {
        throw StrataError(
          "\(path): samples of \(names.testX) are \(testInputs.sampleShape), those of \(names.x) are \(inputs.sampleShape)"
        )
      }
      source.ownTest = try matched(testInputs, found.last ?? .none, path, names.testX)
    }
    return source
  }

  private static func matched(
    _ inputs: SampleStore, _ targets: Targets, _ path: String, _ name: String
  ) throws(StrataError) -> Samples {
    let count: Int? =
      switch targets {
      case .none: nil
      case .classes(let labels, _): labels.count
      case .values(let store): store.count
      case .steps(let labels, _, let length): labels.count / max(length, 1)
      }
    if let count, count != inputs.count {
      throw StrataError("\(path): \(name) has \(inputs.count) samples and their targets are \(count)")
    }
    return Samples(inputs: inputs, targets: targets)
  }

  /// An array as samples. Bytes stay bytes; where they are pixels (above 64) they are brought to 0...1.
  private static func store(_ array: NPYArray, _ place: String, _ shape: Shape?) throws(StrataError) -> SampleStore {
    guard let count = array.extents.first, count > 0, !array.extents.contains(0) else {
      throw StrataError("\(place) has the shape \(shown(array.extents)) and so no samples")
    }
    let own = array.extents.count == 1 ? [1] : Array(array.extents.dropFirst())
    guard own.count < Shape.maximumRank else {
      throw StrataError("\(place) has the shape \(shown(array.extents)); at most \(Shape.maximumRank) axes are read")
    }
    let size = own.reduce(1, *)
    if let shape, shape.elementCount != size {
      throw StrataError("--shape \(shape) has \(shape.elementCount) numbers, and a sample in \(place) has \(size)")
    }
    let ownShape = try Shape(own, of: place)
    let sampleShape = shape ?? ownShape
    switch array.numbers {
    case .bytes(let bytes):
      let scale: Scalar = (bytes.max() ?? 0) > 64 ? 1 / 255 : 1
      return SampleStore(sampleShape: sampleShape, storage: .bytes(bytes, scale: scale, offset: 0))
    case .scalars(let values):
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        throw StrataError("\(place): number \(bad % size) of sample \(bad / size) is \(values[bad]); inputs are finite")
      }
      return SampleStore(sampleShape: sampleShape, storage: .scalars(values))
    }
  }

  /// Arrays of targets, training and test, by one rule: whole numbers that come again and again are classes, rows with one
  /// 1 among 0s are classes, and everything else is values.
  private static func targets(
    _ arrays: [NPYArray], path: String, forced: TargetKind?
  ) throws(StrataError) -> [Targets] {
    for array in arrays {
      guard array.extents.count == 1 || array.extents.count == 2, array.extents[0] > 0 else {
        throw StrataError(
          "\(path): targets have the shape \(shown(array.extents)); one number or one row a sample was expected")
      }
      guard array.scalars.allSatisfy(\.isFinite) else { throw StrataError("\(path): a target is not finite") }
    }
    let columns = arrays.map { $0.extents.count == 2 ? $0.extents[1] : 1 }
    guard Set(columns).count == 1, let width = columns.first, width > 0 else {
      throw StrataError("\(path): training and test targets have different widths")
    }
    if width > 1 {
      let areOneHot = forced != .values && arrays.allSatisfy { isOneHot($0.scalars, width) }
      return arrays.map { array in
        let values = array.scalars
        if !areOneHot { return .values(SampleStore(sampleShape: [width], storage: .scalars(values))) }
        let ones = values.indices.filter { values[$0] == 1 }.map { Int32($0 % width) }
        return .classes(labels: ones, names: (0..<width).map(String.init))
      }
    }
    let different = Set(arrays.flatMap(\.scalars)).sorted()
    let count = arrays.reduce(0) { $0 + $1.extents[0] }
    let areWhole = different.allSatisfy { $0 == $0.rounded() }
    let isRule = TargetRule.areClasses(different: different.count, areWhole: areWhole, count: count)
    guard forced == .classes || (forced == nil && isRule) else {
      return arrays.map { .values(SampleStore(sampleShape: [1], storage: .scalars($0.scalars))) }
    }
    guard different.count <= TargetRule.mostClasses else {
      throw StrataError("\(path): the targets have \(different.count) different numbers", try: "--target values")
    }
    let places = Dictionary(uniqueKeysWithValues: zip(different, Int32(0)...))
    let names = different.map { TargetRule.name(of: Double($0)) }
    return arrays.map { array in .classes(labels: array.scalars.map { places[$0] ?? -1 }, names: names) }
  }

  private static func isOneHot(_ values: [Scalar], _ width: Int) -> Bool {
    stride(from: 0, to: values.count, by: width).allSatisfy { start in
      let row = values[start..<start + width]
      return row.count { $0 == 1 } == 1 && row.count { $0 == 0 } == width - 1
    }
  }

  private static func shown(_ extents: [Int]) -> String {
    extents.isEmpty ? "of a single number" : extents.map(String.init).joined(separator: "×")
  }
}

extension NPYArray {
  /// Takes a column out of an array of rows and returns it.
  fileprivate mutating func removing(column: Int) -> NPYArray {
    let width = extents[1]
    let all = scalars
    let taken = stride(from: column, to: all.count, by: width).map { all[$0] }
    switch numbers {
    case .scalars(let values): numbers = .scalars(values.indices.filter { $0 % width != column }.map { values[$0] })
    case .bytes(let bytes): numbers = .bytes(bytes.indices.filter { $0 % width != column }.map { bytes[$0] })
    }
    extents[1] -= 1
    var result = self
    result.extents = [taken.count]
    result.numbers = .scalars(taken)
    return result
  }
}
