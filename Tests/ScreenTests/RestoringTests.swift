// A laboratory that comes back, on the screen without a terminal: the offer, the way, breaking it off.
import StrataEngine
import StrataLab
import StrataPlot
import StrataTerminal
import StrataViews
import Testing

@Suite struct RestoringTests {
  private func studio(_ columns: Int = 80, _ rows: Int = 24, stoppedClock: Bool = true) throws -> Studio {
    let clock = stoppedClock ? { @Sendable in 0.0 } : LabConfiguration.monotonicSeconds
    var lab = Lab(LabConfiguration(views: viewNames, now: clock), seed: 1)
    for line in ["data digits", "add dense 64 relu", "add dense 10 softmax"] { _ = try lab.execute(line) }
    return Studio(lab, size: Size(columns: columns, rows: rows), style: .plain)
  }

  private func restoration(_ studio: Studio, _ lines: [String]) throws -> Restoration {
    var writer = JournalWriter()
    var bytes = writer.bytes(of: JournalHeader(seed: 3, started: 1, threads: 2))
    for line in lines { bytes += writer.bytes(of: .did(line, tick: nil)) }
    return Restoration(try JournalFile(bytes), studio.lab.configuration, threads: 2)
  }

  private let offer = Outcome("2026-11-25 00:43 · 12 commands, the last 'run 5 epochs'")

  @Test("the offer") func offered() throws {
    var studio = try studio()
    studio.offerRestoring(offer)
    expectSnapshot(studio.draw().lines, "restore-offer-80x24")
    // `r` issues the command, any other key means what it always means.
    var other = studio
    #expect(studio.press("r") == [.restore(.bringBack(nil))])
    #expect(studio.text.contains("strata> restore"))
    other.press("s")
    #expect(other.lab.experiment.learner?.line == 1)
    #expect(!other.text.contains("ended without quitting"))
    // Where nothing is offered, `r` is no key.
    #expect(other.press("r").isEmpty)
  }

  @Test("what was there comes back, with the view that was looked at") func broughtBack() throws {
    var studio = try studio(120, 40)
    studio.type("run 3 steps")
    let lines = ["data iris", "add dense 3 softmax", "run 5 steps", "show samples", "set rate 0.5"]
    studio.begin(try restoration(studio, lines))
    #expect(studio.isBusy)
    #expect(studio.text.contains("coming back"))
    #expect(studio.advance(for: 1) == [.restored(isComplete: true)])
    #expect(!studio.isBusy)
    #expect(studio.lab.journal.transcript == lines)
    #expect(studio.lab.initialSeed == 3)
    #expect(studio.text.contains("brought back: 5 commands"))
    #expect(studio.text.contains("samples") && studio.text.contains("setosa"))
  }

  @Test("on the way: nothing is done to it, ctrl-C stops it there") func brokenOff() throws {
    var studio = try studio(120, 40, stoppedClock: false)
    studio.begin(try restoration(studio, ["data iris", "add dense 3 softmax", "run 500000 epochs", "next"]))
    // A slice of no length does one thing.
    for _ in 0..<3 { #expect(studio.advance(for: 0).isEmpty) }
    #expect(studio.update(.line("set rate 0.5")) == [.ring])
    #expect(studio.update(.key(Key("s")!)) == [.ring])
    #expect(studio.text.contains("ctrl-C"))
    #expect(studio.update(.line("quit")) == [.quit])
    #expect(studio.isBusy)
    #expect(studio.update(.key(Key("ctrl-c")!)) == [.restored(isComplete: false)])
    #expect(!studio.isBusy)
    #expect(studio.lab.journal.transcript.prefix(2) == ["data iris", "add dense 3 softmax"])
    #expect(studio.lab.journal.transcript.allSatisfy { !$0.hasPrefix("set") && $0 != "next" })
  }

  @Test("a command that is refused: said which, and what came before stays") func refused() throws {
    var studio = try studio(120, 40)
    studio.begin(try restoration(studio, ["data iris", "data /nonexistent.csv", "add dense 3 softmax"]))
    #expect(studio.advance(for: 1) == [.restored(isComplete: false)])
    #expect(studio.text.contains("command 2 of 3"))
    #expect(studio.lab.experiment.data?.name == "iris")
  }
}
