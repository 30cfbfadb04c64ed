// Where everything stands on the screen, for every size: a status line, the panels, the line of time, the line of
// commands, the keys.
import StrataPlot

/// What a panel shows.
enum Slot: Hashable, Sendable {
  /// Always this view.
  case fixed(String)
  /// The chosen view, or the n-th after it.
  case chosen(offset: Int)
}

/// A panel and its place.
struct Placed: Hashable, Sendable {
  var slot: Slot
  var area: Rectangle
}

struct ScreenLayout: Hashable, Sendable {
  var status: Rectangle
  var panels: [Placed]
  var time: Rectangle
  var message: Rectangle
  var keys: Rectangle
  /// Where all panels are together; overlays lie over it.
  var body: Rectangle

  /// Views that have a place of their own and are left out when going through the views.
  var fixedViews: [String] {
    panels.compactMap { if case .fixed(let name) = $0.slot { name } else { nil } }
  }

  /// A layout for a size. Below 20 columns or 6 rows only the lines remain.
  init(_ size: Size, isMaximized: Bool, narration: Int = 0) {
    let (columns, rows) = (size.columns, size.rows)
    func line(_ row: Int) -> Rectangle {
      Rectangle(column: 0, row: max(row, 0), columns: columns, rows: row >= 0 && row < rows ? 1 : 0)
    }
    status = line(0)
    keys = line(rows - 1)
    message = line(rows - 2)
    time = line(rows >= 12 ? rows - 3 : -1)
    let bottom = rows >= 12 ? 3 : 2
    body = Rectangle(column: 0, row: 1 + narration, columns: columns, rows: max(rows - 1 - bottom - narration, 0))
    panels = []
    guard columns >= 20, body.rows >= 3 else { return }
    // Where narration leaves little room, what it talks about has all of it.
    let isAlone = isMaximized || narration > 0 && body.rows < 20
    panels = isAlone ? [Placed(slot: .chosen(offset: 0), area: body)] : ScreenLayout.panels(in: body)
  }

  private static func panels(in body: Rectangle) -> [Placed] {
    func split(_ area: Rectangle, _ axis: Axis, _ lengths: [Length]) -> [Rectangle] {
      area.divided(axis, into: lengths)
    }
    guard body.columns >= 60, body.rows >= 12 else { return [Placed(slot: .chosen(offset: 0), area: body)] }
    if body.columns < 110 {
      // Narrow: the network and its program above, one view below.
      let halves = split(body, .vertical, [.share(1), .share(1)])
      let top = split(halves[0], .horizontal, [.cells(min(max(body.columns * 2 / 5, 30), 40)), .share(1)])
      return [
        Placed(slot: .fixed("network"), area: top[0]), Placed(slot: .fixed("listing"), area: top[1]),
        Placed(slot: .chosen(offset: 0), area: halves[1]),
      ]
    }
    let isWide = body.columns >= 170
    let halves = split(body, .vertical, [.share(1), .share(1)])
    let top = split(
      halves[0], .horizontal, [.cells(isWide ? 44 : 34), .share(5), .share(isWide ? 6 : 4)])
    let below = split(halves[1], .horizontal, isWide ? [.share(1), .share(1), .share(1)] : [.share(1), .share(1)])
    return [
      Placed(slot: .fixed("network"), area: top[0]), Placed(slot: .fixed("listing"), area: top[1]),
      Placed(slot: .fixed("loss"), area: top[2]),
    ] + below.enumerated().map { Placed(slot: .chosen(offset: $0.offset), area: $0.element) }
  }
}
