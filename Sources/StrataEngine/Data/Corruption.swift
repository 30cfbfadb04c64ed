// Noise that is put on an input so that a machine learns to take it away (Vincent et al. 2008, 2010).

/// What is done to an input.
public enum Corruption: String, CaseIterable, Sendable {
  /// A share of the numbers becomes 0.
  case masking
  /// A share of the numbers becomes the smallest or the largest of the mini-batch, each as often.
  case saltAndPepper = "salt-and-pepper"
  /// Normally distributed numbers are added; the amount is their standard deviation.
  case gaussian

  /// The line of the listing: `x′` from `x`.
  func formula(_ x: String, amount: Double) -> String {
    switch self {
    case .masking: "\(x)′ = \(x) ⊙ [u ≥ \(number(amount))]"
    case .saltAndPepper: "\(x)′ = \(x), where u < \(number(amount)): its least or its most"
    case .gaussian: "\(x)′ = \(x) + \(number(amount))·n,  n ~ N(0, 1)"
    }
  }

  /// The largest amount that makes sense.
  public var largestAmount: Double { self == .gaussian ? 100 : 1 }

  /// `noisy` from `x`. `noise` is a workspace: what was drawn. Traps unless the amount is in its range.
  func corrupt(
    _ x: Tensor, amount: Double, random: inout RandomStream, noise: inout Tensor, into noisy: inout Tensor
  ) {
    precondition(amount >= 0 && amount <= largestAmount, "an amount of noise of \(amount)")
    if noise.shape != x.shape { noise.resize(to: x.shape) }
    if noisy.shape != x.shape { noisy.resize(to: x.shape) }
    if self == .gaussian {
      random.fillNormal(&noise, mean: 0, deviation: Scalar(amount))
    } else {
      random.fillUniform(&noise, low: 0, high: 1)
    }
    let ends = self == .saltAndPepper ? x.range ?? 0...1 : 0...1
    let (all, half) = (Scalar(amount), Scalar(amount / 2))
    x.withUnsafeElements { x in
      noise.withUnsafeElements { u in
        noisy.withUnsafeMutableElements { y in
          switch self {
          case .masking: for i in 0..<x.count { y[i] = u[i] >= all ? x[i] : 0 }
          case .saltAndPepper:
            for i in 0..<x.count { y[i] = u[i] >= all ? x[i] : (u[i] < half ? ends.lowerBound : ends.upperBound) }
          case .gaussian: for i in 0..<x.count { y[i] = x[i] + u[i] }
          }
        }
      }
    }
  }
}
