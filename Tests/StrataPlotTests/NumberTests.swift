/// Numbers as people read them.
import StrataPlot
import Testing

@Suite struct NumberTests {
  @Test(
    arguments: [
      (0, "0"), (-0.0, "0"), (1, "1"), (0.1, "0.1"), (0.07123456, "0.07123"), (2.302585, "2.303"),
      (-12.345678, "-12.35"),
      (1234.5678, "1235"), (123456.7, "123457"), (999999.9, "1e6"), (1e6, "1e6"), (1234567, "1.235e6"),
      (0.001, "0.001"),
      (0.0001, "0.0001"), (0.00001234, "1.234e-5"), (1e-6, "1e-6"), (3.4e38, "3.4e38"),
      (Double.leastNonzeroMagnitude, "5e-324"), (0.99996, "1"),
      (9.9999, "10"), (Double.nan, "nan"), (Double.infinity, "inf"), (-Double.infinity, "-inf"), (1e300, "1e300"),
      (Double(Float(0.1)), "0.1"), (100, "100"), (0.285, "0.285"),
    ] as [(Double, String)]) func number(_ value: Double, _ text: String)
  {
    #expect(formatNumber(value) == text)
  }

  @Test func significance() {
    #expect(formatNumber(0.285, significant: 2) == "0.29")
    #expect(formatNumber(2.5, significant: 1) == "3")
    #expect(formatNumber(412, significant: 1) == "412")
    #expect(formatNumber(0.31, significant: 3, padded: true) == "0.310")
    #expect(formatNumber(0, significant: 3, padded: true) == "0.00")
    #expect(formatNumber(1e-7, significant: 3, padded: true) == "1.00e-7")
    #expect(formatNumber(1.0 / 3, significant: 99) == "0.3333333333333333")
  }

  @Test func decimals() {
    #expect(formatDecimal(0.5, decimals: 3) == "0.500")
    #expect(formatDecimal(-0.0004, decimals: 2) == "0.00")
    #expect(formatDecimal(1.995, decimals: 2) == "2.00")
    #expect(formatDecimal(99.5, decimals: 0) == "100")
    #expect(formatDecimal(0.4, decimals: 0) == "0")
    #expect(formatDecimal(1e30, decimals: 2) == "1e30")
    #expect(formatDecimal(.nan, decimals: 2) == "nan")
  }

  @Test(arguments: [
    (0, "0"), (1797, "1797"), (9999, "9999"), (10000, "10 k"), (12345, "12.3 k"), (410_000, "410 k"),
    (999_499, "999 k"),
    (999_500, "1 M"), (1_234_567, "1.23 M"), (60_000_000_000, "60 G"), (-12345, "-12.3 k"), (Int.max, "9.22e18"),
  ]) func count(_ count: Int, _ text: String) {
    #expect(formatCount(count) == text)
  }

  @Test func quantitiesGroupsAndShares() {
    #expect(formatQuantity(3.5249) == "3.52")
    #expect(formatQuantity(.infinity) == "inf")
    #expect(formatGrouped(4160) == "4 160")
    #expect(formatGrouped(-1_234_567) == "-1 234 567")
    #expect(formatGrouped(12) == "12")
    #expect(formatPercent(0.9721) == "97.2 %")
    #expect(formatPercent(1) == "100 %")
    #expect(formatPercent(0.99999) == ">99.9 %")
    #expect(formatPercent(0) == "0 %")
    #expect(formatPercent(0.00123) == "0.12 %")
    #expect(formatPercent(0.5) == "50 %")
    #expect(formatPercent(.nan) == "nan")
  }

  @Test func formattingKeepsTheValue() {
    for index in 0..<2000 {
      let value = wobble(index) * (0..<(index % 60)).reduce(1e-15) { scale, _ in scale * 3.1 }
      let text = formatNumber(value, significant: 6)
      let back = Double(text) ?? .nan
      #expect(abs(back - value) <= abs(value) * 5.1e-6, "\(value) became \(text)")
    }
  }
}
