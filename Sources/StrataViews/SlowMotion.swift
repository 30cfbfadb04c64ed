// One number of a feature map in slow motion: window times kernel, a product at a time, then the bias, then the activation.
import StrataEngine
import StrataLab
import StrataPlot

/// The making of one unit's number, stopped after some of its terms.
struct SlowMotion {
  let window: ConvolutionWindow
  let function: Activation
  let signs: LayerSigns
  /// `3,4,0`
  let place: String
  /// How many terms have been added: the products, then the bias, then the activation.
  let shown: Int

  /// Traps unless `shown` is at least 1; more terms than there are mean all of them.
  init(_ window: ConvolutionWindow, function: Activation, signs: LayerSigns, place: String, shown: Int) {
    precondition(shown >= 1, "the first term is 1")
    self.window = window
    self.function = function
    self.signs = signs
    self.place = place
    self.shown = min(shown, SlowMotion.count(window))
  }

  /// How many terms there are.
  static func count(_ window: ConvolutionWindow) -> Int { window.inputs.count + (window.bias == nil ? 0 : 1) + 1 }

  private var products: Int { window.inputs.count }

  /// The sum after the first `count` terms.
  private func sum(after count: Int) -> Double {
    var sum = (0..<min(count, products)).reduce(0.0) {
      $0 + Double(window.inputs[$1]) * Double(window.weights[$1])
    }
    if count > products, let bias = window.bias { sum += Double(bias) }
    return sum
  }

  /// The newest terms, of which as many as `rows` has room for; the last is the one that is being added.
  func lines(rows: Int) -> [TextLine] {
    let n = signs.number
    var lines = [
      TextLine("term \(shown) of \(SlowMotion.count(window)) of \(signs.output)[\(place)]", .title, style: .bold)
    ]
    let first = max(1, shown - max(rows - 2, 1) + 1)
    for term in first...shown {
      let isNewest = term == shown
      lines.append(TextLine((isNewest ? "▸ " : "  ") + text(term), isNewest ? .accent : .quiet))
    }
    if shown == SlowMotion.count(window) {
      lines.append(TextLine("that is \(signs.output)[\(place)], as layer \(n) puts it out", .plain))
    }
    return lines
  }

  private func text(_ term: Int) -> String {
    let sum = formatNumber(sum(after: term), significant: 3)
    if term <= products {
      let at = term - 1
      let size = window.rows * window.columns
      let (map, row, column) = (at / size, at % size / window.columns, at % window.columns)
      let channel = window.maps > 1 ? ",\(map)" : ""
      let x = "\(signs.input)[\(window.top + row),\(window.left + column)\(channel)]"
      let (value, weight) = (window.inputs[at], window.weights[at])
      return "\(x)·W\(signs.number)[\(row),\(column)\(channel)] = \(short(value)) · \(short(weight)) = "
        + "\(short(value * weight))   Σ = \(sum)"
    }
    if term == products + 1, let bias = window.bias {
      return "b\(signs.number)[\(window.unit)] = \(short(bias))   Σ = \(sum) = z"
    }
    return function == .identity
      ? "\(signs.output) = z = \(sum)"
      : "\(signs.output) = \(function.sign)(\(sum)) = "
        + formatNumber(function.value(self.sum(after: term)), significant: 3)
  }

  private func short(_ value: Scalar) -> String { formatNumber(Double(value), significant: 2) }

  /// Window, kernel and the products so far, of the map that is gone through.
  var figure: Figure {
    let size = window.rows * window.columns
    let map = min((min(shown, products) - 1) / size, window.maps - 1)
    func grid(_ number: @escaping (Int) -> Scalar) -> Grid {
      Grid(rows: window.rows, columns: window.columns) { number(map * size + $0 * window.columns + $1) }
    }
    let reached = min(shown, products)
    let note = window.maps > 1 ? " map \(map)" : ""
    return .tiles(
      ImageTiles(
        [
          ImageTile(grid { window.inputs[$0] }, caption: "\(signs.input)\(note)"),
          ImageTile(grid { window.weights[$0] }, caption: "W"),
          ImageTile(grid { $0 < reached ? window.inputs[$0] * window.weights[$0] : 0 }, caption: "so far"),
        ], shading: .signed, range: .perTile))
  }
}
