// How weights begin. Symmetry must be broken, and signals should neither fade nor grow from layer to layer.

/// How the numbers of a new weight are chosen.
public enum Initializer: Hashable, Sendable {
  case zeros
  case constant(Scalar)
  /// Evenly in [−limit, limit].
  case uniform(Scalar)
  /// Normally distributed around 0.
  case normal(Scalar)
  /// Glorot, Bengio 2010, eq. 16: evenly in ±√(6 / (in + out)). For sigmoid, tanh, softmax.
  case glorot
  /// He, Zhang, Ren, Sun 2015: normal with deviation √(2 / in). For ReLU and its kin.
  case he
  /// Saxe, McClelland, Ganguli 2013: orthonormal rows or columns, from a random normal matrix by Gram and Schmidt.
  case orthogonal

  /// How it is typed, for help.
  public static let form =
    "zeros, constant:VALUE, uniform:LIMIT, normal:DEVIATION, glorot, he, orthogonal, or auto (he for ReLU and its kin)"

  /// From what was typed: `he`, `normal:0.01`. Throws with the forms.
  public init(_ text: String) throws(StrataError) {
    let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
    let number = parts.count > 1 ? Scalar(parts[1]) : nil
    switch (parts.first ?? "", parts.count, number) {
    case ("zeros", 1, _): self = .zeros
    case ("glorot", 1, _): self = .glorot
    case ("he", 1, _): self = .he
    case ("orthogonal", 1, _): self = .orthogonal
    case ("constant", 2, let value?) where value.isFinite: self = .constant(value)
    case ("uniform", 2, let value?) where value.isFinite && value >= 0: self = .uniform(value)
    case ("normal", 2, let value?) where value.isFinite && value >= 0: self = .normal(value)
    default:
      throw StrataError(
        "an initialiser is one of \(Initializer.form); got '\(text)'", try: "--init normal:0.01")
    }
  }

  /// The usual choice for layers with this activation.
  public static func usual(for activation: Activation) -> Initializer {
    switch activation {
    case .relu, .leakyReLU, .elu, .gelu, .softplus: .he
    default: .glorot
    }
  }

  /// Fills a weight `[in, out]`.
  public func fill(_ weight: inout Tensor, inputs: Int, outputs: Int, random: inout RandomStream) {
    switch self {
    case .zeros: weight.fill(0)
    case .constant(let value): weight.fill(value)
    case .uniform(let limit): random.fillUniform(&weight, low: -limit, high: limit)
    case .normal(let deviation): random.fillNormal(&weight, mean: 0, deviation: deviation)
    case .glorot:
      let limit = (6 / Scalar(max(inputs + outputs, 1))).squareRoot()
      random.fillUniform(&weight, low: -limit, high: limit)
    case .he: random.fillNormal(&weight, mean: 0, deviation: (2 / Scalar(max(inputs, 1))).squareRoot())
    case .orthogonal:
      random.fillNormal(&weight, mean: 0, deviation: 1)
      weight.orthonormalize()
    }
  }
}

extension Tensor {
  /// Makes the rows orthonormal, or the columns where there are fewer of those (modified Gram and Schmidt, twice, in
  /// Double: once is not accurate enough).
  fileprivate mutating func orthonormalize() {
    let (rows, columns) = matrixExtents
    let byRows = rows <= columns
    let (vectors, length) = byRows ? (rows, columns) : (columns, rows)
    let (step, stride) = byRows ? (columns, 1) : (1, columns)
    var basis = [Double](repeating: 0, count: vectors * length)
    for v in 0..<vectors {
      for i in 0..<length { basis[v * length + i] = Double(self[flat: v * step + i * stride]) }
      for _ in 0..<2 {
        for earlier in 0..<v {
          var dot = 0.0
          for i in 0..<length { dot += basis[v * length + i] * basis[earlier * length + i] }
          for i in 0..<length { basis[v * length + i] -= dot * basis[earlier * length + i] }
        }
      }
      var square = 0.0
      for i in 0..<length { square += basis[v * length + i] * basis[v * length + i] }
      let norm = square.squareRoot()
      for i in 0..<length { basis[v * length + i] /= norm }
    }
    withUnsafeMutableElements { elements in
      for v in 0..<vectors {
        for i in 0..<length { elements[v * step + i * stride] = Scalar(basis[v * length + i]) }
      }
    }
  }
}
