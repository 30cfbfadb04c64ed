// Annealed importance sampling against exact partition functions, and the ways of typing its temperatures.
import StrataEngine
import Testing

@Suite struct AnnealingTests {
  private func estimate(
    _ machine: BoltzmannMachine, means: Tensor?, schedule: String, seed: UInt64
  ) throws -> (estimate: Double, low: Double, high: Double) {
    var run = try AnnealedImportanceSampling(
      machine, means: means, runs: 100, schedule: AnnealingSchedule(schedule), seed: seed)
    while !run.isFinished { run.advance() }
    return run.logPartition
  }

  @Test("100 runs come within 1 % of log Z, and the interval holds it", arguments: [0, 3], [1, 2, 3] as [UInt64])
  func accuracy(classes: Int, seed: UInt64) throws {
    let machine = try Machines.network(visible: 12, hidden: 8, classes: classes, seed: seed).top
    let exact = try machine.logPartition()
    let plain = try estimate(machine, means: nil, schedule: "1000", seed: seed)
    #expect(abs(plain.estimate / exact - 1) < 0.01)
    #expect(plain.low <= exact && exact <= plain.high)
    // Another base rate is another beginning, and the same end.
    var means = Tensor([12])
    var random = RandomStream(seed: seed, name: "means")
    random.fillUniform(&means, low: 0, high: 1)
    let fitted = try estimate(machine, means: means, schedule: "0:1/1000:0.5, 0.5:1/2000:1", seed: seed)
    #expect(abs(fitted.estimate / exact - 1) < 0.01)
    #expect(fitted.low <= exact && exact <= fitted.high)
    #expect(fitted.estimate != plain.estimate)
  }

  @Test("without weights every chain weighs exactly what the biases make of Z", arguments: [0, 4])
  func biases(classes: Int) throws {
    var network = try Machines.network(visible: 6, hidden: 5, classes: classes, seed: 2)
    let zeros = network.parameters.filter { $0.name.hasSuffix("weight") }.map {
      NamedTensor($0.name, role: .parameter, axes: $0.axes, Tensor($0.tensor.shape))
    }
    try network.setParameters(zeros)
    // The base model with the machine's own visible biases: nothing but hidden and label biases is annealed.
    let exact = try network.top.logPartition()
    let found = try estimate(network.top, means: nil, schedule: "2000", seed: 1)
    #expect(abs(found.estimate - exact) < 0.05)
    #expect(found.low <= exact && exact <= found.high)
  }

  @Test("the interval is about as often wrong as three standard errors say")
  func coverage() throws {
    // Many rough runs: with so few chains the distribution of the mean is not quite normal, but nearly.
    let machine = try Machines.network(visible: 6, hidden: 4, deviation: 0.7, seed: 5).top
    let exact = try machine.logPartition()
    var (held, within) = (0, 0)
    for seed in 1...200 {
      var run = try AnnealedImportanceSampling(
        machine, means: nil, runs: 50, schedule: AnnealingSchedule("20"), seed: UInt64(seed))
      while !run.isFinished { run.advance() }
      let (estimate, low, high) = run.logPartition
      if low <= exact, exact <= high { held += 1 }
      if abs(estimate - exact) <= (high - low) / 6 { within += 1 }
    }
    #expect(held >= 195)
    // One standard error holds about two of three.
    #expect((110...160).contains(within))
  }

  @Test("one chain alone says nothing about its error")
  func oneRun() throws {
    let machine = try Machines.network(visible: 4, hidden: 3).top
    var run = try AnnealedImportanceSampling(machine, means: nil, runs: 1, schedule: AnnealingSchedule("10"), seed: 1)
    while !run.isFinished { run.advance() }
    #expect(run.logPartition.estimate.isFinite)
    #expect(run.logPartition.low == -.infinity && run.logPartition.high == .infinity)
  }

  @Test("a copy goes on to the same bits, and looking changes nothing")
  func bookmark() throws {
    let machine = try Machines.network(visible: 5, hidden: 3, classes: 2).top
    var run = try AnnealedImportanceSampling(machine, means: nil, runs: 7, schedule: AnnealingSchedule("50"), seed: 9)
    for _ in 0..<20 { run.advance() }
    var copy = run
    while !run.isFinished {
      run.advance()
      _ = run.logPartition
      _ = run.fraction
    }
    while !copy.isFinished { copy.advance() }
    #expect(run.logWeights == copy.logWeights)
    #expect(run.fraction == 1)
    let end = run.logWeights
    run.advance()
    #expect(run.logWeights == end)
  }

  @Test("units that are not binary, and counts of runs that make no sense, are refused")
  func refusals() throws {
    let schedule = try AnnealingSchedule("10")
    for network in [
      try Machines.network(visible: 3, hidden: 2, visibleUnits: .gaussian),
      try Machines.network(visible: 3, hidden: 2, hiddenUnits: .rectified),
    ] {
      #expect(throws: StrataError.self) {
        try AnnealedImportanceSampling(network.top, means: nil, runs: 2, schedule: schedule, seed: 1)
      }
    }
    let machine = try Machines.network(visible: 3, hidden: 2).top
    #expect(throws: StrataError.self) {
      try AnnealedImportanceSampling(machine, means: nil, runs: 0, schedule: schedule, seed: 1)
    }
  }

  @Test("the schedule of Salakhutdinov and Murray 2008: 500, 4,000 and 10,000 temperatures above 0")
  func paper() throws {
    let text = "0:1/1000:0.5, 0.5:1/10000:0.9, 0.9:1/100000:1"
    let schedule = try AnnealingSchedule(text)
    let t = schedule.temperatures
    #expect(schedule.text == text)
    #expect(t.count == 1 + 14_500)
    #expect(t.first == 0 && t.last == 1)
    #expect(zip(t, t.dropFirst()).allSatisfy { $0 < $1 })
    #expect(t[500] == 0.5 && abs(t[4_500] - 0.9) < 1e-12)
    #expect(abs(t[1] - 0.001) < 1e-12 && abs(t[501] - 0.5001) < 1e-12 && abs(t[4_501] - 0.90001) < 1e-12)
  }

  @Test("even schedules and ranges")
  func forms() throws {
    #expect(try AnnealingSchedule("5").temperatures == [0, 0.25, 0.5, 0.75, 1])
    #expect(try AnnealingSchedule("2").temperatures == [0, 1])
    #expect(try AnnealingSchedule("0:0.25:1").temperatures == [0, 0.25, 0.5, 0.75, 1])
    #expect(try AnnealingSchedule("0:1/2:0.5,0.5:1/8:1").temperatures == [0, 0.5, 0.625, 0.75, 0.875, 1])
    // A spacing that does not divide its range is made to.
    #expect(try AnnealingSchedule("0:0.3:1").temperatures.count == 4)
    for last in ["0.1", "0.3", "0.7", "0.9"] {
      #expect(try AnnealingSchedule("0:1/10:\(last), \(last):1/100:1").temperatures.last == 1)
    }
  }

  @Test(
    "what is no schedule is refused",
    arguments: [
      "", "1", "0", "-5", "100000000", "many", "0:0.1", "0:0.1:0.5", "0.1:0.1:1", "0:0.1:0.5,0.6:0.1:1", "0:0:1",
      "0:-0.1:1", "0:1/0:1", "0:1e-9:1", "0:0.1:1.5", "0:nan:1", "0:0.1:1, 1:0.1:1", "0:1/2/3:1", "0:0.1:1:2",
      "1:0.1:0",
    ])
  func badSchedules(text: String) {
    #expect(throws: StrataError.self) { try AnnealingSchedule(text) }
  }
}
