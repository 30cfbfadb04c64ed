/// A matrix as a picture: one shade a number, with the numbers themselves where there is room.
///
/// A matrix with more rows or columns than the place has pixels is shown by the means of its blocks, and says so.

public struct HeatMap: Hashable, Sendable, Drawable {
  public var grid: Grid
  public var shading: Shading
  /// The numbers at the two ends of the shades; nil: those of the grid.
  public var range: ClosedRange<Double>?
  /// As many as there are rows, or none.
  public var rowLabels: [String]
  public var columnLabels: [String]
  /// What the rows and the columns are.
  public var rowTitle: String
  public var columnTitle: String
  public var hasLegend: Bool
  /// A row and a column, pointed at from the edges.
  public var selected: GridPlace?

  public init(
    _ grid: Grid, shading: Shading = .sequential, range: ClosedRange<Double>? = nil, rowLabels: [String] = [],
    columnLabels: [String] = [], rowTitle: String = "", columnTitle: String = "", hasLegend: Bool = true,
    selected: GridPlace? = nil
  ) {
    self.grid = grid
    self.shading = shading
    self.range = range
    self.rowLabels = rowLabels
    self.columnLabels = columnLabels
    self.rowTitle = rowTitle
    self.columnTitle = columnTitle
    self.hasLegend = hasLegend
    self.selected = selected
  }

  private var shownRange: ClosedRange<Double> {
    if let range, range.lowerBound.isFinite, range.upperBound.isFinite, range.lowerBound < range.upperBound {
      return range
    }
    return shading.range(covering: grid.finiteRange)
  }

  public func draw(on canvas: inout Canvas, style: DrawingStyle) {
    guard !grid.isEmpty else { return drawMessage(nothingYet, on: &canvas, style: style) }
    let range = shownRange
    let bar = ColorBar(shading: shading, range: range)
    let size = canvas.size
    let labels = rowLabels.map { style.text($0) }
    let labelWidth = min(labels.map { TextLayout.width($0) }.max() ?? 0, size.columns / 4)
    let hasPointers = selected != nil
    let left = (labelWidth > 0 ? labelWidth + 1 : 0) + (hasPointers ? 1 : 0)
    let hasBar = hasLegend && size.columns >= left + bar.columns + 8 && size.rows >= 2
    let hasTop = (!columnLabels.isEmpty || !columnTitle.isEmpty || !rowTitle.isEmpty || hasPointers) && size.rows >= 4
    let top = hasTop ? 1 : 0
    let width = size.columns - left - (hasBar ? bar.columns : 0)
    var height = size.rows - top
    let isReduced = grid.columns > width || grid.rows > height * 2
    if isReduced, height > 3 { height -= 1 }
    guard width > 0, height > 0 else { return drawMessage("too small", on: &canvas, style: style) }
    let layout = HeatLayout(grid: grid, width: width, height: height, hasRowLabels: !labels.isEmpty)
    let place = Rectangle(column: left, row: top, columns: layout.columns, rows: layout.rows)
    layout.draw(on: &canvas, at: place, shading: shading, range: range, style: style)
    for (row, label) in labels.prefix(grid.rows).enumerated() {
      guard let y = layout.row(row), !isReduced else { continue }
      canvas.write(
        TextLayout.truncated(label, to: labelWidth, ellipsis: style.ellipsis),
        endingBefore: left - (hasPointers ? 2 : 1),
        row: top + y, foreground: .role(.quiet))
    }
    if hasTop { drawTop(on: &canvas, layout: layout, left: left, isReduced: isReduced, style: style) }
    if let selected, hasPointers, !isReduced, let y = layout.row(selected.row) {
      canvas.put(
        style.pick("▸", ">"), column: left - 1, row: top + y, foreground: .role(.accent), style: .bold)
    }
    if hasBar {
      bar.draw(
        on: &canvas, column: left + layout.columns, row: top, rows: min(layout.rows, 16), style: style)
    }
    if isReduced, size.rows - top > 3 {
      canvas.write(
        "\(grid.rows)×\(grid.columns) as means over \(layout.shown.rows)×\(layout.shown.columns) blocks", column: left,
        row: size.rows - 1, foreground: .role(.quiet), charset: style.charset)
    }
  }

  private func drawTop(
    on canvas: inout Canvas, layout: HeatLayout, left: Int, isReduced: Bool, style: DrawingStyle
  ) {
    let names = columnLabels.map { style.text($0) }
    let chosen = isReduced ? nil : selected.flatMap { (0..<grid.columns).contains($0.column) ? $0.column : nil }
    let fit = !names.isEmpty && !isReduced && layout.cellWidth >= names.reduce(0) { max($0, TextLayout.width($1)) }
    if fit {
      for (column, name) in names.prefix(grid.columns).enumerated() {
        let text = TextLayout.padded(name, to: layout.cellWidth, .center)
        let isChosen = column == chosen
        canvas.write(
          text, column: left + column * layout.cellWidth, row: 0, foreground: .role(isChosen ? .accent : .quiet),
          style: isChosen ? [.bold, .underline] : [])
      }
      return
    }
    let title = [rowTitle, columnTitle].filter { !$0.isEmpty }.joined(separator: " × ")
    canvas.write(title, column: left, row: 0, foreground: .role(.title), charset: style.charset)
    if let chosen {
      let place = left + chosen * layout.cellWidth + (layout.cellWidth - 1) / 2
      canvas.put(style.pick("▾", "v"), column: place, row: 0, foreground: .role(.accent), style: .bold)
    }
  }

  public func draw(on svg: inout SVG, in frame: Frame) {
    guard !grid.isEmpty else { return drawMessage(nothingYet, on: &svg, in: frame) }
    let labelWidth = Double(rowLabels.map { TextLayout.width($0) }.max() ?? 0) * SVG.characterWidth
    let inner = frame.inset(
      left: labelWidth + 16 + (rowTitle.isEmpty ? 0 : SVG.lineHeight), top: columnLabels.isEmpty ? 10 : 26,
      right: hasLegend ? 84 : 10, bottom: columnTitle.isEmpty ? 10 : 28)
    let unit = min(inner.width / Double(grid.columns), inner.height / Double(grid.rows))
    let square = Frame(
      x: inner.x, y: inner.y, width: min(unit * 2 * Double(grid.columns), inner.width),
      height: min(unit * 2 * Double(grid.rows), inner.height))
    let shown = grid.reduced(rows: 192, columns: 192)
    svg.image(ImageTile(shown).raster(shading.onPaper, shownRange), in: square)
    svg.rectangle(square, fill: nil, stroke: .role(.quiet))
    let down = square.height / Double(grid.rows)
    let across = square.width / Double(grid.columns)
    for (row, label) in rowLabels.prefix(grid.rows).enumerated() {
      svg.text(label, x: square.x - 6, y: square.y + (Double(row) + 0.5) * down + 4, anchor: .end, color: .role(.quiet))
    }
    for (column, label) in columnLabels.prefix(grid.columns).enumerated() {
      svg.text(
        label, x: square.x + (Double(column) + 0.5) * across, y: square.y - 6, anchor: .middle, color: .role(.quiet))
    }
    if across >= 36, down >= 16, grid.values.count <= 400 {
      for row in 0..<grid.rows {
        for column in 0..<grid.columns {
          let value = grid[row, column]
          let dark = shading.onPaper.color(value, in: shownRange).lightness < 0.55
          svg.text(
            formatNumber(Double(value), significant: 2), x: square.x + (Double(column) + 0.5) * across,
            y: square.y + (Double(row) + 0.5) * down + 4, anchor: .middle,
            color: .rgb(dark ? RGB(255, 255, 255) : RGB(0, 0, 0)))
        }
      }
    }
    svg.text(columnTitle, x: square.middle, y: square.bottom + 20, anchor: .middle, color: .role(.title))
    svg.text(
      rowTitle, x: frame.x + 14, y: square.y + square.height / 2, anchor: .middle, color: .role(.title), turned: true)
    if hasLegend {
      ColorBar(shading: shading.onPaper, range: shownRange).draw(
        on: &svg, in: Frame(x: square.right + 12, y: square.y, width: 70, height: min(square.height, 200)))
    }
  }
}

/// A row and a column of a grid.
public struct GridPlace: Hashable, Sendable {
  public var row: Int
  public var column: Int
  public init(row: Int, column: Int) {
    self.row = row
    self.column = column
  }
}

/// How large one number of a heat map is on the screen.
struct HeatLayout {
  /// What is shown: the grid, or the means of its blocks.
  let shown: Grid
  /// The cells that a number takes across.
  let cellWidth: Int
  /// The pixels that a number takes down; a cell has two.
  private let pixelHeight: Int
  private let hasValues: Bool

  init(grid: Grid, width: Int, height: Int, hasRowLabels: Bool) {
    shown = grid.reduced(rows: height * 2, columns: width)
    let across = width / shown.columns
    let down = height * 2 / shown.rows
    hasValues = across >= 6 && down >= 2
    if hasValues {
      cellWidth = min(across, 9)
      pixelHeight = min(down / 2, 3) * 2
    } else {
      let side = max(min(across, down), 1)
      cellWidth = min(across, side * 2)
      // Labels stand beside whole cells.
      let tall = min(down, side * 2)
      pixelHeight = hasRowLabels && tall >= 2 ? tall / 2 * 2 : tall
    }
  }

  var columns: Int { cellWidth * shown.columns }
  var rows: Int { (pixelHeight * shown.rows + 1) / 2 }

  /// The row of cells in the middle of a row of the grid; nil for one that shares its cell with the row above.
  func row(_ index: Int) -> Int? {
    guard index >= 0, index < shown.rows else { return nil }
    if pixelHeight == 1, index % 2 == 1 { return nil }
    return (index * pixelHeight + (pixelHeight - 1) / 2) / 2
  }

  func draw(
    on canvas: inout Canvas, at place: Rectangle, shading: Shading, range: ClosedRange<Double>, style: DrawingStyle
  ) {
    if hasValues { return drawValues(on: &canvas, at: place, shading: shading, range: range, style: style) }
    if style.hasColor, style.charset == .unicode {
      var pixels = Raster(width: columns, height: pixelHeight * shown.rows)
      for y in 0..<pixels.height {
        for x in 0..<pixels.width { pixels[x, y] = shading.color(shown[y / pixelHeight, x / cellWidth], in: range) }
      }
      return canvas.drawPixels(pixels, column: place.column, row: place.row)
    }
    for y in 0..<rows {
      for x in 0..<columns {
        let upper = shown[y * 2 / pixelHeight, x / cellWidth]
        let below = (y * 2 + 1) / pixelHeight
        let lower = below < shown.rows ? shown[below, x / cellWidth] : upper
        canvas.put(
          shading.character(upper / 2 + lower / 2, in: range), column: place.column + x, row: place.row + y)
      }
    }
  }

  /// Small matrices: each number on its shade.
  private func drawValues(
    on canvas: inout Canvas, at place: Rectangle, shading: Shading, range: ClosedRange<Double>, style: DrawingStyle
  ) {
    for row in 0..<shown.rows {
      for column in 0..<shown.columns {
        let value = shown[row, column]
        let cell = Rectangle(
          column: place.column + column * cellWidth, row: place.row + row * pixelHeight / 2, columns: cellWidth,
          rows: pixelHeight / 2)
        let ground = shading.color(value, in: range)
        let text = shortNumber(Double(value), columns: cellWidth - 1)
        let at = cell.row + (cell.rows - 1) / 2
        if style.hasColor {
          let ink: Color = .rgb(ground.lightness < 0.5 ? RGB(255, 255, 255) : RGB(0, 0, 0))
          canvas.fill(cell, with: Cell(" ", foreground: ink, background: .rgb(ground)))
          canvas.write(TextLayout.padded(text, to: cellWidth, .center), column: cell.column, row: at, foreground: ink)
        } else {
          canvas.write(text, endingBefore: cell.column + cellWidth - 1, row: at)
          canvas.put(shading.character(value, in: range), column: cell.column + cellWidth - 1, row: at)
        }
      }
    }
  }
}

/// A number with as many significant digits as fit.
func shortNumber(_ value: Double, columns: Int) -> String {
  for digits in stride(from: 3, through: 1, by: -1) {
    let text = formatNumber(value, significant: digits)
    if text.count <= columns { return text }
  }
  return TextLayout.truncated(formatNumber(value, significant: 1), to: columns)
}
