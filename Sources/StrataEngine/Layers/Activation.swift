// Activation functions: what a unit makes of its sum.
import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a unit makes of its sum z.
public enum Activation: String, CaseIterable, Sendable {
  /// y = z
  case identity
  /// y = 1 where z ≥ 0, else 0 (McCulloch, Pitts 1943). Its slope is 0 wherever it has one: no gradient passes.
  case step
  /// y = 1 / (1 + e⁻ᶻ), in (0, 1)
  case sigmoid
  /// y = tanh z, in (−1, 1)
  case tanh
  /// y = max(0, z) (Nair, Hinton 2010)
  case relu
  /// y = z where z > 0, else 0.01 z (Maas, Hannun, Ng 2013)
  case leakyReLU = "leaky-relu"
  /// y = z where z > 0, else eᶻ − 1 (Clevert, Unterthiner, Hochreiter 2015)
  case elu
  /// y = z Φ(z), Φ the normal distribution function (Hendrycks, Gimpel 2016, the exact form)
  case gelu
  /// y = ln(1 + eᶻ)
  case softplus
  /// y_j = e^{z_j} / Σ_k e^{z_k}: positive, sums to 1 over the layer
  case softmax

  /// The function with z in it, for the listing: `relu`, `σ`.
  public var sign: String {
    switch self {
    case .identity: ""
    case .sigmoid: "σ"
    case .leakyReLU: "lrelu"
    default: rawValue
    }
  }

  /// The formula, as `explain` and help print it.
  public var formula: String {
    switch self {
    case .identity: "y = z"
    case .step: "y = 1 if z ≥ 0 else 0"
    case .sigmoid: "y = 1 / (1 + e^−z)"
    case .tanh: "y = tanh z"
    case .relu: "y = max(0, z)"
    case .leakyReLU: "y = z if z > 0 else 0.01 z"
    case .elu: "y = z if z > 0 else e^z − 1"
    case .gelu: "y = z Φ(z)"
    case .softplus: "y = ln(1 + e^z)"
    case .softmax: "y_j = e^z_j / Σ e^z_k"
    }
  }

  /// The slope of leaky ReLU below zero; α of ELU.
  var parameter: Scalar { self == .leakyReLU ? 0.01 : 1 }

  var kernel: ck_activation? {
    switch self {
    case .identity: ck_identity
    case .step: ck_threshold
    case .sigmoid: ck_sigmoid
    case .tanh: ck_tanh
    case .relu: ck_relu
    case .leakyReLU: ck_leaky_relu
    case .elu: ck_elu
    case .gelu: ck_gelu
    case .softplus: ck_softplus
    case .softmax: nil
    }
  }

  /// `z += bias` (a row for every sample), then `y = f(z)`, in one pass over the numbers. `y` gets `shape`.
  func apply(to z: inout Tensor, bias: Tensor?, output y: inout Tensor, shape: Shape) {
    if y.shape != shape { y.resize(to: shape) }
    let (rows, columns) = z.rowExtents
    precondition(bias == nil || bias!.count == columns, "a bias of \(bias!.count) for \(columns) units")
    z.withUnsafeMutableElements { z in
      y.withUnsafeMutableElements { y in
        if let bias {
          bias.withUnsafeElements { bias in
            ck_bias_activation(
              kernel ?? ck_identity, parameter, rows, columns, z.baseAddress, bias.baseAddress, y.baseAddress)
          }
        } else {
          ck_bias_activation(kernel ?? ck_identity, parameter, rows, columns, z.baseAddress, nil, y.baseAddress)
        }
        if kernel == nil { ck_softmax(rows, columns, z.baseAddress, y.baseAddress) }
      }
    }
  }

  /// `z = f(z + bias)` where it stands, in one pass over the numbers.
  func apply(inPlace z: inout Tensor, bias: Tensor?) {
    let (rows, columns) = z.rowExtents
    precondition(bias == nil || bias!.count == columns, "a bias of \(bias!.count) for \(columns) units")
    z.withUnsafeMutableElements { z in
      if let bias {
        bias.withUnsafeElements {
          ck_bias_activation(
            kernel ?? ck_identity, parameter, rows, columns, z.baseAddress, $0.baseAddress, z.baseAddress)
        }
      } else {
        ck_bias_activation(kernel ?? ck_identity, parameter, rows, columns, z.baseAddress, nil, z.baseAddress)
      }
      if kernel == nil { ck_softmax(rows, columns, z.baseAddress, z.baseAddress) }
    }
  }

  /// `δ = ∂C/∂z` from ∂C/∂y. Traps when shapes differ.
  func differentiate(z: Tensor, y: Tensor, outputGradient: Tensor, delta: inout Tensor) {
    precondition(outputGradient.count == z.count && y.count == z.count, "gradient of another shape")
    if delta.shape != z.shape { delta.resize(to: z.shape) }
    let (rows, columns) = z.rowExtents
    z.withUnsafeElements { z in
      y.withUnsafeElements { y in
        outputGradient.withUnsafeElements { dy in
          delta.withUnsafeMutableElements { d in
            if let kernel {
              ck_activation_backward(
                kernel, parameter, z.count, z.baseAddress, y.baseAddress, dy.baseAddress, d.baseAddress)
            } else {
              ck_softmax_backward(rows, columns, y.baseAddress, dy.baseAddress, d.baseAddress)
            }
          }
        }
      }
    }
  }

  /// f(z) of one number, in Double, for explanations and curves. Softmax is no function of one number: gives eᶻ.
  public func value(_ z: Double) -> Double {
    switch self {
    case .identity: z
    case .step: z >= 0 ? 1 : 0
    case .sigmoid: 1 / (1 + exp(-z))
    case .tanh: _tanh(z)
    case .relu: z < 0 ? 0 : z
    case .leakyReLU: z > 0 ? z : 0.01 * z
    case .elu: z > 0 ? z : expm1(z)
    case .gelu: z * 0.5 * erfc(-z / 2.0.squareRoot())
    case .softplus: max(z, 0) + log1p(exp(-abs(z)))
    case .softmax: exp(z)
    }
  }

  /// f′(z) of one number, in Double. For softmax the diagonal would need the whole layer: gives nan.
  public func slope(_ z: Double) -> Double {
    switch self {
    case .identity: return 1
    case .step: return 0
    case .sigmoid:
      let y = value(z)
      return y * (1 - y)
    case .tanh:
      let y = value(z)
      return 1 - y * y
    case .relu: return z > 0 ? 1 : 0
    case .leakyReLU: return z > 0 ? 1 : 0.01
    case .elu: return z > 0 ? 1 : exp(z)
    case .gelu:
      return 0.5 * erfc(-z / 2.0.squareRoot()) + z * exp(-z * z / 2) / (2 * Double.pi).squareRoot()
    case .softplus: return 1 / (1 + exp(-z))
    case .softmax: return .nan
    }
  }

  /// How a unit's output tells that it hardly learns any more.
  public enum Saturation: Hashable, Sendable {
    /// Outputs near these ends have almost no slope: sigmoid, tanh, softmax.
    case near(ends: [Scalar])
    /// A unit that is zero for the whole batch is dead: ReLU and its kin, step.
    case zero
    /// Never saturates: identity.
    case never
  }

  /// What saturation means for this function.
  public var saturation: Saturation {
    switch self {
    case .identity, .softplus, .leakyReLU: .never
    case .sigmoid, .softmax: .near(ends: [0, 1])
    case .tanh: .near(ends: [-1, 1])
    case .relu, .step, .gelu: .zero
    case .elu: .near(ends: [-1])
    }
  }
}

/// The library's tanh; inside `Activation` the name is a case.
private func _tanh(_ z: Double) -> Double { tanh(z) }
