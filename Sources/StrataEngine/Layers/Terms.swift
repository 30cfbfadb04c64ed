// Sums written out for a reader: the formula, then the numbers in it, the largest terms first.

/// Writes a number with four significant digits: `0.02134`, `-1.5`, `2.1e-6`.
func number(_ value: some BinaryFloatingPoint) -> String { spelled(Double(value)) }

private func spelled(_ value: Double) -> String {
  guard value.isFinite else { return "\(value)" }
  if value == 0 { return "0" }
  let magnitude = abs(value)
  if magnitude >= 1e-3 && magnitude < 1e6 {
    var scale = 1.0
    var digits = 3
    var reference = magnitude
    while reference >= 10 && digits > 0 {
      reference /= 10
      digits -= 1
    }
    while reference < 1 && digits < 6 {
      reference *= 10
      digits += 1
    }
    for _ in 0..<digits { scale *= 10 }
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() ? String(Int(rounded)) : "\(rounded)"
  }
  // Scientific: one digit before the point, three after.
  var exponent = 0
  var mantissa = magnitude
  while mantissa >= 10 {
    mantissa /= 10
    exponent += 1
  }
  while mantissa < 1 {
    mantissa *= 10
    exponent -= 1
  }
  mantissa = (mantissa * 1000).rounded() / 1000
  return "\(value < 0 ? "-" : "")\(mantissa)e\(exponent)"
}

enum Terms {
  /// The lines that explain `name = Σ a·b (+ constant)`: the formula, the largest terms, the value.
  static func sum(name: String, formula: String, products: [(Scalar, Scalar)], constant: Scalar?) -> [String] {
    let total = total(products, constant: constant ?? 0)
    let shown = products.enumerated()
      .sorted { abs($0.element.0 * $0.element.1) > abs($1.element.0 * $1.element.1) }
      .prefix(products.count <= 6 ? products.count : 4)
      .filter { $0.element.0 * $0.element.1 != 0 || products.count <= 6 }
      .sorted { $0.offset < $1.offset }
    var text = shown.map { "\(number($0.element.0))·\(bracketed($0.element.1))" }.joined(separator: " + ")
    let rest = products.count - shown.count
    if rest > 0 {
      let shownTotal = shown.reduce(0.0) { $0 + Double($1.element.0) * Double($1.element.1) }
      let restTotal = total - shownTotal - Double(constant ?? 0)
      text += (text.isEmpty ? "" : " + ") + "(\(rest) smaller terms: \(number(restTotal)))"
    }
    if let constant { text += " + \(bracketed(constant))" }
    return ["\(name) = \(formula)", "= \(text)", "= \(number(total))"]
  }

  /// Σ a·b + constant, in Double.
  static func total(_ products: [(Scalar, Scalar)], constant: Scalar) -> Double {
    products.reduce(Double(constant)) { $0 + Double($1.0) * Double($1.1) }
  }

  /// The end of an explanation: `name[i,j] = f(x) = value`. Where the number was computed before a weight or a state
  /// changed that its sum is written out with, the equation would be false; then both numbers are told.
  static func result(_ named: NamedTensor, _ position: [Int], _ function: String, now: Double) -> [String] {
    let value = named.tensor[flat: named.tensor.offset(of: position)]
    let place = "\(named.symbol)[\(position.map(String.init).joined(separator: ","))]"
    if abs(now - Double(value)) <= 1e-4 * max(1, abs(now)) { return ["\(place) = \(function) = \(number(value))"] }
    return ["\(function) = \(number(now)) now", "\(place) = \(number(value)), from what stood there before"]
  }

  private static func bracketed(_ value: Scalar) -> String {
    value < 0 ? "(\(number(value)))" : number(value)
  }
}

extension Terms {
  /// A number for a column of numbers: three digits behind the point, where that shows anything of it.
  static func fixed(_ value: Scalar) -> String {
    let magnitude = abs(Double(value))
    guard value.isFinite, magnitude >= 5e-4, magnitude < 1000 else { return number(value) }
    let thousandths = Int((magnitude * 1000).rounded())
    let rest = String(thousandths % 1000)
    let digits = String(repeating: "0", count: 3 - rest.count) + rest
    return (value < 0 ? "-" : "") + "\(thousandths / 1000).\(digits)"
  }
}
