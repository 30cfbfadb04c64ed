// Probabilistic max-pooling: of every window the probability that one of its units is on, where at most one may be. What a
// convolutional Boltzmann machine passes up, as a layer. Maps stay apart, windows do not overlap, and rows and columns that
// are left over at the right and at the bottom are not looked at. Nothing is learned.
//
//   forward    h = Σ eˣ / (1 + Σ eˣ), over the window
//   backward   ∂C/∂x = ∂C/∂h · p · (1 − h), where p = eˣ / (1 + Σ eˣ) is the unit's own probability
//
// Shapes: x, p [batch, row, column, map], h [batch, row/K, column/K, map].
// Source: Lee, Grosse, Ranganath, Ng 2009, section 3.4.
import CKernels

/// `h = P(a unit of the window is on)`.
public struct ProbabilisticPooling: PoolingLayer {
  public static let grammar = poolingGrammar(
    "probpool", "the probability that a unit of the KxK window is on, of which at most one may be")
  public let window: PoolingWindow
  public var parameters: [Parameter] = []
  public init(window: PoolingWindow) { self.window = window }
  /// The probability of each unit by itself.
  public var extras: [(name: String, axes: [String])] { [("units", ["batch", "row", "column", "map"])] }

  private func geometry(_ input: Tensor) -> ck_pooling {
    ck_pooling(
      kind: ck_pool_probability, batch: input.shape[0], rows: input.shape[1], columns: input.shape[2],
      maps: input.shape.rank == 4 ? input.shape[3] : 1, window_rows: window.rows, window_columns: window.columns)
  }

  public func forward(_ input: Tensor, trace: inout LayerTrace, mode: ForwardMode, random: inout RandomStream) {
    var g = geometry(input)
    trace.output.resize(to: [g.batch, g.rows / window.rows, g.columns / window.columns, g.maps])
    if trace.extras.isEmpty { trace.extras = [.empty] }
    trace.extras[0].resize(to: input.shape)
    input.withUnsafeElements { x in
      trace.extras[0].withUnsafeMutableElements { units in
        trace.output.withUnsafeMutableElements {
          ck_pool_states(&g, x.baseAddress, nil, 0, 0, 0, units.baseAddress, $0.baseAddress, nil, nil, nil)
        }
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
    trace.extras[0].withUnsafeElements { units in
      trace.output.withUnsafeElements { y in
        outputGradient.withUnsafeElements { dy in
          trace.inputGradient.withUnsafeMutableElements {
            ck_pool_backward(&g, units.baseAddress, y.baseAddress, nil, dy.baseAddress, $0.baseAddress)
          }
        }
      }
    }
  }

  public func forwardText(_ signs: LayerSigns) -> String {
    "\(signs.output) = Σe^\(signs.input)/(1 + Σe^\(signs.input))   (over \(size))"
  }

  public func backwardText(_ signs: LayerSigns, joined: Bool, wantsInputGradient: Bool) -> String {
    "∂\(signs.input) = ∂\(signs.output)·p·(1 − \(signs.output)),  p = e^\(signs.input)/(1 + Σe^\(signs.input))"
  }

  public func explain(
    _ part: ExplainedPart, at position: [Int], input: Tensor, outputGradient: Tensor?, joined: Bool, trace: LayerTrace,
    signs: LayerSigns
  ) -> [String]? {
    guard trace.output.shape.rank == 4, position.count >= 3 else { return nil }
    let maps = trace.output.shape[3]
    let map = position.count > 3 ? position[3] : 0
    switch part {
    case .output:
      let corner = (position[1] * window.rows, position[2] * window.columns)
      return Terms.block(
        window, corner: corner, map: map, sign: signs.input,
        value: { input[flat: ((position[0] * input.shape[1] + $0) * input.shape[2] + $1) * maps + map] }, asked: nil,
        result: "\(signs.output)[\(position.map(String.init).joined(separator: ","))]")
    case .inputGradient:
      guard let outputGradient else { return nil }
      let place = position.map(String.init).joined(separator: ",")
      let (row, column) = (position[1] / window.rows, position[2] / window.columns)
      guard row < trace.output.shape[1], column < trace.output.shape[2] else {
        return ["∂\(signs.input)[\(place)] = 0: no window reaches that far"]
      }
      let above = [position[0], row, column, map]
      let offset = trace.output.offset(of: above)
      let (dy, y) = (outputGradient[flat: offset], trace.output[flat: offset])
      let p = trace.extras[0][flat: trace.extras[0].offset(of: position)]
      let sign = "\(signs.output)[\(above.map(String.init).joined(separator: ","))]"
      return [
        "∂\(signs.input)[\(place)] = ∂\(sign)·p·(1 − \(sign))",
        "= \(number(dy))·\(number(p))·(1 − \(number(y))) = \(number(dy * p * (1 - y)))",
      ]
    default: return nil
    }
  }

  public func pyTorch(number: Int, input: Shape) -> PyTorchLayer {
    let picture = input.rank == 2 ? "h.unsqueeze(1)" : "h.permute(0, 3, 1, 2)"
    return PyTorchLayer(
      computation: ["x = \(picture)"] + ProbabilisticPooling.blockMass("x", rows: window.rows, columns: window.columns)
        + ["h = -torch.expm1(-mass).permute(0, 2, 3, 1)"])
  }

  /// Lines of PyTorch that make `mass` = ln(1 + Σ eˣ) over the windows of `x`, `[batch, map, row, column]`.
  static func blockMass(_ x: String, rows: Int, columns: Int) -> [String] {
    [
      "blocks = functional.unfold(\(x), (\(rows), \(columns)), stride=(\(rows), \(columns)))",
      "blocks = blocks.reshape(\(x).shape[0], \(x).shape[1], \(rows * columns), \(x).shape[2] // \(rows), -1)",
      "mass = torch.logsumexp(functional.pad(blocks, (0, 0, 0, 0, 1, 0)), dim=2)",
    ]
  }
}
