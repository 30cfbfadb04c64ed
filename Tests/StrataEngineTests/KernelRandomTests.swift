// Random numbers: known answers for the generator, the documented layout for the bulk calls, moments for the
// distributions.
import CKernels
import Glibc
import Testing

@Suite("Kernels: random numbers")
struct KernelRandomTests {
  private func block(_ key: UInt64, _ low: UInt64, _ high: UInt64) -> [UInt32] {
    var words: [UInt32] = [0, 0, 0, 0]
    ck_philox_block(key, low, high, &words)
    return words
  }

  /// The vectors `kat_vectors` of Random123 (Salmon et al. 2011) for philox4x32, 10 rounds; the last one's counter and
  /// key are digits of pi.
  @Test("Philox 4x32-10 gives the known answers")
  func knownAnswers() {
    #expect(block(0, 0, 0) == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
    #expect(block(.max, .max, .max) == [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd])
    let pi = block(0x299f_31d0_a409_3822, 0x85a3_08d3_243f_6a88, 0x0370_7344_1319_8a2e)
    #expect(pi == [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1])
  }

  /// The words of element `i` by the documented layout: the first for float, both for double.
  private func words(_ i: Int, _ key: UInt64, _ stream: UInt64, _ counter: UInt64) -> (high: UInt32, low: UInt32) {
    let inBlock = i % 256
    let place = counter &+ UInt64(i / 256 * 128 + inBlock % 64)
    return (block(key, place, stream)[inBlock / 64], block(key, place &+ 64, stream)[inBlock / 64])
  }

  private func unit(_ i: Int, _ key: UInt64, _ stream: UInt64, _ counter: UInt64) -> (float: Float, double: Double) {
    let (high, low) = words(i, key, stream, counter)
    return (Float(high >> 8) * 0x1p-24, Double((UInt64(high) << 32 | UInt64(low)) >> 11) * 0x1p-53)
  }

  @Test("bulk numbers are the generator's by the documented layout", arguments: [0, 1, 7, 64, 256, 257, 1000])
  func layout(size: Int) {
    // The second counter runs over the end of its low word, the third over the end of all.
    for counter in [5, 0xffff_ffe0, UInt64.max - 70] {
      let key: UInt64 = 0x0123_4567_89ab_cdef, stream: UInt64 = 0xfeed_0000_0001
      var x = OffsetArray<Float>(count: size), y = OffsetArray<Double>(count: size)
      x.write { ck_uniform(size, key, stream, counter, Float(-1), Float(3), $0) }
      y.write { ck_uniform(size, key, stream, counter, -1.0, 3.0, $0) }
      let units = (0..<size).map { unit($0, key, stream, counter) }
      #expect(x.elements == units.map { -1 + 4 * $0.float } && x.guardsStand)
      #expect(y.elements == units.map { -1 + 4 * $0.double } && y.guardsStand)
    }
    #expect(ck_counters(size) == UInt64((size + 255) / 256 * 128))
  }

  @Test("a longer call begins like a shorter one, and the next call's numbers are others")
  func prefixes() {
    var long = [Float](repeating: 0, count: 1000), short = [Float](repeating: 0, count: 300), next = short
    ck_normal(1000, 1, 2, 0, Float(0), Float(1), &long)
    ck_normal(300, 1, 2, 0, Float(0), Float(1), &short)
    #expect(Array(long.prefix(300)) == short)
    ck_normal(300, 1, 2, ck_counters(300), Float(0), Float(1), &next)
    #expect(next != short && Set(next).intersection(short).count < 3)
    ck_normal(300, 1, 3, 0, Float(0), Float(1), &next)
    #expect(Set(next).intersection(short).count < 3, "another stream")
    ck_normal(300, 2, 2, 0, Float(0), Float(1), &next)
    #expect(Set(next).intersection(short).count < 3, "another key")
  }

  @Test("normal numbers are Box and Muller's of the documented words")
  func normalLayout() {
    let size = 700, key: UInt64 = 77, stream: UInt64 = 3, counter: UInt64 = 9
    var x = OffsetArray<Float>(count: size), y = OffsetArray<Double>(count: size)
    x.write { ck_normal(size, key, stream, counter, Float(2), Float(0.5), $0) }
    y.write { ck_normal(size, key, stream, counter, 2.0, 0.5, $0) }
    var floats: [Double] = [], doubles: [Double] = []
    for i in 0..<size {
      let first = i % 256 < 128
      let a = words(first ? i : i - 128, key, stream, counter), b = unit(first ? i + 128 : i, key, stream, counter)
      let radiusFloat = (-2 * log((Double(a.high >> 1) + 0.5) * 0x1p-31)).squareRoot()
      let angle = 2 * Double.pi * Double(b.float)
      floats.append(2 + 0.5 * radiusFloat * (first ? cos(angle) : sin(angle)))
      let u = Double((UInt64(a.high) << 32 | UInt64(a.low)) >> 11) * 0x1p-53 + 0x1p-54
      let turn = 2 * Double.pi * b.double
      doubles.append(2 + 0.5 * (-2 * log(u)).squareRoot() * (first ? cos(turn) : sin(turn)))
    }
    expectClose(x, floats, tolerance: 5e-7, floor: 1, "normal")
    expectClose(y, doubles, tolerance: 2e-15, floor: 1, "normal")
  }

  @Test("moments of the uniform and the normal distribution")
  func moments() {
    let n = 200_000
    var x = [Float](repeating: 0, count: n)
    ck_uniform(n, 11, 0, 0, Float(0), Float(1), &x)
    var low: Float = 0, high: Float = 0
    #expect(ck_range(n, x, &low, &high) == n && low >= 0 && high < 1 && low < 1e-4 && high > 0.9999)
    #expect(abs(ck_sum(n, x) / Double(n) - 0.5) < 0.003)
    #expect(abs(ck_sum_squares(n, x) / Double(n) - 1 / 3.0) < 0.003)
    ck_normal(n, 11, 1, 0, Float(0), Float(1), &x)
    #expect(abs(ck_sum(n, x) / Double(n)) < 0.01)
    #expect(abs(ck_sum_squares(n, x) / Double(n) - 1) < 0.015)
    var squares = x
    ck_multiply(n, x, x, &squares)
    #expect(abs(ck_dot(n, squares, x) / Double(n)) < 0.03, "skewness")
    #expect(abs(ck_sum_squares(n, squares) / Double(n) - 3) < 0.15, "fourth moment")
    // A bin's share, from the distribution function.
    var counts: [Int64] = [0, 0, 0, 0, 0, 0]
    ck_histogram(n, x, Float(-3), Float(3), 6, &counts)
    for (bin, share) in [0.02140, 0.13591, 0.34134, 0.34134, 0.13591, 0.02140].enumerated() {
      #expect(abs(Double(counts[bin]) / Double(n) - share) < 0.005)
    }
    #expect(ck_first_nonfinite(n, x) == -1)
  }

  @Test("Bernoulli samples compare the documented numbers with their probabilities", arguments: [0, 1, 7, 300, 1000])
  func bernoulli(size: Int) {
    let p = madeUpNumbers(size, seed: 50, in: 0...1)
    let floats = OffsetArray<Float>(p), doubles = OffsetArray<Double>(p.map { Double(Float($0)) })
    var s = OffsetArray<Float>(count: size), t = OffsetArray<Double>(count: size)
    floats.read { p in s.write { ck_bernoulli(size, 8, 9, 10, p, $0) } }
    doubles.read { p in t.write { ck_bernoulli(size, 8, 9, 10, p, $0) } }
    #expect(s.elements == (0..<size).map { unit($0, 8, 9, 10).float < floats.elements[$0] ? 1 : 0 })
    #expect(t.elements == (0..<size).map { unit($0, 8, 9, 10).double < doubles.elements[$0] ? 1 : 0 })
    var inPlace = floats
    inPlace.write { ck_bernoulli(size, 8, 9, 10, $0, $0) }
    #expect(inPlace.elements == s.elements && inPlace.guardsStand)
    // The engine's Double twin draws the same samples.
    #expect(s.doubles == t.elements)
  }

  @Test("certain and impossible events, and nan")
  func bernoulliEnds() {
    var s = [Float](repeating: 7, count: 600)
    ck_bernoulli(600, 1, 1, 1, [Float](repeating: 1, count: 600), &s)
    #expect(s.allSatisfy { $0 == 1 })
    ck_bernoulli(600, 1, 1, 1, [Float](repeating: 0, count: 600), &s)
    #expect(s.allSatisfy { $0 == 0 })
    ck_bernoulli(2, 1, 1, 1, [Float.nan, 0.5], &s)
    #expect(s[0].isNaN && !s[1].isNaN)
    // A number equal to the probability is not below it: no event, and not dropped.
    let u = unit(3, 1, 1, 1).float
    ck_bernoulli(4, 1, 1, 1, [u, u, u, u], &s)
    #expect(s[3] == 0)
    var mask: [Float] = [0, 0, 0, 0]
    ck_dropout(4, u, 1, 1, 1, [1, 1, 1, 1], &mask, &s)
    #expect(s[3] > 0)
  }

  @Test("probability and sample in one pass", arguments: [(0, 3), (1, 1), (3, 7), (5, 300), (40, 33)])
  func sigmoidSample(rows: Int, columns: Int) {
    let n = rows * columns
    let z = OffsetArray<Float>(madeUpNumbers(n, seed: 51)), bias = OffsetArray<Float>(madeUpNumbers(columns, seed: 52))
    var p = OffsetArray<Float>(count: n), s = OffsetArray<Float>(count: n), sum = z, expected = p, drawn = s
    z.read { z in
      bias.read { bias in
        p.write { p in s.write { ck_sigmoid_sample(rows, columns, z, bias, 4, 5, 6, p, $0) } }
        sum.write { sum in expected.write { ck_bias_activation(ck_sigmoid, Float(0), rows, columns, sum, bias, $0) } }
      }
    }
    expected.read { p in drawn.write { ck_bernoulli(n, 4, 5, 6, p, $0) } }
    #expect(p.guardsStand && s.guardsStand)
    expectClose(p, expected.doubles, tolerance: 3e-7, "p of \(rows)x\(columns)")
    // The two ways may differ in p's last bit, hence in a sample where u falls between.
    #expect(zip(s.elements, drawn.elements).filter { $0 != $1 }.count <= n / 1000)
    var together = z
    z.read { z in together.write { t in s.write { ck_sigmoid_sample(rows, columns, z, nil, 4, 5, 6, t, $0) } } }
    expectClose(together, z.doubles.map { 1 / (1 + exp(-$0)) }, tolerance: 3e-7, "without a bias")
  }

  @Test("dropout keeps the mean and drops where the documented numbers are below the rate", arguments: [0, 1, 7, 1000])
  func dropout(size: Int) {
    let x = OffsetArray<Float>(madeUpNumbers(size, seed: 53)), w = OffsetArray<Double>(madeUpNumbers(size, seed: 53))
    var mask = OffsetArray<Float>(count: size), y = mask
    var maskDouble = OffsetArray<Double>(count: size), v = maskDouble
    x.read { x in mask.write { m in y.write { ck_dropout(size, Float(0.25), 1, 2, 3, x, m, $0) } } }
    w.read { w in maskDouble.write { m in v.write { ck_dropout(size, 0.25, 1, 2, 3, w, m, $0) } } }
    #expect(mask.elements == (0..<size).map { unit($0, 1, 2, 3).float >= 0.25 ? Float(4) / 3 : 0 })
    #expect(maskDouble.elements == (0..<size).map { unit($0, 1, 2, 3).double >= 0.25 ? 1 / 0.75 : 0 })
    #expect(y.elements == zip(x.elements, mask.elements).map { $0 * $1 } && y.guardsStand && mask.guardsStand)
    #expect(v.elements == zip(w.elements, maskDouble.elements).map { $0 * $1 } && v.guardsStand)
    var none = y
    x.read { x in mask.write { m in none.write { ck_dropout(size, Float(1), 1, 2, 3, x, m, $0) } } }
    #expect(none.elements.allSatisfy { $0 == 0 } && mask.elements.allSatisfy { $0 == 0 }, "rate 1")
  }
}
