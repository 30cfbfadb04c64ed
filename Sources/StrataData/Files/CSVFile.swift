// A table as data: numbers become inputs, texts become one-hot inputs, one column becomes the target.
//
// Read in two passes over the bytes, so that no more memory is taken than the file and the numbers that stay: the first
// learns what each column is, the second fills the inputs and targets.
import StrataEngine

struct CSVFile {
  private let path: String
  private var scanner: CSVScanner
  private let hasHeader: Bool
  private let firstRow: [String]
  private var columns: [CSVColumn]
  private var rowCount = 0
  private var notes: [String] = []

  static let options = ["label", "target", "header", "delimiter", "shape"]

  static func load(path: String, bytes: [UInt8], name: String, options: DataOptions) throws(StrataError) -> SourceData {
    guard !bytes.isEmpty else { throw StrataError("\(path) is empty; rows of numbers were expected") }
    try checkText(bytes, path)
    var file = try CSVFile(path: path, bytes: bytes, options: options)
    if options.header == nil, file.headerMayBeData {
      var withoutHeader = options
      withoutHeader.header = false
      file = try CSVFile(path: path, bytes: bytes, options: withoutHeader)
    }
    return try file.read(name: name, options: options)
  }

  /// Throws, with the line, for bytes that are no UTF-8 text.
  private static func checkText(_ bytes: [UInt8], _ path: String) throws(StrataError) {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      throw StrataError("\(path) is UTF-16 text; UTF-8 was expected", try: "save it as UTF-8")
    }
    let text = String(validating: bytes, as: UTF8.self)
    guard text == nil || bytes.contains(0) else { return }
    // Only now, for the place, line by line.
    var line = 1
    for piece in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      if String(validating: piece, as: UTF8.self) == nil || piece.contains(0) {
        throw StrataError(
          "\(path), line \(line), is no UTF-8 text",
          try: "save a table as UTF-8; of binary files, IDX, NPY, NPZ are read")
      }
      line += 1
    }
  }

  /// The first pass.
  private init(path: String, bytes: [UInt8], options: DataOptions) throws(StrataError) {
    self.path = path
    let delimiter = options.delimiter ?? CSVScanner.detectDelimiter(bytes)
    var scanner = CSVScanner(path: path, bytes: bytes, delimiter: delimiter)
    self.scanner = scanner
    var cells: [CSVCell] = []
    guard try scanner.next(into: &cells) else {
      throw StrataError("\(path) has only empty lines; rows of numbers were expected")
    }
    let first = cells.map { scanner.text($0) }
    let firstHasNumber = cells.contains { scanner.number($0) != nil }
    hasHeader = options.header ?? (!firstHasNumber && Set(first).count == first.count)
    firstRow = first
    let isNamed = hasHeader
    columns = first.enumerated().map { CSVColumn(name: isNamed && !$1.isEmpty ? $1 : "column \($0 + 1)") }
    guard columns.count <= 1 << 20 else {
      throw StrataError("\(path) has \(columns.count) columns; at most 1048576 are read")
    }
    if !hasHeader { try add(cells, scanner) }
    while try scanner.next(into: &cells) { try add(cells, scanner) }
    guard rowCount > 0 else {
      throw StrataError("\(path) has a header and no rows", try: "--header no, if the first row holds data")
    }
  }

  /// Whether a first row that was taken for names may be data: no column of numbers tells it from the others, and one of
  /// its texts comes again below.
  private var headerMayBeData: Bool {
    hasHeader && columns.allSatisfy { $0.kind != .numbers }
      && zip(columns, firstRow).contains { $0.texts.contains($1) }
  }

  private mutating func add(_ cells: [CSVCell], _ scanner: CSVScanner) throws(StrataError) {
    guard cells.count == columns.count else {
      throw StrataError(
        "\(path), line \(scanner.line), has \(cells.count) cells; the first row has \(columns.count)",
        try: columns.count == 1 ? "--delimiter comma, semicolon or tab" : nil)
    }
    rowCount += 1
    for (column, cell) in cells.enumerated() { columns[column].add(scanner, cell) }
  }

  /// The second pass.
  private mutating func read(name: String, options: DataOptions) throws(StrataError) -> SourceData {
    let label = try labelColumn(options.label ?? .last)
    let plan = try InputPlan(columns, except: label, path: path, notes: &notes)
    let target = try label.map { column throws(StrataError) in
      try TargetPlan(columns[column], column: column, path: path, forced: options.target)
    }
    let (cells, overflow) = rowCount.multipliedReportingOverflow(by: plan.width)
    guard !overflow, cells <= 1 << 30 else {
      throw StrataError("\(path) would become \(rowCount)×\(plan.width) numbers, more than fit")
    }
    var inputs: [Scalar] = []
    inputs.reserveCapacity(cells)
    var labels: [Int32] = []
    var values: [Scalar] = []
    var unlabelled = 0
    var scanner = scanner
    var row: [CSVCell] = []
    if hasHeader { _ = try scanner.next(into: &row) }
    while try scanner.next(into: &row) {
      if let target {
        let cell = row[target.column]
        if scanner.isMissing(cell) {
          unlabelled += 1
          continue
        }
        if let classes = target.classes {
          labels.append(classes[scanner.key(cell)] ?? -1)
        } else {
          values.append(Scalar(scanner.number(cell) ?? .nan))
        }
      }
      plan.append(row, scanner, to: &inputs)
    }
    if unlabelled > 0 { notes.append("\(unlabelled) rows without a target left out") }
    guard !inputs.isEmpty else { throw StrataError("\(path): no row has a target", try: "--label none") }

    let targets: Targets =
      switch target {
      case nil: .none
      case let target? where target.classes != nil: .classes(labels: labels, names: target.names)
      default: .values(SampleStore(sampleShape: [1], storage: .scalars(values)))
      }
    let store = try shaped(inputs, width: plan.width, options.shape)
    return SourceData(
      name: name,
      about: "A table of \(labels.count + values.count > 0 ? max(labels.count, values.count) : rowCount) rows"
        + (notes.isEmpty ? "." : "; " + notes.joined(separator: "; ") + "."),
      samples: Samples(inputs: store, targets: targets),
      featureNames: options.shape == nil ? plan.names : [],
      targetNames: target.map { $0.classes == nil ? [columns[$0.column].name] : [] } ?? [],
      inputRanges: plan.width <= 2 ? PlanarData.spans(of: store) : [])
  }

  private func labelColumn(_ label: LabelColumn) throws(StrataError) -> Int? {
    switch label {
    case .none: return nil
    case .last: return columns.count - 1
    case .named(let text):
      if let column = columns.firstIndex(where: { $0.name == text }) { return column }
      if let number = Int(text), (1...columns.count).contains(number) { return number - 1 }
      let names = columns.prefix(12).map(\.name).joined(separator: ", ")
      throw StrataError(
        "\(path) has no column \"\(text)\"",
        try:
          "--label with one of: \(names)\(columns.count > 12 ? ", …" : ""); a number from 1 to \(columns.count); or none"
      )
    }
  }

  /// The inputs as a store, seen as pictures where a shape is given. Whole numbers of 0...255 that are pictures stay bytes.
  private mutating func shaped(_ inputs: [Scalar], width: Int, _ shape: Shape?) throws(StrataError) -> SampleStore {
    guard let shape else { return SampleStore(sampleShape: [width], storage: .scalars(inputs)) }
    guard shape.elementCount == width else {
      throw StrataError("--shape \(shape) has \(shape.elementCount) numbers, and a row of \(path) has \(width) inputs")
    }
    let arePixels = (inputs.max() ?? 0) > 64 && inputs.allSatisfy { $0 >= 0 && $0 <= 255 && $0 == $0.rounded() }
    guard arePixels else { return SampleStore(sampleShape: shape, storage: .scalars(inputs)) }
    notes.append("pixels divided by 255")
    return SampleStore(sampleShape: shape, storage: .bytes(inputs.map { UInt8($0) }, scale: 1 / 255, offset: 0))
  }
}
