// Which part of the input a unit of a feature map sees: its window, and that window's windows, down to the input.

/// A layer whose units see a window of the picture below.
public protocol LocalLayer: Layer {
  /// The rows that units of these rows see, and the columns. They may begin before the picture, in zeros around it.
  func window(rows: ClosedRange<Int>, columns: ClosedRange<Int>) -> PictureArea
}

/// A rectangle of a picture.
public struct PictureArea: Hashable, Sendable {
  public var rows: ClosedRange<Int>
  public var columns: ClosedRange<Int>

  public init(rows: ClosedRange<Int>, columns: ClosedRange<Int>) {
    self.rows = rows
    self.columns = columns
  }

  public func contains(row: Int, column: Int) -> Bool { rows.contains(row) && columns.contains(column) }

  /// `rows 3…7, columns 0…4`
  public var text: String {
    "rows \(rows.lowerBound)…\(rows.upperBound), columns \(columns.lowerBound)…\(columns.upperBound)"
  }

  /// The part that lies in a picture.
  func clipped(to picture: MapShape) -> PictureArea {
    PictureArea(
      rows: rows.clamped(to: 0...max(picture.rows - 1, 0)),
      columns: columns.clamped(to: 0...max(picture.columns - 1, 0)))
  }
}

extension Convolution: LocalLayer {
  public func window(rows: ClosedRange<Int>, columns: ClosedRange<Int>) -> PictureArea {
    func seen(_ range: ClosedRange<Int>, _ extent: Int) -> ClosedRange<Int> {
      let first = range.lowerBound * stride - padding
      return first...range.upperBound * stride - padding + extent - 1
    }
    return PictureArea(rows: seen(rows, kernelRows), columns: seen(columns, kernelColumns))
  }
}

extension PoolingLayer {
  public func window(rows: ClosedRange<Int>, columns: ClosedRange<Int>) -> PictureArea {
    PictureArea(
      rows: rows.lowerBound * window.rows...rows.upperBound * window.rows + window.rows - 1,
      columns: columns.lowerBound * window.columns...columns.upperBound * window.columns + window.columns - 1)
  }
}

extension Network {
  /// What a unit at a row and column of layer `position` (from 1) sees of the picture that goes into layer `bottom`;
  /// nil where what goes in is no picture, or the unit belongs to no map.
  public func receptiveField(of position: Int, row: Int, column: Int, downTo bottom: Int = 1) -> PictureArea? {
    guard bottom >= 1, position >= bottom, outputShapes.indices.contains(position - 1),
      let unit = MapShape(outputShapes[position - 1]), row >= 0, row < unit.rows, column >= 0, column < unit.columns
    else { return nil }
    var area = PictureArea(rows: row...row, columns: column...column)
    for index in stride(from: position, through: bottom, by: -1) {
      guard let picture = inputShape(of: index).flatMap({ MapShape($0) }) else { return nil }
      if let local = layers[index - 1] as? any LocalLayer {
        area = local.window(rows: area.rows, columns: area.columns).clipped(to: picture)
      } else if inputShape(of: index)?.elementCount != outputShapes[index - 1].elementCount {
        return nil
      }
    }
    return area
  }
}
