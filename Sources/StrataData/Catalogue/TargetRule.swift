/// Whether numbers to be learned are the names of classes or values: one rule for tables and arrays.
enum TargetRule {
  /// The most classes that data from a file have.
  static let mostClasses = 1000

  /// Classes are few and come again and again; whole numbers may be more of them.
  static func areClasses(different: Int, areWhole: Bool, count: Int) -> Bool {
    areWhole ? different <= 30 && count >= 2 * different : different <= 10 && count >= 5 * different
  }

  /// A number as a class's name: `1`, not `1.0`.
  static func name(of value: Double) -> String {
    let text = "\(value == 0 ? 0 : value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
