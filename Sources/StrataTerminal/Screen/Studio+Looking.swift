// What is looked at: which view stands in which panel, which layer, how close; and what the mouse does.
import StrataEngine
import StrataLab
import StrataPlot
import StrataViews

extension Studio {
  /// Puts up a view; false where it cannot show that, and then the reason is told.
  @discardableResult
  mutating func show(_ name: String, _ arguments: [String]) -> Bool {
    do throws(StrataError) {
      options = try viewOptions(arguments, of: name, for: lab)
      let fixed = ScreenLayout(size, isMaximized: false, narration: layout.body.row - 1).fixedViews
      // A lesson that talks about the listing or the network leaves what stands beside them; a curve gains from room.
      isMaximized = fixed.contains(name) && (lesson?.isPlaying != true || name == "loss")
      if isMaximized || !fixed.contains(name) {
        chosenView = name
      } else if fixed.contains(chosenView) {
        chosenView = turnableViews.first ?? name
      }
      answer = TextLine("")
      return true
    } catch {
      fail(error)
      return false
    }
  }

  /// The views that `tab` goes through: those with no panel of their own that have something to show.
  var turnableViews: [String] {
    let fixed = ScreenLayout(size, isMaximized: false).fixedViews
    return views.filter { !fixed.contains($0.name) && ($0.reasonMissing(lab) == nil || $0.name == chosenView) }.map(
      \.name)
  }

  mutating func turn(by offset: Int) {
    let names = turnableViews
    guard !names.isEmpty else { return }
    let place = names.firstIndex(of: chosenView) ?? -offset
    chosenView = names[((place + offset) % names.count + names.count) % names.count]
    options.scroll = 0
  }

  /// The name of the view in a panel.
  func name(in slot: Slot) -> String? {
    switch slot {
    case .fixed(let name): return name
    case .chosen(0): return chosenView
    case .chosen(let offset):
      let names = turnableViews
      guard let place = names.firstIndex(of: chosenView), offset < names.count else { return nil }
      return names[(place + offset) % names.count]
    }
  }

  mutating func selectLayer(by offset: Int) {
    let count = lab.experiment.model.parts.count
    guard count > 0 else { return }
    let now = options.layer ?? (offset > 0 ? 0 : count + 1)
    let next = now + offset
    options.layer = (1...count).contains(next) ? next : nil
  }

  mutating func zoom(_ closer: Bool) {
    let all = max(lab.moment.step, 1)
    let now = options.lastSteps ?? all
    if closer {
      options.lastSteps = max(min(now, all) / 2, 10)
    } else {
      options.lastSteps = now * 2 >= all ? nil : now * 2
    }
  }

  mutating func mouse(_ event: MouseEvent) -> [StudioEffect] {
    let (column, row) = (event.position.column, event.position.row)
    if lesson?.isBlank == true {
      if event.action == .press { _ = unblank() }
      return []
    }
    if overlay != nil {
      switch event.action {
      case .wheelUp: overlay?.scroll -= 3
      case .wheelDown: overlay?.scroll += 3
      case .press: overlay = nil
      default: break
      }
      clampScroll()
      return []
    }
    switch event.action {
    case .press where layout.keys.contains(column: column, row: row):
      return keyBarAction(at: column).map { perform($0) } ?? []
    case .press where lesson != nil && row == layout.body.row - 1 && layout.body.row > 1:
      return lesson?.stop(atColumn: column, columns: size.columns).map { seek(to: $0) } ?? []
    case .press where layout.message.contains(column: column, row: row): return [.editLine("")]
    case .press where layout.time.contains(column: column, row: row): return goTo(column: column)
    case .press:
      for placed in layout.panels where placed.area.contains(column: column, row: row) {
        if case .chosen(let offset) = placed.slot, offset > 0, let name = name(in: placed.slot) { chosenView = name }
      }
    case .wheelUp: return perform(.zoom(in: true))
    case .wheelDown: return perform(.zoom(in: false))
    default: break
    }
    return []
  }

  private mutating func goTo(column: Int) -> [StudioEffect] {
    let end = lab.timeline.branch.end.step
    guard end > 0, let share = TimeBar.share(at: column, lab, columns: size.columns) else { return [] }
    return execute("goto \(Int((share * Double(end)).rounded()))")
  }
}
