/// Files' texts: SVG, and the reader that checks it.
import StrataPlot
import Testing

@Suite struct ExportTests {
  @Test func rasters() {
    var raster = Raster(width: 2, height: 2)
    raster[1, 1] = RGB(1, 2, 3)
    raster[5, 5] = RGB(9, 9, 9)
    #expect(raster[1, 1] == RGB(1, 2, 3))
    #expect(raster[5, 5] == nil)
    #expect(Raster(width: .max, height: 0).width < .max)
  }

  @Test func svgEscapesItsTexts() {
    let svg = Figure.message("a < b & \"c\" > d\u{1B}[31m").svg(width: 100, height: 100)
    #expect(svg.contains("a &lt; b &amp; &quot;c&quot; &gt; d[31m"))
  }

  @Test func svgChartsAreVectors() {
    let chart = LineChart(
      series: [
        .init("train", points: [Point(0, 1), Point(5, 2), Point(10, .nan), Point(11, 1), Point(12, 2)]),
        .init("test", role: .series2, pattern: .dashed, points: [Point(0, 2), Point(12, 1)]),
      ], xLabel: "step", yLabel: "loss")
    let svg = Figure.line(chart).svg(width: 400, height: 300)
    #expect(svg.contains(">step</text>") && svg.contains(">loss</text>"))
    #expect(svg.contains(">train</text>") && svg.contains(">test</text>"))
    #expect(svg.contains("stroke-dasharray=\"6 3\""))
    // Two pieces of the first curve, one of the second, and the axes.
    #expect(svg.split(separator: "\n").filter { $0.hasPrefix("<polyline") }.count == 4)
    #expect(svg.contains("width=\"400\" height=\"300\""))
  }

  @Test func zoomedCurvesAreCutAtTheFrame() {
    let chart = LineChart(
      series: [.init("", points: [Point(-100, -100), Point(100, 100)])], xRange: 0...1, yRange: 0...1)
    let svg = Figure.line(chart).svg(width: 200, height: 200)
    // The diagonal of the frame, from corner to corner, and the axes.
    #expect(svg.split(separator: "\n").filter { $0.hasPrefix("<polyline") }.count == 2)
  }

  @Test(arguments: [
    "<a>", "<a></b>", "<a/><b/>", "<a b=c/>", "<a b=\"1\" b=\"2\"/>", "<a b=\"1\"c=\"2\"/>", "<a>&</a>",
    "<a>&nbsp;</a>",
    "<a>\u{1}</a>", "x<a/>", "<a", "", "<a b=\"x></a>", "<1/>", "<a>></a>",
  ]) func theReaderFindsFaults(_ document: String) {
    #expect(xmlFault(document) != nil)
  }

  @Test func theReaderAcceptsWhatIsWellFormed() {
    #expect(xmlFault("<?xml version=\"1.0\"?>\n<a b=\"1 &lt; 2\" xml:space=\"preserve\"><b/>x &amp; y</a>\n") == nil)
  }
}
