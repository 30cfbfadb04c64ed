// One step in time of every cell and one step back, against the formulas in Double: fewer units than a vector has lanes,
// more than are worked on together, in the middle of longer sequences whose other steps must stay as they are.
import CKernels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

private func sigmoid(_ z: Double) -> Double { 1 / (1 + exp(-z)) }

/// A batch of sequences in which one step is looked at.
private struct Steps {
  let (batch, time, units, t): (Int, Int, Int, Int)
  var shape: ck_time_step { ck_time_step(batch: batch, time: time, units: units) }

  /// Numbers for an array `[batch, time, width]`.
  func numbers(_ width: Int, seed: UInt64) -> [Double] { madeUpNumbers(batch * time * width, seed: seed) }

  /// Where unit `j` of a row lies `later` steps on.
  func place(_ row: Int, _ j: Int, _ width: Int, later: Int = 0) -> Int { (row * time + t + later) * width + j }

  static let all = [(1, 5), (3, 16), (4, 37), (2, 300), (40, 128)].flatMap { batch, units in
    [0, 1, 2].map { Steps(batch: batch, time: 3, units: units, t: $0) }
  }
}

@Suite("Kernels: recurrent cells")
struct KernelRecurrentTests {
  @Test("long short-term memory, with and without forget gate, in float and double", arguments: [true, false])
  func longShortTermMemory(forget: Bool) {
    for steps in Steps.all {
      check(steps, forget: forget, Float.self) {
        ck_lstm_step($0, forget, $1, $2, $3, $4, $5)
      } back: {
        ck_lstm_step_backward($0, forget, $1, $2, $3, $4, $5, $6, $7, $8, $9)
      }
      check(steps, forget: forget, Double.self) {
        ck_lstm_step($0, forget, $1, $2, $3, $4, $5)
      } back: {
        ck_lstm_step_backward($0, forget, $1, $2, $3, $4, $5, $6, $7, $8, $9)
      }
    }
  }

  private func check<S: BinaryFloatingPoint>(
    _ s: Steps, forget: Bool, _ type: S.Type,
    forward: (
      UnsafePointer<ck_time_step>, UnsafePointer<S>, UnsafeMutablePointer<S>, Bool, UnsafeMutablePointer<S>,
      UnsafeMutablePointer<S>
    ) -> Void,
    back: (
      UnsafePointer<ck_time_step>, UnsafePointer<S>, UnsafePointer<S>, Bool, UnsafePointer<S>, Int, Bool,
      UnsafeMutablePointer<S>, UnsafeMutablePointer<S>, UnsafeMutablePointer<S>
    ) -> Void
  ) {
    let (n, count) = (s.units, forget ? 4 : 3)
    let width = count * n
    let (g, o) = (forget ? 2 : 1, forget ? 3 : 2)
    func rounded(_ numbers: [Double]) -> [Double] { numbers.map { Double(S($0)) } }
    let sums = rounded(s.numbers(width, seed: 1))
    let bias = rounded(madeUpNumbers(width, seed: 2))
    let cells = rounded(s.numbers(n, seed: 3))
    var gates = OffsetArray<S>(sums)
    var c = OffsetArray<S>(cells)
    var h = OffsetArray<S>(s.numbers(n, seed: 4))
    var (gatesAfter, cAfter, hAfter) = (gates.doubles, c.doubles, h.doubles)
    for row in 0..<s.batch {
      for j in 0..<n {
        func sum(_ gate: Int) -> Double { sums[s.place(row, gate * n + j, width)] + bias[gate * n + j] }
        let (i, candidate, output) = (sigmoid(sum(0)), tanh(sum(g)), sigmoid(sum(o)))
        var kept = s.t == 0 ? 0 : cells[s.place(row, j, n, later: -1)]
        if forget {
          gatesAfter[s.place(row, n + j, width)] = sigmoid(sum(1))
          kept *= sigmoid(sum(1))
        }
        gatesAfter[s.place(row, j, width)] = i
        gatesAfter[s.place(row, g * n + j, width)] = candidate
        gatesAfter[s.place(row, o * n + j, width)] = output
        cAfter[s.place(row, j, n)] = kept + i * candidate
        hAfter[s.place(row, j, n)] = output * tanh(kept + i * candidate)
      }
    }
    let biases = OffsetArray<S>(bias)
    var shape = s.shape
    gates.write { gates in
      c.write { c in
        h.write { h in
          biases.read { forward(&shape, $0, gates + s.t * width, s.t == 0, c + s.t * n, h + s.t * n) }
        }
      }
    }
    let close = S.self == Float.self ? 1e-6 : 1e-14
    expectClose(gates, gatesAfter, tolerance: close, floor: 1, "gates \(s)")
    expectClose(c, cAfter, tolerance: close, floor: 1, "c \(s)")
    expectClose(h, hAfter, tolerance: close, floor: 1, "h \(s)")

    // One step back from gates between 0 and 1, with what comes back from later and without.
    let open = rounded(madeUpNumbers(s.batch * s.time * width, seed: 5, in: 0...1))
    let dy = rounded(madeUpNumbers(s.batch * n, seed: 6))
    for arrives in s.t + 1 < s.time ? [true, false] : [false] {
      let (before, after) = (rounded(s.numbers(n, seed: 7)), rounded(s.numbers(n, seed: 8)))
      var dh = OffsetArray<S>(before)
      var dc = OffsetArray<S>(after)
      var dz = OffsetArray<S>(s.numbers(width, seed: 9))
      var (dhAfter, dcAfter, dzAfter) = (dh.doubles, dc.doubles, dz.doubles)
      for row in 0..<s.batch {
        for j in 0..<n {
          func gate(_ k: Int, later: Int = 0) -> Double { open[s.place(row, k * n + j, width, later: later)] }
          let state = (arrives ? before[s.place(row, j, n)] : 0) + dy[row * n + j]
          let squashed = tanh(cells[s.place(row, j, n)])
          var cell = state * gate(o) * (1 - squashed * squashed)
          if arrives { cell += after[s.place(row, j, n, later: 1)] * (forget ? gate(1, later: 1) : 1) }
          dhAfter[s.place(row, j, n)] = state
          dcAfter[s.place(row, j, n)] = cell
          dzAfter[s.place(row, j, width)] = cell * gate(g) * gate(0) * (1 - gate(0))
          dzAfter[s.place(row, g * n + j, width)] = cell * gate(0) * (1 - gate(g) * gate(g))
          dzAfter[s.place(row, o * n + j, width)] = state * squashed * gate(o) * (1 - gate(o))
          if forget {
            let previous = s.t == 0 ? 0 : cells[s.place(row, j, n, later: -1)]
            dzAfter[s.place(row, n + j, width)] = cell * previous * gate(1) * (1 - gate(1))
          }
        }
      }
      let (gates, c, dys) = (OffsetArray<S>(open), OffsetArray<S>(cells), OffsetArray<S>(dy))
      dh.write { dh in
        dc.write { dc in
          dz.write { dz in
            gates.read { gates in
              c.read { c in
                dys.read {
                  back(
                    &shape, gates + s.t * width, c + s.t * n, s.t == 0, $0, n, arrives, dh + s.t * n, dc + s.t * n,
                    dz + s.t * width)
                }
              }
            }
          }
        }
      }
      expectClose(dh, dhAfter, tolerance: close, floor: 1, "∇h \(s) \(arrives)")
      expectClose(dc, dcAfter, tolerance: close, floor: 1, "∇c \(s) \(arrives)")
      expectClose(dz, dzAfter, tolerance: close, floor: 1, "δ \(s) \(arrives)")
    }
  }

  @Test("the gated unit, one step and one back")
  func gatedUnit() {
    for s in Steps.all {
      let (n, width) = (s.units, 3 * s.units)
      func rounded(_ numbers: [Double]) -> [Double] { numbers.map { Double(Float($0)) } }
      let (sums, bias, own) = (
        rounded(s.numbers(width, seed: 11)), rounded(madeUpNumbers(width, seed: 12)),
        rounded(madeUpNumbers(n, seed: 13))
      )
      let (recalled, states) = (rounded(s.numbers(n, seed: 14)), rounded(s.numbers(n, seed: 15)))
      var (gates, q, h) = (OffsetArray<Float>(sums), OffsetArray<Float>(recalled), OffsetArray<Float>(states))
      var (gatesAfter, qAfter, hAfter) = (sums, recalled, states)
      for row in 0..<s.batch {
        for j in 0..<n {
          func sum(_ gate: Int) -> Double { sums[s.place(row, gate * n + j, width)] + bias[gate * n + j] }
          let (r, z) = (sigmoid(sum(0)), sigmoid(sum(1)))
          let memory = (s.t == 0 ? 0 : recalled[s.place(row, j, n)]) + own[j]
          let candidate = tanh(sum(2) + r * memory)
          gatesAfter[s.place(row, j, width)] = r
          gatesAfter[s.place(row, n + j, width)] = z
          gatesAfter[s.place(row, 2 * n + j, width)] = candidate
          qAfter[s.place(row, j, n)] = memory
          hAfter[s.place(row, j, n)] = (1 - z) * candidate + (s.t == 0 ? 0 : z * states[s.place(row, j, n, later: -1)])
        }
      }
      let (biases, owns) = (OffsetArray<Float>(bias), OffsetArray<Float>(own))
      var shape = s.shape
      gates.write { gates in
        q.write { q in
          h.write { h in
            biases.read { bias in
              owns.read { ck_gru_step(&shape, bias, $0, gates + s.t * width, s.t == 0, q + s.t * n, h + s.t * n) }
            }
          }
        }
      }
      expectClose(gates, gatesAfter, tolerance: 1e-6, floor: 1, "gates \(s)")
      expectClose(q, qAfter, tolerance: 1e-6, floor: 1, "q \(s)")
      expectClose(h, hAfter, tolerance: 1e-6, floor: 1, "h \(s)")
    }
  }
}
