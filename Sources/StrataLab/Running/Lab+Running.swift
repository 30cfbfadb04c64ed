// Executing freely: the loop, what it writes down, and where it stops.
import StrataEngine

extension Lab {
  /// Begins a run. Throws when nothing can run.
  mutating func begin(_ run: Run) throws(StrataError) {
    guard timeline.present.isReady else {
      throw timeline.present.missing ?? StrataError("nothing can run yet", try: "data digits")
    }
    timeline.addWaypoint(isMovement: true)
    timeline.keep()
    fault = nil
    var run = run
    run.isFine = run.isFine || run.keepsInstructions || breakpoints.contains(where: \.isFine)
    activity = .run(run)
  }

  /// Executes until the goal, a stop, or the end of the slice. Returns why it stopped; nil when it shall go on.
  mutating func advanceRun(for seconds: Double) -> StopReason? {
    guard case .run(var run) = activity else { return .done }
    activity = .none
    let began = configuration.now()
    let reason = loop(&run, began: began, deadline: began + seconds)
    run.seconds += configuration.now() - began
    activity = .run(run)
    return reason
  }

  private mutating func loop(_ run: inout Run, began: Double, deadline: Double) -> StopReason? {
    guard timeline.present.isReady else {
      return .cannotGoOn(timeline.present.missing ?? StrataError("nothing can run"))
    }
    if !run.hasBegun {
      run.hasBegun = true
      if let reason = judgeStart(&run) { return reason }
    }
    var moment = timeline.moment
    if isReached(run, moment) { return .done }
    var units = 0
    var checked = began
    while true {
      let line = timeline.present.nextLine
      let fault = run.isFine ? timeline.step() : timeline.next()
      let previous = moment
      moment = timeline.moment
      let finishedStep = moment.step != previous.step
      timeline.note(moment, loss: finishedStep ? timeline.present.newestLoss : nil)
      if run.isFine {
        if run.report == .instructions {
          run.executedLines.append(line)
          if run.executedLines.count > 12 { run.executedLines.removeFirst(4) }
        }
        if run.keepsInstructions { timeline.keep() }
      }
      if let fault {
        self.fault = fault
        return .fault(fault)
      }
      if finishedStep, let reason = finishStep(&run, moment, previous) { return reason }
      if run.isFine, let reason = stopAtBreakpoint() { return reason }
      if isReached(run, moment) { return .done }
      units += 1
      if units >= run.unitsPerCheck {
        let now = configuration.now()
        adapt(&run, secondsPerUnit: (now - checked) / Double(units), finishedStep: finishedStep)
        keepIfDue(&run, at: run.seconds + now - began)
        if case .seconds(let wanted) = run.goal, run.seconds + now - began >= wanted, timeline.present.nextLine == 0 {
          return .done
        }
        if now >= deadline { return nil }
        units = 0
        checked = now
      }
    }
  }

  private func isReached(_ run: Run, _ moment: Moment) -> Bool {
    switch run.goal {
    case .tick(let tick): moment.tick >= tick
    case .step(let step): moment.step >= step
    case .epoch(let epoch): moment.epochs >= epoch
    case .phase(let phase):
      moment.tick > run.start.tick
        && (timeline.present.nextLine == 0 || timeline.present.nextPhase != phase)
    case .seconds, .until, .forever: false
    }
  }

  /// Looks at the clock about every 50 µs: seldom enough to cost nothing, often enough to stop at once.
  private func adapt(_ run: inout Run, secondsPerUnit: Double, finishedStep: Bool) {
    if secondsPerUnit > Run.slowUnit, !run.isFine, finishedStep { run.isFine = true }
    run.unitsPerCheck = max(1, min(4_096, Int(5e-5 / max(secondsPerUnit, 1e-9))))
  }

  private mutating func keepIfDue(_ run: inout Run, at seconds: Double) {
    guard seconds - run.keptAt >= run.keepSpacing else { return }
    let before = configuration.now()
    let bytes = timeline.keep()
    let cost = configuration.now() - before
    run.keptAt = seconds
    run.keepSpacing = max(Run.leastSpacing, max(Double(bytes) / Run.copyBytesPerSecond, cost * 100))
  }

  // Measuring.

  /// After each mini-batch: measures what is due, then judges conditions.
  private mutating func finishStep(_ run: inout Run, _ moment: Moment, _ previous: Moment) -> StopReason? {
    if run.keepsSteps { timeline.keep() }
    if moment.step <= 1_000 || moment.step & run.measureMask == 0 {
      timeline.note(timeline.present.measurements, step: moment.step)
    }
    var evaluated = false
    if moment.epochs != previous.epochs {
      let isNeeded =
        run.until?.condition.needsEvaluation ?? false || breakpoints.contains(where: \.needsEvaluation)
      evaluated = isNeeded || run.schedule.isDue(epoch: moment.epochs)
      if evaluated { noteTest(at: moment) }
    }
    if run.until != nil, evaluated || !(run.until?.condition.isAllEvaluation ?? true) {
      var cache = QuantityCache(loss: timeline.present.newestLoss, moment: moment, isEvaluated: evaluated)
      let held = run.until?.judge(epoch: moment.epoch) { cache.ready($0) ?? timeline.present.value(of: $0, &cache) }
      if let held { return .condition(held) }
    }
    return breakpoints.isEmpty ? nil : stopWhen(moment, evaluated: evaluated)
  }

  /// Measures the test part and notes it at this step, unless it is known.
  @discardableResult
  mutating func noteTest(at moment: Moment) -> Measurements {
    guard let learner = timeline.present.learner, let test = timeline.present.data?.test, test.count > 0 else {
      return Measurements()
    }
    let measurements = learner.evaluate(test)
    timeline.note(measurements, prefix: "test ", step: moment.step)
    return measurements
  }

  /// At the beginning: the first point of the test curve, and a condition that holds already.
  private mutating func judgeStart(_ run: inout Run) -> StopReason? {
    let moment = timeline.moment
    if moment.step == 0, run.schedule.isCheap, timeline.latest("test loss") == nil { noteTest(at: moment) }
    var cache = QuantityCache(timeline.present, isEvaluated: true)
    let held = run.until?.judge(epoch: moment.epoch) { timeline.present.value(of: $0, &cache) }
    return held.map { .condition($0) }
  }

  // Stopping.

  private mutating func stopWhen(_ moment: Moment, evaluated: Bool) -> StopReason? {
    var reason: StopReason?
    var cache = QuantityCache(loss: timeline.present.newestLoss, moment: moment, isEvaluated: evaluated)
    for index in breakpoints.indices {
      let held = breakpoints[index].judge(epoch: moment.epoch, evaluated: evaluated) {
        cache.ready($0) ?? timeline.present.value(of: $0, &cache)
      }
      if let held, breakpoints[index].hit(), reason == nil {
        reason = .breakpoint(breakpoints[index].number, Lab.text(of: held))
      }
    }
    return reason
  }

  private mutating func stopAtBreakpoint() -> StopReason? {
    var reason: StopReason?
    for index in breakpoints.indices {
      var what: String?
      switch breakpoints[index].kind {
      case .when: break
      case .line(let line): if timeline.present.nextLine == line - 1 { what = "line \(line) is next" }
      case .watch:
        what = breakpoints[index].watched?.change(in: timeline.present)
          .map { "\(breakpoints[index].text) changed: \($0)" }
      }
      if let what, breakpoints[index].hit(), reason == nil {
        reason = .breakpoint(breakpoints[index].number, what)
      }
    }
    return reason
  }

  static func text(of held: [(Condition.Term, Double)]) -> String {
    held.map { term, value in
      let shown = NumberText.short(value)
      switch term.test {
      case .compare(let comparison, let number):
        return "\(term.quantity.name) \(shown) \(comparison.rawValue) \(NumberText.exact(number))"
      case .isNaN: return "\(term.quantity.name) is \(shown)"
      case .rises(let times): return "\(term.quantity.name) rose \(times) times, to \(shown)"
      case .stalls(let epochs): return "\(term.quantity.name) stalled for \(epochs) epochs, now \(shown)"
      }
    }.joined(separator: " and ")
  }
}

/// What was worked out for the quantities of one moment, each thing at most once.
struct QuantityCache {
  /// Whether sets of samples may be evaluated now; else such quantities are not newly known.
  let isEvaluated: Bool
  private let loss: Double
  private let moment: Moment
  var measured: Measurements?
  var onTest: Measurements?
  var onTraining: Measurements?

  init(_ experiment: borrowing Experiment, isEvaluated: Bool) {
    self.init(loss: experiment.newestLoss, moment: experiment.moment, isEvaluated: isEvaluated)
  }

  init(loss: Double, moment: Moment, isEvaluated: Bool) {
    self.loss = loss
    self.moment = moment
    self.isEvaluated = isEvaluated
  }

  /// What is known without asking the experiment, as it is asked after every mini-batch; nil for all else.
  @inline(__always)
  func ready(_ quantity: Quantity) -> Double? {
    switch quantity {
    case .loss: loss
    case .step: Double(moment.step)
    case .epoch: moment.epoch
    default: nil
    }
  }
}

extension Experiment {
  /// A quantity now; nil where it is not newly known.
  func value(of quantity: Quantity, _ cache: inout QuantityCache) -> Double? {
    switch quantity {
    case .loss, .step, .epoch: return cache.ready(quantity)
    case .measured(let name):
      if cache.measured == nil { cache.measured = measurements }
      if let value = cache.measured?[name] { return value }
      if let setting = learner?.value(of: name).flatMap({ Double($0) }) { return setting }
      // Before the first mini-batch: what is known of a whole set, where it may be measured now.
      guard cache.isEvaluated, let data else { return nil }
      return value(of: data.test.count > 0 ? .onTest(name) : .onTraining(name), &cache)
    case .onTest(let name):
      guard cache.isEvaluated, let learner, let data else { return nil }
      if cache.onTest == nil { cache.onTest = learner.evaluate(data.test) }
      return cache.onTest?[name]
    case .onTraining(let name):
      guard cache.isEvaluated, let learner, let data else { return nil }
      if cache.onTraining == nil { cache.onTraining = learner.evaluate(data.train) }
      return cache.onTraining?[name]
    case .found(let name): return findings[name]
    case .reduced(let reduction, let reference): return reduction.value(of: reference, in: self)
    case .gradientNorm(let layer): return gradientNorm(layer: layer)
    case .setting(let key): return learner?.value(of: key).flatMap { Double($0) }
    case .element(let reference): return (try? reference.element(in: self)).map(Double.init)
    }
  }
}
