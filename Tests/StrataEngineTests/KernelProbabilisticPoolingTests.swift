// Probabilistic max-pooling against sums over all states of a block, and what is drawn against the probabilities.
import CKernels
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite("Kernels: probabilistic max-pooling")
struct KernelProbabilisticPoolingTests {
  /// Blocks that divide the maps, blocks that leave something over, a block alone, units on their own; few maps and many.
  private static let poolings: [ck_pooling] = [
    (4, 6, 1, 2, 2), (6, 6, 3, 3, 2), (5, 7, 4, 2, 3), (3, 4, 40, 3, 4), (2, 3, 300, 1, 1), (18, 18, 5, 2, 2),
  ].map { rows, columns, maps, high, wide in
    ck_pooling(
      kind: ck_pool_probability, batch: 3, rows: rows, columns: columns, maps: maps, window_rows: high,
      window_columns: wide)
  }

  /// The units of every block, as places in the maps, in the order of the pooling units.
  private func blocks(_ g: ck_pooling) -> [[Int]] {
    var all: [[Int]] = []
    for sample in 0..<g.batch {
      for row in 0..<g.rows / g.window_rows {
        for column in 0..<g.columns / g.window_columns {
          for map in 0..<g.maps {
            all.append(
              (0..<g.window_rows * g.window_columns).map { unit in
                let r = row * g.window_rows + unit / g.window_columns
                let c = column * g.window_columns + unit % g.window_columns
                return ((sample * g.rows + r) * g.columns + c) * g.maps + map
              })
          }
        }
      }
    }
    return all
  }

  private struct Answers<S: BinaryFloatingPoint> {
    var p, pooled, state, drawn, mass: [S]
  }

  private func answers(_ g: ck_pooling, _ x: [Float], _ above: [Float]?, seed: UInt64) -> Answers<Float> {
    var g = g
    let count = blocks(g).count
    var all = Answers<Float>(
      p: x.map { _ in .nan }, pooled: Array(repeating: .nan, count: count), state: x.map { _ in .nan },
      drawn: Array(repeating: .nan, count: count), mass: Array(repeating: .nan, count: count))
    if let above {
      ck_pool_states(&g, x, above, seed, 1, 0, &all.p, &all.pooled, &all.state, &all.drawn, &all.mass)
    } else {
      ck_pool_states(&g, x, nil, seed, 1, 0, &all.p, &all.pooled, &all.state, &all.drawn, &all.mass)
    }
    return all
  }

  private func answers(_ g: ck_pooling, _ x: [Double], _ above: [Double]?, seed: UInt64) -> Answers<Double> {
    var g = g
    let count = blocks(g).count
    var all = Answers<Double>(
      p: x.map { _ in .nan }, pooled: Array(repeating: .nan, count: count), state: x.map { _ in .nan },
      drawn: Array(repeating: .nan, count: count), mass: Array(repeating: .nan, count: count))
    if let above {
      ck_pool_states(&g, x, above, seed, 1, 0, &all.p, &all.pooled, &all.state, &all.drawn, &all.mass)
    } else {
      ck_pool_states(&g, x, nil, seed, 1, 0, &all.p, &all.pooled, &all.state, &all.drawn, &all.mass)
    }
    return all
  }

  @Test("probabilities are quotients of sums over a block's states", arguments: [false, true])
  func probabilities(hasAbove: Bool) {
    for g in Self.poolings {
      let blocks = blocks(g)
      let x = madeUpNumbers(g.batch * g.rows * g.columns * g.maps, seed: 3, in: -4...4)
      let above = hasAbove ? madeUpNumbers(blocks.count, seed: 4) : nil
      var (p, pooled, mass) = (x.map { _ in 0.0 }, [Double](), [Double]())
      for (block, units) in blocks.enumerated() {
        // Each state of the block by its own energy: none on, or one of them.
        let weights = [1.0] + units.map { exp(x[$0] + (above?[block] ?? 0)) }
        let total = weights.reduce(0, +)
        for (place, unit) in units.enumerated() { p[unit] = weights[place + 1] / total }
        pooled.append(weights.dropFirst().reduce(0, +) / total)
        mass.append(log(total))
      }
      let double = answers(g, x, above, seed: 9)
      #expect(largestDifference(double.p, p) < 1e-14 && largestDifference(double.pooled, pooled) < 1e-14, "\(g)")
      #expect(largestDifference(double.mass, mass) < 1e-13, "\(g)")
      let single = answers(g, x.map { Float($0) }, above?.map { Float($0) }, seed: 9)
      #expect(largestDifference(single.p.map(Double.init), p) < 1e-6, "\(g)")
      #expect(largestDifference(single.pooled.map(Double.init), pooled) < 1e-6, "\(g)")
      #expect(largestDifference(single.mass.map(Double.init), mass) < 2e-6, "\(g)")
      // At most one unit of a block is on, and its pooling unit is on when one is; what is left over is off.
      for state in [(double.state, double.drawn), (single.state.map(Double.init), single.drawn.map(Double.init))] {
        var left = state.0
        for (block, units) in blocks.enumerated() {
          let on = units.map { state.0[$0] }.reduce(0, +)
          #expect(on == state.1[block] && (on == 0 || on == 1), "\(g)")
          for unit in units { left[unit] = 0 }
        }
        #expect(left.allSatisfy { $0 == 0 })
      }
    }
  }

  @Test("units are drawn as often as their probabilities say, and differently for another seed")
  func frequencies() {
    let g = Self.poolings[1]
    let x = madeUpNumbers(g.batch * g.rows * g.columns * g.maps, seed: 5, in: -2...2).map { Float($0) }
    let expected = answers(g, x, nil, seed: 0)
    var (units, pooled) = (RunningMean(), RunningMean())
    for seed in 0..<4_000 {
      let drawn = answers(g, x, nil, seed: UInt64(seed))
      units.add(drawn.state.map(Double.init))
      pooled.add(drawn.drawn.map(Double.init))
    }
    #expect(units.deviations(from: expected.p.map(Double.init)) < 4.5)
    #expect(pooled.deviations(from: expected.pooled.map(Double.init)) < 4.5)
    #expect(answers(g, x, nil, seed: 1).state != answers(g, x, nil, seed: 2).state)
  }

  @Test("very large and very small inputs, and numbers that are none")
  func extremes() {
    let g = ck_pooling(
      kind: ck_pool_probability, batch: 1, rows: 2, columns: 2, maps: 5, window_rows: 2, window_columns: 2)
    // Map by map: one far above, all far below, two alike far above, a nan, an infinity.
    let rows: [[Float]] = [
      [800, 0, 0, 0], [-800, -900, -800, -800], [700, 700, 0, 1], [0, .nan, 0, 0], [.infinity, 0, 0, 0],
    ]
    let x = (0..<4).flatMap { unit in rows.map { $0[unit] } }
    let all = answers(g, x, nil, seed: 3)
    func p(_ unit: Int, _ map: Int) -> Float { all.p[unit * 5 + map] }
    #expect(p(0, 0) == 1 && p(1, 0) == 0 && all.pooled[0] == 1 && all.mass[0] == 800)
    #expect(p(0, 1) == 0 && all.pooled[1] == 0 && all.mass[1] == 0 && all.drawn[1] == 0)
    #expect(p(0, 2) == 0.5 && p(1, 2) == 0.5 && all.pooled[2] == 1)
    for map in 3...4 {
      #expect(p(0, map).isNaN && all.pooled[map].isNaN && all.mass[map].isNaN && all.drawn[map].isNaN)
      #expect(all.state[map].isNaN)
    }
  }
}

/// The largest distance between numbers of two lists.
private func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  zip(a, b).reduce(a.count == b.count ? 0 : .infinity) { max($0, $1.0.isNaN ? .infinity : abs($1.0 - $1.1)) }
}
