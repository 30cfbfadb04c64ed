/// The one-row axis below a histogram: both ends, zero, and a pointer at the mean.

struct RangeAxis {
  var scale: Scale
  var mean: Double?
  var marksZero: Bool

  func draw(on canvas: inout Canvas, column: Int, columns: Int, row: Int, style: DrawingStyle) {
    let quiet = Color.role(.quiet)
    let left = formatNumber(scale.lower, significant: 3)
    let right = formatNumber(scale.upper, significant: 3)
    guard left.count + right.count + 1 <= columns else { return }
    canvas.write(left, column: column, row: row, foreground: quiet)
    canvas.write(right, endingBefore: column + columns, row: row, foreground: quiet)
    var taken = [0..<(left.count + 1), (columns - right.count - 1)..<columns]
    /// Writes a text unless it would touch another one.
    func place(_ text: String, at place: Int, _ color: Color, _ style: TextStyle) -> Bool {
      let width = TextLayout.width(text)
      guard place >= 0, place + width <= columns else { return false }
      let range = place..<(place + width)
      guard !taken.contains(where: { $0.overlaps(range) }) else { return false }
      canvas.write(text, column: column + place, row: row, foreground: color, style: style)
      taken.append(max(place - 1, 0)..<(place + width + 1))
      return true
    }
    if let mean, let tip = RangeAxis.column(of: mean, on: scale, columns: columns) {
      // The tip stands under the mean; the number follows it, or nothing where it has no room.
      let number = style.text("▲ " + formatNumber(mean, significant: 2))
      if !place(number, at: tip, .role(.accent), .bold) { _ = place(style.text("▲"), at: tip, .role(.accent), .bold) }
    }
    if marksZero, let zero = RangeAxis.column(of: 0, on: scale, columns: columns) {
      _ = place("0", at: zero, quiet, [])
    }
  }

  static func column(of value: Double, on scale: Scale, columns: Int) -> Int? {
    guard let share = scale.fraction(of: value), share >= 0, share <= 1 else { return nil }
    return min(Int(share * Double(columns)), columns - 1)
  }
}
