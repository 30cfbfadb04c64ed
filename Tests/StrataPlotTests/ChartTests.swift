/// Charts of numbers: the pictures themselves, small enough to be read here.
import StrataPlot
import Testing

private let up = LineChart.Series("up", points: (0...10).map { Point(Double($0), Double($0)) })

private func lines(_ figure: Figure, _ columns: Int, _ rows: Int, _ style: DrawingStyle = .plain) -> [String] {
  figure.lines(size: Size(columns: columns, rows: rows), style: style)
}

@Suite struct LineChartTests {
  @Test func curveAxesMarkerAndLegend() {
    let chart = LineChart(series: [up], markers: [.init(x: 5, label: "now")], xLabel: "step", yLabel: "loss")
    #expect(
      lines(.line(chart), 32, 10) == [
        "loss",
        " 10┤              ┊now       ⢀⡠⠔",
        "   │              ┊      ⣀⠤⠔⠊⠁",
        "   │              ┊  ⣀⠤⠒⠉",
        "  5┤            ⢀⣀⠤⠒⠉",
        "   │        ⢀⡠⠔⠊⠁ ┊",
        "   │    ⣀⠤⠒⠊⠁     ┊  ── up 5.00",
        "  0┤⣀⠤⠒⠉          ┊",
        "   └┬─────────────┬────────────┬",
        "    0             5         step",
      ])
  }

  @Test func asciiCurvesDifferByCharacter() {
    let down = LineChart.Series("b", points: [Point(0, 8), Point(10, 2)])
    #expect(
      lines(.line(LineChart(series: [up, down], xLabel: "step")), 32, 9, .ascii) == [
        "                     .' up  oo b",
        " 10+                         ...",
        "   |oooo                ...''",
        "   |    ooooooooo  ..'''",
        "  5+          ..'''oooooo",
        "   |    ...'''           ooooooo",
        "  0+..''",
        "   ++-------------+------------+",
        "    0             5         step",
      ])
  }

  @Test func logarithmicAxisSaysWhatItLeavesOut() {
    let points = [Point(0, 100), Point(1, 10), Point(2, 0), Point(3, 1), Point(4, 0.1)]
    #expect(
      lines(.line(LineChart(series: [.init("", points: points)], yScale: .logarithmic)), 40, 9) == [
        " 100┤⠢⢄⡀",
        "    │  ⠈⠑⠢⢄⣀",
        "    │       ⠉⠒",
        "    │",
        "   1┤                          ⠤⣀",
        "    │                            ⠉⠑⠢⢄⡀",
        "    │log scale: 1 value ≤ 0 left out ⠈⠑⠢",
        "    └┬────────────────┬────────────────┬",
        "     0                2                4",
      ])
  }

  @Test func notANumberIsAGap() {
    let points = [Point(0, 0), Point(1, 1), Point(2, .nan), Point(3, 1), Point(4, 0)]
    #expect(
      lines(.line(LineChart(series: [.init("", points: points)])), 24, 6) == [
        " 1┤    ⢀⠆         ⠰⡀",
        "  │   ⡰⠁           ⠈⢆",
        "  │ ⢀⠎               ⠱⡀",
        " 0┤⡰⠁                 ⠈⢆",
        "  └┬─────────┬─────────┬",
        "   0         2         4",
      ])
  }

  @Test func infinityIsTold() {
    let chart = LineChart(series: [.init("a", points: [Point(0, 1), Point(1, .infinity), Point(2, 3)])])
    #expect(lines(.line(chart), 40, 9).joined().contains("1 infinite"))
  }

  @Test func smallPlacesKeepTheCurve() {
    #expect(lines(.line(LineChart(series: [up])), 6, 3) == ["    ⢀⠔", "  ⡠⠔⠁", "⡠⠊"])
  }

  @Test func emptyChartsSayWhy() {
    func message(_ chart: LineChart) -> String {
      lines(.line(chart), 60, 3)[1].split(separator: " ").joined(separator: " ")
    }
    #expect(message(LineChart(series: [])) == "nothing to show yet")
    #expect(message(LineChart(series: [.init("a", points: [Point(0, .nan)])])) == "no finite value to show")
    #expect(message(LineChart(series: [up], xRange: 20...30)) == "nothing in this range")
    #expect(
      message(LineChart(series: [.init("a", points: [Point(0, 0)])], yScale: .logarithmic))
        == "no value above zero: nothing to show on a log scale")
  }

  @Test func zoomShowsThatPartAndItsHeights() {
    let text = lines(.line(LineChart(series: [up], xRange: 2...4)), 40, 12).joined(separator: "\n")
    #expect(text.contains("4.0") || text.contains("4┤"))
    #expect(!text.contains("10"))
  }

  @Test func valuesAtTheMarkerAreMeasuredOnes() {
    let curve = LineChart.Series("a", points: [Point(0, 1), Point(10, 2), Point(20, .nan), Point(30, 4)])
    #expect(curve.value(at: -1) == nil)
    #expect(curve.value(at: 0) == 1)
    #expect(curve.value(at: 9.9) == 1)
    #expect(curve.value(at: 25) == 2)
    #expect(curve.value(at: 99) == 4)
    let chart = LineChart(
      series: [curve],
      markers: [.init(x: 5, label: "branch", showsValues: false), .init(x: 12, label: "now")])
    #expect(lines(.line(chart), 60, 14).joined().contains("a 2.00"))
  }

  @Test func seriesDifferWithoutColour() {
    let styles = LinePattern.allCases.map { pattern in
      lines(
        .line(LineChart(series: [.init("", pattern: pattern, points: [Point(0, 1), Point(1, 1.1)])], yRange: 0...2)),
        40, 9)
    }
    #expect(Set(styles).count == 3)
    let names = LinePattern.allCases.map { pattern in
      lines(.line(LineChart(series: [.init("n", pattern: pattern, points: [Point(0, 0), Point(1, 1)])])), 40, 12)
        .first { $0.contains("n") } ?? ""
    }
    #expect(names.map { $0.filter { "─╌·".contains($0) } } == ["──", "╌╌", "··"])
  }

  @Test func theFirstCurveIsOnTop() {
    let flat = [Point(0, 1), Point(9, 1)]
    let chart = LineChart(
      series: [.init("a", points: flat), .init("b", role: .series2, points: flat)], hasLegend: false)
    let roles = Set(chart.canvas(size: Size(columns: 30, rows: 8)).cells.map(\.foreground))
    #expect(roles.contains(.role(.series1)))
    #expect(!roles.contains(.role(.series2)))
  }

  @Test func tangentTouchesTheCurve() {
    let map = CurveMap(
      data: [.init("data", points: [Point(0, 0), Point(4, 4)])],
      curves: [.init("fit", points: [Point(0, 0), Point(2, 1), Point(4, 4)])], tangent: .init(at: Point(2, 2), slope: 1)
    )
    #expect(
      lines(.curve(map), 40, 10) == [
        "y",
        " 4┤                                  ⢀⡠•",
        "  │ ╌╌ slope 1                    ⣀⠤⠒⠁",
        "  │ ── fit                ⡠⠤  ⣀⠤⠒⠉",
        " 2┤  • data         ⣀● ⠒⠉ ⢀⡠⠔⠊",
        "  │           ⣀⡠ ⠒⠉    ⡠⠔⠊⠁",
        "  │          ⢀⣀⣀⠤⠤⠤⠒⠒⠒⠉",
        " 0┤•⡠⠤⠤⠔⠒⠒⠊⠉⠉⠁",
        "  └┬─────────────────┬─────────────────┬",
        "   0                 2                 x",
      ])
  }
}

@Suite struct DistributionTests {
  private let bins = Bins(counts: [0, 1, 2, 4, 8, 4, 2, 1], lower: -4, upper: 4, mean: 0.9)

  @Test func histogram() {
    #expect(
      lines(.histogram(Histogram(bins)), 24, 4) == [
        "            ███",
        "         ▄▄▄███▄▄▄",
        "   ▃▃▃▆▆▆█████████▆▆▆▃▃▃",
        "-4          0 ▲ 0.9    4",
      ])
    #expect(
      lines(.histogram(Histogram(bins, marksMean: false)), 16, 4, .ascii) == [
        "        ##",
        "      ::##::",
        "  ::++######++::",
        "-4      0      4",
      ])
  }

  @Test func fewerColumnsThanBinsDrawNoSpikes() {
    let flat = Bins(counts: [Int](repeating: 7, count: 50), lower: 1, upper: 2)
    for columns in 1...70 {
      let top = lines(.histogram(Histogram(flat)), columns, 2)[0]
      #expect(top == String(repeating: "█", count: columns))
    }
  }

  @Test func binning() {
    let bins = Bins(of: [0, 0.5, 1, 2, 4, .nan, -.infinity], count: 4)
    #expect(bins.counts == [2, 1, 1, 1])
    #expect(bins.lower == 0 && bins.upper == 4)
    #expect(bins.mean == 1.5)
    #expect(bins.notFinite == 2)
    #expect(bins.total == 5)
    #expect(Bins(of: [-9, 0.5, 9], count: 2, range: 0...1).counts == [1, 2])
    #expect(Bins(of: [3, 3], count: 3).counts.reduce(0, +) == 2)
    #expect(Bins(of: [], count: -4).total == 0)
  }

  @Test func notFiniteValuesAreTold() {
    #expect(lines(.histogram(Histogram(Bins(of: [1, 2, .nan]))), 30, 4)[0].hasSuffix("1 not finite"))
    #expect(lines(.histogram(Histogram(Bins(of: [.nan]))), 50, 3).joined().contains("1 values, none of them finite"))
  }

  @Test func sparklines() {
    #expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7]) == "▁▂▃▄▅▆▇█")
    #expect(sparkline([0.0, .nan, 4, .infinity, -3]) == "▁ █ ▁")
    #expect(sparkline([1, 1, 8, 8], columns: 2) == "▂█")
    #expect(sparkline([0, 0]) == "▁▁")
    #expect(sparkline([Int]()) == "")
    #expect(sparkline([1, 2], columns: -1) == "")
    #expect(sparkline([0, 4, 8], charset: .ascii) == ".=#")
    #expect(progressBar(0.5, columns: 8) == "████░░░░")
    #expect(progressBar(.nan, columns: 4, charset: .ascii) == "....")
    #expect(progressBar(7, columns: 2) == "██")
  }

  @Test func ridgesHideWhatIsBehind() {
    let old = Bins(counts: [0, 4, 8, 4, 0], lower: -1, upper: 1)
    let new = Bins(counts: [8, 2, 0, 2, 8], lower: -1, upper: 1)
    let figure = Figure.ridgeline(Ridgeline([.init("old", old), .init("new", new)]))
    #expect(
      lines(figure, 20, 5) == [
        "          ⡤⠏⠉⠧⡄",
        "old    ⡖⠋⠉⠁   ⠉⠉⠓⡆",
        "    ⠉⠉⠉⡇         ⡏⠉⠉",
        "new    ⠉⠓⠒⠦⣄⣀⡤⠖⠒⠋⠁",
        "    -1      0      1",
      ])
    let filled = figure.canvas(size: Size(columns: 20, rows: 5))
    // The newest is in front: at the left end its colour reaches highest.
    #expect(filled[4, 3].foreground == .rgb(Palette.viridis.color(at: 0.95)))
    #expect(filled[12, 1].foreground == .rgb(Palette.viridis.color(at: 0.2)))
  }

  @Test func moreRidgesThanRowsKeepTheNewest() {
    let ridges = (0..<100).map { Ridgeline.Ridge("t\($0)", Bins(counts: [1, 2, 1], lower: 0, upper: 1)) }
    let text = lines(.ridgeline(Ridgeline(ridges)), 30, 12).joined(separator: "\n")
    #expect(text.contains("t99"))
    #expect(text.contains("t0"))
    #expect(text.filter { $0 == "t" }.count <= 6)
  }
}

@Suite struct BarsAndTableTests {
  @Test func bars() {
    let bars = Bars(
      [.init("zero", 0.25), .init("三", 0.5, isMarked: true), .init("two", 1)], range: 0...1, format: .percent)
    #expect(
      lines(.bars(bars), 28, 3) == [
        "  zero ███▊             25 %",
        "▸ 三   ███████▌         50 %",
        "  two  ███████████████ 100 %",
      ])
    #expect(
      lines(.bars(Bars([.init("a", -1), .init("b", 2)])), 24, 2) == [
        "  a █████▋            -1", "  b      ▐███████████  2",
      ])
    #expect(
      lines(.bars(Bars((1...5).map { .init("w\($0)", Double($0)) })), 24, 4, .ascii) == [
        "  w1 ###-              1",
        "  w2 #######           2",
        "  w3 ##########-       3",
        "  ... 2 more",
      ])
  }

  @Test func logarithmicBarsShowOrdersOfMagnitude() {
    let bars = Bars((0...4).map { .init("", [1, 0.1, 0.01, 0.001, 0][$0]) }, scale: .logarithmic)
    let lengths = lines(.bars(bars), 60, 5).map { $0.filter { $0 == "█" }.count }
    #expect(lengths[4] == 0)
    let steps = zip(lengths, lengths.dropFirst()).map { $0 - $1 }
    #expect(steps.prefix(3).allSatisfy { abs($0 - steps[0]) <= 1 && $0 > 0 })
  }

  @Test func tableAlignsByWidth() {
    let table = Table(
      columns: [.init("n", .right), .init("名"), .init("rate", .right)],
      texts: [["1", "感知机", "0.5"], ["20", "perceptron", "0.25"], ["3", "x", "1"]], selected: 1)
    #expect(
      lines(.table(table), 24, 5) == [
        "   n  名          rate",
        "   1  感知机       0.5",
        "▸ 20  perceptron  0.25",
        "   3  x              1",
        "",
      ])
  }

  @Test func tableShowsTheSelectedPart() {
    let table = Table(columns: [.init("n", .right), .init("名")], texts: (0..<9).map { ["\($0)", "perceptron"] })
    #expect(lines(.table(table), 10, 5) == ["n  名", "0  percep…", "1  percep…", "2  percep…", "  1–3 of 9"])
    var selected = table
    selected.selected = 8
    let text = lines(.table(selected), 20, 5)
    #expect(text[3] == "▸ 8  perceptron")
    #expect(text[4].hasSuffix("7–9 of 9"))
  }
}

@Suite struct TimeSheetTests {
  private let sheet = TimeSheet(
    [
      .init("x", .words("BTBPVVEP".map { TextRun(String($0)) })),
      .init("h", note: "lstm", .shades(Grid(rows: 4, columns: 8) { Float($1 < 4 ? $0 : -$0) / 3 }, .signed, -1...1)),
      .init("v", .heights([0, 0.25, 0.5, 0.75, 1, .nan, 2, 0], 0...1, .series1)),
    ], count: 8, selected: 2)

  @Test func everyLineHasTheSameColumns() {
    #expect(
      lines(.time(sheet), 22, 10) == [
        "t    0   ▾     5",
        "x    B T B P V V E P",
        "h",
        "lstm ++++++++--------",
        "     ********~~~~~~~~",
        "     ########========",
        "v            ██  ██",
        "           ████  ██",
        "         ██████  ██",
        "       ████████  ██",
      ])
  }

  @Test func aStretchIsShownWhereNotAllHasRoom() {
    var narrow = sheet
    narrow.first = 3
    let shown = lines(.time(narrow), 9, 4)
    // Seven of the eight have room: the first is left out, which the axis tells by where its numbers stand.
    #expect(shown[0].hasSuffix("5"))
    #expect(shown[1].hasSuffix("TBPVVEP"))
    #expect(!shown[1].contains("BTB"))
  }

  @Test func whatHasNoRoomSaysSo() {
    #expect(lines(.time(sheet), 22, 2).joined().contains("too small"))
  }
}
