/// Pictures: tiles, matrices and planes.
import StrataPlot
import Testing

private func lines(_ figure: Figure, _ columns: Int, _ rows: Int, _ style: DrawingStyle = .plain) -> [String] {
  figure.lines(size: Size(columns: columns, rows: rows), style: style)
}

private let ramp = Grid(rows: 4, columns: 4) { Float($0 * 4 + $1) / 15 }

@Suite struct TileTests {
  @Test func halfBlocksShowTwoPixelsACell() {
    let tile = ImageTile(Grid(rows: 2, columns: 2, values: [0, 1, 1, 0]))
    let canvas = ImageTiles([tile]).canvas(size: Size(columns: 4, rows: 2))
    // One pixel of margin: the picture begins in the lower half of the first row.
    #expect(canvas[1, 0] == Cell("▄", foreground: .rgb(RGB(0, 0, 0))))
    #expect(canvas[2, 0] == Cell("▄", foreground: .rgb(RGB(255, 255, 255))))
    #expect(canvas[1, 1] == Cell("▀", foreground: .rgb(RGB(255, 255, 255))))
    #expect(canvas[2, 1] == Cell("▀", foreground: .rgb(RGB(0, 0, 0))))
  }

  @Test func tilesGrowWhileTheyFit() {
    func brightCells(_ columns: Int, _ rows: Int) -> Int {
      let tile = ImageTile(Grid(rows: 3, columns: 3) { _, _ in 1 })
      return ImageTiles([tile], range: .fixed(0...1)).canvas(size: Size(columns: columns, rows: rows)).cells
        .filter { $0.character == " " && $0.background != .plain }.count
    }
    #expect(brightCells(5, 3) == 3)
    #expect(brightCells(8, 4) == 18 - 6)
    #expect(brightCells(40, 20) > 250)
  }

  @Test func whatDoesNotFitIsTold() {
    let tiles = ImageTiles((0..<64).map { _ in ImageTile(ramp) })
    let text = lines(.tiles(tiles), 26, 10)
    #expect(text[9].hasSuffix("15 of 64"))
    var chosen = tiles
    chosen.selected = 63
    #expect(lines(.tiles(chosen), 26, 10)[9].hasSuffix("51–64 of 64"))
    #expect(!lines(.tiles(tiles), 90, 30).joined().contains("of"))
  }

  @Test func theSelectedTileIsInAFrame() {
    let tiles = ImageTiles((0..<6).map { _ in ImageTile(ramp) }, selected: 4)
    #expect(lines(.tiles(tiles), 12, 6) == ["", "[.::-].::-", "[*##%]*##%", "", "", "    5–6 of 6"])
    let framed = tiles.canvas(size: Size(columns: 40, rows: 20))
    #expect(framed.cells.contains { $0.foreground == .rgb(ColorRole.accent.darkTheme) })
  }

  @Test func signsAreToldWithoutColour() {
    let tile = ImageTile(Grid(rows: 2, columns: 7) { _, column in Float(column - 3) })
    let row = lines(.tiles(ImageTiles([tile], shading: .signed)), 16, 3)[1]
    #expect(row == " ==~~--  ++**##")
  }

  @Test func rangesAreCommonOrOwn() {
    let dim = ImageTile(Grid(rows: 2, columns: 1, values: [0, 0.5]))
    let bright = ImageTile(Grid(rows: 2, columns: 1, values: [0, 1]))
    func shades(_ range: ImageTiles.Range) -> Set<Color> {
      Set(ImageTiles([dim, bright], range: range).canvas(size: Size(columns: 5, rows: 2)).cells.map(\.foreground))
    }
    let middle = Color.rgb(Palette.grey.color(at: 0.5))
    #expect(shades(.common).contains(middle))
    #expect(!shades(.perTile).contains(middle))
    #expect(shades(.fixed(0...0.5)).contains(middle) == false)
  }

  @Test func notANumberIsSeen() {
    let tile = ImageTile(Grid(rows: 40, columns: 40) { $0 == 20 && $1 == 20 ? .nan : 0 })
    let reduced = ImageTiles([tile]).canvas(size: Size(columns: 12, rows: 6))
    let shown = reduced.cells.contains {
      $0.foreground == .rgb(Palette.notFinite) || $0.background == .rgb(Palette.notFinite)
    }
    #expect(shown)
    #expect(lines(.tiles(ImageTiles([tile])), 12, 6).joined().contains("?"))
  }
}

@Suite struct MatrixTests {
  @Test func smallMatricesShowTheirNumbers() {
    let map = HeatMap(
      Grid(rows: 2, columns: 3) { Float($0 * 3 + $1) }, rowLabels: ["a", "b"], columnLabels: ["x", "y", "z"])
    #expect(
      lines(.heatMap(map), 40, 4) == [
        "      x        y        z",
        "a        0        1:       2= @@ 5",
        "b        3+       4#       5@    0",
        "",
      ])
  }

  @Test func largerOnesAreShades() {
    let map = HeatMap(Grid(rows: 4, columns: 3) { Float($0 * 3 + $1) })
    #expect(
      lines(.heatMap(map), 24, 4) == [
        "    ....:::: @@ 11",
        "::::----==== **",
        "++++****#### --",
        "####%%%%@@@@    0",
      ])
  }

  @Test func tooLargeOnesAreMeansAndSaySo() {
    let map = HeatMap(Grid(rows: 100, columns: 200) { Float($0 + $1) }, hasLegend: false)
    let text = lines(.heatMap(map), 60, 12)
    #expect(text[11].hasPrefix("100×200 as means over"))
  }

  @Test func reductionIsTheMeanOfBlocks() {
    let grid = Grid(rows: 4, columns: 4) { Float($0 * 4 + $1) }
    #expect(grid.reduced(rows: 2, columns: 2).values == [2.5, 4.5, 10.5, 12.5])
    #expect(grid.reduced(rows: 9, columns: 9) == grid)
    #expect(grid.reduced(rows: 1, columns: 1).values == [7.5])
    #expect(Grid(rows: 1, columns: 2, values: [.nan, 1]).reduced(rows: 1, columns: 1).values[0].isNaN)
    #expect(Grid(rows: 2, columns: 2, values: [1]).finiteRange == 1...1)
    #expect(Grid(rows: .max, columns: 2, values: []).isEmpty)
    #expect(grid[9, 0].isNaN)
  }

  @Test func confusionMarksTheDiagonalByShape() {
    let matrix = ConfusionMatrix(labels: ["cat", "dog"], counts: [[7, 1], [0, 12]])
    #expect(
      lines(.confusion(matrix), 44, 5) == [
        "    cat dog  right",
        "cat  [7]  1  87.5 %",
        "dog   · [12]  100 %",
        "accuracy 95 % · 1 of 20 wrong",
        "most often cat taken for dog: 1×",
      ])
    #expect(matrix.right == 19 && matrix.total == 20)
    #expect(matrix.mostFrequentError?.answer == 1)
    let colours = matrix.canvas(size: Size(columns: 44, rows: 5))
    #expect(colours[6, 1].background != colours[9, 1].background)
  }

  @Test func confusionWithoutRoomBecomesShares() {
    let count = 10
    let matrix = ConfusionMatrix(
      labels: (0..<count).map(String.init),
      counts: (0..<count).map { truth in (0..<count).map { $0 == truth ? 50 : 1 } })
    let text = lines(.confusion(matrix), 30, 14)
    #expect(!text.joined().contains("["))
    #expect(text[12].hasPrefix("accuracy 84.7 %"))
  }
}

@Suite struct PlaneTests {
  @Test func classesHaveShapesAndTextures() {
    let plane = PlaneMap(
      x: 0...4, y: 0...2, field: .classes(Grid(rows: 1, columns: 2, values: [0, 1]), certainty: nil),
      samples: [.init(Point(1, 1)), .init(Point(3, 1), category: 1)], classNames: ["no", "yes"])
    #expect(
      lines(.plane(plane), 26, 8) == [
        "● no  ▲ yes",
        " 2┤           ............",
        "  │           ............",
        "  │     ●     ......▲.....",
        "  │           ............",
        " 0┤           ............",
        "  └┬──────────┬──────────┬",
        "   0          2          4",
      ])
    let coloured = plane.canvas(size: Size(columns: 26, rows: 8))
    #expect(coloured[5, 2].background != coloured[20, 2].background)
  }

  @Test func arrowsPointAsTheVectors() {
    let directions: [(Double, Double)] = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)]
    let arrows = directions.enumerated().map { index, direction in
      PlaneMap.Arrow(at: Point(Double(index) + 0.5, 1), dx: direction.0, dy: direction.1)
    }
    // Eight columns by two rows: a unit is one column wide, and as high as a row.
    let plane = PlaneMap(x: 0...8, y: 0...4, arrows: arrows)
    #expect(lines(.plane(plane), 8, 2).joined() == "→↗↑↖←↙↓↘")
    #expect(lines(.plane(plane), 8, 2, .ascii).joined() == ">/^\\</v\\")
  }

  @Test func contoursAreWhereTheLevelIs() {
    let bowl = PlaneMap.sampled(x: -1...1, y: -1...1, rows: 24, columns: 24) { $0 * $0 + $1 * $1 }
    let plane = PlaneMap(x: -1...1, y: -1...1, field: .scalar(bowl, shading: .sequential, contours: [0.5]))
    #expect(lines(.plane(plane), 9, 4) == ["  ⢀⡠⠤⢄⡀", " ⢰⠁   ⠈⡆", " ⠸⡀   ⢀⠇", "  ⠈⠑⠒⠊⠁"])
  }

  @Test func saddlesAreCrossedTwice() {
    let saddle = PlaneMap.sampled(x: -1...1, y: -1...1, rows: 2, columns: 2) { $0 * $1 }
    let svg = Figure.plane(PlaneMap(x: -1...1, y: -1...1, field: .scalar(saddle, shading: .signed, contours: [0]))).svg(
      width: 300, height: 200)
    #expect(svg.components(of: "stroke=\"#ffffff\" stroke-width=\"0.8\"") == 2)
  }

  @Test func samplingPutsTheLargestOnTop() {
    let grid = PlaneMap.sampled(x: 0...2, y: 0...10, rows: 2, columns: 2) { $0 + $1 }
    #expect(grid.values == [8, 9, 3, 4])
  }

  @Test func pathsBeginWithARingAndEndWithADisc() {
    let plane = PlaneMap(x: 0...1, y: 0...1, paths: [.init("sgd", points: [Point(0.1, 0.9), Point(0.9, 0.1)])])
    let text = lines(.plane(plane), 40, 12).joined()
    #expect(text.contains("○") && text.contains("●"))
  }
}

extension String {
  fileprivate func components(of part: String) -> Int {
    var count = 0
    var rest = self[...]
    while let range = rest.firstRange(of: part) {
      count += 1
      rest = rest[range.upperBound...]
    }
    return count
  }
}
