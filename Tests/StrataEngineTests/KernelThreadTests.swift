// One thread, two threads, three threads: the same bits. The thread count is the process's, so these tests take turns.
import CKernels
import Testing

@Suite("Kernels: threads", .serialized)
struct KernelThreadTests {
  /// Runs `body` with several thread counts, several times each, and expects one answer.
  private func expectSame<Answer: Equatable>(
    _ name: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () -> Answer
  ) {
    let before = ck_threads()
    defer { ck_set_threads(before) }
    ck_set_threads(1)
    let one = body()
    for threads: Int32 in [2, 3, 2, 2] {
      ck_set_threads(threads)
      #expect(body() == one, "\(name) with \(threads) threads", sourceLocation: sourceLocation)
    }
  }

  /// A vector that several threads share, and its length.
  private let n = 70_001
  private let x = madeUpNumbers(70_001, seed: 71).map { Float($0) }
  private let w = madeUpNumbers(70_001, seed: 72)

  private func made(_ body: (UnsafeMutablePointer<Float>) -> Void) -> [UInt32] {
    var y = [Float](repeating: 0.5, count: n)
    y.withUnsafeMutableBufferPointer { body($0.baseAddress.unsafelyUnwrapped) }
    return y.map(\.bitPattern)
  }

  @Test("the count is kept within 1 to 64")
  func count() {
    let before = ck_threads()
    defer { ck_set_threads(before) }
    ck_set_threads(0)
    #expect(ck_threads() == 1)
    ck_set_threads(1000)
    #expect(ck_threads() == 64)
    ck_set_threads(2)
    #expect(ck_threads() == 2)
  }

  @Test("elementwise kernels")
  func elementwise() {
    expectSame("exp") { made { ck_exp(n, x, $0) } }
    expectSame("softplus") { made { ck_softplus_of(n, x, $0) } }
    expectSame("axpy") { made { ck_axpy(n, Float(0.3), x, $0) } }
    for index in 0..<9 {
      expectSame(activationNames[index]) {
        made { y in
          var z = x
          ck_bias_activation(ck_activation(UInt32(index)), Float(0.2), 7, 10_000, &z, x, y)
          ck_activation_backward(ck_activation(UInt32(index)), Float(0.2), 70_000, z, y, x, y)
        }
      }
    }
    for index in 0..<6 {
      expectSame("rule \(index)") {
        made { w in
          var first = x.map { $0 * 0.1 }, second = x.map { $0 * $0 }
          ck_update(
            ck_optimizer(UInt32(index)), n, w, x, &first, &second, Float(0.1), Float(0.9), Float(0.9), Float(0.99),
            Float(1e-8), 3, Float(0.01), Float(0.02))
        }
      }
    }
  }

  @Test("steps of recurrent cells")
  func recurrentCells() {
    // 64 sequences of two steps, 200 units.
    let sums = madeUpNumbers(64 * 2 * 800, seed: 21).map { Float($0) }
    let cells = madeUpNumbers(64 * 2 * 200, seed: 22).map { Float($0) }
    let bias = madeUpNumbers(800, seed: 23).map { Float($0) }
    expectSame("lstm") { () -> [UInt32] in
      var (gates, c, h, dh, dc, dz) = (sums, cells, cells, cells, cells, sums)
      var shape = ck_time_step(batch: 64, time: 2, units: 200)
      for t in 0..<2 {
        gates.withUnsafeMutableBufferPointer { gates in
          c.withUnsafeMutableBufferPointer { c in
            h.withUnsafeMutableBufferPointer { h in
              guard let gates = gates.baseAddress, let c = c.baseAddress, let h = h.baseAddress else { return }
              ck_lstm_step(&shape, true, bias, gates + t * 800, t == 0, c + t * 200, h + t * 200)
            }
          }
        }
      }
      for t in [1, 0] {
        dh.withUnsafeMutableBufferPointer { dh in
          dc.withUnsafeMutableBufferPointer { dc in
            dz.withUnsafeMutableBufferPointer { dz in
              gates.withUnsafeBufferPointer { gates in
                c.withUnsafeBufferPointer { c in
                  guard let gates = gates.baseAddress, let c = c.baseAddress, let dh = dh.baseAddress,
                    let dc = dc.baseAddress, let dz = dz.baseAddress
                  else { return }
                  ck_lstm_step_backward(
                    &shape, true, gates + t * 800, c + t * 200, t == 0, bias, 0, t == 0, dh + t * 200, dc + t * 200,
                    dz + t * 800)
                }
              }
            }
          }
        }
      }
      return (h + dh + dc + dz).map(\.bitPattern)
    }
  }

  @Test("convolutions and pooling")
  func convolutions() {
    var g = ck_convolution(
      batch: 19, rows: 14, columns: 13, maps: 3, kernel_rows: 5, kernel_columns: 3, stride: 1, padding: 1, out_rows: 12,
      out_columns: 13, out_maps: 20)
    var pool = ck_pooling(
      kind: ck_pool_maximum, batch: 19, rows: 14, columns: 13, maps: 20, window_rows: 2, window_columns: 3)
    var states = ck_pooling(
      kind: ck_pool_probability, batch: 19, rows: 14, columns: 13, maps: 20, window_rows: 7, window_columns: 13)
    expectSame("pool states") {
      made { y in
        var (p, state) = ([Float](repeating: 0, count: 69_160), [Float](repeating: 0, count: 69_160))
        var (pooled, drawn) = ([Float](repeating: 0, count: 760), [Float](repeating: 0, count: 760))
        ck_pool_states(&states, x, nil, 5, 7, 0, &p, &pooled, &state, &drawn, nil)
        for i in 0..<p.count { y[i] = p[i] + 2 * state[i] + (i < 760 ? 4 * pooled[i] + 8 * drawn[i] : 0) }
      }
    }
    expectSame("convolve") {
      made { y in
        var z = [Float](repeating: 0, count: n)
        ck_convolve(&g, ck_tanh, Float(1), x, x, x, &z, y)
      }
    }
    expectSame("weight gradient") { made { ck_convolve_weight_gradient(&g, x, x, $0) } }
    expectSame("input gradient") { made { ck_convolve_input_gradient(&g, x, x, $0) } }
    expectSame("pool") {
      made { y in
        var kept = [Float](repeating: 0, count: n)
        ck_pool(&pool, x, y, &kept)
      }
    }
  }

  @Test("rows and reductions")
  func reductions() {
    expectSame("softmax") { made { ck_softmax(700, 100, x, $0) } }
    expectSame("narrow softmax") { made { ck_softmax(7000, 10, x, $0) } }
    expectSame("log softmax") { made { ck_log_softmax(700, 100, x, $0) } }
    expectSame("softmax backward") { made { ck_softmax_backward(700, 100, x, x, $0) } }
    expectSame("column sums") { made { ck_column_sums(70, 1000, Float(0.1), x, $0) } }
    expectSame("sum") { [ck_sum(n, x), ck_sum_absolute(n, x), ck_sum_squares(n, x), ck_dot(n, x, x)] }
    expectSame("sum of doubles") { [ck_sum(n, w), ck_sum_absolute(n, w), ck_sum_squares(n, w), ck_dot(n, w, w)] }
    expectSame("range") {
      var low: Float = 0, high: Float = 0
      let count = ck_range(n, x, &low, &high)
      return [Float(count), low, high]
    }
    expectSame("first not finite") {
      var y = x
      y[69_000] = .nan
      y[68_000] = .infinity
      return ck_first_nonfinite(n, y)
    }
    expectSame("largest of rows") {
      var index = [Int32](repeating: 0, count: 700)
      ck_argmax_rows(700, 100, x, &index)
      return index
    }
  }

  @Test("random numbers")
  func random() {
    expectSame("uniform") { made { ck_uniform(n, 1, 2, 3, Float(0), Float(1), $0) } }
    expectSame("normal") { made { ck_normal(n, 1, 2, 3, Float(0), Float(1), $0) } }
    expectSame("Bernoulli") { made { ck_bernoulli(n, 1, 2, 3, x, $0) } }
    expectSame("probabilities and samples") {
      made { p in
        var s = x
        ck_sigmoid_sample(70, 1000, x, x, 1, 2, 3, p, &s)
        ck_axpy(n, Float(1), s, p)
      }
    }
    expectSame("dropout") {
      made { y in
        var mask = x
        ck_dropout(n, Float(0.3), 1, 2, 3, x, &mask, y)
        ck_axpy(n, Float(1), mask, y)
      }
    }
  }

  @Test("products, with and without the library's part in them")
  func products() {
    let a = madeUpNumbers(220_000, seed: 73).map { Float($0) }
    for (m, n, k) in [(40, 200, 40), (3, 401, 150), (1, 507, 420), (503, 1, 420), (301, 230, 2), (90, 71, 500)] {
      for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
        expectSame("\(transposeA) \(transposeB) \(m)x\(n)x\(k)") {
          var c = Array(x.prefix(m * n))
          ck_gemm(
            transposeA, transposeB, m, n, k, Float(0.7), a, transposeA ? m : k, a, transposeB ? k : n, Float(-0.3), &c,
            n)
          return c
        }
      }
    }
    let b = w.map { $0 * 2 }
    expectSame("double") {
      var c = [Double](repeating: 1, count: 100 * 90)
      ck_gemm(false, true, 100, 90, 300, 0.5, w, 300, b, 300, 1.0, &c, 90)
      return c
    }
  }

  @Test("callers on several threads at once each get their own answer")
  func concurrentCallers() async {
    let before = ck_threads()
    defer { ck_set_threads(before) }
    ck_set_threads(2)
    let x = x, n = n
    let expected = ck_sum_squares(n, x)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          (0..<50).allSatisfy { _ in ck_sum_squares(n, x) == expected }
        }
      }
      for await right in group { #expect(right) }
    }
  }
}
