/// Scales and their ticks.
import StrataPlot
import Testing

@Suite struct ScaleTests {
  @Test(arguments: [
    (0.0, 412.0, 5, ["0", "100", "200", "300", "400"]), (0, 1, 3, ["0.0", "0.5", "1.0"]),
    (0, 2.4, 6, ["0.0", "0.5", "1.0", "1.5", "2.0"]),
    (-0.31, 0.29, 4, ["-0.2", "0.0", "0.2"]), (0, 50_000, 3, ["0", "20 k", "40 k"]),
    (0, 3e6, 4, ["0", "1 M", "2 M", "3 M"]),
    (0, 0.0004, 3, ["0", "2e-4", "4e-4"]), (100, 100.4, 3, ["100.0", "100.2", "100.4"]),
    (1e20, 4e20, 4, ["1e20", "2e20", "3e20", "4e20"]),
    (12_000, 12_400, 3, ["12.0 k", "12.2 k", "12.4 k"]),
  ]) func linearTicks(_ low: Double, _ high: Double, _ count: Int, _ labels: [String]) {
    #expect(Scale(from: low, to: high).ticks(atMost: count).map(\.label) == labels)
  }

  @Test func logarithmicTicks() {
    func labels(_ low: Double, _ high: Double, _ count: Int) -> [String] {
      Scale(.logarithmic, from: low, to: high).ticks(atMost: count).map(\.label)
    }
    #expect(labels(0.001, 100, 9) == ["0.001", "0.01", "0.1", "1", "10", "100"])
    #expect(labels(1e-6, 1, 4) == ["1e-6", "1e-4", "0.01", "1"])
    #expect(labels(0.05, 3, 9) == ["0.05", "0.1", "0.2", "0.5", "1", "2"])
    #expect(labels(2, 3, 4) == ["2.0", "2.5", "3.0"])
    #expect(labels(1e-300, 1e300, 3).count <= 3)
  }

  @Test func ticksAreFewAndInside() {
    for seed in 0..<3000 {
      let size = (0..<(seed % 80)).reduce(1e-30) { scale, _ in scale * 7.3 }
      let low = wobble(seed) * size
      for kind in [Scale.Kind.linear, .logarithmic] {
        let scale = Scale(kind, from: low, to: low + abs(wobble(seed + 1)) * size)
        #expect(scale.lower < scale.upper && scale.lower.isFinite && scale.upper.isFinite)
        for count in [0, 1, 2, 5, 9] {
          let ticks = scale.ticks(atMost: count)
          #expect(ticks.count <= count || kind == .logarithmic && ticks.count <= 9)
          let room = (scale.upper - scale.lower) * 1e-6
          #expect(ticks.allSatisfy { $0.value >= scale.lower - room && $0.value <= scale.upper + room })
          if count >= 3 { #expect(!ticks.isEmpty, "\(scale)") }
        }
      }
    }
  }

  @Test func fractionsAndValuesAreInverse() {
    for scale in [Scale(from: -3, to: 7), Scale(.logarithmic, from: 0.01, to: 100), Scale(from: -1e300, to: 1e300)] {
      for share in [0.0, 0.25, 0.5, 1] {
        let back = scale.fraction(of: scale.value(at: share)) ?? .nan
        #expect(abs(back - share) < 1e-9)
      }
    }
    #expect(Scale(.logarithmic, from: 1, to: 10).fraction(of: 0) == nil)
    #expect(Scale(.logarithmic, from: 1, to: 10).fraction(of: -3) == nil)
    #expect(Scale().fraction(of: .nan) == nil)
    #expect(Scale().fraction(of: .infinity) == nil)
  }

  @Test func degenerateRangesAreWidened() {
    for (low, high) in [(0.0, 0.0), (5, 5), (-3, -3), (1, 1 + 1e-16), (.nan, .nan), (-.infinity, .infinity), (9, 2)] {
      for kind in [Scale.Kind.linear, .logarithmic] {
        let scale = Scale(kind, from: low, to: high)
        #expect(scale.lower < scale.upper && scale.upper.isFinite && scale.lower.isFinite)
      }
    }
    #expect(Scale(covering: [Double.nan, .infinity]) == nil)
    #expect(Scale(.logarithmic, covering: [-1.0, 0]) == nil)
    #expect(Scale(covering: [1.0, .nan, 3], margin: 0.5).map { [$0.lower, $0.upper] } == [0, 4])
  }
}

extension Scale {
  fileprivate init() { self.init(from: 0, to: 1) }
}
