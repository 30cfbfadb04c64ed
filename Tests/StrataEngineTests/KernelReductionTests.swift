// Kernels that answer with a few numbers.
import CKernels
import Testing

@Suite("Kernels: reductions")
struct KernelReductionTests {
  @Test("sums of numbers, magnitudes, squares and products", arguments: kernelSizes)
  func sums(size: Int) {
    let x = madeUpNumbers(size, seed: 21), y = madeUpNumbers(size, seed: 22)
    let a = OffsetArray<Float>(x), b = OffsetArray<Float>(y), c = OffsetArray<Double>(x), d = OffsetArray<Double>(y)
    func close(_ found: Double, _ terms: [Double], _ name: String) {
      let expected = terms.reduce(0, +), magnitude = terms.map { abs($0) }.reduce(1, +)
      #expect(abs(found - expected) <= 1e-13 * magnitude, "\(name) of \(size)")
    }
    close(a.read { ck_sum(size, $0) }, a.doubles, "sum")
    close(c.read { ck_sum(size, $0) }, x, "sum")
    close(a.read { ck_sum_absolute(size, $0) }, a.doubles.map { abs($0) }, "sum of magnitudes")
    close(c.read { ck_sum_absolute(size, $0) }, x.map { abs($0) }, "sum of magnitudes")
    close(a.read { ck_sum_squares(size, $0) }, a.doubles.map { $0 * $0 }, "sum of squares")
    close(c.read { ck_sum_squares(size, $0) }, x.map { $0 * $0 }, "sum of squares")
    let products = zip(a.doubles, b.doubles).map { $0 * $1 }
    close(a.read { a in b.read { ck_dot(size, a, $0) } }, products, "dot")
    close(c.read { c in d.read { ck_dot(size, c, $0) } }, zip(x, y).map { $0 * $1 }, "dot")
  }

  @Test("sums do not overflow float and show what is not finite")
  func sumsAtTheEnds() {
    let large = [Float](repeating: 3e38, count: 100)
    #expect(abs(ck_sum(100, large) - 3e40) < 1e34)
    #expect(ck_sum_squares(100, large) > 8e78)
    #expect(ck_sum(3, [1, Float.nan, 2]).isNaN && ck_sum(2, [1, Float.infinity]) == .infinity)
  }

  @Test("the first number that is not finite", arguments: kernelSizes)
  func firstNonfinite(size: Int) {
    let clean = madeUpNumbers(size, seed: 23)
    #expect(OffsetArray<Float>(clean).read { ck_first_nonfinite(size, $0) } == -1)
    #expect(OffsetArray<Double>(clean).read { ck_first_nonfinite(size, $0) } == -1)
    for place in Set([0, size / 3, size / 2, size - 1]) where place >= 0 && place < size {
      for bad in [Double.nan, .infinity, -.infinity] {
        var x = clean
        x[place] = bad
        // A later one does not hide the first.
        x[size - 1] = .nan
        #expect(OffsetArray<Float>(x).read { ck_first_nonfinite(size, $0) } == place)
        #expect(OffsetArray<Double>(x).read { ck_first_nonfinite(size, $0) } == place)
      }
    }
    // The largest number is finite.
    #expect(ck_first_nonfinite(2, [Float.greatestFiniteMagnitude, -.greatestFiniteMagnitude]) == -1)
  }

  @Test("the range of the finite numbers", arguments: kernelSizes)
  func range(size: Int) {
    var x = madeUpNumbers(size, seed: 24)
    if size > 6 {
      x[1] = .nan
      x[3] = .infinity
      x[5] = -.infinity
    }
    let finite = x.filter { $0.isFinite }
    var low = 42.0, high = 43.0
    #expect(OffsetArray<Double>(x).read { ck_range(size, $0, &low, &high) } == finite.count)
    #expect(low == finite.min() ?? 42 && high == finite.max() ?? 43)
    var lowFloat: Float = 42, highFloat: Float = 43
    #expect(OffsetArray<Float>(x).read { ck_range(size, $0, &lowFloat, &highFloat) } == finite.count)
    #expect(lowFloat == Float(finite.min() ?? 42) && highFloat == Float(finite.max() ?? 43))
    #expect(ck_range(2, [Float.nan, .infinity], &lowFloat, &highFloat) == 0)
    #expect(lowFloat == Float(finite.min() ?? 42), "nothing finite leaves the range as it was")
  }

  @Test("counts by bin", arguments: kernelSizes)
  func histogram(size: Int) {
    let x = madeUpNumbers(size, seed: 25)
    var expected = [Int64](repeating: 1, count: 10)
    // Bins of width 0.3 from -1.5 to 1.5; what lies outside is not counted.
    for value in x.map({ Double(Float($0)) }) where value >= -1.5 && value <= 1.5 {
      expected[min(9, Int((value + 1.5) * (10 / 3.0)))] += 1
    }
    var counts = [Int64](repeating: 1, count: 10)
    OffsetArray<Float>(x).read { ck_histogram(size, $0, Float(-1.5), Float(1.5), 10, &counts) }
    #expect(counts == expected)
    counts = [Int64](repeating: 1, count: 10)
    OffsetArray<Double>(x.map { Double(Float($0)) }).read { ck_histogram(size, $0, -1.5, 1.5, 10, &counts) }
    #expect(counts == expected)
  }

  @Test("both ends of the range are counted, nan and infinity are not")
  func histogramEnds() {
    var counts: [Int64] = [0, 0, 0, 0]
    ck_histogram(6, [0, 1, 0.25, Float.nan, .infinity, -.infinity], Float(0), Float(1), 4, &counts)
    #expect(counts == [1, 1, 0, 1])
    counts = [0, 0, 0, 0]
    ck_histogram(3, [2, 2, 3], Float(2), Float(2), 4, &counts)
    #expect(counts == [0, 0, 0, 2], "a range of one number")
    counts = [0, 0, 0, 0]
    let most = Double.greatestFiniteMagnitude
    ck_histogram(3, [-most, 0, most], -most, most, 4, &counts)
    #expect(counts == [1, 0, 1, 1], "the widest range")
  }
}
