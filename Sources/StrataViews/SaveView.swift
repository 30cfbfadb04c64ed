// A view as a file: the ending of its name says which kind.
import StrataData
import StrataEngine
import StrataLab
import StrataPlot

/// Draws a view of the laboratory and writes it: `.svg` as a vector picture, `.png` as the same in pixels, twice as large,
/// `.txt` as characters of the charset. Throws for an unknown view or ending, for what the view cannot show, where the file
/// cannot be written, and where this machine lacks what PNG needs.
public func saveView(
  _ name: String, _ arguments: [String], of lab: Lab, to path: String, charset: Charset = .unicode
) throws(StrataError) {
  guard let view = view(named: name) else {
    throw StrataError("there is no view '\(name)'; views are \(views.map(\.name).joined(separator: ", "))")
  }
  let format = try PictureFormat(path: path, view: name)
  let options = try view.options(arguments, for: lab)
  if let reason = view.reasonMissing(lab) { throw StrataError("\(name) has nothing to show: \(reason)") }
  let (width, height) = (960.0, 600.0)
  func svg() -> String {
    view.panel(lab, options, size: Size(columns: 100, rows: 36)).svg(width: width, height: height)
  }
  switch format {
  case .svg: try AtomicFile.write(svg(), to: path)
  case .png: try AtomicFile.write(try Drawing.png(svg: svg(), width: width, height: height), to: path)
  case .txt:
    let size = Size(columns: 100, rows: 30)
    let lines = view.panel(lab, options, size: size).lines(
      size: size, style: DrawingStyle(charset: charset, hasColor: false))
    try AtomicFile.write(lines.joined(separator: "\n") + "\n", to: path)
  }
}
