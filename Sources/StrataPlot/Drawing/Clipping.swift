/// The part of a straight line that lies in a box (Liang and Barsky, "A new concept and method for line clipping",
/// ACM Transactions on Graphics 3(1), 1984).

/// A place with fractions: in dots, pixels or cells.
typealias Place = (x: Double, y: Double)

/// The ends of the visible part; nil if nothing is visible or an end is not finite.
func clipped(from a: Place, to b: Place, in box: (x: ClosedRange<Double>, y: ClosedRange<Double>)) -> (Place, Place)? {
  guard a.x.isFinite, a.y.isFinite, b.x.isFinite, b.y.isFinite else { return nil }
  let dx = b.x - a.x
  let dy = b.y - a.y
  var enter = 0.0
  var leave = 1.0
  let edges = [
    (-dx, a.x - box.x.lowerBound), (dx, box.x.upperBound - a.x), (-dy, a.y - box.y.lowerBound),
    (dy, box.y.upperBound - a.y),
  ]
  for (direction, distance) in edges {
    if direction == 0 {
      if distance < 0 { return nil }
    } else if direction < 0 {
      enter = max(enter, distance / direction)
    } else {
      leave = min(leave, distance / direction)
    }
  }
  guard enter <= leave else { return nil }
  return ((a.x + dx * enter, a.y + dy * enter), (a.x + dx * leave, a.y + dy * leave))
}
