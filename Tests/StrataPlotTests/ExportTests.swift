/// Files and files' texts: SVG, PNG, and the reader that checks the SVG.
import StrataPlot
import Testing

@Suite struct ExportTests {
  /// Made with Python's zlib and struct: `zlib.compress(raw, 0)` and `zlib.crc32`.
  @Test func pngIsThatOfAnotherWriter() {
    var raster = Raster(width: 2, height: 1)
    raster[0, 0] = RGB(255, 0, 128)
    let expected =
      "89504e470d0a1a0a0000000d4948445200000002000000010806000000f4227f8a00000014494441547801010900f6ff00ff"
      + "0080ff000000000ffc027f72ed04b60000000049454e44ae426082"
    let hex = raster.png().map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    #expect(hex == expected)
  }

  @Test func largePNGsHaveSeveralBlocks() {
    let file = Raster(width: 200, height: 200).png()
    // Signature, three chunks of twelve bytes, IHDR, and 200 lines of 801 bytes in three stored blocks.
    #expect(file.count == 8 + 3 * 12 + 13 + 2 + 3 * 5 + 200 * 801 + 4)
    #expect(Raster(width: 0, height: 9).png().count > 8)
  }

  @Test func rasters() {
    var raster = Raster(width: 2, height: 2)
    raster[1, 1] = RGB(1, 2, 3)
    raster[5, 5] = RGB(9, 9, 9)
    #expect(raster[1, 1] == RGB(1, 2, 3))
    #expect(raster[5, 5] == nil)
    #expect(raster.enlarged(3)[5, 3] == RGB(1, 2, 3))
    #expect(raster.enlarged(3)[2, 2] == nil)
    #expect(raster.enlarged(-1) == raster)
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
