// A view as a file: the ending of its name says which kind.
import StrataData
import StrataEngine
import StrataLab
import StrataPlot

/// Draws a view of the laboratory and writes it: `.svg` as a vector picture, `.txt` as characters. Throws for an
/// unknown view or ending, for options that it does not know, and where the file cannot be written.
public func saveView(_ name: String, _ arguments: [String], of lab: Lab, to path: String) throws(StrataError) {
  guard let view = view(named: name) else {
    throw StrataError("there is no view '\(name)'; views are \(views.map(\.name).joined(separator: ", "))")
  }
  let options = try ViewOptions(arguments)
  if let reason = view.reasonMissing(lab) { throw StrataError("\(name) has nothing to show: \(reason)") }
  let text: String
  if path.hasSuffix(".svg") {
    text = view.panel(lab, options, size: Size(columns: 100, rows: 36)).svg(width: 960, height: 600)
  } else if path.hasSuffix(".txt") {
    text =
      view.panel(lab, options, size: Size(columns: 100, rows: 30)).lines(size: Size(columns: 100, rows: 30))
      .joined(separator: "\n") + "\n"
  } else {
    throw StrataError(
      "a plot is saved as .svg or .txt; the ending of \(path) is neither", try: "save plot \(name) \(name).svg")
  }
  try AtomicFile.write(text, to: path)
}
