/// Numbers as people read them, in one way for every view.
///
/// Formatting starts from Swift's shortest exact decimal of the number and rounds that, half away from zero; it uses
/// no C function, so no locale can turn a point into a comma.

/// A number with so many significant digits: `0.0712`, `12.5`, `1.2e-5`, `3.4e38`, `nan`, `inf`.
///
/// Whole numbers below a million keep all their digits. `padded` keeps trailing zeros, so that a number that changes
/// does not jump about.
public func formatNumber(_ value: Double, significant: Int = 4, padded: Bool = false) -> String {
  guard var digits = DecimalDigits(value) else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  let significant = min(max(significant, 1), 17)
  if digits.isZero { return padded && significant > 1 ? "0." + String(repeating: "0", count: significant - 1) : "0" }
  digits.round(to: max(significant, (1...6).contains(digits.exponent) ? digits.exponent : 0))
  if digits.exponent > 6 || digits.exponent < -3 {
    return digits.scientific(significant: padded ? significant : nil)
  }
  let decimals = max(significant - digits.exponent, 0)
  return digits.fixed(decimals: padded ? decimals : min(decimals, max(digits.digits.count - digits.exponent, 0)))
}

/// A number with a fixed count of digits after the point: `formatDecimal(0.5, decimals: 3)` is `0.500`.
public func formatDecimal(_ value: Double, decimals: Int) -> String {
  guard var digits = DecimalDigits(value) else { return formatNumber(value) }
  if digits.exponent > 17 { return formatNumber(value, significant: 6) }
  let decimals = min(max(decimals, 0), 17)
  digits.round(to: digits.exponent + decimals)
  return digits.fixed(decimals: decimals)
}

/// A count in few characters: `1797`, `12.3 k`, `410 k`, `1.2 M`, `60 G`.
public func formatCount(_ count: Int) -> String { formatQuantity(Double(count)) }

/// A quantity in few characters with a letter for its thousands, for rates that are not whole: `410 k`, `3.52`.
public func formatQuantity(_ value: Double) -> String {
  guard value.isFinite, abs(value) >= 9999.5, abs(value) < 9.995e17 else {
    return formatNumber(value, significant: (1000..<10000).contains(abs(value)) ? 4 : 3)
  }
  var scaled = value
  for letter in ["k", "M", "G", "T", "P"] {
    scaled /= 1000
    if abs(scaled) < 999.5 { return formatNumber(scaled, significant: 3) + " " + letter }
  }
  return formatNumber(value, significant: 3)
}

/// A whole number with its thousands set apart: `4 160`.
public func formatGrouped(_ count: Int) -> String {
  let digits = Array(String(count.magnitude))
  var text = count < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text.append(" ") }
    text.append(digit)
  }
  return text
}

/// A share as a percentage: `97.2 %`; never `100 %` or `0 %` for what is only near it.
public func formatPercent(_ share: Double) -> String {
  guard share.isFinite else { return formatNumber(share) }
  let percent = share * 100
  let rounded =
    abs(percent) >= 9.95
    ? formatDecimal(percent, decimals: abs(percent) >= 99.95 ? 0 : 1)
    : formatNumber(percent, significant: 2)
  if share < 1, rounded == "100" || rounded == "100.0" { return ">99.9 %" }
  if rounded.hasSuffix(".0") { return rounded.dropLast(2) + " %" }
  return rounded + " %"
}

/// The shortest decimal of a finite number: 0.d₁d₂d₃… × 10^exponent, with d₁ ≠ 0 unless the number is zero.
struct DecimalDigits {
  var isNegative: Bool
  var digits: [UInt8]
  var exponent: Int

  var isZero: Bool { digits.isEmpty }

  init?(_ value: Double) {
    guard value.isFinite else { return nil }
    isNegative = value < 0
    digits = []
    exponent = 0
    var seenPoint = false
    var power = 0
    var powerSign = 1
    var inPower = false
    for byte in value.magnitude.description.utf8 {
      switch byte {
      case 0x2E: seenPoint = true
      case 0x65, 0x45: inPower = true
      case 0x2D where inPower: powerSign = -1
      case 0x30...0x39 where inPower: power = power * 10 + Int(byte - 0x30)
      case 0x30...0x39:
        if !seenPoint { exponent += 1 }
        digits.append(byte - 0x30)
      default: break
      }
    }
    exponent += powerSign * power
    let leading = digits.prefix { $0 == 0 }.count
    digits.removeFirst(leading)
    exponent -= leading
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { exponent = 0 }
  }

  /// Keeps so many digits (none or fewer: zero), rounding half away from zero.
  mutating func round(to count: Int) {
    guard count < digits.count else { return }
    let roundsUp = count >= 0 && digits[count] >= 5
    digits.removeLast(digits.count - max(count, 0))
    if roundsUp {
      var index = digits.count - 1
      while index >= 0, digits[index] == 9 {
        digits.removeLast()
        index -= 1
      }
      if index >= 0 {
        digits[index] += 1
      } else {
        digits = [1]
        exponent += 1
      }
    }
    while digits.last == 0 { digits.removeLast() }
    if digits.isEmpty { exponent = 0 }
  }

  private func digit(_ index: Int) -> Character {
    Character(Unicode.Scalar(0x30 + (digits.indices.contains(index) ? digits[index] : 0)))
  }

  func fixed(decimals: Int) -> String {
    var text = isNegative && !isZero ? "-" : ""
    if exponent <= 0 { text.append("0") }
    for index in 0..<max(exponent, 0) { text.append(digit(index)) }
    if decimals > 0 {
      text.append(".")
      for place in 0..<decimals { text.append(digit(exponent + place)) }
    }
    return text
  }

  /// `1.2e-5`; with `significant`, exactly so many digits.
  func scientific(significant: Int? = nil) -> String {
    var text = isNegative ? "-" : ""
    text.append(digit(0))
    let count = significant ?? digits.count
    if count > 1 {
      text.append(".")
      for index in 1..<count { text.append(digit(index)) }
    }
    return text + "e\(exponent - 1)"
  }
}
