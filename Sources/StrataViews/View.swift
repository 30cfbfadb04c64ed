// A view is a name and a pure function from the laboratory, some options and a size to a figure. Views keep nothing:
// what is selected, zoomed or scrolled is in the options. A new view is one file and one line in `views`.
import StrataEngine
import StrataLab
import StrataPlot

/// One way of looking at the laboratory.
public struct View: Sendable {
  /// The word typed after `show`.
  public let name: String
  /// The panel's heading, where it does not depend on the model.
  public let title: String
  /// The heading for this laboratory and what is asked of it.
  public let heading: @Sendable (Lab, ViewOptions) -> String
  /// One sentence for help.
  public let summary: String
  /// Which options it heeds, for help and completion: `[LAYER] [--log]`.
  public let usage: String
  /// Why there is nothing to see, as a sentence; nil when there is.
  public let reasonMissing: @Sendable (Lab) -> String?
  /// What is wrong with what is asked; nil where the view can show it. Asked where somebody types `show`: a panel that is
  /// there anyway shows its usual picture instead.
  public let problem: @Sendable (Lab, ViewOptions) -> StrataError?
  /// A remark for the right end of the heading: which layer, which sample.
  public let note: @Sendable (Lab, ViewOptions) -> String
  /// The picture. Called only where `reasonMissing` is nil.
  public let draw: @Sendable (Lab, ViewOptions, Size) -> Figure

  init(
    _ name: String, title: String, heading: (@Sendable (Lab, ViewOptions) -> String)? = nil, summary: String,
    usage: String = "",
    reasonMissing: @escaping @Sendable (Lab) -> String? = { _ in nil },
    problem: @escaping @Sendable (Lab, ViewOptions) -> StrataError? = { _, _ in nil },
    note: @escaping @Sendable (Lab, ViewOptions) -> String = { _, _ in "" },
    draw: @escaping @Sendable (Lab, ViewOptions, Size) -> Figure
  ) {
    self.name = name
    self.title = title
    self.heading = heading ?? { _, _ in title }
    self.summary = summary
    self.usage = usage
    self.reasonMissing = reasonMissing
    self.problem = problem
    self.note = note
    self.draw = draw
  }

  /// What it is asked to show, from the words behind its name. Throws where it cannot show that.
  public func options(_ words: [String], for lab: Lab) throws(StrataError) -> ViewOptions {
    let options = try ViewOptions(words)
    if let problem = problem(lab, options) { throw problem }
    return options
  }

  /// The picture, or the reason why there is none.
  public func figure(_ lab: Lab, _ options: ViewOptions, size: Size) -> Figure {
    if let reason = reasonMissing(lab) { return .message(reason) }
    return draw(lab, options, size)
  }

  /// The picture in a box with its heading.
  public func panel(_ lab: Lab, _ options: ViewOptions, size: Size, isFocused: Bool = false) -> Figure {
    let inner = Size(columns: size.columns - 2, rows: size.rows - 2)
    let missing = reasonMissing(lab) != nil
    return .panel(
      Panel(
        heading(lab, options), note: missing ? "" : note(lab, options), isFocused: isFocused,
        figure(lab, options, size: inner)))
  }
}

/// Every view, in the order in which `tab` goes through them.
public let views: [View] = [
  .network, .listing, .loss, .weights, .weightHistory, .directions, .reconstructions, .filters, .hidden, .chain,
  .energy,
  .dream, .generated, .maps, .receptive, .activations, .gradients, .unrolled, .gates, .flow, .boundary, .surface,
  .landscape, .samples, .confusion, .tensor, .map,
  .clusters, .guesses, .sweep, .branches, .timeline,
]

/// The view with this name; nil when there is none.
public func view(named name: String) -> View? { views.first { $0.name == name } }

/// What the view of this name is asked to show. Throws where there is none, or it cannot show that.
public func viewOptions(_ words: [String], of name: String, for lab: Lab) throws(StrataError) -> ViewOptions {
  guard let view = view(named: name) else { throw StrataError("there is no view '\(name)'", try: "help show") }
  return try view.options(words, for: lab)
}

/// What the laboratory must know of the views to offer `show`.
public let viewNames: [ViewName] = views.map { ViewName($0.name, summary: $0.summary, usage: $0.usage) }

extension StrataError {
  /// Problem and suggestion on one line, for places where there is only one.
  var hint: String { suggestion.map { "\(problem): \($0)" } ?? problem }
}
