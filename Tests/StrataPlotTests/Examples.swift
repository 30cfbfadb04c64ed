/// Figures of every kind, ordinary and awkward: what the tests of all figures run through.
import StrataPlot
import Testing

struct Example: Sendable, CustomTestStringConvertible {
  var name: String
  var figure: Figure
  var testDescription: String { name }
}

/// A repeatable wobble in [-1, 1).
func wobble(_ index: Int) -> Double {
  var bits = UInt64(truncatingIfNeeded: index &+ 1) &* 0x9E37_79B9_7F4A_7C15
  bits ^= bits >> 29
  bits = bits &* 0xBF58_476D_1CE4_E5B9
  bits ^= bits >> 32
  return Double(bits % 20000) / 10000 - 1
}

func falling(_ count: Int) -> [Point] { (0..<count).map { Point(Double($0), 2 / (1 + Double($0) / 20)) } }

let ordinary: [Example] =
  charts + pictures + [
    Example(
      name: "panel", figure: .panel(Panel("一个很长的标题 that does not fit everywhere", note: "note", charts[7].figure))),
    Example(name: "message", figure: .message("add a layer first: `add dense 10`")),
    Example(
      name: "text",
      figure: .lines([
        TextLine([TextRun("▶ 3  ", .accent, style: .bold), TextRun("v¹ = σ(h⁰Wᵀ + b)"), TextRun("  100×784", .quiet)]),
        "卷积神经网络 <script>&amp;\u{1B}[31m", "",
      ])),
    Example(
      name: "stack",
      figure: .rows([
        Part(.columns([Part(charts[0].figure), Part(.empty, title: "nothing", length: .cells(12))])),
        Part(
          .panel(Panel("weights \"W1\" & more", note: "784×500", isFocused: true, charts[3].figure)),
          title: "Überschrift"),
        Part(.message("below"), length: .cells(2)),
      ])),
  ]

private let charts: [Example] = [
  Example(
    name: "line",
    figure: .line(
      LineChart(
        series: [
          .init(
            "train", points: falling(200), band: falling(200).map { .init(x: $0.x, low: $0.y * 0.8, high: $0.y * 1.3) }),
          .init("test <b>", role: .series2, pattern: .dashed, points: falling(100).map { Point($0.x * 2, $0.y + 0.2) }),
          .init("past", role: .past, pattern: .dotted, points: [Point(100, 1), Point(120, .nan), Point(140, 0.5)]),
        ], markers: [.init(x: 150, label: "now"), .init(x: 100, label: "branch 1")], xLabel: "step", yLabel: "loss σ"))),
  Example(
    name: "line, log",
    figure: .line(
      LineChart(series: [.init("∇W", points: falling(50) + [Point(51, 0), Point(52, -1)])], yScale: .logarithmic))),
  Example(
    name: "time sheet",
    figure: .time(
      TimeSheet(
        [
          .init("x", .words((0..<30).map { TextRun(["B", "T", "␣", "", "汉"][$0 % 5], $0 % 2 == 0 ? .plain : .good) })),
          .init("value <", note: "0…1", .heights((0..<30).map { $0 == 4 ? .nan : abs(wobble($0)) }, 0...1, .series1)),
          .init(
            "h1", note: "lstm", .shades(Grid(rows: 12, columns: 30) { Float(wobble($0 * 30 + $1)) }, .signed, -1...1)),
        ], count: 30, first: 7, selected: 9))),
  Example(
    name: "curve",
    figure: .curve(
      CurveMap(
        data: [.init("data", points: (0..<40).map { Point(Double($0) / 10, wobble($0)) })],
        curves: [.init("fit", points: (0..<80).map { Point(Double($0) / 20, wobble($0 / 9)) })],
        tangent: .init(at: Point(2, 0.3), slope: -1.5)))),
  Example(
    name: "histogram", figure: .histogram(Histogram(Bins(of: (0..<500).map { Float(wobble($0) + wobble($0 + 999)) })))),
  Example(
    name: "histogram, log counts",
    figure: .histogram(Histogram(Bins(of: (0..<99).map { Float(wobble($0)) } + [.nan, .infinity]), hasLogCounts: true))),
  Example(name: "ridgeline", figure: .ridgeline(Ridgeline(ridges))),
  Example(name: "ridgeline, common", figure: .ridgeline(Ridgeline(ridges, height: .common, palette: .cividis))),
  Example(
    name: "bars",
    figure: .bars(
      Bars([.init("0", 0.02), .init("三", 0.9, role: .good, isMarked: true), .init("two", 0)], format: .percent))),
  Example(
    name: "bars, log",
    figure: .bars(Bars((1...7).map { .init("∇W\($0)", 1 / Double($0 * $0 * $0)) }, scale: .logarithmic))),
  Example(
    name: "bars, signed", figure: .bars(Bars([.init("a", -3), .init("b", 2), .init("c", 0.001)], format: .count))),
  Example(
    name: "table",
    figure: .table(
      Table(
        columns: [.init("n", .right), .init("名称"), .init("rate", .center)],
        texts: (0..<30).map { ["\($0)", $0 % 2 == 0 ? "感知机" : "perceptron & co", "0.\($0)"] }, selected: 20))),
]

private let ridges = (0..<12).map { time in
  Ridgeline.Ridge("step \(time)", Bins(of: (0..<300).map { Float(wobble($0 + time) * Double(time + 1)) }, count: 30))
}

private let wave = Grid(rows: 12, columns: 9) { Float(wobble($0 * 9 + $1)) }

private let pictures: [Example] = [
  Example(
    name: "tiles",
    figure: .tiles(ImageTiles((0..<30).map { n in ImageTile(Grid(rows: 8, columns: 8) { Float(($0 + $1 + n) % 8) }) }))),
  Example(
    name: "tiles, captions",
    figure: .tiles(
      ImageTiles(
        (0..<9).map { ImageTile(wave, caption: "单元 \($0)") }, shading: .signed, range: .perTile, selected: 7))),
  Example(
    name: "tiles, colours",
    figure: .tiles(ImageTiles([ImageTile(gradient), ImageTile(wave, caption: "<&>")], range: .fixed(-1...1)))),
  Example(
    name: "tiles, one large", figure: .tiles(ImageTiles([ImageTile(Grid(rows: 130, columns: 210) { Float($0 * $1) })]))),
  Example(
    name: "heat map",
    figure: .heatMap(
      HeatMap(
        Grid(rows: 3, columns: 4) { Float($0 - $1) }, shading: .signed, rowLabels: ["x₁", "隐藏", "c"],
        columnLabels: ["1", "2", "3", "4"], rowTitle: "in", columnTitle: "out", selected: GridPlace(row: 1, column: 2)))
  ),
  Example(name: "heat map, large", figure: .heatMap(HeatMap(Grid(rows: 130, columns: 210) { Float($0 + $1) }))),
  Example(
    name: "confusion",
    figure: .confusion(
      ConfusionMatrix(
        labels: ["setosa", "versicolor", "鸢尾"], counts: [[50, 0, 0], [0, 47, 3], [0, 4, 46]]))),
  Example(
    name: "plane, classes",
    figure: .plane(
      PlaneMap(
        x: -2...2, y: -1...1,
        field: .classes(
          PlaneMap.sampled(x: -2...2, y: -1...1, rows: 20, columns: 30) { $0 * $1 > 0 ? 1 : 0 }, certainty: wave),
        samples: (0..<40).map {
          .init(Point(wobble($0) * 2, wobble($0 + 77)), category: $0 % 3, isMarked: $0 == 4)
        }, classNames: ["no", "是", "<maybe>"], xLabel: "x1", yLabel: "x2"))),
  Example(
    name: "plane, scalar",
    figure: .plane(
      PlaneMap(
        x: -2...2, y: -2...2,
        field: .scalar(
          PlaneMap.sampled(x: -2...2, y: -2...2, rows: 30, columns: 40) { $0 * $0 + $1 * $1 }, shading: .sequential,
          contours: [0.5, 1, 2]),
        arrows: (0..<8).map { .init(at: Point(Double($0) / 3 - 1, 0.5), dx: Double($0 - 4), dy: 1) } + [
          .init(at: Point(0, 0), dx: 0, dy: 0)
        ], paths: [.init("sgd", points: (0..<20).map { Point(1.5 / Double($0 + 1), 1.8 / Double($0 + 1)) })]))),
  Example(
    name: "plane, weight",
    figure: .plane(PlaneMap(x: 0...1, y: 0...1, field: .scalar(wave, shading: .signed, contours: [])))),
]

private let gradient: Raster = {
  var raster = Raster(width: 6, height: 5)
  for y in 0..<5 {
    for x in 0..<5 { raster[x, y] = RGB(UInt8(x * 50), UInt8(y * 50), 90) }
  }
  return raster
}()

private let bad = Grid(rows: 3, columns: 3, values: [.nan, .infinity, -.infinity, 1])
private let extremes = [
  Point(0, 1e300), Point(1, -1e300), Point(2, .infinity), Point(.nan, 3), Point(1e308, .leastNonzeroMagnitude),
]

/// Nothing at all, one value, equal values, and numbers that are none.
let awkward: [Example] = [
  Example(name: "no figure", figure: .empty),
  Example(name: "no message", figure: .message("")),
  Example(name: "no text", figure: .lines([])),
  Example(name: "no parts", figure: .rows([])),
  Example(
    name: "parts without room",
    figure: .columns([Part(.empty, length: .cells(-4)), Part(.empty, length: .share(.nan))], gap: -2)),
  Example(name: "no time", figure: .time(TimeSheet([.init("x", .words([]))], count: 0))),
  Example(
    name: "time without fit",
    figure: .time(
      TimeSheet(
        [
          .init("words", .words([TextRun("one word that is long")])),
          .init("none", .shades(Grid(rows: 0, columns: 0, values: []), .grey, 0...1), labels: ["a", "b"]),
          .init("far", .heights([.nan, .infinity, -.infinity, 1e300], 0...0, .bad)),
        ], count: 5000, first: .max, selected: -3))),
  Example(name: "no series", figure: .line(LineChart(series: []))),
  Example(name: "no points", figure: .line(LineChart(series: [.init("a", points: [])]))),
  Example(name: "one point", figure: .line(LineChart(series: [.init("a", points: [Point(3, 7)])]))),
  Example(
    name: "constant", figure: .line(LineChart(series: [.init("a", points: (0..<9).map { Point(Double($0), 0.1) })]))),
  Example(
    name: "all nan", figure: .line(LineChart(series: [.init("a", points: (0..<9).map { Point(Double($0), .nan) })]))),
  Example(
    name: "nothing positive",
    figure: .line(LineChart(series: [.init("a", points: [Point(0, 0)])], yScale: .logarithmic))),
  Example(
    name: "extremes",
    figure: .line(
      LineChart(
        series: [.init("a", points: extremes, band: [.init(x: 0, low: -.infinity, high: .nan)])],
        pointSets: [.init("p", points: extremes)],
        markers: [.init(x: .nan, label: "nan"), .init(x: .infinity, label: "")]))),
  Example(
    name: "extremes, log", figure: .line(LineChart(series: [.init("a", points: extremes)], yScale: .logarithmic))),
  Example(
    name: "tiny range",
    figure: .line(
      LineChart(series: [.init("a", points: [Point(0, 1), Point(1, 1 + 1e-15), Point(2, .leastNonzeroMagnitude)])]))),
  Example(
    name: "infinite zoom",
    figure: .line(LineChart(series: [.init("a", points: falling(9))], xRange: -.infinity...(.infinity), yRange: 3...3))),
  Example(
    name: "zoom past the data", figure: .line(LineChart(series: [.init("a", points: falling(9))], xRange: 50...60))),
  Example(name: "no curve", figure: .curve(CurveMap(data: [], curves: [], tangent: .init(at: Point(0, 0), slope: 1)))),
  Example(
    name: "vertical tangent",
    figure: .curve(
      CurveMap(data: [], curves: [.init("f", points: falling(5))], tangent: .init(at: Point(1, 1), slope: .infinity)))),
  Example(name: "no bins", figure: .histogram(Histogram(Bins(counts: [], lower: 0, upper: 1)))),
  Example(
    name: "nan bins", figure: .histogram(Histogram(Bins(counts: [1, 2], lower: .nan, upper: .infinity, mean: .nan)))),
  Example(name: "bins of nothing", figure: .histogram(Histogram(Bins(of: [])))),
  Example(name: "bins of nan", figure: .histogram(Histogram(Bins(of: [.nan, .nan])))),
  Example(name: "bins of one value", figure: .histogram(Histogram(Bins(of: [5, 5, 5], count: 7)))),
  Example(name: "negative counts", figure: .histogram(Histogram(Bins(counts: [-1, 5], lower: -1, upper: 1)))),
  Example(name: "no ridges", figure: .ridgeline(Ridgeline([]))),
  Example(name: "empty ridges", figure: .ridgeline(Ridgeline([.init("", Bins(of: []))]))),
  Example(
    name: "nan ridges",
    figure: .ridgeline(
      Ridgeline([.init("a", Bins(of: [.nan, 1])), .init("b", Bins(counts: [3], lower: .nan, upper: 2))]))),
  Example(name: "no bars", figure: .bars(Bars([]))),
  Example(name: "nan bars", figure: .bars(Bars([.init("", .nan), .init("∞", .infinity), .init("-", -.infinity)]))),
  Example(
    name: "nan bars, log", figure: .bars(Bars([.init("", .nan), .init("0", 0), .init("-", -1)], scale: .logarithmic))),
  Example(name: "no tiles", figure: .tiles(ImageTiles([]))),
  Example(name: "empty tile", figure: .tiles(ImageTiles([ImageTile(Grid(rows: 0, columns: 5, values: []))]))),
  Example(
    name: "nan tiles",
    figure: .tiles(ImageTiles([ImageTile(bad), ImageTile(bad, caption: "nan")], shading: .signed, selected: 99))),
  Example(name: "no heat", figure: .heatMap(HeatMap(Grid(rows: 0, columns: 0, values: [])))),
  Example(
    name: "nan heat",
    figure: .heatMap(HeatMap(bad, rowLabels: ["a"], columnLabels: ["b"], selected: GridPlace(row: 9, column: -1)))),
  Example(name: "all nan heat", figure: .heatMap(HeatMap(Grid(rows: 2, columns: 2, values: [])))),
  Example(name: "no classes", figure: .confusion(ConfusionMatrix(labels: [], counts: []))),
  Example(name: "ragged confusion", figure: .confusion(ConfusionMatrix(labels: ["a", "b"], counts: [[1, -5, 7]]))),
  Example(name: "no counts", figure: .confusion(ConfusionMatrix(labels: ["a", "b"], counts: [[0, 0], [0, 0]]))),
  Example(name: "no plane", figure: .plane(PlaneMap(x: 0...0, y: -.infinity...(.infinity)))),
  Example(
    name: "nan plane",
    figure: .plane(
      PlaneMap(
        x: 0...0, y: -1...1, field: .classes(bad, certainty: bad),
        samples: [.init(Point(.nan, .infinity), category: -7)],
        arrows: [.init(at: Point(0, 0), dx: .nan, dy: .infinity)], paths: [.init("", points: [Point(.nan, 0)])]))),
  Example(
    name: "nan scalar plane",
    figure: .plane(
      PlaneMap(x: 0...1, y: 0...1, field: .scalar(bad, shading: .sequential, contours: [.nan, 1, .infinity])))),
  Example(name: "no columns", figure: .table(Table(columns: [], rows: [["a"]]))),
  Example(name: "no rows", figure: .table(Table(columns: [.init("a")], rows: []))),
  Example(
    name: "ragged rows",
    figure: .table(Table(columns: [.init("a"), .init("")], texts: [[], ["1", "2", "3"]], selected: -4))),
]
