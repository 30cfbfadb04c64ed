// How a session ended when it was recorded, and whether it ends so again.
//
// On the same engine with the same number of threads a session gives the same bits. Another processor or matrix library
// adds in another order, so its last digits may differ, and a long run makes more of them: then the ends are compared
// with a tolerance, and that is said.
import StrataEngine

/// Where a session led.
public struct SessionEnding: Hashable, Sendable {
  public var step: Int
  public var loss: Double
  /// A sum over the bits of all parameters.
  public var weights: UInt64

  /// As the header of a session holds it: `step 495 loss 0.07131251 weights 1f3a9c0277e1b2d4`.
  public var text: String { "step \(step) loss \(loss) weights \(String(weights, radix: 16))" }

  init(step: Int, loss: Double, weights: UInt64) {
    (self.step, self.loss, self.weights) = (step, loss, weights)
  }

  /// From a header; nil when it is no ending.
  init?(_ text: String) {
    let words = text.split(separator: " ").map(String.init)
    guard words.count == 6, words[0] == "step", words[2] == "loss", words[4] == "weights", let step = Int(words[1]),
      let loss = Double(words[3]), let weights = UInt64(words[5], radix: 16)
    else { return nil }
    self.init(step: step, loss: loss, weights: weights)
  }

  /// Relative difference of the losses up to which ends on different engines are taken as the same.
  static let tolerance = 0.05

  /// How an ending compares with the one that was recorded, in a sentence, and whether it is as it should be.
  public func verdict(recorded: SessionEnding, engine: String?) -> (text: String, isAsRecorded: Bool) {
    if weights == recorded.weights, step == recorded.step { return ("ends as recorded, with the same bits", true) }
    let here = Compute.fingerprint
    let isElsewhere = engine != nil && engine != here
    let place = isElsewhere ? " (recorded with \(engine ?? ""); here: \(here))" : ""
    let scale = max(abs(recorded.loss), abs(loss), 1e-12)
    let isNear = step == recorded.step && (abs(loss - recorded.loss) <= SessionEnding.tolerance * scale)
    if isElsewhere, isNear {
      return (
        "ends as recorded within rounding: loss \(NumberText.short(loss, digits: 6)), recorded "
          + "\(NumberText.short(recorded.loss, digits: 6))\(place)", true
      )
    }
    return (
      "ends otherwise than recorded: step \(step), loss \(NumberText.short(loss, digits: 6)); recorded were step "
        + "\(recorded.step), loss \(NumberText.short(recorded.loss, digits: 6))\(place)", false
    )
  }
}

extension Lab {
  /// Where things stand, for comparison; nil where nothing learns.
  public var ending: SessionEnding? {
    guard experiment.learner != nil else { return nil }
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for parameter in experiment.model.parameters {
      parameter.tensor.withUnsafeElements { elements in
        for element in elements { hash = (hash ^ UInt64(element.bitPattern)) &* 0x0000_0100_0000_01b3 }
      }
    }
    return SessionEnding(step: moment.step, loss: experiment.newestLoss, weights: hash)
  }

  /// How this compares with what a session's header says of its end; nil where it says nothing.
  public func verdict(on session: SessionFile) -> (text: String, isAsRecorded: Bool)? {
    guard let recorded = session.field("ends").flatMap({ SessionEnding($0) }), let ending else { return nil }
    return ending.verdict(recorded: recorded, engine: session.field("engine"))
  }
}

extension SessionFile {
  /// What to say before a session is played here that was recorded elsewhere; nil where there is nothing.
  public var engineRemark: String? {
    guard let engine = field("engine"), engine != Compute.fingerprint else { return nil }
    return "recorded with \(engine); here it is \(Compute.fingerprint): last digits may differ"
  }
}
