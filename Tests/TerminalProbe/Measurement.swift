/// What a frame costs, into whatever terminal there is: `terminal-probe measure`. For people, not for the tests.
///
/// Times are of `show` alone, CPU and wall, medians over 60 frames; the terminal must read what it is sent, so run it where
/// the terminal is fast, or under `script -q /dev/null`.
import Foundation
import StrataPlot
import StrataTerminal

private func noise(_ state: inout UInt64) -> Int {
  state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
  return Int(state >> 40)
}

private func milliseconds(_ clock: clockid_t) -> Double {
  var time = timespec()
  clock_gettime(clock, &time)
  return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
}

func runMeasurement() {
  let terminal = CursesTerminal()
  do { try terminal.start() } catch { complain("\(error)") }
  var report = ["terminal \(terminal.size.columns)x\(terminal.size.rows) \(terminal.capabilities.color)"]
  var state: UInt64 = 1
  func cell() -> Cell {
    let shade = UInt8(noise(&state) % 64 * 4)
    return Cell(
      Unicode.Scalar(UInt32(0x2801 + noise(&state) % 255)) ?? " ", foreground: .rgb(RGB(shade, 255 - shade, 128)))
  }
  for share in [0.1, 1.0] {
    var canvas = Canvas(terminal.size)
    for index in 0..<canvas.size.columns * canvas.size.rows {
      canvas[index % canvas.size.columns, index / canvas.size.columns] = cell()
    }
    terminal.show(canvas, cursor: nil)
    var wall: [Double] = []
    var processor: [Double] = []
    for _ in 0..<60 {
      for row in 0..<canvas.size.rows {
        for column in 0..<canvas.size.columns where Double(noise(&state) % 1000) < share * 1000 {
          canvas[column, row] = cell()
        }
      }
      let (start, used) = (milliseconds(CLOCK_MONOTONIC), milliseconds(CLOCK_THREAD_CPUTIME_ID))
      terminal.show(canvas, cursor: nil)
      wall.append(milliseconds(CLOCK_MONOTONIC) - start)
      processor.append(milliseconds(CLOCK_THREAD_CPUTIME_ID) - used)
    }
    let medians = [wall, processor].map { String(format: "%.2f", $0.sorted()[30]) }
    report.append("\(Int(share * 100)) % changed: \(medians[0]) ms, \(medians[1]) ms CPU a frame")
  }
  terminal.stop()
  print(report.joined(separator: "\n"))
}
