// Matrix products against the sum of their definition in Double, over shapes, transposes, factors and strides.
import CKernels
import Glibc
import Testing

/// Where a product stands in memory.
private struct Layout {
  var transposeA: Bool, transposeB: Bool
  var m: Int, n: Int, k: Int
  /// Elements between the rows beyond their length.
  var gap: Int
  var alpha: Double, beta: Double

  var lda: Int { (transposeA ? m : k) + gap }
  var ldb: Int { (transposeB ? k : n) + gap }
  var ldc: Int { n + gap }
  var label: String {
    "\(transposeA ? "A'" : "A") \(transposeB ? "B'" : "B") \(m)x\(n)x\(k), gap \(gap), alpha \(alpha), beta \(beta)"
  }
}

/// Makes up the operands, multiplies in both precisions and compares.
private func check(_ p: Layout, sourceLocation: SourceLocation = #_sourceLocation) {
  // Numbers that float holds exactly, so that only the arithmetic differs.
  func operand(_ count: Int, seed: UInt64) -> [Double] {
    madeUpNumbers(count, seed: seed, in: -1...1).map { Double(Float($0)) }
  }
  let a = operand((p.transposeA ? p.k : p.m) * p.lda, seed: 61)
  let b = operand((p.transposeB ? p.n : p.k) * p.ldb, seed: 62)
  let c = operand(p.m * p.ldc, seed: 63)
  var expected = c
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      for i in 0..<p.m {
        for j in 0..<p.n {
          var sum = 0.0
          for l in 0..<p.k {
            sum += a[p.transposeA ? l * p.lda + i : i * p.lda + l] * b[p.transposeB ? j * p.ldb + l : l * p.ldb + j]
          }
          // Without beta, what stood there does not matter, were it nan.
          expected[i * p.ldc + j] = p.alpha * sum + (p.beta == 0 ? 0 : p.beta * c[i * p.ldc + j])
        }
      }
    }
  }
  var start = c
  if p.beta == 0 {
    for i in 0..<p.m { for j in 0..<p.n { start[i * p.ldc + j] = .nan } }
  }
  let size = Double(p.k).squareRoot() + 1
  let left = OffsetArray<Float>(a), right = OffsetArray<Float>(b)
  var product = OffsetArray<Float>(start)
  left.read { a in
    right.read { b in
      product.write { c in
        ck_gemm(
          p.transposeA, p.transposeB, p.m, p.n, p.k, Float(p.alpha), a, p.lda, b, p.ldb, Float(p.beta), c, p.ldc)
      }
    }
  }
  expectClose(product, expected, tolerance: 1e-6, floor: size, p.label, sourceLocation: sourceLocation)
  let wideLeft = OffsetArray<Double>(a), wideRight = OffsetArray<Double>(b)
  var wide = OffsetArray<Double>(start)
  wideLeft.read { a in
    wideRight.read { b in
      wide.write { c in
        ck_gemm(p.transposeA, p.transposeB, p.m, p.n, p.k, p.alpha, a, p.lda, b, p.ldb, p.beta, c, p.ldc)
      }
    }
  }
  expectClose(wide, expected, tolerance: 3e-15, floor: size, p.label, sourceLocation: sourceLocation)
}

/// Each transposition of one shape.
private func checkTranspositions(_ m: Int, _ n: Int, _ k: Int, gap: Int = 0, alpha: Double = 1, beta: Double = 0) {
  for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
    check(
      Layout(transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, gap: gap, alpha: alpha, beta: beta))
  }
}

/// Shapes on both sides of every choice: rows, columns, whole tiles and rests, several blocks of k.
private let shapes: [(Int, Int, Int)] = [
  (1, 1, 1), (1, 9, 5), (9, 1, 5), (1, 300, 70), (300, 1, 70), (10, 8, 2), (10, 8, 8), (2, 8, 10), (10, 1, 8),
  (5, 2, 40), (15, 33, 17), (29, 65, 31), (3, 3, 600), (13, 40, 300), (64, 64, 4), (40, 500, 3), (31, 7, 520),
]

@Suite("Kernels: products")
struct KernelProductTests {
  @Test("every shape, transposed or not", arguments: shapes)
  func shapesAndTransposes(m: Int, n: Int, k: Int) {
    checkTranspositions(m, n, k)
    checkTranspositions(m, n, k, gap: 3, alpha: -0.5, beta: 2)
  }

  @Test("factors", arguments: [(0.0, 0.0), (0, 2), (1, 1), (2, 0), (-1, 0.5)])
  func factors(alpha: Double, beta: Double) {
    for (m, n, k) in [(6, 7, 5), (1, 20, 30), (20, 1, 30), (30, 90, 20)] {
      checkTranspositions(m, n, k, gap: 1, alpha: alpha, beta: beta)
    }
  }

  @Test("nothing to multiply")
  func empty() {
    var c: [Float] = [1, 2, 3, 4]
    ck_gemm(false, false, 2, 2, 0, Float(1), [Float](), 1, [Float](), 2, Float(0.5), &c, 2)
    #expect(c == [0.5, 1, 1.5, 2], "k = 0 leaves beta C")
    ck_gemm(false, false, 0, 2, 3, Float(1), c, 3, c, 2, Float(0), &c, 2)
    ck_gemm(false, false, 2, 0, 3, Float(1), c, 3, c, 1, Float(0), &c, 1)
    #expect(c == [0.5, 1, 1.5, 2], "no rows or no columns: untouched")
  }

  @Test("nan and infinity come through")
  func nonfinite() {
    for n in [1, 8, 40] {
      var a = [Float](repeating: 1, count: 5 * 6), c = [Float](repeating: 0, count: 5 * n)
      a[2 * 6 + 3] = .nan
      a[4 * 6] = .infinity
      ck_gemm(false, false, 5, n, 6, Float(1), a, 6, [Float](repeating: 1, count: 6 * n), n, Float(0), &c, n)
      #expect(c[0] == 6 && c[2 * n].isNaN && c[3 * n - 1].isNaN && c[4 * n] == .infinity && c[3 * n] == 6)
    }
  }

  /// 2.1 million multiplications and more: what oneDNN gets where it is installed.
  private static func checkLargeProducts() {
    checkTranspositions(128, 160, 130, gap: 2)
    check(Layout(transposeA: false, transposeB: false, m: 40, n: 530, k: 100, gap: 0, alpha: 0.5, beta: 1))
    check(Layout(transposeA: true, transposeB: false, m: 700, n: 30, k: 101, gap: 0, alpha: 1, beta: 0))
  }

  @Test("large products")
  func large() {
    Self.checkLargeProducts()
  }

  @Test("large products without the library")
  func largeBuiltIn() async {
    // The library is chosen once a process, so this needs one of its own.
    await #expect(processExitsWith: .success) {
      setenv("STRATA_MATRIX_LIBRARY", "none", 1)
      KernelProductTests.checkLargeProducts()
      #expect(String(cString: ck_matrix_library()) == "built-in")
    }
  }

  @Test("the library and the instruction set say their names")
  func names() {
    let library = String(cString: ck_matrix_library())
    #expect(library == "built-in" || library.hasPrefix("oneDNN "))
    #expect(["avx512f", "x86-64-v3", "default"].contains(String(cString: ck_instruction_set())))
    ck_load_matrix_library()
    #expect(String(cString: ck_matrix_library()) == library)
  }
}
