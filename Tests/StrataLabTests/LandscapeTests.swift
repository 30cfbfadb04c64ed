// `landscape`: the same from the same seed whatever was kept, nothing is changed by it, and the path is the one that was gone.
import StrataEngine
import StrataLab
import Testing

@Suite struct LandscapeTests {
  private func moons(memory: Int = 256_000_000) throws -> Lab {
    var lab = Lab(LabConfiguration(memoryBound: memory), seed: 2)
    for line in [
      "data moons --samples 60", "add dense 5 tanh", "add dense 2 softmax", "set batch 8", "run 30", "set rate 0.3",
      "run 37",
    ] { _ = try lab.execute(line) }
    return lab
  }

  @Test func itIsALookAndComesToTheSameFromTheSameSeed() throws {
    var lab = try moons()
    let before = fingerprint(lab.experiment)
    let outcome = try lab.execute("landscape --points 5")
    #expect(fingerprint(lab.experiment) == before)
    let first = try #require(lab.landscape)
    #expect(first.isComplete && first.count == 25 && first.kind == .random)
    // The middle point is the weights as they are, and the loss there the one on all training samples.
    #expect(first.coordinates(row: 2, column: 2) == (0, 0))
    #expect(first.loss(row: 2, column: 2) == first.here)
    #expect(outcome["landscape loss"] == first.here)
    #expect(abs(first.here - (try lab.execute("print train loss")["train loss"] ?? 0)) < 1e-6)
    _ = try lab.execute("expect landscape most > \(first.here)")
    _ = try lab.execute("landscape --points 5")
    #expect(lab.landscape?.measured == first.measured)
    _ = try lab.execute("landscape --points 5 --seed 3")
    #expect(lab.landscape?.measured != first.measured)
    _ = try lab.execute("landscape --points 5 --samples 10")
    #expect(lab.landscape?.sampleCount == 10 && lab.landscape?.here != first.here)
    // What comes next is what would have come.
    _ = try lab.execute("run 10")
    var other = try moons()
    _ = try other.execute("run 10")
    #expect(fingerprint(other.experiment) == fingerprint(lab.experiment))
  }

  @Test func thePathIsTheWayThatTheWeightsWentWhateverIsKept() throws {
    var lab = try moons()
    let outcome = try lab.execute("landscape path --points 3")
    let landscape = try #require(lab.landscape)
    #expect(landscape.path.first?.step == 0 && landscape.path.last?.step == 67)
    #expect(landscape.path.map(\.step) == landscape.path.map(\.step).sorted())
    let share = try #require(outcome["landscape share"])
    #expect(share > 0.7 && share <= 1.0001)
    var small = try moons(memory: 20_000)
    _ = try small.execute("back 20")
    _ = try small.execute("run 20")
    _ = try small.execute("landscape path --points 3")
    #expect(small.landscape?.path == landscape.path)
    #expect(small.landscape?.measured == landscape.measured)
    // At each of these steps the weights lay where the path says.
    for place in [landscape.path[0], landscape.path[7], landscape.path[landscape.path.count - 2]] {
      _ = try lab.execute("goto \(place.step)")
      let at = try #require(landscape.plane.coordinates(of: lab.experiment.model.parameters))
      #expect(at.a == place.a && at.b == place.b, "step \(place.step)")
    }
  }

  @Test func aPathBeginsWithItsModel() throws {
    var lab = try moons()
    _ = try lab.execute("step 2")
    _ = try lab.execute("seed 9")
    let fresh = lab.experiment.model.parameters
    _ = try lab.execute("run 12")
    _ = try lab.execute("landscape path --points 3")
    let landscape = try #require(lab.landscape)
    let at = try #require(landscape.plane.coordinates(of: fresh))
    #expect(landscape.path[0].a == at.a && landscape.path[0].b == at.b)
    #expect(landscape.path[0].step == 67)
    // Back in the middle of the way, it ends there.
    _ = try lab.execute("back 4")
    _ = try lab.execute("landscape path --points 3")
    #expect(lab.landscape?.path.last?.step == 75)
  }

  @Test func dataThatWereReadOnTheWayAreNotReadAgain() throws {
    var lab = try moons()
    for line in [
      "step 3", "data blobs --samples 50", "new", "data moons --samples 40", "add dense 3 tanh", "add dense 2 softmax",
      "run 9",
    ] { _ = try lab.execute(line) }
    _ = try lab.execute("landscape path --points 3")
    let landscape = try #require(lab.landscape)
    #expect(landscape.path.first?.step == 67 && landscape.path.last?.step == 76)
    #expect(landscape.path.count == 10)
  }

  @Test func downhillTheLossFalls() throws {
    var lab = try moons()
    _ = try lab.execute("landscape gradient --points 5 --span 0.05")
    let landscape = try #require(lab.landscape)
    #expect(landscape.loss(row: 2, column: 3) < landscape.here)
    #expect(landscape.loss(row: 2, column: 1) > landscape.here)
  }

  @Test func brokenOffWhatWasMeasuredStays() throws {
    var lab = try moons()
    _ = try lab.begin("landscape --points 25")
    #expect(lab.viewInProgress == "landscape")
    for _ in 0..<30 { _ = try lab.advance(for: 0) }
    let outcome = lab.interrupt()
    #expect(outcome.notes.contains("broken off"))
    let landscape = try #require(lab.landscape)
    #expect(!landscape.isComplete && landscape.count == 30)
    // Coarse points come first and stand for their neighbours: every fourth row and column up to row 8, then every eighth.
    #expect(landscape.loss(row: 7, column: 7) == landscape.loss(row: 4, column: 4))
    #expect(landscape.loss(row: 15, column: 15) == landscape.loss(row: 8, column: 8))
    #expect(landscape.loss(row: 8, column: 8) != landscape.loss(row: 4, column: 4))
    #expect(landscape.loss(row: 24, column: 24).isFinite)
    #expect(throws: StrataError.self) { try lab.execute("expect landscape most > 0") }
    // Another network is another landscape.
    _ = try lab.execute("insert 1 dense 3 tanh")
    #expect(lab.landscape == nil)
  }

  @Test func whatHasNoLandscapeSaysWhy() throws {
    func problem(_ lines: String...) throws -> String {
      var lab = Lab()
      for line in lines { _ = try lab.execute(line) }
      do { _ = try lab.execute("landscape path") } catch { return error.description }
      return "accepted"
    }
    #expect(try problem("data moons", "add dense 2 softmax").contains("two steps"))
    #expect(try problem("minimize x^2", "run 5").contains("show surface"))
    #expect(try problem("data or", "add dense 1 step", "run 5").contains("perceptron"))
    #expect(try problem("data bars", "rbm 4", "run 5").contains("backprop"))
  }
}
