// Pooling: of every window of a map one number stays. Maps stay apart, windows do not overlap, and rows and columns that
// are left over at the right and at the bottom are not looked at. Nothing is learned.
//
//   maxpool   h = max x            ∂x goes to the number that was kept, the first of equals
//   l2pool    h = √Σ x²            ∂x = ∂h · x / h, and 0 where h is 0
//   avgpool   h = Σ x / count      ∂x = ∂h / count
//
// Shapes: x [batch, row, column, map], h [batch, row/K, column/K, map]. Sources: LeCun and others 1990 (averages), Ranzato,
// Huang, Boureau, LeCun 2007 (maxima), Le and others 2012 (roots).
import CKernels

/// A layer that makes one number of each window.
public protocol PoolingLayer: LocalLayer {
  var window: PoolingWindow { get }
  init(window: PoolingWindow)
  /// The input with only those numbers that were kept, the others 0; nil where none is kept alone.
  func keptNumbers(of input: Tensor, trace: LayerTrace) -> Tensor?
}

/// A pooling layer that keeps the largest, the root or the mean of a window: what it keeps is its kind.
public protocol KeepingLayer: PoolingLayer {
  static var kind: PoolingKind { get }
}

public enum PoolingKind: Sendable {
  case maximum, root, average

  fileprivate var kernel: ck_pool_kind {
    switch self {
    case .maximum: ck_pool_maximum
    case .root: ck_pool_root
    case .average: ck_pool_average
    }
  }
}

/// The extents of a pooling window.
public struct PoolingWindow: Hashable, Sendable {
  public var rows: Int
  public var columns: Int
  public var count: Int { rows * columns }
}

/// `h = max x` over each window.
public struct MaximumPooling: KeepingLayer {
  public static let kind = PoolingKind.maximum
  public static let grammar = poolingGrammar("maxpool", "the largest number of every KxK window: h = max x")
  public let window: PoolingWindow
  public var parameters: [Parameter] = []
  public init(window: PoolingWindow) { self.window = window }
  /// Which number of its window each output is, row by row from 0.
  public var extras: [(name: String, axes: [String])] { [("kept", ["batch", "row", "column", "map"])] }
}

/// `h = √Σ x²` over each window.
public struct RootPooling: KeepingLayer {
  public static let kind = PoolingKind.root
  public static let grammar = poolingGrammar(
    "l2pool", "the root of the sum of squares over every KxK window: h = √Σ x²")
  public let window: PoolingWindow
  public var parameters: [Parameter] = []
  public init(window: PoolingWindow) { self.window = window }
}

/// `h = mean x` over each window.
public struct AveragePooling: KeepingLayer {
  public static let kind = PoolingKind.average
  public static let grammar = poolingGrammar("avgpool", "the mean of every KxK window: h = Σ x / K²")
  public let window: PoolingWindow
  public var parameters: [Parameter] = []
  public init(window: PoolingWindow) { self.window = window }
}

func poolingGrammar(_ keyword: String, _ summary: String) -> LayerGrammar {
  LayerGrammar(
    keyword: keyword, summary: summary,
    positional: [LayerWord("KxK", .text(form: WindowSize.form), "rows and columns of a window")],
    examples: ["\(keyword) 2x2", "\(keyword) 3x2"], exampleInput: [6, 5, 3])
}

extension PoolingLayer {
  public init(_ arguments: LayerArguments) throws(StrataError) {
    let size = try WindowSize(arguments.text("KxK"), keyword: Self.grammar.keyword)
    self.init(window: PoolingWindow(rows: size.rows, columns: size.columns))
  }

  public var words: String { "\(Self.grammar.keyword) \(window.rows)x\(window.columns)" }

  public func outputShape(for input: Shape) throws(StrataError) -> Shape {
    let picture = try MapShape(input, for: Self.grammar.keyword)
    guard picture.rows >= window.rows, picture.columns >= window.columns else {
      throw StrataError(
        "a window of \(window.rows)x\(window.columns) does not fit into a picture of \(picture.rows)×\(picture.columns)",
        try: "\(Self.grammar.keyword) \(min(window.rows, picture.rows))x\(min(window.columns, picture.columns))")
    }
    return [picture.rows / window.rows, picture.columns / window.columns, picture.maps]
  }

  public mutating func initialize(for input: Shape, random: inout RandomStream) {}

  public func keptNumbers(of input: Tensor, trace: LayerTrace) -> Tensor? { nil }

  var size: String { "\(window.rows)×\(window.columns)" }
}

extension KeepingLayer {
  private func geometry(_ input: Tensor) -> ck_pooling {
    ck_pooling(
      kind: Self.kind.kernel, batch: input.shape[0], rows: input.shape[1], columns: input.shape[2],
      maps: input.shape.rank == 4 ? input.shape[3] : 1, window_rows: window.rows, window_columns: window.columns)
  }

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    var g = geometry(input)
    let shape: Shape = [g.batch, g.rows / window.rows, g.columns / window.columns, g.maps]
    trace.output.resize(to: shape)
    if Self.kind == .maximum {
      if trace.extras.isEmpty { trace.extras = [.empty] }
      trace.extras[0].resize(to: shape)
      input.withUnsafeElements { x in
        trace.extras[0].withUnsafeMutableElements { kept in
          trace.output.withUnsafeMutableElements { ck_pool(&g, x.baseAddress, $0.baseAddress, kept.baseAddress) }
        }
      }
    } else {
      input.withUnsafeElements { x in
        trace.output.withUnsafeMutableElements { ck_pool(&g, x.baseAddress, $0.baseAddress, nil) }
      }
    }
  }

  public func backward(
    _ input: Tensor, outputGradient: Tensor, joined: Bool, wantsInputGradient: Bool, trace: inout LayerTrace
  ) {
    guard wantsInputGradient else { return }
    precondition(outputGradient.count == trace.output.count, "gradient of another shape")
    var g = geometry(input)
    trace.inputGradient.resize(to: input.shape)
    let kept = trace.extras.first ?? .empty
    input.withUnsafeElements { x in
      trace.output.withUnsafeElements { y in
        kept.withUnsafeElements { kept in
          outputGradient.withUnsafeElements { dy in
            trace.inputGradient.withUnsafeMutableElements {
              ck_pool_backward(&g, x.baseAddress, y.baseAddress, kept.baseAddress, dy.baseAddress, $0.baseAddress)
            }
          }
        }
      }
    }
  }

  public func keptNumbers(of input: Tensor, trace: LayerTrace) -> Tensor? {
    guard Self.kind == .maximum, let kept = trace.extras.first, kept.count == trace.output.count, kept.count > 0 else {
      return nil
    }
    var result = Tensor(input.shape)
    let maps = input.shape.rank == 4 ? input.shape[3] : 1
    for offset in 0..<kept.count {
      let place = kept.position(of: offset)
      let index = Int(kept[flat: offset])
      let row = place[1] * window.rows + index / window.columns
      let column = place[2] * window.columns + index % window.columns
      let at = ((place[0] * input.shape[1] + row) * input.shape[2] + column) * maps + place[3]
      result[flat: at] = input[flat: at]
    }
    return result
  }

  public func forwardText(_ signs: LayerSigns) -> String {
    switch Self.kind {
    case .maximum: "\(signs.output) = max \(signs.input)   (over \(size))"
    case .root: "\(signs.output) = √Σ\(signs.input)²   (over \(size))"
    case .average: "\(signs.output) = Σ\(signs.input)/\(window.count)   (over \(size))"
    }
  }

  public func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    switch Self.kind {
    case .maximum: "∂\(signs.input) = ∂\(signs.output) where \(signs.input) was kept, else 0"
    case .root: "∂\(signs.input) = ∂\(signs.output) ⊙ \(signs.input)/\(signs.output)"
    case .average: "∂\(signs.input) = ∂\(signs.output)/\(window.count)"
    }
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    let picture = input.rank == 2 ? "h.unsqueeze(1)" : "h.permute(0, 3, 1, 2)"
    let size = "(\(window.rows), \(window.columns))"
    let pooled =
      switch Self.kind {
      case .maximum: "functional.max_pool2d(\(picture), \(size))"
      case .root: "functional.lp_pool2d(\(picture), 2.0, \(size))"
      case .average: "functional.avg_pool2d(\(picture), \(size))"
      }
    return PyTorchLayer(computation: ["h = \(pooled).permute(0, 2, 3, 1)"])
  }

  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? {
    switch part {
    case .output: explainOutput(position, input: input, trace: trace, signs: signs)
    case .inputGradient:
      outputGradient.flatMap {
        explainGradient(position, input: input, outputGradient: $0, trace: trace, signs: signs)
      }
    default: nil
    }
  }

  private func explainOutput(_ position: [Int], input: Tensor, trace: LayerTrace, signs: LayerSigns) -> [String]? {
    guard position.count == 4 else { return nil }
    let (top, left, map) = (position[1] * window.rows, position[2] * window.columns, position[3])
    func x(_ i: Int, _ j: Int) -> Scalar {
      let maps = input.shape.rank == 4 ? input.shape[3] : 1
      return input[flat: ((position[0] * input.shape[1] + top + i) * input.shape[2] + left + j) * maps + map]
    }
    let place = position.map(String.init).joined(separator: ",")
    let value = number(trace.output[flat: trace.output.offset(of: position)])
    let kept = trace.extras.first.flatMap { $0.count > 0 ? Int($0[flat: $0.offset(of: position)]) : nil }
    let formula =
      switch Self.kind {
      case .maximum: "max \(signs.input)"
      case .root: "√Σ \(signs.input)²"
      case .average: "Σ \(signs.input) / \(window.count)"
      }
    var lines = [
      "\(signs.output)[\(place)] = \(formula) over rows \(top)…\(top + window.rows - 1), "
        + "columns \(left)…\(left + window.columns - 1) of map \(map):"
    ]
    for i in 0..<window.rows {
      let row = (0..<window.columns).map { j in
        let text = Terms.fixed(x(i, j))
        let isKept = kept == i * window.columns + j
        return String(repeating: " ", count: max(7 - text.count, 0)) + (isKept ? "[\(text)]" : " \(text) ")
      }
      lines.append("  " + row.joined(separator: " "))
    }
    if let kept {
      let (i, j) = (kept / window.columns, kept % window.columns)
      lines.append("kept: \(signs.input)[\(position[0]),\(top + i),\(left + j),\(map)] = \(value)")
    } else {
      lines.append("= \(value)")
    }
    return lines
  }

  private func explainGradient(
    _ position: [Int], input: Tensor, outputGradient: Tensor, trace: LayerTrace, signs: LayerSigns
  ) -> [String]? {
    let shape = trace.output.shape
    guard shape.rank == 4, position.count >= 3 else { return nil }
    let (r, c, map) = (position[1] / window.rows, position[2] / window.columns, position.count > 3 ? position[3] : 0)
    let place = position.map(String.init).joined(separator: ",")
    let name = "∂\(signs.input)[\(place)]"
    guard r < shape[1], c < shape[2] else { return ["\(name) = 0: no window reaches that far"] }
    let above = [position[0], r, c, map]
    let offset = trace.output.offset(of: above)
    let sign = "∂\(signs.output)[\(above.map(String.init).joined(separator: ","))]"
    let (dy, y) = (outputGradient[flat: offset], trace.output[flat: offset])
    switch Self.kind {
    case .maximum:
      let index = position[1] % window.rows * window.columns + position[2] % window.columns
      let isKept = trace.extras.first.map { $0.count > offset && Int($0[flat: offset]) == index } ?? false
      return [isKept ? "\(name) = \(sign) = \(number(dy)): it was kept" : "\(name) = 0: another number was kept"]
    case .root:
      let x = input[flat: input.offset(of: position)]
      return [
        "\(name) = \(sign)·\(signs.input)/\(signs.output)",
        "= \(number(dy))·\(number(x))/\(number(y)) = \(y == 0 ? "0" : number(dy * x / y))",
      ]
    case .average:
      return [
        "\(name) = \(sign)/\(window.count) = \(number(dy))/\(window.count) = \(number(dy / Scalar(window.count)))"
      ]
    }
  }
}
