// Kernels that work row by row, against their definitions in Double.
import CKernels
import Glibc
import Testing

@Suite("Kernels: rows")
struct KernelRowTests {
  static let shapes = [(0, 4), (1, 1), (3, 2), (5, 10), (40, 10), (17, 32), (7, 33), (2, 1000), (40, 501), (1, 20_011)]

  /// softmax of each row.
  private func softmax(_ x: [Double], _ columns: Int) -> [Double] {
    stride(from: 0, to: x.count, by: columns).flatMap { start -> [Double] in
      let row = x[start..<start + columns]
      let largest = row.max() ?? 0
      let exponentials = row.map { exp($0 - largest) }
      let sum = exponentials.reduce(0, +)
      return exponentials.map { $0 / sum }
    }
  }

  @Test("softmax and its logarithm", arguments: shapes)
  func softmaxes(rows: Int, columns: Int) {
    let x = madeUpNumbers(rows * columns, seed: 11, in: -20...20)
    let z = OffsetArray<Float>(x), w = OffsetArray<Double>(x)
    var y = OffsetArray<Float>(count: x.count), v = OffsetArray<Double>(count: x.count)
    z.read { z in y.write { ck_softmax(rows, columns, z, $0) } }
    w.read { w in v.write { ck_softmax(rows, columns, w, $0) } }
    expectClose(y, softmax(z.doubles, columns), tolerance: 5e-6, "softmax \(rows)x\(columns)")
    expectClose(v, softmax(w.doubles, columns), tolerance: 1e-13, "softmax \(rows)x\(columns)")
    z.read { z in y.write { ck_log_softmax(rows, columns, z, $0) } }
    w.read { w in v.write { ck_log_softmax(rows, columns, w, $0) } }
    expectClose(y, softmax(z.doubles, columns).map { log($0) }, tolerance: 2e-6, floor: 1, "log softmax")
    expectClose(v, softmax(w.doubles, columns).map { log($0) }, tolerance: 1e-13, floor: 1, "log softmax")
    var inPlace = z
    inPlace.write { ck_log_softmax(rows, columns, $0, $0) }
    #expect(inPlace.elements == y.elements)
    inPlace = z
    inPlace.write { ck_softmax(rows, columns, $0, $0) }
    z.read { z in y.write { ck_softmax(rows, columns, z, $0) } }
    #expect(inPlace.elements == y.elements)
  }

  @Test("softmax takes huge numbers and passes nan on", arguments: [3, 40])
  func softmaxSpecial(columns: Int) {
    var row = [Float](repeating: -1000, count: columns)
    row[1] = 3e38
    var y = row
    ck_softmax(1, columns, row, &y)
    #expect(y[1] == 1 && y[0] == 0)
    for position in [0, 2] {
      row[position] = .nan
      ck_softmax(1, columns, row, &y)
      #expect(y.allSatisfy { $0.isNaN }, "softmax of a row with nan at \(position)")
      ck_log_softmax(1, columns, row, &y)
      #expect(y.allSatisfy { $0.isNaN }, "log softmax of a row with nan at \(position)")
      row[position] = 0
    }
  }

  @Test("the gradient through softmax", arguments: shapes)
  func softmaxBackward(rows: Int, columns: Int) {
    let y = softmax(madeUpNumbers(rows * columns, seed: 12), columns), dy = madeUpNumbers(rows * columns, seed: 13)
    var expected = [Double](repeating: 0, count: y.count)
    for r in 0..<rows {
      let range = r * columns..<(r + 1) * columns
      let mean = zip(y[range], dy[range]).map { $0 * $1 }.reduce(0, +)
      for j in range { expected[j] = y[j] * (dy[j] - mean) }
    }
    let floats = OffsetArray<Float>(y), doubles = OffsetArray<Double>(y)
    var d = OffsetArray<Float>(dy), e = OffsetArray<Double>(dy)
    floats.read { y in d.write { ck_softmax_backward(rows, columns, y, $0, $0) } }
    doubles.read { y in e.write { ck_softmax_backward(rows, columns, y, $0, $0) } }
    expectClose(d, expected, tolerance: 2e-6, floor: 1, "softmax backward \(rows)x\(columns)")
    expectClose(e, expected, tolerance: 1e-14, floor: 1, "softmax backward \(rows)x\(columns)")
  }

  @Test("sums over the rows", arguments: shapes + [(1000, 3), (9001, 2), (4100, 20), (3001, 33)])
  func columnSums(rows: Int, columns: Int) {
    let x = madeUpNumbers(rows * columns, seed: 14)
    var expected = [Double](repeating: 0, count: columns)
    for (index, value) in x.enumerated() { expected[index % columns] += 0.25 * value }
    let floats = OffsetArray<Float>(x), doubles = OffsetArray<Double>(x)
    var sums = OffsetArray<Float>(count: columns), exact = OffsetArray<Double>(count: columns)
    floats.read { x in sums.write { ck_column_sums(rows, columns, Float(0.25), x, $0) } }
    doubles.read { x in exact.write { ck_column_sums(rows, columns, 0.25, x, $0) } }
    let size = Double(max(rows, 1)).squareRoot()
    expectClose(sums, expected, tolerance: 1e-6, floor: size, "column sums \(rows)x\(columns)")
    expectClose(exact, expected, tolerance: 1e-14, floor: size, "column sums \(rows)x\(columns)")
  }

  @Test("the largest of a row is the first of equals, and never nan")
  func argmax() {
    let rows: [[Float]] = [
      [1, 5, 5, 2], [-3, -2, -2, -9], [.nan, 1, 2, 2], [.nan, .nan, .nan, .nan], [4, .nan, 3, 4],
      [-.infinity, -.infinity, 0, .infinity],
    ]
    var index = [Int32](repeating: -1, count: rows.count)
    ck_argmax_rows(rows.count, 4, rows.flatMap { $0 }, &index)
    #expect(index == [1, 1, 2, 0, 0, 3])
    ck_argmax_rows(rows.count, 4, rows.flatMap { $0.map { Double($0) } }, &index)
    #expect(index == [1, 1, 2, 0, 0, 3])
    let wide = madeUpNumbers(30 * 700, seed: 15).map { Float($0) }
    var places = [Int32](repeating: 0, count: 30)
    ck_argmax_rows(30, 700, wide, &places)
    for r in 0..<30 {
      let row = wide[r * 700..<(r + 1) * 700]
      #expect(row[row.startIndex + Int(places[r])] == row.max())
    }
  }
}
