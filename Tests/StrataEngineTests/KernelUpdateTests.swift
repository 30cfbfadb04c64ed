// The optimisers' rules, three steps each, against the formulas of the kernels' header in Double.
import CKernels
import Glibc
import Testing

@Suite("Kernels: optimiser updates")
struct KernelUpdateTests {
  /// The parameter and its two moments.
  struct State {
    var w: Double
    var first = 0.0
    var second = 0.0
  }

  private let rate = 0.03, momentum = 0.8, beta1 = 0.85, beta2 = 0.95, epsilon = 1e-6

  private func step(
    _ rule: ck_optimizer, _ state: inout State, _ gradient: Double, _ t: Int, _ l1: Double, _ l2: Double
  ) {
    let sign = state.w > 0 ? 1.0 : state.w < 0 ? -1.0 : 0.0
    let e = gradient + l2 * state.w + l1 * sign
    switch rule {
    case ck_momentum:
      state.first = momentum * state.first + e
      state.w -= rate * state.first
    case ck_nesterov:
      state.first = momentum * state.first + e
      state.w -= rate * (e + momentum * state.first)
    case ck_adagrad:
      state.second += e * e
      state.w -= rate * e / (state.second.squareRoot() + epsilon)
    case ck_rmsprop:
      state.second = beta2 * state.second + (1 - beta2) * e * e
      state.w -= rate * e / (state.second.squareRoot() + epsilon)
    case ck_adam:
      state.first = beta1 * state.first + (1 - beta1) * e
      state.second = beta2 * state.second + (1 - beta2) * e * e
      let mean = state.first / (1 - pow(beta1, Double(t))), square = state.second / (1 - pow(beta2, Double(t)))
      state.w -= rate * mean / (square.squareRoot() + epsilon)
    default:
      state.w -= rate * e
    }
  }

  @Test("three steps of each rule", arguments: 0..<6, [(0.0, 0.0), (0.02, 0.05)])
  func rules(index: Int, penalties: (l1: Double, l2: Double)) {
    let rule = ck_optimizer(UInt32(index))
    let usesFirst = [ck_momentum, ck_nesterov, ck_adam].contains(rule)
    let usesSecond = [ck_adagrad, ck_rmsprop, ck_adam].contains(rule)
    for size in [0, 1, 7, 1000, 17_003] {
      var start = madeUpNumbers(size, seed: 31, in: -1...1).map { Double(Float($0)) }
      if size > 3 { start[3] = 0 }
      var states = start.map { State(w: $0) }
      var w = OffsetArray<Float>(start), first = OffsetArray<Float>(count: size, repeating: 0), second = first
      var v = OffsetArray<Double>(start), one = OffsetArray<Double>(count: size, repeating: 0), two = one
      for t in 1...3 {
        let gradient = madeUpNumbers(size, seed: UInt64(40 + t), in: -1...1).map { Double(Float($0)) }
        for i in states.indices { step(rule, &states[i], gradient[i], t, penalties.l1, penalties.l2) }
        let g = OffsetArray<Float>(gradient), h = OffsetArray<Double>(gradient)
        g.read { g in
          w.write { w in
            first.write { first in
              second.write { second in
                ck_update(
                  rule, size, w, g, usesFirst ? first : nil, usesSecond ? second : nil, Float(rate), Float(momentum),
                  Float(beta1), Float(beta2), Float(epsilon), Int64(t), Float(penalties.l1), Float(penalties.l2))
              }
            }
          }
        }
        h.read { h in
          v.write { v in
            one.write { one in
              two.write { two in
                ck_update(
                  rule, size, v, h, usesFirst ? one : nil, usesSecond ? two : nil, rate, momentum, beta1, beta2,
                  epsilon, Int64(t), penalties.l1, penalties.l2)
              }
            }
          }
        }
        #expect(g.doubles == gradient && h.doubles == gradient, "the gradient stays")
      }
      let label = "rule \(index) of \(size)"
      // Where gradient and penalty nearly cancel, float keeps few digits of e, and these rules divide by its size.
      expectClose(w, states.map(\.w), tolerance: 2e-5, floor: 1, label)
      expectClose(v, states.map(\.w), tolerance: 1e-13, floor: 0.1, label)
      if usesFirst { expectClose(one, states.map(\.first), tolerance: 1e-13, floor: 0.1, "\(label), first moment") }
      if usesSecond { expectClose(two, states.map(\.second), tolerance: 1e-13, floor: 0.1, "\(label), second moment") }
    }
  }

  @Test("a gradient that is nan reaches its parameter and no other")
  func nan() {
    for index in 0..<6 {
      var w: [Float] = [1, 2, 3], first: [Float] = [0, 0, 0], second: [Float] = [0, 0, 0]
      ck_update(
        ck_optimizer(UInt32(index)), 3, &w, [0.1, .nan, 0.1], &first, &second, Float(0.1), Float(0.9), Float(0.9),
        Float(0.99), Float(1e-8), 1, Float(0), Float(0))
      #expect(w[1].isNaN && w[0].isFinite && w[2].isFinite, "rule \(index)")
    }
  }
}
