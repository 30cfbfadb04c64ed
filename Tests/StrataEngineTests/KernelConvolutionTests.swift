// Convolutions and pooling against loops that do what the definitions say, over many small extents.
import CKernels
import Testing

@Suite("Kernels: convolutions")
struct KernelConvolutionTests {
  /// Extents of all kinds: one map and several, strides, padding, windows larger than what is left.
  private static let geometries: [ck_convolution] = {
    var all: [ck_convolution] = []
    for (rows, columns, maps) in [(7, 6, 1), (5, 9, 2), (12, 3, 3), (1, 1, 1), (9, 10, 1)] {
      for (kernelRows, kernelColumns) in [(3, 3), (1, 4), (5, 2), (1, 1)] {
        for (stride, padding) in [(1, 0), (1, 2), (2, 1), (3, 3)] {
          let (free, across) = (rows + 2 * padding - kernelRows, columns + 2 * padding - kernelColumns)
          guard free >= 0, across >= 0 else { continue }
          all.append(
            ck_convolution(
              batch: 11, rows: rows, columns: columns, maps: maps, kernel_rows: kernelRows,
              kernel_columns: kernelColumns, stride: stride, padding: padding, out_rows: free / stride + 1,
              out_columns: across / stride + 1, out_maps: 5))
        }
      }
    }
    return all
  }()

  @Test("the sum, and its derivatives by kernels and by pictures")
  func convolution() {
    #expect(KernelConvolutionTests.geometries.count > 50)
    for geometry in KernelConvolutionTests.geometries {
      var g = geometry
      let x = madeUpNumbers(g.batch * g.rows * g.columns * g.maps, seed: 3)
      let w = madeUpNumbers(g.kernel_rows * g.kernel_columns * g.maps * g.out_maps, seed: 4)
      let bias = madeUpNumbers(g.out_maps, seed: 5)
      let outputs = g.batch * g.out_rows * g.out_columns * g.out_maps
      let dz = madeUpNumbers(outputs, seed: 6)
      var z = [Double](repeating: .nan, count: outputs)
      var y = z
      var dw = [Double](repeating: .nan, count: w.count)
      var dx = [Double](repeating: .nan, count: x.count)
      ck_convolve(&g, ck_relu, 1, x, w, bias, &z, &y)
      ck_convolve_weight_gradient(&g, x, dz, &dw)
      ck_convolve_input_gradient(&g, dz, w, &dx)

      var (sums, weights, pictures) = (
        z.indices.map { bias[$0 % g.out_maps] }, [Double](repeating: 0, count: w.count),
        [Double](repeating: 0, count: x.count)
      )
      eachProduct(g) { out, input, weight in
        sums[out] += x[input] * w[weight]
        weights[weight] += x[input] * dz[out]
        pictures[input] += w[weight] * dz[out]
      }
      #expect(largestDifference(z, sums) < 1e-12, "\(g)")
      #expect(largestDifference(y, sums.map { max($0, 0) }) < 1e-12, "\(g)")
      #expect(largestDifference(dw, weights) < 1e-11, "\(g)")
      #expect(largestDifference(dx, pictures) < 1e-12, "\(g)")
    }
  }

  /// Calls `body` with the places of output, input and weight of every product of the definition.
  private func eachProduct(_ g: ck_convolution, _ body: (Int, Int, Int) -> Void) {
    for sample in 0..<g.batch {
      for r in 0..<g.out_rows {
        for c in 0..<g.out_columns {
          for i in 0..<g.kernel_rows {
            for j in 0..<g.kernel_columns {
              let (row, column) = (r * g.stride - g.padding + i, c * g.stride - g.padding + j)
              guard row >= 0, row < g.rows, column >= 0, column < g.columns else { continue }
              for m in 0..<g.maps {
                for n in 0..<g.out_maps {
                  body(
                    ((sample * g.out_rows + r) * g.out_columns + c) * g.out_maps + n,
                    ((sample * g.rows + row) * g.columns + column) * g.maps + m,
                    ((i * g.kernel_columns + j) * g.maps + m) * g.out_maps + n)
                }
              }
            }
          }
        }
      }
    }
  }

  /// nan where one is not a number.
  private func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $1.0.isNaN || $1.1.isNaN ? .nan : max($0, abs($1.0 - $1.1)) }
  }

  @Test("what is left over at the edge is not pooled, the first of equals is kept, and nan comes through")
  func pooling() {
    var g = ck_pooling(
      kind: ck_pool_maximum, batch: 1, rows: 3, columns: 5, maps: 1, window_rows: 2, window_columns: 2)
    let x: [Float] = [1, 2, 7, 7, 9, 0, 2, 7, .nan, 9, 9, 9, 9, 9, 9]
    var (y, kept) = ([Float](repeating: -1, count: 2), [Float](repeating: -1, count: 2))
    ck_pool(&g, x, &y, &kept)
    #expect(y[0] == 2 && kept[0] == 1)
    #expect(y[1].isNaN && kept[1] == 3)
    var dx = [Float](repeating: -1, count: 15)
    ck_pool_backward(&g, x, y, kept, [10, 20], &dx)
    #expect(dx == [0, 10, 0, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0])

    g.kind = ck_pool_average
    let numbers: [Float] = [1, 2, 3, 4, 9, 5, 6, 7, 8, 9, 9, 9, 9, 9, 9]
    ck_pool(&g, numbers, &y, nil)
    #expect(y == [3.5, 5.5])
    g.kind = ck_pool_root
    ck_pool(&g, [3, 0, 0, 0, 9, 4, 0, 0, 0, 9, 9, 9, 9, 9, 9], &y, nil)
    #expect(y == [5, 0])
    ck_pool_backward(&g, [3, 0, 0, 0, 9, 4, 0, 0, 0, 9, 9, 9, 9, 9, 9], y, nil, [10, 20], &dx)
    #expect(dx == [6, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test("pooling of any number of maps, and back", arguments: [1, 3, 4, 7, 8, 12, 16, 20, 31, 40])
  func pooledMaps(maps: Int) {
    let (rows, columns, height, width) = (5, 7, 2, 3)
    let x = madeUpNumbers(2 * rows * columns * maps, seed: UInt64(maps)).map { Float($0) }
    let outs = 2 * (rows / height) * (columns / width) * maps
    let dy = madeUpNumbers(outs, seed: 99).map { Float($0) }
    /// The places in `x` of the window that output `out` looks at.
    func window(_ out: Int) -> [Int] {
      let (map, place) = (out % maps, out / maps)
      let (column, row, sample) = (place % (columns / width), place / (columns / width) % (rows / height), place / 4)
      return (0..<height).flatMap { i in
        (0..<width).map { j in
          ((sample * rows + row * height + i) * columns + column * width + j) * maps + map
        }
      }
    }
    for kind in [ck_pool_maximum, ck_pool_root, ck_pool_average] {
      var g = ck_pooling(
        kind: kind, batch: 2, rows: rows, columns: columns, maps: maps, window_rows: height, window_columns: width)
      var (y, kept) = ([Float](repeating: -1, count: outs), [Float](repeating: -1, count: outs))
      var dx = [Float](repeating: -1, count: x.count)
      if kind == ck_pool_maximum { ck_pool(&g, x, &y, &kept) } else { ck_pool(&g, x, &y, nil) }
      ck_pool_backward(&g, x, y, kept, dy, &dx)
      var expected = [Float](repeating: 0, count: x.count)
      for out in 0..<outs {
        let places = window(out)
        let seen = places.map { x[$0] }
        switch kind {
        case ck_pool_maximum:
          let largest = seen.indices.max { seen[$0] < seen[$1] } ?? 0
          #expect(y[out] == seen[largest] && kept[out] == Float(largest))
          expected[places[largest]] = dy[out]
        case ck_pool_root:
          let root = seen.reduce(0) { $0 + $1 * $1 }.squareRoot()
          #expect(abs(y[out] - root) < 1e-5)
          for (place, value) in zip(places, seen) { expected[place] = dy[out] * value / root }
        default:
          #expect(abs(y[out] - seen.reduce(0, +) / Float(seen.count)) < 1e-5)
          for place in places { expected[place] = dy[out] / Float(seen.count) }
        }
      }
      #expect(zip(dx, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(kind) of \(maps) maps")
    }
  }
}
