/// What must hold for every figure, whatever it shows.
import StrataPlot
import Testing

@Suite struct FigureTests {
  static let examples = ordinary + awkward
  static let sizes = [
    (0, 0), (1, 1), (0, 5), (5, 0), (2, 1), (1, 2), (3, 3), (7, 4), (12, 6), (20, 9), (80, 24), (200, 60),
  ]
  static let styles: [DrawingStyle] = [.standard, .plain, .ascii, DrawingStyle(charset: .ascii, hasColor: true)]

  @Test(arguments: examples) func drawsAtEverySize(_ example: Example) {
    for (columns, rows) in Self.sizes {
      for style in Self.styles {
        let canvas = example.figure.canvas(size: Size(columns: columns, rows: rows), style: style)
        #expect(canvas.size == Size(columns: columns, rows: rows))
        let lines = canvas.lines
        #expect(lines.count == rows)
        #expect(lines.allSatisfy { TextLayout.width($0) <= columns }, "\(columns)×\(rows)")
      }
    }
  }

  @Test(arguments: examples) func showsSomething(_ example: Example) {
    let silent = ["no figure", "no message", "no text", "no parts", "parts without room"]
    let text = example.figure.lines(size: Size(columns: 80, rows: 24)).joined()
    #expect(text.isEmpty == silent.contains(example.name))
  }

  @Test(arguments: examples) func asciiModeIsAscii(_ example: Example) {
    for (columns, rows) in Self.sizes {
      let canvas = example.figure.canvas(size: Size(columns: columns, rows: rows), style: .ascii)
      let strange = canvas.cells.filter { !(0x20..<0x7F).contains($0.character.value) }
      #expect(strange.isEmpty, "\(columns)×\(rows): \(strange.map(\.character))")
    }
  }

  @Test(arguments: examples) func wideCharactersAreWhole(_ example: Example) {
    for (columns, rows) in Self.sizes {
      let canvas = example.figure.canvas(size: Size(columns: columns, rows: rows))
      for row in 0..<rows {
        for column in 0..<columns {
          let character = canvas[column, row].character
          let isWide = character.value >= 0x1100 && TextLayout.width(String(Character(character))) == 2
          let isFollowed = column + 1 < columns && canvas[column + 1, row].isContinuation
          if isWide != isFollowed { Issue.record("\(character) at \(column), \(row) of \(columns)×\(rows)") }
        }
      }
    }
  }

  @Test(arguments: examples) func svgIsWellFormed(_ example: Example) {
    for (width, height) in [(0.0, 0.0), (1, 1), (40, 30), (640, 400), (Double.nan, .infinity)] {
      let svg = example.figure.svg(width: width, height: height)
      #expect(xmlFault(svg) == nil, "\(width)×\(height): \(xmlFault(svg) ?? "")")
      #expect(!svg.contains("nan") || example.name.contains("nan") || example.name == "all nan")
      #expect(!svg.contains("\"inf") && !svg.contains("\"nan"))
    }
  }

  @Test(arguments: examples) func textOutputHasNoEscapes(_ example: Example) {
    let size = Size(columns: 60, rows: 20)
    let plain = example.figure.ansi(size: size, depth: .none)
    #expect(plain == example.figure.lines(size: size).joined(separator: "\n"))
    #expect(plain.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 })
  }

  @Test(arguments: examples) func colouredTextIsThatText(_ example: Example) {
    let size = Size(columns: 60, rows: 20)
    let expected = example.figure.lines(size: size, style: .standard)
    for depth in [ColorDepth.ansi16, .xterm256, .direct] {
      let shown = withoutSequences(example.figure.ansi(size: size, depth: depth))
      let lines = shown.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        String(line.reversed().drop { $0 == " " }.reversed())
      }
      #expect(lines == expected)
    }
  }

  @Test func everyKindOfFigureIsAmongTheExamples() {
    var kinds: Set<String> = []
    for example in Self.examples {
      let whole = String(describing: example.figure)
      kinds.insert(String(whole.prefix { $0 != "(" }))
    }
    #expect(
      kinds == [
        "empty", "message", "text", "line", "curve", "histogram", "ridgeline", "bars", "tiles", "heatMap", "confusion",
        "plane", "table", "time", "stack", "panel",
      ], "a figure without an example is not tested")
  }
}

/// Removes colour and style sequences, and nothing else: what remains must be the text.
private func withoutSequences(_ text: String) -> String {
  var result = String.UnicodeScalarView()
  var inSequence = false
  for scalar in text.unicodeScalars {
    if scalar == "\u{1B}" {
      inSequence = true
    } else if inSequence {
      if scalar == "m" { inSequence = false }
    } else {
      result.append(scalar)
    }
  }
  return String(result)
}
