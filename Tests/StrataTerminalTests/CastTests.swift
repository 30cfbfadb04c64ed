// Sessions as recordings: read back by a terminal without glass, at the seconds that stand in the file.
import Foundation
import StrataEngine
import StrataLab
import StrataPlot
import StrataTerminal
import StrataViews
import Testing

/// A recording as a player reads it.
private struct Cast {
  var header: [String: Any]
  var events: [(second: Double, output: String)] = []

  init(_ text: String) throws {
    let lines = text.split(separator: "\n").map { Data($0.utf8) }
    header = try #require(try JSONSerialization.jsonObject(with: lines[0]) as? [String: Any])
    for line in lines.dropFirst() {
      let event = try #require(try JSONSerialization.jsonObject(with: line) as? [Any])
      #expect(event.count == 3 && event[1] as? String == "o")
      events.append((try #require(event[0] as? Double), try #require(event[2] as? String)))
    }
  }

  /// The screen after all output, and after each piece of it what `look` makes of the screen.
  func played(_ look: (Double, VirtualScreen) -> Void = { _, _ in }) throws -> VirtualScreen {
    let (columns, rows) = (try #require(header["width"] as? Int), try #require(header["height"] as? Int))
    var screen = VirtualScreen(columns: columns, rows: rows)
    for event in events {
      screen.feed(event.output.utf8)
      look(event.second, screen)
    }
    return screen
  }
}

@Suite struct CastTests {
  private static let lines = """
    strata session 1
    seed 3
    title Two "moons"

    data moons --samples 60
    add dense 8 tanh
    add dense 2 softmax
    say Sixteen bent lines part what one straight line could not: watch the boundary.
    show boundary
    run 40 epochs
    pause
    say Now back.
    back 20 epochs
    print W1[0,:]
    expect loss < 5
    """

  private func record(_ text: String, speed: Double = 1, columns: Int = 90, rows: Int = 26) throws -> String {
    try recordCast(
      SessionFile(text: text), LabConfiguration(views: viewNames, files: .nothing),
      size: Size(columns: columns, rows: rows), speed: speed)
  }

  @Test func playsOnATerminal() throws {
    let text = try record(Self.lines)
    let cast = try Cast(text)
    #expect(cast.header["version"] as? Int == 2)
    #expect(cast.header["width"] as? Int == 90 && cast.header["height"] as? Int == 26)
    #expect(cast.header["title"] as? String == "Two \"moons\"")
    var typed: [Double] = []
    var running: Set<String> = []
    let screen = try cast.played { second, screen in
      if screen.lines[24] == "strata> run 40 ep" {
        typed.append(second)
        #expect(screen.cursorIsVisible && screen.column == 17 && screen.row == 24)
      }
      if screen.lines[0].contains("running") { running.insert(screen.lines[0]) }
    }
    #expect(screen.unknown == [])
    #expect(typed.count == 1)
    // A run is seen on its way, in a few frames; nobody's speed is told.
    #expect((2...20).contains(running.count))
    #expect(!text.contains("samples/s") && !running.contains { $0.contains("/s") })
    // Where it ends, every line was done once.
    #expect(screen.lines.count { $0.contains("Now back.") } == 1 && !screen.contains("Sixteen"))
    #expect(screen.lines.count { $0.contains("layer1.weight") || $0.contains("W1[0,:]") } <= 1)
    #expect(screen.lines[0].contains("epoch 20.0"))
    #expect(screen.lines[0].contains("paused") && screen.lines[24].hasPrefix("strata> expect loss < 5"))
    #expect(!screen.cursorIsVisible)
  }

  @Test func theSameSessionGivesTheSameBytes() throws {
    #expect(try record(Self.lines) == record(Self.lines))
    #expect(try record(Self.lines) != record(Self.lines.replacing("seed 3", with: "seed 4")))
  }

  @Test func narrationStaysAsLongAsReadingTakes() throws {
    func pauses(_ speed: Double) throws -> [Double] {
      let cast = try Cast(record(Self.lines, speed: speed))
      let seconds = cast.events.map(\.second)
      #expect(seconds == seconds.sorted())
      let limit = try #require(cast.header["idle_time_limit"] as? Int)
      let gaps = zip(seconds.dropFirst(), seconds).map { $0 - $1 }
      #expect(try #require(gaps.max()) <= Double(limit))
      let said = try #require(cast.events.firstIndex { $0.output.contains("watch the boundary.") })
      return [gaps[said], try #require(seconds.last)]
    }
    let (once, twice) = (try pauses(1), try pauses(2))
    // 79 characters at 15 a second.
    #expect((5.0...5.6).contains(once[0]))
    #expect(abs(once[0] - 2 * twice[0]) < 1e-3 && abs(once[1] - 2 * twice[1]) < 1e-2)
  }

  @Test func onlyRowsThatChangedAreWritten() throws {
    let cast = try Cast(record(Self.lines))
    let keys = cast.events.filter { $0.output.contains("strata> ru") }.map(\.output.utf8.count)
    #expect(!keys.isEmpty && keys.dropFirst().allSatisfy { $0 < 200 })
  }

  @Test(arguments: [
    ("expect loss < 0", "line 6, 'expect loss < 0'"), ("nonsense", "no command"), ("run", "nothing would end this run"),
    ("save weights x.safetensors", "may not write"), ("show loss nonsense", "nothing called 'nonsense'"),
  ])
  func aLineThatFailsIsNamed(line: String, words: String) throws {
    do {
      _ = try record("strata session 1\nseed 1\n\nminimize x^2\nnext\n\(line)\n")
      Issue.record("\(line) was recorded")
    } catch {
      #expect("\(error)".contains(words) && "\(error)".contains("line 6"), "\(error)")
    }
  }

  @Test func anySizeWillDo() throws {
    for (columns, rows) in [(40, 12), (80, 24), (200, 60)] {
      let screen = try Cast(record(Self.lines, columns: columns, rows: rows)).played()
      #expect(screen.unknown == [])
      #expect(screen.lines.count == rows)
    }
  }
}
